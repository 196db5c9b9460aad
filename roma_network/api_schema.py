"""What the description of the API covers."""

from django.urls import include, path

urlpatterns = [path("api/v1/", include("roma_network.api_urls"))]
