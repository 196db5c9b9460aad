"""The search page over all kinds of entries."""

import logging
from collections import defaultdict
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import connections
from django.db.models import Count
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from initiatives.filters import DocumentFilterSet, InitiativeFilterSet
from roma_network.core.clean_text import clean_text
from roma_network.core.memory import give_back
from roma_network.ops import replicas
from roma_network.pages.addresses import takes
from roma_network.pages.http_cache import public
from roma_network.pages.listing import unusable
from roma_network.pages.questions import QuestionShown
from roma_network.search import autocomplete
from roma_network.search.answers import answer, asked
from roma_network.search.facet_index import facet_index_of
from roma_network.search.facets import SearchFilter
from roma_network.search.understanding import SPOKEN_IN
from roma_network.search.vocabulary import vocabulary
from stakeholders.filters import ActorFilterSet
from stakeholders.models import Actor, Country

MOST_FOUND = 20
MOST_PLACES = 5  # to choose from, before entries
MOST_TOWNS = 12
FEW = 10  # results: then those come too that fit less well
CLOSE = 0.4  # of how well the best fit
ALIKE = 1e-3
MOST_OF_A_NAME = 2  # words
AS_CALLED, AS_NAMED, AS_SENTENCE = 1000, 90, 20  # scores of a country, beside those of entries
FILTERSETS = [ActorFilterSet, InitiativeFilterSet, DocumentFilterSet]
LISTS = dict(zip(FILTERSETS, ("actor_list", "initiative_list", "document_list"), strict=True))
ANYTHING = "roma"  # to ask for
LABELS = dict(zip(FILTERSETS, (_("Actors"), _("Initiatives"), _("Documents")), strict=True))

log = logging.getLogger(__name__)


def read_ahead() -> None:
    """Read what lists and questions are answered from, before a worker answers (warm-up).

    In a thread beside, the same would take 20 MB more at 100,000 actors.
    """
    try:
        if version := replicas.choose():
            for cls in FILTERSETS:
                facet_index_of(cls, version).ordered(next(iter(cls.sorts.values())).order)
                answer(cls, ANYTHING, version)
            give_back()
    except Exception:  # then who asks first waits for it, or is told why
        log.exception("Indexes could not be read ahead.")
    finally:
        connections.close_all()


@public(takes=takes("q", "format"), costs={"": 4})
def search(request):
    text = clean_text(request.GET.get("q", ""))
    context = {"q": text, "rejected": unusable(request, known={"q"})}
    if not text:
        return render(request, "search.html", context)
    try:
        SearchFilter().field.clean(text)
    except ValidationError as error:
        context |= {"q": "", "problem": " ".join(error.messages)}
        return render(request, "search.html", context, status=400)
    return render(request, "search.html", context | Results(text, request.content_version).context())


class Result(NamedTuple):
    """An entry or a country among the results. `template` draws it."""

    fit: float
    score: float
    kind: str
    key: Any


class Tab(NamedTuple):
    label: str
    count: int
    url: str


class Results:
    """What answers a question, of all kinds, the closest first."""

    def __init__(self, text: str, version: str) -> None:
        self.text, self.version = text, version
        self.asked = asked(text, version)
        self.question = self.asked.question
        self.answers = {cls: answer(cls, text, version, MOST_FOUND) for cls in FILTERSETS}
        self.fit = max(found.fit for found in self.answers.values())
        self.names = autocomplete.name_index(version)

    def context(self) -> dict[str, Any]:
        countries = self.countries()
        results = sorted([*countries, *self.entries()], key=lambda row: (-row.fit, -row.score))
        whole = [row for row in results if row.fit > self.fit - ALIKE][:MOST_FOUND]
        near = [row for row in results if row not in whole and row.fit > self.fit * CLOSE]
        near = near[: max(FEW - len(whole), 0)] if self.question.concepts else []
        alike = self.alike()
        shown = {at: row for at, row in self.read([*whole, *near]).items() if row not in alike}
        shown_question = QuestionShown(
            self.asked, list(self.answers.values()), FILTERSETS, search_url, list_paths()
        )
        return {
            "asked": shown_question,
            "results": [shown[row.kind, row.key] for row in whole if (row.kind, row.key) in shown],
            "near": [shown[row.kind, row.key] for row in near if (row.kind, row.key) in shown],
            "alike": alike,
            "tabs": self.tabs(len(countries)),
            "total": sum(tab.count for tab in self.tabs(len(countries))),
            "where": self.where() if self.question.asks_where else None,
        }

    def read(self, results):
        """Kind and key of each result → kind and entry, a query for each kind."""
        keys = defaultdict(list)
        for row in results:
            keys[row.kind].append(row.key)
        found = {}
        for model, wanted in keys.items():
            name = model._meta.model_name
            found |= {(model, key): (name, entry) for key, entry in self.rows(model, wanted).items()}
        return found

    def rows(self, model, keys):
        if model is Country:
            return Country.objects.in_bulk(keys)
        cls = next(cls for cls in FILTERSETS if cls._meta.model is model)
        rows = model.objects.published().for_listing().in_bulk(keys)
        return facet_index_of(cls, self.version).with_degrees(rows)

    def entries(self):
        """Of each kind those that fit best."""
        for cls, found in self.answers.items():
            model = cls._meta.model
            if self.question.concepts:
                yield from (Result(fit, score, model, key) for fit, score, key in found.best)
            else:
                keys = found.keys[:MOST_FOUND].tolist()
                yield from (Result(0.0, -place, model, key) for place, key in enumerate(keys))

    def countries(self):
        """Countries, where the question names them and asks for nothing else; all, where it asks what is near."""
        concepts = self.question.concepts
        if self.question.asks_where and not any(concept.kind in ("country", "place") for concept in concepts):
            counts = Actor.objects.published().values_list("country").annotate(n=Count("pk")).order_by()
            own = SPOKEN_IN.get(self.question.language)
            found = [
                Result(self.fit + 1, AS_CALLED * (code == own) + n, Country, code)
                for code, n in counts.exclude(country=None)
            ]
            return sorted(found, key=lambda row: -row.score)[: MOST_PLACES if concepts else MOST_FOUND]
        codes = {code for concept in concepts for code in codes_of(concept)}
        if not codes or any(concept.kind != "country" for concept in concepts):
            return []
        is_name = any(self.question.folded in vocabulary().country_names.get(code, ()) for code in codes)
        is_sentence = self.question.asks_who or len(self.question.tokens) > MOST_OF_A_NAME
        score = AS_CALLED if is_name else AS_SENTENCE if is_sentence else AS_NAMED
        known = Country.objects.filter(pk__in=codes).values_list("pk", flat=True)
        return [Result(self.fit, score, Country, code) for code in known]

    def alike(self):
        """Entries that are called nearly as a question with a slip of the pen."""
        called = self.names.alike(self.asked.text) if self.asked.corrected else ()
        return list(self.read([Result(0, 0, model, key) for model, key, _slug in called]).values())

    def tabs(self, countries):
        """The kinds with entries that fit as well as the best, each with the list of all of them."""
        tabs = [
            Tab(LABELS[cls], len(found.keys), f"{reverse(LISTS[cls])}?{urlencode({'q': self.text})}")
            for cls, found in self.answers.items()
            if len(found.keys) and found.fit > self.fit - ALIKE
        ]
        return tabs + ([Tab(_("Countries"), countries, reverse("country_list"))] if countries else [])

    def where(self):
        """Countries and towns to choose from, each with the same question there."""
        rest = " ".join(
            token.typed for at, token in enumerate(self.question.tokens) if at not in self.question.where
        )
        towns = Actor.objects.published().exclude(locality="").values_list("locality").order_by()
        towns = towns.annotate(n=Count("pk")).order_by("-n", "locality")[:MOST_TOWNS]
        names = [country.label for country in Country.objects.all()], sorted(name for name, _n in towns)
        return [[(name, search_url(f"{rest} {name}".strip())) for name in each] for each in names]


def codes_of(concept):
    return concept.meaning.value.split(",") if concept.kind == "country" else []


def list_paths():
    return [reverse(LISTS[cls]) for cls in FILTERSETS]


def search_url(text):
    return f"{reverse('search')}?{urlencode({'q': text})}" if text else reverse("search")
