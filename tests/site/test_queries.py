"""A page costs the same queries for few rows and for many."""

from itertools import cycle
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from roma_network.pages.listing import PAGE_SIZE
from stakeholders.models import ActorType
from tests.costs import Cost, counted
from tests.factories import (
    ActorCitationFactory,
    ActorFactory,
    ActorNameFactory,
    CountryFactory,
    DocumentCitationFactory,
    DocumentFactory,
    FundingFactory,
    InitiativeCitationFactory,
    InitiativeFactory,
    MandateCitationFactory,
    ParticipationCitationFactory,
    RelationCitationFactory,
    RosterFactory,
    RosterLineFactory,
    ThemeFactory,
)
from tests.html import EVERY_KIND, LISTINGS, read

MOST = 13
MOST_FIGURES = 24  # eight figures on one page
MANY = PAGE_SIZE // 2 + 1  # each brings two actors

HERE = EVERY_KIND | {
    "actor_detail": "/actors/town/",
    "initiative_detail": "/initiatives/programme/",
    "document_detail": "/documents/paper/",
    "country_detail": "/countries/RO/",
    "partners": "/partners/?like=town",
    "network_around": "/network/town/",
    "search": "/search/?q=tied",
}
EVERY_FILTER = {
    "actor_list": {
        "q": "town",
        "type": "local_authority",
        "form": "city",
        "country": "RO",
        "membership": "eu_member",
        "contact": "none",
        "theme": "health",
        "initiative": "programme",
        "role": "lead",
        "office": "contact_point",
        "active": "yes",
        "has": "country",
        "lacks": "website",
    },
    "initiative_list": {
        "q": "programme",
        "actor_type": "local_authority",
        "lead_type": "local_authority",
        "kind": "project",
        "status": "unknown",
        "country": "RO",
        "theme": "health",
        "actor": "town",
        "has": "start",
        "lacks": "verified",
        "from": "2012",
        "to": "2020",
        "unseen": "2025",
    },
    "document_list": {
        "q": "tied",
        "kind": "report",
        "type": "local_authority",
        "country": "RO",
        "about": "RO",
        "publisher": "town",
        "language": "en",
        "actor": "town",
        "initiative": "programme",
        "has": "publisher",
        "lacks": "verified",
        "from": "2012",
        "to": "2020",
    },
    "funding_list": {
        "q": "tied",
        "funder": "town",
        "programme": "Tied programme",
        "country": "RO",
        "theme": "health",
        "recipient_type": "local_authority",
        "recipient": "other-town",
        "kind": "grant",
        "initiative": "programme",
        "from": "2012",
        "to": "2020",
    },
}


class Directory:
    """An actor and an initiative, and any number of entries tied to both."""

    def __init__(self):
        self.country, self.theme = CountryFactory(code="RO", name="Romania"), ThemeFactory(slug="health")
        self.town = ActorFactory(
            slug="town",
            name="Town",
            type="local_authority",
            form="city",
            country=self.country,
            themes=[self.theme],
        )
        self.other = ActorFactory(
            slug="other-town",
            type="local_authority",
            country=CountryFactory(code="XK", name="Kosovo"),
            website="https://other-town.example.eu/",
        )
        self.programme = InitiativeFactory(
            slug="programme", name="Programme", start="2013", countries=[self.country], themes=[self.theme]
        )
        self.tie(self.programme, self.town, "lead")
        self.paper = DocumentFactory(slug="paper", publisher=self.town, language="en")
        self.tie(self.programme, self.other, "partner")  # so it is like the town
        MandateCitationFactory(subject__actor=self.town, subject__country=self.country)
        self.roster = RosterFactory(slug="contact-points", rule="office", office="contact_point")
        self.types = cycle(ActorType)

    def tie(self, initiative, actor, role):
        ParticipationCitationFactory(subject__initiative=initiative, subject__actor=actor, subject__role=role)

    def grow(self, n):
        for _ in range(n):
            country = CountryFactory()
            actor = ActorFactory(
                name="Tied actor",
                type=next(self.types),
                country=country,
                themes=[self.theme, ThemeFactory()],
                parent=self.town,
            )
            neighbour = ActorFactory(name="Tied neighbour", country=self.country)
            initiative = InitiativeFactory(
                name="Tied initiative",
                countries=[self.country, country],
                themes=[self.theme],
                parent=self.programme,
                follows=self.programme,
            )
            document = DocumentFactory(
                title="Tied document",
                publisher=self.town,
                language="en",
                actors=[self.town, actor],
                initiatives=[self.programme, initiative],
                countries=[self.country],
                is_milestone=True,
            )
            FundingFactory(
                initiative=self.programme,
                programme="Tied programme",
                kind="grant",
                funder=self.town,
                recipient=self.other,
                country=self.country,
                start="2013",
                end="2015",
            )
            RosterLineFactory(roster=self.roster, country=country, actor=actor)
            RosterLineFactory(roster=RosterFactory(rule="members", actor=self.town), document=document)
            RosterFactory(rule="participants", initiative=initiative)
            RosterFactory(rule="documents", actor=self.town)
            for row in (self.town, actor):
                ActorNameFactory(actor=row)
                ActorCitationFactory(subject=row)
                self.tie(initiative, row, "partner")
                self.tie(self.programme, neighbour if row is self.town else row, "implementer")
            for row in (self.programme, initiative):
                InitiativeCitationFactory(subject=row)
            DocumentCitationFactory(subject=document)
            DocumentCitationFactory(subject=self.paper)
            self.paper.actors.add(actor)
            self.paper.initiatives.add(initiative)
            self.paper.countries.add(country)
            RelationCitationFactory(subject__subject=self.town, subject__target=actor)
            RelationCitationFactory(subject__subject=neighbour, subject__target=self.town)


def costs(client, urls, other="other-town"):
    """Address → the number of queries for a page that is not kept yet."""
    # Names, columns, facts, ties, places and dead links are read once for each content version, sizes of files once a day.
    for name in (*LISTINGS, "suggest"):
        client.get(reverse(name), {"q": "names"})
        client.get(reverse(name), {"sort": "verified"})
    for name, slug in (("actor_detail", other), ("country_detail", "XK")):
        assert client.get(reverse(name, args=[slug])).status_code == 200
    client.get(reverse("figure", args=["evidence"]))
    return {url: queries(client, url) for url in urls}


def queries(client, url):
    with counted() as asked:
        response = client.get(url)
        response.getvalue()
    assert response.status_code == 200, url
    return Cost(asked)


def filtered(name):
    return f"{reverse(name)}?{urlencode(EVERY_FILTER[name])}"


PAGES = [*HERE.values(), *map(filtered, EVERY_FILTER)]
FILES = [
    f"{HERE[name]}?format={format_}"
    for name in (*LISTINGS, "actor_detail", "initiative_detail")
    for format_ in ("csv", "json")
]


def dear(costs):
    return {url: n for url, n in costs.items() if n > (MOST_FIGURES if url == "/figures/" else MOST)}


def test_queries_do_not_grow_with_the_rows(db, client):
    directory = Directory()
    directory.grow(1)
    few = costs(client, PAGES + FILES)
    directory.grow(MANY)
    many = costs(client, PAGES + FILES)
    assert read(client, "/actors/").count > PAGE_SIZE
    assert {url: n.beyond(few[url]) for url, n in many.items() if n > few[url]} == {}
    assert dear({url: many[url] for url in PAGES}) == {}


@pytest.mark.parametrize("name", LISTINGS)
def test_the_filters_counted_above_are_all_there_are(db, client, name):
    directory = Directory()
    directory.grow(1)
    assert EVERY_FILTER[name].keys() == LISTINGS[name].base_filters.keys()
    page = read(client, filtered(name))
    assert page.complaints == {}
    assert page.count


def test_queries_stay_few_on_the_real_directory(directory, client):
    assert dear(costs(client, EVERY_KIND.values(), other="erio")) == {}
