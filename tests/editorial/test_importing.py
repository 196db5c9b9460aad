"""Tables sent as files: what they come to, and what becomes of the directory."""

import csv
import io
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from openpyxl import Workbook, load_workbook

from initiatives.models import Document, Funding, Initiative, Participation, Roster
from roma_network.editorial import revisions
from roma_network.editorial.importing import jobs
from roma_network.editorial.importing.tables import import_table, table_named
from roma_network.editorial.importing.writing import BulkWriter
from roma_network.editorial.merging import merge
from roma_network.export.columns import table_of
from roma_network.models import ContentVersion, Import, ImportPart, Source
from stakeholders import columns
from stakeholders.models import Actor, Mandate, Relation
from tests.costs import Cost, counted
from tests.editing import address
from tests.factories import (
    ActorCitationFactory,
    ActorFactory,
    ActorNameFactory,
    DocumentFactory,
    InitiativeFactory,
    ParticipationCitationFactory,
    ParticipationFactory,
    RelationFactory,
    SourceFactory,
    ThemeFactory,
)
from tests.html import Page

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]

MODELS = [Actor, Initiative, Participation, Document, Relation, Source, Funding, Mandate, Roster]
ACTOR = ["slug", "name", "type", "country", "summary", "sources"]
SOURCE = "https://example.org/about | its seat | Example | About us"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    """Jobs run before the answer, in the test's own transaction."""

    class Now:
        def __init__(self, target, args, daemon):
            self.run = lambda: jobs.run(args[0])

        def start(self):
            self.run()

    monkeypatch.setattr(jobs, "Thread", Now)
    monkeypatch.setattr(jobs, "TURN", 0)


@pytest.fixture
def publisher(cast):
    return cast["publisher"]


def as_csv(headings, *rows):
    text = io.StringIO()
    csv.writer(text).writerows([headings, *rows])
    return text.getvalue().encode()


def as_excel(headings, *rows):
    book, file = Workbook(), io.BytesIO()
    for row in [headings, *rows]:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def send(client, content, model=Actor, name="actors.csv"):
    """The page on what a file comes to."""
    sent = {"file": SimpleUploadedFile(name, content)}
    return client.post(address(model, "import"), sent, follow=True)


def refusal(page):
    """Why a file is not read: told at once, or on the page of the import."""
    assert page.status_code == 400 or job().state == "failed", Page(page.text).text("main")
    assert not ImportPart.objects.exclude(findings=[]).exists()
    return Page(page.text).text(".errornote")


def job():
    return Import.objects.first()


def findings():
    return [finding for part in job().parts.all() for finding in part.findings]


def say_yes(client, **data):
    url = f"{address(tables_model(), 'import')}".replace("?", "") + f"{job().pk}/start/"
    return client.post(url, {"run": job().run} | data, follow=True)


def tables_model():
    return table_named(job().table).model


def actor_row(slug, **values):
    usual = {
        "slug": slug,
        "name": slug.title(),
        "type": "civil_society",
        "country": "",
        "summary": "It works.",
        "sources": SOURCE,
    }
    return [(usual | values)[name] for name in ACTOR]


# The story


@pytest.mark.parametrize("make", [as_csv, as_excel])
def test_new_entries_arrive_as_drafts_with_all_that_the_file_says(publisher, make):
    ThemeFactory(slug="education")
    headings = [*ACTOR, "themes", "other_names", "latitude", "longitude", "precision", "part_of"]
    page = send(
        publisher,
        make(
            headings,
            [*actor_row("house"), "", "", "", "", "", ""],
            [
                *actor_row("agency", name="Agenția"),
                "education",
                "former | ro | Oficiul\nOffice",
                "44.43",
                "26.1",
                "city",
                "house",
            ],
        ),
    )
    assert job().counts == {"new": 2}
    assert not Actor.objects.exists()
    assert "agency" in page.text
    page = say_yes(publisher, reason="From the yearbook")
    assert job().state == "done", job().problem
    agency = Actor.objects.get(slug="agency")
    assert (agency.status, agency.latitude, agency.precision) == ("draft", 44.43, "city")
    assert agency.parent.slug == "house"
    assert [theme.slug for theme in agency.themes.all()] == ["education"]
    assert {(row.name, row.kind, row.language) for row in agency.names.all()} == {
        ("Oficiul", "former", "ro"),
        ("Office", "alias", ""),
    }
    assert "oficiul" in agency.search_text
    [citation] = agency.citations.all()
    assert (citation.source.title, citation.facts, citation.note) == ("About us", [], "its seat")
    assert Source.objects.count() == 1
    version = agency.history.get()
    assert (version.history_type, version.history_user.username) == ("+", "publisher")
    assert version.history_change_reason == "From the yearbook"
    assert revisions.state_in(version) == revisions.state_of(agency)


@pytest.mark.parametrize("make", [as_csv, as_excel])
def test_the_same_file_sent_again_changes_nothing(publisher, make):
    content = make(ACTOR, actor_row("house"), actor_row("agency"))
    send(publisher, content)
    say_yes(publisher)
    version = ContentVersion.current()
    page = send(publisher, content)
    assert job().counts == {"unchanged": 2}
    assert "Import all of it" not in page.text
    assert ContentVersion.current() == version


def test_a_change_shows_what_it_was_and_is_kept_in_the_history(publisher):
    actor = ActorFactory(slug="agency", name="Agency", summary="Old", closed="", founded="1999")
    ActorCitationFactory(subject=actor)
    page = send(publisher, as_csv(["slug", "summary", "founded"], ["agency", "New", "2001-05"]))
    assert job().counts == {"changed": 1}
    assert findings()[0]["differences"] == [["summary", "Old", "New"], ["founded", "1999", "2001-05"]]
    assert "Old" in page.text
    say_yes(publisher)
    actor.refresh_from_db()
    assert (actor.summary, actor.founded, actor.name, actor.status) == (
        "New",
        "2001-05",
        "Agency",
        "published",
    )
    now, before = actor.history.all()[:2]
    assert (now.summary, before.summary) == ("New", "Old")
    assert "actors.csv" in now.history_change_reason


def test_good_lines_go_in_and_bad_ones_come_back_with_the_reason(publisher):
    rows = [actor_row("house"), actor_row("agency", type="ministry"), actor_row("office")]
    page = send(publisher, as_csv(ACTOR, *rows))
    assert job().counts == {"new": 2, "error": 1}
    [finding] = [each for each in findings() if each["outcome"] == "error"]
    assert finding["line"] == 3
    [[column, why]] = finding["errors"]
    assert column == "type"
    assert "“ministry” is none of: academia" in why
    assert "Import what is right" in page.text
    page = say_yes(publisher)
    assert job().state == "done"
    assert set(Actor.objects.values_list("slug", flat=True)) == {"house", "office"}
    for file_format in ("csv", "xlsx"):
        page = publisher.get(outcome_url())
        url = f"{outcome_url()}rest.{file_format}"
        assert url in Page(page.text).addresses()
        content = b"".join(publisher.get(url).streaming_content)
        corrected = content.replace(b",ministry,", b",academia,")
        send(publisher, corrected, name=f"rest.{file_format}")
        assert job().headings == ["reason", *ACTOR]
        assert job().counts == ({"new": 1} if file_format == "csv" else {"error": 1})
        send(publisher, as_csv(ACTOR, *rows))


# What comes out goes in again


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
@pytest.mark.parametrize("model", MODELS)
def test_what_is_exported_comes_to_no_change(directory, publisher, model, file_format):
    keys = list(model.objects.values_list("pk", flat=True)[:400])
    sent = {"action": f"export_{file_format}", "_selected_action": keys}
    response = publisher.post(address(model), sent)
    send(publisher, b"".join(response.streaming_content), model, f"all.{file_format}")
    assert [finding for finding in findings() if finding["outcome"] != "unchanged"] == []
    assert job().counts["unchanged"] == len(keys)


def test_an_export_holds_what_the_list_shows(publisher):
    ActorFactory(slug="shown", type="academia")
    ActorFactory(slug="hidden", type="business")
    sent = {"action": "export_csv", "select_across": "1", "_selected_action": [Actor.objects.first().pk]}
    response = publisher.post(address(Actor, type__exact="academia"), sent)
    rows = list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
    assert [row["slug"] for row in rows] == ["shown"]


def test_no_exported_cell_runs_as_a_formula_and_yet_it_comes_back_as_it_was(publisher):
    name, summary = '=HYPERLINK("https://example.org")', "'=1+1"
    actor = ActorFactory(name=name, summary=summary)
    ActorCitationFactory(subject=actor)
    for file_format in ("csv", "xlsx"):
        sent = {"action": f"export_{file_format}", "_selected_action": [actor.pk]}
        content = b"".join(publisher.post(address(Actor), sent).streaming_content)
        if file_format == "xlsx":
            sheet = load_workbook(io.BytesIO(content)).worksheets[0]
            assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}
            texts = [cell.value for cell in sheet[2]]
        else:
            texts = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[1]
        assert f"'{name}" in texts
        assert f"'{summary}" in texts
        send(publisher, content)
        assert job().counts == {"unchanged": 1}


@pytest.mark.parametrize("model", MODELS)
def test_a_template_is_an_empty_table_that_can_be_sent(publisher, model):
    for file_format in ("csv", "xlsx"):
        content = publisher.get(f"{address(model, 'import')[:-1]}template.{file_format}").getvalue()
        page = send(publisher, content, model)
        assert page.status_code == 200
        assert job().counts == {}
    helping = load_workbook(io.BytesIO(content)).worksheets[1]
    assert [row[0].value for row in helping.iter_rows(min_row=2)] == list(
        table_named(table_of(model).name).columns
    )


# Ties


def test_participations_are_known_by_both_ends_and_the_role(publisher):
    initiative, actor = InitiativeFactory(slug="leri"), ActorFactory(slug="fra")
    row = ["leri", "fra", "lead", "2013", "", "", SOURCE]
    headings = ["initiative", "actor", "role", "start", "end", "note", "sources"]
    send(publisher, as_csv(headings, row), Participation)
    say_yes(publisher)
    tie = Participation.objects.get()
    assert (tie.initiative, tie.actor, tie.role, tie.start) == (initiative, actor, "lead", "2013")
    assert [version.rows["participations"][0]["role"] for version in actor.history.all()[:1]] == ["lead"]
    assert initiative.history.count() == 2
    row[3] = "2012"
    send(publisher, as_csv(headings, row), Participation)
    assert findings()[0]["differences"] == [["start", "2013", "2012"]]
    say_yes(publisher)
    tie.refresh_from_db()
    assert tie.start == "2012"


def test_a_tie_needs_a_source_and_both_ends(publisher):
    InitiativeFactory(slug="leri")
    send(publisher, as_csv(["initiative", "actor", "role"], ["leri", "nobody", "lead"]), Participation)
    assert findings()[0]["errors"] == [
        ["actor", "“nobody” is not in the directory."],
        ["sources", "A link between two entries needs at least one source."],
    ]
    ActorFactory(slug="fra")
    send(publisher, as_csv(["initiative", "actor", "role"], ["leri", "fra", "lead"]), Participation)
    assert findings()[0]["errors"] == [["sources", "A link between two entries needs at least one source."]]


# Sources


@pytest.mark.parametrize(
    ("cell", "facts", "note"),
    [
        (
            "https://example.org/new | name, place | seat in Cork | Example | About us",
            ["name", "place"],
            "seat in Cork",
        ),
        ("https://example.org/new | place; name |  | Example | About us", ["name", "place"], ""),
        ("https://example.org/new | | seat in Cork | Example | About us", [], "seat in Cork"),
        ("https://example.org/new | its seat | Example | About us", [], "its seat"),
        ("https://example.org/new | website | Example | About us", ["website"], ""),
        ("https://example.org/known | name", ["name"], ""),
        ("https://example.org/known | name | of 1996", ["name"], "of 1996"),
        ("https://example.org/known | name and seat", [], "name and seat"),
        ("https://example.org/known | a | b", [], "a | b"),
        ("https://example.org/known | name | of 1996 | Example | About us", ["name"], "of 1996"),
    ],
)
def test_a_source_names_facts_or_says_in_words_what_it_backs(publisher, cell, facts, note):
    SourceFactory(url="https://example.org/known", publisher="Example", title="About us")
    for _time in range(2):
        send(publisher, as_csv(ACTOR, actor_row("agency", sources=cell)))
        say_yes(publisher)
        citation = Actor.objects.get().citations.get()
        assert (citation.facts, citation.note, citation.source.title) == (facts, note, "About us")
    assert job().counts == {"unchanged": 1}


# What is refused, with the reason


@pytest.mark.parametrize(
    ("values", "column", "why"),
    [
        ({"name": "«»", "slug": ""}, "slug", "required"),
        ({"name": ""}, "name", "required"),
        ({"type": ""}, "type", "required"),
        ({"type": None}, "type", "blank"),
        ({"country": "ZZ"}, "country", "“ZZ” is not in the directory."),
        ({"founded": "nineties"}, "founded", "2011-04-05"),
        ({"founded": "3/4/1996"}, "founded", "2011-04-05"),
        (
            {"sources": "https://example.org/a | name https://example.org/b | website"},
            "sources",
            "Two addresses",
        ),
        ({"sources": "https://example.org/a; https://example.org/b"}, "sources", "Two addresses"),
        ({"email": "anna.kovacs@example.org"}, "email", "functional"),
        ({"latitude": "north"}, "latitude", "number"),
        ({"latitude": "50"}, "", "latitude, longitude and their precision"),
        ({"latitude": "91", "longitude": "0", "precision": "city"}, "", "between -90 and 90"),
        ({"latitude": "50", "longitude": "9"}, "", "latitude, longitude and their precision"),
        ({"wikidata": "1234"}, "", "Q and digits"),
        ({"founded": "2001", "closed": "1999"}, "", "closed before"),
        ({"themes": "cooking"}, "themes", "“cooking” is none of: education"),
        ({"other_names": "a | b"}, "other_names", "kind | language | name"),
        ({"other_names": "nickname | | b"}, "other_names", "none of: alias"),
        ({"sources": "https://example.org/new | its seat"}, "sources", "publisher | title"),
        ({"sources": "ftp://example.org | a | b | c"}, "sources", "http"),
        ({"sources": "https://example.org/a | | | b | c"}, "sources", "Say which facts"),
        ({"sources": "https://example.org/a"}, "sources", "publisher | title"),
        ({"website": "javascript:alert(1)"}, "website", "http"),
        ({"summary": "x" * 601}, "summary", "600"),
    ],
)
def test_each_mistake_is_told_with_its_line_and_column(publisher, values, column, why):
    ThemeFactory(slug="education")
    row = dict(zip(ACTOR, actor_row("agency"), strict=True)) | values
    row = {name: value for name, value in row.items() if value is not None}
    send(publisher, as_csv(row, row.values()))
    [finding] = findings()
    assert finding["line"] == 2
    assert [name for name, _why in finding["errors"]] == [column]
    assert why in finding["errors"][0][1]
    assert job().counts["error"] == 1


def test_the_culprits_among_many_are_found(publisher):
    rows = [actor_row(f"agency-{n}") + (["50"] if n in (7, 600) else [""]) for n in range(700)]
    send(publisher, as_csv([*ACTOR, "latitude"], *rows))
    assert [finding["key"] for finding in findings() if finding["errors"]] == ["agency-7", "agency-600"]


def test_a_tie_told_twice_is_a_mistake(publisher):
    actor, initiative = ActorFactory(slug="agency"), InitiativeFactory(slug="leri")
    row = [initiative.slug, actor.slug, "lead", SOURCE]
    send(publisher, as_csv(["initiative", "actor", "role", "sources"], row, row), Participation)
    assert [each["errors"] for each in findings()] == [[], [["", "It stands in line 2 already."]]]


def test_a_slug_that_was_merged_away_is_not_given_again(publisher, admin_user):
    old, survivor = ActorFactory(slug="old"), ActorFactory(slug="survivor")
    merge(survivor=survivor, old=old, by=admin_user)
    send(publisher, as_csv(["slug", "name"], ["old", "New"]))
    assert "merged into “survivor”" in findings()[0]["errors"][0][1]
    send(publisher, as_csv(["slug", "part_of"], ["survivor", "old"]))
    assert "“old” was merged into “survivor”" in findings()[0]["errors"][0][1]


def test_what_is_public_keeps_a_summary_and_a_source(publisher):
    ActorCitationFactory(subject=ActorFactory(slug="agency", summary="It works."))
    send(publisher, as_csv(["slug", "summary", "sources"], ["agency", "", ""]))
    assert {column for column, _why in findings()[0]["errors"]} == {"summary", "sources"}


def test_a_mailbox_that_may_be_a_persons_is_pointed_out(publisher):
    rows = [actor_row("one"), actor_row("two")]
    mailboxes = ["annakovacs@example.org", "podatelna@example.org"]
    page = send(
        publisher,
        as_csv([*ACTOR, "email"], *[[*row, each] for row, each in zip(rows, mailboxes, strict=True)]),
    )
    assert ["may be a person" in "".join(each["warnings"]) for each in findings()] == [True, False]
    assert job().counts == {"new": 2}
    assert "may be a person" in page.text


def test_likely_duplicates_are_asked_about(publisher):
    ActorFactory(slug="romact", name="Roma Action Agency", website="https://www.example.org/")
    rows = [
        actor_row("one", name="Roma Acton Agency"),
        actor_row("two", name="Something else"),
        actor_row("three", name="Something Else"),
    ]
    sites = ["", "http://example.org", ""]
    page = send(
        publisher, as_csv([*ACTOR, "website"], *[[*row, site] for row, site in zip(rows, sites, strict=True)])
    )
    questions = [finding["question"] for finding in findings()]
    assert "a similar name" in questions[0]["text"]
    assert "the same website" in questions[1]["text"]
    assert "line 3" in questions[2]["text"]
    assert [value for value, *_rest in questions[0]["answers"]] == ["this:romact", "new", "skip"]
    assert job().counts == {"question": 3}
    assert Page(page.text).all("input[type=radio][name=answer-2]")


# The directory moves on meanwhile


def test_what_was_edited_since_is_shown_again_instead_of_overwritten(publisher):
    actor = ActorFactory(slug="agency", summary="Old")
    ActorCitationFactory(subject=actor)
    send(publisher, as_csv(["slug", "summary"], ["agency", "New"]))
    actor.summary = "Edited"
    actor.save()
    page = say_yes(publisher)
    assert job().state == "checked"
    assert "edited since this was checked" in page.text
    assert findings()[0]["differences"] == [["summary", "Edited", "New"]]
    actor.refresh_from_db()
    assert actor.summary == "Edited"
    say_yes(publisher)
    assert job().state == "done"


def test_an_import_that_was_started_anew_is_not_done_twice(publisher):
    send(publisher, as_csv(ACTOR, actor_row("agency")))
    slow = job()
    slow.state = "writing"
    Import.objects.update(run="another worker")
    jobs.run(slow)
    assert not Actor.objects.exists()


def test_an_import_whose_worker_died_can_be_taken_up_again(publisher):
    send(publisher, as_csv(ACTOR, actor_row("agency")))
    Import.objects.update(state="writing")
    url = f"{address(Actor, 'import')[:-1]}{job().pk}/"
    assert Page(publisher.get(url).text).all("progress")
    Import.objects.update(beat="2020-01-01T00:00Z")
    page = publisher.get(url)
    assert "stands still" in page.text
    assert not Page(page.text).all("progress")
    assert REFRESHED not in page.text
    say_yes(publisher)
    assert job().state == "done"
    assert Actor.objects.get().slug == "agency"


REFRESHED = '<noscript><meta http-equiv="refresh" content="5"></noscript>'


@pytest.mark.parametrize("state", ["reading", "checking", "writing", "undoing"])
def test_progress_refreshes_itself_with_and_without_scripts(publisher, state):
    send(publisher, as_csv(ACTOR, actor_row("agency")))
    assert REFRESHED not in publisher.get(outcome_url()).text
    Import.objects.update(state=state)
    page = publisher.get(outcome_url()).text
    assert REFRESHED in page
    assert "js/progress.js" in page


def test_a_failure_of_ours_is_told_and_changes_nothing(publisher, monkeypatch, caplog):
    send(publisher, as_csv(ACTOR, actor_row("agency")))
    monkeypatch.setattr(revisions.BulkRevisionRecorder, "record", lambda *args: 1 / 0)
    page = say_yes(publisher)
    assert "nothing was imported" in page.text
    assert not Actor.objects.exists()
    assert "ZeroDivisionError" in caplog.text


def test_documents_are_found_by_the_new_name_of_their_publisher(publisher):
    actor = ActorFactory(slug="agency", name="Agency")
    ActorCitationFactory(subject=actor)
    document = DocumentFactory(publisher=actor)
    send(publisher, as_csv(["slug", "name"], ["agency", "Bureau"]))
    say_yes(publisher)
    assert "bureau" in Document.objects.get(pk=document.pk).search_text


# Who may


@pytest.mark.parametrize(
    ("role", "may_prepare", "may_run"),
    [
        ("visitor", False, False),
        ("curator", True, False),
        ("publisher", True, True),
        ("administrator", True, True),
    ],
)
def test_curators_prepare_what_publishers_import(cast, role, may_prepare, may_run):
    for model in MODELS:
        page = cast[role].get(address(model, "import"))
        template = cast[role].get(f"{address(model, 'import')[:-1]}template.csv")
        assert [page.status_code == 200, template.status_code == 200] == [may_prepare] * 2
    sent = send(cast[role], as_csv(ACTOR, actor_row("agency")))
    assert Import.objects.exists() == may_prepare
    assert ("Import all of it" in sent.text) == may_run
    assert ("a publisher can import it" in sent.text) == (may_prepare and not may_run)
    listed = cast[role].get(address(Actor))
    assert (f'href="{address(Actor, "import")[:-1]}"' in listed.text) == may_prepare


def test_a_publisher_says_yes_to_the_file_of_a_curator(cast):
    send(cast["curator"], as_csv(ACTOR, actor_row("agency")))
    assert say_yes(cast["curator"]).status_code == 403
    assert not Actor.objects.exists()
    assert say_yes(cast["publisher"]).status_code == 200
    assert (job().by.username, job().run_by.username) == ("curator", "publisher")
    assert Actor.objects.get().history.get().history_user.username == "publisher"


def test_importing_is_no_matter_of_a_link(publisher):
    send(publisher, as_csv(ACTOR, actor_row("agency")))
    assert publisher.get(f"{address(Actor, 'import')[:-1]}{job().pk}/start/").status_code == 405


# Hostile files


def zipped(**parts):
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return file.getvalue()


def with_part(name, content):
    """An Excel file with one part replaced."""
    file = io.BytesIO()
    with (
        ZipFile(io.BytesIO(as_excel(ACTOR, actor_row("agency")))) as old,
        ZipFile(file, "w", ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            new.writestr(part, content if part == name else old.read(part))
    return file.getvalue()


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
HOSTILE = {
    "empty": (b"", "empty"),
    "blank lines": (b"\n,,\n\n", "empty"),
    "nul": (b"slug,name\nagen\0cy,x\n", "neither a CSV"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), "neither a CSV"),
    "old excel": (b"\xd0\xcf\x11\xe0" + bytes(600), "password"),
    "wide": (as_csv(["slug"], ["x"] * 5000), "more than 60 columns"),
    "long cell": (as_csv(["slug", "name"], ["x", "y" * 30_000]), "too long"),
    "formula": (as_excel(["slug", "name"], ["x", "=1+1"]), "holds a formula"),
    "damaged": (as_excel(ACTOR)[:400], "damaged"),
    "no workbook": (zipped(readme_xml="<a/>"), "damaged"),
    "zip bomb": (zipped(xl__a_xml=b"0" * 200_000_000), "Unpacked"),
    "entities": (with_part("xl/worksheets/sheet1.xml", f"{BOMB}]><worksheet>&i;</worksheet>"), "damaged"),
    "outside entity": (
        with_part(
            "xl/worksheets/sheet1.xml",
            '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>',
        ),
        "damaged",
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_gets_a_clear_answer_and_changes_nothing(publisher, kind):
    content, why = HOSTILE[kind]
    assert why in refusal(send(publisher, content))
    assert not Actor.objects.exists()


def test_a_file_that_is_too_large_is_never_kept(publisher, settings):
    settings.IMPORT_MAX_BYTES = 1_000_000
    assert "larger than 1 MB" in refusal(send(publisher, b"slug\n" + b"x" * 1_000_000))
    assert not Import.objects.exists()


def test_a_file_with_too_many_rows_is_refused(publisher, settings):
    settings.IMPORT_MAX_ROWS = 3
    assert "more than 3 rows" in refusal(send(publisher, as_csv(["slug"], *[[f"a-{n}"] for n in range(4)])))


def test_tables_of_other_programs_are_read_as_well(publisher):
    semicolons = "\ufeffslug;name;type;summary;sources\r\nagency;Agency;academia;It works.;" + SOURCE + "\r\n"
    send(publisher, semicolons.encode())
    assert job().counts == {"new": 1}


def test_numbers_and_dates_of_excel_are_read_as_what_they_show(publisher):
    from datetime import date

    send(publisher, as_excel([*ACTOR, "founded", "closed"], [*actor_row("agency"), 1996, date(2001, 5, 2)]))
    say_yes(publisher)
    assert list(Actor.objects.values_list("founded", "closed")) == [("1996", "2001-05-02")]


def test_html_in_a_file_is_shown_as_text(publisher):
    page = send(publisher, as_csv(ACTOR, actor_row("agency", name="<script>alert(1)</script>")))
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert" in page.text


# Cost


def test_queries_do_not_grow_with_the_rows(publisher):
    def cost(number):
        rows = [actor_row(f"agency-{number}-{n}") for n in range(number)]
        with counted() as queries:
            send(publisher, as_csv(ACTOR, *rows))
            say_yes(publisher)
        assert job().state == "done"
        return Cost(queries)

    cost(2)
    inserts = 30  # of more parts do large inserts consist on SQLite
    cost_of_a_batch = 80  # with a version of each of its rows, and its journal
    one_batch = cost(jobs.LINES_IN_A_BATCH)
    assert one_batch <= cost(20) + inserts
    assert int(cost(3 * jobs.LINES_IN_A_BATCH)) <= int(one_batch) + 2 * cost_of_a_batch


@pytest.mark.parametrize("model", [Actor, Initiative])
def test_states_in_sets_are_those_of_each_entry(directory, model):
    entries = list(model.objects.order_by("pk")[::7])
    states = revisions.states_of(model, [entry.pk for entry in entries])
    assert states == {entry.pk: revisions.state_of(entry) for entry in entries}


# Batch by batch


class DiedError(BaseException):
    """Nothing catches it, as nothing catches the end of a worker."""


@pytest.fixture
def pairs(monkeypatch):
    """Two lines a batch."""
    monkeypatch.setattr(jobs, "LINES_IN_A_BATCH", 2)


@pytest.fixture
def at_batch(monkeypatch):
    """Have something happen instead of writing the batch with this number."""

    def instead(number, step):
        write = BulkWriter.write
        calls = iter(range(100))

        def write_or_not(writer):
            return step() if next(calls) == number else write(writer)

        monkeypatch.setattr(BulkWriter, "write", write_or_not)

    return instead


def fail():
    raise ZeroDivisionError


def die():
    raise DiedError


def whole_state(model):
    keys = list(model.objects.values_list("pk", flat=True))
    return keys, revisions.states_of(model, keys), set(Source.objects.values_list("url", flat=True))


def outcome_url():
    return f"{address(Actor, 'import')[:-1]}{job().pk}/"


def sent_with_changes(publisher):
    """A file of four batches, which changes an entry and adds six, each with a source of its own."""
    ThemeFactory(slug="housing")
    actor = ActorFactory(slug="agency", name="Agency", themes=[ThemeFactory(slug="education")])
    ActorNameFactory(actor=actor, name="Bureau")
    ActorNameFactory(actor=actor, name="Office")
    ActorCitationFactory(subject=actor)
    row = actor_row("agency", sources="https://example.org/0 | its seat | Example | About us")
    rows = [[*row, "housing", "former | ro | Bureau\nAgenție", "house-6"]]
    for n in range(1, 7):
        row = actor_row(f"house-{n}", sources=f"https://example.org/{n} | its seat | Example | About us")
        rows.append([*row, "education", f"House of {n}", "house-6" if n == 1 else ""])
    send(publisher, as_csv([*ACTOR, "themes", "other_names", "part_of"], *rows))
    assert job().counts == {"changed": 1, "new": 6}, findings()
    return actor


@pytest.mark.usefixtures("pairs")
def test_a_line_may_lead_to_one_of_a_later_batch(publisher):
    actor = sent_with_changes(publisher)
    say_yes(publisher)
    assert (job().state, job().problem) == ("done", "")
    actor.refresh_from_db()
    assert actor.parent.slug == "house-6"
    assert Actor.objects.get(slug="house-1").parent.slug == "house-6"


@pytest.mark.usefixtures("pairs")
@pytest.mark.parametrize("number", [0, 1, 3, 4])
def test_a_failure_on_the_way_takes_back_all_that_was_written(publisher, at_batch, caplog, number):
    actor = sent_with_changes(publisher)
    before = whole_state(Actor)
    at_batch(number, fail)
    page = say_yes(publisher)
    assert "nothing was imported" in page.text
    assert "ZeroDivisionError" in caplog.text
    assert whole_state(Actor) == before
    assert not job().batches.exists()
    assert (job().state, job().counts) == ("checked", {"changed": 1, "new": 6})
    reasons = [version.history_change_reason for version in actor.history.all()]
    assert reasons[:1] == (["Taken back: Import of “actors.csv”"] if number else reasons[:1])
    gone = Actor.history.filter(slug="house-1").order_by("history_id").values_list("history_type", flat=True)
    assert "".join(gone) == ("+-" if number else "")
    actor.refresh_from_db()
    assert "office" in actor.search_text


@pytest.mark.usefixtures("pairs")
def test_what_a_colleague_edited_meanwhile_is_not_taken_back(publisher, at_batch, monkeypatch):
    sent_with_changes(publisher)
    other = ActorFactory(slug="other")

    def edit_once(seconds):
        if not other.relations.exists():
            RelationFactory(subject=other, target=Actor.objects.get(slug="house-1"))
        elif edited := Actor.objects.filter(slug="house-2", summary="It works.").first():
            edited.summary = "Edited"
            edited.save()

    monkeypatch.setattr(jobs, "sleep", edit_once)
    at_batch(3, fail)
    page = say_yes(publisher)
    assert set(Actor.objects.values_list("slug", flat=True)) == {"agency", "other", "house-1", "house-2"}
    assert Actor.objects.get(slug="house-2").summary == "Edited"
    assert "stays as it is: House-2." in Page(page.text).text(".errornote")
    assert "stays as it is: House-1." in Page(page.text).text(".errornote")


@pytest.mark.usefixtures("pairs")
def test_ties_are_taken_back_as_well(publisher, at_batch):
    initiative, actors = InitiativeFactory(slug="leri"), ActorFactory.create_batch(5)
    held = ParticipationFactory(initiative=initiative, actor=actors[0], role="lead", start="2013")
    ParticipationCitationFactory(subject=held)
    before = [whole_state(model) for model in (Actor, Initiative)]
    rows = [
        ["leri", actor.slug, "lead", "2014", f"https://example.org/{n} | its part | Example | About us"]
        for n, actor in enumerate(actors)
    ]
    send(publisher, as_csv(["initiative", "actor", "role", "start", "sources"], *rows), Participation)
    at_batch(2, fail)
    say_yes(publisher)
    assert [whole_state(model) for model in (Actor, Initiative)] == before
    assert initiative.history.first().history_change_reason.startswith("Taken back")


@pytest.fixture
def dead(publisher, at_batch):
    """An import whose worker died in the middle."""
    actor = sent_with_changes(publisher)
    at_batch(2, die)
    with pytest.raises(DiedError):
        say_yes(publisher)
    Import.objects.update(beat="2020-01-01T00:00Z")
    return actor


@pytest.mark.usefixtures("pairs")
def test_an_import_that_stands_still_says_what_is_there_and_can_go_on(publisher, dead):
    page = publisher.get(outcome_url())
    assert "A part of it is in the directory" in Page(page.text).text(".errornote")
    assert Actor.objects.count() == 4
    say_yes(publisher)
    assert (job().state, job().problem) == ("done", "")
    assert Actor.objects.count() == 7
    assert Actor.objects.get(slug="house-1").parent.slug == "house-6"
    assert Actor.objects.get(slug="house-2").history.count() == 1


@pytest.mark.usefixtures("pairs")
def test_what_is_half_written_is_not_forgotten_after_a_week(publisher, dead):
    Import.objects.update(at="2020-01-01T00:00Z")
    send(publisher, as_csv(ACTOR, actor_row("other")))
    Import.objects.filter(batches=None).update(at="2020-01-01T00:00Z")
    send(publisher, as_csv(ACTOR, actor_row("other")))
    assert Import.objects.count() == 2
    assert Import.objects.exclude(batches=None).exists()


@pytest.mark.usefixtures("pairs")
def test_an_import_that_stands_still_can_be_taken_back(publisher, dead):
    say_yes(publisher, undo="Take it back")
    assert job().state == "checked"
    assert list(Actor.objects.values_list("slug", flat=True)) == ["agency"]


@pytest.mark.usefixtures("pairs")
def test_a_command_finishes_what_stands_still(publisher, dead, capsys):
    call_command("finish_imports")
    assert "actors.csv: Imported" in capsys.readouterr().out
    assert Actor.objects.count() == 7
    call_command("finish_imports")
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("pairs")
def test_what_was_edited_before_it_goes_on_has_all_of_it_taken_back(publisher, dead):
    ActorFactory(slug="house-5", name="Somebody else's")
    say_yes(publisher)
    assert "edited since this was checked" in job().problem
    assert set(Actor.objects.values_list("slug", flat=True)) == {"agency", "house-5"}


# What the database alone knows


def test_what_the_database_refuses_is_told(publisher):
    InitiativeFactory(slug="leri")
    send(
        publisher,
        as_csv(["slug", "initiative", "amount", "programme"], ["leri-1", "leri", "0", "REC"]),
        Funding,
    )
    assert findings()[0]["errors"] == [
        ["", "An amount is more than zero; leave it empty where it is not known."]
    ]
    send(
        publisher,
        as_csv(["slug", "name", "kind", "part_of"], ["other", "Other", "project", "other"]),
        Initiative,
    )
    assert findings()[0]["errors"] == [["part_of", "It cannot lead to itself."]]


# Limits of the process that reads


def test_a_file_that_needs_too_much_memory_is_refused(publisher, settings):
    settings.IMPORT_MAX_MEMORY = 80_000_000
    page = send(publisher, as_csv(ACTOR, *[actor_row("x" * 1000)] * 9_000))
    assert "needs more than 80 MB of memory or 60 seconds" in refusal(page)


def test_a_file_that_takes_too_long_to_read_is_refused(publisher, settings):
    settings.IMPORT_MAX_SECONDS = 1
    cells = "<row>" + "<c><v>1</v></c>" * 1_000_000 + "</row>"
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{cells}</sheetData></worksheet>"
    )
    page = send(publisher, with_part("xl/worksheets/sheet1.xml", sheet))
    assert "512 MB of memory or 1 seconds" in refusal(page)


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ("https://known.example | made_up, website, founded | a note", "made_up"),
        ("https://known.example | name, made_up", "made_up"),
        ("https://known.example | made up in old words", None),
        ("https://known.example | name, website | a note", None),
    ],
)
def test_a_fact_that_there_is_not_is_named(db, line, refused):
    source = SourceFactory(url="https://known.example")
    cell = import_table(columns.actors).columns["sources"]
    known = {Source: {source.url: source}}
    if refused:
        with pytest.raises(ValidationError, match=refused):
            cell.parse_line(line, known)
    else:
        assert cell.parse_line(line, known)[2] == line.rpartition("| ")[2]
