"""Any listing, or one entry, as a file. A table says what a row holds; a format says how it is written."""

import json
from itertools import chain

from django.core.serializers.json import DjangoJSONEncoder
from django.http import StreamingHttpResponse
from django.utils.http import urlencode

from roma_network.export import datapackage
from roma_network.export.atom import ATOM, feed
from roma_network.export.columns import cell, csv_lines
from roma_network.export.rdf import jsonld_lines, origin_of, rdfxml_lines, turtle_lines
from roma_network.export.xlsx import workbook

FORMATS = {
    "csv": "CSV",
    "csv-bom": "CSV with BOM",
    "zip": "Linked CSV tables",
    "xlsx": "Excel",
    "json": "JSON",
    "jsonld": "JSON-LD",
    "ttl": "Turtle",
    "rdf": "RDF/XML",
    "atom": "Atom",
}
CHUNK = 500


def requested(request, table, queryset):
    """The file that `?format=` asks for, or None where it asks for none that exists."""
    asked = request.GET.get("format")
    return written(asked, request, table, queryset) if asked in FORMATS else None


def written(asked, request, table, queryset):
    """The file of these rows in one of the formats."""
    if asked == "atom":
        return feed(request, queryset, table.kind)
    if asked == "zip":
        return attached(datapackage.package(datapackage.around[table.name](queryset)), table, "zip")
    records = (table.record(row) for row in queryset.for_export().iterator(chunk_size=CHUNK))
    return attached(WRITERS[asked](table, records, origin_of(request)), table, asked)


def attached(parts, table, format_):
    name = f"{table.name}.{format_.removesuffix('-bom')}"
    return StreamingHttpResponse(
        parts,
        content_type=TYPES[format_],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def marked_csv_lines(table, records, origin):
    """With a byte order mark, by which some programs tell that it is UTF-8."""
    return chain(["\ufeff"], csv_lines(table, records, origin))


def json_lines(table, records, origin):
    """A JSON array, one record a line."""
    start = "["
    for record in records:
        yield f"{start}\n{json.dumps(record, cls=DjangoJSONEncoder, ensure_ascii=False)}"
        start = ","
    yield "[]\n" if start == "[" else "\n]\n"


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
    "csv": csv_lines,
    "csv-bom": marked_csv_lines,
    "xlsx": xlsx_parts,
    "json": json_lines,
} | {name: linked_lines(lines) for name, lines in LINKED.items()}
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "csv-bom": "text/csv; charset=utf-8",
    "zip": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json; charset=utf-8",
    "jsonld": "application/ld+json",
    "ttl": "text/turtle; charset=utf-8",
    "rdf": "application/rdf+xml",
    "atom": ATOM,
}


def downloads(path, parameters=(), formats=FORMATS):
    """Name and address of each format of a page."""
    return [(name, f"{path}?{urlencode([*parameters, ('format', key)])}") for key, name in formats.items()]


def sizes(table, rows):
    """Format → bytes for each of these rows, a sample, so that readers can be told roughly what a file will weigh."""
    records = [table.record(row) for row in rows]
    return {
        name: (weight(writer(table, records, "")) - weight(writer(table, [], ""))) / len(records)
        for name, writer in WRITERS.items()
    }


def weight(parts):
    return sum(len(part if isinstance(part, bytes) else part.encode()) for part in parts)
