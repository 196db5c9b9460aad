"""Rosters: what closed lists of others hold, what of it is here, and what is missing by name."""

import pytest

from tests import factories
from tests.html import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_states():
    return [
        factories.CountryFactory(code=code, name=name, membership="eu_member")
        for code, name in (("RO", "Romania"), ("SK", "Slovakia"))
    ]


def items(page, part):
    return [item.text(strip=True) for item in page.all(f"section[aria-labelledby={part}] li")]


def test_a_roster_names_what_is_here_and_what_is_missing(two_states, client):
    body = factories.ActorFactory(name="Agency for Roma", type="national_authority", country=two_states[0])
    factories.MandateCitationFactory(
        subject__actor=body, subject__country=two_states[0], subject__office="contact_point"
    )
    page = read(client, "/rosters/contact-points/")
    assert "1 of 2 here" in page.text("h1")
    assert items(page, "missing") == ["Slovakia"]
    assert items(page, "here") == ["Romania:Agency for Roma"]


def test_what_no_source_names_is_counted(client):
    initiative = factories.InitiativeFactory(slug="leri", name="LERI")
    town = factories.ActorFactory(name="Town")
    factories.ParticipationCitationFactory(
        subject__initiative=initiative, subject__actor=town, subject__role="participant"
    )
    hidden = factories.ActorFactory(name="Hidden town", status="draft")
    factories.ParticipationCitationFactory(
        subject__initiative=initiative, subject__actor=hidden, subject__role="participant"
    )
    page = read(client, "/rosters/leri-participants/")
    assert "1 of 22 here" in page.text("h1")
    assert "21 are missing" in page.text("main")
    assert items(page, "here") == ["Town"]


def test_a_list_of_lists_and_files(two_states, client):
    assert "0" in read(client, "/rosters/").text("table")
    lines = client.get("/rosters/?format=csv").getvalue().decode("utf-8").splitlines()
    assert "equality-bodies,Slovakia,SK,," in lines


def test_an_unknown_roster_is_not_found(client):
    assert client.get("/rosters/unknown/").status_code == 404


def test_reports_of_a_cycle_are_one_a_state(directory, client):
    page = read(client, "/rosters/civil-monitor-2020/")
    assert "27 of 27 here" in page.text("h1")
    assert read(client, "/rosters/contact-points/").all("section[aria-labelledby=here] li")
