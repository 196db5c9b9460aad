"""A harvester that follows the log ends with exactly what a full dump holds, whatever was done meanwhile."""

import json
import runpy
from contextlib import closing, suppress
from copy import deepcopy
from random import Random
from threading import Thread
from time import sleep

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, connection, connections, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models import ProtectedError
from django.test import Client

from initiatives.models import Document, Funding, Initiative, Participation, ParticipationCitation, Role
from roma_network.changes import log, triggers
from roma_network.directory.open_data.dataset import PARTS
from roma_network.editorial import merging, restoring, workflow
from roma_network.editorial.importing.dry_run import DryRun, Outcome
from roma_network.editorial.importing.options import Options
from roma_network.editorial.importing.tables import table_named
from roma_network.editorial.importing.undoing import Undoing
from roma_network.editorial.importing.writing import BulkWriter
from roma_network.export import dumps
from roma_network.export.columns import tables
from roma_network.export.records import logged_tables, reading_of
from roma_network.models import ContentVersion, ImportBatch, Keyed, Mark, Record, Source, Status
from stakeholders.models import (
    Actor,
    ActorCitation,
    ActorMerge,
    ActorName,
    Country,
    Relation,
    RelationKind,
    Theme,
)
from tests import factories

committed = pytest.mark.django_db(transaction=True)
HARVESTER = runpy.run_path(str(settings.BASE_DIR / "static" / "examples" / "harvest.py"))
THINGS = 150  # done at random by each connection


def fetch(url):
    address = url if "//" in url else f"/api/v1/{url}"
    return json.loads(Client().get(address).content)


def new_copy():
    return {"last": 0, "parts": {}}


def brought_up_to_date(copy):
    copy = deepcopy(copy)
    HARVESTER["harvest"](copy, fetch)
    return copy


def full_dump(folder):
    dumps.write_tables(folder, PARTS, lambda name: None)
    return (folder / dumps.EVERYTHING).read_text()


def told_since(last):
    return {
        (row["part"], row["id"], row["what"]) for row in fetch(f"changes/?after={last}&limit=1000")["results"]
    }


# What may be done to a directory


class Hand:
    """Does things at random, each in a transaction."""

    def __init__(self, seed, user):
        self.random, self.user, self.number = Random(seed), user, 0  # noqa: S311, every run repeats it
        self.seed, self.merges, self.imports = seed, [], []

    @property
    def word(self):
        self.number += 1
        return f"{self.seed}-{self.number}"

    def one(self, model, **lookups):
        keys = list(model.objects.filter(**lookups).order_by("pk").values_list("pk", flat=True))
        return model.objects.get(pk=self.random.choice(keys))

    def some(self, model, most=3):
        return [self.one(model) for _ in range(self.random.randrange(most + 1))]

    def do(self):
        name = self.random.choice([name for name in vars(Hand) if name.startswith("do_")])
        try:
            with transaction.atomic():
                getattr(self, name)()
        except (
            IndexError,
            IntegrityError,
            OperationalError,
            ProtectedError,
            ValidationError,
            workflow.RefusedError,
            models.ObjectDoesNotExist,
        ):
            return None
        return name

    def do_edit(self):
        entry = self.one(self.random.choice([Actor, Initiative]))
        entry.summary = f"It works {self.word}."
        entry.save()

    def do_a_step(self):
        entry = self.one(self.random.choice([Actor, Initiative, Document]))
        step = self.random.choice(workflow.steps_open(to=self.user, entry=entry))
        workflow.take(step=step, entry=entry, by=self.user, reason="At random")

    def do_statuses_in_sets(self):
        model = self.random.choice([Actor, Initiative, Document])
        keys = [entry.pk for entry in self.some(model)]
        values = {"status": Status.PUBLISHED, "published_at": "2026-01-01T00:00:00Z"}
        model.objects.filter(pk__in=keys).update(
            **self.random.choice([values, values, {"status": Status.WITHDRAWN}, {"status": Status.DRAFT}])
        )

    def do_a_new_address(self):
        model = self.random.choice([Actor, Initiative, Document])
        model.objects.filter(pk=self.one(model).pk).update(slug=f"slug-{self.word}")

    def do_two_addresses_swapped(self):
        first, second = self.one(Actor), self.one(Actor)
        Actor.objects.filter(pk=first.pk).update(slug=f"slug-{self.word}")
        Actor.objects.filter(pk=second.pk).update(slug=first.slug)

    def do_retitle(self):
        source = self.one(Source)
        source.title = f"Title {self.word}"
        source.save()

    def do_rename_terms(self):
        Theme.objects.filter(pk=self.one(Theme).pk).update(name=f"Theme {self.word}")
        country = self.one(Country)
        country.name = f"Country {self.word}"
        country.save()

    def do_rename_a_theme_in_addresses(self):
        Theme.objects.filter(pk=self.one(Theme).pk).update(slug=f"theme-{self.word}")

    def do_links(self):
        self.one(Actor).themes.set(self.some(Theme))
        self.one(Initiative).countries.set(self.some(Country))
        document = self.one(Document)
        document.actors.set(self.some(Actor))
        document.initiatives.add(*self.some(Initiative))

    def do_lead_elsewhere(self):
        Document.objects.filter(pk=self.one(Document).pk).update(publisher=self.one(Actor))
        Initiative.objects.filter(pk=self.one(Initiative).pk).update(follows=self.one(Initiative))
        Actor.objects.filter(pk=self.one(Actor).pk).update(country=self.one(Country))

    def do_a_tie(self):
        role = self.random.choice(Role.values)
        tie = Participation.objects.create(actor=self.one(Actor), initiative=self.one(Initiative), role=role)
        tie.citations.create(source=self.one(Source), facts=["role"])

    def do_a_relation(self):
        kind = self.random.choice(RelationKind.values)
        Relation.objects.create(subject=self.one(Actor), target=self.one(Actor), kind=kind)

    def do_move_a_tie(self):
        Participation.objects.filter(pk=self.one(Participation).pk).update(actor=self.one(Actor))

    def do_rows_within(self):
        ActorName.objects.create(actor=self.one(Actor), name=f"Name {self.word}")
        Funding.objects.create(initiative=self.one(Initiative), programme=f"Programme {self.word}")
        self.one(Funding).delete()

    def do_cite(self):
        self.one(Actor).citations.create(source=self.one(Source), facts=["name"])
        citations = self.one(Initiative).citations
        citations.create(
            source=Source.objects.create(url=f"https://example.eu/{self.word}", title="New", publisher="P"),
            facts=["name"],
        )

    def do_stop_citing(self):
        self.one(self.random.choice([ActorCitation, ParticipationCitation])).delete()

    def do_delete(self):
        self.one(self.random.choice([Participation, Relation, ActorName])).delete()

    def do_delete_an_entry(self):
        entry = self.one(self.random.choice([Actor, Document]))
        type(entry).objects.filter(pk=entry.pk).delete()

    def do_delete_without_signals(self):
        Relation.objects.filter(pk=self.one(Relation, citations=None).pk)._raw_delete("default")

    def do_sql(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE stakeholders_actor SET acronym = %s WHERE id = %s", [self.word, self.one(Actor).pk]
            )

    def do_bulk(self):
        actors = self.some(Actor, 5)
        for actor in actors:
            actor.locality = f"Town {self.word}"
        Actor.objects.bulk_update(actors, ["locality"])
        ActorName.objects.bulk_create([ActorName(actor=actor, name=f"Name {self.word}") for actor in actors])

    def do_merge(self):
        survivor, old = self.one(Actor), self.one(Actor)
        self.merges.append(merging.merge(survivor=survivor, old=old, by=self.user, reason="Twice").pk)

    def do_undo_a_merge(self):
        merge = ActorMerge.objects.get(pk=self.merges.pop())
        merging.undo(merge=merge, by=self.user, reason="Not twice")

    def do_restore(self):
        entry = self.one(Actor)
        versions = list(entry.history.all())
        restoring.restore(entry=entry, version=self.random.choice(versions), by=self.user, reason="As it was")

    def do_import(self):
        table = table_named("actors")
        headings = ["slug", "name", "type", "summary", "sources"]
        entries = [self.one(Actor).slug, f"slug-{self.word}"]
        lines = [
            (
                number,
                [
                    slug,
                    f"Name {self.word}",
                    "academia",
                    "It works.",
                    "https://example.org/x | name | | Example | X",
                ],
            )
            for number, slug in enumerate(entries, start=2)
        ]
        run = DryRun(table, Options(columns=headings), {}, with_hints=False)
        findings = [
            each for each in run.findings(lines, {}, {}) if each.outcome in (Outcome.CHANGED, Outcome.NEW)
        ]
        rows, sources = BulkWriter(table, run.sources, findings, by=self.user).write()
        self.imports.append((rows, sources))

    def do_undo_an_import(self):
        rows, sources = self.imports.pop()
        batch = ImportBatch(rows=json.loads(json.dumps(rows, default=str)), sources=sources)
        Undoing(table_named("actors"), batch, by=self.user, reason="Not so").run()


@pytest.fixture
def small_directory(transactional_db):
    """Entries with all that can lead from one to another."""
    factories.ThemeFactory.create_batch(3)
    factories.CountryFactory.create_batch(3)
    factories.SourceFactory.create_batch(4)
    actors = factories.ActorFactory.create_batch(8, summary="It works.")
    initiatives = factories.InitiativeFactory.create_batch(5, summary="It works.")
    for place, actor in enumerate(actors):
        factories.ActorCitationFactory(subject=actor)
        tie = factories.ParticipationFactory(actor=actor, initiative=initiatives[place % 5])
        factories.ParticipationCitationFactory(subject=tie)
        factories.RelationFactory(subject=actor, target=actors[place - 1])
    for initiative in initiatives:
        factories.InitiativeCitationFactory(subject=initiative)
        factories.FundingFactory(initiative=initiative)
    for actor in actors[:3]:
        document = factories.DocumentFactory(publisher=actor, actors=actors[2:5], initiatives=initiatives[:2])
        factories.DocumentCitationFactory(subject=document)
    return User.objects.create_superuser("hand")


def assert_every_copy_ends_alike(copies, folder):
    expected = full_dump(folder)
    for copy in copies:
        assert HARVESTER["dump"](brought_up_to_date(copy)) == expected, copy["last"]
    assert not Mark.objects.exists()
    assert_nothing_differs()


def assert_nothing_differs():
    last = ContentVersion.last_number()
    log.compare_all()
    assert told_since(last) == set()


@committed
@pytest.mark.parametrize("seed", range(2))
def test_a_copy_that_follows_the_log_is_the_full_dump(small_directory, tmp_path, seed):
    hand, copies, done = Hand(seed, small_directory), [new_copy()], set()
    for number in range(2 * THINGS):
        done.add(hand.do())
        if number % 30 == 0:
            copies.append(brought_up_to_date(copies[-1]))
    assert len(done - {None}) > 20
    assert_every_copy_ends_alike(copies, tmp_path)


@committed
def test_transactions_that_overlap_lose_nothing(small_directory, tmp_path):
    """Two connections, each in the midst of a transaction while the other works and commits."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one transaction at a time")
    copies = [new_copy()]

    def work(seed):
        hand = Hand(seed, small_directory)
        with closing(connections["default"]):
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '100ms'")
            for number in range(THINGS):
                with suppress(OperationalError, IntegrityError), transaction.atomic():
                    hand.do()
                    sleep(hand.random.random() / 50)  # the other does something meanwhile
                    hand.do()
                    if number % 3 == 0:
                        transaction.set_rollback(hand.random.random() < 0.2)

    hands = [Thread(target=work, args=[seed]) for seed in range(2)]
    for hand in hands:
        hand.start()
    while any(hand.is_alive() for hand in hands):
        copies.append(brought_up_to_date(copies[-1]))
        hands[0].join(0.5)
    assert_every_copy_ends_alike([copies[0], *copies[1::5], copies[-1]], tmp_path)


# What is told


def test_what_a_withdrawal_changes_is_told_of_every_row_that_showed_the_entry(directory):
    last = ContentVersion.last_number()
    body = Actor.objects.get(slug="council-of-europe")
    Actor.objects.filter(pk=body.pk).update(status=Status.WITHDRAWN)
    told = told_since(last)
    assert ("actors", "council-of-europe", "removed") in told
    ties = Participation.objects.filter(actor=body)
    gone = {("participations", f"{tie.initiative.slug} {body.slug} {tie.role}", "removed") for tie in ties}
    shown_by = {("initiatives", tie.initiative.slug, "changed") for tie in ties}
    published = {("documents", document.slug, "changed") for document in body.publications.all()}
    assert gone | shown_by | published <= told
    assert len(told) > 70


def test_what_is_told_of_terms_and_sources(directory):
    source = Source.objects.filter(stakeholders_actorcitations__isnull=False).first()
    last = ContentVersion.last_number()
    source.title = "Another title"
    source.save()
    told = told_since(last)
    assert ("sources", source.url, "changed") in told
    cited_for = source.stakeholders_actorcitations.values_list("subject__slug", flat=True)
    assert {("actors", slug, "changed") for slug in cited_for} <= told
    last = ContentVersion.last_number()
    Theme.objects.filter(slug="housing").update(name="Homes")
    assert told_since(last) == {("themes", "housing", "changed")}


def test_a_save_that_readers_do_not_see_numbers_nothing(directory):
    last = ContentVersion.last_number()
    draft = factories.ActorFactory(slug="draft", status=Status.DRAFT)
    factories.ParticipationFactory(actor=draft, initiative=Initiative.objects.first())
    factories.ActorCitationFactory(subject=draft)
    assert told_since(last) == set()
    assert ContentVersion.last_number() > last


def test_a_merged_entry_names_its_heir(client, admin_user):
    old, new = factories.ActorFactory(slug="old"), factories.ActorFactory(slug="new")
    done = merging.merge(survivor=new, old=old, by=admin_user, reason="Twice")
    rows = {row["id"]: row for row in fetch("changes/")["results"]}
    assert (rows["old"]["what"], rows["old"]["heir"], rows["old"]["record"]) == ("merged", "new", None)
    merging.undo(merge=done, by=admin_user, reason="Not twice")
    rows = {row["id"]: row for row in fetch("changes/")["results"]}
    assert (rows["old"]["what"], rows["old"]["heir"]) == ("changed", None)


def test_answers_lead_on_from_number_to_number(directory):
    page = fetch("changes/?limit=7")
    numbers = [row["number"] for row in page["results"]]
    assert len(numbers) == 7
    assert numbers == sorted(set(numbers))
    following = fetch(page["next"])
    assert following["results"][0]["number"] > numbers[-1]
    assert fetch(f"changes/?after={page['last']}") == {"results": [], "last": page["last"], "next": None}


def test_a_record_is_what_the_part_tells(directory):
    rows = {(row["part"], row["id"]): row["record"] for row in fetch("changes/?limit=1000")["results"]}
    (part, key), record = next(item for item in rows.items() if item[0][0] == "initiatives")
    assert fetch(f"{part}/{key}/") == record


# Ways past our signals


@committed
def test_data_migrations_reach_the_log(small_directory):
    """Historical models have none of our managers and send no signals."""
    state = MigrationLoader(connection).project_state([("stakeholders", "0009_name_facts")])
    historical, last = state.apps.get_model("stakeholders", "Actor"), ContentVersion.last_number()
    slug = Actor.objects.first().slug
    historical.objects.filter(slug=slug).update(summary="Migrated")
    assert told_since(last) == set()  # in no transaction of ours: told with the next that is
    factories.ThemeFactory(slug="next")
    assert told_since(last) == {("actors", slug, "changed"), ("themes", "next", "changed")}


@committed
def test_a_migration_ends_by_numbering_what_it_altered(small_directory):
    last, slug = ContentVersion.last_number(), Actor.objects.first().slug
    log.pause(plan=["a migration"])
    Actor.objects.filter(slug=slug).update(summary="Migrated")
    log.resume(plan=["a migration"])
    assert told_since(last) == {("actors", slug, "changed")}
    Actor.objects.filter(slug=slug).update(summary="Edited")
    assert ("actors", slug, "changed") in told_since(last)


@committed
def test_after_a_restore_every_copy_ends_as_the_dump(small_directory, tmp_path):
    copy, yesterday = brought_up_to_date(new_copy()), ContentVersion.objects.get()
    factories.ThemeFactory(slug="later")
    told, later_copy = log.all_told(), brought_up_to_date(copy)
    Theme.objects.filter(slug="later").delete()  # as in the database of yesterday: nothing tells of it there
    Record.objects.filter(key="later").delete()
    ContentVersion.objects.update(number=yesterday.number)
    log.go_on_after(told)
    expected = full_dump(tmp_path)
    assert HARVESTER["dump"](brought_up_to_date(later_copy)) == expected
    assert HARVESTER["dump"](brought_up_to_date(copy)) == expected


# The declaration


def test_every_declared_part_is_told_and_its_keys_are_unique():
    parts = list(logged_tables())
    assert {
        "actors",
        "initiatives",
        "participations",
        "relations",
        "documents",
        "countries",
        "themes",
        "sources",
    } <= {part.name for part in parts}
    for part in parts:
        assert part.keys, part.name
        fields = [part.columns[name].field or name for name in part.keys]
        unique = {field.name for field in part.model._meta.fields if field.unique}
        together = [
            set(each.fields)
            for each in part.model._meta.constraints
            if isinstance(each, models.UniqueConstraint)
        ]
        assert set(fields) & unique or any(names <= set(fields) for names in together), part.name


def test_every_row_of_the_directory_is_watched():
    watched = {watch.model for watch in triggers.watches()}
    assert {model for model in Keyed.__subclasses__() if not model._meta.abstract} <= watched
    reading = reading_of(tables["participations"])
    assert {(Actor, "actor"), (Initiative, "initiative"), (Source, "citations__source")} <= reading.mentions
    assert reading.shown[Actor] == {"slug", "status"}


def test_the_harvester_on_the_page_is_the_one_that_is_tested(
    client, directory, live_server, tmp_path, monkeypatch
):
    assert "/static/examples/harvest.py" in client.get("/data/").text
    script, path = settings.BASE_DIR / "static" / "examples" / "harvest.py", tmp_path / "copy.json"
    monkeypatch.setattr("sys.argv", ["harvest.py", live_server.url, str(path)])
    for _ in range(2):
        runpy.run_path(str(script), run_name="__main__")
    copy = json.loads(path.read_text())
    assert copy["parts"]["actors"].keys() == {*Actor.objects.published().values_list("slug", flat=True)}


def test_a_source_goes_when_the_tie_that_cites_it_moves_to_what_is_not_public(directory):
    last = ContentVersion.last_number()
    tie = factories.ParticipationCitationFactory(subject__actor=Actor.objects.get(slug="fra")).subject
    source, draft = tie.citations.get().source, factories.ActorFactory(status=Status.DRAFT)
    assert ("sources", source.url, "changed") in told_since(last)
    last = ContentVersion.last_number()
    Participation.objects.filter(pk=tie.pk).update(actor=draft)
    assert ("sources", source.url, "removed") in told_since(last)
