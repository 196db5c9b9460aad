"""Tables without rows in their cells: what a cell would hold of rows stands in a table of its own, with keys that lead back.

A column says by `told_in` which table that is. It may be one of the data set (participations); else it is made here, of
the rows of all columns that name it: `citations`, of everything that is cited; `names`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

from roma_network.export.columns import Column, Kind, Table, tables
from roma_network.export.csv_files import csv_line

ForeignKey = tuple[list[str], str]  # columns, and the table whose key they hold


class Flat:
    """The columns of a table that stand in no other one."""

    def __init__(self, table: Table) -> None:
        self.name, self.keys = table.name, table.keys
        self.columns = {name: column for name, column in table.columns.items() if not column.told_in}

    @property
    def names(self) -> list[str]:
        return list(self.columns)


class RowsWithin:
    """A table of the rows that stand within cells of others. Its first columns hold the key of the row around."""

    keys: tuple[str, ...] = ()  # no columns that are never empty

    def __init__(self, name: str, around: list[tuple[Table, Column]]) -> None:
        self.name, self.around = name, around

    @cached_property
    def subjects(self) -> dict[str, dict[str, str]]:
        """Table around → our column → its column: `actor` holds the slug of an actor."""
        found = {}
        for table, _column in self.around:
            one = table.name.removesuffix("s")
            found[table.name] = (
                {one: table.keys[0]} if len(table.keys) == 1 else {f"{one}_{key}": key for key in table.keys}
            )
        return found

    @cached_property
    def subject_columns(self) -> dict[str, Column]:
        return {
            name: replace(
                table.columns[key],
                name=name,
                title=_("Of this row of “%(table)s”: %(key)s") % {"table": table.name, "key": key},
            )
            for table, _column in self.around
            for name, key in self.subjects[table.name].items()
        }

    @cached_property
    def parts(self) -> dict[str, Column]:
        return {part.name: part for part in self.around[0][1].parts if not part.told_in}

    @property
    def columns(self) -> dict[str, Column]:
        return self.subject_columns | self.parts

    @property
    def names(self) -> list[str]:
        return list(self.columns)

    def links(self) -> list[ForeignKey]:
        found = [(list(names), table) for table, names in self.subjects.items()]
        parts = self.around[0][1].parts
        return found + [([part.name], part.links) for part in parts if part.links]

    def rows(self, table: Table, record: dict[str, Any]) -> Iterator[list]:
        """The cells of the rows within one record."""
        around = self.subjects[table.name]
        keys = [record[around[name]] if name in around else None for name in self.subject_columns]
        for each, column in self.around:
            if each is table:
                for row in record[column.name]:
                    yield keys + [row.get(name) for name in self.parts]


def within(parts: Iterable[Table]) -> list[RowsWithin]:
    """The tables that these tables need besides."""
    parts = list(parts)
    there = {table.name for table in parts}
    found: dict[str, list[tuple[Table, Column]]] = {}
    for table in parts:
        for column in table.columns.values():
            if column.kind == Kind.ROWS and column.told_in and column.told_in not in there:
                found.setdefault(column.told_in, []).append((table, column))
    return [RowsWithin(name, around) for name, around in found.items()]


class Sides:
    """Writes the tables of rows within beside those around, as the records of these pass: one reading is enough."""

    def __init__(self, made: Sequence[RowsWithin], files: dict[str, IO[str]]) -> None:
        self.made, self.files = made, files
        for each in made:
            files[each.name].write(csv_line(each.names))

    def passing(self, table: Table, records: Iterable[dict]) -> Iterator[dict]:
        beside = [(each, self.files[each.name]) for each in self.made if table.name in each.subjects]
        for record in records:
            for each, file in beside:
                file.write("".join(map(csv_line, each.rows(table, record))))
            yield record


def links_of(table: Table, closed: list[str] | None) -> list[ForeignKey]:
    """The columns whose keys all stand in a package; `closed` names them, or is None where all do."""
    return [
        ([column.name], column.links)
        for column in table.columns.values()
        if column.kind == Kind.LINK and (closed is None or column.name in closed)
    ]


def key_columns(name: str) -> list[str]:
    return list(tables[name].keys)
