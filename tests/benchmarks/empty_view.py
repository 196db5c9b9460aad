"""Settings and addresses of the limit: an empty view that answers with a body made beforehand.

It passes through the directory's middleware, or with EMPTY_VIEW_BARE through none.
"""

import os
from pathlib import Path

from django.http import HttpResponse
from django.urls import path

from roma_network import settings
from roma_network.settings import *  # noqa: F403

BODY = Path(os.environ["EMPTY_VIEW_BODY"]).read_bytes()
HEADERS = {"Content-Type": "text/html; charset=utf-8", "Content-Encoding": "gzip"}
ROOT_URLCONF = __name__
MIDDLEWARE = (
    []
    if os.environ.get("EMPTY_VIEW_BARE")
    else [
        name for name in settings.MIDDLEWARE if name != "roma_network.pages.http_cache.PublicCacheMiddleware"
    ]
)


def empty(request):
    return HttpResponse(BODY, headers=HEADERS)


urlpatterns = [path("actors/", empty)]
