"""Redirects and tombstones: what answers where an entry is not public. Another took its place, or it was withdrawn, or
nothing ever was there.
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from http import HTTPStatus
from itertools import takewhile
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import resolve, reverse
from django.utils.http import urlencode

from roma_network.models import Editorial, Status
from roma_network.pages.http_cache import CACHE_CONTROL
from roma_network.search.facets import MOST_VALUES, EntryFacetFilter, ListingFilterSet


class Fate(NamedTuple):
    """What became of an entry. Neither is given where nothing public ever was."""

    successor: Editorial | None = None
    withdrawn_at: datetime | None = None


def moved_or_gone(model: type[Editorial], slug: str) -> Fate:
    """The fate of the entry that is not public at this slug, however often it was merged."""
    entry = model.objects.filter(slug=slug).first() if "\0" not in slug else None
    if entry is None or entry.is_published:
        return Fate()
    last = end_of_merges(entry)
    if last.is_published:
        return Fate(successor=last)
    return Fate(withdrawn_at=withdrawn_at(last)) if entry.published_at else Fate()


def end_of_merges(entry):
    """Where merges lead from an entry. No merge leads round in a circle; if one did, it would hold up nobody."""
    seen = {entry.pk}
    while (survivor := entry.merged_into) and survivor.pk not in seen:
        seen.add(survivor.pk)
        entry = survivor
    return entry


def withdrawn_at(entry):
    """Since when an entry is public no more, as its versions tell; writes in sets leave none."""
    versions = entry.history.values_list("status", "history_date")
    since = [at for _status, at in takewhile(lambda version: version[0] != Status.PUBLISHED, versions)]
    return since[-1] if since else entry.updated_at


# Answers


def instead_of(
    request: HttpRequest,
    model: type[Editorial],
    slug: str,
    *,
    template: str = "410.html",
) -> HttpResponse:
    """What answers instead of an entry that is not public. Its successor has the same kind of address, with its own slug."""
    fate = moved_or_gone(model, slug)
    if fate.successor:
        match, query = resolve(request.path_info), request.META.get("QUERY_STRING", "")
        address = reverse(match.view_name, kwargs=match.kwargs | {"slug": fate.successor.slug})
        return moved(address + (f"?{query}" if query else ""))
    if fate.withdrawn_at:
        return tombstone(render(request, template, {"withdrawn_at": fate.withdrawn_at}))
    raise Http404


def moved(url: str) -> HttpResponse:
    response = HttpResponsePermanentRedirect(url)
    response["Cache-Control"] = (
        CACHE_CONTROL  # a merge can be undone, and browsers keep a 301 for ever otherwise
    )
    return response


def tombstone(response: HttpResponse) -> HttpResponse:
    """Have caches put this in the place of the page that was there, so that it outlives an outage as that would."""
    response.status_code = HTTPStatus.GONE
    response["Cache-Control"] = CACHE_CONTROL
    response["ETag"] = f'W/"gone-{blake2b(response.content, digest_size=16).hexdigest()}"'
    return response


# Lists narrowed by an entry


def moved_filters(request: HttpRequest, filterset: ListingFilterSet) -> HttpResponse | None:
    """A redirect where an address narrows a list by entries that were merged: to their successors. Else None."""
    models = {
        name: facet.entry_model
        for name, facet in filterset.facets.items()
        if isinstance(facet, EntryFacetFilter)
    }
    return moved_parameters(request, models, known=filterset.vocabularies)


def moved_parameters(
    request: HttpRequest, models: Mapping[str, type[Editorial]], known: Mapping[str, Any] | tuple[()] = ()
) -> HttpResponse | None:
    """As `moved_filters`: `models` says of which entries a parameter names some, `known` what need not be looked up."""
    successors = successors_among(request.GET, models, dict(known))
    if not successors:
        return None
    pairs = [
        (name, successors.get((name, value), value))
        for name, values in request.GET.lists()
        for value in values
    ]
    return moved(f"{request.path}?{urlencode(list(dict.fromkeys(pairs)))}")


def successors_among(parameters, models, known):
    """Parameter and slug → the slug of the successor, of those entries in an address that were merged."""
    found = {}
    for name, model in models.items():
        if hasattr(model, "merge"):
            named = [value for value in parameters.getlist(name) if "\0" not in value]
            unknown = [value for value in named if value not in known.get(name, ())]
            found |= {(name, old): new for old, new in successors_of(model, unknown[:MOST_VALUES])}
    return found


def successors_of(model, slugs):
    """Pairs of slugs, old and new, of those entries that were merged into one that is public."""
    merged = model.objects.filter(slug__in=slugs, merge__isnull=False) if slugs else ()
    for entry in merged:
        last = end_of_merges(entry)
        if last.is_published:
            yield entry.slug, last.slug
