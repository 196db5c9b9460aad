"""Excel files that are sent while they are written: openpyxl would hold 100,000 rows back for a minute."""

from io import RawIOBase
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from roma_network.core.xml_text import xml_safe

TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="{type}" Target="{target}"/></Relationships>'
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WORKBOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{RELATION}"><sheets><sheet name="{{name}}" sheetId="1" r:id="rId1"/></sheets>'
    "</workbook>"
)
SHEET = (
    f'<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" '
    'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>'
)
LONGEST = 32_767  # letters in a cell
ROWS = 200


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


def workbook(name, rows):
    """The bytes of a workbook with one sheet, piece by piece."""
    pipe = Pipe()
    with ZipFile(pipe, "w", ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr(
            "_rels/.rels", RELATIONS.format(type=f"{RELATION}/officeDocument", target="xl/workbook.xml")
        )
        archive.writestr("xl/workbook.xml", WORKBOOK.format(name=escape(name)))
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            RELATIONS.format(type=f"{RELATION}/worksheet", target="worksheets/sheet1.xml"),
        )
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(SHEET.encode())
            for number, row in enumerate(rows):
                sheet.write(f"<row>{''.join(map(cell, row))}</row>".encode())
                if number % ROWS == 0:
                    yield pipe.taken()
            sheet.write(b"</sheetData></worksheet>")
    yield pipe.taken()


def cell(value):
    if value in (None, ""):
        return "<c/>"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"<c><v>{value}</v></c>"
    text = escape(xml_safe(str(value))[:LONGEST])
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
