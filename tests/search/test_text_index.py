"""Searching in memory finds what SQL finds, and tells how words stand in texts."""

import re
from random import Random

import pytest

from initiatives.models import Document, Initiative
from roma_network.core.folding import fold
from roma_network.models import ContentVersion
from roma_network.search import full_text, text_index
from roma_network.search.text_index import InName, Standing
from stakeholders.models import Actor
from tests.factories import ActorFactory
from tests.search.search_queries import QUERIES

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


def made_up(model, number):
    """Words and parts of words that rows hold."""
    texts = [re.findall(r"\w+", text) for text in model.objects.values_list("search_text", flat=True)]
    return [CHANCE.choice(CHANCE.choice(texts))[: CHANCE.randint(2, 9)] for _ in range(number)]


@pytest.mark.parametrize("model", [Actor, Initiative, Document])
def test_both_find_the_same(directory, model):
    words = [word for text, _ in QUERIES for word in full_text.Query.parse(text).wanted]
    for word in words + made_up(model, 60):
        assert set(standing(model, word)) == in_sql(model, word), word


@pytest.mark.parametrize("model", [Actor, Initiative, Document])
def test_a_phrase_stands_in_names_as_sql_says(directory, model):
    index = index_of(model)
    for words in made_up(model, 20) + [row.sort_name for row in model.objects.published()[:40]]:
        phrase = fold(words)
        found = index.in_names(phrase)
        whole = model.objects.published().filter(search_text__contains=f"\n{phrase}\n")
        assert set(index.keys[found == InName.WHOLE].tolist()) == set(whole.values_list("pk", flat=True)), (
            phrase
        )
        first = model.objects.published().filter(sort_name__startswith=phrase)
        assert set(index.keys[found >= InName.BEGINS].tolist()) >= set(first.values_list("pk", flat=True))


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


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("phrase", "standing_of_it", "in_names"),
    [
        ("aa b", Standing.PART_OF_NAME, InName.ABSENT),
        ("caaa b", Standing.BEGUN_IN_NAME, InName.BEGINS),
        ("caaa bd", Standing.WHOLE_IN_NAME, InName.BEGINS_IN_WORDS),
        ("caaa bd caaa be", Standing.WHOLE_IN_NAME, InName.WHOLE),
        ("bd caaa be", Standing.WHOLE_IN_NAME, InName.WITHIN),
        ("bd caaa", Standing.WHOLE_IN_NAME, InName.WITHIN),
        ("caaa be", Standing.WHOLE_IN_NAME, InName.WITHIN),
        ("be here", Standing.ABSENT, InName.ABSENT),  # a name and what follows it are no phrase
        ("here caaa", Standing.ABSENT, InName.ABSENT),
        ("caaa bd caaa be here", Standing.ABSENT, InName.ABSENT),
        ("here now", Standing.WHOLE, InName.ABSENT),
        ("now caaa", Standing.ABSENT, InName.ABSENT),  # nor are two rows
    ],
)
def test_phrases_go_from_any_letter_to_any_letter_within_a_name_or_a_text(phrase, standing_of_it, in_names):
    kept = {"acronym": "", "native_name": "", "locality": "", "summary": "Here now"}
    ActorFactory(name="Caaa bd caaa be", **kept)
    ActorFactory(name="Caaa", **kept)
    index = index_of(Actor)
    assert (index.standing(phrase)[0], index.in_names(phrase)[0]) == (standing_of_it, in_names)


@pytest.mark.django_db(transaction=True)
def test_what_changed_stands_apart_until_it_is_too_much(monkeypatch):
    first, second = ActorFactory(name="Amaro Kher"), ActorFactory(name="Amaro Drom")
    before = index_of(Actor)
    first.name = "Romani Kher"
    first.save()
    after = index_of(Actor)
    assert after.base is before.base
    assert standing(Actor, "amaro") == {second.pk: Standing.WHOLE_IN_NAME}
    assert standing(Actor, "romani") == {first.pk: Standing.WHOLE_IN_NAME}
    assert not before.holds("romani")
    monkeypatch.setattr(text_index, "MOST_RECENT", 1)
    assert after.patched([second.pk], []) is None
