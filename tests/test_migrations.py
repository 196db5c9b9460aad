import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django_migration_linter import MigrationLinter
from django_migration_linter.sql_analyser import PostgresqlAnalyser, analyse_sql_statements

from roma_network.environment import BASE_DIR
from stakeholders.models import Actor, ActorMerge
from tests import factories
from tests.poison import columns, guarded, poisoned

OURS = ("initiatives", "stakeholders", "roma_network")


@pytest.mark.django_db
def test_the_migrations_say_all_that_the_models_say():
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)


def our_tables():
    ours = {model._meta.db_table for label in OURS for model in apps.get_app_config(label).get_models()}
    return ours & set(connection.introspection.table_names())


@pytest.mark.django_db(transaction=True)
def test_the_migrations_can_be_reversed_and_run_again():
    tables, applied = our_tables(), set(MigrationRecorder(connection).applied_migrations())
    try:
        for label in OURS:
            call_command("migrate", label, "zero", interactive=False, verbosity=0)
        assert our_tables() == set()
    finally:
        call_command("migrate", interactive=False, verbosity=0)
    assert our_tables() == tables
    assert set(MigrationRecorder(connection).applied_migrations()) == applied


def test_code_still_at_work_can_live_with_every_migration(db):
    """The old workers serve on while a migration runs: nothing may be dropped, renamed or demanded at once."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite makes a table anew for each change, which looks like a loss.")
    linter = MigrationLinter(str(BASE_DIR), include_apps=list(OURS), no_cache=True, no_output=True)
    linter.lint_all_migrations()
    assert linter.nb_total > 10
    assert (linter.nb_erroneous, linter.nb_warnings) == (0, 0)


@pytest.mark.parametrize(
    "statement",
    [
        'ALTER TABLE "stakeholders_actor" DROP COLUMN "summary" CASCADE;',
        'ALTER TABLE "stakeholders_actor" RENAME COLUMN "summary" TO "about";',
        'ALTER TABLE "stakeholders_actor" ADD COLUMN "level" integer NOT NULL;',
        'DROP TABLE "stakeholders_actor" CASCADE;',
    ],
)
def test_what_it_could_not_live_with_is_found(statement):
    found = analyse_sql_statements(PostgresqlAnalyser, [statement])
    assert found[0], found


# Texts that were stored before they were cleaned where they enter


@pytest.fixture
def cleaning():
    """Run the operations of a migration on the tables as they stand."""

    def run(app, name):
        loader = MigrationLoader(connection)
        state = loader.project_state()
        for operation in loader.get_migration(app, name).operations:
            with connection.schema_editor() as editor:
                operation.database_forwards(app, editor, state, state)

    return run


def execute(statement, *values):
    """Past the boundary."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


CLEANING = {
    "stakeholders": "0007_clean_texts",
    "initiatives": "0009_clean_texts",
    "roma_network": "0008_clean_texts",
}


@pytest.mark.django_db(transaction=True)
def test_every_stored_text_is_cleaned(cleaning):
    poisoned()
    for app, name in CLEANING.items():
        cleaning(app, name)
    for model in guarded():
        rows = list(model._base_manager.all())
        assert rows, model
        for field in columns(model):
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
