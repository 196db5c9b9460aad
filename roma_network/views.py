"""Pages that look at both apps, and those about the directory itself."""

from collections import Counter, defaultdict, namedtuple
from functools import cache
from itertools import chain, zip_longest

from babel import Locale
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection
from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from initiatives.models import Document, Initiative, Participation
from roma_network import search as searching
from roma_network import suggestions
from roma_network.caching import public
from roma_network.facets import SearchFilter
from roma_network.listing import unusable
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

KINDS = {"actor": _("Actor"), "initiative": _("Initiative"), "document": _("Document")}
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
    counts = actor_counts()
    actors, initiatives = main_actors(), main_initiatives()
    context = {
        "types": [(type_, counts[type_]) for type_ in ActorType],
        "totals": totals(counts),
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


def actor_counts():
    """Actor type → number of published actors."""
    rows = Actor.objects.published().order_by().values_list("type").annotate(n=Count("pk"))
    return Counter(dict(rows))


def totals(counts):
    return {
        "actors": counts.total(),
        "initiatives": Initiative.objects.published().count(),
        "documents": Document.objects.published().count(),
        "countries": Actor.objects.published().aggregate(n=Count("country", distinct=True))["n"],
    }


def main_actors():
    """Actor type → the actors in the most initiatives."""
    place = Window(RowNumber(), partition_by="type", order_by=[F("initiative_count").desc(), "sort_name"])
    rows = (
        Actor.objects.published()
        .with_initiative_count()
        .annotate(place=place)
        .filter(place__lte=MOST_ON_HOME)
    )
    found = defaultdict(list)
    for actor in rows.select_related("country").order_by("type", "place"):
        found[actor.type].append(actor)
    return found


def main_initiatives():
    """Section → the initiatives in which most of its actors take part."""
    counted = (
        Participation.objects.public()
        .order_by()
        .values_list("actor__type", "initiative")
        .annotate(n=Count("actor", distinct=True))
    )
    by_section = {section.slug: Counter() for section in SECTIONS}
    for type_, initiative, n in counted:
        for section in SECTIONS:
            if type_ in section.types:
                by_section[section.slug][initiative] += n
    best = {
        slug: sorted(counter, key=lambda pk: (-counter[pk], pk))[:MOST_ON_HOME]
        for slug, counter in by_section.items()
    }
    rows = Initiative.objects.in_bulk(set(chain.from_iterable(best.values())))
    return {slug: [rows[pk] for pk in found] for slug, found in best.items()}


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
    found = everything(text)
    corrected = None
    if not found and "exact" not in request.GET:
        corrected = names.correct(text)
        found = everything(corrected) if corrected else []
    wanted = corrected or text
    context |= {
        "wanted": wanted,
        "corrected": corrected,
        "best": suggested(wanted, names)[:MOST_BEST],
        "found": found,
        "total": sum(kind.count for kind in found),
    }
    return render(request, "search.html", context)


def everything(text):
    """Matches of every kind, the closest first."""
    countries = countries_named(text)
    found = [Found("country", len(countries), countries)]
    for model in (Actor, Initiative, Document):
        rows = model.objects.published().filter(searching.matches(text))
        ranked = rows.for_listing().annotate(rank=searching.rank(text)).order_by("rank", "sort_name", "slug")
        found.append(Found(model._meta.model_name, rows.count(), ranked[:MOST_FOUND]))
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
    entries = [offer(entry) for entry in names.suggest(text, MOST_SUGGESTED)]
    others = countries[:2] + types[:2]
    is_country = any(folded in country_names(country.code) for country in named)
    called = 0 if is_country else names.called(text)
    return (entries[:called] + others + entries[called:])[:MOST_SUGGESTED]


def offer(entry):
    return Offer(entry.label, KINDS[entry.model], address(entry))


def address(suggestion):
    if suggestion.model == "document":
        return Document(slug=suggestion.slug, title=suggestion.label).get_absolute_url()
    return reverse(f"{suggestion.model}_detail", args=[suggestion.slug])


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
    return render(request, "about.html", {"totals": totals(actor_counts()), "rejected": unusable(request)})


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
    """200 while the database answers, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("database unreachable\n", content_type="text/plain", status=503)
    return HttpResponse("ok\n", content_type="text/plain")


def bad_request(request, exception):
    return render(request, "400.html", status=400)


def forbidden(request, exception):
    return render(request, "403.html", status=403)


def not_found(request, exception):
    return render(request, "404.html", status=404)


def server_error(request):
    return render(request, "500.html", status=500)
