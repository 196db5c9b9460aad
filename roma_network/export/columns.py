"""Tables of what is public: which columns a row has, what they mean, and how a cell is written."""

import csv
from typing import NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from roma_network.core.partial_dates import PartialDateField

FORMULA = ("=", "+", "-", "@", "\t", "\r")
LINKS = _("Slugs of other entries.")
SOURCES = _("The sources: address, which facts it backs, title, publisher.")
PARTIAL_DATE = _("A year, a month or a day: 1996, 1996-05, 1996-05-02.")


class Field(NamedTuple):
    """A column as its readers need it described. `type` is as in a data package, `values` what alone it may hold."""

    name: str
    type: str
    title: str
    description: str
    values: list[str]


class Table:
    """The columns of an export: plain attributes of a row, or what `special` makes of it."""

    name: str
    kind = ""  # as in identifiers; empty where rows have none
    columns: tuple[str, ...]
    types: dict[str, str] = {}  # column → its type in a data package, if it is no text
    model = None
    paths: dict[str, str] = {}  # column → the field of the model behind it, if that has another name
    leads_to: dict[str, str] = {}  # column → the table whose rows it names, by their key
    meanings: dict[str, str] = {}  # column → what it holds, where the model does not say it

    def special(self, row):
        """Column → value, for those that are no plain attribute: a list, a list of dicts, another entry's slug."""
        return {}

    def resources(self, record, origin):
        """A record as linked data, see `linked`: the entry and what is told of its ties."""
        raise NotImplementedError

    def fields(self):
        return [self.field(column) for column in self.columns]

    def field(self, column):
        """As the model describes it."""
        type_ = self.types.get(column, "string")
        meaning = self.meanings.get(column, "")
        try:
            found = self.model._meta.get_field(self.paths.get(column, column))
        except FieldDoesNotExist:
            return Field(column, type_, "", meaning, [])
        values = [value for value, _label in getattr(found, "flatchoices", ())]
        dated = PARTIAL_DATE if isinstance(found, PartialDateField) else ""
        help_text = getattr(found, "help_text", "")
        title = capfirst(
            getattr(found, "verbose_name", None) or found.related_model._meta.verbose_name_plural
        )
        return Field(column, type_, title, meaning or help_text or dated, values)

    def record(self, row):
        special = self.special(row)
        return {
            column: special[column] if column in special else getattr(row, column) for column in self.columns
        }


def slug_of(entry):
    """The slug of a related entry that readers may see."""
    return entry.slug if entry and entry.is_published else None


def csv_lines(table, records, origin):
    """A table with a heading; lists stand in one cell, with semicolons."""
    writer = csv.writer(Echo())
    yield writer.writerow(table.columns)
    for record in records:
        yield writer.writerow([cell(record[column]) for column in table.columns])


class Echo:
    """A file that gives back what is written to it, so that a csv writer can stream."""

    def write(self, line):
        return line


def cell(value):
    """A value as text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, list):
        value = "; ".join(
            " ".join(map(str, item.values())) if isinstance(item, dict) else item for item in value
        )
    return protected(value) if isinstance(value, str) else value


def protected(text):
    """`text` as no spreadsheet takes it for a formula: with an apostrophe in front."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def unprotected(text):
    """The text that `protected` was given."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULA) else text


def sources(row):
    """The citations of a row, for `record`."""
    return [
        {
            "url": citation.source.url,
            "supports": citation.supports,
            "title": citation.source.title,
            "publisher": citation.source.publisher,
        }
        for citation in row.citations.all()
    ]
