"""The search page over all kinds of entries, and what its box offers while somebody types (typeahead)."""

from collections import namedtuple
from functools import cache

from babel import Locale
from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from initiatives.models import Document, Initiative
from roma_network.core import folding
from roma_network.core.clean_text import clean_text
from roma_network.pages.addresses import takes
from roma_network.pages.http_cache import public
from roma_network.pages.listing import unusable
from roma_network.search import autocomplete
from roma_network.search.facets import SearchFilter
from roma_network.search.text_index import text_index_of
from stakeholders.models import Actor, ActorType, Country

MOST_FOUND = 10
MOST_SUGGESTED = 8
MOST_BEST = 4
Found = namedtuple("Found", "kind count rows")
Offer = namedtuple("Offer", "label kind url")
LANGUAGES_OF_EUROPE = [
    "bg",
    "bs",
    "ca",
    "cs",
    "da",
    "de",
    "el",
    "en",
    "es",
    "et",
    "fi",
    "fr",
    "ga",
    "hr",
    "hu",
    "is",
    "it",
    "lt",
    "lv",
    "mk",
    "mt",
    "nl",
    "no",
    "pl",
    "pt",
    "ro",
    "ru",
    "sk",
    "sl",
    "sq",
    "sr",
    "sv",
    "tr",
    "uk",
]


@public(takes=takes("q", "exact", "format"), costs={"": 4})
def search(request):
    text = clean_text(request.GET.get("q", ""))
    context = {"q": text, "rejected": unusable(request, known={"q", "exact"})}
    if not text:
        return render(request, "search.html", context)
    try:
        SearchFilter().field.clean(text)
    except ValidationError as error:
        context |= {"q": "", "problem": " ".join(error.messages)}
        return render(request, "search.html", context, status=400)
    names = autocomplete.name_index(request.content_version)
    found = everything(text, request.content_version)
    corrected = None
    if not found and "exact" not in request.GET:
        corrected = names.correct(text)
        found = everything(corrected, request.content_version) if corrected else []
    wanted = corrected or text
    context |= {
        "wanted": wanted,
        "corrected": corrected,
        "best": suggested(wanted, names)[:MOST_BEST],
        "found": found,
        "total": sum(kind.count for kind in found),
    }
    return render(request, "search.html", context)


def everything(text, version):
    """Matches of every kind, the closest first."""
    countries = countries_named(text)
    found = [Found("country", len(countries), countries)]
    for model in (Actor, Initiative, Document):
        keys = text_index_of(model, version).search(text)
        first = keys[:MOST_FOUND].tolist()
        rows = model.objects.published().for_listing().in_bulk(first)
        found.append(Found(model._meta.model_name, len(keys), [rows[key] for key in first if key in rows]))
    return [kind for kind in found if kind.count]


@public(takes=takes("q"))
def suggest(request):
    """What the search box offers while somebody types, as JSON: a list of label, kind and address."""
    text = request.GET.get("q", "")[:200]
    names = autocomplete.name_index(request.content_version)
    offers = suggested(text, names) or suggested(names.correct(text), names)
    return JsonResponse({"suggestions": [offer._asdict() for offer in offers]})


def suggested(text, names):
    """Entries of all kinds, and countries and types of actor by that name; the closest first."""
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
    entries = names.suggest(text, MOST_SUGGESTED)
    is_country = any(folded in country_names(country.code) for country in named)
    called = [] if is_country else [entry for entry in entries if entry.is_called]
    others = countries[:2] + types[:2]
    rest = [offer(entry) for entry in entries if entry not in called]
    return (list(map(offer, called)) + others + rest)[:MOST_SUGGESTED]


def offer(entry):
    return Offer(str(entry), entry._meta.verbose_name.capitalize(), entry.get_absolute_url())


def countries_named(text):
    """Countries with a word in any of their names, in any language of Europe, that begins with `text`."""
    start = folding.fold(text)
    return [
        country
        for country in Country.objects.all()
        if any(f" {start}" in f" {name}" for name in country_names(country.code))
    ]


@cache
def country_names(code):
    """All names of a country in the languages of Europe (CLDR), folded."""
    names = (Locale.parse(language).territories.get(code, "") for language in LANGUAGES_OF_EUROPE)
    return frozenset(map(folding.fold, names)) - {""}
