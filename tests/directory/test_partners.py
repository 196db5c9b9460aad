"""Whom to work with: the actors like one, why, how to reach them, and networks and funders of theirs."""

import pytest

from tests.factories import (
    ActorFactory,
    CountryFactory,
    FundingFactory,
    InitiativeFactory,
    ParticipationFactory,
    RelationCitationFactory,
    ThemeFactory,
)
from tests.html import read, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def housing():
    return ThemeFactory(slug="housing", name="Housing")


@pytest.fixture
def schools():
    return ThemeFactory(slug="education", name="Education")


@pytest.fixture
def town(housing, schools):
    """A city that other actors are compared with."""
    return city("Town", themes=[housing, schools], country=CountryFactory(code="SK", name="Slovakia"))


def city(name, **fields):
    return ActorFactory(name=name, slug=name.lower(), type="local_authority", form="city", **fields)


def together(*actors, **fields):
    found = InitiativeFactory(**fields)
    for actor in actors:
        ParticipationFactory(initiative=found, actor=actor)
    return found


def alike(client, query=""):
    """Name → what the page says of each, in order."""
    page = read(client, f"/partners/?like=town{query}")
    return {words_of(line.css_first("a")): words_of(line) for line in page.all(".entries .partner")}


def test_shared_initiatives_come_before_shared_themes_and_are_named(client, town, housing, schools):
    by_theme = city("Themed", themes=[housing, schools])
    partner = city(
        "Partner", themes=[housing], website="https://partner.example.eu/", email="info@partner.example.eu"
    )
    together(town, partner, name="ROMACT")
    found = alike(client)
    assert list(found) == [partner.name, by_theme.name]
    assert "Both in ROMACT; Housing" in found["Partner"]
    assert "partner.example.eu · info@partner.example.eu" in found["Partner"]
    assert "Education, Housing No website or mailbox is known." in found["Themed"]


def test_an_initiative_of_few_says_more_than_one_of_many(client, town):
    many = [city(f"Many{n}") for n in range(6)]
    together(town, *many, name="Large")
    together(town, near := city("Near"), name="Small")
    assert next(iter(alike(client))) == near.name


def test_only_what_is_public_active_and_of_the_same_kind_is_like_it(client, town):
    others = [
        city("Draft", status="draft"),
        city("Closed", closed="2010"),
        ActorFactory(name="University", type="academia"),
    ]
    together(town, *others)
    hidden = InitiativeFactory(status="draft")
    for actor in (town, city("Elsewhere")):
        ParticipationFactory(initiative=hidden, actor=actor)
    assert alike(client) == {}


def test_roma_organisations_and_civil_society_are_like_each_other(client):
    first, second = (
        ActorFactory(slug=slug, type=type_)
        for slug, type_ in (("town", "roma_community"), ("ngo", "civil_society"))
    )
    together(first, second)
    assert list(alike(client)) == [second.name]


def test_the_list_is_narrowed_to_other_countries_and_to_running_work(client, town):
    near, far = (
        city("Near", country=town.country),
        city("Far", country=CountryFactory(code="CZ", name="Czechia")),
    )
    together(town, near, far)
    together(near, start="2020", end="2090")
    assert alike(client, "&abroad=yes").keys() == {"Far"}
    assert alike(client, "&running=yes").keys() == {"Near"}
    assert alike(client, "&country=CZ").keys() == {"Far"}
    page = read(client, "/partners/?like=town&abroad=yes&country=CZ")
    assert page.chips.keys() == {"Czechia", "In other countries"}
    assert all("like=town" in url for url in page.chips.values())
    assert page.links(".chips")["Remove all filters"] == "/partners/?like=town"


def test_values_that_cannot_be_used_are_named(client, town):
    page = read(client, "/partners/?like=town&abroad=no&sort=name&country=XX&colour=red")
    assert page.complaints.keys() == {"abroad=no", "sort=name", "country=XX", "colour=red"}


def test_files_hold_the_same_actors_in_the_same_order(client, town):
    together(town, *(city(f"Other{n}") for n in range(5)))
    lines = client.get("/partners/?like=town&format=csv").getvalue().decode().splitlines()[1:]
    assert [line.partition(",")[0] for line in lines] == [name.lower() for name in alike(client)]


def test_networks_that_it_is_not_in_and_funders_are_told_of(client, town):
    other, funder, payer = city("Other"), ActorFactory(name="Funder"), ActorFactory(name="Payer")
    shared = together(town, other)
    ParticipationFactory(initiative=shared, actor=funder, role="funder")
    FundingFactory(initiative=shared, funder=payer)
    together(other, name="Open network", kind="network")
    together(other, name="Closed network", kind="network", end="2010")
    together(town, other, name="Own network", kind="network")
    union = ActorFactory(name="Union of cities")
    RelationCitationFactory(subject__subject=other, subject__target=union, subject__kind="member_of")
    page = read(client, "/partners/?like=town")
    assert page.links("section[aria-labelledby=networks]").keys() == {"Open network", "Union of cities"}
    assert page.links("section[aria-labelledby=funders]").keys() == {"Funder", "Payer"}


def test_an_actor_page_shows_similar_actors_and_leads_to_all(client, town):
    together(town, city("Other"), name="ROMACT")
    page = read(client, "/actors/town/")
    assert "Both in ROMACT" in page.text("section:has(#similar)")
    assert "/partners/?like=town" in page.addresses("section:has(#similar)")


def test_words_that_name_no_entry_offer_those_that_they_may_mean(client, town):
    page = read(client, "/partners/?like=tow")
    assert page.links("main .ties")["Town"] == "/partners/?like=town"
    assert "No actor of that name" in read(client, "/partners/?like=qqq").text()
    assert read(client, "/partners/").all("input#like")
