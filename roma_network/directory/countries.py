"""The table of states, and the page of each country: its dossier."""

from collections import defaultdict

from django.db.models import Q, Window
from django.db.models.functions import RowNumber
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from initiatives.models import Document
from roma_network.core import folding
from roma_network.directory.completeness import states
from roma_network.directory.pictures import maps, years
from roma_network.export.columns import Kind
from roma_network.export.plain_tables import FORMATS, PlainTable
from roma_network.pages.footnotes import Footnotes, read_citations
from roma_network.pages.http_cache import public
from roma_network.pages.listing import query_of, unusable
from roma_network.search.facet_index import count, facet_index_of, having
from roma_network.search.facets import Rejected, shortened
from stakeholders.filters import ActorFilterSet, country_code
from stakeholders.models import ActorType, Country, Membership, Office

MOST_IN_COUNTRY = 24  # of a kind of row, folded ones among them: the lists hold all
MOST_DOCUMENTS = 12
LABELS = {
    "name": _("Country"),
    "contact": _("Contact point"),
    "strategy": _("Strategy in force"),
    "equality": _("Equality body"),
    "running": _("Running initiatives"),
    "authorities": _("Local authorities"),
    "roma": _("Roma organisations"),
    "money": _("Money known"),
    "checked": _("Last checked"),
}


def in_euro(state):
    return next((each.amount for each in state.money.sums if each.currency == "EUR"), 0) if state.money else 0


# Order → what states are sorted by: those with the most, or the latest, first.
ORDERS = {
    "name": lambda state: (),
    "contact": lambda state: -len(state.contact_points),
    "strategy": lambda state: (
        tuple(-int((row.end or row.until or "0")[:4]) for row in state.in_force[:1]) or (1,)
    ),
    "equality": lambda state: -len(state.equality_bodies),
    "running": lambda state: -state.counts["running"],
    "authorities": lambda state: -state.counts["authorities"],
    "roma": lambda state: -state.counts["roma"],
    "money": lambda state: (-in_euro(state), -(state.money.count if state.money else 0)),
    "checked": lambda state: -(state.checked.toordinal() if state.checked else 0),
}
TABLE = PlainTable(
    "states",
    {
        "code": Kind.TEXT,
        "name": Kind.TEXT,
        "membership": Kind.TEXT,
        "contact_point": Kind.TEXT,
        "contact_point_website": Kind.URL,
        "contact_point_email": Kind.EMAIL,
        "contact_point_searched_on": Kind.DATE,
        "strategy": Kind.TEXT,
        "strategy_start": Kind.TEXT,
        "strategy_end": Kind.TEXT,
        "strategy_last_seen": Kind.TEXT,
        "strategy_document": Kind.URL,
        "predecessor": Kind.TEXT,
        "equality_body": Kind.TEXT,
        "equality_body_website": Kind.URL,
        "equality_body_searched_on": Kind.DATE,
        "commission_report": Kind.TEXT,
        "commission_report_url": Kind.URL,
        "civil_monitor_report": Kind.TEXT,
        "civil_monitor_report_url": Kind.URL,
        "running_initiatives": Kind.INTEGER,
        "local_authorities": Kind.INTEGER,
        "roma_organisations": Kind.INTEGER,
        "money_records": Kind.INTEGER,
        "money_known": Kind.TEXT,
        "last_checked": Kind.DATE,
        "sources_last_read": Kind.DATE,
    },
)


def record(state):
    """A state as a line of a file. Several of a kind stand in one cell, with semicolons."""
    strategies, texts = state.in_force, [text for row in state.in_force for text in row.texts[:1]]
    commission, monitor = state.commission_report, state.monitor_report

    def each(rows, name):
        return "; ".join(filter(None, (getattr(row, name) for row in rows)))

    return {
        "code": state.country.code,
        "name": state.country.name,
        "membership": state.country.membership,
        "contact_point": each(state.contact_points, "name"),
        "contact_point_website": each(state.contact_points, "website"),
        "contact_point_email": each(state.contact_points, "email"),
        "contact_point_searched_on": state.contact_point_searched,
        "strategy": each(strategies, "name"),
        "strategy_start": each(strategies, "start"),
        "strategy_end": each(strategies, "end"),
        "strategy_last_seen": each(strategies, "seen"),
        "strategy_document": each(texts, "url"),
        "predecessor": each(state.predecessors, "name"),
        "equality_body": each(state.equality_bodies, "name"),
        "equality_body_website": each(state.equality_bodies, "website"),
        "equality_body_searched_on": state.equality_body_searched,
        "commission_report": commission and commission.title,
        "commission_report_url": commission and commission.url,
        "civil_monitor_report": monitor and monitor.title,
        "civil_monitor_report_url": monitor and monitor.url,
        "running_initiatives": state.counts["running"],
        "local_authorities": state.counts["authorities"],
        "roma_organisations": state.counts["roma"],
        "money_records": state.money.count if state.money else 0,
        "money_known": "; ".join(f"{each.amount} {each.currency}" for each in state.money.sums)
        if state.money
        else "",
        "last_checked": state.checked,
        "sources_last_read": state.sources_read,
    }


class StatesTable:
    """The table of states, as its address filters and sorts it."""

    def __init__(self, request):
        self.path = request.path
        self.rejected = unusable(request, known={"membership", "sort", "format"})
        self.membership = self.known(request, "membership", Membership.values)
        self.sort = self.known(request, "sort", ORDERS) or "name"
        self.known(request, "format", FORMATS)
        chosen = Q(membership=self.membership) if self.membership else Q()
        countries = sorted(Country.objects.filter(chosen), key=lambda country: folding.fold(country.label))
        self.states = sorted(states.read(countries, request.content_version), key=ORDERS[self.sort])

    def known(self, request, name, values):
        """The value of a parameter, or an empty text where there is no such value."""
        value = request.GET.get(name, "")
        if value and value not in values:
            self.rejected.append(Rejected(name, shortened(value), _("There is no such value.")))
        return value if value in values else ""

    def url(self, **changed):
        values = {"membership": self.membership, "sort": self.sort} | changed
        pairs = [pair for pair in values.items() if pair[1] and pair != ("sort", "name")]
        return self.path + query_of(pairs)

    @property
    def memberships(self):
        """What can be chosen: words, address, and whether it is."""
        for value, label in [("", _("All states")), *((each.value, each.label) for each in Membership)]:
            yield label, self.url(membership=value), value == self.membership

    @property
    def headings(self):
        """Name of a column that states can be sorted by → words, address, and whether they are."""
        return {
            name: {"label": label, "url": self.url(sort=name), "current": name == self.sort, "name": name}
            for name, label in LABELS.items()
        }

    @property
    def downloads(self):
        return [(each.label, self.url(format=name)) for name, each in FORMATS.items()]


@public(
    takes={"membership": False, "sort": False, "format": False}, costs={"": 6} | dict.fromkeys(FORMATS, 6)
)
def country_list(request):
    table = StatesTable(request)
    if file := TABLE.requested(request, map(record, table.states)):
        return file
    return render(request, "country_list.html", {"table": table, "rejected": table.rejected})


@public
def country_detail(request, code):
    country = get_object_or_404(Country, code=country_code(code))
    if code != country.code:
        return redirect(country, permanent=True)
    [state] = states.read([country], request.content_version, in_full=True)
    notes = Footnotes()
    read_citations(state.mandates)
    notes.number({"all": state.mandates})
    bodies = country.actors.published().order_by().values("pk")
    of_bodies = list(Document.objects.newest_first().filter(publisher__in=bodies)[: MOST_DOCUMENTS + 1])
    context = {
        "state": state,
        "country": country,
        "offices": [(office, [row for row in state.mandates if row.office == office]) for office in Office],
        "map": maps.country_map(country, request.content_version),
        "types": types_in(country, request.content_version),
        "years": years.drawn(state.strategies),
        "initiatives": country.initiatives.published()
        .with_phase()
        .with_actor_count()
        .order_by("-actor_count", "sort_name")[:MOST_IN_COUNTRY],
        "published": of_bodies[:MOST_DOCUMENTS],
        "published_more": len(of_bodies) > MOST_DOCUMENTS,
        "most": MOST_DOCUMENTS,
        "notes": notes,
    }
    return render(request, "country_detail.html", context)


def types_in(country, version):
    """Type, the number of its actors in the country, and the first of them."""
    columns = facet_index_of(ActorFilterSet, version)
    counts = count(columns.plain["type"], having(columns.plain["country"], [country.pk]))
    place = Window(RowNumber(), partition_by="type", order_by="sort_name")
    shown = defaultdict(list)
    for actor in (
        country.actors.published().annotate(place=place).filter(place__lte=MOST_IN_COUNTRY).order_by("place")
    ):
        shown[actor.type].append(actor)
    return [(type_, counts[type_], shown[type_]) for type_ in ActorType if type_ in counts]
