"""Linked tables in one file: CSV, and their description as Frictionless Data describes it."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

from django.db.models import QuerySet
from django.utils.timezone import localdate

from roma_network.core.hooks import Hook
from roma_network.export import linked_tables
from roma_network.export.columns import Kind, Table
from roma_network.export.csv_files import csv_lines
from roma_network.export.records import Records, primary_keys
from roma_network.export.xlsx import Pipe

LICENCE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0 International",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
TITLE = "Who works on Roma integration in Europe"
DESCRIPTION = "datapackage.json"
LINES = 200
LEVEL = 3  # half the time of zlib's own choice, for a fifth more bytes
IN_MEMORY = 1_000_000  # bytes of a table that is kept aside; what is more goes to the disk
TYPES = {Kind.NUMBER: "number", Kind.INTEGER: "integer", Kind.DATE: "date", Kind.BOOLEAN: "boolean"}


class Part(NamedTuple):
    """A table of a package, or some `rows` of it. `links` names the columns whose keys all stand in the package; None: in all of them they do."""

    table: Table
    rows: Callable[[], QuerySet] | None = None
    links: list[str] | None = None

    @property
    def records(self) -> Records:
        return Records(self.table, None if self.rows is None else primary_keys(self.rows()))


parts_around = Hook[dict[str, Callable]](
    "name of a table → what gives the parts of a package around some of its rows",
    filled_in="roma_network.apps",
)


def package(parts):
    """The bytes of a package, piece by piece."""
    pipe = Pipe()
    made = linked_tables.within(part.table for part in parts)
    with ExitStack() as stack, ZipFile(pipe, "w", ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        archive.writestr(DESCRIPTION, descriptor(parts, localdate().isoformat()))
        # Kept aside until the other tables are through.
        files = {each.name: stack.enter_context(spool()) for each in made}
        sides = linked_tables.Sides(made, files)
        for part in parts:
            lines = csv_lines(linked_tables.Flat(part.table), sides.passing(part.table, part.records), "")
            yield from added(archive, pipe, part.table.name, lines)
        for name, file in files.items():
            file.seek(0)
            yield from added(archive, pipe, name, file)
    yield pipe.taken()


def spool():
    return SpooledTemporaryFile(IN_MEMORY, "w+", encoding="utf-8", newline="")


def added(archive, pipe, name, lines):
    with archive.open(f"{name}.csv", "w") as file:
        lines = iter(lines)
        while some := "".join(islice(lines, LINES)):
            file.write(some.encode())
            yield pipe.taken()


def descriptor(parts, version):
    made = linked_tables.within(part.table for part in parts)
    descriptor = {
        "profile": "tabular-data-package",
        "name": "roma-integration-directory",
        "title": TITLE,
        "version": version,
        "licenses": [LICENCE],
        "resources": [
            *(
                resource_of(linked_tables.Flat(part.table), linked_tables.links_of(part.table, part.links))
                for part in parts
            ),
            *(resource_of(each, each.links()) for each in made),
        ],
    }
    return json.dumps(descriptor, indent=1)


def resource_of(table, links):
    schema = {"fields": list(map(field_of, table.columns.values()))}
    if table.keys:
        schema["primaryKey"] = list(table.keys)
    if links:  # an empty list is not valid
        schema["foreignKeys"] = [
            {
                "fields": columns,
                "reference": {
                    "resource": "" if other == table.name else other,
                    "fields": linked_tables.key_columns(other),
                },
            }
            for columns, other in links
        ]
    return {
        "name": table.name,
        "path": f"{table.name}.csv",
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "schema": schema,
    }


def field_of(column):
    found = {"name": column.name, "type": TYPES.get(column.kind, "string")}
    if column.title:
        found["title"] = str(column.title)
    if column.meaning:
        found["description"] = str(column.meaning)
    if column.values and column.kind == Kind.CHOICE:
        found["constraints"] = {"enum": list(column.values)}
    return found
