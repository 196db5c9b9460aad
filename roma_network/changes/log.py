"""The log of changes (change data capture): whatever alters what readers see of a row gives its record a new number, in the same transaction.

Triggers mark the rows that a transaction touches. Before it commits, the records of these and of all that tell of them are
built anew; those that differ are stored under new numbers. The row of the content version is held from the first of
these on, so numbers come in the order of commits, and what others committed before is seen.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, transaction
from django.db.models import F

from roma_network.changes import triggers
from roma_network.core.batches import BATCH, batches
from roma_network.export.columns import Table
from roma_network.export.records import (
    CHUNK,
    as_text,
    built_records,
    key_in_record,
    logged_tables,
    reading_of,
)
from roma_network.models import ContentVersion, Editorial, Mark, Record
from roma_network.ops.health import missing_migrations

MANY = 20_000  # marks: from here on all records are compared, in bounded memory


class Marked:
    """The rows of one model that a transaction touched, as keys."""

    def __init__(self):
        self.touched, self.shown, self.found = set(), set(), set()


# At the end of each transaction


@transaction.atomic(savepoint=False)
def settle() -> None:
    """Number what this transaction altered so far."""
    if not is_watching() or not Mark.objects.exists():
        return
    ContentVersion.bump()  # and wait for others, whose changes are seen from here on
    if (marks := taken()) is None:
        compare_all()
        return
    changes: list[Record] = []
    for table, keys in altered(marks).items():
        found = marks[table.model].found if table.model in marks else set()
        for chunk in batches(sorted(keys), CHUNK):
            changes += changes_in(table, chunk, found)
    store(changes)


def taken() -> dict[Any, Marked] | None:
    """Model → what is marked. The marks are gone then. None where there are too many to be looked at one by one."""
    names = ("pk", "model", "row", "is_shown_anew", "is_found_anew")
    rows = list(Mark.objects.values_list(*names)[: MANY + 1])
    if len(rows) > MANY:
        return None
    marks: dict[Any, Marked] = defaultdict(Marked)
    for _pk, label, row, is_shown, is_found in rows:
        model = apps.get_model(label)
        key, marked = model._meta.pk.to_python(row), marks[model]
        marked.touched.add(key)
        if is_shown:
            marked.shown.add(key)
        if is_found:
            marked.found.add(key)
    for chunk in batches([pk for pk, *_rest in rows], CHUNK):
        Mark.objects.filter(pk__in=chunk)._raw_delete(DEFAULT_DB_ALIAS)
    return marks


def altered(marks: dict[Any, Marked]) -> dict[Table, set]:
    """Table → keys of the rows whose records may have changed."""
    found = {}
    for table in logged_tables():
        keys = set(marks[table.model].touched) if table.model in marks else set()
        for model, path in reading_of(table).mentions:
            if model in marks:
                for chunk in batches(marks[model].shown):
                    rows = reading_of(table).model._default_manager.filter(**{f"{path}__in": chunk})
                    keys.update(rows.order_by().values_list("pk", flat=True))
        if keys:
            found[table] = keys
    return found


def changes_in(table: Table, keys: Collection[Any], found_anew: Collection[Any] = ()) -> list[Record]:
    """The records to be stored of these rows, without numbers. `found_anew` are told even if they read as before."""
    records = built_records(table, keys)
    told, tombstones = stored(table, keys)
    gone = fates(table, [key for key in keys if key not in records])
    changes: dict[str, Record] = {}
    for key in keys:
        row, was = str(key), told.get(str(key))
        if key in records:
            new = Record(
                part=table.name, key=key_in_record(table, records[key]), row=row, body=as_text(records[key])
            )
            is_known = was and (was.key, was.body) == (new.key, new.body) and key not in found_anew
        else:
            new = Record(part=table.name, row=row, **gone.get(key, {}))
            is_known = was is None and (not new.key or tombstones.get((row, new.key)) == new.merged_into)
        if is_known:
            continue
        if was and was.key != new.key:
            changes.setdefault(was.key, Record(part=table.name, key=was.key, row=row))
        if new.key:
            changes[new.key] = new
    return list(changes.values())


def stored(table: Table, keys: Collection[Any]) -> tuple[dict[str, Record], dict[tuple[str, str], str]]:
    """Of these rows: row → record; and of those that are gone, row and key → that of the entry in its place."""
    found = list(Record.objects.filter(part=table.name, row__in=map(str, keys)))
    return (
        {record.row: record for record in found if record.body is not None},
        {(record.row, record.key): record.merged_into for record in found if record.body is None},
    )


def fates(table: Table, keys: Collection[Any]) -> dict[Any, dict[str, Any]]:
    """Key → what a tombstone tells, of those of these rows that once were public."""
    model = table.model
    if not keys or not issubclass(model, Editorial):  # type: ignore[arg-type]  # logged tables have a model
        return {}
    rows = model.objects.filter(pk__in=keys, published_at__isnull=False)  # type: ignore[union-attr]  # as above
    found = {pk: {"key": slug} for pk, slug in rows.values_list("pk", "slug")}
    if hasattr(model, "merge"):
        merged = rows.filter(merge__survivor__published_at__isnull=False)
        for pk, survivor in merged.values_list("pk", "merge__survivor__slug"):
            found[pk]["merged_into"] = survivor
    return found


def store(changes: list[Record]) -> None:
    if not changes:
        return
    last = ContentVersion.bump(len(changes))
    for number, record in enumerate(changes, start=last + 1):
        record.number = number
    Record.objects.bulk_create(
        changes,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["part", "key"],
        update_fields=["number", "at", "row", "body", "merged_into"],
    )


# All at once


@transaction.atomic
def compare_all() -> None:
    """Build every record and number what differs, whoever changed it: after a migration, or a great many changes."""
    ContentVersion.bump()
    for table in logged_tables():
        manager = table.model._default_manager  # type: ignore[union-attr]  # logged tables have a model
        for chunk in batches(manager.order_by("pk").values_list("pk", flat=True), CHUNK):
            store(changes_in(table, chunk))
        # Compared here: to a database, texts and keys of rows are no match that an index or a hash would help with.
        there = set(map(str, manager.order_by().values_list("pk", flat=True).iterator()))
        told = Record.objects.filter(part=table.name, body__isnull=False).values_list("key", "row").iterator()
        store([Record(part=table.name, key=key, row=row) for key, row in told if row not in there])
    Mark.objects.all()._raw_delete(DEFAULT_DB_ALIAS)


@contextmanager
def compared_afterwards() -> Iterator[None]:
    """While a whole directory is stored in one transaction: nothing is marked on the way, all is compared at its end."""
    triggers.drop()
    yield
    triggers.create()
    compare_all()


class Told(NamedTuple):
    """What harvesters may have been told: up to which number, and of which rows that they are there."""

    last: int
    keys: Collection[tuple[str, str]]


def all_told() -> Told:
    """Before a backup is put in the place of a database; of one that cannot be read, nothing is known."""
    try:
        with transaction.atomic():
            keys = Record.objects.filter(body__isnull=False).values_list("part", "key")
            return Told(ContentVersion.last_number(), list(keys))
    except DatabaseError:
        return Told(0, [])


@transaction.atomic
def go_on_after(told: Told) -> None:
    """After it: everything is told anew, under numbers that nobody was told yet, and of what is there no more that it is gone."""
    last = max(ContentVersion.bump() + 1, told.last)
    ContentVersion.bump(2 * last)
    if Record._meta.db_table not in connection.introspection.table_names():
        return  # the backup is older than the log: once it is migrated all is new
    Record.objects.update(number=F("number") + last)
    known = set(Record.objects.values_list("part", "key"))
    store([Record(part=part, key=key, row="") for part, key in told.keys if (part, key) not in known])


# Where Django is told of it

paused = [False]  # in this process, while it migrates
watching = set()  # names of databases in which the table of marks was seen


def is_watching() -> bool:
    """Whether the database has marks: it may be older than the code."""
    name = connection.settings_dict["NAME"]
    if (
        not paused[0]
        and name not in watching
        and Mark._meta.db_table in connection.introspection.table_names()
    ):
        watching.add(name)
    return not paused[0] and name in watching


def watch_commits(connection: Any, **kwargs: Any) -> None:
    """A receiver of connection_created. Django has no hook before a commit, so the connection gets one here."""
    if connection.alias == DEFAULT_DB_ALIAS and not settings.PUBLIC_ONLY:
        connection.commit = partial(commit, connection)


def commit(connection):
    connection.in_atomic_block = True  # to the database it still is
    try:
        settle()
    except BaseException:
        connection.in_atomic_block = False
        connection.rollback()
        raise
    connection.in_atomic_block = False
    type(connection).commit(connection)


def pause(plan: Any = (), **kwargs: Any) -> None:
    """A receiver of pre_migrate: tables are about to change, and columns that triggers speak of."""
    if plan:
        paused[0] = True
        watching.clear()
        triggers.drop()


def resume(plan: Any = (), **kwargs: Any) -> None:
    """A receiver of post_migrate. What historical models and SQL altered is found by comparing."""
    if plan and not missing_migrations():
        triggers.create()
        compare_all()
        paused[0] = False
