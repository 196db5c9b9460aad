"""Answers kept under the content version (ETag, conditional requests): an edit shows at once, and a page that nobody edited costs a query at most.

What a stranger sends steers neither what is kept nor what is read. Cookies are dropped before anything looks at them,
`Accept-Encoding` is reduced to what we can send, an address to its canonical form (see `addresses`). What is not kept
already is paid for (see `rate_limit`).
"""

import json
import logging
import re
import time
import zlib
from collections.abc import Callable, Mapping
from functools import partial, wraps
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.utils.translation import get_language

from roma_network.core.read_only import read_only
from roma_network.ops import replicas
from roma_network.pages import addresses, rate_limit
from roma_network.pages.code_version import code_version
from roma_network.search import following

# Browsers ask again each time and mostly get a 304. A shared cache absorbs a rush, and helps out in a failure. Where
# there is one of ours, it may answer from what it has while it asks anew, and tells browsers nothing of that.
CACHE_CONTROL = "public, max-age=0, s-maxage=1, stale-if-error=604800"
if settings.BEHIND_PROXY:
    CACHE_CONTROL += ", stale-while-revalidate=10"
OTHER_ADDRESS = "private, max-age=0"  # than the canonical one: no shared cache has a use for it
SECONDS_KEPT = 24 * 3600
SECONDS_PROVISIONAL = 10
PROVISIONAL = f"public, max-age=0, s-maxage={SECONDS_PROVISIONAL}"
MOST_BYTES = 2_000_000  # of an answer that is kept: the timeline as PNG has one million
PRIVATE = ("/admin/", "/healthz")
POOL = "X-Pool"  # in which nginx, where it is, names the processes that it sent a request to
PAGES = "pages"
GZIP = "gzip"
ZERO = re.compile(r"q=0(\.0*)?")

log = logging.getLogger(__name__)


class PublicRequest(HttpRequest):
    """A request as views marked as public get it."""

    content_version: str


def public(
    view: Callable[..., HttpResponseBase] | None = None,
    *,
    takes: Mapping[str, bool] | None = addresses.FORMAT,
    costs: Mapping[str, int] = rate_limit.PAGE,
) -> Callable[..., Any]:
    """Mark the answers of a view as the same for everybody, and made from the directory alone: it is only read.

    `takes` says which parameters it has, `costs` what its formats cost.
    """
    if view is None:
        return partial(public, takes=takes, costs=costs)
    read = view if getattr(view, "answers_every_method", False) else read_only(view)

    @wraps(read)
    def marked(request, *args, **kwargs):
        response = read(request, *args, **kwargs)
        response.is_public = True
        return response

    marked.reads_directory = True  # type: ignore[attr-defined]  # read by whoever resolves an address
    marked.takes, marked.costs = takes, costs  # type: ignore[attr-defined]  # the same
    return marked


class EncodingMiddleware:
    """Leaves of `Accept-Encoding` what we can send: all other ways to say the same would be kept apart."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        accepted = accepted_encodings(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        request.META["HTTP_ACCEPT_ENCODING"] = ", ".join(accepted)
        return self.get_response(request)


def accepted_encodings(header):
    """The encodings of ours that a header names, less those to which it gives the weight 0."""
    weights = {}
    for part in "".join(header[:500].lower().split()).split(","):
        name, _semicolon, weight = part.partition(";")
        weights[name] = not ZERO.fullmatch(weight)
    return [name for name in ("br", GZIP) if weights.get(name, weights.get("*", False))]


class PublicCacheMiddleware:
    """Keeps the answers of views marked as public. What a view does not mark is never kept."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path.startswith(PRIVATE):
            return self.get_response(request)
        seen = replicas.seen_by(request)
        request.META.pop("HTTP_COOKIE", None)  # whoever asks gets the same
        request.COOKIES = {}
        request.content_version = replicas.choose(seen)
        address = use_canonical(request)
        response = self.answer(request, address)
        if getattr(response, "database_failed", False):
            failed = replicas.chosen()
            if version := replicas.choose(seen, without=[failed]):
                request.content_version = version
                response = self.answer(request, address)
        if not address.is_canonical and response.headers.get("Cache-Control", "").startswith("public"):
            response["Cache-Control"] = OTHER_ADDRESS
        return response

    def answer(self, request, address):
        if request.method not in ("GET", "HEAD") or not request.content_version:
            return self.get_response(request)
        key = answer_key(request)
        if f'W/"{key}"' in parse_etags(request.headers.get("If-None-Match", "")):
            return with_caching_headers(HttpResponseNotModified(), key)
        if address.is_kept and (kept := recall(key)):
            return unpacked(kept)
        response = self.paid(request, address)
        if getattr(response, "is_public", False) and response.status_code == 200:
            is_old = following.is_behind(request.content_version)
            seconds = note_how_to_keep(response, key, is_old=is_old)
            if not response.streaming and address.is_kept:
                keep(key, packed(response), seconds)
        if response.streaming and request.method == "HEAD":
            response.streaming_content = ()
        return response

    def paid(self, request, address):
        """The answer, where its price can be paid."""
        cost = rate_limit.cost_of(addresses.view_at(request.path_info), address.format)
        is_dear = cost >= rate_limit.DEAR
        if is_dear and not address.is_canonical and request.headers.get(POOL) == PAGES:
            return HttpResponseRedirect(request.get_full_path())  # by which nginx knows who makes it
        if cost and (wait := rate_limit.spend(request, cost)):
            return rate_limit.too_much(wait)
        if is_dear:
            return rate_limit.few_at_once(self.get_response, request)
        start = time.thread_time()
        response = self.get_response(request)
        rate_limit.spend_rest(request, cost, time.thread_time() - start)
        return response


def use_canonical(request):
    """Have the request ask at the canonical address, and tell how that differs from the one it came with."""
    address = addresses.canonical(request)
    if not address.is_canonical:
        request.META["QUERY_STRING"] = address.query
        request.__dict__.pop("GET", None)
    return address


def recall(key):
    """What is kept, or None: also where the cache cannot be reached, which makes pages slower and nothing else."""
    try:
        return cache.get(key)
    except Exception:  # each kind of cache server has errors of its own
        log.warning("The cache cannot be read.", exc_info=True)


def keep(key, value, seconds):
    if len(value) > MOST_BYTES:
        return
    try:
        cache.set(key, value, seconds)
    except Exception:  # each kind of cache server has errors of its own
        log.warning("The cache cannot be written.", exc_info=True)


def packed(response):
    """An answer as bytes: a line of JSON with its headers, then its compressed content."""
    is_packed = "Content-Encoding" in response
    head = json.dumps([dict(response.headers), is_packed]).encode()
    return head + b"\n" + (response.content if is_packed else zlib.compress(response.content))


def unpacked(data):
    head, _line, content = data.partition(b"\n")
    headers, is_packed = json.loads(head)
    return HttpResponse(content if is_packed else zlib.decompress(content), headers=headers)


def answer_key(request):
    """All that an answer depends on: what has ended depends on the day, words on the language. Not the host that was asked."""
    parts = [
        code_version(),
        request.content_version,
        timezone.localdate().isoformat(),
        get_language() or "",
        request.get_full_path(),
        GZIP if GZIP in request.headers.get("Accept-Encoding", "") else "",
    ]
    return "answer-" + blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


def note_how_to_keep(response, key, *, is_old):
    """Write that to the headers of an answer, and return for how many seconds we keep it.

    What is provisional is replaced while the content stays as it is, so it bears no ETag.
    """
    if getattr(response, "is_provisional", False) or is_old:
        response["Cache-Control"] = PROVISIONAL
        patch_vary_headers(response, ["Accept-Encoding"])
        return SECONDS_PROVISIONAL
    with_caching_headers(response, key)
    return SECONDS_KEPT


def with_caching_headers(response, key):
    response["ETag"] = f'W/"{key}"'
    response["Cache-Control"] = CACHE_CONTROL
    patch_vary_headers(response, ["Accept-Encoding"])
    return response
