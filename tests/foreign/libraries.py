# /// script
# requires-python = ">=3.11"
# dependencies = ["datapackage==1.15.4", "fastexcel", "openpyxl", "pandas", "polars", "xlsx2csv", "setuptools<80"]
# ///
"""Prints what libraries that we do not install read in a file, as JSON. Arguments: the library, the file."""

import csv
import io
import json
import sys

import datapackage
import pandas
import polars
import xlsx2csv


def read_by_pandas(path):
    read = pandas.read_excel if path.endswith(".xlsx") else pandas.read_csv
    return rows_of(read(path).astype(object).where(lambda frame: frame.notna(), None))


def rows_of(frame):
    return [list(frame.columns), *frame.to_numpy().tolist()]


def read_by_polars(path):
    frame = polars.read_excel(path) if path.endswith(".xlsx") else polars.read_csv(path)
    return [frame.columns, *map(list, frame.rows())]


def read_by_xlsx2csv(path):
    text = io.StringIO()
    xlsx2csv.Xlsx2csv(path, outputencoding="utf-8").convert(text)
    return list(csv.reader(io.StringIO(text.getvalue(), newline="")))


def read_by_datapackage(path):
    """Number of rows by table, every cell and every foreign key held against the description."""
    package = datapackage.Package(path)
    assert package.valid, package.errors
    found = {}
    for resource in package.resources:
        found[resource.name] = len(resource.read())
        resource.check_relations()
    return found


library, path = sys.argv[1:]
json.dump(globals()[f"read_by_{library}"](path), sys.stdout, default=str)
