"""The search page over all kinds of entries, and what its box offers while somebody types (typeahead)."""

from collections import defaultdict, namedtuple
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from initiatives.filters import DocumentFilterSet, InitiativeFilterSet
from roma_network.core import folding
from roma_network.core.clean_text import clean_text
from roma_network.pages.addresses import takes
from roma_network.pages.http_cache import public
from roma_network.pages.listing import unusable
from roma_network.pages.questions import QuestionShown
from roma_network.search import autocomplete
from roma_network.search.answers import Asked, answer, asked
from roma_network.search.facets import SearchFilter
from roma_network.search.understanding import SPOKEN_IN, understand
from roma_network.search.vocabulary import vocabulary
from stakeholders.filters import ActorFilterSet
from stakeholders.models import Actor, ActorType, Country

MOST_FOUND = 20
MOST_PLACES = 5  # to choose from, before entries
FEW = 10  # results: then those come too that fit less well
CLOSE = 0.4  # of how well the best fit
ALIKE = 1e-3
MOST_SUGGESTED = 8
MOST_KNOWN = 3  # of them before countries and types
MOST_OF_A_NAME = 2  # words
AS_CALLED, AS_NAMED, AS_SENTENCE = 1000, 90, 20  # scores of a country, beside those of entries
FILTERSETS = [ActorFilterSet, InitiativeFilterSet, DocumentFilterSet]
LISTS = dict(zip(FILTERSETS, ("actor_list", "initiative_list", "document_list"), strict=True))
LABELS = dict(zip(FILTERSETS, (_("Actors"), _("Initiatives"), _("Documents")), strict=True))
Offer = namedtuple("Offer", "label kind url")


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
        self.text = text
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
        shown = {at: row for at, row in read([*whole, *near]).items() if row not in alike}
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
        concepts, countries = self.question.concepts, {each.code: each for each in Country.objects.all()}
        if self.question.asks_where and not any(concept.kind in ("country", "place") for concept in concepts):
            counts = Actor.objects.published().values_list("country").annotate(n=Count("pk")).order_by()
            own = SPOKEN_IN.get(self.question.language)
            found = [
                Result(self.fit + 1, AS_CALLED * (code == own) + n, Country, code)
                for code, n in counts
                if code in countries
            ]
            return sorted(found, key=lambda row: -row.score)[: MOST_PLACES if concepts else MOST_FOUND]
        codes = {code for concept in concepts for code in codes_of(concept)}
        if not codes or any(concept.kind != "country" for concept in concepts):
            return []
        is_name = any(self.question.folded in vocabulary().country_names.get(code, ()) for code in codes)
        is_sentence = self.question.asks_who or len(self.question.tokens) > MOST_OF_A_NAME
        score = AS_CALLED if is_name else AS_SENTENCE if is_sentence else AS_NAMED
        return [Result(self.fit, score, Country, code) for code in codes if code in countries]

    def alike(self):
        """Entries that are called nearly as a question with a slip of the pen."""
        called = self.names.alike(self.asked.text) if self.asked.corrected else ()
        return list(read([Result(0, 0, model, key) for model, key, _slug in called]).values())

    def tabs(self, countries):
        """The kinds with entries that fit as well as the best, each with the list of all of them."""
        tabs = [
            Tab(LABELS[cls], len(found.keys), f"{reverse(LISTS[cls])}?{urlencode({'q': self.text})}")
            for cls, found in self.answers.items()
            if len(found.keys) and found.fit > self.fit - ALIKE
        ]
        return tabs + ([Tab(_("Countries"), countries, reverse("country_list"))] if countries else [])

    def where(self):
        """Countries to choose from, each with the same question there."""
        rest = " ".join(
            token.typed for at, token in enumerate(self.question.tokens) if at not in self.question.where
        )
        return [
            (country.label, search_url(f"{rest} {country.label}".strip()))
            for country in Country.objects.all()
        ]


def codes_of(concept):
    return concept.meaning.value.split(",") if concept.kind == "country" else []


def list_paths():
    return [reverse(LISTS[cls]) for cls in FILTERSETS]


def search_url(text):
    return f"{reverse('search')}?{urlencode({'q': text})}" if text else reverse("search")


def read(results):
    """Kind and key of each result → kind and entry, a query for each kind."""
    keys = defaultdict(list)
    for row in results:
        keys[row.kind].append(row.key)
    found = {}
    for model, wanted in keys.items():
        rows = Country.objects.all() if model is Country else model.objects.published().for_listing()
        name = model._meta.model_name
        found |= {(model, key): (name, entry) for key, entry in rows.in_bulk(wanted).items()}
    return found


@public(takes=takes("q"))
def suggest(request):
    """What the search box offers while somebody types, as JSON: a list of label, kind and address."""
    text = clean_text(request.GET.get("q", ""))[:200]
    names = autocomplete.name_index(request.content_version)
    offers = suggested(text, names)
    if not offers and text:
        offers = suggested(asked(text, request.content_version).text, names)
    return JsonResponse({"suggestions": [offer._asdict() for offer in offers]})


def suggested(text, names):
    """Entries of all kinds, and countries and types of actor by that name, and what the words mean; the closest first."""
    folded = folding.fold(text or "")
    if not folded:
        return []
    named = countries_named(text)
    countries = [Offer(country.label, _("Country"), country.get_absolute_url()) for country in named]
    types = [
        Offer(type_.label, _("Type of actor"), f"{reverse('actor_list')}?type={type_}")
        for type_ in ActorType
        if f" {folded}" in f" {folding.fold(type_.label)}"
    ]
    question = understand(text, names.called)
    entries = names.suggest(text, MOST_SUGGESTED)
    for word in words_of_place(question):
        entries += [entry for entry in names.suggest(word, MOST_SUGGESTED) if entry not in entries]
    is_country = any(folded in vocabulary().country_names.get(country.code, ()) for country in named)
    called = [entry for entry in entries if entry.is_called and not is_country]
    called = called or [entry for entry in entries if entry.is_well_known and not is_country][:MOST_KNOWN]
    others = countries[:2] + types[:2] + meant(question)
    rest = [offer(entry) for entry in entries if entry not in called]
    return (list(map(offer, called)) + others + rest)[:MOST_SUGGESTED]


def words_of_place(question):
    """The name that the directory has of a place, where the question is but another name of it."""
    concepts = question.concepts
    if len(concepts) != 1 or concepts[0].kind != "place":
        return []
    return [word for word in concepts[0].meaning.words[:1] if word != question.folded]


def meant(question):
    """The question as it is understood, where it is more than a name."""
    understood = [concept for concept in question.concepts if concept.kind != "word"]
    if len(question.concepts) < 2 or len(understood) < len(question.concepts):
        return []
    shown = QuestionShown(Asked(question, "", ""), [], FILTERSETS, search_url, [])
    label = " · ".join(str(shown.named(concept)[1]) for concept in question.concepts)
    return [Offer(label, _("Search"), search_url(" ".join(token.typed for token in question.tokens)))]


def offer(entry):
    return Offer(str(entry), entry._meta.verbose_name.capitalize(), entry.get_absolute_url())


def countries_named(text):
    """Countries with a word in any of their names, in any language of Europe, that begins with `text`."""
    start = folding.fold(text)
    names = vocabulary().country_names
    return [
        country
        for country in Country.objects.all()
        if any(f" {start}" in f" {name}" for name in names.get(country.code, ()))
    ]
