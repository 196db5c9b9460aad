"""The columns of what is public, each declared once. Whatever speaks of columns reads this declaration: files, API and its
description, linked data, data package, import, the fields of the admin's forms, the page that describes the data.

A column takes type, title, meaning and vocabulary from the field of the model behind it, and states only what the model
does not know. A new column is a field of a model and a line in `columns.py` of its app; tests walk all that are declared.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from operator import attrgetter
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from roma_network.core.partial_dates import PartialDateField
from roma_network.export.rdf import LANGUAGE, Iri, Resource, Text, Typed, concept, identifier, object_of
from roma_network.models import Editorial, Keyed

PARTIAL_DATE = _("A year, a month or a day: 1996, 1996-05, 1996-05-02.")
SOURCES = _("The sources: address, which facts it backs, title, publisher.")


class Kind(StrEnum):
    """What a value is, and so how it is written: the type of a column."""

    TEXT = "text"
    CHOICE = "choice"
    URL = "url"
    EMAIL = "email"
    PARTIAL_DATE = "partial_date"
    DATE = "date"
    TIME = "time"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    LINK = "link"  # the key of another row
    LINKS = "links"  # a list of such keys
    TEXTS = "texts"  # a list of texts
    ROWS = "rows"  # a list of rows, each with the `parts` of the column


# The first that fits: a moment is a date to Django too, an address a text.
KINDS = [
    (PartialDateField, Kind.PARTIAL_DATE),
    (models.DateTimeField, Kind.TIME),
    (models.DateField, Kind.DATE),
    (models.BooleanField, Kind.BOOLEAN),
    (models.FloatField, Kind.NUMBER),
    (models.IntegerField, Kind.INTEGER),
    (models.URLField, Kind.URL),
    (models.EmailField, Kind.EMAIL),
]


@dataclass(frozen=True)
class Property:
    """An RDF property that a column states: `language` is a tag, or `language_column` names where one stands."""

    name: str
    language: str = ""
    language_column: str = ""
    prefix: str = ""  # of the address that the value ends
    part: str = ""  # of rows, the one that is stated


@dataclass(frozen=True)
class Group:
    """A part of the admin's form. Groups are compared by name."""

    title: Any = None
    description: Any = field(default="", compare=False)


@dataclass(frozen=True)
class Column:
    """A column. `field` is the path of the model's field behind it, if that has another name.

    The names of what follows an equals sign in a declaration: `value` (row → value, where a field alone does not give it),
    `links` (name of the table whose key it holds), `scheme` (of its vocabulary, in identifiers), `importer` (reads and writes
    its cells, where it has parts), `fact` (by which citations name it; empty where none can), `presence` (value in an address, and words,
    for the filters by what entries have or lack), `present` (the condition of that), `beside` (in one line with the column before).
    """

    name: str
    field: str = ""
    kind: Kind | None = None
    title: Any = ""
    meaning: Any = ""
    values: tuple[str, ...] = ()
    is_key: bool = False
    is_nullable: bool = False
    may_be_empty: bool = True
    value: Callable[[Any], Any] | None = None
    links: str = ""
    parts: tuple["Column", ...] = ()
    rdf: tuple[Property, ...] = ()
    rdf_rows: Callable[..., Resource] | None = None
    scheme: str = ""
    importable: bool = False
    importer: Callable[[], Any] | None = None
    example: str = ""
    fact: str = ""
    presence: tuple[str, Any] | None = None
    present: Q | None = None
    group: Group | None = None
    beside: bool = False

    def bound_to(self, model: type[models.Model] | None) -> "Column":
        """With what the model says of it."""
        found = model_field(model, self.field or self.name)
        if found is None:
            return replace(self, kind=self.kind or Kind.TEXT, value=self.value or attrgetter(self.name))
        kind = self.kind or kind_of(found)
        return replace(
            self,
            kind=kind,
            title=self.title or title_of(found),
            meaning=self.meaning or described(found),
            values=self.values or tuple(value for value, _label in getattr(found, "flatchoices", ())),
            is_nullable=getattr(found, "null", False) and not found.one_to_many,
            may_be_empty=getattr(found, "blank", True),
            parts=tuple(part.bound_to(found.related_model) for part in self.parts),
        ).with_getter(found)

    def with_getter(self, found: models.Field | models.ForeignObjectRel) -> "Column":
        return self if self.value else replace(self, value=getter(self, found))

    def presence_condition(self) -> Q:
        """That an entry has something in this column."""
        if self.present is not None:
            return self.present
        name = self.field or self.name
        return Q(**{f"{name}__isnull": False}) if self.is_nullable else Q(**{f"{name}__gt": ""})

    def statements(self, record: dict, base: str) -> Iterable[tuple]:
        """What the value in a record says as RDF: pairs of property and object."""
        for each in self.rdf:
            value = record[self.name]
            values = value if isinstance(value, list) else [value]
            if each.part:
                values = dict.fromkeys(row[each.part] for row in values)
            language = record[each.language_column] if each.language_column else each.language
            for item in values:
                if item not in (None, ""):
                    yield each.name, self.rdf_object(each, item, language, base)

    def rdf_object(self, each: Property, item: Any, language: str, base: str) -> Iri | Text | Typed | None:
        if self.links:
            return tables[self.links].reference(base, item)
        if self.scheme:
            return concept(base, self.scheme, item)
        if each.prefix or each.part:
            return Iri(f"{each.prefix}{item}")
        return object_of(self.kind, item, language)


class Table:
    """The columns of one kind of row. `kind` is as in identifiers, empty where rows have none."""

    def __init__(
        self,
        name: str,
        model: type[models.Model] | None,
        columns: list[Column],
        *,
        kind: str = "",
        rdf_types: tuple[str, ...] = (),
        groups: tuple[Group, ...] = (),
        reference: Callable[[str, str], Iri] | None = None,
    ) -> None:
        self.name, self.model, self.kind = name, model, kind
        self.declared = columns
        self.rdf_types, self.groups = rdf_types, groups
        self.reference = reference or (lambda base, key: identifier(base, kind, key))
        tables[name] = self

    def add(self, column: Column, *, after: str) -> None:
        """For an app above, which knows of more that such rows have."""
        place = [each.name for each in self.declared].index(after) + 1
        self.declared.insert(place, column)
        for name in ("columns", "getters"):
            self.__dict__.pop(name, None)

    @cached_property
    def columns(self) -> dict[str, Column]:
        """Name → column, each with what the model says of it."""
        return {column.name: column.bound_to(self.model) for column in self.declared}

    @property
    def names(self) -> list[str]:
        return list(self.columns)

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the columns that together identify a row."""
        return tuple(column.name for column in self.columns.values() if column.is_key)

    @property
    def links(self) -> dict[str, str]:
        """Column → the table whose rows it leads to."""
        return {
            column.name: column.links or column.parts[0].links
            for column in self.columns.values()
            if column.links or (column.parts and column.parts[0].links)
        }

    def record(self, row: models.Model) -> dict[str, Any]:
        return {name: value(row) for name, value in self.getters.items()}

    @cached_property
    def getters(self) -> dict[str, Callable[[Any], Any]]:
        return {name: column.value for name, column in self.columns.items() if column.value}

    def resources(self, record: dict, base: str) -> Iterable[Resource]:
        """A record as linked data: the entry, and what its rows are."""
        statements = [("rdf:type", Iri(name)) for name in self.rdf_types]
        for column in self.columns.values():
            statements += column.statements(record, base)
        yield Resource(self.reference(base, record[self.keys[0]]), statements)
        for column in self.columns.values():
            if column.rdf_rows:
                yield from (column.rdf_rows(base, record, row) for row in record[column.name])

    # What else reads the declaration

    @property
    def presence(self) -> dict[str, tuple[Any, Q]]:
        """What an entry may have or lack: value in an address → its words, and the condition of having it."""
        return {
            column.presence[0]: (column.presence[1], column.presence_condition())
            for column in self.columns.values()
            if column.presence
        }

    @property
    def fact_fields(self) -> dict[str, list[str]]:
        """Fact, as citations name it → the fields of the model that state it."""
        found: dict[str, list[str]] = {}
        for column in self.columns.values():
            if column.fact:
                found.setdefault(column.fact, []).append(column.field or column.name)
        return found

    @property
    def fieldsets(self) -> list[tuple]:
        """The parts of the admin's form, as Django takes them."""
        lines: dict[Group, list] = {group: [] for group in self.groups}
        for column in self.columns.values():
            if column.group:
                place_in_form(lines[column.group], column)
        return [
            (
                group.title,
                {"fields": fields} | ({"description": group.description} if group.description else {}),
            )
            for group, fields in lines.items()
        ]


tables: dict[str, Table] = {}  # name → table, of all that are declared


def place_in_form(lines: list, column: Column) -> None:
    name = column.field or column.name
    if column.beside:
        before = lines.pop()
        lines.append((*before, name) if isinstance(before, tuple) else (before, name))
    else:
        lines.append(name)


# From the model


def model_field(model, path):
    """The field at the end of a path with dots, or None where the model has none."""
    first, _dot, rest = path.partition(".")
    try:
        found = model._meta.get_field(first) if model else None
    except FieldDoesNotExist:
        return None
    return model_field(found.related_model, rest) if rest and found else found


def kind_of(found) -> Kind:
    if found.one_to_many:
        return Kind.ROWS
    if found.many_to_many:
        return Kind.LINKS
    if found.related_model:
        return Kind.LINK
    if found.choices:
        return Kind.CHOICE
    return next((kind for type_, kind in KINDS if isinstance(found, type_)), Kind.TEXT)


def title_of(found) -> str:
    """What a field is called, as forms say it."""
    return capfirst(getattr(found, "verbose_name", None) or found.related_model._meta.verbose_name_plural)


def described(found):
    return getattr(found, "help_text", "") or (PARTIAL_DATE if isinstance(found, PartialDateField) else "")


def getter(column: Column, found) -> Callable[[Any], Any]:
    path = column.field or column.name
    if column.parts:
        return rows_getter(path, column.parts)
    if found.one_to_many or found.many_to_many:
        return keys_getter(path, key_of(found.related_model))
    if found.related_model is None:
        return attrgetter(path)
    if issubclass(found.related_model, Editorial):
        return lambda row: slug_of(attrgetter(path)(row))
    return attrgetter(found.attname)  # the key itself: no need to read the other row


def key_of(model: type[Keyed]) -> str:
    (name,) = model.natural_fields
    return name


def keys_getter(path, key):
    return lambda row: [getattr(each, key) for each in getattr(row, path).all()]


def rows_getter(path, parts):
    return lambda row: [{part.name: part.value(each) for part in parts} for each in getattr(row, path).all()]


def slug_of(entry: Editorial | None) -> str | None:
    """The slug of a related entry that readers may see."""
    return entry.slug if entry and entry.is_published else None


# Declared alike in several tables


def texts(*names: str, language: str = "", language_column: str = "") -> tuple[Property, ...]:
    return tuple(Property(name, language=language, language_column=language_column) for name in names)


def english(*names: str) -> tuple[Property, ...]:
    return texts(*names, language=LANGUAGE)


def sources_column(importer: Callable[[], Any] | None = None, *, is_entry: bool = True) -> Column:
    return Column(
        "sources",
        "citations",
        title=_("Sources"),
        meaning=SOURCES,
        parts=(
            Column("url", "source.url", kind=Kind.URL),
            Column("supports"),
            Column("title", "source.title"),
            Column("publisher", "source.publisher"),
        ),
        rdf=(Property("prov:wasDerivedFrom", part="url"),) if is_entry else (),
        importable=importer is not None,
        importer=importer,
    )


def closing_columns() -> list[Column]:
    """What the directory notes of every entry itself."""
    return [
        Column("verified_on", presence=("verified", _("a day of verification"))),
        Column("updated_at", rdf=(Property("dcterms:modified"),)),
    ]
