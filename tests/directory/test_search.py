"""The search page and the lists come to the same entries."""

import pytest

from initiatives.filters import InitiativeFilterSet
from roma_network.directory.search import read_ahead
from roma_network.search import following
from tests.factories import ActorFactory, DocumentFactory, InitiativeFactory
from tests.html import read
from tests.search.asking import asked_of_the_page


@pytest.fixture
def heir(db):
    heir = ActorFactory(slug="heir", name="Agency for Rights")
    middle = ActorFactory(name="Office in between", closed="2009", successor=heir, successor_kind="renamed")
    ActorFactory(
        slug="former", name="Monitoring Centre", closed="2007", successor=middle, successor_kind="succeeded"
    )
    ActorFactory(name="Forum", summary="Works as the Monitoring Centre did.")
    return heir


def test_the_name_of_a_former_body_brings_the_present_one_beside_it(heir, client):
    assert [slug for _kind, slug in asked_of_the_page(client, "Monitoring Centre")][:1] == ["former"]
    assert "heir" in [slug for _kind, slug in asked_of_the_page(client, "Monitoring Centre")][1:3]
    found = client.get("/api/v1/actors/", {"q": "monitoring centre"}).json()["results"]
    slugs = [row["slug"] for row in found]
    assert slugs[0] == "former"
    assert "heir" in slugs[1:3]


def test_the_card_of_a_former_body_leads_to_the_one_in_its_place(heir, client):
    [card] = [
        each for each in read(client, "/actors/?q=monitoring").all(".entry") if "Closed 2007" in each.text()
    ]
    assert card.css_first(".facts a").text() == "Office in between"
    heir.status = "withdrawn"
    heir.save()
    page = read(client, "/actors/?q=between")
    assert not page.all(".facts a")


@pytest.mark.django_db(transaction=True)
def test_what_is_read_ahead_is_not_read_again_by_those_who_ask(client, monkeypatch):
    InitiativeFactory(name="Roma in school")
    DocumentFactory(title="Roma in school")
    following.kept.clear()
    read_ahead()
    monkeypatch.setattr(following, "built", lambda build: pytest.fail("an index is read"))
    for address in ("/search/?q=roma+schools", "/actors/", "/initiatives/", "/documents/?q=roma"):
        assert client.get(address).status_code == 200
    [degrees] = [
        index.degrees_known
        for name, (_version, _day, index) in following.kept.items()
        if name is InitiativeFilterSet
    ]
    assert degrees
