"""What the search box offers while somebody types: the same meanings as the page of results."""

import pytest

from tests.factories import ActorFactory, CountryFactory


def offered(client, text):
    """Pairs of label and kind."""
    found = client.get("/search/suggest/", {"q": text}).json()["suggestions"]
    return [(each["label"], each["kind"]) for each in found]


@pytest.mark.parametrize(
    ("text", "offer"),
    [
        ("Great Brit", ("United Kingdom", "Country")),
        ("Гърц", ("Greece", "Country")),
        ("Warszawa", ("Warsaw, Poland", "Place")),
        ("Zuerich", ("Zürich, Switzerland", "Place")),
        ("Αθή", ("Athens, Greece", "Place")),
        ("E.R.I.O.", ("European Roma Information Office", "Actor")),
        ("In my city", ("Choose a country or a town", "Search")),
        ("roma organisations in slovakia", ("Roma organisations · Slovakia", "Search")),
        ("schools", ("Education", "Theme")),
        ("contact point", ("National Roma contact point", "Office for a country")),
        ("european comission", ("European Commission", "Actor")),
    ],
)
def test_the_first_offer_is_what_the_words_mean(directory, client, text, offer):
    assert offered(client, text)[0] == offer


def test_well_known_programmes_come_before_obscure_names(directory, client):
    names = [label for label, _kind in offered(client, "rom")]
    known = [name for name in names[:6] if name not in {"Romania", "Roma organisations"}]
    assert [name.partition(" ")[0] for name in known] == ["ROMACT", "Roma", "ROMACTED", "ROMED2"]
    assert known[1].startswith("Roma Civil Monitor")
    assert {"Romania", "Roma organisations"} < set(names)


def test_what_begins_so_comes_before_places_and_these_before_words_within(client, db):
    CountryFactory(code="BG", name="Bulgaria")
    ActorFactory(name="Philosofical circle")
    ActorFactory(name="Sofia Forum")
    assert [label for label, _kind in offered(client, "sofi")][:2] == ["Sofia Forum", "Sofia, Bulgaria"]
    assert offered(client, "sofi")[-1] == ("Philosofical circle", "Actor")


def test_two_letters_offer_no_places(client, db):
    CountryFactory(code="BG", name="Bulgaria")
    assert ("Sofia, Bulgaria", "Place") not in offered(client, "so")


def test_a_former_body_is_offered_with_the_present_one(client, db):
    heir = ActorFactory(name="Agency for Rights")
    ActorFactory(name="Monitoring Centre", closed="2007", successor=heir, successor_kind="succeeded")
    ActorFactory(
        name="Heirless", closed="2007", successor=ActorFactory(status="draft"), successor_kind="merged"
    )
    assert offered(client, "monitoring centre") == [
        ("Monitoring Centre", "Actor"),
        ("Agency for Rights", "Actor"),
    ]
    assert offered(client, "heirless") == [("Heirless", "Actor")]
