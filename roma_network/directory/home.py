"""The first page: key players by section of the Commission's page, milestones, what changed lately."""

from collections import Counter, defaultdict, namedtuple
from itertools import chain, zip_longest

import numpy as np
from django.db.models import Q
from django.shortcuts import render
from django.utils import timezone

from initiatives.filters import DocumentFilterSet, InitiativeFilterSet
from initiatives.models import Document, Initiative
from roma_network.directory.completeness import evidence
from roma_network.directory.pictures import maps
from roma_network.pages.http_cache import public
from roma_network.search.facet_index import (
    count,
    count_owners,
    degrees,
    facet_index_of,
    foremost_keys,
    having,
)
from stakeholders.filters import ActorFilterSet
from stakeholders.models import Actor, ActorType, Theme

MOST_ON_HOME = 4
CANDIDATES = 24  # for each section: enough that each entry can stand in one alone
MOST_LATEST = 6
Section = namedtuple("Section", "slug types")
# The order of the European Commission's own page on whom it works with.
SECTIONS = [
    Section("institutions", [ActorType.EU_INSTITUTION, ActorType.NATIONAL_AUTHORITY]),
    Section("roma", [ActorType.ROMA_COMMUNITY]),
    Section("civil-society", [ActorType.CIVIL_SOCIETY]),
    Section("local", [ActorType.LOCAL_AUTHORITY]),
    Section("international", [ActorType.INTERNATIONAL_ORGANISATION]),
    Section("academia", [ActorType.ACADEMIA]),
]


@public
def home(request):
    version = request.content_version
    counts = actor_counts(version)
    actors, initiatives = main_actors(version), main_initiatives(version)
    map_ = maps.overview(countries(version))
    context = {
        "types": [(type_, counts[type_]) for type_ in ActorType],
        "totals": totals(version),
        "backed": evidence.in_all(version),
        "sections": [
            {
                "slug": section.slug,
                "types": [(type_, counts[type_], actors[type_]) for type_ in section.types],
                "initiatives": initiatives[section.slug],
            }
            for section in SECTIONS
        ],
        "milestones": Document.objects.published().filter(is_milestone=True).order_by("date"),
        "map": map_,
        "countries": sorted((land for land in map_["lands"] if land.count), key=lambda land: land.name),
        "themes": themes(version),
        "latest": latest(),
    }
    return render(request, "home.html", context)


def totals(version):
    columns = facet_index_of(ActorFilterSet, version)
    countries = set(columns.plain["country"].index) - {None}
    return {
        "actors": len(columns.keys),
        "initiatives": len(facet_index_of(InitiativeFilterSet, version).keys),
        "documents": len(facet_index_of(DocumentFilterSet, version).keys),
        "countries": len(countries),
    }


def actor_counts(version):
    """Actor type → number of published actors."""
    columns = facet_index_of(ActorFilterSet, version)
    return Counter(count(columns.plain["type"], columns.all()))


def countries(version):
    """Code of a country → number of published actors."""
    columns = facet_index_of(ActorFilterSet, version)
    return {code: n for code, n in count(columns.plain["country"], columns.all()).items() if code}


def themes(version):
    """The themes, each with the number of its actors."""
    columns = facet_index_of(ActorFilterSet, version)
    counts = count_owners(columns.ties["theme"], "theme", columns.all())
    return [(theme, counts[theme.slug]) for theme in Theme.objects.all() if counts.get(theme.slug)]


def main_actors(version):
    """Actor type → its key players: those that curators chose, then those in the most initiatives."""
    columns = facet_index_of(ActorFilterSet, version)
    weights = degrees(columns, columns.ties["participation"], "initiative")
    types = columns.plain["type"]
    best = [
        key
        for type_ in ActorType
        for key in foremost_keys(columns, having(types, [type_]), weights, ["sort_name"], MOST_ON_HOME)
    ]
    rows = Actor.objects.published().filter(Q(featured=True) | Q(pk__in=best)).select_related("country")
    rank = {key: place for place, key in enumerate(best)}
    found = defaultdict(list)
    for row in sorted(rows, key=lambda row: (not row.featured, rank.get(row.pk, len(rank)), row.sort_name)):
        found[row.type].append(row)
    return {type_: found[type_][:MOST_ON_HOME] for type_ in ActorType}


def main_initiatives(version):
    """Section → initiatives in which its actors take part most often, first those that curators chose. Each stands in one."""
    columns = facet_index_of(InitiativeFilterSet, version)
    tie = columns.ties["actor_type"]
    candidates = {}
    for section in SECTIONS:
        linked = having(tie.columns["actor_type"], section.types)
        weights = np.bincount(tie.rows[linked], minlength=len(columns.keys))
        candidates[section.slug] = foremost_keys(columns, columns.all(), weights, ["sort_name"], CANDIDATES)
    rows = Initiative.objects.in_bulk(set(chain.from_iterable(candidates.values())))
    best, taken = {}, set()
    for slug, keys in candidates.items():
        free = [rows[key] for key in keys if key not in taken]
        best[slug] = sorted(free, key=lambda row: not row.featured)[:MOST_ON_HOME]
        taken.update(row.pk for row in best[slug])
    return best


def latest():
    """The entries last verified or changed, of all kinds; those of one day by turns, newest matter first."""
    orders = [(Initiative, "-start"), (Document, "-date"), (Actor, "-founded")]
    found = [
        lately(model).with_touched().order_by("-touched", order, "sort_name")[:MOST_LATEST]
        for model, order in orders
    ]
    by_turns = filter(None, chain.from_iterable(zip_longest(*found)))
    return sorted(by_turns, key=lambda entry: entry.touched, reverse=True)[:MOST_LATEST]


def lately(model):
    """Published entries, those last verified or changed among them: of most, no more is looked at than when they changed."""
    rows = model.objects.published()
    changed = rows.order_by("-updated_at").values_list("updated_at", flat=True)
    for last in changed[MOST_LATEST - 1 : MOST_LATEST]:
        day = timezone.localtime(last).replace(hour=0, minute=0, second=0, microsecond=0)
        rows = rows.filter(Q(updated_at__gte=day) | Q(verified_on__gte=day.date()))
    return rows
