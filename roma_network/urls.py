from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from roma_network import discovery, views

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("stakeholders.urls")),
    path("", include("initiatives.urls")),
    path("countries/", views.country_list, name="country_list"),
    path("countries/<slug:code>/", views.country_detail, name="country_detail"),
    path("search/", views.search, name="search"),
    path("search/suggest/", views.suggest, name="suggest"),
    path("about/", views.about, name="about"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("privacy/", views.privacy, name="privacy"),
    path("api/v1/", include("roma_network.api_urls")),
    path("robots.txt", discovery.robots, name="robots"),
    path("sitemap.xml", discovery.sitemap_index, name="sitemap_index"),
    path("sitemap-<section>.xml", discovery.sitemap_section, name="sitemap"),
    path("opensearch.xml", discovery.opensearch, name="opensearch"),
    path(".well-known/security.txt", discovery.security, name="security"),
    path("healthz", views.health, name="health"),
]
if not settings.PUBLIC_ONLY:
    urlpatterns.append(path("admin/", admin.site.urls))

handler400 = "roma_network.views.bad_request"
handler403 = "roma_network.views.forbidden"
handler404 = "roma_network.views.not_found"
handler500 = "roma_network.views.server_error"
