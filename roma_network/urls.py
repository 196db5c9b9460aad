from django.conf import settings
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("stakeholders.urls")),
    path("", include("initiatives.urls")),
    path("", include("roma_network.directory.urls")),
]
if not settings.PUBLIC_ONLY:
    urlpatterns.append(path("admin/", admin.site.urls))

handler400 = "roma_network.directory.errors.bad_request"
handler403 = "roma_network.directory.errors.forbidden"
handler404 = "roma_network.directory.errors.not_found"
handler500 = "roma_network.directory.errors.server_error"
