"""The addresses of the API, its description and its page."""

from django.shortcuts import render
from django.urls import path, reverse
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.routers import SimpleRouter

from roma_network.api.views import LARGEST_PAGE, PAGE_SIZE, parts
from roma_network.directory.api_parts import (
    ChangeApi,
    DocumentApi,
    InitiativeApi,
    ParticipationApi,
    SourceApi,
)
from roma_network.pages.http_cache import public
from roma_network.pages.listing import unusable
from stakeholders.api import ActorApi, CountryApi, RelationApi, ThemeApi

parts |= {
    "actors": ActorApi,
    "initiatives": InitiativeApi,
    "participations": ParticipationApi,
    "relations": RelationApi,
    "documents": DocumentApi,
    "countries": CountryApi,
    "themes": ThemeApi,
    "sources": SourceApi,
    "changes": ChangeApi,
}


@public
def guide(request):
    described = [
        {
            "name": name,
            "url": reverse(f"api-{name}-list"),
            "columns": view.table.columns,
            "filters": view.filter_names(),
            "included": view.table.leads_to,
        }
        for name, view in parts.items()
    ]
    context = {"parts": described, "size": PAGE_SIZE, "largest": LARGEST_PAGE, "rejected": unusable(request)}
    return render(request, "api.html", context)


class Router(SimpleRouter):
    def get_urls(self):
        """The views marked as public, so that their answers are kept."""
        urls = super().get_urls()
        for url in urls:
            url.callback = public(url.callback)
        return urls


router = Router()
for name, view in parts.items():
    router.register(name, view, basename=f"api-{name}")

urlpatterns = [
    path("", guide, name="api"),
    path("openapi.json", public(SpectacularJSONAPIView.as_view()), name="openapi"),
    *router.urls,
]
