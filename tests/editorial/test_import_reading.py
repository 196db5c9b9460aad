"""Lists of others, as they come: which files are read, how cells are understood, and what is asked."""

import csv
import io
from datetime import date, datetime
from zipfile import ZipFile

import pytest
from openpyxl import Workbook

from initiatives.models import Initiative, Participation
from roma_network.editorial.importing import jobs, plain_forms
from roma_network.models import Import, ImportPart
from stakeholders.models import Actor
from tests.editing import address
from tests.editorial.test_importing import (
    ACTOR,
    SOURCE,
    _at_once,  # noqa: F401, jobs run before the answer
    actor_row,
    as_csv,
    findings,
    job,
    outcome_url,
    say_yes,
    send,
)
from tests.factories import (
    ActorCitationFactory,
    ActorFactory,
    CountryFactory,
    InitiativeFactory,
    SourceFactory,
    ThemeFactory,
)
from tests.html import Page

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]


@pytest.fixture
def publisher(cast):
    return cast["publisher"]


def shown_columns(client):
    page = client.get(f"{outcome_url()}columns/")
    sent = {field.html_name: field.value() or "" for field in page.context["form"]}
    return sent | {"run": shown_run(page)}


def name_columns(client, **said):
    """Say what the columns are, as the form shows them but for `said`."""
    named = {key.replace("all_", "all-").replace("column_", "column-"): value for key, value in said.items()}
    return client.post(f"{outcome_url()}columns/", shown_columns(client) | named, follow=True)


def answer(client, **answers):
    said = {key.replace("line_", "answer-"): value for key, value in answers.items()} | {"run": job().run}
    return client.post(f"{outcome_url()}answers/", said, follow=True)


# Files


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (b'slug;name\r\na;"Foo; Bar"\r\n', ["Foo; Bar"]),
        (b"sep=;\r\nslug;name\r\na;A, B\r\n", ["A, B"]),
        ("slug\tname\na\tAgenția\n".encode("utf-16"), ["Agenția"]),
        ("slug\tname\na\tAgenția\n".encode("utf-8-sig"), ["Agenția"]),
        ("slug,name\na,Köln\n".encode("latin-1"), ["Köln"]),
        ("slug,name\na,Δήμος Αθηναίων\n".encode("cp1253"), ["Δήμος Αθηναίων"]),
        ("slug,name\na,Министерство на здравето\n".encode("cp1251"), ["Министерство на здравето"]),
        (b'slug,name\na,The "Roma" House\nb,"Foo" Ltd\nc,"one\ntwo"\nd,5" pipe\n', None),
        (b"slug,name\ra,Old Mac\r", ["Old Mac"]),
    ],
)
def test_text_files_of_all_programs_are_read(publisher, content, names):
    send(publisher, content)
    if job().state == "mapping":
        name_columns(publisher)
    names = names or ['The "Roma" House', '"Foo" Ltd', "one two", '5" pipe']
    told = [{name: value for name, _was, value in each["differences"]}["name"] for each in findings()]
    assert told == names


NAMES = "urn:oasis:names:tc:opendocument:xmlns"


def as_open_document(*rows):
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    lines = "".join(f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in rows)
    named = " ".join(f'xmlns:{name}="{NAMES}:{name}:1.0"' for name in ("office", "table", "text"))
    file = io.BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{NAMES}:manifest:1.0"/>')
        archive.writestr(
            "content.xml",
            f"<office:document-content {named}><office:body><office:spreadsheet>"
            f'<table:table table:name="One">{lines}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return file.getvalue()


def test_open_document_spreadsheets_are_read(publisher):
    content = as_open_document(["slug", "name", "type"], ["agency", "Agenția", "academia"])
    send(publisher, content, name="list.ods")
    assert findings()[0]["differences"][:2] == [["slug", "", "agency"], ["name", "", "Agenția"]]


def test_what_is_no_unicode_is_shown_before_it_is_believed(publisher):
    page = send(publisher, "slug,name\na,Łódź\n".encode("cp1250"))
    assert job().state == "mapping"
    assert "£ód" in page.text
    page = name_columns(publisher, encoding="cp1250")
    assert (job().state, job().options["encoding"]) == ("mapping", "cp1250")
    assert "Łódź" in page.text
    name_columns(publisher)
    assert job().state == "checked"


def test_rows_are_counted_as_a_spreadsheet_counts_them(publisher):
    text = 'slug,name,type\na,"one\ntwo\nthree",academia\n\nb,B,wrong\n'
    send(publisher, text.encode())
    assert [(each["line"], each["key"]) for each in findings()] == [(2, "a"), (4, "b")]


def test_a_line_with_too_many_cells_is_a_mistake_of_that_line_alone(publisher):
    send(publisher, as_csv(ACTOR, [*actor_row("one"), "beyond"], actor_row("two")))
    assert job().counts == {"error": 1, "new": 1}
    assert "more cells" in findings()[0]["errors"][0][1]


def test_dates_of_excel_are_as_precise_as_they_are_shown(publisher):
    book, file = Workbook(), io.BytesIO()
    book.active.append(["slug", "name", "founded"])
    formats = ["yyyy", "mm/yyyy", "mmmm yyyy", "dd/mm/yyyy", "yyyy-mm-dd", "General"]
    for n, form in enumerate(formats):
        book.active.append([f"a-{n}", f"A {n}", date(2013, 5, 1) if n < 5 else 2013])
        book.active.cell(n + 2, 3).number_format = form
    book.active.append(["a-9", "A 9", datetime(2013, 5, 1, 0, 0)])  # noqa: DTZ001, Excel has no zones
    book.save(file)
    send(publisher, file.getvalue())
    told = [{name: value for name, _was, value in each["differences"]}["founded"] for each in findings()]
    assert told == ["2013", "2013-05", "2013-05", "2013-05-01", "2013-05-01", "2013", "2013-05-01"]


# Cells


@pytest.mark.parametrize(
    ("form", "given", "taken"),
    [
        (plain_forms.partial_date, "1.5.2001", "2001-05-01"),
        (plain_forms.partial_date, "31/12/2001", "2001-12-31"),
        (plain_forms.partial_date, "12/31/2001", "2001-12-31"),
        (plain_forms.partial_date, "3/4/2001", "3/4/2001"),
        (plain_forms.partial_date, "4/4/2001", "2001-04-04"),
        (plain_forms.partial_date, "2001/5", "2001-05"),
        (plain_forms.partial_date, "05/2001", "2001-05"),
        (plain_forms.partial_date, "5 May 2001", "2001-05-05"),
        (plain_forms.partial_date, "Sept. 2001", "2001-09"),
        (plain_forms.partial_date, "2001-05-01T00:00:00Z", "2001-05-01"),
        (plain_forms.partial_date, "2001.0", "2001"),
        (plain_forms.decimal, "55,86", "55.86"),
        (plain_forms.decimal, "−4,25°", "-4.25"),
        (plain_forms.whole_number, "1 500 000", "1500000"),
        (plain_forms.whole_number, "€ 1.500.000", "1500000"),
        (plain_forms.whole_number, "1,500,000.00", "1500000"),
        (plain_forms.whole_number, "1.5", "1.5"),
        (plain_forms.end_of_address, "https://ror.org/02qsmb048", "02qsmb048"),
        (plain_forms.end_of_address, "http://www.wikidata.org/entity/Q42", "Q42"),
        (plain_forms.end_of_address, "Q42", "Q42"),
        (plain_forms.web_address, "www.example.org", "https://www.example.org"),
        (plain_forms.web_address, "none", "none"),
        (plain_forms.mailbox, "mailto:info@example.org?subject=x", "info@example.org"),
        (plain_forms.slug, "Υπουργείο Υγείας", "ypoyrgeio-ygeias"),
        (plain_forms.slug, "Министерство на здравето", "ministerstvo-na-zdraveto"),
        (plain_forms.slug, "Հայաստան", "hayastan"),
        (plain_forms.slug, "x" * 200, "x" * 80),
        (plain_forms.slug, "«»", ""),
    ],
)
def test_cells_are_understood_as_lists_of_others_write_them(form, given, taken):
    assert form(given) == taken


def test_what_is_read_otherwise_is_shown(publisher):
    for code, name in (("GR", "Greece"), ("GB", "United Kingdom")):
        CountryFactory(code=code, name=name)
    ThemeFactory(slug="housing", name="Housing")
    headings = [*ACTOR, "themes", "latitude", "longitude", "precision", "wikidata", "website"]
    authority = "Regional and local authorities"
    rows = [
        [*actor_row("one", country="EL", type=authority), "Housing", "37,9", "23,7", "city", "", ""],
        [*actor_row("two", country="Ελλάδα", name="Two\u200b  bodies"), *[""] * 5, "www.two.example"],
        [*actor_row("three", country="uk"), *[""] * 4, "https://www.wikidata.org/wiki/Q9", ""],
    ]
    page = send(publisher, as_csv(headings, *rows))
    assert job().counts == {"new": 3}, findings()
    notes = {(name, given, taken) for each in findings() for name, given, taken in each["notes"]}
    assert notes == {
        ("country", "EL", "GR"),
        ("country", "Ελλάδα", "GR"),
        ("country", "uk", "GB"),
        ("type", "Regional and local authorities", "local_authority"),
        ("themes", "Housing", "housing"),
        ("latitude", "37,9", "37.9"),
        ("longitude", "23,7", "23.7"),
        ("name", "Two⟨U+200B⟩  bodies", "Two bodies"),
        ("wikidata", "https://www.wikidata.org/wiki/Q9", "Q9"),
        ("website", "www.two.example", "https://www.two.example"),
    }
    assert ["country", 3, "EL", "GR"] in job().summary["notes"]
    assert "read otherwise" in page.text


def test_a_link_may_give_the_name_of_an_entry(publisher):
    InitiativeFactory(slug="romact", name="ROMACT")
    ActorFactory(slug="glasgow", name="City of Glasgow")
    row = ["Romact", "City of Glasgow", "partner", SOURCE]
    send(publisher, as_csv(["initiative", "actor", "role", "sources"], row), Participation)
    say_yes(publisher)
    assert Participation.objects.get().actor.slug == "glasgow"


def test_all_mistakes_of_a_line_are_told_at_once(publisher):
    values = {
        "founded": "2001",
        "closed": "1999",
        "type": "nothing",
        "website": "not a site",
        "country": "XX",
    }
    row = dict(zip(ACTOR, actor_row("agency"), strict=True)) | values
    send(publisher, as_csv(row, row.values()))
    [finding] = findings()
    assert {name for name, _why in finding["errors"]} == {"", "type", "website", "country"}


def test_many_mistakes_are_told_by_kind(publisher):
    rows = [actor_row(f"agency-{n}", type=f"kind {n}") for n in range(200)]
    page = send(publisher, as_csv(ACTOR, *rows, actor_row("fine"), actor_row("odd", country="XX")))
    assert job().counts == {"error": 201, "new": 1}
    [[column, why, count, lines], other] = job().summary["mistakes"]
    assert (column, count, lines) == ("type", 200, [2, 3, 4])
    assert "“…” is none of" in why
    assert other == ["country", "“XX” is not in the directory.", 1, [203]]
    assert "Mistakes by kind" in Page(page.text).texts("table caption")


def test_kinds_of_mistakes_are_told_as_they_are_told_of_a_line(publisher):
    """Only what differs from line to line is left out. What is wrong in two ways is of two kinds."""
    row = dict(zip(ACTOR, actor_row("agency"), strict=True)) | {"latitude": "", "founded": "", "closed": ""}
    wrong = [{"founded": "2001", "closed": "1999"}, {"latitude": "141.9"}]
    rows = [row | {"slug": f"a-{n}", "founded": f"about {n}"} for n in range(3)]
    rows += [row | {"slug": f"b-{n}"} | wrong[0] | (wrong[1] if n else {}) for n in range(3)]
    send(publisher, as_csv(row, *(each.values() for each in rows)))
    told = {text: (column, count) for column, text, count, _lines in job().summary["mistakes"]}
    assert told == {
        "“…” is not a date. Write 2011, 2011-04 or 2011-04-05.": ("founded", 3),
        "It cannot have closed before it was founded.": ("", 3),
        "A latitude lies between -90 and 90.": ("", 2),
        "Give latitude, longitude and their precision, or none of them.": ("", 2),
    }


def test_a_bad_sheet_is_answered_on_one_page(publisher):
    """By kind with counts, however many lines there are; each line comes back with all that is wrong with it."""

    def answered(amount):
        rows = [
            [*actor_row(f"agency-{n}", type=f"kind {n}", country="XX"), f"anna.kovacs{n}@example.org"]
            for n in range(amount)
        ]
        page = send(publisher, as_csv([*ACTOR, "email"], *rows))
        assert job().counts == {"error": amount}
        counts = {column: (count, lines) for column, _why, count, lines in job().summary["mistakes"]}
        assert counts == dict.fromkeys(["type", "country", "email"], (amount, [2, 3, 4]))
        return len(page.content)

    few, many = answered(150), answered(1_200)  # of three parts
    assert many < few + 500
    rest = publisher.get(f"{outcome_url()}rest.csv").getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(rest)))
    assert len(rows) == 1_200
    assert all("type: " in row["reason"] and "email: " in row["reason"] for row in rows)


# Columns


def test_headings_of_others_are_named_in_the_browser(publisher):
    headings = ["ID", "Organisation", "Homepage", "Colour", "Source URL"]
    page = send(
        publisher, as_csv(headings, ["x/1", "House", "https://house.example", "red", "https://list.example"])
    )
    assert job().state == "mapping"
    assert job().options["columns"] == ["slug", "name", "website", "", "sources"]
    assert "red" in page.text
    assert Page(page.text).texts("legend")[0] == "What no column says"
    page = name_columns(publisher, all_type="academia", publisher="A registry", title="The list")
    assert job().counts == {"new": 1}, findings()
    say_yes(publisher)
    actor = Actor.objects.get()
    assert (actor.slug, actor.type, actor.website) == ("x-1", "academia", "https://house.example")
    [citation] = actor.citations.all()
    assert (citation.source.publisher, citation.source.title) == ("A registry", "The list")
    assert citation.facts == ["name", "type", "website"]
    send(publisher, as_csv(headings, ["x/2", "Other", "", "red", "https://list.example"]))
    assert job().options["columns"] == ["slug", "name", "website", "", "sources"]


@pytest.mark.parametrize(
    ("heading", "cells", "column"),
    [
        ("Classification", ["executive agency", ""], ""),
        ("Classification", ["executive agency", "Academia"], "type"),
        ("Classification", ["", ""], ""),
        ("Jurisdiction", ["Attica", "Crete"], ""),
        ("Jurisdiction", ["Atlantis", "Romania"], "country"),
        ("Parent", ["xy/The Republic", ""], ""),
        ("Parent", ["xy/The Republic", "House"], "part_of"),
        ("Parent", ["the-republic", ""], "part_of"),
        ("Abbreviation", ["", ""], "acronym"),
    ],
)
def test_what_a_list_calls_so_is_a_column_only_if_its_cells_can_be_read_as_that(
    publisher, heading, cells, column
):
    CountryFactory(code="RO", name="Romania")
    ActorFactory(slug="house", name="House")
    send(publisher, as_csv(["Title", heading], *zip(["One", "Two"], cells, strict=True)))
    assert job().options["columns"] == ["name", column]


def test_a_column_is_named_once_and_the_name_is_needed(publisher):
    send(publisher, as_csv(["one", "two"], ["a", "b"]))
    assert name_columns(publisher).status_code == 400
    assert name_columns(publisher, column_0="name", column_1="name").status_code == 400
    assert job().state == "mapping"
    name_columns(publisher, column_0="name")
    assert job().state == "checked"


# Slugs


def test_slugs_are_made_of_names_in_every_script(publisher):
    CountryFactory(code="BG")
    ActorFactory(slug="agency", name="Other")
    rows = [
        ["Министерство на здравето", "BG"],
        ["Agency", ""],
        ["Agency", "BG"],
        ["Agency!", "BG"],
    ]
    send(publisher, as_csv(["name", "country"], *rows))
    answer(publisher, rest="new")
    assert [each["key"] for each in findings()] == [
        "ministerstvo-na-zdraveto",
        "agency-2",
        "agency-bg",
        "agency-bg-2",
    ]


def test_slugs_of_long_names_have_room_for_what_tells_them_apart(publisher):
    CountryFactory(code="IT")
    name = "Consorzio di bonifica e dei servizi idrici della valle e delle colline del grande fiume"
    rows = [[name, country, place] for country, place in (("", "One"), ("IT", "Two"), ("IT", "Three"))]
    send(publisher, as_csv(["name", "country", "locality"], *rows))
    keys = [each["key"] for each in findings()]
    assert max(map(len, keys)) == 80
    assert [
        key[len("consorzio-di-bonifica-e-dei-servizi-idrici-della-valle-e-delle-colline-del-") :]
        for key in keys
    ] == [
        "grand",
        "gr-it",
        "it-2",
    ]
    assert "slug" not in {column for each in findings() for column, _why in each["errors"]}


def test_a_line_without_a_name_lacks_the_name_alone(publisher):
    send(publisher, as_csv(["name", "type", "summary"], ["", "academia", "It works."]))
    assert [name for name, _why in findings()[0]["errors"]] == ["name"]


def test_a_file_without_slugs_comes_to_nothing_when_it_is_sent_again(publisher):
    content = as_csv(
        ["name", "type", "summary"], ["Agency", "academia", "It works."], ["Бюро", "academia", "Too."]
    )
    send(publisher, content)
    say_yes(publisher)
    send(publisher, content)
    assert job().counts == {"unchanged": 2}


# Questions


def test_a_line_may_be_this_one_or_new_or_left_out(publisher):
    ActorCitationFactory(subject=ActorFactory(slug="held", name="Roma Action Agency"))
    rows = [actor_row(slug, name=f"Roma Acton Agency{n}") for n, slug in enumerate(["one", "two", "three"])]
    for row in rows:
        row[1] = "Roma Acton Agency"
    send(publisher, as_csv(ACTOR, *rows))
    assert job().counts == {"question": 3}
    answer(publisher, line_2="this:held", line_3="new", line_4="skip")
    assert job().counts == {"changed": 1, "new": 1, "skipped": 1}
    say_yes(publisher)
    assert dict(Actor.objects.values_list("slug", "name")) == {
        "held": "Roma Acton Agency",
        "two": "Roma Acton Agency",
    }


def test_only_what_was_offered_is_an_answer(publisher):
    ActorFactory(slug="held", name="Roma Action Agency")
    ActorFactory(slug="other", name="Another")
    send(publisher, as_csv(ACTOR, actor_row("one", name="Roma Acton Agency")))
    answer(publisher, line_2="this:other", line_9="new", line_x="new")
    assert job().counts == {"question": 1}


def test_two_bodies_that_a_list_gives_one_key_may_both_go_in(publisher):
    rows = [
        [*actor_row("audit"), ""],
        [*actor_row("audit", name="Audit of another house"), ""],
        [*actor_row("room"), "audit"],
    ]
    send(publisher, as_csv([*ACTOR, "part_of"], *rows))
    assert job().counts == {"new": 2, "question": 1}
    assert findings()[1]["question"]["text"] == "Line 2 has this slug already. Is this another body?"
    answer(publisher, line_3="new")
    say_yes(publisher)
    assert dict(Actor.objects.values_list("slug", "name")) == {
        "audit": "Audit",
        "audit-of-another-house": "Audit of another house",
        "room": "Room",
    }
    assert Actor.objects.get(slug="room").parent.slug == "audit"


def test_an_address_that_many_lines_share_tells_nothing(publisher):
    names = ["Ministry of Mines", "Court of Bees", "Office for Roads", "Institute of Ice", "Institute of Ice"]
    rows = [[*actor_row(f"body-{n}", name=name), "https://gov.example/"] for n, name in enumerate(names)]
    send(publisher, as_csv([*ACTOR, "website"], *rows))
    told = [each["question"].get("text", "") for each in findings()]
    assert [bool(text) for text in told] == [False, True, False, False, True]
    assert "line 2 has the same website" in told[1]
    assert "line 5 has a similar name" in told[4]
    answer(publisher, line_3="skip", line_6="skip")
    assert job().counts == {"new": 3, "skipped": 2}  # no new question comes of an answer


def test_an_open_question_stays_behind(publisher):
    ActorFactory(slug="held", name="Roma Action Agency")
    send(publisher, as_csv(ACTOR, actor_row("one", name="Roma Acton Agency"), actor_row("two")))
    say_yes(publisher)
    assert set(Actor.objects.values_list("slug", flat=True)) == {"held", "two"}


def test_a_slug_of_another_body_is_asked_about(publisher):
    greece, britain = CountryFactory(code="GR"), CountryFactory(code="GB")
    actor = ActorFactory(slug="mod", name="Hellenic ministry", country=greece, type="national_authority")
    ActorCitationFactory(subject=actor)
    content = as_csv(ACTOR, actor_row("mod", name="British defence", country=britain.code, type="academia"))
    send(publisher, content)
    assert "another body" in findings()[0]["question"]["text"]
    assert job().counts == {"question": 1}
    answer(publisher, line_2="new")
    say_yes(publisher)
    assert dict(Actor.objects.values_list("slug", "country")) == {"mod": "GR", "mod-gb": "GB"}


def test_a_line_that_leads_to_one_that_stays_behind_stays_too(publisher):
    rows = [
        [*actor_row("one"), "two"],
        [*actor_row("two"), "three"],
        [*actor_row("three", type="wrong"), ""],
        [*actor_row("four"), ""],
    ]
    send(publisher, as_csv([*ACTOR, "part_of"], *rows))
    assert job().counts == {"error": 3, "new": 1}
    say_yes(publisher)
    assert [actor.slug for actor in Actor.objects.all()] == ["four"]


# What is there already


def test_add_only_leaves_what_is_there(publisher):
    ActorCitationFactory(subject=ActorFactory(slug="held", name="Held", summary="Old"))
    send(publisher, as_csv(ACTOR, actor_row("held"), actor_row("agency")))
    name_columns(publisher, mode="add")
    assert job().counts == {"skipped": 1, "new": 1}
    say_yes(publisher)
    assert Actor.objects.get(slug="held").summary == "Old"


def test_empty_cells_may_leave_fields_as_they_are(publisher):
    ActorCitationFactory(subject=ActorFactory(slug="held", name="Held", locality="Cork", founded="1999"))
    send(publisher, as_csv(["slug", "locality", "founded"], ["held", "", "2000"]))
    assert len(findings()[0]["differences"]) == 2
    name_columns(publisher, blanks="keep")
    assert findings()[0]["differences"] == [["founded", "1999", "2000"]]


def test_an_empty_cell_that_leaves_a_field_as_it_is_may_stand_where_the_field_must_not_be_empty(publisher):
    ActorCitationFactory(subject=ActorFactory(slug="held", name="Held"))
    send(publisher, as_csv(["slug", "name", "founded"], ["held", "", "2000"], ["other", "", "2001"]))
    name_columns(publisher, blanks="keep")
    assert job().counts == {"changed": 1, "error": 1}
    say_yes(publisher)
    assert list(Actor.objects.values_list("name", "founded")) == [("Held", "2000")]


@pytest.fixture
def exported(publisher):
    """A file of Monday, and how it is sent on Wednesday with other cells."""
    for slug in ("education", "housing", "health"):
        ThemeFactory(slug=slug)
    actor = ActorFactory(slug="held", name="Held", summary="Old", locality="Cork")
    actor.themes.set(list(actor.themes.model.objects.filter(slug="education")))
    ActorCitationFactory(subject=actor)
    sent = {"action": "export_csv", "_selected_action": [actor.pk]}
    text = publisher.post(address(Actor), sent).getvalue().decode("utf-8-sig")
    headings, row = text.splitlines()[0].split(","), text.splitlines()[1]

    def send_again(**cells):
        import csv

        values = dict(zip(headings, next(csv.reader([row])), strict=True)) | cells
        return send(publisher, as_csv(headings, values.values()))

    return send_again


def test_a_file_of_monday_does_not_undo_what_was_edited_on_tuesday(publisher, exported):
    Actor.objects.update(summary="Tuesday")
    page = exported(locality="Dublin")
    assert findings()[0]["differences"] == [["locality", "Cork", "Dublin"]]
    assert findings()[0]["kept"] == ["summary"]
    assert "since your export" in page.text
    say_yes(publisher)
    actor = Actor.objects.get()
    assert (actor.summary, actor.locality) == ("Tuesday", "Dublin")


@pytest.mark.parametrize(("said", "summary"), [("keep", "Tuesday"), ("take", "Wednesday")])
def test_what_both_changed_is_asked(publisher, exported, said, summary):
    Actor.objects.update(summary="Tuesday")
    exported(summary="Wednesday")
    assert [value for value, *_rest in findings()[0]["question"]["answers"]] == ["keep", "take"]
    answer(publisher, line_2=said)
    say_yes(publisher)
    assert Actor.objects.get().summary == summary


def test_of_lists_both_can_be_had(publisher, exported):
    actor = Actor.objects.get()
    actor.themes.add(actor.themes.model.objects.get(slug="housing"))
    exported(themes="education; health")
    answer(publisher, line_2="both")
    say_yes(publisher)
    assert {theme.slug for theme in actor.themes.all()} == {"education", "health", "housing"}


def test_a_known_source_may_be_told_by_its_address_alone(publisher):
    SourceFactory(url="https://list.example", publisher="P", title="T")
    send(publisher, as_csv(["name", "kind", "sources"], ["X", "project", "https://list.example"]), Initiative)
    assert "Say which facts" in findings()[0]["errors"][0][1]


# What one was shown


def shown_run(page):
    """What the forms of a page say that it shows: one and the same."""
    [run] = {each.attributes["value"] for each in Page(page.text).all("input[name=run]")}
    return run


def test_what_a_publisher_did_not_see_is_not_imported(cast):
    send(
        cast["curator"],
        as_csv(["slug", "name", "type", "summary", "acronym"], ["a", "A", "academia", "B", "C"]),
    )
    page = cast["publisher"].get(outcome_url())
    name_columns(cast["curator"], column_3="acronym", column_4="summary")
    refused = say_yes(cast["publisher"], run=shown_run(page))
    assert "Somebody changed this import since you opened the page" in Page(refused.text).text(".messagelist")
    assert (job().state, Actor.objects.exists()) == ("checked", False)
    say_yes(cast["publisher"], run=shown_run(refused))
    assert Actor.objects.values_list("summary", "acronym").get() == ("C", "B")


def test_every_step_is_about_what_the_page_showed(publisher):
    ActorFactory(slug="held", name="Roma Action Agency")
    send(publisher, as_csv(ACTOR, actor_row("one", name="Roma Acton Agency"), actor_row("two")))
    outdated = {"run": "of another turn"}
    sent = shown_columns(publisher)
    for step, data in (("answers", {"answer-2": "new"}), ("columns", sent), ("start", {})):
        page = publisher.post(f"{outcome_url()}{step}/", data | outdated, follow=True)
        assert "Somebody changed this import" in page.text, step
    assert job().counts == {"question": 1, "new": 1}
    assert not ImportPart.objects.exclude(answers={}).exists()
    say_yes(publisher)
    for step, data in (("undo", outdated), ("start", {}), ("answers", {}), ("columns", sent)):
        page = publisher.post(f"{outcome_url()}{step}/", data, follow=True)
        assert "Somebody changed this import" in page.text, step
    assert (job().state, Actor.objects.count()) == ("done", 2)


def test_of_two_who_take_the_next_step_at_once_one_does(publisher):
    send(publisher, as_csv(ACTOR, actor_row("agency")))
    one, other = Import.objects.get(), Import.objects.get()
    jobs.claim(one, Import.State.WRITING, "")
    with pytest.raises(jobs.SupersededError):
        jobs.claim(other, Import.State.CHECKING, "")
    assert job().state == "writing"
