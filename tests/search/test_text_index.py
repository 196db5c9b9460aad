"""Searching in memory finds what SQL finds, and tells how words stand in texts."""

import re
from random import Random

import numpy as np
import pytest

from initiatives.models import Document, Initiative
from roma_network.models import ContentVersion
from roma_network.search import full_text, text_index
from roma_network.search.text_index import Standing
from stakeholders.models import Actor
from tests.factories import ActorFactory
from tests.search_queries import QUERIES

CHANCE = Random(7)  # noqa: S311 (nothing here is secret)


def index_of(model):
    return text_index.text_index_of(model, ContentVersion.current())


def in_sql(model, word):
    return set(model.objects.published().filter(full_text.matches(f'"{word}"')).values_list("pk", flat=True))


def standing(model, word):
    """Key → how the row holds the word, of those that do."""
    index = index_of(model)
    found = index.standing(word)
    return dict(zip(index.keys[found > 0].tolist(), map(Standing, found[found > 0].tolist()), strict=True))


def held(index, text):
    return set(index.keys[index.holding(text, np.arange(len(index.keys)))[0]].tolist())


def made_up(model, number):
    """Words and parts of words that rows hold."""
    texts = [re.findall(r"\w+", text) for text in model.objects.values_list("search_text", flat=True)]
    return [CHANCE.choice(CHANCE.choice(texts))[: CHANCE.randint(2, 9)] for _ in range(number)]


@pytest.mark.parametrize("few", [0, 10**6], ids=["all at once", "one by one"])
@pytest.mark.parametrize("model", [Actor, Initiative, Document])
def test_both_find_the_same(directory, monkeypatch, model, few):
    monkeypatch.setattr(text_index, "FEW", few)
    words = [word for text, _ in QUERIES for word in full_text.Query.parse(text).wanted]
    for word in words + made_up(model, 60):
        assert set(standing(model, word)) == held(index_of(model), word) == in_sql(model, word), word


@pytest.mark.django_db
def test_whole_words_stand_before_beginnings_and_parts_and_names_before_all_else():
    fields = {
        Standing.WHOLE_IN_NAME: {"name": "Old Fran House"},
        Standing.WHOLE: {"name": "A", "summary": "With Fran, and Frank."},
        Standing.BEGUN_IN_NAME: {"name": "Frankfurt"},
        Standing.BEGUN: {"name": "B", "summary": "Of Frankfurt"},
        Standing.PART_OF_NAME: {"name": "Lefranc", "summary": "In the saffran."},
        Standing.PART: {"name": "C", "summary": "In the saffran."},
    }
    expected = {ActorFactory(**values).pk: step for step, values in fields.items()}
    ActorFactory(name="D")
    assert standing(Actor, "fran") == expected


@pytest.mark.django_db
def test_a_name_without_plain_letters_and_an_empty_directory_break_nothing():
    assert standing(Actor, "roma") == {}
    nameless = ActorFactory(name="✶", acronym="", native_name="", locality="Sibiu")
    assert standing(Actor, "sibiu") == {nameless.pk: Standing.WHOLE}


@pytest.mark.django_db
def test_what_is_not_published_is_not_found():
    draft = ActorFactory(name="Amaro Kher", status="draft")
    assert standing(Actor, "amaro") == {}
    draft.status = "published"
    draft.save()
    assert list(standing(Actor, "amaro")) == [draft.pk]
