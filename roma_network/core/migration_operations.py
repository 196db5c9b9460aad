"""Migration operations that both apps use."""

import logging

from django.db import IntegrityError, migrations, transaction

from roma_network.core.clean_text import clean_text

ROWS = 500  # in one statement

log = logging.getLogger(__name__)


def trigram_index(table, column="search_text"):
    """Index `column` for `LIKE '%word%'` on PostgreSQL (pg_trgm); SQLite scans instead."""
    name = f"{table}_{column}_trgm"

    def create(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            schema_editor.execute(f"CREATE INDEX {name} ON {table} USING gin ({column} gin_trgm_ops)")

    def drop(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")

    return migrations.RunPython(create, drop)


def clean_texts(app, columns):
    """Clean what is stored in `columns`: model → names. Going back leaves it clean.

    A row that would become the twin of another stays as it is, for a curator to choose, and the log names it.
    """

    def clean(apps, schema_editor):
        for model, names in columns.items():
            rows = apps.get_model(app, model)._base_manager.using(schema_editor.connection.alias)
            changed = [row for row in rows.iterator() if clean_row(row, names)]
            for start in range(0, len(changed), ROWS):
                write(rows, changed[start : start + ROWS], names)

    return migrations.RunPython(clean, migrations.RunPython.noop)


def clean_row(row, names):
    """Whether anything was to be cleaned."""
    before = {name: getattr(row, name) for name in names}
    after = cleaned(before)
    for name, value in after.items():
        setattr(row, name, value)
    return after != before


def cleaned(value, name=""):
    """A text, or the texts within what versions and merges keep as JSON."""
    if isinstance(value, dict):
        return {key: cleaned(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [cleaned(each, name) for each in value]
    return clean_text(value, multiline=name == "summary") if isinstance(value, str) else value


def write(rows, changed, names):
    try:
        with transaction.atomic(using=rows.db):
            rows.bulk_update(changed, names)
    except IntegrityError:
        if len(changed) == 1:
            log.warning("Another row says the same as %s %s.", rows.model._meta.label, changed[0].pk)
        else:
            for row in changed:
                write(rows, [row], names)
