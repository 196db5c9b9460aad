"""A card of one entry, and the beginning of any list, for other sites to frame (iframe)."""

from django.shortcuts import render
from django.urls import reverse

from initiatives import columns as initiative_columns
from initiatives.filters import InitiativeFilterSet
from initiatives.models import Initiative
from roma_network.pages.listing import Listing
from roma_network.pages.redirects import instead_of
from stakeholders import columns as actor_columns
from stakeholders.filters import ActorFilterSet
from stakeholders.models import Actor

MOST = 10


def actor(request, slug):
    rows = Actor.objects.published().select_related("country")
    return card(request, rows, slug, "partials/_actor.html")


def initiative(request, slug):
    return card(
        request,
        Initiative.objects.published().for_listing().with_actor_count(),
        slug,
        "partials/_initiative.html",
    )


def card(request, rows, slug, template):
    row = rows.filter(slug=slug).first()
    if row is None:
        return instead_of(request, rows.model, slug, template="embeds/410.html")
    context = {"title": row.name, "rows": [row], "entry_template": template, "url": row.get_absolute_url()}
    return render(request, "embeds/entries.html", context)


def embed_url(entry):
    return reverse(f"embed_{entry._meta.model_name}_detail", args=[entry.slug])


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
    if moved := listing.moved:
        return moved
    context = {
        "title": listing.count_label,
        "rows": listing.page.object_list[:MOST],
        "entry_template": template,
        "url": reverse(address) + listing.query,
        "is_list": True,
    }
    return render(request, "embeds/entries.html", context)
