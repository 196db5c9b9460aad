"""What the migration linter forbids, said with its cure. It reads the SQL for PostgreSQL on any database."""

from django.db.migrations import AddConstraint, AddField, CreateModel
from django.db.migrations.loader import MigrationLoader
from django.db.models import UniqueConstraint
from django.db.utils import ConnectionHandler
from django_migration_linter import MigrationLinter
from django_migration_linter.sql_analyser import PostgresqlAnalyser, analyse_sql_statements
from psycopg.sql import quote

LATER = "Let this release no longer use it (SeparateDatabaseAndState takes it from the state) and drop it one release later."
ALONE = "Build it in a migration of its own with AddIndexConcurrently, which is not atomic."
REVERSE = "Give it a way back, be it RunPython.noop."
HISTORICAL = "Take the model from `apps.get_model`, under its own name."
CURES = {
    "ADD_UNIQUE": "Let this release keep to it, and demand it of the database one release later.",
    "ALTER_COLUMN": "Add a column of the new type beside it, fill it, and drop the old one a release later.",
    "CREATE_INDEX": ALONE,
    "CREATE_INDEX_EXCLUSIVE": ALONE,
    "DROP_COLUMN": LATER,
    "DROP_INDEX": "Drop it in a migration of its own with RemoveIndexConcurrently, which is not atomic.",
    "DROP_TABLE": LATER,
    "NOT_NULL": "Make the column nullable, or give it a `db_default`.",
    "REINDEX": "Build the index anew with REINDEX CONCURRENTLY, outside of migrations.",
    "RENAME_COLUMN": "Keep the column's name with `db_column`.",
    "RENAME_TABLE": "Keep the table's name with `db_table`.",
    "RUNPYTHON_ARGS_NAMING_CONVENTION": "Name the arguments `apps` and `schema_editor`.",
    "RUNPYTHON_MODEL_IMPORT": HISTORICAL,
    "RUNPYTHON_MODEL_VARIABLE_NAME": HISTORICAL,
    "RUNPYTHON_REVERSIBLE": REVERSE,
    "RUNSQL_REVERSIBLE": REVERSE,
}
OLDEST_POSTGRES = 150000


def broken(labels):
    """Migration → a line for each rule that it breaks."""
    loader = MigrationLoader(None, replace_migrations=False)
    linter = MigrationLinter(include_apps=labels, no_cache=True, no_output=True, analyser_string="postgresql")
    return {
        f"{label}.{name}": told(
            f"{label}.{name}",
            issues_in(postgres_sql(loader, migration), migration)
            + flattened(linter.analyse_data_migration(migration)),
        )
        for (label, name), migration in loader.disk_migrations.items()
        if label in labels
    }


def issues_in(statements, migration=None):
    found = flattened(analyse_sql_statements(PostgresqlAnalyser, statements))
    spared = "ADD_UNIQUE" if migration and is_unique_in_what_is_new(migration) else None
    return [issue for issue in found if issue.code != spared]


def is_unique_in_what_is_new(migration):
    """Whether each unique constraint has a column that is new and nullable: old code leaves it empty, which never collides."""
    new = {
        (each.model_name.lower(), each.name)
        for each in migration.operations
        if isinstance(each, AddField) and each.field.null
    }
    constraints = [
        each
        for each in migration.operations
        if isinstance(each, AddConstraint) and isinstance(each.constraint, UniqueConstraint)
    ]
    created = {each.name.lower() for each in migration.operations if isinstance(each, CreateModel)}
    return all(
        each.model_name in created or any((each.model_name, name) in new for name in each.constraint.fields)
        for each in constraints
    )


def flattened(found):
    """Warnings count as errors, and none is ignored."""
    return [issue for issues in found for issue in issues]


def told(name, issues):
    return [
        f"{name} breaks {issue.code}{place(issue)}: {issue.message}. {CURES[issue.code]}" for issue in issues
    ]


def place(issue):
    parts = [part for part in (issue.table, issue.column) if part]
    return f" ({'.'.join(parts)})" if parts else ""


def postgres_sql(loader, migration):
    """What PostgreSQL would be told, written without a server."""
    state = loader.project_state((migration.app_label, migration.name), at_end=False)
    with never_connected().schema_editor(collect_sql=True, atomic=False) as editor:
        migration.apply(state, editor, collect_sql=True)
    begin = ["BEGIN;"] if migration.atomic else []
    return [*begin, *editor.collected_sql]


def never_connected():
    postgres = ConnectionHandler({"default": {"ENGINE": "django.db.backends.postgresql"}})["default"]
    postgres.pg_version = OLDEST_POSTGRES  # this and how to quote it would ask the server
    postgres.ops.compose_sql = lambda statement, values: statement % tuple(map(quote, values))
    return postgres
