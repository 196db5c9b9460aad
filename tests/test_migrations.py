import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django_migration_linter import MigrationLinter
from django_migration_linter.sql_analyser import PostgresqlAnalyser, analyse_sql_statements

from roma_network.environment import BASE_DIR

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
