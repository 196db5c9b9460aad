"""Tables that people send and get, as CSV or Excel files: read as text, written so that no cell runs as a formula.

A file from outside is hostile until it is read: its size, unpacked size, rows and columns are bounded before they
cost anything, and what is wrong with it is said in words that name the cure.
"""

import csv
import io
from datetime import date, datetime, time
from zipfile import BadZipFile, ZipFile, is_zipfile

from django.conf import settings
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook

from roma_network.core.xml_text import xml_safe
from roma_network.export.columns import unprotected

MOST_COLUMNS = 60
MOST_UNPACKED = 150_000_000  # bytes of an Excel file, all its parts together
LONGEST_CELL = 20_000
EXCEL = b"PK\x03\x04"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # also of files with a password
DELIMITERS = ",;\t"


class UnreadableError(Exception):
    """Why a file cannot be read, in words for the curator."""


def most_megabytes():
    return settings.IMPORT_MAX_BYTES // 1_000_000


def read(file):
    """Headings, and an iterator of (line, cells as text) that leaves out empty lines. `file` is opened in binary."""
    start = file.read(4)
    file.seek(0)
    if start == OLD_EXCEL:
        raise UnreadableError(
            _(
                "This is an old Excel file, or one with a password. Save it as “Excel workbook (.xlsx)” without one."
            )
        )
    rows = excel_rows(file) if start == EXCEL else csv_rows(file)
    rows = ((line, cells) for line, cells in rows if any(cells))
    _line, headings = next(rows, (0, None))
    if headings is None:
        raise UnreadableError(
            _("The file is empty. Its first line names the columns: start from the template.")
        )
    while not headings[-1]:
        headings.pop()
    return [heading.strip().lower() for heading in headings], bounded(rows, len(headings))


def bounded(rows, width):
    for number, (line, cells) in enumerate(rows, 1):
        if number > settings.IMPORT_MAX_ROWS:
            raise UnreadableError(
                _("It has more than %(most)s rows. Send it in parts.") % {"most": settings.IMPORT_MAX_ROWS}
            )
        if any(cells[width:]):
            raise UnreadableError(
                _(
                    "Line %(line)s has more cells than there are headings. In a CSV file, put texts with commas in quotes."
                )
                % {"line": line}
            )
        yield line, cells[:width] + [""] * (width - len(cells))


def text_of(cell, line, column):
    cell = unprotected(cell.replace("\r\n", "\n").replace("\r", "\n").strip())
    if len(cell) > LONGEST_CELL:
        raise UnreadableError(
            _("Line %(line)s, column %(column)s: the text is too long.") % {"line": line, "column": column}
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
            _("Line %(line)s cannot be read: is a quotation mark missing?") % {"line": reader.line_num}
        ) from None


def decoded(data):
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableError(
            _("The file is not in UTF-8 (line %(line)s). In Excel, save it as “CSV UTF-8”.") % {"line": line}
        ) from None
    if "\0" in text:
        raise UnreadableError(_("This is neither a CSV file in UTF-8 nor an Excel workbook (.xlsx)."))
    return text


def check_width(row, line):
    if len(row) > MOST_COLUMNS and any(row[MOST_COLUMNS:]):
        raise UnreadableError(
            _("Line %(line)s has more than %(most)s columns.") % {"line": line, "most": MOST_COLUMNS}
        )


# Excel


def excel_rows(file):
    """The first sheet."""
    broken = _("This Excel file is damaged. Open it in Excel or LibreOffice, and save it again.")
    check_unpacked(file, broken)
    try:
        book = load_workbook(file, read_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a file says of its own size is not believed
        for line, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1), 1):
            cells = [excel_text(cell, line) for cell in row]
            check_width(cells, line)
            yield line, cells
    except UnreadableError:
        raise
    except Exception as error:  # openpyxl fails on damaged files in as many ways as there are parts
        raise UnreadableError(broken) from error


def check_unpacked(file, broken):
    """A small file can hold gigabytes of zeros. What a part says of its size is the most that is ever read of it."""
    if not is_zipfile(file):
        raise UnreadableError(broken)
    file.seek(0)
    try:
        with ZipFile(file) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
    except BadZipFile:
        raise UnreadableError(broken) from None
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
                _("Line %(line)s, column %(column)s holds a formula. Put its result there instead.") % place
            )
        raise UnreadableError(_("Line %(line)s, column %(column)s holds an error of Excel's.") % place)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return text_of(str(value), line, cell.column_letter)


# Writing


def excel_file(sheets):
    """An Excel file in memory. `sheets`: pairs of title and rows of cells, which are protected already."""
    book = Workbook(write_only=True)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append([xml_safe(cell) if isinstance(cell, str) else cell for cell in row])
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def csv_lines(rows):
    """As text, a line at a time. The mark at the start tells Excel that it is UTF-8."""
    line = io.StringIO()
    writer = csv.writer(line)
    yield "\ufeff"
    for row in rows:
        writer.writerow(row)
        yield line.getvalue()
        line.seek(0)
        line.truncate()
