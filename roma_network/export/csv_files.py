"""Tables as CSV: how a cell is written, so that no spreadsheet takes it for a formula (CSV injection)."""

import re
from collections.abc import Iterable

import orjson

FORMULA = ("=", "+", "-", "@", "\t", "\r")
MAY_BE_FORMULA = frozenset((*FORMULA, "'"))  # what such a text begins with


class LineWriter:
    """Writes cells as a line of text, as Python's csv does. That looks at letter after letter, which is most of the time of a file."""

    def __init__(self, delimiter: str = ",") -> None:
        self.delimiter = delimiter
        self.needs_quotes = re.compile(f'[{delimiter}"\r\n]').search

    def of(self, values: Iterable[object]) -> str:
        cells, needs_quotes = [], self.needs_quotes
        for value in values:
            text = "" if value is None or value == "" else csv_cell(value)
            cells.append(quoted(text) if text and needs_quotes(text) else text)
        return self.delimiter.join(cells) + "\r\n"


csv_line = LineWriter().of


def csv_lines(table, records, origin):
    """A table with a heading; lists stand in one cell, with semicolons."""
    names = table.names
    yield csv_line(names)
    for record in records:
        yield csv_line([record[column] for column in names])


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def csv_cell(value: object) -> str:
    """A value as text that no spreadsheet takes for a formula."""
    if isinstance(value, str):  # most of millions: the first letter tells enough
        return protected(value) if value[:1] in MAY_BE_FORMULA else value
    if isinstance(value, list):
        return protected(in_one_cell(value))
    return "" if value is None else str(value)


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
