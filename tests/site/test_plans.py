"""No page reads a whole table of ties: with the columns in memory, every query finds its rows by an index."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.html import EVERY_KIND

SCANS = re.compile(r"(?:Seq Scan on|SCAN) (initiatives_participation|stakeholders_relation)\b")


def plan(query):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # so small a table is read whole, index or not
            cursor.execute(f"EXPLAIN {query}")
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {query}")
        return "\n".join(str(row) for row in cursor.fetchall())


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_no_page_scans_a_table_of_ties(directory, client, kind):
    url = EVERY_KIND[kind]
    client.get(url)  # reads the columns of this content version, once
    with CaptureQueriesContext(connection) as queries:
        client.get(url, headers={"Host": "localhost"})  # another host, so not the page that is kept
    scanned = {
        query["sql"]: SCANS.findall(plan(query["sql"]))
        for query in queries
        if query["sql"].startswith("SELECT")
    }
    assert scanned
    assert {sql: tables for sql, tables in scanned.items() if tables} == {}
