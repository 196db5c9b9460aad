"""What words mean (synonyms, and a gazetteer of places): themes, types, roles, kinds, phases, countries and places, in the languages of the directory.

`data/` holds the words, each file with its source. They are read once, at the first question.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator, KeysView, Mapping
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any

from roma_network.core.folding import fold

DATA = Path(__file__).parent / "data"
STOP_WORDS = 100  # of each language, the most frequent
EMPTY: Mapping[Any, Any] = MappingProxyType({})
NEAR = 0.5  # how well an entry fits that has what comes near


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of a facet that a word stands for: in the lists of `model`, or in all where that is empty."""

    model: str
    name: str
    values: tuple[str, ...]
    fit: float = 1.0


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word may stand for. `kind`: facet, model, word, country, place, or one that asks for no entry."""

    kind: str
    value: str = ""
    facets: tuple[Facet, ...] = ()
    words: tuple[str, ...] = ()  # by which entries are found that have no such facet


languages_shared: dict[frozenset[str], frozenset[str]] = {}


def also(languages: Collection[str], language: str) -> frozenset[str]:
    """One more language. What is of the same languages shares them: sets of their own would take a third of the memory."""
    spoken = frozenset({*languages, language})
    return languages_shared.setdefault(spoken, spoken)


def nothing():
    return EMPTY


@dataclass(slots=True)
class TrieNode:
    """Of a tree of words: what follows this beginning, and what it means. Most of 30,000 are leaves, which share what is empty."""

    whole: Mapping[str, "TrieNode"] = field(default_factory=nothing)
    beginnings: Mapping[str, "TrieNode"] = field(default_factory=nothing)
    meanings: Mapping[Meaning, Collection[str]] = field(default_factory=nothing)  # → languages

    def add(self, pattern: str, meaning: Meaning, language: str) -> None:
        node = self
        for word in pattern_words(pattern):
            node = node.child("beginnings" if word.endswith("*") else "whole", word.rstrip("*"))
        node.meanings = {**node.meanings, meaning: also(node.meanings.get(meaning, ()), language)}

    def child(self, name, word):
        children = getattr(self, name) or {}
        setattr(self, name, children)
        return children.setdefault(word, TrieNode())

    def following(self, word: str) -> Iterator[tuple["TrieNode", float]]:
        """What may come next, and how much of the word it says."""
        if word in self.whole:
            yield self.whole[word], 1.0
        for length in range(len(word), 1, -1):
            if word[:length] in self.beginnings:
                yield self.beginnings[word[:length]], 0.9 * length / len(word)


def pattern_words(pattern):
    """Folded words, each with its asterisk."""
    for part in pattern.split():
        *first, last = fold(part).split() or [""]
        yield from first
        if last:
            yield last + ("*" if part.endswith("*") else "")


@dataclass(frozen=True)
class Vocabulary:
    tree: TrieNode
    languages: dict[str, frozenset[str]]  # word → languages in which it is frequent
    stop_words: frozenset[str]
    country_names: dict[
        str, frozenset[str]
    ]  # code → in the languages of Europe, from CLDR, and as people say
    place_names: tuple[tuple[str, Meaning], ...]  # in their order

    @property
    def known(self) -> KeysView[str]:
        """Words that are no slip of the pen."""
        return self.languages.keys()

    def places_called(self, start: str) -> Iterator[tuple[str, Meaning]]:
        """Names of places that begin so, each with the place."""
        for at in range(bisect_left(self.place_names, start, key=itemgetter(0)), len(self.place_names)):
            if not self.place_names[at][0].startswith(start):
                return
            yield self.place_names[at]


@cache
def vocabulary() -> Vocabulary:
    tree = TrieNode()
    for meaning, language, patterns in sections():
        for pattern in patterns:
            tree.add(pattern, meaning, language)
    names = countries(tree)
    places = {}
    for name, code, here, others in rows("places.tsv"):
        for called in filter(None, (fold(name), *here.split(", "), *others.split(", "))):
            places[called, name, code] = place_meaning(name, code, here)
            tree.add(called, places[called, name, code], "")
    languages, stop_words = {}, set()
    for language, text in rows("common_words.tsv"):
        frequent = text.split()
        stop_words.update(frequent[:STOP_WORDS])
        for word in frequent:
            languages[word] = also(languages.get(word, ()), language)
    return Vocabulary(
        tree,
        languages,
        frozenset(stop_words),
        names,
        tuple((key[0], meaning) for key, meaning in sorted(places.items(), key=itemgetter(0))),
    )


def countries(tree):
    """Code → what a country is called; puts the names into the tree."""
    names = defaultdict(set)
    for meaning, _language, patterns in sections():
        if meaning.kind == "country":
            names[meaning.value].update(fold(pattern) for pattern in patterns if not pattern.endswith("*"))
    for code, named, adjectives in rows("countries.tsv"):
        names[code].update(filter(None, map(fold, named.split(", "))))
        for name in (named + ", " + adjectives).split(", "):
            # "Roman" is a Romanian in Hungarian and a Roma in Turkish; what is meant stands in vocabulary.txt.
            if len(fold(name)) > 3 and not fold(name).startswith("roman"):
                tree.add(name, country(code), "")
    return {code: frozenset(called) for code, called in names.items()}


def rows(name):
    with (DATA / name).open(encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                yield line.rstrip("\n").split("\t")


def sections():
    """Meaning, language and patterns of each line of vocabulary.txt."""
    text = (DATA / "vocabulary.txt").read_text(encoding="utf-8")
    for section in text.split("\n[")[1:]:
        heading, *lines = section.splitlines()
        pairs = [line.split(": ", 1) for line in lines if line]
        found = [(language, patterns.split(", ")) for language, patterns in pairs]
        english = next((patterns for language, patterns in found if language == "en"), [])
        meaning = meaning_of(heading.rstrip("]"), tuple(map(fold, english)))
        for language, patterns in found:
            yield meaning, language, patterns


def meaning_of(heading, english):
    kind, _, value = heading.partition(" ")
    if kind == "country":
        return country(*value.split(","))
    if kind == "word":
        word, *near = value.split()
        return Meaning("word", word, tuple(map(facet_of, near)), (fold(word),))
    if "=" in heading:
        facets = tuple(map(facet_of, heading.split()))
        return Meaning("facet", heading, facets, english)
    if kind == "optional":
        return Meaning("optional", value, words=(fold(value),))
    return Meaning("model", kind) if kind in ("actor", "initiative", "document") else Meaning(kind)


def facet_of(text):
    """`actor.type=academia,business`, or with a tilde what comes near."""
    fit = 1.0 if "=" in text else NEAR
    path, values = text.replace("~", "=").split("=")
    model, _, name = path.rpartition(".")
    return Facet(model, name, tuple(values.split(",")), fit)


@cache
def country(*codes):
    facets = Facet("", "country", codes), Facet("document", "about", codes)
    return Meaning("country", ",".join(codes), facets)


@cache
def place_meaning(name, code, here):
    near = Facet("", "country", (code,), NEAR)
    names = (fold(name), *filter(None, here.split(", ")))
    return Meaning("place", f"{name},{code}", (near,), names)
