import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

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
