"""Any listing, or one entry, as a file. A table says what a row holds; a format says how it is written."""

import csv
import json
from itertools import chain

from django.core.serializers.json import DjangoJSONEncoder
from django.http import StreamingHttpResponse
from django.utils.http import urlencode

from roma_network.feeds import ATOM, feed
from roma_network.linked import jsonld_lines, origin_of, rdfxml_lines, turtle_lines
from roma_network.spreadsheets import workbook

FORMATS = {
    "csv": "CSV",
    "xlsx": "Excel",
    "json": "JSON",
    "jsonld": "JSON-LD",
    "ttl": "Turtle",
    "rdf": "RDF/XML",
    "atom": "Atom",
}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
CHUNK = 500


class Table:
    """The columns of an export: plain attributes of a row, or what `special` makes of it."""

    name: str
    kind = ""  # as in identifiers; empty where rows have none
    columns: tuple[str, ...]
    types: dict[str, str] = {}  # column → its type in a data package, if it is no text

    def special(self, row):
        """Column → value, for those that are no plain attribute: a list, a list of dicts, another entry's slug."""
        return {}

    def resources(self, record, origin):
        """A record as linked data, see `linked`: the entry and what is told of its ties."""
        raise NotImplementedError

    def record(self, row):
        special = self.special(row)
        return {
            column: special[column] if column in special else getattr(row, column) for column in self.columns
        }


def slug_of(entry):
    """The slug of a related entry that readers may see."""
    return entry.slug if entry and entry.is_published else None


def requested(request, table, queryset):
    """The file that `?format=` asks for, or None where it asks for none that exists."""
    asked = request.GET.get("format")
    return written(asked, request, table, queryset) if asked in FORMATS else None


def written(asked, request, table, queryset):
    """The file of these rows in one of the formats."""
    if asked == "atom":
        return feed(request, queryset, table.kind)
    records = (table.record(row) for row in queryset.for_export().iterator(chunk_size=CHUNK))
    lines, content_type = WRITERS[asked]
    return StreamingHttpResponse(
        lines(table, records, origin_of(request)),
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{table.name}.{asked}"'},
    )


def json_lines(table, records, origin):
    """A JSON array, one record a line."""
    start = "["
    for record in records:
        yield f"{start}\n{json.dumps(record, cls=DjangoJSONEncoder, ensure_ascii=False)}"
        start = ","
    yield "[]\n" if start == "[" else "\n]\n"


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


def xlsx_parts(table, records, origin):
    rows = ([cell(record[column]) for column in table.columns] for record in records)
    return workbook(table.name, chain([table.columns], rows))


def linked_lines(lines):
    """A writer of `linked` as a writer of tables."""

    def write(table, records, origin):
        return lines(chain.from_iterable(table.resources(record, origin) for record in records))

    return write


LINKED = {"jsonld": jsonld_lines, "ttl": turtle_lines, "rdf": rdfxml_lines}
WRITERS = {
    "csv": (csv_lines, "text/csv; charset=utf-8"),
    "xlsx": (xlsx_parts, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "json": (json_lines, "application/json; charset=utf-8"),
    "jsonld": (linked_lines(LINKED["jsonld"]), "application/ld+json"),
    "ttl": (linked_lines(LINKED["ttl"]), "text/turtle; charset=utf-8"),
    "rdf": (linked_lines(LINKED["rdf"]), "application/rdf+xml"),
}


TYPES = {name: content_type for name, (_lines, content_type) in WRITERS.items()} | {"atom": ATOM}


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


def downloads(path, parameters=(), formats=FORMATS):
    """Name and address of each format of a page."""
    return [(name, f"{path}?{urlencode([*parameters, ('format', key)])}") for key, name in formats.items()]
