"""Answers kept under the content version: an edit shows at once, and a page that nobody edited costs one query."""

import logging
from functools import cache as once
from functools import wraps
from hashlib import blake2b

from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from roma_network.core.read_only import read_only
from roma_network.environment import BASE_DIR
from roma_network.ops import replicas

# Browsers ask again each time and mostly get a 304. A shared cache absorbs a rush, and helps out in a failure. Where
# there is one of ours, it may answer from what it has while it asks anew, and tells browsers nothing of that.
CACHE_CONTROL = "public, max-age=0, s-maxage=1, stale-if-error=604800"
if settings.BEHIND_PROXY:
    CACHE_CONTROL += ", stale-while-revalidate=10"
SECONDS_KEPT = 24 * 3600
PRIVATE = ("/admin/", "/healthz")

log = logging.getLogger(__name__)


def public(view):
    """Mark the answers of a view as the same for everybody, and made from the directory alone: it is only read."""
    read = view if getattr(view, "answers_every_method", False) else read_only(view)

    @wraps(read)
    def marked(request, *args, **kwargs):
        response = read(request, *args, **kwargs)
        response.is_public = not getattr(response, "is_provisional", False)
        return response

    marked.reads_directory = True
    return marked


class PublicCacheMiddleware:
    """Keeps the answers of views marked as public. What a view does not mark is never kept."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path.startswith(PRIVATE):
            return self.get_response(request)
        request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)  # whoever asks gets the same
        seen = replicas.seen_by(request)
        request.content_version = replicas.choose(seen)
        response = self.answer(request)
        if getattr(response, "database_failed", False):
            failed = replicas.chosen()
            if version := replicas.choose(seen, without=[failed]):
                request.content_version = version
                response = self.answer(request)
        return response

    def answer(self, request):
        if request.method != "GET" or not request.content_version:
            return self.get_response(request)
        key = answer_key(request)
        if f'W/"{key}"' in parse_etags(request.headers.get("If-None-Match", "")):
            return with_caching_headers(HttpResponseNotModified(), key)
        if kept := recall(key):
            body, headers = kept
            return HttpResponse(body, headers=headers)
        response = self.get_response(request)
        if getattr(response, "is_public", False) and response.status_code == 200:
            with_caching_headers(response, key)
            if not response.streaming:
                keep(key, (response.content, dict(response.headers)))
        return response


def recall(key):
    """What is kept, or None: also where the cache cannot be reached, which makes pages slower and nothing else."""
    try:
        return cache.get(key)
    except Exception:  # each kind of cache server has errors of its own
        log.warning("The cache cannot be read.", exc_info=True)


def keep(key, value):
    try:
        cache.set(key, value, SECONDS_KEPT)
    except Exception:  # each kind of cache server has errors of its own
        log.warning("The cache cannot be written.", exc_info=True)


def answer_key(request):
    """All that an answer depends on: what has ended depends on the day, and canonical links on the host."""
    parts = [
        code_version(),
        request.content_version,
        timezone.localdate().isoformat(),
        request.scheme,
        request.get_host(),
        request.get_full_path(),
        "gzip" if "gzip" in request.headers.get("Accept-Encoding", "") else "",
    ]
    return "answer-" + blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


@once
def code_version():
    """A digest of code and templates: a cache that outlives a release holds none of the old pages."""
    digest = blake2b(digest_size=8)
    for folder in ("roma_network", "stakeholders", "initiatives", "templates"):
        for path in sorted((BASE_DIR / folder).rglob("*.[ph][yt]*")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def with_caching_headers(response, key):
    response["ETag"] = f'W/"{key}"'
    response["Cache-Control"] = CACHE_CONTROL
    patch_vary_headers(response, ["Accept-Encoding"])
    return response
