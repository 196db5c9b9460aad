"""Whole formats hold all that JSON holds: it is made anew of each, and is the same."""

import csv
import io
import json
from zipfile import ZipFile

import pytest

from roma_network.directory.dataset import PARTS
from roma_network.export import dumps, linked_tables
from roma_network.export.columns import Kind, tables
from roma_network.export.csv_files import unprotected
from tests.awkward import awkward

pytestmark = pytest.mark.django_db


class Package:
    """Linked tables, read by their description alone."""

    def __init__(self, content):
        archive = ZipFile(io.BytesIO(content))
        self.tables = {
            name.removesuffix(".csv"): list(
                csv.DictReader(io.TextIOWrapper(archive.open(name), "utf-8", newline=""))
            )
            for name in archive.namelist()
            if name.endswith(".csv")
        }
        self.made = {
            each.name: each for each in linked_tables.within(map(tables.get, set(self.tables) & set(tables)))
        }
        self.sources = {row["url"]: row for row in self.tables["sources"]}

    def records(self, name):
        return [self.record(tables[name], row) for row in self.tables[name]]

    def record(self, table, row):
        return {
            name: self.rows(table, column, row) if column.kind == Kind.ROWS else value(column, row[name])
            for name, column in table.columns.items()
        }

    def rows(self, table, column, row):
        """The rows that `told_in` names, of this row."""
        if made := self.made.get(column.told_in):
            keys = made.subjects[table.name]
        else:
            other = tables[column.told_in].columns.values()
            keys = {next(each.name for each in other if each.links == table.name): table.keys[0]}
        found = [
            each
            for each in self.tables[column.told_in]
            if all(each[name] == row[key] for name, key in keys.items())
        ]
        return [
            {
                part.name: value(
                    part, self.sources[each["url"]][part.name] if part.told_in else each[part.name]
                )
                for part in column.parts
            }
            for each in found
        ]


def value(column, text):
    text = unprotected(text)
    if column.kind in (Kind.LINKS, Kind.TEXTS):
        return text.split("; ") if text else []
    if column.kind == Kind.BOOLEAN:
        return text == "True"
    if not text:
        return None if column.is_nullable or column.kind == Kind.LINK else ""
    return {Kind.INTEGER: int, Kind.NUMBER: float}.get(column.kind, str)(text)


def test_the_package_of_a_dump_holds_all_that_json_holds(directory, tmp_path):
    place = dumps.publish(PARTS, "https://directory.example.eu", folder=tmp_path)
    everything = json.loads((place / dumps.EVERYTHING).read_text())
    package = Package((place / dumps.PACKAGE).read_bytes())
    for name, records in everything.items():
        assert package.records(name) == records, name
    assert {"citations", "names", "participations", "relations", "funding"} <= package.tables.keys()
    assert {path.name for path in place.glob("*.csv")} == {f"{name}.csv" for name in package.tables}


def test_a_package_of_awkward_values_holds_all_that_json_holds(client):
    awkward()
    for name in ("actors", "initiatives", "documents"):
        records = json.loads(client.get(f"/{name}/?format=json").getvalue())
        package = Package(client.get(f"/{name}/?format=zip").getvalue())
        assert sorted(package.records(name), key=str) == sorted(records, key=str)
