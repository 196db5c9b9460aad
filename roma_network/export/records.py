"""Records: what a table tells of its public rows, read as its columns are declared, a query for each kind of rows within.

The same declaration says what else a record depends on: `Reading` holds, beside how rows are read, which rows of other
models are told of in them.
"""

import json
from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, reduce
from operator import and_, or_
from typing import Any

import orjson
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import CASCADE, Exists, ForeignKey, Model, OuterRef, Q, QuerySet

from roma_network.core.batches import batches
from roma_network.export.columns import Column, Kind, Table, key_of, tables
from roma_network.models import Citation, Editorial, Record, Source, Status

CHUNK = 1000
KEYS_AT_ONCE = 10_000
TOLD_AT_ONCE = 250  # records that are sent: the largest of a large directory hold 30 KB each

Keys = Collection[Any]
Values = dict[Any, Any]  # key of a row → value


# What is public


def required_ends(model: type[Model]) -> list[Any]:
    """The links to the entries that a row belongs to, and goes with: it is public where these are. A tie has two."""
    return [
        each
        for each in model._meta.concrete_fields
        if isinstance(each, ForeignKey)
        and issubclass(each.related_model, Editorial)
        and each.remote_field.on_delete is CASCADE
    ]


def is_public(model: type[Model], path: str = "") -> Q:
    """That readers may see a row. `path` leads to it, with underscores behind."""
    if issubclass(model, Source):
        return reduce(or_, map(cites_for_public, citations_of_sources()))
    if issubclass(model, Editorial):
        return Q(**{f"{path}status": Status.PUBLISHED})
    return reduce(and_, (end_is_public(end, path) for end in required_ends(model)), has_source(model, path))


def end_is_public(end: ForeignKey, path: str = "") -> Q:
    """Or that there is none, where a row can do without."""
    visible = is_public(end.related_model, f"{path}{end.name}__")
    return visible | Q(**{f"{path}{end.name}": None}) if end.null else visible


def has_source(model: type[Model], path: str = "") -> Q:
    """That something is cited for a row, where readers see it only then."""
    if not getattr(model, "needs_source", False):
        return Q()
    citations = model._meta.get_field("citations").related_model._default_manager  # type: ignore[misc, union-attr]  # each kind has its own
    return Q(Exists(citations.filter(subject=OuterRef(f"{path}pk"))))


def citations_of_sources() -> list[type[Citation]]:
    found = (relation.related_model for relation in Source._meta.related_objects)
    return [model for model in found if issubclass(model, Citation)]  # type: ignore[arg-type]  # models


def cites_for_public(model: type[Citation]) -> Q:
    subject = model._meta.get_field("subject").related_model  # type: ignore[misc]  # each kind has its own
    return Q(Exists(model.objects.filter(is_public(subject, "subject__"), source=OuterRef("pk"))))  # type: ignore[arg-type]  # a model


def public_rows(table: Table) -> QuerySet:
    """The rows of a table that readers may see."""
    return table.model._default_manager.filter(is_public(table.model)).order_by()  # type: ignore[union-attr, arg-type]  # tables of rows have one


def primary_keys(rows: QuerySet) -> "array[int]":
    """The primary keys of rows, in their order: a few bytes for each, of any number of them."""
    return array("q", rows.values_list("pk", flat=True).iterator(KEYS_AT_ONCE))


# How rows are read


@dataclass
class Reading:
    """How the columns of rows are read. The last four say what these depend on."""

    model: type[Model]
    lookups: list[str] = field(default_factory=list)
    singles: dict[str, Callable[[tuple], Any]] = field(default_factory=dict)  # column → its value among those
    many: dict[str, Callable[[Keys], Values]] = field(default_factory=dict)
    computed: dict[str, Callable[[Any], Any]] = field(default_factory=dict)  # from the row itself
    names: list[str] = field(default_factory=list)  # of all columns, in their order
    mentions: set[tuple[type[Model], str]] = field(default_factory=set)  # models, and the paths to them
    shown: dict[type[Model], set[str]] = field(default_factory=lambda: defaultdict(set))  # of those, columns
    owners: set[Any] = field(default_factory=set)  # links of rows within, which lead to the row

    def add(self, column: Column, path: str) -> None:
        self.names.append(column.name)
        first = self.model._meta.get_field(path.partition(".")[0])
        if first.many_to_many:
            self.add_links(column, first)
        elif first.one_to_many:
            self.add_rows(column, first)
        else:
            self.singles[column.name] = self.single(path)

    def single(self, path: str) -> Callable[[tuple], Any]:
        """Reads the value at the end of a path: none where it passes through an entry that is not public."""
        place, statuses = len(self.lookups), []
        model, lookup = self.model, ""
        self.lookups.append("")
        for name in path.split("."):
            found = model._meta.get_field(name)
            lookup = f"{lookup}__{name}" if lookup else name
            if found.related_model:
                model = found.related_model
                self.mention(model, lookup)
                for entry in self.entries_that_show(model, lookup):
                    statuses.append(len(self.lookups))
                    self.lookups.append(f"{entry}__status")
            elif lookup != name:
                self.shown[model].add(name)
        if found.related_model:
            self.shown[model].add(key_of(model))  # type: ignore[arg-type]  # rows have keys
            lookup = f"{lookup}__{key_of(model)}"  # type: ignore[arg-type]  # rows have keys
        self.lookups[place] = lookup
        if not statuses:
            return lambda row: row[place]
        return lambda row: row[place] if all(row[each] == Status.PUBLISHED for each in statuses) else None

    def entries_that_show(self, model: type[Model], lookup: str) -> Iterator[str]:
        """The paths to the entries that must be public for a row at the end of one to be seen: itself, or what it belongs to."""
        if issubclass(model, Editorial):
            yield lookup
        for end in required_ends(model):
            self.mention(end.related_model, f"{lookup}__{end.name}")
            yield f"{lookup}__{end.name}"

    def mention(self, model: type[Model], lookup: str) -> None:
        self.mentions.add((model, lookup))
        if issubclass(model, Editorial):
            self.shown[model].add("status")
        else:  # it may move to an entry that readers do not see
            self.shown[model] |= {end.name for end in required_ends(model)}

    def add_links(self, column, found) -> None:
        """Keys of other rows, in the order of these."""
        through, target = found.remote_field.through, found.related_model
        owner, other = found.m2m_field_name(), found.m2m_reverse_field_name()
        self.owners.add(through._meta.get_field(owner))
        self.mention(target, found.name)
        self.shown[target].add(key_of(target))
        visible = is_public(target, f"{other}__") if issubclass(target, Editorial) else Q()

        def read(keys):
            pairs = through._default_manager.filter(visible, **{f"{owner}__in": keys})
            values = defaultdict(list)
            for key, value in pairs.values_list(f"{owner}_id", f"{other}__{key_of(target)}"):
                values[key].append(value)
            return {key: sorted(held) for key, held in values.items()}

        self.many[column.name] = read

    def add_rows(self, column, found) -> None:
        """Rows within, each with the parts of the column; as the values of its only part where it holds texts."""
        model, owner = found.related_model, found.field
        self.owners.add(owner)
        within = Reading(model)
        for part in column.parts:
            within.add(part, part.field or part.name)
        self.take_in(within, found)
        others = [end for end in required_ends(model) if end != owner]
        visible = reduce(and_, map(end_is_public, others), has_source(model))
        if model.needs_source:
            self.mention(model, found.name)
        for end in others:
            self.mention(end.related_model, f"{found.name}__{end.name}")
        order = [name for name in model._meta.ordering if "__" not in name] or ["pk"]
        is_flat = column.kind == Kind.TEXTS

        def read(keys):
            rows = model._default_manager.filter(visible, **{f"{owner.name}__in": keys}).order_by(*order)
            values = defaultdict(list)
            for key, *row in rows.values_list(owner.attname, *within.lookups):
                record = {name: read_one(row) for name, read_one in within.singles.items()}
                values[key].append(next(iter(record.values())) if is_flat else record)
            return values

        self.many[column.name] = read

    def take_in(self, within: "Reading", found) -> None:
        if within.many:
            raise TypeError(f"{self.model.__name__}.{found.name}: rows within rows within are not read.")
        self.mentions |= {(model, f"{found.name}__{lookup}") for model, lookup in within.mentions}
        for model, names in within.shown.items():
            self.shown[model] |= names

    def add_publicness(self) -> None:
        """What else decides whether readers see the row."""
        if issubclass(self.model, Source):
            for model in citations_of_sources():
                relation = model._meta.get_field("source").remote_field
                subject = model._meta.get_field("subject")  # type: ignore[misc]  # each kind has its own
                self.owners.add(relation.field)
                for path, entry in [("", subject.related_model), *ends_of(subject.related_model)]:
                    self.mention(entry, f"{relation.related_query_name or relation.name}__subject{path}")
        for end in required_ends(self.model):
            self.mention(end.related_model, end.name)
        if hasattr(self.model, "merge"):  # a tombstone names the entry in its place
            self.mention(self.model, "merge__survivor")


def ends_of(model):
    return [(f"__{end.name}", end.related_model) for end in required_ends(model)]


@cache
def reading_of(table: Table) -> Reading:
    """How the rows of a table are read, and what they depend on: drawn once from its columns."""
    reading = Reading(table.model)  # type: ignore[arg-type]  # tables of rows have a model
    for column in table.columns.values():
        if column.value:
            reading.names.append(column.name)
            reading.computed[column.name] = column.value
        else:
            reading.add(column, column.field or column.name)
    reading.add_publicness()
    return reading


def built_records(table: Table, keys: Keys) -> dict[Any, dict[str, Any]]:
    """Primary key → record, of those of these rows that readers may see."""
    reading = reading_of(table)
    rows = public_rows(table).filter(pk__in=keys)
    found = {key: row for key, *row in rows.values_list("pk", *reading.lookups)}
    within = {name: read(list(found)) for name, read in reading.many.items()} if found else {}
    computed = rows.in_bulk() if reading.computed else {}

    def value(name, key, row):
        if name in reading.singles:
            return reading.singles[name](row)
        return within[name].get(key, []) if name in within else reading.computed[name](computed[key])

    return {key: {name: value(name, key, row) for name in reading.names} for key, row in found.items()}


class Records:
    """The stored records of a table: of all rows in the order of what they are known by, or of some, by primary key."""

    def __init__(self, table: Table, rows: Sequence[Any] | None = None) -> None:
        self.table, self.rows = table, rows

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return map(orjson.loads, self.texts())

    def kept(self) -> "KeptRecords":
        """The same, read once: for several writers."""
        return KeptRecords(self.table, list(self.texts()))

    def texts(self) -> Iterator[str]:
        """As JSON."""
        return self.every_text() if self.rows is None else self.texts_of(self.rows)

    def every_text(self):
        records, last = Record.objects.public(self.table.name).order_by("key"), ""
        while found := list(records.filter(key__gt=last).values_list("key", "body")[:TOLD_AT_ONCE]):
            yield from (body for _key, body in found)
            last = found[-1][0]

    def texts_of(self, rows):
        records = Record.objects.public(self.table.name)
        for chunk in batches(rows, TOLD_AT_ONCE):
            keys = list(map(str, chunk))
            found = dict(records.filter(row__in=keys).values_list("row", "body"))
            yield from (found[key] for key in keys if key in found)


class KeptRecords(Records):
    def __init__(self, table: Table, texts: list[str]) -> None:
        super().__init__(table)
        self.all_texts = texts

    def texts(self) -> Iterator[str]:
        return iter(self.all_texts)


def as_text(record: dict[str, Any]) -> str:
    return json.dumps(record, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))


def key_in_record(table: Table, record: dict[str, Any]) -> str:
    """What readers know a row by: its key, or where it takes several values, those with spaces between."""
    values = ["" if record[name] is None else str(record[name]) for name in table.keys]
    if len(values) == 1:
        return values[0]
    return " ".join(value.replace("%", "%25").replace(" ", "%20") for value in values)


def logged_tables() -> Iterator[Table]:
    """Those whose rows have records."""
    return (table for table in tables.values() if table.model)
