"""Migration operations that both apps use."""

import json
import re

from django.conf import settings
from django.db import migrations


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


def fixture_rows(model):
    """The fields of each object in a fixture file."""
    path = settings.FIXTURE_DIRS[0] / f"{model}.json"
    return [item["fields"] for item in json.loads(path.read_text())]


def words_in(text):
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
            if "facts" in row and words_in(note) <= words_in(words):
                rows.filter(pk=pk).update(facts=row["facts"], note=note)

    return migrations.RunPython(name, migrations.RunPython.noop)


def name_origins(apps, schema_editor):
    """Give the sources of a directory at work the origin that the fixture files know."""
    rows = apps.get_model("roma_network", "source").objects
    known = {row["url"]: row["origin"] for row in fixture_rows("source")} if rows.exists() else {}
    for origin in set(known.values()):
        urls = [url for url, found in known.items() if found == origin]
        for start in range(0, len(urls), 500):
            rows.filter(url__in=urls[start : start + 500]).update(origin=origin)
