"""Independent readers open the files, and find in them what JSON says: on values that formats trip over.

Readers that are no Python library, or too heavy to install for every run, stand in `tests/foreign`.
"""

import csv
import io
import json
from datetime import UTC, date, datetime
from zipfile import ZipFile

import pytest
import python_calamine
from openpyxl import load_workbook

from roma_network.export.columns import Kind, tables
from tests.export.awkward import awkward

pytestmark = pytest.mark.django_db
LISTS = ["actors", "initiatives", "documents"]


def told_by_openpyxl(content):
    sheet = load_workbook(io.BytesIO(content)).active
    return [[unescaped(value) for value in row] for row in sheet.iter_rows(values_only=True)]


def unescaped(value):
    """What Excel takes for a letter's code is escaped; openpyxl leaves that to its users."""
    return value.replace("_x005F_", "_") if isinstance(value, str) else value


def told_by_calamine(content):
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    return [[moment(None if value == "" else unescaped(value)) for value in row] for row in sheet.to_python()]


def moment(value):
    """A day as the moment that it begins, as openpyxl has it."""
    is_day = isinstance(value, date) and not isinstance(value, datetime)
    return datetime.combine(value, datetime.min.time()) if is_day else value


READERS = {"openpyxl": told_by_openpyxl, "calamine": told_by_calamine}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("table", LISTS)
def test_workbooks_hold_what_json_holds(client, reader, table):
    awkward()
    heading, *rows = READERS[reader](client.get(f"/{table}/?format=xlsx").getvalue())
    records = json.loads(client.get(f"/{table}/?format=json").getvalue())
    assert heading == tables[table].names
    assert rows == [in_cells(tables[table], record) for record in records]


def in_cells(table, record):
    return [in_cell(column, record[column.name]) for column in table.columns.values()]


def in_cell(column, value):
    if value in (None, "", []):
        return None
    if column.kind == Kind.DATE:
        return moment(date.fromisoformat(value))
    if column.kind == Kind.TIME:
        return datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None, microsecond=0)
    if isinstance(value, list):
        return (
            json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            if isinstance(value[0], dict)
            else "; ".join(value)
        )
    return value


def test_a_workbook_is_ready_to_be_worked_with(client):
    awkward()
    sheet = load_workbook(io.BytesIO(client.get("/actors/?format=xlsx").getvalue())).active
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == sheet.dimensions
    assert sheet["A1"].font.bold
    assert not sheet["A2"].font.bold
    assert sheet.column_dimensions["B"].width > sheet.column_dimensions["I"].width > 10
    quoted = {row[1].value for row in sheet.iter_rows(min_row=2) if row[1].quotePrefix}
    assert quoted == {"=1+1", "-2 and @SUM(A1)"}  # they stay texts when somebody edits the cell


@pytest.mark.parametrize("form", ["zip", "xlsx"])
def test_archives_can_be_read_from_front_to_back(client, form):
    """Without zip64, which readers of streams refuse: sizes stand after each entry, in four bytes."""
    awkward()
    with ZipFile(io.BytesIO(client.get(f"/actors/?format={form}").getvalue())) as archive:
        for entry in archive.infolist():
            assert entry.extract_version <= 20, entry.filename
            assert entry.extra == b""


@pytest.mark.parametrize("table", LISTS)
def test_no_cell_says_none_or_glues_with_spaces(client, table):
    awkward()
    text = client.get(f"/{table}/?format=csv").getvalue().decode()
    records = json.loads(client.get(f"/{table}/?format=json").getvalue())
    for row, record in zip(csv.DictReader(io.StringIO(text, newline="")), records, strict=True):
        for name, value in row.items():
            assert value != "None"
            if record[name] and isinstance(record[name], list) and isinstance(record[name][0], dict):
                assert json.loads(value) == record[name]
            elif isinstance(record[name], str) and tables[table].columns[name].kind == Kind.TIME:
                assert value == record[name]
                assert value.endswith("Z")
