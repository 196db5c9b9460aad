"""Linked tables in one file: CSV, and their description as Frictionless Data describes it."""

import json
from collections.abc import Callable
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

from django.utils.timezone import localdate

from roma_network.export.columns import Table, csv_lines
from roma_network.export.xlsx import Pipe

LICENCE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0 International",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
TITLE = "Who works on Roma integration in Europe"
DESCRIPTION = "datapackage.json"
CHUNK, LINES = 500, 200


class Part(NamedTuple):
    """A table of a package. `keys` identify a row; `links` maps columns to the table, and its key, that they hold."""

    table: Table
    rows: Callable  # gives the query set
    keys: tuple[str, ...]
    links: dict[str, tuple[str, str]]


# Name of a table → what gives the parts of a package around some of its rows. The app that knows all tables fills it.
around: dict[str, Callable] = {}


def package(parts):
    """The bytes of a package, piece by piece."""
    pipe = Pipe()
    with ZipFile(pipe, "w", ZIP_DEFLATED) as archive:
        archive.writestr(DESCRIPTION, described(parts, localdate().isoformat()))
        for part in parts:
            records = map(part.table.record, part.rows().iterator(chunk_size=CHUNK))
            with archive.open(f"{part.table.name}.csv", "w", force_zip64=True) as file:
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
    return {
        "name": name,
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "schema": {
            "fields": list(map(field_of, part.table.fields())),
            "primaryKey": list(part.keys),
            "foreignKeys": [
                {"fields": [column], "reference": {"resource": other, "fields": [field]}}
                for column, (other, field) in part.links.items()
            ],
        },
    }


def field_of(field):
    found = {"name": field.name, "type": field.type}
    if field.title:
        found["title"] = str(field.title)
    if field.description:
        found["description"] = str(field.description)
    if field.values:
        found["constraints"] = {"enum": field.values}
    return found
