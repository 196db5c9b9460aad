"""What can be added up of some rows of funding, and what cannot."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

from django.db.models import QuerySet

from initiatives.models import Funding, FundingKind


class Sum(NamedTuple):
    """Of `count` amounts in one currency. Templates write it as they write a row's amount."""

    currency: str
    amount: int
    count: int


class Total(NamedTuple):
    """Of `count` rows. The last three say how many were left out, and why."""

    sums: list[Sum]
    count: int
    unknown: int  # no source states an amount
    parts: int  # of a larger sum that is among the rows
    broader: int  # of a programme that is not for Roma alone

    @property
    def added(self) -> int:
        """Rows in one of the sums."""
        return sum(each.count for each in self.sums)


FIELDS = ("pk", "amount", "currency", "kind", "within")


def total(rows: Iterable[tuple]) -> Total:
    """Of rows by `FIELDS`. Sums are made within a currency alone, and hold no money twice."""
    by_key = {row[0]: row for row in rows}
    left_out, added = Counter(), defaultdict(list)
    for key, amount, currency, kind, _within in by_key.values():
        if amount is None:
            left_out["unknown"] += 1
        elif is_part(key, by_key):
            left_out["parts"] += 1
        elif kind == FundingKind.BROADER:
            left_out["broader"] += 1
        else:
            added[currency].append(amount)
    sums = [Sum(currency, sum(amounts), len(amounts)) for currency, amounts in added.items()]
    sums.sort(key=lambda each: (each.currency != "EUR", -each.count, each.currency))
    return Total(sums, len(by_key), *(left_out[name] for name in ("unknown", "parts", "broader")))


def is_part(key: int, rows: Mapping[int, tuple]) -> bool:
    """Whether a larger sum that holds this one is among the rows and added: then this one is in it already."""
    seen = {key}
    while (key := rows[key][-1]) in rows and key not in seen:
        if rows[key][1] is not None and rows[key][3] != FundingKind.BROADER:
            return True
        seen.add(key)
    return False


def total_of(funding: Iterable[Funding]) -> Total:
    return total((row.pk, row.amount, row.currency, row.kind, row.within_id) for row in funding)


def totals_by(path: str, funding: QuerySet) -> defaultdict[Any, Total]:
    """Value at `path` → the total of its rows; nothing where it has none. Money may count for several values."""
    rows = defaultdict(list)
    for value, *row in funding.filter(**{f"{path}__isnull": False}).values_list(path, *FIELDS):
        rows[value].append(row)
    return defaultdict(partial(total, ()), {value: total(found) for value, found in rows.items()})
