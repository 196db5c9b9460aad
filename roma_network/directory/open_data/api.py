"""The API as a whole: its parts, their addresses, its description and its page."""

from functools import cache, partial

from django.http import JsonResponse
from django.shortcuts import render
from django.urls import path, reverse

from initiatives import columns as initiative_columns
from initiatives.filters import DocumentFilterSet, InitiativeFilterSet
from initiatives.models import FundingKind, InitiativeKind, Role, RosterRule
from roma_network.api import changes, reconciliation, schema
from roma_network.api.endpoints import (
    LARGEST_PAGE,
    PAGE_SIZE,
    Endpoint,
    detail_view,
    list_view,
)
from roma_network.api.reconciliation import EntityKind, Reconciliation
from roma_network.core.web_addresses import absolute
from roma_network.directory import embeds
from roma_network.directory.open_data.dataset import sources_table
from roma_network.pages import addresses, rate_limit
from roma_network.pages.http_cache import public
from stakeholders import columns as actor_columns
from stakeholders.filters import ActorFilterSet
from stakeholders.models import ActorType, Membership, Office, RelationKind, Sought

ENDPOINTS = {
    endpoint.name: endpoint
    for endpoint in (
        Endpoint(
            actor_columns.actors,
            "Actors, by the filters of the page",
            summary_of_one="One actor",
            key="slug",
            filterset=ActorFilterSet,
        ),
        Endpoint(
            initiative_columns.initiatives,
            "Initiatives, by the filters of the page",
            summary_of_one="One initiative",
            key="slug",
            filterset=InitiativeFilterSet,
        ),
        Endpoint(
            initiative_columns.participations,
            "Who takes part in what, in which role",
            filters={
                "initiative": ("initiative__slug", ()),
                "actor": ("actor__slug", ()),
                "role": ("role", Role.values),
            },
        ),
        Endpoint(
            actor_columns.relations,
            "Relations between actors",
            filters={
                "subject": ("subject__slug", ()),
                "target": ("target__slug", ()),
                "kind": ("kind", RelationKind.values),
            },
        ),
        Endpoint(
            initiative_columns.documents,
            "Documents, by the filters of the page",
            summary_of_one="One document",
            key="slug",
            filterset=DocumentFilterSet,
        ),
        Endpoint(
            initiative_columns.funding,
            "Funding: who pays how much for what",
            key="slug",
            filters={
                "initiative": ("initiative__slug", ()),
                "funder": ("funder__slug", ()),
                "recipient": ("recipient__slug", ()),
                "kind": ("kind", FundingKind.values),
                "currency": ("currency", ()),
                "country": ("country", ()),
            },
        ),
        Endpoint(
            actor_columns.mandates,
            "Mandates: which body holds an office for a country, or what was searched for and not found",
            key="slug",
            filters={
                "country": ("country", ()),
                "office": ("office", [*Office.values, *Sought.values]),
                "actor": ("actor__slug", ()),
            },
        ),
        Endpoint(
            initiative_columns.rosters,
            "Rosters: closed lists that others publish, with who is expected by name",
            key="slug",
            filters={
                "rule": ("rule", RosterRule.values),
                "initiative": ("initiative__slug", ()),
                "actor": ("actor__slug", ()),
            },
        ),
        Endpoint(
            actor_columns.countries,
            "Countries",
            key="code",
            filters={"membership": ("membership", Membership.values)},
        ),
        Endpoint(actor_columns.themes, "Themes", key="slug"),
        Endpoint(sources_table, "Sources of all that is public", key="url"),
    )
}


# Reconciliation

RECONCILIATION = Reconciliation(
    [
        EntityKind(
            "actor",
            "Actor",
            ENDPOINTS["actors"],
            "type",
            "type",
            {value: ActorType(value).singular for value in ActorType.values},
            embeds.embed_url,
        ),
        EntityKind(
            "initiative",
            "Initiative",
            ENDPOINTS["initiatives"],
            "kind",
            "kind",
            {value: str(label) for value, label in InitiativeKind.choices},
            embeds.embed_url,
        ),
    ],
    linked={"actors": "actor", "initiatives": "initiative"},
)


# Its description, and its page


def operations():
    for endpoint in ENDPOINTS.values():
        yield reverse(f"api-{endpoint.name}-list"), f"{endpoint.name}_list", schema.list_operation(endpoint)
        if endpoint.summary_of_one:
            url = reverse(f"api-{endpoint.name}-detail", args=["slug"]).replace("/slug/", "/{slug}/")
            yield url, f"{endpoint.name}_retrieve", schema.detail_operation(endpoint)
    yield changes.operation()


@cache
def openapi_description():
    tables = [endpoint.table for endpoint in ENDPOINTS.values()]
    paths = reconciliation.operations(reverse("api-reconcile"))
    return schema.document(operations(), tables, changes.schemas(), paths)


@public
def openapi(request):
    return JsonResponse(openapi_description(), content_type="application/vnd.oai.openapi+json")


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
            "columns": [*changes.schemas()["changes"]["properties"]],
            "filters": [each["name"] for each in changes.PARAMETERS],
            "included": {},
        }
    )
    context = {"parts": parts, "size": PAGE_SIZE, "largest": LARGEST_PAGE}
    context |= {
        "reconcile": absolute(reverse("api-reconcile")),
        "most_queries": reconciliation.MOST_QUERIES,
    }
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
    path("reconcile/", of_api(reconciliation.service_view(RECONCILIATION)), name="api-reconcile"),
    *(
        path(
            f"reconcile/{route}/{what}/",
            of_api(view(RECONCILIATION, what)),
            name=f"api-reconcile-{route}-{what}",
        )
        for what in ("entity", "type", "property")
        for route, view in (("suggest", reconciliation.suggest_view), ("flyout", reconciliation.flyout_view))
    ),
    path(
        "reconcile/properties/",
        of_api(reconciliation.proposal_view(RECONCILIATION)),
        name="api-reconcile-properties",
    ),
    path(
        "reconcile/preview/",
        of_api(reconciliation.preview_view(RECONCILIATION)),
        name="api-reconcile-preview",
    ),
    path("changes/", of_api(changes.view), name="api-changes-list"),
]
