"""Rosters: closed lists that others publish, held against the directory, which says what it lacks of each.

Offices, strategies and reports are expected of each state, by name; they are read from mandates, ties and documents. Of
other lists a source states only how many they hold; that number stands in the summary of the entry that tells of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from initiatives.models import Document, Initiative, Participation, Role
from roma_network.core import folding
from roma_network.directory import states
from roma_network.export import responses
from roma_network.export.columns import Kind
from roma_network.export.plain_tables import FORMATS, PlainTable
from roma_network.models import Status
from roma_network.pages.http_cache import public
from stakeholders.models import Country, Membership, Relation, RelationKind

MONITOR, MONITOR_2 = "roma-civil-monitor", "roma-civil-monitor-2021-2025"
TABLE = PlainTable(
    "rosters",
    {
        "roster": Kind.TEXT,
        "expected": Kind.TEXT,
        "country": Kind.TEXT,
        "entry": Kind.TEXT,
        "address": Kind.URL,
    },
)


@dataclass
class Line:
    """What is expected, and the entries that are it."""

    name: str
    country: str = ""
    entries: list[Any] = field(default_factory=list)


@dataclass
class Roster:
    """`expected`: how many it holds, where not all are named. `about`: the entry whose page tells of it, with its sources."""

    slug: str
    title: str | Promise
    expected: int = 0
    lines: list[Line] = field(default_factory=list)
    about: Any = None

    @property
    def url(self):
        return reverse("roster", args=[self.slug])

    @cached_property
    def here(self):
        return [line for line in self.lines if line.entries]

    @cached_property
    def missing(self):
        return [line for line in self.lines if not line.entries]

    @property
    def total(self):
        return max(self.expected, len(self.lines))

    @property
    def unnamed(self):
        """How many are missing of which no source says the name."""
        return max(0, self.total - len(self.lines))

    def by_state(self, countries, found):
        """One line for each country. `found`: code → entries."""
        lines = [Line(each.label, each.code, found.get(each.code, [])) for each in countries]
        self.lines = sorted(lines, key=lambda line: folding.fold(line.name))

    def records(self):
        for line in self.lines:
            for entry in line.entries or [None]:
                yield {
                    "roster": self.slug,
                    "expected": line.name,
                    "country": line.country,
                    "entry": str(entry) if entry else "",
                    "address": entry.get_absolute_url() if entry else "",
                }


def all_rosters() -> list[Roster]:
    countries = list(Country.objects.all())
    slugs = {MONITOR, MONITOR_2, *(slug for slug, *_rest in PARTICIPANTS)}
    about = {row.slug: row for row in Initiative.objects.published().filter(slug__in=slugs)}
    return [*of_states(countries), *of_reports(countries, about), *of_participants(about), *of_members()]


def of_states(countries: Iterable[Country]) -> Iterable[Roster]:
    known = states.with_policy(each for each in countries if each.membership != Membership.OTHER)
    for slug, title, name in (
        ("contact-points", _("National Roma contact points"), "contact_points"),
        ("strategies", _("National Roma strategies in force"), "in_force"),
        ("equality-bodies", _("Equality bodies"), "equality_bodies"),
    ):
        roster = Roster(slug, title)
        roster.by_state(
            [state.country for state in known.values()],
            {code: list(getattr(state, name)) for code, state in known.items()},
        )
        yield roster


# Slugs of reports begin with these, by cycle.
CYCLES = [
    (
        "civil-monitor-2018",
        _("Civil Monitor, first reports of the pilot"),
        MONITOR,
        ("rcm1-c1-", "rcm-2018-"),
    ),
    (
        "civil-monitor-2019",
        _("Civil Monitor, second reports of the pilot"),
        MONITOR,
        ("rcm1-c2-", "rcm-2019-greece", "rcm-2019-slovenia"),
    ),
    (
        "civil-monitor-2020",
        _("Civil Monitor, third reports of the pilot"),
        MONITOR,
        ("rcm1-c3-", "rcm-2019-france", "rcm-2020-"),
    ),
    ("civil-monitor-2022", _("Civil Monitor 2021–2025, first reports"), MONITOR_2, ("rcm2-c1-",)),
    (
        "civil-monitor-2025",
        _("Civil Monitor 2021–2025, second reports"),
        MONITOR_2,
        ("rcm2-c2-", "rcm-2025-"),
    ),
]


def is_asked(country: Country, initiative: str) -> bool:
    """Whether a report was asked of a state: of all members at that time but Malta."""
    if country.code == "GB":
        return initiative == MONITOR
    return country.membership == Membership.EU_MEMBER and country.code != "MT"


def of_reports(countries: Iterable[Country], about: dict[str, Initiative]) -> Iterable[Roster]:
    reports = list(Document.objects.published().filter(slug__startswith="rcm").prefetch_related("countries"))
    for slug, title, initiative, starts in CYCLES:
        found: dict[str, list[Any]] = {}
        for report in reports:
            if report.slug.startswith(starts):
                for country in report.countries.all():
                    found.setdefault(country.code, []).append(report)
        asked = [each for each in countries if is_asked(each, initiative)]
        roster = Roster(slug, title, about=about.get(initiative))
        roster.by_state(asked, found)
        yield roster


# Initiative, what its participants are, how many there are by its summary, their roles.
PARTICIPANTS = [
    ("leri", _("Localities of LERI"), 22, (Role.PARTICIPANT,)),
    ("matrix", _("Partners of Roma MATRIX"), 20, (Role.LEAD, Role.PARTNER)),
    ("roma-net", _("Cities of ROMA-NeT"), 10, (Role.PARTICIPANT,)),
    ("romacted-i", _("Municipalities of ROMACTED, first phase"), 60, (Role.PARTICIPANT,)),
    ("decade-of-roma-inclusion", _("Countries of the Decade"), 12, (Role.PARTICIPANT,)),
    (
        "alliance-of-cities-and-regions-for-roma-inclusion",
        _("Members of the Alliance of Cities and Regions"),
        130,
        (Role.PARTICIPANT,),
    ),
    (
        "declaration-of-mayors-against-antigypsyism",
        _("Local authorities behind the Declaration of Mayors"),
        122,
        (Role.PARTICIPANT,),
    ),
    ("euroma", _("States in EURoma"), 15, (Role.PARTICIPANT, Role.PARTNER)),
    (MONITOR, _("Organisations of the Civil Monitor’s pilot"), 90, (Role.IMPLEMENTER,)),
    ("plicc", _("Municipalities of the Portuguese local plans"), 14, (Role.PARTICIPANT,)),
]


def of_participants(about: dict[str, Initiative]) -> Iterable[Roster]:
    rows = Participation.objects.with_public("actor").filter(initiative__in=about.values())
    rows = list(rows.select_related("actor").order_by("actor__sort_name"))
    for slug, title, expected, roles in PARTICIPANTS:
        if initiative := about.get(slug):
            own = [row for row in rows if row.initiative_id == initiative.pk and row.role in roles]
            actors = {row.actor_id: row.actor for row in own}.values()
            lines = [Line(actor.name, actor.country_id or "", [actor]) for actor in actors]
            yield Roster(f"{slug}-participants", title, expected, lines, initiative)


# Network, and how many members it has by its summary.
MEMBERS = [
    ("ergo-network", _("Members of ERGO Network"), 30),
    ("phiren-amenca", _("Members of Phiren Amenca"), 17),
]


def of_members() -> Iterable[Roster]:
    ties = Relation.objects.sourced().filter(kind=RelationKind.MEMBER_OF, subject__status=Status.PUBLISHED)
    ties = ties.filter(target__slug__in=[slug for slug, *_rest in MEMBERS], target__status=Status.PUBLISHED)
    ties = list(ties.select_related("subject", "target").order_by("subject__sort_name"))
    for slug, title, expected in MEMBERS:
        if own := [row for row in ties if row.target.slug == slug]:
            lines = [Line(row.subject.name, row.subject.country_id or "", [row.subject]) for row in own]
            yield Roster(f"{slug}-members", title, expected, lines, own[0].target)


@public(costs={"": 6} | dict.fromkeys(FORMATS, 6), takes={"format": False})
def roster_list(request):
    rosters = all_rosters()
    file = TABLE.requested(request, (row for roster in rosters for row in roster.records()))
    return file or render(
        request,
        "rosters.html",
        {"rosters": rosters, "downloads": responses.downloads(request.path, offered=FORMATS)},
    )


@public(costs={"": 6} | dict.fromkeys(FORMATS, 6), takes={"format": False})
def roster_detail(request, slug):
    roster = next((each for each in all_rosters() if each.slug == slug), None)
    if roster is None:
        raise Http404
    file = TABLE.requested(request, roster.records())
    return file or render(
        request,
        "roster.html",
        {"roster": roster, "downloads": responses.downloads(request.path, offered=FORMATS)},
    )
