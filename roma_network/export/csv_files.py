"""Tables as CSV: how a cell is written, so that no spreadsheet takes it for a formula."""

import csv

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(table, records, origin):
    """A table with a heading; lists stand in one cell, with semicolons."""
    writer = csv.writer(Echo())
    yield writer.writerow(table.names)
    for record in records:
        yield writer.writerow([cell(record[column]) for column in table.names])


class Echo:
    """A file that gives back what is written to it, so that a csv writer can stream."""

    def write(self, line):
        return line


def cell(value: object) -> object:
    """A value as text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, list):
        value = "; ".join(
            " ".join(map(part, item.values())) if isinstance(item, dict) else item for item in value
        )
    return protected(value) if isinstance(value, str) else value


def part(value):
    """A value of a row within a cell."""
    return ", ".join(value) if isinstance(value, list) else str(value)


def protected(text: str) -> str:
    """`text` as no spreadsheet takes it for a formula: with an apostrophe in front."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def unprotected(text: str) -> str:
    """The text that `protected` was given."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULA) else text
