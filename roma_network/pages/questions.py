"""A question as a page shows it: chips of what was understood, and in words what was left out."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from roma_network.search.answers import Answer, Asked
from roma_network.search.facets import ListingFilterSet
from roma_network.search.understanding import Concept
from roma_network.search.vocabulary import Facet

MODELS = {"actor": _("Actors"), "initiative": _("Initiatives"), "document": _("Documents")}


class UnderstoodChip(NamedTuple):
    group: str
    label: str
    url: str


class QuestionShown:
    """`url_of` makes the address of the same page with another question."""

    def __init__(
        self,
        asked: Asked,
        answers: Sequence[Answer],
        filterset_classes: Iterable[type[ListingFilterSet]],
        url_of: Callable[[str], str],
        list_paths: Sequence[str],
    ) -> None:
        self.asked = asked
        self.question = asked.question
        self.answers = answers
        self.filterset_classes = list(filterset_classes)
        self.url_of = url_of
        self.list_paths = list_paths

    @property
    def closest(self) -> Answer:
        return max(self.answers, key=lambda answer: answer.fit)

    @property
    def is_understood(self) -> bool:
        return self.question.is_understood

    @cached_property
    def chips(self) -> list[UnderstoodChip]:
        return [
            UnderstoodChip(*self.named(concept), self.url_of(self.question.without(concept)))
            for concept in self.question.concepts
        ]

    @property
    def literal_url(self) -> str:
        return self.url_of(self.question.as_it_stands)

    @property
    def filters_url(self) -> str:
        """The list of the closest, with filters instead of words: there each can be changed."""
        place = self.answers.index(self.closest)
        cls = self.filterset_classes[place]
        words, filters = [], []
        for concept in self.question.concepts:
            found = list(filters_for(concept, cls))
            filters += found
            if not found and concept.kind != "model":
                words.append(concept.typed)
        pairs = [("q", " ".join(words))] if words else []
        return f"{self.list_paths[place]}?{urlencode(pairs + filters)}" if filters else ""

    @property
    def met(self) -> list[str]:
        """What those that were found have, in words."""
        nearly = [self.near_label(concept) for concept in self.closest.nearly]
        return [self.named(concept)[1] for concept in self.closest.met] + nearly

    @property
    def left_out(self) -> list[str]:
        return [self.named(concept)[1] for concept in (*self.closest.nearly, *self.closest.left_out)]

    def named(self, concept: Concept) -> tuple[Any, Any]:
        """The group and the label of a chip."""
        kind, value = concept.meaning.kind, concept.meaning.value
        if kind == "model":
            return _("Kind of entry"), MODELS[value]
        if kind == "place":
            return _("Place"), value.rpartition(",")[0]
        if kind == "year":
            first, last = value.split("-")
            return _("Years"), first if first == last else f"{first}–{last}"
        if kind == "entry":
            return _("Name"), concept.typed
        if kind in ("word", "phrase"):
            return _("Word"), concept.typed
        exact = [facet for facet in concept.meaning.facets if facet.fit == 1]
        return self.named_facet(exact) or (_("Meaning"), concept.typed)

    def near_label(self, concept: Concept) -> Any:
        near = [facet for facet in concept.meaning.facets if facet.fit < 1]
        found = self.named_facet(near)
        return found[1] if found else concept.typed

    def named_facet(self, facets: list[Facet]) -> tuple[Any, Any] | None:
        """By the labels of the first list that has such a facet."""
        for cls in self.filterset_classes:
            for facet in facets:
                filter_ = cls.base_filters.get(facet.name)
                if filter_ and facet.model in ("", model_name(cls)):
                    terms = cls.vocabulary_of(facet.name, facet.values)
                    if labels := [terms[value].label for value in facet.values if value in terms]:
                        return filter_.label, format_lazy(" / ".join(["{}"] * len(labels)), *labels)
        return None


def filters_for(concept: Concept, cls: type[ListingFilterSet]) -> Iterable[tuple[str, str]]:
    """The parameters of a list that say the same."""
    if concept.kind == "year" and "from" in cls.base_filters:
        first, last = concept.meaning.value.split("-")
        yield from (("from", first), ("to", last))
    for facet in concept.meaning.facets:
        if facet.fit == 1 and facet.name in cls.base_filters and facet.model in ("", model_name(cls)):
            yield from ((facet.name, value) for value in facet.values)


def model_name(cls):
    return cls._meta.model._meta.model_name
