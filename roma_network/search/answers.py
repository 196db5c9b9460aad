"""Questions and what answers them: the one door by which pages, files, API and suggestions come to the same entries."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import islice, product
from typing import Any, NamedTuple

from roma_network.models import Editorial
from roma_network.search import autocomplete
from roma_network.search.matching import Answer, QuestionMatcher
from roma_network.search.text_index import text_index_of
from roma_network.search.understanding import Question, understand
from roma_network.search.vocabulary import vocabulary

GUESSES = 8
KEPT = 64
SHORTEST_SLIP = 4
INFLECTED = 0.79  # of a word: then what its stem finds is no other word


class Asked(NamedTuple):
    """A question, and the text that it was made of: another than was typed where that held a slip of the pen."""

    question: Question
    text: str
    typed: str

    @property
    def corrected(self) -> str:
        return self.text if self.text != self.typed else ""


@lru_cache(maxsize=KEPT)
def asked(text: str, version: str) -> Asked:
    """What a text asks for at this content version."""
    names = autocomplete.name_index(version)
    question = understand(text, names.called)
    slips = [concept.folded for concept in question.concepts if is_slip(concept, version)]
    if not slips:
        return Asked(question, text, text)
    choices = [names.similar(slip) for slip in slips]
    for words in islice(product(*choices), GUESSES):
        better = corrected(question, dict(zip(slips, words, strict=True)))
        found = understand(better, names.called)
        if not any(is_slip(concept, version) for concept in found.concepts):
            return Asked(found, better, text)
    return Asked(question, text, text)


def is_slip(concept, version):
    """Whether it is a word of no language and of no entry."""
    if (
        concept.kind != "word"
        or concept.meaning.value != concept.folded
        or len(concept.folded) < SHORTEST_SLIP
    ):
        return False
    known, words_that_ask = vocabulary().known, vocabulary().tree.whole
    if concept.folded in words_that_ask or not known.isdisjoint(concept.words):
        return False
    if any(character.isdigit() for character in concept.folded):
        return False
    words = [*concept.words]
    if len(concept.stem) > INFLECTED * len(concept.folded):
        words.append(concept.stem)
    return not any(text_index_of(model, version).holds(word) for model in models() for word in words)


def models() -> Iterable[type[Editorial]]:
    return Editorial.__subclasses__()


def corrected(question, words):
    return " ".join(words.get(token.folded, token.typed) for token in question.tokens)


def answer(filterset_class: Any, text: str, version: str, most: int = 0) -> Answer:
    """What answers a text in one list, and of all its entries the `most` that fit best."""
    return QuestionMatcher(filterset_class, asked(text, version).question, version).answer(most)
