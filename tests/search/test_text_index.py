"""Searching in memory finds what SQL finds, in the same order."""

import re
from random import Random

import pytest

from initiatives.models import Document, Initiative
from roma_network.models import ContentVersion
from roma_network.search import full_text, text_index
from stakeholders.models import Actor
from tests.factories import ActorFactory
from tests.search_queries import QUERIES

CHANCE = Random(7)  # noqa: S311 (nothing here is secret)


def in_sql(model, text):
    rows = model.objects.published().filter(full_text.matches(text))
    return list(rows.order_by(full_text.rank(text), "sort_name", "slug").values_list("pk", flat=True))


def in_memory(model, text):
    return text_index.text_index_of(model, ContentVersion.current()).search(text).tolist()


def made_up(model, number):
    """Queries of words and parts of words that rows hold: one or more, some as a phrase, some with a minus."""
    held = [re.findall(r"\w+", text) for text in model.objects.values_list("search_text", flat=True)]
    for _ in range(number):
        words = CHANCE.choice(held)
        first = CHANCE.randrange(len(words))
        yield f'"{" ".join(words[first : first + CHANCE.randint(1, 3)])}"'
        parts = [CHANCE.choice(words)[: CHANCE.randint(2, 9)] for _ in range(CHANCE.randint(1, 3))]
        yield " ".join(CHANCE.choice(["", "", "", "-"]) + part for part in parts)


@pytest.mark.parametrize("few", [0, 10**6], ids=["all at once", "one by one"])
@pytest.mark.parametrize("model", [Actor, Initiative, Document])
def test_both_find_the_same_in_the_same_order(directory, monkeypatch, model, few):
    monkeypatch.setattr(text_index, "FEW", few)
    asked = [text for text, _ in QUERIES] + list(made_up(model, 60))
    assert {text: in_memory(model, text) for text in asked} == {text: in_sql(model, text) for text in asked}


@pytest.mark.django_db
def test_a_name_without_plain_letters_and_an_empty_directory_break_nothing():
    assert in_memory(Actor, "roma") == []
    nameless = ActorFactory(name="✶", acronym="", native_name="", locality="Sibiu")
    assert in_memory(Actor, "sibiu") == in_sql(Actor, "sibiu") == [nameless.pk]


@pytest.mark.django_db
def test_what_is_not_published_is_not_found():
    draft = ActorFactory(name="Amaro Kher", status="draft")
    assert in_memory(Actor, "amaro") == []
    draft.status = "published"
    draft.save()
    assert in_memory(Actor, "amaro") == [draft.pk]
