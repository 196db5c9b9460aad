"""What machines look for: robots.txt, sitemaps, the search description of browsers (OpenSearch), where to report a weakness."""

from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import SitemapIndexItem, sitemap
from django.http import HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from initiatives.models import Roster
from roma_network.core.web_addresses import absolute
from roma_network.directory.open_data.permalinks import KINDS
from roma_network.models import Record
from roma_network.pages.addresses import takes
from roma_network.pages.http_cache import public
from stakeholders.models import Country

PAGES = [
    "home",
    "actor_list",
    "initiative_list",
    "document_list",
    "country_list",
    "funding_list",
    "partners",
    "roster_list",
    "map",
    "initiative_map",
    "network",
    "timeline",
    "funding_flow",
    "figures",
    "data",
    "api",
    "about",
    "accessibility",
    "privacy",
]
EXPIRY = timedelta(days=180)  # of security.txt, which is to be under a year


class Site(NamedTuple):
    """What Django calls so: of it only this is asked."""

    domain: str


class LocalSitemap(Sitemap):
    """Tells of each page in which languages it is to be had."""

    i18n = alternates = x_default = True

    def get_urls(self, page=1, site=None, protocol=None):
        protocol, _, host = settings.BASE_URL.partition("://")
        return super().get_urls(page, Site(host), protocol)


class EntrySitemap(LocalSitemap):
    """The date of a page is that of its record: of whatever readers could see changing, ties and sources included."""

    limit = 10_000

    def __init__(self, kind):
        self.part, self.page = KINDS[kind].table.name, f"{kind}_detail"

    def items(self):
        return Record.objects.public(self.part).order_by("key").values_list("key", "at")

    def location(self, item):
        return reverse(self.page, args=[item[0]])

    def lastmod(self, item):
        return item[1]


class CountrySitemap(LocalSitemap):
    def items(self):
        return Country.objects.all()


class RosterSitemap(LocalSitemap):
    def items(self):
        return Roster.objects.public()


class PageSitemap(LocalSitemap):
    def items(self):
        return PAGES

    def location(self, name):
        return reverse(name)


SITEMAPS = {
    "pages": PageSitemap,
    "countries": CountrySitemap,
    "rosters": RosterSitemap,
    "actors": EntrySitemap("actor"),
    "initiatives": EntrySitemap("initiative"),
    "documents": EntrySitemap("document"),
}


@public(takes=takes("p"), costs={"": 5})
def sitemap_index(request):
    found = [
        SitemapIndexItem(
            absolute(f"{reverse('sitemap', args=[section])}{f'?p={number}' if number > 1 else ''}")
        )
        for section, each in SITEMAPS.items()
        for number in (each if isinstance(each, Sitemap) else each()).paginator.page_range
    ]
    return rendered(TemplateResponse(request, "sitemap_index.xml", {"sitemaps": found}, "application/xml"))


@public(takes=takes("p"), costs={"": 25})
def sitemap_section(request, section):
    return rendered(sitemap(request, sitemaps=SITEMAPS, section=section))


def rendered(response):
    """Ready to be kept, and not hidden from whom it is for."""
    response.render()
    del response["X-Robots-Tag"]
    return response


@public
def robots(request):
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        "Allow: /sitemap-",  # those of more entries than one holds have parameters
        "Disallow: /*?",  # crawlers cannot walk all combinations of filters; sitemaps name every entry
        f"Sitemap: {absolute(reverse('sitemap_index'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@public
def security(request):
    contact = f"mailto:{settings.CONTACT_EMAIL}" if settings.CONTACT_EMAIL else absolute(reverse("about"))
    expires = (timezone.now() + EXPIRY).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {contact}",
        f"Expires: {expires.isoformat()}",
        "Preferred-Languages: en",
        f"Canonical: {absolute(request.path)}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@public
def opensearch(request):
    return render(request, "opensearch.xml", content_type="application/opensearchdescription+xml")
