"""Tables that people get, as CSV or Excel files, written so that no cell runs as a formula."""

import csv
import io
from collections.abc import Iterable, Iterator

from roma_network.core.xml_text import xml_safe


def excel_file(sheets: Iterable[tuple[str, Iterable[Iterable[object]]]]) -> io.BytesIO:
    """An Excel file in memory. `sheets`: pairs of title and rows of cells, which are protected already."""
    from openpyxl import Workbook  # here, since whoever serves pages does without its 6 MB

    book = Workbook(write_only=True)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append([xml_safe(cell) if isinstance(cell, str) else cell for cell in row])
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def rows_as_csv(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """As text, a line at a time. The mark at the start tells Excel that it is UTF-8."""
    line = io.StringIO()
    writer = csv.writer(line)
    yield "\ufeff"
    for row in rows:
        writer.writerow(row)
        yield line.getvalue()
        line.seek(0)
        line.truncate()
