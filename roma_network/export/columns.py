"""The columns of what is public, each declared once. Whatever speaks of columns reads this declaration: files, API and its
description, linked data, data package, import, the fields of the admin's forms, the page that describes the data.

A column takes type, title, meaning and vocabulary from the field of the model behind it, and states only what the model
does not know. A new column is a field of a model and a line in `columns.py` of its app; tests walk all that are declared.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache, cached_property, reduce
from operator import or_
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _

from roma_network.core.partial_dates import PartialDateField
from roma_network.export.rdf import (
    LANGUAGE,
    Iri,
    PartResource,
    Resource,
    Text,
    Typed,
    concept,
    derivation,
    identifier,
    object_of,
    part_iri,
)
from roma_network.models import Editorial, Keyed, Status

SOURCE = "source:"  # before a fact, in the filters by what entries have or lack
PARTIAL_DATE = _("A year, a month or a day: 1996, 1996-05, 1996-05-02.")
SOURCES = _(
    "The sources: address, which facts each backs, what else it says, when that was checked, title, publisher, origin."
)


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
    language_part: str = ""  # of rows, the one that says in which language that is
    node: PartResource | None = None  # whose property it is, where not of the entry itself


@dataclass(frozen=True)
class Fieldset:
    """A part of the admin's form. Groups are compared by name."""

    title: Any = None
    description: Any = field(default="", compare=False)


@dataclass(frozen=True)
class Presence:
    """What an entry may have or lack."""

    label: Any
    present: Q
    absent: Q


@dataclass(frozen=True)
class Fact:
    """What citations can name of a row: one column, or several that state it together."""

    name: str
    title: Any
    columns: tuple["Column", ...]  # as declared
    is_stated: Q  # that a row has something there
    is_cited: Q  # that a citation names it

    @property
    def fields(self) -> list[str]:
        return [column.field or column.name for column in self.columns]

    @property
    def presence(self) -> Presence:
        """Of a source for it, where it is stated."""
        label = format_lazy(_("a source: {fact}"), fact=self.title)
        return Presence(label, self.is_stated & self.is_cited, self.is_stated & ~self.is_cited)


@dataclass(frozen=True)
class Column:
    """A column. `field` is the path of the model's field behind it, if that has another name.

    The names of what follows an equals sign in a declaration: `value` (row → value, from its own fields alone),
    `links` (name of the table whose key it holds), `scheme` (of its vocabulary, in identifiers), `importer` (reads and writes
    its cells, where it has parts), `told_in` (the table that holds its rows or value where tables are linked), `fact` (by which citations name it; empty where none can), `fact_title` (what that is called, where
    several columns state it), `presence` (value in an address, and words, for the filters by what entries have or lack), `present` (the
    condition of that), `rdf_rows` (what its rows are: base, subject, row → resource), `rdf_link` (the property that leads to these), `beside` (in one line with the column
    before).
    """

    name: str
    field: str = ""
    kind: Kind | None = None
    title: Any = ""
    meaning: Any = ""
    values: tuple[str, ...] = ()
    labels: tuple[tuple[str, Any], ...] = ()  # of these values
    is_key: bool = False
    is_nullable: bool = False
    may_be_empty: bool = True
    value: Callable[[Any], Any] | None = None
    links: str = ""
    parts: tuple["Column", ...] = ()
    rdf: tuple[Property, ...] = ()
    rdf_rows: Callable[..., Resource] | None = None
    rdf_link: str = ""
    scheme: str = ""
    importable: bool = False
    importer: Callable[[], Any] | None = None
    example: str = ""
    told_in: str = ""
    fact: str = ""
    fact_title: Any = ""
    presence: tuple[str, Any] | None = None
    present: Q | None = None
    group: Fieldset | None = None
    beside: bool = False

    def bound_to(self, model: type[models.Model] | None) -> "Column":
        """With what the model says of it."""
        found = model_field(model, self.field or self.name)
        if found is None:
            return replace(self, kind=self.kind or Kind.TEXT)
        kind = self.kind or kind_of(found)
        return replace(
            self,
            kind=kind,
            title=self.title or title_of(found),
            meaning=self.meaning or field_description(found),
            values=self.values or tuple(value for value, _label in getattr(found, "flatchoices", ())),
            labels=tuple(getattr(found, "flatchoices", ())),
            is_nullable=getattr(found, "null", False) and not found.one_to_many,
            may_be_empty=getattr(found, "blank", True),
            parts=tuple(part.bound_to(found.related_model) for part in self.parts),
        )

    def presence_condition(self) -> Q:
        """That an entry has something in this column."""
        if self.present is not None:
            return self.present
        name = self.field or self.name
        return Q(**{f"{name}__isnull": False}) if self.is_nullable else Q(**{f"{name}__gt": ""})

    def statements(self, record: dict, base: str) -> Iterable[tuple]:
        """What the value in a record, if there is any, says as RDF: pairs of `Property` and object."""
        value = record[self.name]
        for each in self.rdf:
            language = record[each.language_column] if each.language_column else each.language
            for item, spoken in self.stated(each, value, language):
                if item not in (None, ""):
                    yield each, self.rdf_object(each, item, spoken, base)

    def stated(self, each: Property, value: Any, language: str) -> Iterable[tuple]:
        """Values, each once and with its language."""
        if not isinstance(value, list):
            return ((value, language),)
        if each.part:
            return dict.fromkeys((row[each.part], row.get(each.language_part, "")) for row in value)
        return dict.fromkeys((item, language) for item in value)

    def rdf_object(self, each: Property, item: Any, language: str, base: str) -> Iri | Text | Typed | None:
        if self.links:
            return tables[self.links].reference(base, item)
        if self.scheme:
            return concept(base, self.scheme, item)
        if each.prefix:
            return Iri(f"{each.prefix}{item}")
        kind = next(part.kind for part in self.parts if part.name == each.part) if each.part else self.kind
        return object_of(kind, item, language)

    def terms(self, record: dict) -> Iterable[tuple[str, str]]:
        """The values in a record that are terms of a vocabulary: pairs of its scheme, or table, and the value."""
        value = record[self.name]
        for part in self.parts:
            if scheme := part.vocabulary:
                for row in value:
                    found = row[part.name]
                    yield from (
                        (scheme, each) for each in (found if isinstance(found, list) else [found]) if each
                    )
        if scheme := self.vocabulary:
            yield from ((scheme, each) for each in (value if isinstance(value, list) else [value]) if each)

    @cached_property
    def vocabulary(self) -> str:
        """The scheme of its values, or the table of terms that they are keys of."""
        is_of_terms = self.links and "skos:Concept" in tables[self.links].rdf_types
        return self.links if is_of_terms else self.scheme


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
        groups: tuple[Fieldset, ...] = (),
        reference: Callable[[str, str], Iri] | None = None,
        subject: Callable[[str, dict], Iri] | None = None,
    ) -> None:
        self.name, self.model, self.kind = name, model, kind
        self.declared = columns
        self.rdf_types, self.groups = rdf_types, groups
        self.reference = reference or (lambda base, key: identifier(base, kind, key))
        self.subject = subject or (lambda base, record: self.reference(base, record[self.keys[0]]))
        tables[name] = self

    def add(self, column: Column, *, after: str) -> None:
        """For an app above, which knows of more that such rows have."""
        place = [each.name for each in self.declared].index(after) + 1
        self.declared.insert(place, column)
        for read in ("columns", "facts", "rdf_columns"):
            self.__dict__.pop(read, None)

    @cached_property
    def columns(self) -> dict[str, Column]:
        """Name → column, each with what the model says of it."""
        return {column.name: column.bound_to(self.model) for column in self.declared}

    @cached_property
    def rdf_columns(self) -> list[Column]:
        """Those that linked data tell of."""
        return [column for column in self.columns.values() if column.rdf or column.rdf_rows]

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

    def resources(self, record: dict, base: str, told: Collection[str] = ()) -> Iterable[Resource]:
        """A record as linked data: the entry, its nodes, and what its rows are, but for rows that a table in `told` tells."""
        subject = self.subject(base, record)
        statements = [("rdf:type", Iri(name)) for name in self.rdf_types]
        nodes: dict[PartResource, list] = {}
        filled = [column for column in self.rdf_columns if record[column.name] not in (None, "", [])]
        for column in filled:
            for each, value in column.statements(record, base):
                (nodes.setdefault(each.node, []) if each.node else statements).append((each.name, value))
        found = [
            Resource(part_iri(subject, node.name), [("rdf:type", Iri(node.type)), *said])
            for node, said in nodes.items()
        ]
        statements += [(node.link, each.subject) for node, each in zip(nodes, found, strict=True)]
        for column in filled:
            if column.rdf_rows:
                rows = [column.rdf_rows(base, subject, row) for row in record[column.name]]
                statements += [(column.rdf_link, each.subject) for each in rows if column.rdf_link]
                found += [] if column.told_in in told else rows
        yield Resource(subject, statements)
        yield from found

    # What else reads the declaration

    @cached_property
    def presence(self) -> dict[str, Presence]:
        """What an entry may have or lack, by its value in an address: things, and sources for facts that it states."""
        found = {
            column.presence[0]: Presence(column.presence[1], has := column.presence_condition(), ~has)
            for column in self.columns.values()
            if column.presence
        }
        return found | {f"{SOURCE}{name}": fact.presence for name, fact in self.facts.items()}

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """What citations can name, in the order of the columns."""
        found: dict[str, list[Column]] = {}
        for column in self.declared:
            if column.fact:
                found.setdefault(column.fact, []).append(column)
        return {name: self.fact(name, columns) for name, columns in found.items()}

    def fact(self, name: str, columns: list[Column]) -> Fact:
        fields = [model_field(self.model, column.field or column.name) for column in columns]
        citations = model_field(self.model, "citations").related_model.objects
        return Fact(
            name,
            next((column.fact_title for column in columns if column.fact_title), "") or title_of(fields[0]),
            tuple(columns),
            reduce(or_, map(is_filled, fields)),
            Q(Exists(citations.naming(name).filter(subject=OuterRef("pk")))),
        )

    @property
    def fieldsets(self) -> list[tuple]:
        """The parts of the admin's form, as Django takes them."""
        lines: dict[Fieldset, list] = {group: [] for group in self.groups}
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


def table_of(model: type[models.Model]) -> Table:
    return next(table for table in tables.values() if table.model is model)


@cache
def facts_of(model: type[models.Model]) -> dict[str, Any]:
    """Fact → its title, of all that a citation of such a row may name."""
    return {name: fact.title for name, fact in table_of(model).facts.items()}


def every_fact() -> dict[str, Any]:
    """Fact → its title, of whatever kind of row."""
    return {name: fact.title for table in tables.values() for name, fact in table.facts.items()}


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


def field_description(found):
    return getattr(found, "help_text", "") or (PARTIAL_DATE if isinstance(found, PartialDateField) else "")


def is_filled(found) -> Q:
    """That a row has something in a field which readers may see."""
    if found.one_to_many:
        return Q(Exists(found.related_model.objects.filter(**{found.field.name: OuterRef("pk")})))
    leads_to_entries = found.related_model and issubclass(found.related_model, Editorial)
    if found.many_to_many:
        linked = found.remote_field.through.objects.filter(**{found.m2m_field_name(): OuterRef("pk")})
        if leads_to_entries:
            linked = linked.filter(**{f"{found.m2m_reverse_field_name()}__status": Status.PUBLISHED})
        return Q(Exists(linked))
    if leads_to_entries:
        return Q(**{f"{found.name}__status": Status.PUBLISHED})
    return Q(**{f"{found.name}__isnull": False}) if found.null else Q(**{f"{found.name}__gt": ""})


def key_of(model: type[Keyed]) -> str:
    (name,) = model.natural_fields
    return name


# Declared alike in several tables


def texts(*names: str, language: str = "", language_column: str = "") -> tuple[Property, ...]:
    return tuple(Property(name, language=language, language_column=language_column) for name in names)


def english(*names: str) -> tuple[Property, ...]:
    return texts(*names, language=LANGUAGE)


def sources_column(importer: Callable[[], Any] | None = None) -> Column:
    return Column(
        "sources",
        "citations",
        title=_("Sources"),
        meaning=SOURCES,
        parts=(
            Column("url", "source.url", kind=Kind.URL, links="sources"),
            Column("facts", kind=Kind.TEXTS, scheme="fact"),
            Column("note"),
            Column("checked_on"),
            Column("title", "source.title", told_in="sources"),
            Column("publisher", "source.publisher", told_in="sources"),
            Column("origin", "source.origin", told_in="sources"),
        ),
        told_in="citations",
        rdf=(Property("prov:wasDerivedFrom", part="url"),),
        rdf_rows=derivation,
        rdf_link="prov:qualifiedDerivation",
        importable=importer is not None,
        importer=importer,
    )


def closing_columns(main: Fieldset) -> list[Column]:
    """What the directory notes of every entry itself. `main` is the part of its form where an open question stands."""
    return [
        Column(
            "doubt",
            rdf=english("skos:editorialNote"),
            importable=True,
            presence=("doubt", _("an open question")),
            group=main,
        ),
        Column(
            "verified_on",
            rdf=(Property("schema:lastReviewed"),),
            presence=("verified", _("a day of verification")),
        ),
        Column("updated_at", rdf=(Property("dcterms:modified"),)),
    ]
