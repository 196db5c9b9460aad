"""Tables as CSV: how a cell is written, so that no spreadsheet takes it for a formula (CSV injection)."""

import csv
from collections.abc import Iterable

import orjson

FORMULA = ("=", "+", "-", "@", "\t", "\r")
MAY_BE_FORMULA = frozenset((*FORMULA, "'"))  # what such a text begins with


class Echo:
    """A file that gives back what is written to it, so that a csv writer can stream."""

    def write(self, line: str) -> str:
        return line


class LineWriter:
    """Writes cells as a line of text."""

    def __init__(self, **dialect) -> None:
        self.writer = csv.writer(Echo(), **dialect)

    def of(self, values: Iterable[object]) -> str:
        return self.writer.writerow(map(csv_cell, values))  # type: ignore[return-value]  # it gives what `Echo` gives


csv_line = LineWriter().of


def csv_lines(table, records, origin):
    """A table with a heading; lists stand in one cell, with semicolons."""
    names = table.names
    yield csv_line(names)
    for record in records:
        yield csv_line([record[column] for column in names])


def csv_cell(value: object) -> object:
    """A value as text that no spreadsheet takes for a formula."""
    if isinstance(value, str):  # most of millions: the first letter tells enough
        return protected(value) if value[:1] in MAY_BE_FORMULA else value
    if isinstance(value, list):
        return protected(in_one_cell(value))
    return "" if value is None else value


def in_one_cell(values: list) -> str:
    """Keys and texts with semicolons between; rows, which have parts, as JSON."""
    if values and isinstance(values[0], dict):
        return orjson.dumps(values).decode()
    return "; ".join(values)


def protected(text: str) -> str:
    """`text` as no spreadsheet takes it for a formula: with an apostrophe in front."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def unprotected(text: str) -> str:
    """The text that `protected` was given."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULA) else text
