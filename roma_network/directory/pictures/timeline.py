"""Initiatives as bars over the years, the milestones of policy as marks, and what followed on what as arrows."""

from typing import NamedTuple

import numpy as np
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from initiatives.filters import InitiativeFilterSet
from initiatives.models import Document, Initiative, InitiativeKind
from roma_network.pages.pictures import Picture
from roma_network.search.facet_index import foremost

MOST_BARS = 300
EARLIEST = 1985
WIDTH, LINE, BAR = 1000, 30, 8  # units
LEFT, RIGHT = 24, 40
TOP = 56  # for the years and the milestones
GROUP = 34
DECADE = 5  # years between two lines


class Bar(NamedTuple):
    """An initiative. It `is_open` where its end is not known."""

    initiative: object
    x: float
    width: float
    y: int
    is_open: bool
    says: str

    @property
    def end(self):
        return round(self.x + self.width, 1)

    @property
    def label_y(self):
        return self.y - 4

    @property
    def middle(self):
        return self.y + BAR // 2

    @property
    def points(self):
        """A bar, or where it is open an arrow."""
        x, end, top, bottom = self.x, self.end, self.y, self.y + BAR
        tip = f" {round(end + 8, 1)},{self.middle}" if self.is_open else ""
        return f"{x},{top} {end},{top}{tip} {end},{bottom} {x},{bottom}"


class Mark(NamedTuple):
    document: object
    x: float


class Arrow(NamedTuple):
    """From an initiative to the one that followed on it, as a path."""

    path: str
    says: str


def in_years(date):
    """A partial date as a number of years: the middle of what it leaves open."""
    year, *rest = map(int, date.split("-"))
    month = rest[0] - 1 if rest else None
    return year + 0.5 if month is None else year + (month + 0.5) / 12


class Timeline(Picture):
    name = address = "timeline"
    list_address = "initiative_list"
    most = MOST_BARS

    def __init__(self, request):
        super().__init__(request, InitiativeFilterSet)

    @property
    def title(self):
        return _("Timeline of initiatives")

    def prepare(self):
        initiatives = self.initiatives()
        dated = [each for each in initiatives if each.start]
        self.undated = [each for each in initiatives if not each.start]
        milestones = list(
            Document.objects.published().filter(is_milestone=True, date__gt="").order_by("date")
        )
        self.today = in_years(localdate().isoformat()[:7])
        starts = [in_years(each.start) for each in dated]
        self.first = int(max(min([*starts, self.today - 5]), EARLIEST)) // DECADE * DECADE
        ends = [in_years(each.end) for each in dated if each.end]
        self.last = int(max([*ends, self.today])) + 1
        self.bands = list(self.banded(dated))
        self.marks = [
            Mark(each, self.x(in_years(each.date)))
            for each in milestones
            if in_years(each.date) >= self.first
        ]
        self.arrows = list(self.arrows_between([bar for _kind, _y, bars in self.bands for bar in bars]))

    def initiatives(self):
        """Those that match; where they are too many, those with the most actors."""
        columns, mask = self.tally.columns, self.tally.mask()
        self.is_partial = self.count > MOST_BARS
        if self.is_partial:
            keys = foremost(columns, mask, self.weights(columns), ["sort_name"], MOST_BARS)
        else:
            keys = columns.keys[mask].tolist()
        rows = Initiative.objects.filter(pk__in=keys).order_by("start", "end", "sort_name")
        return list(rows)

    def weights(self, columns):
        tie = columns.ties["actor_type"]
        return np.bincount(tie.rows, minlength=len(columns.keys))

    def banded(self, dated):
        """Kind, where its heading stands, and its bars, from top to bottom."""
        y = TOP
        for kind in InitiativeKind:
            rows = [each for each in dated if each.kind == kind]
            if rows:
                heading, y = y + 20, y + GROUP
                bars = []
                for row in rows:
                    y += LINE
                    bars.append(self.bar(row, y - BAR))
                yield kind, heading, bars
        self.bottom = y + 12

    def bar(self, row, y):
        start = self.x(in_years(row.start))
        end = self.x(in_years(row.end) if row.end else max(self.today, in_years(row.start)))
        says = (
            _("%(name)s, from %(start)s to %(end)s")
            if row.end
            else _("%(name)s, from %(start)s, no end known")
        )
        return Bar(
            row,
            start,
            round(max(end - start, 4), 1),
            y,
            not row.end,
            says % {"name": row.name, "start": row.start[:4], "end": row.end[:4]},
        )

    def x(self, years):
        share = (min(max(years, self.first), self.last) - self.first) / (self.last - self.first)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def arrows_between(self, bars):
        by_key = {bar.initiative.pk: bar for bar in bars}
        for bar in bars:
            before = by_key.get(bar.initiative.follows_id)
            if before:
                names = {"before": before.initiative.short_name, "after": bar.initiative.short_name}
                x, y = min(max(bar.x, before.x), before.end), before.middle
                bend = round(min(x, bar.x) - 22, 1)
                path = f"M{x} {y}C{bend} {y} {bend} {bar.middle} {bar.x} {bar.middle}"
                yield Arrow(path, _("%(after)s follows %(before)s") % names)

    @property
    def years(self):
        """The lines across the picture: year and place."""
        return [(year, self.x(year)) for year in range(self.first, self.last + 1, DECADE)]

    @property
    def size(self):
        return WIDTH, self.bottom

    @property
    def now(self):
        return self.x(self.today)

    def rows(self):
        yield ["initiative", "name", "kind", "start", "end", "follows"]
        names = {bar.initiative.pk: bar.initiative.slug for _kind, _y, bars in self.bands for bar in bars}
        for _kind, _y, bars in self.bands:
            for bar in bars:
                row = bar.initiative
                yield [row.slug, row.name, row.kind, row.start, row.end, names.get(row.follows_id, "")]


def page(request, *, embedded=False):
    return Timeline(request).respond(embedded)
