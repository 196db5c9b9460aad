"""Public pages as readers see them: by their elements."""

import re
from functools import cached_property
from urllib.parse import urlsplit

from django.http import QueryDict
from django.urls import get_resolver, resolve
from selectolax.lexbor import LexborHTMLParser

from initiatives.filters import DocumentFilterSet, FundingFilterSet, InitiativeFilterSet
from stakeholders.filters import ActorFilterSet

LISTINGS = {
    "actor_list": ActorFilterSet,
    "initiative_list": InitiativeFilterSet,
    "document_list": DocumentFilterSet,
    "funding_list": FundingFilterSet,
}

# An address of every public route, in the real directory.
EVERY_KIND = {
    "home": "/",
    "actor_list": "/actors/",
    "actor_detail": "/actors/european-commission/",
    "initiative_list": "/initiatives/",
    "initiative_detail": "/initiatives/leri/",
    "document_list": "/documents/",
    "document_detail": "/documents/fra-roma-travellers-13-countries-2025/",
    "funding_list": "/funding/",
    "partners": "/partners/?like=kosice-sk",
    "country_list": "/countries/",
    "country_detail": "/countries/XK/",
    "roster_list": "/rosters/",
    "roster": "/rosters/contact-points/",
    "search": "/search/?q=roma",
    "about": "/about/",
    "accessibility": "/accessibility/",
    "privacy": "/privacy/",
    "map": "/map/",
    "initiative_map": "/map/initiatives/",
    "network": "/network/",
    "network_around": "/network/fra/",
    "timeline": "/timeline/",
    "funding_flow": "/funding/flow/",
    "figures": "/figures/",
    "figure": "/figures/types/",
    "api": "/api/v1/",
    "data": "/data/",
}
PICTURES = ["map", "initiative_map", "network", "network_around", "timeline", "funding_flow", "figure"]
FRAMED_LISTS = ["actor_list", "actor_detail", "initiative_list", "initiative_detail"]
EMBEDS = {f"embed_{name}": f"/embed{EVERY_KIND[name]}" for name in PICTURES + FRAMED_LISTS}
# Routes that answer with plain text or data.
NO_PAGE = {
    "participants": "/initiatives/leri/participants/",
    "roster_lines": "/rosters/lines/",
    "health": "/healthz",
    "suggest": "/search/suggest/",
    "robots": "/robots.txt",
    "security": "/.well-known/security.txt",
    "opensearch": "/opensearch.xml",
    "sitemap_index": "/sitemap.xml",
    "sitemap": "/sitemap-actors.xml",
    "catalogue": "/data/catalog.ttl",
    "void": "/.well-known/void",
}
# Routes that send people to a page, to a file of a dump, or to a picture.
LEADING_ON = {
    "identifier": "/id/actor/fra",
    "scheme": "/id/theme/",
    "dump_file": "/data/latest/actors.csv",
    "share_page": "/share/home.png",
    "share_entry": "/share/actor/fra.png",
}


def public_routes():
    """The names of all routes but those of the admin, and of the API, which has tests of its own."""
    names = {pattern.name for pattern in patterns(get_resolver()) if pattern.name}
    return {name for name in names if not name.startswith(("api-", "openapi"))}


def patterns(resolver):
    for pattern in resolver.url_patterns:
        if not hasattr(pattern, "url_patterns"):
            yield pattern
        elif pattern.app_name != "admin":
            yield from patterns(pattern)


def read(client, url, status=200):
    response = client.get(url)
    assert response.status_code == status, url
    return Page(response.text)


def results_at(url):
    """How many entries the listing at `url` has, without drawing it; any part of the address that it refuses fails."""
    address = urlsplit(url)
    filterset = LISTINGS[resolve(address.path).url_name](QueryDict(address.query))
    assert not filterset.rejected, url
    return filterset.qs.count()


def number_in(text):
    """The one number that `text` states."""
    (number,) = re.findall(r"\d+", text)
    return int(number)


def words_of(element):
    return " ".join(element.text(separator=" ").split())


class Page:
    def __init__(self, html):
        self.tree = LexborHTMLParser(
            html.replace("<wbr>", "")
        )  # where a word may break it is one all the same

    def all(self, selector):
        return self.tree.css(selector)

    def texts(self, selector):
        return [words_of(element) for element in self.all(selector)]

    def text(self, selector="main"):
        (text,) = self.texts(selector)
        return text

    def links(self, selector="body"):
        """Words → address of the links within `selector`."""
        return {words_of(link): link.attributes["href"] for link in self.all(f"{selector} a[href]")}

    def addresses(self, selector="body"):
        return [link.attributes["href"] for link in self.all(f"{selector} a[href]")]

    # A listing

    @property
    def count(self):
        return number_in(self.text("#result-count"))

    @property
    def entries(self):
        """What the entries are called, in their order."""
        return [words_of(heading) for heading in self.all(".entries > .entry > h3 > a")]

    @cached_property
    def boxes(self):
        return self.all("#filters input[type=checkbox]")

    @property
    def facets(self):
        """Facet → value → the count beside its box."""
        facets = {}
        for box in self.boxes:
            (count,) = box.parent.css(".count")
            facets.setdefault(box.attributes["name"], {})[box.attributes["value"]] = number_in(count.text())
        return facets

    @property
    def ticked(self):
        return {
            (box.attributes["name"], box.attributes["value"])
            for box in self.boxes
            if "checked" in box.attributes
        }

    @property
    def chips(self):
        """What is chosen → the address without it."""
        return {
            words_of(link.css_first("strong")): link.attributes["href"]
            for link in self.all(".chips a:has(strong)")
        }

    @property
    def complaints(self):
        """What the page says of the parts of its address that it could not use: `name=value` → reason."""
        return {
            line.css_first("code").text(): words_of(line).partition(" ")[2]
            for line in self.all("main .notice li")
        }
