"""Imports as batches: what is kept of them, which rows are theirs, and the way back."""

from random import Random

import pytest

from initiatives.models import Initiative, Participation
from roma_network.editorial import revisions
from roma_network.editorial.importing.tables import table_named
from roma_network.models import Import, ImportBatch, ImportFile, ImportPart, Source
from stakeholders.models import Actor, ActorCitation, ActorName
from tests.editing import address
from tests.editorial.test_importing import (
    ACTOR,
    MODELS,
    SOURCE,
    _at_once,  # noqa: F401, jobs run before the answer
    actor_row,
    as_csv,
    findings,
    job,
    outcome_url,
    pairs,  # noqa: F401, two lines a batch
    say_yes,
    send,
    sent_with_changes,
    tables_model,
    whole_state,
)
from tests.factories import (
    ActorCitationFactory,
    ActorFactory,
    ActorNameFactory,
    CountryFactory,
    InitiativeFactory,
    ParticipationCitationFactory,
    ParticipationFactory,
    RelationFactory,
    SourceFactory,
    ThemeFactory,
)
from tests.html import Page

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
LATER = "2020-01-01T00:00Z"


@pytest.fixture
def publisher(cast):
    return cast["publisher"]


def take_back(client):
    return client.post(
        f"{address(tables_model(), 'import')[:-1]}{job().pk}/undo/", {"run": job().run}, follow=True
    )


@pytest.mark.usefixtures("pairs")
def test_an_import_is_taken_back_whole(publisher):
    actor = sent_with_changes(publisher)
    before = whole_state(Actor)
    page = say_yes(publisher)
    assert "Take this import back" in page.text
    assert whole_state(Actor) != before
    page = take_back(publisher)
    assert whole_state(Actor) == before
    assert (job().state, job().undone_by.username, job().problem) == ("undone", "publisher", "")
    assert "It was taken back" in page.text
    assert actor.history.first().history_change_reason.startswith("Taken back")
    assert not job().rows.exists()
    take_back(publisher)
    assert job().state == "undone"


def test_ties_are_taken_back(publisher):
    initiative, actors = InitiativeFactory(slug="leri"), ActorFactory.create_batch(3)
    held = ParticipationFactory(initiative=initiative, actor=actors[0], role="lead", start="2013")
    ParticipationCitationFactory(subject=held)
    before = [whole_state(model) for model in (Actor, Initiative)]
    rows = [["leri", actor.slug, "lead", "2014", f"{SOURCE} {n}"] for n, actor in enumerate(actors)]
    send(publisher, as_csv(["initiative", "actor", "role", "start", "sources"], *rows), Participation)
    say_yes(publisher)
    Participation.objects.filter(pk=held.pk).update(note="Edited")
    take_back(publisher)
    held.refresh_from_db()
    assert (held.start, held.note) == ("2013", "Edited")
    assert [whole_state(model)[0] for model in (Actor, Initiative)] == [keys for keys, *_ in before]
    assert Participation.objects.get() == held


def test_what_is_from_an_import_is_listed(publisher):
    ActorCitationFactory(subject=ActorFactory(slug="changed", name="Changed"))
    ActorCitationFactory(subject=ActorFactory(slug="other", name="Other"))
    send(publisher, as_csv(ACTOR, actor_row("changed"), actor_row("agency")))
    page = say_yes(publisher)
    url = f"/admin/stakeholders/actor/?import={job().pk}"
    assert url in Page(page.text).addresses()
    listed = publisher.get(url)
    assert {row.slug for row in listed.context["cl"].queryset} == {"changed", "agency"}
    for odd in ("x", "9" * 30, "99"):
        assert publisher.get(f"/admin/stakeholders/actor/?import={odd}", follow=True).status_code in (
            200,
            400,
        )


def test_what_was_imported_and_by_whom_outlives_the_file(publisher):
    send(publisher, as_csv(ACTOR, actor_row("agency")))
    say_yes(publisher, reason="From the yearbook")
    imported = job()
    send(publisher, as_csv(ACTOR, actor_row("never-imported")))
    Import.objects.update(at=LATER)
    send(publisher, as_csv(ACTOR, actor_row("other")))
    assert not Import.objects.filter(at=LATER).exclude(pk=imported.pk).exists()
    assert not ImportFile.objects.filter(owner=imported).exists()
    [part] = ImportPart.objects.filter(owner=imported)
    assert part.lines == []
    page = publisher.get(f"{address(Actor, 'import')[:-1]}{imported.pk}/")
    assert {"From the yearbook", "It works."} <= set(Page(page.text).texts("dd, ins"))
    publisher.post(f"{address(Actor, 'import')[:-1]}{imported.pk}/undo/", {"run": imported.run})
    assert not Actor.objects.exists()


def test_curators_take_nothing_back(cast):
    send(cast["publisher"], as_csv(ACTOR, actor_row("agency")))
    say_yes(cast["publisher"])
    assert take_back(cast["curator"]).status_code == 403
    assert "Take this import back" not in cast["curator"].get(outcome_url()).text
    assert Actor.objects.exists()


# What was edited since


def test_of_a_row_edited_since_the_edited_cells_stay(publisher):
    theme, other = ThemeFactory(slug="housing"), ThemeFactory(slug="health")
    actor = ActorFactory(slug="agency", name="Agency", summary="Old", locality="Cork", themes=[theme])
    ActorCitationFactory(subject=actor)
    headings = ["slug", "summary", "locality", "themes"]
    ThemeFactory(slug="education")
    send(publisher, as_csv(headings, ["agency", "New", "Dublin", "housing; education"]))
    say_yes(publisher)
    actor.refresh_from_db()
    actor.summary, actor.website = "Edited", "https://example.org/"
    actor.save()
    actor.themes.remove(theme)
    actor.themes.add(other)
    take_back(publisher)
    actor.refresh_from_db()
    assert (actor.summary, actor.locality, actor.website) == ("Edited", "Cork", "https://example.org/")
    assert [each.slug for each in actor.themes.all()] == ["health"]


def test_a_row_that_the_import_removed_and_somebody_put_back_stays(publisher):
    theme = ThemeFactory(slug="housing")
    actor = ActorFactory(slug="agency", name="Agency", summary="Old", themes=[theme])
    ActorCitationFactory(subject=actor)
    link = Actor.themes.through.objects.get(actor=actor)
    send(publisher, as_csv(["slug", "summary", "themes"], ["agency", "New", ""]))
    say_yes(publisher)
    link.save(force_insert=True)
    take_back(publisher)
    actor.refresh_from_db()
    assert (actor.summary, [each.slug for each in actor.themes.all()]) == ("Old", ["housing"])


def test_new_rows_stay_that_somebody_edited_or_that_rows_which_stay_lead_to(publisher):
    rows = [
        [*actor_row("roof"), ""],
        [*actor_row("house"), "roof"],
        [*actor_row("room"), "house"],
        [*actor_row("tied"), ""],
        [*actor_row("alone"), "roof"],
    ]
    send(publisher, as_csv([*ACTOR, "part_of"], *rows))
    say_yes(publisher)
    room = Actor.objects.get(slug="room")
    room.summary = "Edited"
    room.save()
    RelationFactory(subject=ActorFactory(slug="other"), target=Actor.objects.get(slug="tied"))
    page = take_back(publisher)
    assert set(Actor.objects.values_list("slug", flat=True)) == {"roof", "house", "room", "tied", "other"}
    assert job().rows.count() == 4
    told = Page(page.text).text(".errornote")
    assert all(name in told for name in ("Roof", "House", "Room", "Tied"))


def test_what_cannot_be_again_as_it_was_stays_and_is_told(publisher):
    actor = ActorFactory(slug="agency", name="Agency", founded="2010", closed="2015")
    calm = ActorFactory(slug="calm", name="Calm", founded="2010")
    for each in (actor, calm):
        ActorCitationFactory(subject=each)
    send(publisher, as_csv(["slug", "founded", "closed"], ["agency", "2001", "2015"], ["calm", "2001", ""]))
    say_yes(publisher)
    Actor.objects.filter(pk=actor.pk).update(closed="2005")
    page = take_back(publisher)
    assert dict(Actor.objects.values_list("slug", "founded")) == {"agency": "2001", "calm": "2010"}
    assert "stays as it is: Agency." in Page(page.text).text(".errornote")


def test_a_link_to_what_is_gone_is_not_restored(publisher):
    old = ActorFactory(slug="old", status="draft")
    actor = ActorFactory(slug="agency", name="Agency", parent=old)
    ActorCitationFactory(subject=actor)
    send(publisher, as_csv(["slug", "part_of"], ["agency", ""]))
    say_yes(publisher)
    old.delete()
    take_back(publisher)
    actor.refresh_from_db()
    assert (job().state, actor.parent) == ("undone", None)


TEXTS = ("summary", "locality", "acronym", "founded")
THEMES = ("education", "housing", "health")


class Directory:
    """Some entries, and what somebody does with them, by a die."""

    def __init__(self, seed):
        self.die = Random(seed)  # noqa: S311, no secret
        for slug in THEMES:
            ThemeFactory(slug=slug)
        for n in range(4):
            actor = ActorFactory(slug=f"held-{n}", name=f"Held {n}", summary="Old", themes=[])
            ActorCitationFactory(subject=actor, source=SourceFactory(url=f"https://example.org/old-{n}"))
            ActorNameFactory(actor=actor, name=f"Former {n}")
            actor.themes.set([self.theme()])

    def theme(self):
        from stakeholders.models import Theme

        return Theme.objects.get(slug=self.die.choice(THEMES))

    def text(self, name):
        return str(self.die.randint(1900, 1999)) if name == "founded" else f"{name} {self.die.randint(0, 9)}"

    def file(self):
        headings = ["slug", "name", "type", *TEXTS, "themes", "other_names", "sources"]
        rows = []
        for slug in [f"held-{n}" for n in range(4)] + [f"new-{n}" for n in range(4)]:
            themes = "; ".join(sorted(set(self.die.choices(THEMES, k=2))))
            names = "\n".join(sorted({f"Name {self.die.randint(0, 2)}", f"Former {slug[-1]}"}))
            source = f"https://example.org/{slug} | name | | Example | About"
            values = [self.text(name) if self.die.random() < 0.7 else "" for name in TEXTS]
            rows.append([slug, slug.title(), "academia", *values, themes, names, source])
            rows[-1][3] = rows[-1][3] or "It works."
        self.die.shuffle(rows)
        return as_csv(headings, *rows)

    def edit(self):
        """What others do to some entries: the cells that each of them edits."""
        done = {}
        for actor in Actor.objects.order_by("pk"):
            if self.die.random() < 0.4:
                continue
            for name in self.die.sample(TEXTS, 2):
                done[actor.slug, name] = edited = (
                    f"19{self.die.randint(50, 99)}" if name == "founded" else "Edited"
                )
                Actor.objects.filter(pk=actor.pk).update(**{name: edited})
            if self.die.random() < 0.5:
                ActorName.objects.create(actor=actor, name="Nickname")
                done[actor.slug, "names"] = {"Nickname"}
        return done


def cells(actor):
    return {name: getattr(actor, name) for name in TEXTS} | {
        "themes": {theme.slug for theme in actor.themes.all()},
        "names": {name.name for name in actor.names.all()},
        "sources": {citation.source.url for citation in actor.citations.all()},
    }


@pytest.mark.usefixtures("pairs")
@pytest.mark.parametrize("seed", range(12))
def test_import_and_edits_and_undo_leave_exactly_the_edits(publisher, seed):
    directory = Directory(seed)
    before = {actor.slug: cells(actor) for actor in Actor.objects.all()}
    send(publisher, directory.file())
    say_yes(publisher)
    assert job().state == "done", job().problem
    imported = {actor.slug: cells(actor) for actor in Actor.objects.all()}
    done = directory.edit()
    take_back(publisher)
    assert job().state == "undone"
    expected = before | {slug: imported[slug] for slug, _name in done if slug.startswith("new")}
    for (slug, name), value in done.items():
        told = expected[slug][name] | value if name == "names" else value
        expected[slug] = expected[slug] | {name: told}
    # What somebody wrote anew, and the import had written too, is the import's.
    for (slug, name), value in done.items():
        if slug in before and name != "names" and imported[slug][name] == value:
            expected[slug][name] = before[slug][name]
    assert {actor.slug: cells(actor) for actor in Actor.objects.all()} == expected
    assert {each.subject.slug for each in ActorCitation.objects.all()} == expected.keys()
    assert not Source.objects.exclude(url__in={url for each in expected.values() for url in each["sources"]})
    assert not ImportBatch.objects.exists()
    fresh = list(Actor.objects.order_by("pk"))
    assert revisions.states_of(Actor, [actor.pk for actor in fresh]) == {
        actor.pk: revisions.state_of(actor) for actor in fresh
    }


# Of each other table: the cells that say which row a line is, and those that a die fills. The first that is filled
# is what others edit.
LINES = {
    "initiatives": (
        {"slug": "i-{n}", "name": "Name {n}", "kind": "project"},
        ["summary", "start", "countries"],
    ),
    "participations": ({"initiative": "held", "actor": "a-{n}", "role": "partner"}, ["note", "start"]),
    "relations": ({"subject": "a-{n}", "kind": "cooperates_with", "target": "whole"}, ["note"]),
    "documents": (
        {"slug": "d-{n}", "kind": "report", "date": "2020", "url": "https://example.org/d-{n}"},
        ["title", "publisher", "actors", "countries"],
    ),
    "funding": ({"slug": "f-{n}", "initiative": "held", "amount": "1{n}"}, ["note", "programme", "start"]),
    "mandates": (
        {"slug": "m-{n}", "country": "XA", "office": "contact_point", "actor": "a-{n}"},
        ["note", "start"],
    ),
    "sources": ({"url": "https://example.org/s-{n}", "publisher": "P"}, ["title", "language"]),
}
FILLED = {
    "language": ["en", "ro", "rom"],
    "countries": ["XA", "XA; XB", "XB"],
    "actors": ["a-0; a-1", "a-1", "a-2; whole"],
    "publisher": ["a-0", "a-3", "whole"],
    "start": ["2001", "2002-03", "2003-04-05"],
}


class Lines:
    """Files of four lines for a table, and what somebody does with its rows, by a die."""

    def __init__(self, name, seed):
        self.table = table_named(name)
        self.key, self.filled = LINES[name]
        self.die = Random(seed)  # noqa: S311, no secret
        for slug in ("a-0", "a-1", "a-2", "a-3", "whole"):
            ActorFactory(slug=slug, name=slug.title())
        InitiativeFactory(slug="held")
        for code in ("XA", "XB"):
            CountryFactory(code=code)

    @property
    def has_sources(self):
        return "sources" in self.table.columns

    def file(self, amount):
        rows = []
        for n in range(amount):
            row = {name: text.format(n=n) for name, text in self.key.items()}
            row |= {name: self.die.choice(FILLED.get(name, ["One", "Two", "Three"])) for name in self.filled}
            if self.has_sources:
                page = self.die.randint(0, 9)
                row["sources"] = f"https://example.org/{page} | | a note | Example | Page {page}"
            rows.append(row)
        self.die.shuffle(rows)
        return as_csv(rows[0], *(row.values() for row in rows))

    def state(self):
        """Key of a row → column → its cell."""
        return {
            self.table.key_of(row): {
                column.name: set(column.text(column.value_of(row)).split("\n"))
                if column.name == "sources"
                else column.text(column.value_of(row))
                for column in self.table.imported
            }
            for row in self.table.rows()
            if row.pk not in self.others
        }

    others = ()

    def edit(self):
        """What others do to some rows: the cells that each of them edits, and the source that some get."""
        done = {}
        for row in self.table.rows().exclude(pk__in=self.others).order_by("pk"):
            if self.die.random() < 0.5:
                continue
            key, name = self.table.key_of(row), self.filled[0]
            self.table.model.objects.filter(pk=row.pk).update(**{name: "Edited"})
            done[key] = {name: "Edited"}
            if self.has_sources and self.die.random() < 0.5:
                source = SourceFactory(url=f"https://example.org/added-{row.pk}")
                row.citations.create(source=source, facts=[], note="Added")
                done[key]["sources"] = {f"{source.url} |  | Added"}
        return done


@pytest.mark.usefixtures("pairs")
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", LINES)
def test_of_each_table_import_and_edits_and_undo_leave_exactly_the_edits(publisher, name, seed):
    lines = Lines(name, seed)
    lines.others = list(lines.table.model.objects.values_list("pk", flat=True))
    for amount in (2, 4):
        before, sources = lines.state(), set(Source.objects.values_list("url", flat=True))
        send(publisher, lines.file(amount), lines.table.model)
        assert "error" not in job().counts, findings()
        answer_all(publisher)
        say_yes(publisher)
        assert job().state == "done", job().problem
    imported = lines.state()
    assert (len(before), len(imported)) == (2, 4)
    done = lines.edit()
    take_back(publisher)
    assert job().state == "undone"
    expected = before | {key: imported[key] for key in done if key not in before}
    for key, edited in done.items():
        added = edited.get("sources", set())
        expected[key] = expected[key] | edited
        if lines.has_sources:
            expected[key]["sources"] = (before if key in before else imported)[key]["sources"] | added
    assert lines.state() == expected
    if lines.has_sources:
        cited = {line.split(" | ")[0] for each in expected.values() for line in each["sources"]}
        assert set(Source.objects.values_list("url", flat=True)) == sources | cited
    assert not ImportBatch.objects.filter(owner=job()).exists()


def answer_all(client):
    """All that may be there already is new."""
    url = f"{address(tables_model(), 'import')[:-1]}{job().pk}/answers/"
    if job().counts.get("question"):
        client.post(url, {"rest": "new", "run": job().run}, follow=True)


def test_the_page_of_each_kind_of_import_opens(publisher):
    for model in MODELS:
        assert publisher.get(address(model, "import")).status_code == 200
