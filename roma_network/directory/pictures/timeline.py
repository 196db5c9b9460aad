"""Initiatives as bars over the years (a Gantt chart), moments as points, milestones of policy as marks, and what followed as arrows."""

from typing import NamedTuple

import numpy as np
from django.utils.text import Truncator
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from initiatives.filters import InitiativeFilterSet
from initiatives.models import Document, Initiative, InitiativeKind, Phase
from initiatives.querysets import MOMENTS
from roma_network.pages.pictures import Picture
from roma_network.search.facet_index import foremost_keys

MOST_BARS = 600
EARLIEST = 1985
WIDTH, LINE, BAR = 1000, 30, 8  # units
LEFT, RIGHT = 24, 40
TOP = 56  # for the years and the milestones
GROUP = 34
DECADE = 5  # years between two lines
LETTER = 7.3  # units: the width of one in a label, at most
MOST_LETTERS, FEWEST_LETTERS = 60, 14  # of a label
APART = 14  # units between two in one row
PRINTED = 4_000  # units
FADE = 3  # years in which a bar fades out, behind the last sighting


class Bar(NamedTuple):
    """An initiative. It `is_open` where it still runs, and from its end on `fades` where it may have, or has not."""

    initiative: object
    x: float
    width: float
    y: int
    is_open: bool
    is_moment: bool
    fades: float
    says: str
    label: str = ""
    arrows: tuple = ()

    @property
    def is_flush_right(self):
        """Whether its label ends where it ends, since there is no room to the right."""
        return self.x + len(self.label) * LETTER > WIDTH

    @property
    def left(self):
        return min(self.x, self.end - len(self.label) * LETTER) if self.is_flush_right else self.x

    @property
    def right(self):
        label = self.x if self.is_flush_right else self.x + len(self.label) * LETTER
        return max(self.end + self.fades + (8 if self.is_open else 0), label)

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
    def fading(self):
        """What it fades out in, as a path."""
        return f"M{self.end} {self.y}h{self.fades}v{BAR}h-{self.fades}z"

    @property
    def points(self):
        """A bar, where it is open an arrow, and of what took place at one moment a diamond."""
        if self.is_moment:
            x, y, half = self.x, self.middle, BAR * 3 // 4
            return f"{x - half},{y} {x},{y - half} {x + half},{y} {x},{y + half}"
        x, end, top, bottom = self.x, self.end, self.y, self.y + BAR
        tip = f" {round(end + 8, 1)},{self.middle}" if self.is_open else ""
        return f"{x},{top} {end},{top}{tip} {end},{bottom} {x},{bottom}"


def start_of(row):
    """When it is first known to have been there."""
    return row.start or row.seen


def bar_in_words(row):
    """A bar in words."""
    words = {"name": row.name, "start": start_of(row)[:4], "end": row.until[:4], "seen": row.seen[:4]}
    if row.kind in MOMENTS and words["start"] == words["end"]:
        return _("%(name)s, %(start)s") % words
    if not row.start:
        return _("%(name)s, seen in %(seen)s, start not known") % words
    if row.until:
        return _("%(name)s, from %(start)s to %(end)s") % words
    if row.phase == Phase.UNKNOWN:
        return _("%(name)s, from %(start)s, last seen in %(seen)s, end not known") % words
    return _("%(name)s, from %(start)s on") % words


class Milestone(NamedTuple):
    document: object
    x: float


class Arrow(NamedTuple):
    """From an initiative to the one that followed on it, as a path."""

    path: str
    says: str
    source: int
    target: int


def fitted(label, room):
    return Truncator(label).chars(max(int(room / LETTER), 1))


def spelt_out(line):
    """A row of bars, each with as much of its name as there is room for."""
    befores = [0, *(bar.right + APART for bar in line[:-1])]
    afters = [*(bar.left - APART for bar in line[1:]), WIDTH]
    for bar, before, after in zip(line, befores, afters, strict=True):
        room = bar.end - before if bar.is_flush_right else after - bar.x
        label = fitted(bar.initiative.short_name, room)
        yield bar._replace(label=max(bar.label, label, key=len))


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
        dated = [each for each in initiatives if start_of(each)]
        self.undated = [each for each in initiatives if not start_of(each)]
        milestones = list(
            Document.objects.published().filter(is_milestone=True, date__gt="").order_by("date")
        )
        self.today = in_years(localdate().isoformat()[:7])
        starts = [in_years(start_of(each)) for each in dated]
        self.first = int(max(min([*starts, self.today - 5]), EARLIEST)) // DECADE * DECADE
        ends = [in_years(each.until) for each in dated if each.until]
        self.followed = {each.follows_id: in_years(start_of(each)) for each in dated if each.follows_id}
        self.last = int(max([*ends, self.today])) + 1
        self.bands = list(self.banded(dated))
        self.marks = [
            Milestone(each, self.x(in_years(each.date)))
            for each in milestones
            if in_years(each.date) >= self.first
        ]
        self.arrows = list(self.arrows_between([bar for _kind, _y, bars in self.bands for bar in bars]))
        self.bands = [(kind, y, list(map(self.with_chain, bars))) for kind, y, bars in self.bands]

    def initiatives(self):
        """Those that match; where they are too many, those with the most actors."""
        columns, mask = self.tally.columns, self.tally.mask()
        self.is_partial = self.count > MOST_BARS
        if self.is_partial:
            keys = foremost_keys(columns, mask, self.weights(columns), ["sort_name"], MOST_BARS)
        else:
            keys = columns.keys[mask].tolist()
        rows = Initiative.objects.with_phase().filter(pk__in=keys)
        return sorted(rows, key=lambda row: (start_of(row), row.until, row.sort_name))

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
                lines = [
                    list(spelt_out(line)) for line in self.packed(rows)[::-1]
                ]  # the latest at the top, where it opens
                bars = [
                    bar._replace(y=y + LINE * (place + 1) - BAR)
                    for place, line in enumerate(lines)
                    for bar in line
                ]
                y += LINE * len(lines)
                yield kind, heading, bars
        self.bottom = y + 12

    def packed(self, rows):
        """The bars in as few rows as have room for them and their labels; what follows on another stands in its row."""
        lines, line_of = [], {}
        for row in rows:
            bar = self.bar(row)
            before = line_of.get(row.follows_id)
            room = bar.x - before[-1].x - APART if before else 0
            if (
                before
                and room > FEWEST_LETTERS * LETTER
                and bar.x >= before[-1].end
                and not bar.is_flush_right
            ):
                before[-1] = before[-1]._replace(label=fitted(before[-1].label, room))
                line = before
            else:
                line = next((each for each in lines if each[-1].right + APART <= bar.left), None)
                if line is None:
                    lines.append(line := [])
            line.append(bar)
            line_of[row.pk] = line
        return lines

    def bar(self, row):
        first, last = in_years(start_of(row)), self.last_of(row)
        start, end = self.x(first), self.x(last)
        gone = self.x(self.gone_by(row, last)) if row.phase == Phase.UNKNOWN else end
        return Bar(
            row,
            start,
            round(max(end - start, 4), 1),
            0,
            row.phase == Phase.RUNNING and not row.until,
            row.kind in MOMENTS,
            round(max(gone - end, 0), 1),
            bar_in_words(row),
            Truncator(row.short_name).chars(MOST_LETTERS),
        )

    def last_of(self, row):
        """Until when it is known to have run."""
        if row.until:
            return in_years(row.until)
        return self.today if row.phase == Phase.RUNNING else in_years(row.seen)

    def gone_by(self, row, last):
        """When the bar of one whose end is not known has faded out: once another followed, at the latest."""
        return min(last + FADE, self.today, self.followed.get(row.pk, self.today))

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
                if y == bar.middle:
                    path = f"M{before.end} {y}H{bar.x}"
                said = _("%(after)s follows %(before)s") % names
                yield Arrow(path, said, before.initiative.pk, bar.initiative.pk)

    def with_chain(self, bar):
        """With the arrows of the chain that it is in, which show with it."""
        chain, found = {bar.initiative.pk}, []
        while more := [
            arrow for arrow in self.arrows if arrow not in found and {arrow.source, arrow.target} & chain
        ]:
            found += more
            chain.update(end for arrow in more for end in (arrow.source, arrow.target))
        return bar._replace(arrows=tuple(found))

    @property
    def years(self):
        """The lines across the picture: year and place."""
        return [(year, self.x(year)) for year in range(self.first, self.last + 1, DECADE)]

    @property
    def size(self):
        return WIDTH, self.bottom

    @property
    def is_tall(self):
        """More than some three pages of paper, on which its words take less room."""
        return self.bottom > PRINTED

    @property
    def now(self):
        return self.x(self.today)

    def rows(self):
        yield ["initiative", "name", "kind", "start", "end", "last_seen", "follows"]
        names = {bar.initiative.pk: bar.initiative.slug for _kind, _y, bars in self.bands for bar in bars}
        for _kind, _y, bars in self.bands:
            for bar in bars:
                row = bar.initiative
                follows = names.get(row.follows_id, "")
                yield [row.slug, row.name, row.kind, row.start, row.end, row.last_seen, follows]


def page(request, *, embedded=False):
    return Timeline(request).respond(embedded)
