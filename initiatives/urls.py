from functools import partial, wraps

from django.urls import path

from initiatives import catalogue, data, embeds, figures, identifiers, maps, network, timeline, views
from roma_network.caching import public
from roma_network.pictures import framed

PICTURES = {
    "map": ("map/", maps.actors),
    "initiative_map": ("map/initiatives/", maps.initiatives),
    "network": ("network/", network.page),
    "timeline": ("timeline/", timeline.page),
    "figure": ("figures/<slug:slug>/", figures.one_figure),
}


def picture_urls(name, route, view):
    """A picture has a page, and an address that other sites may frame."""
    embedded = framed(public(wraps(view)(partial(view, embedded=True))))
    return [path(route, public(view), name=name), path(f"embed/{route}", embedded, name=f"embed_{name}")]


urlpatterns = [
    path("initiatives/", views.initiative_list, name="initiative_list"),
    path("initiatives/<slug:slug>/", views.initiative_detail, name="initiative_detail"),
    path("documents/", views.document_list, name="document_list"),
    *(
        path(f"embed/{route}", framed(public(view)), name=f"embed_{name}")
        for name, route, view in (
            ("actor_list", "actors/", embeds.actors),
            ("actor_detail", "actors/<slug:slug>/", embeds.actor),
            ("initiative_list", "initiatives/", embeds.initiatives),
            ("initiative_detail", "initiatives/<slug:slug>/", embeds.initiative),
        )
    ),
    path("data/", data.page, name="data"),
    path("data/catalog.ttl", catalogue.dcat, name="catalogue"),
    path(".well-known/void", catalogue.void, name="void"),
    path("data/<str:day>/<str:name>", data.file, name="dump_file"),
    path("id/<slug:kind>/", identifiers.scheme, name="scheme"),
    path("id/<slug:kind>/<slug:slug>", identifiers.entry, name="identifier"),
    path("figures/", public(figures.all_figures), name="figures"),
    *(url for name, (route, view) in PICTURES.items() for url in picture_urls(name, route, view)),
]
