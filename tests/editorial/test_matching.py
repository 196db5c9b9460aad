"""The matcher finds bodies of the directory however a list writes them, and offers few that are others."""

import pytest

from roma_network.core import folding
from roma_network.editorial import matching
from roma_network.editorial.matching import Described, Known, Matcher
from roma_network.editorial.name_words import name_words
from roma_network.models import Status
from stakeholders.models import Actor
from tests import factories
from tests.benchmarks import matching as benchmark

ASKED = 120  # names of each kind of change, which keeps this fast; the benchmark asks for all


@pytest.fixture(scope="module")
def everyone():
    return benchmark.actors()


@pytest.fixture(scope="module")
def real(everyone):
    return Matcher(map(benchmark.known, everyone))


def matcher(*rows, **about):
    return Matcher(
        Known(
            pk, names=[folding.fold(name)], name=name, **{"country": "SK", "country_name": "Slovakia"} | about
        )
        for pk, name in enumerate(rows, 1)
    )


def offered(index, *names, **about):
    return [each.pk for each in index.candidates(Described(names, **about))]


@pytest.mark.parametrize("kind", benchmark.CHANGES)
@pytest.mark.parametrize("country", [True, False], ids=["with country", "without country"])
def test_names_as_lists_change_them_are_found(everyone, real, kind, country):
    change = benchmark.CHANGES[kind]
    changed = [actor for actor in everyone if benchmark.asked_by(change, actor)]
    chosen = changed[:: max(len(changed) // ASKED, 1)]
    found = benchmark.figures(change, chosen, benchmark.offers_of(real), country=country)
    assert found.asked >= 8, "the directory has too few names of this kind to tell"
    assert found.recall >= 0.95
    assert found.wrong <= 1 / 3


def test_what_is_not_in_the_directory_is_seldom_offered(everyone, real):
    offers = benchmark.offers_of(real, without_itself=True)
    found = benchmark.figures(benchmark.CHANGES["as it is"], everyone[::4], offers, country=True)
    assert found.offers <= found.asked / 10


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ROMED 1", "ROMED 2"),
        ("University of Granada", "City of Granada"),
        ("Cardiff University", "Cardiff Council"),
        ("Birmingham City University", "Birmingham City Council"),
        ("Comune di Bologna", "Comune di Ton"),
        ("Comune di Bologna", "Comune di Asso"),
        ("Council of Europe", "European Council"),
        ("Košice-Šaca district", "City of Košice"),
    ],
)
def test_others_are_not_offered(one, other):
    assert offered(matcher(one), other) == []
    assert offered(matcher(other), one) == []


LISTS = [  # name on a list, name here
    ("Länsstyrelsen i Blekinge län", "Länsstyrelsen i Stockholms län"),
    ("Federation of Roma Associations of Catalonia", "Federation of Roma Associations of Valencia"),
    ("Regional Public Health Authority in Prešov", "Regional Public Health Authority in Nitra"),
    ("Belfast Waterworks", "Belfast City Council"),
    ("Sheffield Safeguarding Children Board", "Sheffield City Council"),
    ("Roma Inclusion Programme 2", "Roma Inclusion Programme 3"),
]


@pytest.mark.parametrize(("asked", "known"), LISTS)
def test_another_place_or_number_is_another_body_even_on_one_website(asked, known):
    """Lists name all bodies of a kind, and give those of one house its front page."""
    index = matcher(known, values={"website": "https://www.house.example/"})
    for website in ("", "https://house.example/", "https://house.example/contact"):
        values = {"website": website, "email": "office@house.example"}
        assert offered(index, asked, country="SK", values=values) == [], website
    assert offered(index, known, country="SK") == [1]


def test_the_name_of_a_town_alone_is_no_name_of_its_parts():
    """It stands first among the names by which the town is searched."""
    town = Known(
        1,
        ["birmingham", "birmingham city council"],
        "Birmingham City Council",
        country="SK",
        place="Birmingham",
        values={"website": "https://birmingham.example/"},
    )
    values = {"website": "https://birmingham.example"}
    for name in ("University of Birmingham", "Birmingham Nature Centre"):
        assert offered(Matcher([town]), name, country="SK", values=values) == []
    for name in ("Birmingham", "City of Birmingham"):
        assert offered(Matcher([town]), name, country="SK") == [1]


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("Newcastle upon Tyne City Council", "Newcastle City Council"),
        ("Országos Roma Önkormányzat", "National Roma Self-Government"),
        ("Roma Centre (Prešov)", "Roma Centre Prešov"),
        ("Another Name Altogether", "Belfast City Council"),
    ],
)
def test_a_website_says_more_than_a_name_that_leaves_it_open(asked, known):
    others = [f"Roma {name}" for name in ("House", "Youth", "Theatre", "Press", "Library", "Choir")]
    index = Matcher(
        Known(pk, names=[folding.fold(name)], name=name, country="SK", values={"website": website})
        for pk, (name, website) in enumerate(
            [(known, "https://www.house.example/"), *((name, "") for name in 60 * others)], 1
        )
    )
    assert offered(index, asked, country="SK", values={"website": "http://house.example"}) == [1]


def test_the_country_tells_ministries_apart():
    index = matcher("Ministry of Education")
    assert offered(index, "Ministry of Education", country="RO") == []
    assert offered(index, "Ministry of Education", country="SK") == [1]
    assert offered(index, "Slovak Ministry of Education", country="SK") == [1]


def test_an_acronym_needs_something_beside_it():
    index = matcher("European Union Agency for Fundamental Rights", acronym="FRA")
    assert offered(index, "Fachstelle Rassismus", acronym="FRA") == []
    assert offered(index, "Agency of Rights (FRA)") == [1]


def test_pages_of_a_house_name_only_its_front_page():
    house = {f"https://house.example/{path}" for path in "abcdefg"}
    rows = [
        Known(pk, names=[f"body {pk}"], name=f"Body {pk}", values={"website": url})
        for pk, url in enumerate(["https://www.house.example/", *sorted(house)], 1)
    ]
    assert offered(Matcher(rows), "Other", values={"website": "http://house.example/contact"}) == [1]
    assert offered(Matcher(rows[1:]), "Other", values={"website": "http://house.example/contact"}) == []
    assert offered(Matcher(rows), "Other", values={"website": "http://house.example/c/?lang=sk"})[0] == 4


def test_a_mailbox_at_everybodys_host_names_nobody():
    index = matcher("Roma House", values={"email": "roma.house@gmail.com"})
    assert offered(index, "Sinti House", values={"email": "sinti.house@gmail.com"}) == []
    assert offered(index, "Sinti House", values={"email": "Roma.House@gmail.com"}) == [1]


@pytest.mark.django_db(transaction=True)
def test_the_public_matcher_follows_what_changes():
    house, other = factories.ActorFactory(name="Roma House"), factories.ActorFactory(name="Sinti Club")

    def found(name):
        matcher = matching.public_matcher_of(Actor)
        return [each.pk for each in matcher.candidates(Described([name]), types=(), most=5)]

    assert found("Roma House") == [house.pk]
    whole = matching.public_matcher_of(Actor).matcher
    other.name = "Ashkali Theatre"
    other.save()
    new = factories.ActorFactory(name="Egyptian Library")
    house.status = Status.DRAFT
    house.save()
    assert [found(name) for name in ("Sinti Club", "Roma House")] == [[], []]
    assert [found(name) for name in ("Ashkali Theatre", "Egyptian Library")] == [[other.pk], [new.pk]]
    assert matching.public_matcher_of(Actor).matcher is whole  # what did not change was not read anew


def test_what_was_told_apart_is_left_out():
    index = matcher("Roma House", "Roma House")
    assert [each.pk for each in index.candidates(Described(["Roma House"]), excluding={1})] == [2]


@pytest.mark.parametrize(
    "name", ["", "(", ", ,", "–", "x" * 5000, "the of", "\0", "𝕽𝖔𝖒𝖆", "1 2 3", "((((" * 500]
)
def test_any_text_can_be_asked_for(real, name):
    name_words(name)
    assert (
        real.candidates(Described([name], acronym=name, country=name, values={"website": name})) is not None
    )


def test_an_empty_directory_offers_nothing():
    assert offered(Matcher([]), "Roma House", values={"website": "https://example.eu"}) == []
