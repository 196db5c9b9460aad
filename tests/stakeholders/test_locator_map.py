"""The small map on the page of an actor."""

import pytest

from tests import factories
from tests.html import read


@pytest.fixture
def spain(db):
    return factories.CountryFactory(code="ES", name="Spain")


@pytest.mark.parametrize(
    ("place", "is_drawn"),
    [
        ({"latitude": 40.4, "longitude": -3.7}, True),
        (
            {"latitude": 28.1, "longitude": -15.4},
            False,
        ),  # the Canary Islands, which its part of the map leaves out
        ({}, False),
    ],
)
def test_an_actor_with_coordinates_stands_on_the_map_of_its_country(client, spain, place, is_drawn):
    actor = factories.ActorFactory(country=spain, locality="Madrid" if place else "", **place)
    page = read(client, actor.get_absolute_url())
    assert bool(page.all("a.locator circle")) == is_drawn


def test_the_map_leads_to_that_of_the_country_and_says_what_it_shows(client, spain):
    actor = factories.ActorFactory(country=spain, locality="Madrid", latitude=40.4, longitude=-3.7)
    page = read(client, actor.get_absolute_url())
    [link] = page.all("a.locator")
    assert link.attributes["href"] == "/map/?country=ES"
    assert link.text().strip() == "Madrid on the map of Spain"
