import inspect
import re
from functools import cache
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django_migration_linter import migration_linter
from django_migration_linter.sql_analyser import PostgresqlAnalyser

from initiatives.models import (
    Document,
    Funding,
    FundingCitation,
    Initiative,
    Roster,
    RosterCitation,
    RosterLine,
)
from roma_network.models import Contradiction, Source
from stakeholders.models import Actor, ActorMerge, Mandate, MandateCitation
from tests import factories, migration_rules
from tests.site.poison import columns, guarded, poisoned

OURS = ("initiatives", "stakeholders", "roma_network")
FIRST_RELEASE = {  # where databases stand that were made before tables began to change their apps
    "stakeholders": "0006_merges",
    "initiatives": "0007_layout",
    "roma_network": "0005_distinct",
}


@pytest.mark.django_db
def test_the_migrations_say_all_that_the_models_say():
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)


def migrate(*target):
    call_command("migrate", *target, interactive=False, verbosity=0)


def our_tables():
    ours = {model._meta.db_table for label in OURS for model in apps.get_app_config(label).get_models()}
    return ours & set(connection.introspection.table_names())


@pytest.mark.django_db(transaction=True)
def test_the_migrations_can_be_reversed_and_run_again():
    tables, applied = our_tables(), set(MigrationRecorder(connection).applied_migrations())
    try:
        for label in OURS:
            migrate(label, "zero")
        assert our_tables() == set()
    finally:
        migrate()
    assert our_tables() == tables
    assert set(MigrationRecorder(connection).applied_migrations()) == applied


# A database that is older than the code


class Rows:
    """Two rows in every table of ours, as the models were then: what a column needs, and no more."""

    FITTING = {
        "stakeholders.Country.code": ["RO", "SK"],
        "initiatives.Funding.programme": ["One", "Other"],
        "initiatives.Layout.places": [b"one", b"other"],
        "roma_network.Distinct.second": [8, 9],
    }

    def __init__(self, historical_apps):
        self.row = cache(self.made)
        models = historical_apps.get_models(include_auto_created=True)
        self.models = [model for model in models if model._meta.app_label in OURS]
        for model in self.models:
            for number in range(2):
                self.row(model, number)

    def made(self, model, number):
        values, led_to = {}, set()
        for field in model._meta.concrete_fields:
            name = f"{model._meta.label}.{field.name}"
            if name in self.FITTING:
                values[field.name] = self.FITTING[name][number]
            elif field.is_relation and not field.null:
                is_second = field.related_model in led_to
                values[field.name] = self.row(field.related_model, 1 - number if is_second else number)
                led_to.add(field.related_model)
            elif is_needed(field):
                values[field.name] = value_for(field, number)
        return model._default_manager.create(**values)


def is_needed(field):
    return not (
        field.null
        or field.has_default()
        or isinstance(field, models.AutoField)
        or (field.blank and field.empty_strings_allowed)
    )


def value_for(field, number):
    if field.choices:
        return field.choices[0][0]
    if isinstance(field, models.DateTimeField):
        return timezone.now()
    if isinstance(field, models.JSONField):
        return [number]
    if isinstance(field, models.URLField):
        return f"https://example.eu/{number}"
    return number + 1 if isinstance(field, models.IntegerField) else f"{field.name}-{number}"


def counts():
    with connection.cursor() as cursor:
        return {table: count(cursor, table) for table in connection.introspection.table_names(cursor)}


def count(cursor, table):
    cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 (our own names)
    return cursor.fetchone()[0]


def layouts():
    with connection.cursor() as cursor:
        cursor.execute("SELECT places FROM initiatives_layout ORDER BY id")
        return [bytes(places) for (places,) in cursor.fetchall()]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_older_than_the_code_loses_nothing_on_the_way_here_and_back():
    try:
        for label in OURS:
            migrate(label, "zero")
        to_the_first_release()
        rows = Rows(MigrationLoader(connection).project_state(list(FIRST_RELEASE.items())).apps)
        before = counts()
        assert [model for model in rows.models if before[model._meta.db_table] < 2] == []
        for move in (migrate, to_the_first_release, migrate):
            move()
            now = counts()
            assert {table: n for table, n in before.items() if now.get(table, 0) < n} == {}
            assert layouts() == [b"one", b"other"]
    finally:
        migrate()


def to_the_first_release():
    for label, name in FIRST_RELEASE.items():
        migrate(label, name)


@pytest.mark.django_db(transaction=True)
def test_values_that_an_older_vocabulary_lacks_become_its_nearest():
    nearest = {
        "document": {"judgment": "decision", "complaint": "report"},
        "initiative": {"survey": "project", "event": "network", "publication": "network"},
    }
    rows = [factories.DocumentFactory(kind=kind) for kind in nearest["document"]]
    rows += [factories.InitiativeFactory(kind=kind) for kind in nearest["initiative"]]
    try:
        migrate("initiatives", "0011_name_facts")
        with connection.cursor() as cursor:
            for model, kinds in nearest.items():
                for table in (f"initiatives_{model}", f"initiatives_historical{model}"):
                    cursor.execute(f"SELECT kind FROM {table} ORDER BY id")  # noqa: S608 (our own names)
                    assert cursor.fetchall() == [(kind,) for kind in kinds.values()], table
    finally:
        migrate()
    for row in rows:
        kind = row.kind
        row.refresh_from_db()
        assert row.kind == nearest[row._meta.model_name][kind]


# The old workers serve on while a migration runs: nothing may be dropped, renamed or demanded at once.


def test_code_still_at_work_can_live_with_every_migration(db):
    checked = migration_rules.broken(OURS)
    assert len(checked) > 10
    if broken := [line for lines in checked.values() for line in lines]:
        pytest.fail("\n".join(broken), pytrace=False)


def test_every_rule_of_the_linter_has_a_cure():
    in_sql = {rule.code for rule in PostgresqlAnalyser(None).migration_checks}
    in_python = set(re.findall(r'code="(\w+)"', inspect.getsource(migration_linter)))
    assert len(in_sql) > 5 < len(in_sql | in_python)
    assert migration_rules.CURES.keys() == in_sql | in_python


def test_the_linter_reads_what_postgres_is_told(transactional_db):
    if connection.vendor == "sqlite":
        pytest.skip("only PostgreSQL can say what it is told")
    loader = MigrationLoader(None, replace_migrations=False)
    for (label, name), migration in loader.disk_migrations.items():
        if label in OURS:
            told = call_command("sqlmigrate", label, name, stdout=StringIO()).splitlines()
            end = ["COMMIT;"] if migration.atomic else []
            assert [*migration_rules.postgres_sql(loader, migration), *end] == told


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            'ALTER TABLE "stakeholders_actor" DROP COLUMN "summary" CASCADE;',
            "stakeholders.0009_x breaks DROP_COLUMN (stakeholders_actor.summary): DROPPING columns. Let this release",
        ),
        (
            'ALTER TABLE "stakeholders_actor" RENAME COLUMN "summary" TO "about";',
            "RENAME_COLUMN (stakeholders_actor.summary): RENAMING columns. Keep",
        ),
        (
            'ALTER TABLE "stakeholders_actor" ADD COLUMN "level" integer NOT NULL;',
            "NOT_NULL: NOT NULL constraint on columns. Make",
        ),
        ('DROP TABLE "stakeholders_actor" CASCADE;', "DROP_TABLE (stakeholders_actor): DROPPING table. Let"),
    ],
)
def test_what_it_could_not_live_with_is_found_and_told(statement, told):
    [line] = migration_rules.told("stakeholders.0009_x", migration_rules.issues_in([statement]))
    assert told in line


# Texts that were stored before they were cleaned where they enter


@pytest.fixture
def cleaning():
    """Run the operations of a migration on the tables as they stand, with models as they were then."""

    def run(app, name):
        loader = MigrationLoader(connection)
        state = loader.project_state((app, name), at_end=False)
        for operation in loader.get_migration(app, name).operations:
            with connection.schema_editor() as editor:
                operation.database_forwards(app, editor, state, state)

    return run


def execute(statement, *values):
    """Past the boundary."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


IDENTIFIERS = ("isni", "crossref_funder", "corporate_body", "geonames", "transparency_register")
LATER = {
    Contradiction: ["reason"],
    Source: ["language"],
    Actor: ["doubt", "native_summary", "native_summary_language", *IDENTIFIERS],
    Initiative: ["doubt"],
    Document: ["doubt"],
    Funding: ["currency"],
    FundingCitation: ["note"],
    Mandate: ["note"],
    MandateCitation: ["note"],
    Roster: ["title", "note"],
    RosterCitation: ["note"],
    RosterLine: ["name"],
}  # columns that hold nothing from before
CLEANING = {
    "stakeholders": "0007_clean_texts",
    "initiatives": "0009_clean_texts",
    "roma_network": "0009_clean_texts",
}


@pytest.mark.django_db(transaction=True)
def test_every_stored_text_is_cleaned(cleaning):
    poisoned()
    for app, name in CLEANING.items():
        cleaning(app, name)
    for model in guarded():
        rows = list(model._base_manager.all())
        assert rows, model
        later = LATER.get(getattr(model, "instance_type", model), ())
        for field in set(columns(model)) - {model._meta.get_field(name) for name in later}:
            for text in (getattr(row, field.attname) for row in rows):
                assert field.cleaned(text) == text, field


@pytest.mark.django_db(transaction=True)
def test_what_versions_and_merges_keep_is_cleaned_too(cleaning):
    old, survivor = factories.ActorFactory(), factories.ActorFactory()
    ActorMerge.objects.create(
        old=old, survivor=survivor, names=["Ro\u200bma"], journal=[[{"summary": "a\vb"}]]
    )
    execute("UPDATE stakeholders_historicalactor SET rows = %s", '{"names": [{"name": "Ro\\u200bma"}]}')
    cleaning("stakeholders", CLEANING["stakeholders"])
    assert Actor.history.first().rows == {"names": [{"name": "Roma"}]}
    assert ActorMerge.objects.get().names == ["Roma"]
    assert ActorMerge.objects.get().journal == [[{"summary": "a\nb"}]]


@pytest.mark.django_db(transaction=True)
def test_a_row_that_would_become_a_twin_is_left_to_curators(cleaning, caplog):
    first = factories.ActorNameFactory(name="Roma")
    twin, other = factories.ActorNameFactory(actor=first.actor), factories.ActorNameFactory()
    for row, name in ((twin, "Ro\u200bma"), (other, "Sin\u200bti")):
        execute("UPDATE stakeholders_actorname SET name = %s WHERE id = %s", name, row.pk)
    cleaning("stakeholders", CLEANING["stakeholders"])
    assert f"stakeholders.ActorName {twin.pk}" in caplog.text
    other.refresh_from_db()
    assert other.name == "Sinti"
