from functools import partial, wraps

from django.urls import include, path

from initiatives.filters import FundingFilterSet, InitiativeFilterSet
from roma_network.directory import countries, embeds, home, partners, search, share, statements, suggestions
from roma_network.directory.completeness import rosters
from roma_network.directory.open_data import data, dcat, permalinks, sitemaps
from roma_network.directory.pictures import figures, flow, maps, network, timeline
from roma_network.ops import probes
from roma_network.pages.addresses import FORMAT, of_listing
from roma_network.pages.http_cache import public
from roma_network.pages.pictures import framed
from roma_network.pages.rate_limit import NETWORK, PICTURE
from stakeholders.filters import ActorFilterSet

ACTORS, INITIATIVES = of_listing(ActorFilterSet), of_listing(InitiativeFilterSet)
# Name of an address → route, view, parameters and costs.
PICTURES = {
    "map": ("map/", maps.actors, ACTORS, PICTURE),
    "initiative_map": ("map/initiatives/", maps.initiatives, INITIATIVES, PICTURE),
    "network": ("network/", network.page, ACTORS, NETWORK),
    "network_around": ("network/<slug:slug>/", network.around, ACTORS, NETWORK),
    "timeline": ("timeline/", timeline.page, INITIATIVES, PICTURE),
    "funding_flow": ("funding/flow/", flow.page, of_listing(FundingFilterSet), PICTURE),
    "figure": ("figures/<slug:slug>/", figures.one_figure, FORMAT, PICTURE),
}
EMBEDS = {
    "actor_list": ("actors/", embeds.actors, ACTORS),
    "actor_detail": ("actors/<slug:slug>/", embeds.actor, FORMAT),
    "initiative_list": ("initiatives/", embeds.initiatives, INITIATIVES),
    "initiative_detail": ("initiatives/<slug:slug>/", embeds.initiative, FORMAT),
}


def embed_url(name, route, view, taken, cost=2):
    marked = public(view, takes=taken, costs={"": cost})
    return path(f"embed/{route}", framed(marked), name=f"embed_{name}")


def picture_urls(name, route, view, taken, costs):
    """A picture has a page, and an address that other sites may frame."""
    embedded = wraps(view)(partial(view, embedded=True))
    page = path(route, public(view, takes=taken, costs=costs), name=name)
    return [page, embed_url(name, route, embedded, taken, costs[""])]


urlpatterns = [
    path("", home.home, name="home"),
    path("countries/", countries.country_list, name="country_list"),
    path("countries/<slug:code>/", countries.country_detail, name="country_detail"),
    path("rosters/", rosters.roster_list, name="roster_list"),
    path("rosters/lines/", rosters.roster_lines, name="roster_lines"),
    path("rosters/<slug:slug>/", rosters.roster_detail, name="roster"),
    path("partners/", partners.partners, name="partners"),
    path("search/", search.search, name="search"),
    path("search/suggest/", suggestions.suggest, name="suggest"),
    path("about/", statements.about, name="about"),
    path("accessibility/", statements.accessibility, name="accessibility"),
    path("privacy/", statements.privacy, name="privacy"),
    path("figures/", public(figures.all_figures, costs={"": 6}), name="figures"),
    *(url for name, picture in PICTURES.items() for url in picture_urls(name, *picture)),
    *(embed_url(name, *embed) for name, embed in EMBEDS.items()),
    path("share/<slug:name>.png", share.page, name="share_page"),
    path("share/<slug:kind>/<slug:slug>.png", share.entry, name="share_entry"),
    path("data/", data.page, name="data"),
    path("data/catalog.ttl", dcat.dcat, name="catalogue"),
    path(".well-known/void", dcat.void, name="void"),
    path("data/<str:day>/<str:name>", data.file, name="dump_file"),
    path("id/<slug:kind>/", permalinks.scheme, name="scheme"),
    path("id/<slug:kind>/<slug:slug>", permalinks.entry, name="identifier"),
    path("api/v1/", include("roma_network.directory.open_data.api")),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("sitemap.xml", sitemaps.sitemap_index, name="sitemap_index"),
    path("sitemap-<section>.xml", sitemaps.sitemap_section, name="sitemap"),
    path("opensearch.xml", sitemaps.opensearch, name="opensearch"),
    path(".well-known/security.txt", sitemaps.security, name="security"),
    path("healthz", probes.health, name="health"),
]
