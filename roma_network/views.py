"""Pages that look at both apps, and those about the directory itself."""

import sys
from collections import Counter, defaultdict, namedtuple
from functools import cache
from itertools import chain, zip_longest

import numpy as np
from babel import Locale
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError
from django.db.models import Count, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from initiatives import maps
from initiatives.filters import InitiativeFilterSet
from initiatives.models import Document, Initiative
from roma_network import replicas, suggestions
from roma_network import search as searching
from roma_network.caching import public
from roma_network.columns import columns_of, count, degrees, foremost, having
from roma_network.facets import SearchFilter
from roma_network.listing import unusable
from roma_network.texts import texts_of
from stakeholders.filters import ActorFilterSet
from stakeholders.models import Actor, ActorType, Country, Membership

MOST_ON_HOME = 4
MOST_LATEST = 6
MOST_FOUND = 10
MOST_SUGGESTED = 8
MOST_BEST = 4
MOST_IN_COUNTRY = 50

Section = namedtuple("Section", "slug types")
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

# The order of the European Commission's own page on whom it works with.
SECTIONS = [
    Section("institutions", [ActorType.EU_INSTITUTION, ActorType.NATIONAL_AUTHORITY]),
    Section("roma", [ActorType.ROMA_COMMUNITY]),
    Section("civil-society", [ActorType.CIVIL_SOCIETY]),
    Section("local", [ActorType.LOCAL_AUTHORITY]),
    Section("international", [ActorType.INTERNATIONAL_ORGANISATION]),
    Section("academia", [ActorType.ACADEMIA]),
]


@public
def home(request):
    version = request.content_version
    counts = actor_counts(version)
    actors, initiatives = main_actors(version), main_initiatives(version)
    context = {
        "types": [(type_, counts[type_]) for type_ in ActorType],
        "totals": totals(version),
        "sections": [
            {
                "slug": section.slug,
                "types": [(type_, counts[type_], actors[type_]) for type_ in section.types],
                "initiatives": initiatives[section.slug],
            }
            for section in SECTIONS
        ],
        "milestones": Document.objects.published().filter(is_milestone=True).order_by("date"),
        "latest": latest(),
        "rejected": unusable(request),
    }
    return render(request, "home.html", context)


def totals(version):
    columns = columns_of(ActorFilterSet, version)
    countries = set(columns.plain["country"].index) - {None}
    return {
        "actors": len(columns.keys),
        "initiatives": Initiative.objects.published().count(),
        "documents": Document.objects.published().count(),
        "countries": len(countries),
    }


def actor_counts(version):
    """Actor type → number of published actors."""
    columns = columns_of(ActorFilterSet, version)
    return Counter(count(columns.plain["type"], columns.all()))


def main_actors(version):
    """Actor type → the actors in the most initiatives."""
    columns = columns_of(ActorFilterSet, version)
    weights = degrees(columns, columns.ties["participation"], "initiative")
    types = columns.plain["type"]
    best = {
        type_: foremost(columns, having(types, [type_]), weights, ["sort_name"], MOST_ON_HOME)
        for type_ in ActorType
    }
    rows = Actor.objects.select_related("country").in_bulk(list(chain.from_iterable(best.values())))
    return {type_: [rows[key] for key in keys] for type_, keys in best.items()}


def main_initiatives(version):
    """Section → the initiatives in which its actors take part most often."""
    columns = columns_of(InitiativeFilterSet, version)
    tie = columns.ties["actor_type"]
    best = {}
    for section in SECTIONS:
        linked = having(tie.columns["actor_type"], section.types)
        weights = np.bincount(tie.rows[linked], minlength=len(columns.keys))
        best[section.slug] = foremost(columns, columns.all(), weights, ["sort_name"], MOST_ON_HOME)
    rows = Initiative.objects.in_bulk(set(chain.from_iterable(best.values())))
    return {slug: [rows[key] for key in keys] for slug, keys in best.items()}


def latest():
    """The entries last verified or changed, of all kinds; those of one day by turns, newest matter first."""
    orders = [(Initiative, "-start"), (Document, "-date"), (Actor, "-founded")]
    found = [
        model.objects.published().with_touched().order_by("-touched", order, "sort_name")[:MOST_LATEST]
        for model, order in orders
    ]
    by_turns = filter(None, chain.from_iterable(zip_longest(*found)))
    return sorted(by_turns, key=lambda entry: entry.touched, reverse=True)[:MOST_LATEST]


@public
def search(request):
    text = request.GET.get("q", "").strip()
    context = {"q": text, "rejected": unusable(request, known={"q", "exact"})}
    if not text:
        return render(request, "search.html", context)
    try:
        SearchFilter().field.clean(text)
    except ValidationError as error:
        return render(request, "search.html", {"q": "", "problem": " ".join(error.messages)}, status=400)
    names = suggestions.names(request.content_version)
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
        keys = texts_of(model, version).search(text)
        first = keys[:MOST_FOUND].tolist()
        rows = model.objects.published().for_listing().in_bulk(first)
        found.append(Found(model._meta.model_name, len(keys), [rows[key] for key in first if key in rows]))
    return [kind for kind in found if kind.count]


@public
def suggest(request):
    """What the search box offers while somebody types, as JSON: a list of label, kind and address."""
    text = request.GET.get("q", "")[:200]
    names = suggestions.names(request.content_version)
    offers = suggested(text, names) or suggested(names.correct(text), names)
    return JsonResponse({"suggestions": [offer._asdict() for offer in offers]})


def suggested(text, names):
    """Entries of all kinds, and countries and types of actor by that name; the closest first."""
    folded = searching.fold(text or "")
    if not folded:
        return []
    named = countries_named(text)
    countries = [Offer(country.label, _("Country"), country.get_absolute_url()) for country in named]
    types = [
        Offer(type_.label, _("Type of actor"), f"{reverse('actor_list')}?type={type_}")
        for type_ in ActorType
        if f" {folded}" in f" {searching.fold(type_.label)}"
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
    start = searching.fold(text)
    return [
        country
        for country in Country.objects.all()
        if any(f" {start}" in f" {name}" for name in country_names(country.code))
    ]


@cache
def country_names(code):
    """All names of a country in the languages of Europe (CLDR), folded."""
    names = (Locale.parse(language).territories.get(code, "") for language in LANGUAGES_OF_EUROPE)
    return frozenset(map(searching.fold, names)) - {""}


@public
def country_list(request):
    actors, initiatives = (
        dict(model.objects.published().order_by().values_list(path).annotate(n=Count("pk", distinct=True)))
        for model, path in ((Actor, "country"), (Initiative, "countries"))
    )
    groups = [(membership, []) for membership in Membership]
    for country in sorted(Country.objects.all(), key=lambda country: searching.fold(country.label)):
        row = (country, actors.get(country.pk, 0), initiatives.get(country.pk, 0))
        dict(groups)[country.membership].append(row)
    return render(request, "country_list.html", {"groups": groups, "rejected": unusable(request)})


@public
def country_detail(request, code):
    country = get_object_or_404(Country, code=code)
    actors = country.actors.published()
    counts = dict(actors.order_by().values_list("type").annotate(n=Count("pk")))
    place = Window(RowNumber(), partition_by="type", order_by="sort_name")
    shown = defaultdict(list)
    for actor in actors.annotate(place=place).filter(place__lte=MOST_IN_COUNTRY).order_by("place"):
        shown[actor.type].append(actor)
    initiatives = country.initiatives.published()
    documents = Document.objects.published().filter(publisher__in=actors)
    context = {
        "country": country,
        "map": maps.country_map(country, request.content_version),
        "types": [(type_, counts[type_], shown[type_]) for type_ in ActorType if type_ in counts],
        "total": sum(counts.values()),
        "initiative_count": initiatives.count(),
        "initiatives": initiatives.for_listing().order_by("-actor_count", "sort_name")[:MOST_IN_COUNTRY],
        "document_count": documents.count(),
        "documents": documents.for_listing().order_by("-date", "sort_name")[:MOST_IN_COUNTRY],
        "rejected": unusable(request),
    }
    return render(request, "country_detail.html", context)


@public
def about(request):
    return render(
        request, "about.html", {"totals": totals(request.content_version), "rejected": unusable(request)}
    )


@public
def accessibility(request):
    return render(
        request, "accessibility.html", {"contact": settings.CONTACT_EMAIL, "rejected": unusable(request)}
    )


@public
def privacy(request):
    return render(request, "privacy.html", {"contact": settings.CONTACT_EMAIL, "rejected": unusable(request)})


@never_cache
@require_safe
def health(request):
    """200 while public pages can be read from a database, else 503. Each database is named with its state."""
    versions = {alias: replicas.version_at(alias) for alias in [DEFAULT_DB_ALIAS, *settings.REPLICAS]}
    dead = [replicas.name_of(alias) for alias, version in versions.items() if not version]
    text = "".join(f"{alias} unreachable\n" for alias in dead) or "ok\n"
    status = 200 if any(versions.values()) else 503
    return HttpResponse(text, content_type="text/plain", status=status)


def bad_request(request, exception):
    return render(request, "400.html", status=400)


def forbidden(request, exception):
    return render(request, "403.html", status=403)


def not_found(request, exception):
    return render(request, "404.html", status=404)


def server_error(request):
    """A failure of ours; or of the database, which passes."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        return replicas.unavailable(request)
    return render(request, "500.html", status=500)
