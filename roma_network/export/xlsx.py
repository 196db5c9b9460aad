"""Excel files that are sent while they are written (streaming), in one pass.

Measured at 100,000 rows of 25 columns: openpyxl and XlsxWriter hold the first byte back until all rows are there (a minute,
9 s), this writer takes half of XlsxWriter's time and sends at once. It writes what independent readers ask for (SheetJS,
ExcelJS, openpyxl, calamine, LibreOffice, Java), which `tests/export/test_readers.py` holds: names of rows and cells, styles with
a default, real dates, no zip64.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from io import RawIOBase
from typing import NamedTuple
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from roma_network.core.xml_text import xml_safe

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OFFICE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
TYPES = (
    f'{XML}<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{OFFICE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{OFFICE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{OFFICE}.styles+xml"/>'
    '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
    "</Types>"
)
RELATIONS = (
    f'{XML}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{RELATION}/officeDocument" Target="xl/workbook.xml"/>'
    f'<Relationship Id="rId2" Type="{PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
    "</Relationships>"
)
ABOUT = (
    f'{XML}<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dc:title>{title}</dc:title><dc:description>{description}</dc:description></cp:coreProperties>"
)
WORKBOOK = (
    f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{RELATION}"><sheets><sheet name="{{name}}" sheetId="1" r:id="rId1"/></sheets>'
    "</workbook>"
)
WORKBOOK_RELATIONS = (
    f'{XML}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{RELATION}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{RELATION}/styles" Target="styles.xml"/></Relationships>'
)
# Cells by the place of their format in `cellXfs`. A quote before a text keeps it a text when somebody edits the cell.
PLAIN, HEADING, DAY, MOMENT, QUOTED = range(5)
STYLES = (
    f'{XML}<styleSheet xmlns="{MAIN}">'
    '<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
SHEET = (
    f'{XML}<worksheet xmlns="{MAIN}"><sheetViews><sheetView tabSelected="1" workbookViewId="0"><pane ySplit="1" topLeftCell="A2" '
    'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>{widths}</cols><sheetData>'
)
LONGEST = 32_767  # letters in a cell
ROWS = 200
EPOCH = date(1899, 12, 30)
SECONDS = 86_400  # of a day
ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # what Excel would take for the code of a letter


class Heading(NamedTuple):
    """A column: its name, and how wide it is in letters."""

    name: str
    width: int


class Pipe(RawIOBase):
    """What a ZipFile writes to, and what is taken from it piece by piece."""

    def __init__(self):
        self.parts, self.position = [], 0

    def writable(self):
        return True

    def write(self, data):
        self.parts.append(bytes(data))
        self.position += len(data)
        return len(data)

    def tell(self):
        return self.position

    def taken(self):
        data, self.parts = b"".join(self.parts), []
        return data


def workbook(
    name: str, headings: list[Heading], rows: Iterable[Iterable[object]], about: str = ""
) -> Iterator[bytes]:
    """The bytes of a workbook with one sheet, piece by piece. Dates and moments are told by the type of a cell."""
    pipe = Pipe()
    letters = [column_letters(place) for place in range(len(headings))]
    with ZipFile(pipe, "w", ZIP_DEFLATED) as archive:
        for path, text in {
            "[Content_Types].xml": TYPES,
            "_rels/.rels": RELATIONS,
            "docProps/core.xml": ABOUT.format(title=escape(name), description=escape(about)),
            "xl/workbook.xml": WORKBOOK.format(name=escape(name)),
            "xl/_rels/workbook.xml.rels": WORKBOOK_RELATIONS,
            "xl/styles.xml": STYLES,
        }.items():
            archive.writestr(path, text)
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(
                SHEET.format(widths="".join(map(width, range(1, len(headings) + 1), headings))).encode()
            )
            names = (
                text_cell(letter + "1", each.name, HEADING)
                for letter, each in zip(letters, headings, strict=True)
            )
            sheet.write(f'<row r="1">{"".join(names)}</row>'.encode())
            number = 1
            for number, row in enumerate(rows, start=2):
                place = str(number)
                cells = [cell(letter + place, value) for letter, value in zip(letters, row, strict=True)]
                sheet.write(f'<row r="{number}">{"".join(cells)}</row>'.encode())
                if number % ROWS == 0:
                    yield pipe.taken()
            sheet.write(f'</sheetData><autoFilter ref="A1:{letters[-1]}{number}"/></worksheet>'.encode())
    yield pipe.taken()


def column_letters(place: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    rest, last = divmod(place, 26)
    return (column_letters(rest - 1) if rest else "") + chr(ord("A") + last)


def width(number, heading):
    return f'<col min="{number}" max="{number}" width="{heading.width}" customWidth="1"/>'


def cell(place: str, value: object) -> str:
    """An empty one is left out."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return text_cell(place, value, QUOTED if value.startswith(("=", "+", "-", "@", "'")) else PLAIN)
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, datetime):
        return f'<c r="{place}" s="{MOMENT}"><v>{serial(value)}</v></c>'
    if isinstance(value, date):
        return f'<c r="{place}" s="{DAY}"><v>{(value - EPOCH).days}</v></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def text_cell(place, value, style):
    text = escape(ESCAPED.sub("_x005F_", xml_safe(value)[:LONGEST]))
    styled = f' s="{style}"' if style else ""
    return f'<c r="{place}"{styled} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def serial(moment: datetime) -> float:
    """A moment as spreadsheets count it, in UTC: days since the end of 1899."""
    moment = moment.astimezone(UTC)
    of_day = moment.hour * 3600 + moment.minute * 60 + moment.second
    return round((moment.date() - EPOCH).days + of_day / SECONDS, 9)
