"""Whom to work with: the actors like one, networks that it could join, and who funds such actors."""

from collections import defaultdict
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Count
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from initiatives.filters import InitiativeFilterSet
from initiatives.models import Funding, Initiative, InitiativeKind, Phase, Role
from roma_network.core.clean_text import clean_text
from roma_network.export import formats
from roma_network.pages import rate_limit
from roma_network.pages.addresses import of_listing, takes
from roma_network.pages.http_cache import public
from roma_network.pages.listing import Chip, Listing, unusable
from roma_network.pages.redirects import moved_parameters
from roma_network.search import autocomplete
from roma_network.search.facet_index import count_owners, facet_index_of, having, owners
from roma_network.search.facets import FacetCounts, among
from stakeholders import columns
from stakeholders.filters import ActorFilterSet
from stakeholders.models import Actor, Relation, RelationKind
from stakeholders.similar import Similar

MOST_ALIKE = 60  # of whom networks and funders are looked for
MOST_NETWORKS = MOST_FUNDERS = 8
MOST_OFFERED = 12
LONGEST = 300  # letters of what is asked for
TOGGLES = {"abroad": _("In other countries"), "running": _("With running work")}
OWN = ("like", *TOGGLES)  # parameters besides those of a list of actors
OPEN = [Phase.PLANNED, Phase.RUNNING, Phase.UNKNOWN]  # what one may still join


class Met(NamedTuple):
    """A network or a funder, and how many of the actors alike it has to do with."""

    entry: Any
    count: int


class PartnerCounts(FacetCounts):
    """Among the actors like one, the most alike first."""

    def __init__(self, filterset, version, similar, mask):
        super().__init__(filterset, version)
        self.similar, self.among = similar, mask

    @cached_property
    def base(self):
        return super().base & self.among

    @cached_property
    def found(self):
        places = self.similar.places
        return self.columns.keys[places[self.mask()[places]]]


class Partners(Listing):
    """A list of actors by its filters, and by the parameters in `OWN`."""

    formats = streamed = {name: each for name, each in formats.ROWS.items() if each is not formats.ATOM}
    sorts = pictures = ()
    embed_url = feed_url = ""

    def __init__(self, request, actor):
        self.request, self.actor, self.table = request, actor, columns.actors
        version, data = request.content_version, request.GET.copy()
        own = {name: data.pop(name, [""])[-1] for name in OWN}
        self.filterset = ActorFilterSet(data, self.formats)
        if "sort" in data:
            self.filterset.reject("sort", data["sort"], _("The most alike always come first."))
        self.similar = Similar(actor, own_initiatives(actor, version), version)
        self.toggled = [name for name in TOGGLES if own[name] == "yes"]
        for name in TOGGLES:
            if own[name] not in ("", "yes"):
                self.filterset.reject(name, own[name], _("There is no such value."))
        self.tally = PartnerCounts(self.filterset, version, self.similar, self.mask(version))

    def mask(self, version):
        mask = self.similar.scores > 0
        if "abroad" in self.toggled:
            mask &= self.similar.abroad
        if "running" in self.toggled:
            tie = self.similar.columns.ties["participation"]
            running = having(tie.columns["initiative"], keys_of_initiatives(version, status=[Phase.RUNNING]))
            mask &= owners(self.similar.columns, tie, running)
        return mask

    @cached_property
    def parameters(self):
        facets = [pair for pair in super().parameters if pair[0] != "sort"]
        return [*facets, *self.own_parameters]

    @property
    def own_parameters(self):
        return [("like", self.actor.slug), *((name, "yes") for name in self.toggled)]

    @property
    def unlisted(self):
        return [*super().unlisted, *self.own_parameters]

    @cached_property
    def chips(self):
        own = [Chip(_("Only"), TOGGLES[name], self.url(without=[(name, "yes")])) for name in self.toggled]
        return super().chips + own

    @property
    def clear_url(self):
        return f"{self.request.path}?like={self.actor.slug}"

    @property
    def toggles(self):
        """What else the list can be narrowed by: words and address."""
        return [
            (label, self.url(extra=[(name, "yes")]))
            for name, label in TOGGLES.items()
            if name not in self.toggled
        ]

    def read(self, keys):
        return self.similar.read(keys, Initiative.objects.published().in_bulk(self.similar.own))

    @cached_property
    def around(self):
        """Networks and funders of the actors most alike."""
        return Peers(self.similar, self.request.content_version)


class Peers:
    """What the actors most alike take part in and are funded by. As many queries, whatever there is."""

    def __init__(self, similar, version):
        self.columns, self.similar = similar.columns, similar
        self.places = similar.places[:MOST_ALIKE]
        self.keys = self.columns.keys[self.places].tolist()
        mask = np.zeros(len(self.columns.keys), dtype=bool)
        mask[self.places] = True
        self.tie = self.columns.ties["participation"]
        self.met = count_owners(self.tie, "initiative", mask)  # initiative → how many of them
        networks = set(keys_of_initiatives(version, kind=[InitiativeKind.NETWORK], status=OPEN))
        joined = {key: n for key, n in self.met.items() if key in networks and key not in similar.own}
        initiatives = Initiative.objects.published().in_bulk(foremost(joined, MOST_NETWORKS))
        unions = self.unions()
        funded = self.funded()
        actors = (
            Actor.objects.published()
            .select_related("country")
            .in_bulk([*unions, *foremost(funded, MOST_FUNDERS)])
        )
        self.networks = [
            Met(initiatives[key], joined[key])
            for key in foremost(joined, MOST_NETWORKS)
            if key in initiatives
        ]
        self.unions = [Met(actors[key], n) for key, n in unions.items() if key in actors]
        self.funders = [
            Met(actors[key], funded[key]) for key in foremost(funded, MOST_FUNDERS) if key in actors
        ]

    def unions(self):
        """Networks that are actors: key → how many of the actors alike are members."""
        members = Relation.objects.public().filter(kind=RelationKind.MEMBER_OF)
        own = members.filter(subject=self.similar.actor).values("target")
        found = (
            members.filter(subject__in=self.keys)
            .exclude(target__in=own)
            .exclude(target=self.similar.actor)
            .order_by()
            .values_list("target")
            .annotate(n=Count("subject", distinct=True))
            .order_by("-n", "target")
        )
        return dict(found[:MOST_NETWORKS])

    def funded(self):
        """Funder → how many initiatives of the actors alike it has paid for."""
        columns = self.tie.columns
        is_funded = having(columns["role"], [Role.FUNDER]) & having(columns["initiative"], self.met)
        back = {code: value for value, code in columns["initiative"].index.items()}
        found = defaultdict(set)
        rows, codes = self.tie.rows[is_funded], columns["initiative"].values[is_funded]
        for row, code in zip(self.columns.keys[rows].tolist(), codes.tolist(), strict=True):
            found[row].add(back[code])
        paid = Funding.objects.public().filter(funder__isnull=False, initiative__in=among(list(self.met)))
        for funder, initiative in paid.values_list("funder", "initiative"):
            found[funder].add(initiative)
        found.pop(self.similar.actor.pk, None)
        return {funder: len(initiatives) for funder, initiatives in found.items()}


def foremost(counts, most):
    """The keys with the greatest counts."""
    return sorted(counts, key=lambda key: (-counts[key], key))[:most]


def keys_of_initiatives(version, **wanted):
    """The keys of the initiatives with one of these values in each of these columns."""
    columns = facet_index_of(InitiativeFilterSet, version)
    mask = columns.all()
    for name, values in wanted.items():
        mask &= having(columns.plain[name], values)
    return columns.keys[mask].tolist()


def own_initiatives(actor, version):
    columns = facet_index_of(ActorFilterSet, version)
    own = columns.only(np.array([actor.pk], dtype=np.int64))
    return set(count_owners(columns.ties["participation"], "initiative", own))


@public(takes=of_listing(ActorFilterSet) | takes(*OWN), costs=rate_limit.LIST)
def partners(request):
    text = clean_text(request.GET.get("like", ""))[:LONGEST]
    actor = Actor.objects.published().prefetch_related("themes").filter(slug=text).first()
    if actor is None:
        return moved_parameters(request, {"like": Actor}) or asked_for(request, text)
    return Partners(request, actor).respond("partners.html", "partials/_partner.html")


def asked_for(request, text):
    """A page that asks whose partners are wanted, and offers those that the words name."""
    offered = autocomplete.name_index(request.content_version).suggest(text, MOST_OFFERED) if text else []
    context = {
        "text": text,
        "offered": [entry for entry in offered if isinstance(entry, Actor)],
        "rejected": unusable(request, known=set(OWN)),
    }
    return render(request, "partners_asked.html", context)
