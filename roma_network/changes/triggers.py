"""Triggers that mark what is touched, whichever way it is written: by a form, in sets, by a migration, by hand in SQL.

Drawn from the declared columns. What a trigger notes: the row itself, with whether records of other rows tell of what
changed; and the rows that it belongs to.
"""

from collections import defaultdict
from typing import Any, NamedTuple

from django.apps import apps
from django.db import connection
from django.db.models import Model

from roma_network.export.records import logged_tables, reading_of
from roma_network.models import Keyed, Mark, Merge

PREFIX = "mark_"
FOUND = "search_text"  # the column that rows are found by


class Watch(NamedTuple):
    """What to note of the rows of one table."""

    model: type[Model]
    owners: list[Any]  # links to what these rows are a part of
    shown: list[str]  # columns that others tell of


def watches() -> list[Watch]:
    owners, shown = defaultdict(set), defaultdict(set)
    for reading in map(reading_of, logged_tables()):
        for link in reading.owners:
            owners[link.model].add(link)
        for model, names in reading.shown.items():
            shown[model] |= names
    for model in apps.get_models():
        if issubclass(model, Keyed):
            owners[model] |= set()
        elif issubclass(model, Merge):
            owners[model] |= {model._meta.get_field(name) for name in ("old", "survivor")}
    return [
        Watch(model, sorted(links, key=lambda link: link.name), sorted(shown[model]))
        for model, links in sorted(owners.items(), key=lambda pair: pair[0]._meta.label)
    ]


def create() -> None:
    """In the place of those that are there."""
    drop()
    with connection.cursor() as cursor:
        for watch in watches():
            for statement in (postgresql if connection.vendor == "postgresql" else sqlite)(watch):
                cursor.execute(statement)


def drop() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT proname FROM pg_proc WHERE proname LIKE 'mark\\_%'")
            statements = [f"DROP FUNCTION {quoted(name)} CASCADE" for (name,) in cursor.fetchall()]
        else:
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'mark\\_%' ESCAPE '\\'"
            )
            statements = [f"DROP TRIGGER {quoted(name)}" for (name,) in cursor.fetchall()]
        for statement in statements:
            cursor.execute(statement)


def sqlite(watch):
    table = watch.model._meta.db_table
    for event, statements in notes(watch, "IS NOT").items():
        condition = f" WHEN {differs(columns_of(watch.model), 'IS NOT')}" if event == "UPDATE" else ""
        yield (
            f"CREATE TRIGGER {quoted(f'{PREFIX}{table}_{event.lower()}')} AFTER {event} ON {quoted(table)}"
            f"{condition} BEGIN {' '.join(statements)} END"
        )


def postgresql(watch):
    table = watch.model._meta.db_table
    name, found = quoted(f"{PREFIX}{table}"), notes(watch, "IS DISTINCT FROM")
    yield (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'INSERT' THEN {' '.join(found['INSERT'])} "
        f"ELSIF TG_OP = 'DELETE' THEN {' '.join(found['DELETE'])} "
        f"ELSIF OLD IS DISTINCT FROM NEW THEN {' '.join(found['UPDATE'])} END IF; RETURN NULL; END $$"
    )
    yield (
        f"CREATE TRIGGER {name} AFTER INSERT OR UPDATE OR DELETE ON {quoted(table)} "
        f"FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def notes(watch, is_not):
    """Event → statements that note it."""
    model, key = watch.model, quoted(watch.model._meta.pk.column)
    shown = differs([model._meta.get_field(name).column for name in watch.shown], is_not)
    found = differs([FOUND] if FOUND in columns_of(model) else [], is_not)
    owners = [(link.related_model, quoted(link.column)) for link in watch.owners]
    return {
        "INSERT": [note(model, f"NEW.{key}", "TRUE", "TRUE")]
        + [of(owner, "NEW", link) for owner, link in owners],
        "DELETE": [note(model, f"OLD.{key}", "TRUE", "TRUE")]
        + [of(owner, "OLD", link) for owner, link in owners],
        "UPDATE": [note(model, f"NEW.{key}", shown, found)]
        + [of(owner, row, link) for owner, link in owners for row in ("OLD", "NEW")],
    }


def note(model, key, shown, found):
    return f"{INTO} VALUES ('{model._meta.label}', CAST({key} AS varchar), {shown}, {found});"


def of(owner, row, link):
    """What is cited for a row decides whether others tell of it, where it needs a source."""
    key, shown = f"{row}.{link}", "TRUE" if getattr(owner, "needs_source", False) else "FALSE"
    return f"{INTO} SELECT '{owner._meta.label}', CAST({key} AS varchar), {shown}, FALSE WHERE {key} IS NOT NULL;"


def differs(columns, is_not):
    return " OR ".join(f"OLD.{quoted(name)} {is_not} NEW.{quoted(name)}" for name in columns) or "FALSE"


def columns_of(model):
    return [field.column for field in model._meta.concrete_fields]


def quoted(name):
    return f'"{name}"'


INTO = f"INSERT INTO {quoted(Mark._meta.db_table)} (model, row, is_shown_anew, is_found_anew)"
