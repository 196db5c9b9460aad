import unicodedata

import pytest

from roma_network.core.folding import fold
from roma_network.search.full_text import matches, rank
from stakeholders.models import Actor
from tests.factories import ActorFactory, ActorNameFactory, CountryFactory


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Košice", "kosice"),
        ("KOŠICE", "kosice"),
        (unicodedata.normalize("NFD", "Košice"), "kosice"),
        ("Στ", "st"),
        ("στ", "st"),
        ("Πάτρας", "patras"),
        ("Пловдив", "plovdiv"),
        ("Straße", "strasse"),
        ("Łódź", "lodz"),
        ("Târgu-Mureș", "targu mures"),
        ("Târgu-Mureş", "targu mures"),
        ("Diyarbakır İl", "diyarbakir il"),
        ("Þjóð & Ærø", "thjod aero"),
        ("  FRA — “Agency”, (EU)  ", "fra agency eu"),
        ("—", ""),
    ],
)
def test_folding_leaves_plain_letters_and_digits(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize("text", ["Košice", "Пловдив", "Στράτος", "Straße 5", "İl"])
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


def found(text):
    return list(Actor.objects.filter(matches(text)).order_by("pk").values_list("name", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["Košice", "kosice", "KOŠICE", "mesto KOŠICE", "kosice city", "ošic", "Кошице", "slovakia", "KE"]
)
def test_every_spelling_of_every_name_finds_the_actor(text):
    slovakia = CountryFactory(code="SK", name="Slovakia")
    actor = ActorFactory(
        name="City of Košice",
        acronym="KE",
        native_name="Mesto Košice",
        native_language="sk",
        country=slovakia,
        locality="Košice",
    )
    ActorNameFactory(actor=actor, name="Кошице", language="sr")
    ActorFactory(name="City of Žilina")
    assert found(text) == ["City of Košice"]


@pytest.mark.django_db
def test_every_word_must_be_found_in_any_order():
    ActorFactory(name="Roma Education Fund")
    ActorFactory(name="Education Network")
    assert found("fund education") == ["Roma Education Fund"]
    assert found("education housing") == []


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["100%", "under_score", "back\\slash"])
def test_signs_that_databases_read_as_patterns_are_plain_text(text):
    ActorFactory(name=f"Project {text}")
    ActorFactory(name="Project 100 1 underXscore backslash")
    assert f"Project {text}" in found(text)
    assert found("%") == found("") == found("_")


@pytest.mark.django_db
def test_closer_names_come_first():
    names = ["A summary only", "Council for Franconia", "Friends of Frank", "Franconia Forum", "Agency"]
    ActorFactory(name=names[0], summary="Works with Fran partners.")
    ActorFactory(name=names[1])
    ActorNameFactory(actor=ActorFactory(name=names[2]), name="Frankfurt Friends")
    ActorFactory(name=names[3])
    ActorFactory(name=names[4], acronym="FRAN")
    ranked = Actor.objects.filter(matches("Fran")).order_by(rank("Fran"))
    assert [actor.name for actor in ranked] == [
        "Agency",
        "Franconia Forum",
        "Friends of Frank",
        "Council for Franconia",
        "A summary only",
    ]


@pytest.mark.django_db
def test_search_follows_a_name_that_is_added_changed_or_removed():
    actor = ActorFactory(name="Agency")
    name = ActorNameFactory(actor=actor, name="Observatory")
    assert found("observatory") == ["Agency"]
    name.name = "Monitor"
    name.save()
    assert found("observatory") == []
    assert found("monitor") == ["Agency"]
    name.delete()
    assert found("monitor") == []


@pytest.mark.django_db
def test_search_follows_the_name_of_a_country():
    country = CountryFactory(name="Macedonia")
    ActorFactory(name="Agency", country=country)
    country.name = "North Macedonia"
    country.save()
    assert found("north") == ["Agency"]


@pytest.mark.django_db
def test_a_quoted_phrase_stands_together_and_a_minus_leaves_out():
    for name in ("Roma Education Fund", "Education for Roma", "Roma Health Fund"):
        ActorFactory(name=name)
    assert found('"roma education"') == ["Roma Education Fund"]
    assert found("“Education for”") == ["Education for Roma"]
    assert found("roma -fund") == ["Education for Roma"]
    assert found('roma -"education fund"') == ["Education for Roma", "Roma Health Fund"]
    assert found("-roma") == []
    assert found("fund - health") == ["Roma Health Fund"]


@pytest.mark.django_db
def test_a_local_authority_is_called_by_its_place():
    ActorFactory(name="Budapest Institute", locality="Budapest")
    ActorFactory(name="Municipality of Budapest", type="local_authority", form="city", locality="Budapest")
    ranked = Actor.objects.filter(matches("budapest")).order_by(rank("budapest"))
    assert [actor.name for actor in ranked] == ["Municipality of Budapest", "Budapest Institute"]
