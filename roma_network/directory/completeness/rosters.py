"""Rosters: closed lists that others publish, held against the directory, which says what it lacks of each.

Who is expected stands in the lines of a roster, or is each state. What is here is what lines name, and what the rule of the
roster finds in mandates, ties and documents: nothing is typed twice.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import or_
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.shortcuts import get_object_or_404, render

from initiatives import columns
from initiatives.models import (
    Document,
    DocumentKind,
    Participation,
    Role,
    Roster,
    RosterLine,
    RosterRule,
)
from roma_network.core import folding
from roma_network.directory.completeness import states
from roma_network.export import formats, responses
from roma_network.export.columns import Kind
from roma_network.export.plain_tables import FORMATS, PlainTable
from roma_network.models import Editorial
from roma_network.pages.footnotes import Footnotes
from roma_network.pages.http_cache import public
from stakeholders.models import Country, Membership, Relation, RelationKind

ACTS = (
    DocumentKind.COMMUNICATION,
    DocumentKind.RECOMMENDATION,
    DocumentKind.REGULATION,
    DocumentKind.DECISION,
    DocumentKind.RESOLUTION,
)
TABLE = PlainTable(
    "roster-lines",
    {
        "roster": Kind.TEXT,
        "expected": Kind.TEXT,
        "country": Kind.TEXT,
        "entry": Kind.TEXT,
        "address": Kind.URL,
    },
)
EVERY_FORMAT = formats.offered_for(columns.rosters)

Found = dict[int, list[tuple[str, Any]]]  # key of a roster → pairs of country and entry


@dataclass
class CoverageLine:
    """What is expected, and the entries that are it."""

    name: str
    country: str = ""
    entries: list[Any] = field(default_factory=list)


@dataclass
class Coverage:
    """A roster held against the directory."""

    roster: Roster
    lines: list[CoverageLine]

    @property
    def url(self):
        return self.roster.get_absolute_url()

    @cached_property
    def here(self):
        return [line for line in self.lines if line.entries]

    @cached_property
    def missing(self):
        return [line for line in self.lines if not line.entries]

    @property
    def total(self):
        """How many there are; None where no source that was read says it, nor names them."""
        is_named = is_by_state(self.roster) or self.roster.lines.all()
        return max(self.roster.expected or 0, len(self.lines)) if self.roster.expected or is_named else None

    @property
    def lacking(self):
        return self.total and self.total - len(self.here)

    @property
    def unnamed(self):
        """How many are missing of which no source says the name."""
        return self.total and self.total - len(self.lines)

    def records(self):
        for line in self.lines:
            for entry in line.entries or [None]:
                yield {
                    "roster": self.roster.slug,
                    "expected": line.name,
                    "country": line.country,
                    "entry": str(entry) if entry else "",
                    "address": entry.get_absolute_url() if entry else "",
                }


def coverage(rosters: QuerySet[Roster]) -> list[Coverage]:
    """What of these rosters is here: as many queries for all as for one."""
    lines = RosterLine.objects.select_related("actor", "initiative", "document")
    read = rosters.select_related("initiative", "actor").prefetch_related(Prefetch("lines", lines))
    countries = list(Country.objects.exclude(membership=Membership.OTHER))
    by_rule = defaultdict(list)
    for roster in read:
        by_rule[roster.rule].append(roster)
    found: Found = {}
    for rule, of_rule in by_rule.items():
        found |= READERS[rule](of_rule, countries)
    return sorted(
        (Coverage(roster, lines_of(roster, found.get(roster.pk, []), countries)) for roster in read),
        key=lambda each: folding.fold(each.roster.title),
    )


def is_by_state(roster: Roster) -> bool:
    return roster.rule in (RosterRule.OFFICE, RosterRule.STRATEGY)


def lines_of(
    roster: Roster, found: Iterable[tuple[str, Any]], countries: Iterable[Country]
) -> list[CoverageLine]:
    """Its own, or one for each state; and one for each entry besides that its rule finds."""
    by_state = is_by_state(roster)
    lines = [CoverageLine(each.label, each.code) for each in countries] if by_state else []
    for row in roster.lines.all():
        named = filter(None, (row.actor, row.initiative, row.document))
        lines.append(
            CoverageLine(row.name, row.country_id or "", [entry for entry in named if entry.is_published])
        )
    if by_state:
        places = {line.country: line for line in lines}
    else:
        places = {folding.fold(line.name): line for line in lines}
    there = {entry_key(entry) for line in lines for entry in line.entries}
    for country, entry in found:
        if entry_key(entry) in there:
            continue
        place = country if by_state else folding.fold(str(entry))
        if place not in places:
            places[place] = CoverageLine(str(entry), country)
            lines.append(places[place])
        places[place].entries.append(entry)
    return sorted(lines, key=lambda line: folding.fold(line.name))


def entry_key(entry: Editorial) -> tuple[type, int]:
    return type(entry), entry.pk


# What rules find


def nothing(rosters, countries):
    return {}


def held_offices(rosters, countries):
    rows = [row for row in states.mandates([each.code for each in countries]) if row.actor]
    return {
        roster.pk: [(row.country_id, row.actor) for row in rows if row.office == roster.office]
        for roster in rosters
    }


def strategies_in_force(rosters, countries):
    known = states.with_strategies(countries)
    in_force = [(code, entry) for code, state in known.items() for entry in state.in_force]
    return {roster.pk: in_force for roster in rosters}


def participants(rosters, countries):
    of_these = {roster.initiative_id for roster in rosters}
    rows = Participation.objects.public().filter(initiative__in=of_these).select_related("actor")
    found = defaultdict(dict)
    for row in rows.order_by("actor__sort_name"):
        for roster in rosters:
            does = row.role == roster.role if roster.role else row.role != Role.FUNDER
            if roster.initiative_id == row.initiative_id and does:
                found[roster.pk][row.actor_id] = row.actor
    return {key: with_countries(actors.values()) for key, actors in found.items()}


def members(rosters, countries):
    networks = {roster.actor_id for roster in rosters}
    ties = Relation.objects.public().filter(kind=RelationKind.MEMBER_OF, target__in=networks)
    found = defaultdict(list)
    for tie in ties.select_related("subject").order_by("subject__sort_name"):
        found[tie.target_id].append(tie.subject)
    return {roster.pk: with_countries(found[roster.actor_id]) for roster in rosters}


def documents(rosters, countries):
    rows = list(Document.objects.published().filter(reduce(or_, map(asked_by, rosters))).order_by("date"))
    return {roster.pk: [("", row) for row in rows if belongs(row, roster)] for roster in rosters}


def kinds_of(roster):
    return [roster.document_kind] if roster.document_kind else ACTS


def asked_by(roster):
    return Q(kind__in=kinds_of(roster)) & (Q(publisher=roster.actor_id) if roster.actor_id else Q())


def belongs(document, roster):
    return (
        document.kind in kinds_of(roster)
        and roster.actor_id in (None, document.publisher_id)
        and document.date >= roster.since
    )


def with_countries(actors):
    return [(actor.country_id or "", actor) for actor in actors]


READERS: dict[str, Callable[[list[Roster], Sequence[Country]], Found]] = {
    RosterRule.LISTED: nothing,
    RosterRule.OFFICE: held_offices,
    RosterRule.STRATEGY: strategies_in_force,
    RosterRule.PARTICIPANTS: participants,
    RosterRule.MEMBERS: members,
    RosterRule.DOCUMENTS: documents,
}


# Pages


@public(costs={"": 6} | dict.fromkeys(EVERY_FORMAT, 6), takes={"format": False})
def roster_list(request):
    rosters = Roster.objects.public()
    file = responses.requested(request, columns.rosters, rosters.order_by("slug"))
    return file or render(
        request,
        "rosters.html",
        {
            "rosters": coverage(rosters),
            "downloads": responses.downloads(request.path, offered=EVERY_FORMAT),
        },
    )


@public(costs={"": 6} | dict.fromkeys(FORMATS, 6), takes={"format": False})
def roster_lines(request):
    """All rosters held against the directory as a file: a line for each that is expected, and for each entry that is it."""
    rows = (row for each in coverage(Roster.objects.public()) for row in each.records())
    return TABLE.requested(request, rows, "csv")


@public(costs={"": 6} | dict.fromkeys(FORMATS, 6), takes={"format": False})
def roster_detail(request, slug):
    roster = get_object_or_404(Roster.objects.public().with_sources(), slug=slug)
    [held] = coverage(Roster.objects.filter(pk=roster.pk))
    if file := TABLE.requested(request, held.records()):
        return file
    notes = Footnotes()
    context = {
        "roster": roster,
        "held": held,
        "backed": notes.beside(roster.citations.all(), columns.rosters.facts),
        "notes": notes,
        "downloads": responses.downloads(request.path, offered=FORMATS),
    }
    return render(request, "roster.html", context)
