"""Where money goes, as flows from funder over programme and initiative to recipient (a Sankey diagram by classes of amount)."""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from initiatives.filters import FundingFilterSet
from initiatives.models import Funding
from roma_network.pages.pictures import Picture
from roma_network.pages.template_tags import money

MOST_FLOWS = 60
WIDTH, TOP, BAR, GAP = 1080, 34, 8, 16  # units
LETTER = 7.3  # units, at most
UNKNOWN = 2  # how thick a line of unknown amount is
CLASSES = [(100_000, 3), (1_000_000, 6), (10_000_000, 10), (100_000_000, 15), (None, 22)]  # below an amount


def thickness(amount):
    """In units, by the class of an amount, so that what is small can be seen beside what is a thousand times as large."""
    if amount is None:
        return UNKNOWN
    return next(units for below, units in CLASSES if below is None or amount < below)


@dataclass
class FlowNode:
    """Who or what money comes from, passes through or goes to."""

    name: str
    url: str
    kind: str = ""
    sides: dict[str, int] = field(
        default_factory=lambda: {"in": 0, "out": 0}
    )  # how thick all lines are there
    used: dict[str, int] = field(default_factory=lambda: {"in": 0, "out": 0})
    x: int = 0
    y: float = 0
    room: int = 0  # units to the next column

    @property
    def label(self):
        return Truncator(self.name).chars(int((self.room - 3 * BAR) / LETTER))

    @property
    def height(self):
        return max(*self.sides.values(), UNKNOWN)

    @property
    def label_y(self):
        return round(self.y + self.height / 2 + 4, 1)

    def take(self, side, thick):
        """Where on this side the middle of the next line stands."""
        middle = self.y + self.used[side] + thick / 2
        self.used[side] += thick
        return middle


class FlowLink(NamedTuple):
    """From one node to the next, for one row."""

    path: str
    thick: int
    is_known: bool
    says: str


def chain_of(row):
    """What a row of funding passes through: column, key, name, address and type of actor."""
    if row.funder and row.funder.is_published:
        yield 0, row.funder.name, row.funder.get_absolute_url(), row.funder.type
    if row.programme:
        yield 1, row.programme, "", ""
    yield 2, row.initiative.short_name, row.initiative.get_absolute_url(), ""
    if row.recipient and row.recipient.is_published:
        yield 3, row.recipient.name, row.recipient.get_absolute_url(), row.recipient.type


class Flow(Picture):
    name = "flow"
    address = "funding_flow"
    list_address = "funding_list"
    most = MOST_FLOWS

    def __init__(self, request):
        super().__init__(request, FundingFilterSet)

    @property
    def title(self):
        return _("Flows of money")

    @property
    def headings(self):
        names = _("Funder"), _("Programme"), _("Initiative"), _("Recipient")
        return [(self.x_of(number), names[column]) for number, column in enumerate(self.columns_used)]

    @property
    def columns_used(self):
        """The columns in which there is anything."""
        return sorted({column for column, _url in self.nodes})

    @property
    def room(self):
        """Of a column, in units."""
        return WIDTH // max(len(self.columns_used), 1)

    def x_of(self, number):
        return number * self.room + BAR // 2

    @property
    def legend(self):
        """How thick lines are, each with the amounts that it stands for."""
        return [
            (UNKNOWN, _("not known")),
            (3, _("below 100,000")),
            (6, _("below 1 million")),
            (10, _("below 10 million")),
            (15, _("below 100 million")),
            (22, _("100 million or more")),
        ]

    def prepare(self):
        rows = (
            Funding.objects.for_sorting()
            .with_ends()
            .select_related("initiative")
            .filter(pk__in=self.tally.found.tolist())
        )
        self.found = list(rows.order_by("-known", "slug")[:MOST_FLOWS])
        self.nodes, pairs = {}, []
        for row in self.found:
            thick = thickness(row.amount)
            passed = [self.node(*step) for step in chain_of(row)]
            for source, target in pairwise(passed):
                source.sides["out"] += thick
                target.sides["in"] += thick
                pairs.append((source, target, thick, row))
            if len(passed) == 1:
                passed[0].sides["in"] += thick
        self.place(pairs)
        self.lines = [self.line(*pair) for pair in sorted(pairs, key=lambda pair: (pair[0].y, pair[1].y))]

    def node(self, column, name, url, kind):
        if not url:
            url = self.list_url_with("programme", name)
        return self.nodes.setdefault((column, url), FlowNode(name, url, kind))

    def place(self, pairs):
        """Each column from top to bottom: first the thickest, then as those that lead there stand."""
        before = defaultdict(list)
        for source, target, _thick, _row in pairs:
            before[id(target)].append(source)
        self.bottom = TOP
        for number, column in enumerate(self.columns_used):
            nodes = [node for (held, _url), node in self.nodes.items() if held == column]
            y = TOP
            for node in sorted(nodes, key=lambda node: self.rank(node, before[id(node)])):
                node.x, node.y, node.room = self.x_of(number), y, self.room
                y += max(node.height, 6) + GAP
            self.bottom = max(self.bottom, y)

    def rank(self, node, sources):
        if not sources:
            return (1, -node.height, node.name)
        return (0, sum(source.y for source in sources) / len(sources), node.name)

    def line(self, source, target, thick, row):
        x1, x2 = source.x + BAR, target.x
        y1, y2 = (round(each, 1) for each in (source.take("out", thick), target.take("in", thick)))
        middle = (x1 + x2) // 2
        return FlowLink(
            f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}",
            thick,
            row.amount is not None,
            row_in_words(row),
        )

    @property
    def size(self):
        return WIDTH, int(self.bottom)

    def rows(self):
        yield ["funder", "programme", "initiative", "recipient", "amount", "currency", "start", "end"]
        for row in self.found:
            funder, recipient = (
                each.slug if each and each.is_published else "" for each in (row.funder, row.recipient)
            )
            amount = "" if row.amount is None else row.amount
            yield [
                funder,
                row.programme,
                row.initiative.slug,
                recipient,
                amount,
                row.currency,
                row.start,
                row.end,
            ]


def row_in_words(row):
    """A row in words: “European Commission → ESF+ → ROMACT: € 1,700,000”."""
    way = " → ".join(name for _column, name, _url, _kind in chain_of(row))
    amount = _("amount not known") if row.amount is None else money(row)
    return _("%(way)s: %(amount)s") % {"way": way, "amount": amount}


def page(request, *, embedded=False):
    return Flow(request).respond(embedded)
