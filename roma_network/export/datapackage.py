"""Linked tables in one file: CSV, and their description as Frictionless Data describes it."""

import json
from collections.abc import Callable
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

from django.utils.timezone import localdate

from roma_network.core.hooks import Hook
from roma_network.export.columns import Kind, Table, tables
from roma_network.export.csv_files import csv_lines
from roma_network.export.xlsx import Pipe

LICENCE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0 International",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
TITLE = "Who works on Roma integration in Europe"
DESCRIPTION = "datapackage.json"
CHUNK, LINES = 500, 200
TYPES = {Kind.NUMBER: "number", Kind.INTEGER: "integer", Kind.DATE: "date", Kind.BOOLEAN: "boolean"}


class Part(NamedTuple):
    """A table of a package. `links` names the columns whose keys all stand in the package; None: in all of them they do."""

    table: Table
    rows: Callable  # gives the query set
    links: list[str] | None = None

    @property
    def foreign_keys(self) -> dict[str, str]:
        """Column → the table that it leads to; "" for this one, as a data package has it."""
        columns = [column for column in self.table.columns.values() if column.kind == Kind.LINK]
        return {
            column.name: "" if column.links == self.table.name else column.links
            for column in columns
            if self.links is None or column.name in self.links
        }


parts_around = Hook[dict[str, Callable]](
    "name of a table → what gives the parts of a package around some of its rows",
    filled_in="roma_network.apps",
)


def package(parts):
    """The bytes of a package, piece by piece."""
    pipe = Pipe()
    with ZipFile(pipe, "w", ZIP_DEFLATED) as archive:
        archive.writestr(DESCRIPTION, described(parts, localdate().isoformat()))
        for part in parts:
            records = map(part.table.record, part.rows().iterator(chunk_size=CHUNK))
            with archive.open(f"{part.table.name}.csv", "w") as file:
                for number, line in enumerate(csv_lines(part.table, records, "")):
                    file.write(line.encode())
                    if number % LINES == 0:
                        yield pipe.taken()
    yield pipe.taken()


def described(parts, version):
    descriptor = {
        "profile": "tabular-data-package",
        "name": "roma-integration-directory",
        "title": TITLE,
        "version": version,
        "licenses": [LICENCE],
        "resources": [resource_of(part) for part in parts],
    }
    return json.dumps(descriptor, indent=1)


def resource_of(part):
    name = part.table.name
    schema = {
        "fields": list(map(field_of, part.table.columns.values())),
        "primaryKey": list(part.table.keys),
    }
    if part.foreign_keys:  # an empty list is not valid
        schema["foreignKeys"] = [
            {"fields": [column], "reference": {"resource": other, "fields": list(key_of(other or name))}}
            for column, other in part.foreign_keys.items()
        ]
    return {
        "name": name,
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "schema": schema,
    }


def key_of(name):
    return tables[name].keys


def field_of(column):
    found = {"name": column.name, "type": TYPES.get(column.kind, "string")}
    if column.title:
        found["title"] = str(column.title)
    if column.meaning:
        found["description"] = str(column.meaning)
    if column.values:
        found["constraints"] = {"enum": list(column.values)}
    return found
