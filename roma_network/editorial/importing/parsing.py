"""A table from outside, read as text in a process of its own, which has neither settings nor a database.

    python -m roma_network.editorial.importing.parsing BYTES SECONDS ROWS [ENCODING] < file

It is hostile until it is read (a zip bomb, an XML bomb): what the process may use of memory and time, and what it may answer, is bounded. It
writes JSON, one value a line: the headings and the encoding, then pairs of line and cells, or at any point an object with the
problem. A line is a row as a spreadsheet counts it, however many lines of text it holds.
"""

import csv
import io
import json
import os
import re
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
LONGEST_ROW = 100  # lines of text that a row with line breaks in its cells may have
ZIPPED = b"PK\x03\x04"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # also of files with a password
OPEN_DOCUMENT = "application/vnd.oasis.opendocument.spreadsheet"
DELIMITERS = ",;\t"
OUT_OF_MEMORY = 1  # as expat numbers its errors
UNICODE = "utf-8"
ENCODINGS = {
    UNICODE: _("Unicode (UTF-8)"),
    "utf-16": _("Unicode (UTF-16)"),
    "cp1252": _("Western European (Windows-1252, Latin-1)"),
    "cp1250": _("Central European (Windows-1250)"),
    "cp1251": _("Cyrillic (Windows-1251)"),
    "cp1253": _("Greek (Windows-1253)"),
    "cp1254": _("Turkish (Windows-1254)"),
}
# Of a text in Latin letters the bytes beyond ASCII stand alone; of one in another script they make words.
WORDS_BEYOND_ASCII = re.compile(rb"[\x80-\xff]{3,}")
CYRILLIC_A = 0xE0  # in Greek a letter that hardly occurs
IS_OLD = _(
    "This is an old Excel file with a password, or damaged. Save it as “Excel workbook (.xlsx)” without one."
)
IS_EMPTY = _("The file is empty. Its first line names the columns: start from the template.")
IS_DAMAGED = _("This spreadsheet is damaged. Open it in Excel or LibreOffice, and save it again.")


class UnreadableError(Exception):
    """Why a file cannot be read: a text that is translated where it is shown, and the values in it."""

    def __init__(self, text, **values):
        super().__init__(text, values)
        self.text, self.values = text, values

    def __str__(self):
        return gettext(self.text) % self.values


def main(most_bytes, most_seconds, most_rows, encoding=""):
    limit(int(most_bytes), int(most_seconds))
    try:
        headings, encoding, rows = read(io.BytesIO(sys.stdin.buffer.read()), int(most_rows), encoding)
        write([headings, encoding])
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


def read(file, most_rows, encoding=""):
    """Headings, the encoding of a text file, and an iterator of (line, cells as text) that leaves out empty lines.

    `file` is opened in binary. A line with more cells than there are headings has them all, for whoever checks it.
    """
    start = file.read(4)
    file.seek(0)
    if start in (ZIPPED, OLD_EXCEL):
        encoding, rows = "", spreadsheet_rows(file, start)
    else:
        data = file.read()
        encoding = encoding or encoding_of(data)
        rows = csv_rows(decoded(data, encoding))
    rows = ((line, cells) for line, cells in rows if any(cells))
    _line, headings = next(rows, (0, None))
    if headings is None:
        raise UnreadableError(IS_EMPTY)
    while not headings[-1]:
        headings.pop()
    return headings, encoding, bounded(rows, len(headings), most_rows)


def bounded(rows, width, most_rows):
    length = 0
    for number, (line, cells) in enumerate(rows, 1):
        length += sum(map(len, cells))
        if number > most_rows:
            raise UnreadableError(_("It has more than %(most)s rows. Send it in parts."), most=most_rows)
        if length > MOST_TEXT:
            raise UnreadableError(_("It holds too much text. Send it in parts."))
        beyond = cells[width:] if any(cells[width:]) else []
        yield line, [*cells[:width], *[""] * (width - len(cells)), *beyond]


def cell_text(cell, line, column):
    cell = cell.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(cell) > LONGEST_CELL:
        raise UnreadableError(
            _("Line %(line)s, column %(column)s: the text is too long."), line=line, column=column
        )
    return cell


def check_width(row, line):
    if len(row) > MOST_COLUMNS and any(row[MOST_COLUMNS:]):
        raise UnreadableError(
            _("Line %(line)s has more than %(most)s columns."), line=line, most=MOST_COLUMNS
        )


# Text


def encoding_of(data):
    """What a text seems to be written in. Other than of Unicode nobody can be sure, so whoever sent it is asked."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        data.decode(UNICODE)
    except UnicodeDecodeError:
        words = b"".join(WORDS_BEYOND_ASCII.findall(data))
        beyond = sum(byte >= 0x80 for byte in data)
        if 2 * len(words) < beyond:
            return "cp1252"
        return "cp1251" if words.count(CYRILLIC_A) * 100 > len(words) else "cp1253"
    return UNICODE


def decoded(data, encoding):
    try:
        text = data.decode("utf-8-sig" if encoding == UNICODE else encoding)
    except UnicodeDecodeError as error:
        raise UnreadableError(
            _("Line %(line)s is not written in %(encoding)s. Save the file as “CSV UTF-8”."),
            line=data.count(b"\n", 0, error.start) + 1,
            encoding=encoding,
        ) from None
    if "\0" in text:
        raise UnreadableError(_("This is neither a CSV file nor a spreadsheet."))
    return text


def csv_rows(text):
    lines = io.StringIO(text, newline=None).readlines()
    delimiter = None
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].strip()) <= len("sep=,"):
        delimiter = lines.pop(0).strip()[4:] or "\t"  # Excel's own mark
    delimiter = delimiter or max(DELIMITERS, key="".join(lines[:1]).count)
    for line, row in enumerate(rows_in(lines, delimiter), 1):
        check_width(row, line)
        yield line, [cell_text(cell, line, n) for n, cell in enumerate(row, 1)]


def rows_in(lines, delimiter):
    """Rows of cells: of one line of text each, or of several where a cell with quotation marks goes on."""
    place, number, width = 0, 0, None
    while place < len(lines):
        number += 1
        row, taken = split(lines[place], delimiter), 1
        if row is None:
            row, taken = whole(lines[place : place + LONGEST_ROW], delimiter, width)
        if row is None:
            row, taken = split_plainly(lines[place], delimiter, width), 1
        if row is None:
            raise UnreadableError(
                _("Line %(line)s cannot be read: is a quotation mark missing?"), line=number
            )
        width = width or len(row)
        place += taken
        yield row


def split(line, delimiter):
    """The cells of a line, or None where its quotation marks are none of CSV, or go on in the next."""
    if '"' not in line:
        return line.rstrip("\r\n").split(delimiter)
    try:
        rows = list(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if rows else []


def split_plainly(line, delimiter, width):
    """The cells of a line with stray quotation marks, if these are letters like all others."""
    cells = [unquoted(cell) for cell in line.rstrip("\r\n").split(delimiter)]
    return cells if len(cells) == width else None


def unquoted(cell):
    cell = cell.strip()
    is_quoted = len(cell) > 1 and cell.startswith('"') and cell.endswith('"')
    return cell[1:-1].replace('""', '"') if is_quoted else cell


def whole(lines, delimiter, width):
    """The cells of a row that goes on in the next lines, and how many lines it takes."""
    text = lines[0]
    for taken, more in enumerate(lines[1:], 2):
        text += more
        if '"' in more:
            try:
                row, *others = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
            except csv.Error:
                continue
            return (row, taken) if not others and len(row) == (width or len(row)) else (None, 1)
    return None, 1


# Spreadsheets


def spreadsheet_rows(file, start):
    """The rows of the first sheet."""
    if start == ZIPPED:
        check_unpacked(file)
    try:
        yield from excel_rows(file) if start == ZIPPED and not is_open_document(file) else other_rows(file)
    except (UnreadableError, MemoryError):
        raise
    except Exception as error:  # readers fail on damaged files in as many ways as there are parts
        if isinstance(error, ParseError) and error.code == OUT_OF_MEMORY:
            raise MemoryError from error
        raise UnreadableError(IS_OLD if start == OLD_EXCEL else IS_DAMAGED) from error


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


def is_open_document(file):
    with ZipFile(file) as parts:
        found = "mimetype" in parts.namelist() and parts.read("mimetype").decode("ascii").startswith(
            OPEN_DOCUMENT
        )
    file.seek(0)
    return found


def excel_rows(file):
    """By openpyxl, which tells formats and formulas."""
    from openpyxl import load_workbook

    sheet = load_workbook(file, read_only=True, keep_links=False).worksheets[0]
    sheet.reset_dimensions()  # what a file says of its own size is not believed
    for line, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1), 1):
        cells = [excel_text(cell, line) for cell in row]
        check_width(cells, line)
        yield line, cells


def other_rows(file):
    """OpenDocument and old Excel."""
    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).iter_rows()
    for line, row in enumerate(rows, 1):
        check_width(row, line)
        yield line, [cell_text(value_text(value), line, n) for n, value in enumerate(row, 1)]


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
    if isinstance(value, date):
        return date_text(value, cell.number_format.lower())
    return cell_text(value_text(value), line, cell.column_letter)


def date_text(value, form):
    """As precise as it is shown: a year is no 1 January."""
    shown = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", form)
    if "y" in shown and "d" not in shown:
        return value.strftime("%Y-%m" if "m" in shown else "%Y")
    return value_text(value)


def value_text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value)


if __name__ == "__main__":
    main(*sys.argv[1:])
