"""A table from outside, read as text in a process of its own, which has neither settings nor a database.

    python -m roma_network.editorial.importing.parsing BYTES SECONDS ROWS < file

It is hostile until it is read (a zip bomb, an XML bomb): what the process may use of memory and time, and what it may answer, is bounded. It
writes JSON, one value a line: the headings, then pairs of line and cells, or at any point an object with the problem.
"""

import csv
import io
import json
import os
import resource
import sys
from datetime import date, datetime, time
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile, is_zipfile

from django.utils.translation import gettext


def _(text):
    """Marks what is translated where it is shown: Django's own mark asks for settings."""
    return text


MOST_COLUMNS = 60
MOST_UNPACKED = 150_000_000  # bytes of an Excel file, all its parts together
MOST_TEXT = 50_000_000  # characters of all cells: a workbook can show one text a million times
LONGEST_CELL = 20_000
EXCEL = b"PK\x03\x04"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # also of files with a password
DELIMITERS = ",;\t"
OUT_OF_MEMORY = 1  # as expat numbers its errors
IS_OLD = _(
    "This is an old Excel file, or one with a password. Save it as “Excel workbook (.xlsx)” without one."
)
IS_EMPTY = _("The file is empty. Its first line names the columns: start from the template.")
IS_DAMAGED = _("This Excel file is damaged. Open it in Excel or LibreOffice, and save it again.")


class UnreadableError(Exception):
    """Why a file cannot be read: a text that is translated where it is shown, and the values in it."""

    def __init__(self, text, **values):
        super().__init__(text, values)
        self.text, self.values = text, values

    def __str__(self):
        return gettext(self.text) % self.values


def main(most_bytes, most_seconds, most_rows):
    limit(most_bytes, most_seconds)
    try:
        headings, rows = read(io.BytesIO(sys.stdin.buffer.read()), most_rows)
        write(headings)
        for row in rows:
            write(row)
    except UnreadableError as error:
        write({"text": error.text, "values": error.values})
    except MemoryError:
        os._exit(os.EX_UNAVAILABLE)


def limit(most_bytes, most_seconds):
    for what, most in (
        (resource.RLIMIT_AS, most_bytes),
        (resource.RLIMIT_CPU, most_seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def write(value):
    sys.stdout.write(json.dumps(value) + "\n")


def read(file, most_rows):
    """Headings, and an iterator of (line, cells as text) that leaves out empty lines. `file` is opened in binary."""
    start = file.read(4)
    file.seek(0)
    if start == OLD_EXCEL:
        raise UnreadableError(IS_OLD)
    rows = excel_rows(file) if start == EXCEL else csv_rows(file)
    rows = ((line, cells) for line, cells in rows if any(cells))
    _line, headings = next(rows, (0, None))
    if headings is None:
        raise UnreadableError(IS_EMPTY)
    while not headings[-1]:
        headings.pop()
    return [heading.strip().lower() for heading in headings], bounded(rows, len(headings), most_rows)


def bounded(rows, width, most_rows):
    length = 0
    for number, (line, cells) in enumerate(rows, 1):
        length += sum(map(len, cells))
        if number > most_rows:
            raise UnreadableError(_("It has more than %(most)s rows. Send it in parts."), most=most_rows)
        if length > MOST_TEXT:
            raise UnreadableError(_("It holds too much text. Send it in parts."))
        if any(cells[width:]):
            raise UnreadableError(
                _(
                    "Line %(line)s has more cells than there are headings. In a CSV file, put texts with commas in quotes."
                ),
                line=line,
            )
        yield line, cells[:width] + [""] * (width - len(cells))


def text_of(cell, line, column):
    cell = cell.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(cell) > LONGEST_CELL:
        raise UnreadableError(
            _("Line %(line)s, column %(column)s: the text is too long."), line=line, column=column
        )
    return cell


# CSV


def csv_rows(file):
    text = io.StringIO(decoded(file.read()), newline="")
    first = text.readline()
    text.seek(0)
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        for row in reader:
            check_width(row, reader.line_num)
            yield reader.line_num, [text_of(cell, reader.line_num, n) for n, cell in enumerate(row, 1)]
    except csv.Error:
        raise UnreadableError(
            _("Line %(line)s cannot be read: is a quotation mark missing?"), line=reader.line_num
        ) from None


def decoded(data):
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(
            _("The file is not in UTF-8 (line %(line)s). In Excel, save it as “CSV UTF-8”."),
            line=data.count(b"\n", 0, error.start) + 1,
        ) from None
    if "\0" in text:
        raise UnreadableError(_("This is neither a CSV file in UTF-8 nor an Excel workbook (.xlsx)."))
    return text


def check_width(row, line):
    if len(row) > MOST_COLUMNS and any(row[MOST_COLUMNS:]):
        raise UnreadableError(
            _("Line %(line)s has more than %(most)s columns."), line=line, most=MOST_COLUMNS
        )


# Excel


def excel_rows(file):
    """The first sheet."""
    from openpyxl import load_workbook

    check_unpacked(file)
    try:
        book = load_workbook(file, read_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a file says of its own size is not believed
        for line, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1), 1):
            cells = [excel_text(cell, line) for cell in row]
            check_width(cells, line)
            yield line, cells
    except (UnreadableError, MemoryError):
        raise
    except Exception as error:  # openpyxl fails on damaged files in as many ways as there are parts
        if isinstance(error, ParseError) and error.code == OUT_OF_MEMORY:
            raise MemoryError from error
        raise UnreadableError(IS_DAMAGED) from error


def check_unpacked(file):
    """A small file can hold gigabytes of zeros. What a part says of its size is the most that is ever read of it."""
    if not is_zipfile(file):
        raise UnreadableError(IS_DAMAGED)
    file.seek(0)
    try:
        with ZipFile(file) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
    except BadZipFile:
        raise UnreadableError(IS_DAMAGED) from None
    if unpacked > MOST_UNPACKED:
        raise UnreadableError(_("Unpacked, this Excel file is too large. Send it as CSV, or in parts."))
    file.seek(0)


def excel_text(cell, line):
    value = cell.value
    if value is None:
        return ""
    if cell.data_type in ("f", "e"):
        place = {"line": line, "column": cell.column_letter}
        if cell.data_type == "f":
            raise UnreadableError(
                _("Line %(line)s, column %(column)s holds a formula. Put its result there instead."), **place
            )
        raise UnreadableError(_("Line %(line)s, column %(column)s holds an error of Excel's."), **place)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return text_of(str(value), line, cell.column_letter)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
