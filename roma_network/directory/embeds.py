"""A card of one entry, and the beginning of any list, for other sites to frame."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from initiatives import columns as initiative_columns
from initiatives.filters import InitiativeFilterSet
from initiatives.models import Initiative
from roma_network.pages.listing import Listing
from stakeholders import columns as actor_columns
from stakeholders.filters import ActorFilterSet
from stakeholders.models import Actor

MOST = 10


def actor(request, slug):
    row = Actor.objects.published().select_related("country").filter(slug=slug).first()
    return card(request, row, "partials/_actor.html")


def initiative(request, slug):
    row = Initiative.objects.published().for_listing().filter(slug=slug).first()
    return card(request, row, "partials/_initiative.html")


def card(request, row, template):
    if row is None:
        raise Http404
    context = {"title": row.name, "rows": [row], "entry_template": template, "url": row.get_absolute_url()}
    return render(request, "embeds/entries.html", context)


def actors(request):
    return beginning(request, ActorFilterSet, actor_columns.actors, "actor_list", "partials/_actor.html")


def initiatives(request):
    return beginning(
        request,
        InitiativeFilterSet,
        initiative_columns.initiatives,
        "initiative_list",
        "partials/_initiative.html",
    )


def beginning(request, filterset, table, address, template):
    """The first entries of a list, whatever page or file its address asks for."""
    parameters = request.GET.copy()
    for name in ("page", "format"):
        parameters.pop(name, None)
    request.GET = parameters
    listing = Listing(request, filterset, table)
    context = {
        "title": listing.count_label,
        "rows": listing.page.object_list[:MOST],
        "entry_template": template,
        "url": reverse(address) + listing.query,
        "is_list": True,
    }
    return render(request, "embeds/entries.html", context)
