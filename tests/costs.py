"""How many queries something costs. A number of them tells, where an assertion fails, what they are and whence."""

import re
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from django.db import connection

from roma_network.environment import BASE_DIR
from roma_network.models import Mark, settle

ASIDE = ("tests", ".venv", "roma_network/ops")  # what watches queries rather than asks them
WIDTH = 150


class Query(NamedTuple):
    shape: str
    origin: str


class Cost(int):
    """A number of queries."""

    def __new__(cls, queries):
        cost = super().__new__(cls, sum(Counter(queries).values()))
        cost.queries = Counter(queries)
        return cost

    def beyond(self, other):
        """What is asked more often than in another."""
        return Cost(self.queries - other.queries)

    def told(self):
        return [f"{n:4} × {query.shape} ({query.origin})" for query, n in self.queries.most_common()]


@contextmanager
def counted():
    """The queries of a block, as a list that fills.

    What was changed before is numbered before. Only within a transaction, as is the test's, does a reader look for marks.
    """
    queries = []
    settle.value()

    def note(execute, sql, *args):
        if Mark._meta.db_table not in sql:
            queries.append(Query(shape_of(sql), origin()))
        return execute(sql, *args)

    with connection.execute_wrapper(note):
        yield queries


def shape_of(sql):
    """A statement without what differs from row to row, and without the columns that it selects."""
    sql = re.sub(r"^SELECT .*? FROM", "SELECT … FROM", str(sql))
    sql = re.sub(r"\(%s(?:, %s)*\)(?:, \(%s(?:, %s)*\))*", "(…)", sql)
    sql = re.sub(r'(SAVEPOINT) "\w+"', r"\1", sql)
    return sql if len(sql) <= WIDTH else f"{sql[:WIDTH]}…"


def origin():
    """The innermost line of ours that leads here."""
    frame = sys._getframe()
    while frame := frame.f_back:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(BASE_DIR) and not (name := str(path.relative_to(BASE_DIR))).startswith(ASIDE):
            return f"{name}:{frame.f_lineno} in {frame.f_code.co_name}"
    return "none of our code"


def explained(op, left, right):
    """What pytest adds to a failed comparison of costs, or of addresses and their costs."""
    if isinstance(left, Cost) and isinstance(right, Cost):
        more = [f"{left} queries {op} {right} queries; more often on the left:", *left.beyond(right).told()]
        return [*more, "more often on the right:", *right.beyond(left).told()]
    costs = left if isinstance(left, dict) else {op: left, f"{op} ": right}
    lines = []
    for name, cost in costs.items():
        if isinstance(cost, Cost):
            lines += [f"{name} {cost} queries:", *cost.told()]
    return lines or None
