"""The countries, and the page of each."""

from collections import defaultdict

from django.db.models import Count, Window
from django.db.models.functions import RowNumber
from django.shortcuts import get_object_or_404, redirect, render

from initiatives.models import Document, Initiative
from roma_network.core import folding
from roma_network.directory.pictures import maps
from roma_network.pages.http_cache import public
from stakeholders.filters import country_code
from stakeholders.models import Actor, ActorType, Country, Membership

MOST_IN_COUNTRY = 50


@public
def country_list(request):
    actors, initiatives = (
        dict(model.objects.published().order_by().values_list(path).annotate(n=Count("pk", distinct=True)))
        for model, path in ((Actor, "country"), (Initiative, "countries"))
    )
    groups = [(membership, []) for membership in Membership]
    for country in sorted(Country.objects.all(), key=lambda country: folding.fold(country.label)):
        row = (country, actors.get(country.pk, 0), initiatives.get(country.pk, 0))
        dict(groups)[country.membership].append(row)
    return render(request, "country_list.html", {"groups": groups})


@public
def country_detail(request, code):
    country = get_object_or_404(Country, code=country_code(code))
    if code != country.code:
        return redirect(country, permanent=True)
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
    }
    return render(request, "country_detail.html", context)
