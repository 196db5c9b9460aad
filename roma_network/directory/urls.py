from functools import partial, wraps

from django.urls import include, path

from roma_network.directory import (
    countries,
    data,
    dcat,
    embeds,
    home,
    permalinks,
    search,
    sitemaps,
    statements,
)
from roma_network.directory.pictures import figures, maps, network, timeline
from roma_network.ops import probes
from roma_network.pages.http_cache import public
from roma_network.pages.pictures import framed

PICTURES = {
    "map": ("map/", maps.actors),
    "initiative_map": ("map/initiatives/", maps.initiatives),
    "network": ("network/", network.page),
    "timeline": ("timeline/", timeline.page),
    "figure": ("figures/<slug:slug>/", figures.one_figure),
}
EMBEDS = {
    "actor_list": ("actors/", embeds.actors),
    "actor_detail": ("actors/<slug:slug>/", embeds.actor),
    "initiative_list": ("initiatives/", embeds.initiatives),
    "initiative_detail": ("initiatives/<slug:slug>/", embeds.initiative),
}


def embed_url(name, route, view):
    return path(f"embed/{route}", framed(public(view)), name=f"embed_{name}")


def picture_urls(name, route, view):
    """A picture has a page, and an address that other sites may frame."""
    embedded = wraps(view)(partial(view, embedded=True))
    return [path(route, public(view), name=name), embed_url(name, route, embedded)]


urlpatterns = [
    path("", home.home, name="home"),
    path("countries/", countries.country_list, name="country_list"),
    path("countries/<slug:code>/", countries.country_detail, name="country_detail"),
    path("search/", search.search, name="search"),
    path("search/suggest/", search.suggest, name="suggest"),
    path("about/", statements.about, name="about"),
    path("accessibility/", statements.accessibility, name="accessibility"),
    path("privacy/", statements.privacy, name="privacy"),
    path("figures/", public(figures.all_figures), name="figures"),
    *(url for name, (route, view) in PICTURES.items() for url in picture_urls(name, route, view)),
    *(embed_url(name, route, view) for name, (route, view) in EMBEDS.items()),
    path("data/", data.page, name="data"),
    path("data/catalog.ttl", dcat.dcat, name="catalogue"),
    path(".well-known/void", dcat.void, name="void"),
    path("data/<str:day>/<str:name>", data.file, name="dump_file"),
    path("id/<slug:kind>/", permalinks.scheme, name="scheme"),
    path("id/<slug:kind>/<slug:slug>", permalinks.entry, name="identifier"),
    path("api/v1/", include("roma_network.directory.api")),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("sitemap.xml", sitemaps.sitemap_index, name="sitemap_index"),
    path("sitemap-<section>.xml", sitemaps.sitemap_section, name="sitemap"),
    path("opensearch.xml", sitemaps.opensearch, name="opensearch"),
    path(".well-known/security.txt", sitemaps.security, name="security"),
    path("healthz", probes.health, name="health"),
]
