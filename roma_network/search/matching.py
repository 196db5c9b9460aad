"""How well the entries of a list fit a question, and in which order they answer it.

Each thing that a question asks for (`Concept`) is met by an entry fully, nearly (a town's country) or not at all. Entries that
meet all of it answer; where there is none, those that meet most, and what was left out is told.
"""

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
from babel import Locale
from django.utils.datastructures import MultiValueDict
from numpy.typing import NDArray

from roma_network.core.folding import fold
from roma_network.search.facet_index import FacetIndex, Mask, facet_index_of, having, owners, owners_of
from roma_network.search.text_index import InName, Standing, TextIndex, text_index_of
from roma_network.search.understanding import SHORTEST_STEM, SPOKEN_IN, Concept, Question
from roma_network.search.vocabulary import NEAR, vocabulary

ALIKE = 1e-3
Fits = NDArray[np.float32]

WEIGHTS = {"country": 4, "place": 4, "entry": 4, "phrase": 6, "facet": 3, "word": 3, "model": 2, "year": 2}
ABROAD = 0.4  # the fit of an entry of another country whose text speaks of the place that is asked for: less than its country's
IN_WORDS = 0.95  # the fit of an entry that says in its name what others have as a value
OF_A_KIND = 3.3  # weight of a facet that one kind of entry has alone: who asks for judgments wants no actors
COMMON = 1.5  # weight of a word that is frequent in its language
MOST_SYNONYMS = 12

# How much what an entry shows counts for its place among those that fit alike.
IS_CALLED, IS_HEIR, IS_PLACE, BEGINS_WHOLLY, BEGINS_SO, HOLDS_SO = 150, 130, 110, 60, 50, 20
ALL_NAMED, NAMED, BY_FACET, WORDS = 15, 10, 8, 6
HAS_OPTIONAL, IS_ACTOR, OF_LANGUAGE, ONE_COUNTRY, CONNECTED = 6, 30, 16, 6, 1.5
LETTERS = 300  # of names that cost a point
BY_NAME = ("sort_name",)

IS_IN_NAME = np.isin(
    np.arange(len(Standing)), (Standing.BEGUN_IN_NAME, Standing.WHOLE_IN_NAME)
)  # by standing


@dataclass(frozen=True, eq=False)
class Answer:
    """The entries of one list that answer a question, the closest first."""

    question: Question
    keys: NDArray[np.int64]
    fit: float = 0.0  # of what they meet, as weights
    met: tuple[Concept, ...] = ()
    nearly: tuple[Concept, ...] = ()
    left_out: tuple[Concept, ...] = ()
    best: list[tuple[float, float, int]] = field(default_factory=list)  # fit, score, key of the first of all


class QuestionMatcher:
    """A question put to one list. Rows stand in the order of the facet index."""

    def __init__(self, filterset_class: Any, question: Question, version: str) -> None:
        self.filterset_class = filterset_class
        self.question = question
        self.version = version
        self.model = filterset_class._meta.model
        self.name = self.model._meta.model_name
        self.columns: FacetIndex = facet_index_of(filterset_class, version)
        self.texts: TextIndex = text_index_of(self.model, version)
        self.rows: IndexRows = index_rows(filterset_class, version)
        self.size = len(self.columns.keys)

    # What is met

    @cached_property
    def fits(self) -> Fits:
        """How far each row (column) meets each concept (row)."""
        found = [self.fit_of(concept) for concept in self.question.concepts]
        fits = np.array(found, dtype=np.float32).reshape(len(found), self.size)
        if len(found) > 1:
            fits[:, self.in_names_as_a_whole > InName.ABSENT] = 1
        return fits

    @cached_property
    def weights(self) -> NDArray[np.float64]:
        return np.array([weight_of(concept) for concept in self.question.concepts])

    def fit_of(self, concept):
        meaning = concept.meaning
        if meaning.kind == "model":
            return np.full(self.size, meaning.value == self.name)
        is_foreign = meaning.kind == "facet" and not self.has_facet(meaning)
        fit = np.where(self.literally(concept), IN_WORDS if is_foreign else 1.0, 0.0)
        if meaning.kind == "place":
            is_named = IS_IN_NAME[self.standing(concept)]
            fit[self.elsewhere(meaning) & ~is_named] *= ABROAD
        if meaning.kind == "entry":
            return np.maximum(fit, self.linked(meaning.words))
        if meaning.kind == "year":
            return np.maximum(fit, self.in_years(*meaning.value.split("-")))
        for facet in meaning.facets:
            if facet.model in ("", self.name) and facet.name in self.filterset_class.base_filters:
                fit = np.maximum(fit, facet.fit * self.mask_of(facet.name, facet.values))
        if meaning.kind == "country" and (roles := self.roles):
            playing = self.filterset_class.playing_in(roles, meaning.value.split(","))
            fit = np.maximum(fit, self.mask_of_rows(playing))
        return fit

    def literally(self, concept):
        """The rows whose texts say it: a word, a place or a year anywhere, all else in their names."""
        standing = self.standing(concept)
        if concept.kind in ("word", "phrase"):
            return standing > Standing.ABSENT
        if concept.kind == "entry" and len(concept.folded) < SHORTEST_STEM:  # FRA is no framework
            return standing >= Standing.WHOLE
        if concept.kind in ("place", "year", "entry"):
            return standing >= Standing.BEGUN
        literal = IS_IN_NAME[standing]
        if concept.kind == "facet" and not self.has_facet(concept.meaning):
            for word in concept.meaning.words[:MOST_SYNONYMS]:
                literal |= IS_IN_NAME[self.standing_of(word)]
        return literal

    def elsewhere(self, meaning):
        """The rows that have countries, but not that of a place."""
        column, [facet] = self.filterset_class.base_filters["country"], meaning.facets
        there = self.mask_of("country", facet.values)
        if column.via:
            tie = self.columns.ties[column.via]
            return owners(self.columns, tie, np.ones(len(tie.rows), dtype=bool)) & ~there
        return ~having(self.columns.plain["country"], [None]) & ~there

    def has_facet(self, meaning):
        return any(
            facet.model in ("", self.name) and facet.name in self.filterset_class.base_filters
            for facet in meaning.facets
        )

    @cached_property
    def roles(self):
        """The roles that are asked for, where this list knows of roles in initiatives of a country."""
        if not hasattr(self.filterset_class, "playing_in"):
            return []
        facets = [facet for concept in self.question.concepts for facet in concept.meaning.facets]
        return [value for facet in facets if facet.name == "role" for value in facet.values]

    def standing(self, concept):
        found = self.standing_of(" ".join(concept.folded.split()))
        for word in said_by(concept):
            found = np.maximum(found, self.standing_of(word))
        if concept.stem:
            begun = self.standing_of(concept.stem)
            begun = np.where(begun >= Standing.BEGUN, np.minimum(begun, Standing.BEGUN + begun % 2 ^ 1), 0)
            found = np.maximum(found, begun)
        return found

    @cached_property
    def standings(self):
        return {}

    def standing_of(self, word):
        if word not in self.standings:
            found = np.zeros(self.size, dtype=np.int8)
            found[self.rows.places] = self.texts.standing(word)[self.rows.known]
            self.standings[word] = found
        return self.standings[word]

    def mask_of(self, name: str, values) -> Mask:
        """The rows that have one of these values of a facet."""
        facet = self.filterset_class.base_filters[name]
        if not facet.listed:
            rows = self.filterset_class.all_rows().filter(facet.visible & facet.condition(values))
            return self.mask_of_rows(rows)
        if not facet.via:
            return having(self.columns.plain[name], values)
        return owners_of(self.columns, self.columns.ties[facet.via], name, values)

    def mask_of_rows(self, rows):
        return self.columns.only(np.fromiter(rows.values_list("pk", flat=True), dtype=np.int64))

    def in_years(self, first, last):
        if "from" not in self.filterset_class.base_filters:
            return self.columns.all() & False
        years = self.filterset_class(MultiValueDict({"from": [first], "to": [last]}))
        return self.mask_of_rows(years.matching_uncounted())

    def linked(self, entries):
        """The rows that are one of these entries, or tied to one of them where the question asks for more than the entry."""
        own = [key for model, key, _ in entries if model is self.model]
        mask = self.columns.only(np.array(own, dtype=np.int64)) | self.heirs
        if len(self.question.concepts) > 1:
            for model, _, slug in entries:
                for name in self.filterset_class.links.get(model._meta.model_name, ()):
                    facet = self.filterset_class.base_filters[name]
                    rows = self.filterset_class.all_rows().published()
                    mask |= self.mask_of_rows(rows.filter(facet.visible & facet.condition([slug])))
        return mask

    @cached_property
    def heirs(self):
        """The rows that stand today where an entry stood that the question names."""
        named = (concept.meaning.words for concept in self.question.concepts if concept.kind == "entry")
        former = {key for words in named for model, key, _ in words if model is self.model}
        found: set[int] = set()
        while former and hasattr(self.model, "successor"):
            successors = self.model.objects.filter(pk__in=former, successor__isnull=False)
            former = set(successors.values_list("successor", flat=True)) - found
            found |= former
        return self.columns.only(np.array(sorted(found), dtype=np.int64))

    # In which order

    def answer(self, most: int = 0) -> Answer:
        """All that fit best; and of all others the `most` best."""
        question = self.question
        mask = self.allowed
        if not question.concepts:
            rows = np.flatnonzero(mask)
            return Answer(question, self.columns.keys[rows[np.argsort(self.rows.ranks[rows])]])
        totals = np.where(mask, self.weights @ self.fits, 0)
        fit = float(totals.max(initial=0))
        if not fit:
            return Answer(question, self.columns.keys[:0], left_out=question.concepts)
        rows = np.flatnonzero(totals > fit - ALIKE)
        pattern, rows = most_common(self.fits[:, rows], rows)
        order = np.lexsort((self.rows.ranks[rows], -self.scores[rows]))
        return Answer(
            question,
            self.columns.keys[rows[order]],
            fit,
            met=tuple(self.concepts_that(pattern, IN_WORDS, 2)),
            nearly=tuple(self.concepts_that(pattern, NEAR, IN_WORDS)),
            left_out=tuple(self.concepts_that(pattern, 0, NEAR)),
            best=self.best(totals, most),
        )

    def concepts_that(self, pattern, least, below):
        for concept, fit in zip(self.question.concepts, pattern, strict=True):
            if least - ALIKE < fit < below - ALIKE:
                yield concept

    def best(self, totals, most):
        if not most:
            return []
        rows = np.flatnonzero(totals)
        rows = highest(rows, totals, most)  # few are sorted
        is_last = totals[rows] == totals[rows].min(initial=np.inf)
        rows = np.append(rows[~is_last], highest(rows[is_last], self.scores, most))
        rows = rows[np.lexsort((self.rows.ranks[rows], -self.scores[rows], -totals[rows]))[:most]]
        return list(
            zip(
                totals[rows].tolist(),
                self.scores[rows].tolist(),
                self.columns.keys[rows].tolist(),
                strict=True,
            )
        )

    @cached_property
    def allowed(self):
        mask = self.columns.all()
        for term in self.question.unwanted:
            mask &= self.standing_of(term) == Standing.ABSENT
        return mask

    @cached_property
    def scores(self):
        scores = self.rows.prior + self.by_names() + self.by_concepts() + IS_HEIR * self.heirs
        for concept in self.question.optional:
            scores += HAS_OPTIONAL * (self.standing(concept) >= Standing.BEGUN)
        if self.name == "actor" and self.question.asks_for_actors:
            scores += IS_ACTOR
        countries = [c for c in self.question.concepts if c.kind in ("country", "place")]
        if countries:
            scores += ONE_COUNTRY * self.rows.specific
        elif codes := [SPOKEN_IN[each] for each in self.question.languages if each in SPOKEN_IN]:
            of_language = self.mask_of("country", codes)
            scores += OF_LANGUAGE * of_language * np.where(self.rows.specific > 0, self.rows.specific, 1)
        return scores

    def by_names(self):
        """For how the whole question stands in names."""
        if not self.question.folded:
            return np.zeros(self.size)
        scores = np.array([0, HOLDS_SO, BEGINS_SO, BEGINS_WHOLLY, IS_CALLED], dtype=float)[
            self.in_names_as_a_whole
        ]
        for concept in self.question.concepts:
            if concept.kind == "place" and len(self.question.concepts) == 1:
                for word in said_by(concept):
                    scores[self.in_names(word) == InName.WHOLE] = IS_PLACE
        return scores

    @cached_property
    def in_names_as_a_whole(self):
        return self.in_names(self.question.folded)

    def in_names(self, phrase):
        """How each row holds a phrase in its names: see `InName`."""
        found = np.zeros(self.size, dtype=np.int8)
        found[self.rows.places] = self.texts.in_names(phrase)[self.rows.known]
        return found

    def by_concepts(self):
        scores = np.zeros(self.size)
        concepts = self.question.concepts
        named_by_all = np.ones(self.size, dtype=bool)
        for number, concept in enumerate(concepts):
            standing = self.standing(concept)
            named = IS_IN_NAME[standing]
            named_by_all &= named
            scores += NAMED * named / len(concepts)
            scores += WORDS * standing / Standing.WHOLE_IN_NAME / len(concepts)
            if concept.kind in ("facet", "country", "model"):
                scores += BY_FACET * (self.fits[number] >= 1) * ~named / len(concepts)
        return scores + (ALL_NAMED * named_by_all if concepts else 0)


def most_common(patterns: Fits, rows: NDArray[np.int64]) -> tuple[Fits, NDArray[np.int64]]:
    """The most common of patterns, the columns, and the rows that have it."""
    if (patterns == patterns[:, :1]).all():
        return patterns[:, 0], rows
    found, where, counts = np.unique(patterns, axis=1, return_inverse=True, return_counts=True)
    common = int(np.argmax(counts))
    return found[:, common], rows[where.reshape(-1) == common]


def highest(rows: NDArray[np.int64], values: NDArray[np.float64], most: int) -> NDArray[np.int64]:
    """The `most` rows with the highest values, and those that equal the last of them."""
    if len(rows) <= most:
        return rows
    return rows[values[rows] >= np.partition(values[rows], -most)[-most]]


def said_by(concept: Concept) -> tuple[str, ...]:
    """The words besides those typed that say the same."""
    if concept.kind == "country":
        return tuple(country_name(code) for code in concept.meaning.value.split(","))
    return concept.words


def country_name(code):
    """In English, folded."""
    return fold(Locale.parse("en").territories[code])


def weight_of(concept: Concept) -> float:
    if concept.kind == "word" and concept.folded in vocabulary().known:
        return COMMON
    if concept.kind == "facet" and all(facet.model for facet in concept.meaning.facets if facet.fit == 1):
        return OF_A_KIND
    return WEIGHTS[concept.kind]


class IndexRows(NamedTuple):
    """What holds of the rows of a facet index whatever is asked."""

    places: NDArray[np.int64]  # of the rows of the text index, those of them that are `known` here
    known: Mask
    ranks: NDArray[np.int64]  # in the order of names
    prior: NDArray[np.float64]  # the score before a question: well connected first, then short names
    specific: NDArray[np.float64]  # how few countries each has: 1 for one, ½ for two, 0 for none


@lru_cache(maxsize=3)
def index_rows(filterset_class: Any, version: str) -> IndexRows:
    """At this content version."""
    columns = facet_index_of(filterset_class, version)
    texts = text_index_of(filterset_class._meta.model, version)
    size = len(columns.keys)
    places = np.searchsorted(columns.keys, texts.keys)
    places[places == size] = 0
    known = columns.keys[places] == texts.keys if size else places.astype(bool)
    places = places[known]
    ranks, lengths = np.zeros(size, dtype=np.int64), np.zeros(size)
    ranks[columns.ordered(BY_NAME)] = np.arange(size)
    lengths[places] = texts.lengths[known]
    degrees = ties_of_each(columns, filterset_class.connected_by)
    facet = filterset_class.base_filters.get("country")
    countries = ties_of_each(columns, facet.via if facet else None)
    return IndexRows(
        places,
        known,
        ranks,
        prior=CONNECTED * np.log1p(degrees) - lengths / LETTERS,
        specific=np.where(countries > 0, 1 / np.maximum(countries, 1), 0),
    )


def ties_of_each(columns, via):
    ties = columns.ties.get(via)
    return np.bincount(ties.rows if ties else [], minlength=len(columns.keys))
