"""Whether questions in plain words find what the data hold, in twelve languages and more, on the real directory."""

import csv
import io
from collections import Counter
from urllib.parse import urlencode

import pytest

from roma_network.search.vocabulary import sections
from tests.search.asking import asked_of_the_page
from tests.search.questions import QUESTIONS

LISTS = {"/actors/": "/api/v1/actors/", "/initiatives/": "/api/v1/initiatives/"}


@pytest.fixture
def found(directory, client):
    """Question → what stands on the page, in its order."""
    return {question: asked_of_the_page(client, question.text) for question in QUESTIONS}


def test_questions_are_many_and_have_answers(directory):
    assert len(QUESTIONS) >= 200
    assert len(Counter(question.language for question in QUESTIONS)) >= 12
    assert [question for question in QUESTIONS if not question.answers()] == []


def test_questions_find_what_they_ask_for(found):
    assert [question.text for question, entries in found.items() if not entries] == []
    misses = [
        question.text for question, entries in found.items() if question.answers().isdisjoint(entries[:5])
    ]
    assert len(misses) <= 0.05 * len(QUESTIONS), misses


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "text",
    [
        "roma organisations in slovakia",
        "who finances roma projects in hungary",
        "running programmes romania",
        "projects 2014",
        "Kassa",
        "houssing hungary",
        "здравен медиатор",
    ],
)
def test_page_file_and_api_understand_a_question_alike(directory, client, path, text):
    query = urlencode({"q": text})
    file = b"".join(client.get(f"{path}?{query}&format=csv").streaming_content).decode()
    slugs = [row["slug"] for row in csv.DictReader(io.StringIO(file))]
    api = client.get(f"{LISTS[path]}?{query}&page_size=200").json()
    assert slugs
    assert api["count"] == len(slugs)
    assert [row["slug"] for row in api["results"]] == slugs[:200]
    listing = client.get(f"{path}?{query}").context["listing"]
    assert listing.page.paginator.count == len(slugs)


def told(client, text):
    return client.get(f"/search/?{urlencode({'q': text})}").context["asked"]


def test_what_was_left_out_is_told(directory, client):
    asked = told(client, "roma housing in Slovakia zzyzx2")
    assert [str(label) for label in asked.met] == ["Housing", "Slovakia"]
    assert asked.left_out == ["zzyzx2"]


def test_a_slip_is_corrected_but_no_word_of_a_language_and_no_place(directory, client):
    assert told(client, "helth mediators romania").asked.corrected == "health mediators romania"
    whole = ("who fights discrimination", "roma in Győr", "needs of roma", "mediators in Debrecen", "wenden")
    for text in whole:
        assert told(client, text).asked.corrected == ""


def test_in_my_city_offers_countries_and_towns(directory, client):
    response = client.get("/search/?q=roma+housing+in+my+city")
    countries, towns = response.context["where"]
    assert len(countries) > 40
    assert ("Budapest", "/search/?q=roma+housing+Budapest") in towns
    assert told(client, "roma housing Budapest").is_understood
    assert response.context["results"][0][0] == "country"


def test_an_entry_called_nearly_as_a_question_with_a_slip_stands_first(directory, client):
    for text, first in (
        ("rooma education found", "roma-education-fund"),
        ("mayors making the mosst of eu fundss for roma", ""),
    ):
        response = client.get("/search/", {"q": text})
        assert response.status_code == 200
        assert not first or response.context["alike"][0][1].slug == first


def test_any_word_of_the_vocabulary_can_be_asked_alone(directory, client):
    """Of each meaning the first word in each script."""
    asked = {
        pattern.rstrip("*")
        for _meaning, language, [pattern, *_rest] in sections()
        if language in ("en", "bg")
    }
    assert len(asked) > 150
    for text in sorted(asked):
        assert client.get("/search/", {"q": text}).status_code == 200, text


def test_mayors_are_those_of_local_authorities(directory, client):
    found = asked_of_the_page(client, "mayors in Slovakia")
    assert found[0] == ("initiative", "meri-network")
    assert ("actor", "kosice-sk") in found[:8]
