"""Migration operations that both apps use."""

import json
import logging
import re

from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import IntegrityError, migrations, transaction

from roma_network.core.clean_text import clean_text

ROWS = 500  # in one statement

log = logging.getLogger(__name__)


class AddIndexWithoutLock(AddIndexConcurrently):
    """In a migration that is not atomic: PostgreSQL builds the index while others write. SQLite knows no such way."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        self.parent(schema_editor).database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        self.parent(schema_editor).database_backwards(app_label, schema_editor, from_state, to_state)

    def parent(self, schema_editor):
        is_able = schema_editor.connection.vendor == "postgresql"
        return super() if is_able else super(AddIndexConcurrently, self)


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


def refold(app, model, folded):
    """Compute anew what rows are sorted and searched by. `folded`: a row of the model as it was then → both."""

    def fold_anew(apps, schema_editor):
        rows = apps.get_model(app, model)._base_manager.using(schema_editor.connection.alias)
        changed = []
        for row in rows.iterator(chunk_size=ROWS):
            before = row.sort_name, row.search_text
            row.sort_name, row.search_text = folded(row)
            if (row.sort_name, row.search_text) != before:
                changed.append(row)
        for start in range(0, len(changed), ROWS):
            rows.bulk_update(changed[start : start + ROWS], ["sort_name", "search_text"])

    return migrations.RunPython(fold_anew, migrations.RunPython.noop)


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


def replaced_on_the_way_back(app, model, column, values):
    """Before a vocabulary that lacks them holds again, rows and versions take the nearest of its values: new → old."""

    def replace(apps, schema_editor):
        for each in (model, f"historical{model}"):
            rows = apps.get_model(app, each)._base_manager.using(schema_editor.connection.alias)
            for new, old in values.items():
                rows.filter(**{column: new}).update(**{column: old})

    return migrations.RunPython(migrations.RunPython.noop, replace)


def fixture_rows(model):
    """The fields of each object in a fixture file."""
    path = settings.FIXTURE_DIRS[0] / f"{model}.json"
    return [item["fields"] for item in json.loads(path.read_text(encoding="utf-8"))]


def note_words(text):
    return set(re.findall(r"\w+", text))


def name_facts(app, model, *key):
    """Have citations that name no fact name those that the fixture files know. `key`: the lookups of what they cite for.

    One whose words were changed since keeps them, and waits for a curator.
    """

    def name(apps, schema_editor):
        rows = apps.get_model(app, model).objects.filter(facts=[])
        found = list(rows.values_list("pk", "note", "source__url", *key))
        known = {(row["source"][0], *row["subject"]): row for row in fixture_rows(model)} if found else {}
        for pk, words, *names in found:
            row = known.get(tuple(names), {})
            note = row.get("note", "")
            if "facts" in row and note_words(note) <= note_words(words):
                rows.filter(pk=pk).update(facts=row["facts"], note=note)

    return migrations.RunPython(name, migrations.RunPython.noop)


def name_origins(apps, schema_editor):
    """Give the sources of a directory at work the origin that the fixture files know."""
    rows = apps.get_model("roma_network", "source").objects
    known = {row["url"]: row["origin"] for row in fixture_rows("source")} if rows.exists() else {}
    for origin in set(known.values()):
        urls = [url for url, found in known.items() if found == origin]
        for start in range(0, len(urls), ROWS):
            rows.filter(url__in=urls[start : start + ROWS]).update(origin=origin)
