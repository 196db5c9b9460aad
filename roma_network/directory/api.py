"""The API as a whole: its parts, their addresses, its description and its page; and what became of entries."""

from datetime import UTC, datetime
from functools import cache, partial
from typing import NamedTuple

from django.http import JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.timezone import make_aware

from initiatives import columns as initiative_columns
from initiatives.filters import DocumentFilterSet, InitiativeFilterSet
from initiatives.models import Document, Initiative, Participation, Role
from roma_network.api import schema
from roma_network.api.endpoints import (
    LARGEST_PAGE,
    PAGE_SIZE,
    Endpoint,
    Wanted,
    api_view,
    detail_view,
    list_view,
    page_of,
    refuse_unknown,
)
from roma_network.api.errors import bad_request
from roma_network.directory.dataset import public_sources, sources_table
from roma_network.directory.permalinks import KINDS
from roma_network.export.columns import Column, Kind, Table
from roma_network.models import Status
from roma_network.pages import addresses, rate_limit
from roma_network.pages.http_cache import public
from roma_network.search.facets import shortened
from stakeholders import columns as actor_columns
from stakeholders.filters import ActorFilterSet
from stakeholders.models import Actor, Country, Membership, Relation, RelationKind, Theme

LONGEST_TIME = 40  # letters

ENDPOINTS = {
    endpoint.name: endpoint
    for endpoint in (
        Endpoint(
            actor_columns.actors,
            "Actors, by the filters of the page",
            lambda: Actor.objects.published().for_export(),
            summary_of_one="One actor",
            key="slug",
            filterset=ActorFilterSet,
        ),
        Endpoint(
            initiative_columns.initiatives,
            "Initiatives, by the filters of the page",
            lambda: Initiative.objects.published().for_export(),
            summary_of_one="One initiative",
            key="slug",
            filterset=InitiativeFilterSet,
        ),
        Endpoint(
            initiative_columns.participations,
            "Who takes part in what, in which role",
            lambda: Participation.objects.public().for_export(),
            filters={
                "initiative": ("initiative__slug", ()),
                "actor": ("actor__slug", ()),
                "role": ("role", Role.values),
            },
        ),
        Endpoint(
            actor_columns.relations,
            "Relations between actors",
            lambda: Relation.objects.public().for_export(),
            filters={
                "subject": ("subject__slug", ()),
                "target": ("target__slug", ()),
                "kind": ("kind", RelationKind.values),
            },
        ),
        Endpoint(
            initiative_columns.documents,
            "Documents, by the filters of the page",
            lambda: Document.objects.published().for_export(),
            summary_of_one="One document",
            key="slug",
            filterset=DocumentFilterSet,
        ),
        Endpoint(
            actor_columns.countries,
            "Countries",
            Country.objects.all,
            key="code",
            filters={"membership": ("membership", Membership.values)},
        ),
        Endpoint(actor_columns.themes, "Themes", Theme.objects.all, key="slug"),
        Endpoint(sources_table, "Sources of all that is public", public_sources, key="url"),
    )
}


# What became of entries


class Change(NamedTuple):
    kind: str
    slug: str
    change: str
    into: str | None
    at: datetime


CHANGES = ("new", "updated", "withdrawn", "merged")
changes_table = Table(
    "changes",
    None,
    [
        Column("kind", kind=Kind.CHOICE, values=tuple(KINDS), may_be_empty=False),
        Column("slug"),
        Column("change", kind=Kind.CHOICE, values=CHANGES, may_be_empty=False),
        Column("into", meaning="The slug of the entry in its place, if it was merged.", is_nullable=True),
        Column("at", kind=Kind.TIME),
    ],
)
changes_endpoint = Endpoint(
    changes_table,
    "What became of entries since a time, for harvesters; the earliest first",
    Actor.objects.none,
)
SINCE = schema.parameter(
    "since",
    "A time: 2026-01-31, or 2026-01-31T12:00:00Z. Without it, everything.",
    {"type": "string", "format": "date-time"},
)


@api_view
def changes(request):
    unknown = request.GET.keys() - {"since", "page", "page_size", "fields"}
    refuse_unknown(map(shortened, unknown))
    since = time_in(request.GET.get("since", ""))
    found = sorted(changes_since(since), key=lambda change: (change.at, change.kind, change.slug))
    wanted = Wanted(changes_endpoint, ENDPOINTS, request.GET)
    return page_of(request, wanted, list(range(len(found))), lambda keys: dict(enumerate(found)))


def time_in(value):
    """The time that a parameter states, or None where it is empty."""
    if not value:
        return None
    try:
        if len(value) > LONGEST_TIME:
            raise ValueError(value)
        time = datetime.fromisoformat(value)
        return (time if time.tzinfo else make_aware(time)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise bad_request({"since": "Give a time: 2026-01-31, or 2026-01-31T12:00:00Z."}) from None


def changes_since(since):
    """The last thing that became of each entry which is public or once was."""
    for kind, (model, _table) in KINDS.items():
        rows = model.objects.filter(published_at__isnull=False)
        if since:
            rows = rows.filter(updated_at__gt=since)
        successors = slugs_of_successors(rows)
        for pk, slug, status, published, updated in rows.values_list(
            "pk", "slug", "status", "published_at", "updated_at"
        ):
            change = "new" if since and published > since else "updated"
            if status != Status.PUBLISHED:
                change = "merged" if pk in successors else "withdrawn"
            yield Change(kind, slug, change, successors.get(pk), updated)


def slugs_of_successors(rows):
    """Key of a merged entry → the slug of the public one in its place."""
    if not hasattr(rows.model, "merge"):
        return {}
    merged = rows.filter(merge__survivor__status=Status.PUBLISHED).exclude(status=Status.PUBLISHED)
    return dict(merged.values_list("pk", "merge__survivor__slug"))


# Its description, and its page


def operations():
    for endpoint in ENDPOINTS.values():
        yield reverse(f"api-{endpoint.name}-list"), f"{endpoint.name}_list", schema.list_operation(endpoint)
        if endpoint.summary_of_one:
            url = reverse(f"api-{endpoint.name}-detail", args=["slug"]).replace("/slug/", "/{slug}/")
            yield url, f"{endpoint.name}_retrieve", schema.detail_operation(endpoint)
    parameters = [SINCE, *schema.PAGING, *schema.row_parameters(changes_table)]
    described = schema.operation(changes_endpoint.summary, "changes", parameters, "changes-page")
    yield reverse("api-changes-list"), "changes_list", described


@cache
def described():
    tables = [*(endpoint.table for endpoint in ENDPOINTS.values()), changes_table]
    return schema.document(operations(), tables)


@public
def openapi(request):
    response = JsonResponse(described(), content_type="application/vnd.oai.openapi+json")
    response["Access-Control-Allow-Origin"] = "*"
    return response


@public
def guide(request):
    parts = [
        {
            "url": reverse(f"api-{endpoint.name}-list"),
            "columns": endpoint.table.names,
            "filters": endpoint.filter_names,
            "included": endpoint.table.links,
        }
        for endpoint in ENDPOINTS.values()
    ]
    parts.append(
        {
            "url": reverse("api-changes-list"),
            "columns": changes_table.names,
            "filters": ["since"],
            "included": {},
        }
    )
    context = {"parts": parts, "size": PAGE_SIZE, "largest": LARGEST_PAGE}
    return render(request, "api.html", context)


# The API refuses by itself what it does not take, and counts by a rate of its own.
of_api = partial(public, takes=addresses.ANYTHING, costs=rate_limit.API)


def urls_of(endpoint):
    name = f"api-{endpoint.name}"
    yield path(f"{endpoint.name}/", of_api(list_view(endpoint, ENDPOINTS)), name=f"{name}-list")
    if endpoint.summary_of_one:
        view = of_api(detail_view(endpoint, ENDPOINTS))
        yield path(f"{endpoint.name}/<str:slug>/", view, name=f"{name}-detail")


urlpatterns = [
    path("", guide, name="api"),
    path("openapi.json", openapi, name="openapi"),
    *(url for endpoint in ENDPOINTS.values() for url in urls_of(endpoint)),
    path("changes/", of_api(changes), name="api-changes-list"),
]
