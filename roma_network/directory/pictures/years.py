"""Some initiatives as bars on one axis of years, each beside its name: what a page of one country has of the timeline."""

from typing import NamedTuple

from django.utils.timezone import localdate

from initiatives.models import Phase
from roma_network.directory.pictures.timeline import bar_in_words, in_years, start_of

UNIT = 10  # for a year
STEP = 5  # years between two that are named
NOTCH = 3  # units: what says no more than when it was seen


class YearsBar(NamedTuple):
    """`says` tells the bar in words. One that is not `is_sure` was last seen where it ends."""

    row: object
    x: float
    width: float
    is_sure: bool
    says: str


class YearsChart(NamedTuple):
    bars: list[YearsBar]
    width: int
    now: float
    named: list[int]


def drawn(rows) -> YearsChart | None:
    """The bars of those with a date; None where there is none."""
    dated = [row for row in rows if start_of(row)]
    if not dated:
        return None
    today = in_years(localdate().isoformat()[:7])
    first = int(min(in_years(start_of(row)) for row in dated)) // STEP * STEP
    last = int(max([today, *(in_years(row.until) for row in dated if row.until)])) // STEP * STEP + STEP

    def place(year):
        return round((year - first) * UNIT, 1)

    bars = []
    for row in rows:
        start = (
            place(int(start_of(row)[:4]) if len(start_of(row)) == 4 else in_years(start_of(row)))
            if row in dated
            else 0
        )
        end = place(last_of(row, today)) if row in dated else 0
        bars.append(
            YearsBar(
                row, start, max(end - start, NOTCH if row in dated else 0), bool(row.until), bar_in_words(row)
            )
        )
    return YearsChart(bars, (last - first) * UNIT, place(today), list(range(first, last + 1, STEP)))


def last_of(row, today):
    """Until when it is known to have run: a bare year to its very end."""
    if row.until:
        return int(row.until) + 1 if len(row.until) == 4 else in_years(row.until)
    return today if row.phase == Phase.RUNNING else in_years(row.seen)
