"""The first page: key players by section of the Commission's page, milestones, what changed lately."""

from collections import Counter, namedtuple
from itertools import chain, zip_longest

import numpy as np
from django.shortcuts import render

from initiatives.filters import InitiativeFilterSet
from initiatives.models import Document, Initiative
from roma_network.directory import evidence
from roma_network.pages.http_cache import public
from roma_network.search.facet_index import count, degrees, facet_index_of, foremost, having
from stakeholders.filters import ActorFilterSet
from stakeholders.models import Actor, ActorType

MOST_ON_HOME = 4
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
        "latest": latest(),
    }
    return render(request, "home.html", context)


def totals(version):
    columns = facet_index_of(ActorFilterSet, version)
    countries = set(columns.plain["country"].index) - {None}
    return {
        "actors": len(columns.keys),
        "initiatives": Initiative.objects.published().count(),
        "documents": Document.objects.published().count(),
        "countries": len(countries),
    }


def actor_counts(version):
    """Actor type → number of published actors."""
    columns = facet_index_of(ActorFilterSet, version)
    return Counter(count(columns.plain["type"], columns.all()))


def main_actors(version):
    """Actor type → the actors in the most initiatives."""
    columns = facet_index_of(ActorFilterSet, version)
    weights = degrees(columns, columns.ties["participation"], "initiative")
    types = columns.plain["type"]
    best = {
        type_: foremost(columns, having(types, [type_]), weights, ["sort_name"], MOST_ON_HOME)
        for type_ in ActorType
    }
    rows = Actor.objects.select_related("country").in_bulk(list(chain.from_iterable(best.values())))
    return {type_: [rows[key] for key in keys] for type_, keys in best.items()}


def main_initiatives(version):
    """Section → the initiatives in which its actors take part most often."""
    columns = facet_index_of(InitiativeFilterSet, version)
    tie = columns.ties["actor_type"]
    best = {}
    for section in SECTIONS:
        linked = having(tie.columns["actor_type"], section.types)
        weights = np.bincount(tie.rows[linked], minlength=len(columns.keys))
        best[section.slug] = foremost(columns, columns.all(), weights, ["sort_name"], MOST_ON_HOME)
    rows = Initiative.objects.in_bulk(set(chain.from_iterable(best.values())))
    return {slug: [rows[key] for key in keys] for slug, keys in best.items()}


def latest():
    """The entries last verified or changed, of all kinds; those of one day by turns, newest matter first."""
    orders = [(Initiative, "-start"), (Document, "-date"), (Actor, "-founded")]
    found = [
        model.objects.published().with_touched().order_by("-touched", order, "sort_name")[:MOST_LATEST]
        for model, order in orders
    ]
    by_turns = filter(None, chain.from_iterable(zip_longest(*found)))
    return sorted(by_turns, key=lambda entry: entry.touched, reverse=True)[:MOST_LATEST]
