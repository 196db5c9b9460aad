"""What answers cost, and how much of that a client may ask for (throttling, against denial of service): a bucket of tokens for each network.

Two workers that look into one bucket at once may both take the same tokens: a client then gets a little more than its
share. Without a cache nobody is counted, and pages go on.
"""

import ipaddress
import logging
import math
import time
import weakref
from threading import BoundedSemaphore

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from roma_network.export.formats import ROWS
from roma_network.ops.logs import client_address

# In hundredths of a second of one core. The page itself, and an unknown format, go by "".
PAGE = {"": 3}
LIST = {"": 3} | dict.fromkeys(ROWS, 50) | {"zip": 150, "atom": 3}
PICTURE = {"": 5, "svg": 5, "csv": 2, "geojson": 2, "png": 100}
NETWORK = PICTURE | {"": 20, "svg": 20, "csv": 5, "graphml": 30, "gexf": 30}
API = {"": 0}  # it asks `spend` itself, by a rate of its own
DEAR = 30  # from here on few are made at once
AT_ONCE = 2  # in a process: half of its threads, so that all else is still answered
RETRY_AFTER = 5  # seconds
AT_A_TIME = (
    10  # seconds' worth of the rate of pages that a bucket holds: more at once would be felt by others
)
SECONDS = {"sec": 1, "min": 60, "hour": 3600, "day": 86400}

log = logging.getLogger(__name__)
slots = BoundedSemaphore(AT_ONCE)


def spend(request: HttpRequest, cost: float, rate: str | None = None) -> int:
    """Take from the bucket of whoever asks: how many seconds to wait where it is empty, else 0. `rate` is “120/min”.

    What is asked for while there is anything in the bucket is granted whole, so that the dearest can be had at all.
    """
    return take(request, cost, rate, least=1)


def spend_rest(request: HttpRequest, price: float, seconds: float) -> None:
    """Take what an answer has cost beyond its price, where that is far from the truth: a dossier can be ten of the usual.

    Not more than what is dear costs, since who comes first after a start or an edit has indexes read as well.
    """
    rest = min(seconds * 100, DEAR) - price
    if rest >= price > 0:
        take(request, rest, None, least=-math.inf)


def take(request, cost, rate, least):
    """Seconds to wait where the bucket holds less than `least`, else 0."""
    amount, _slash, period = (rate or settings.RATE).partition("/")
    in_a_second = int(amount) / SECONDS[period]
    capacity = int(amount) if rate else max(in_a_second * AT_A_TIME, 1)
    network = network_of(client_address(request))
    if not network:
        return 0
    key, now = f"spent-{rate or 'pages'}-{network}", time.time()
    try:
        level, since = cache.get(key) or (capacity, now)
        level = min(level + max(now - since, 0) * in_a_second, capacity)
        if level < least:
            return math.ceil((least - level) / in_a_second)
        cache.set(key, [level - cost, now], math.ceil((capacity - level + cost) / in_a_second))
    except Exception:  # each kind of cache server has errors of its own
        log.warning("The cache cannot be reached.", exc_info=True)
    return 0


def network_of(address):
    """The network that an address is of, /24 or /64: who has one has all of its addresses. Empty where it is none."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    found = getattr(found, "ipv4_mapped", None) or found
    bits = 24 if found.version == 4 else 64
    return ipaddress.ip_network((found, bits), strict=False).network_address.packed.hex()


def cost_of(view, format_):
    costs = getattr(view, "costs", PAGE)
    return costs.get(format_, costs[""])


def too_much(wait):
    text = _("More was asked for from your network than readers need. Please try again in %(n)s s.")
    return later(429, wait, text)


def busy():
    text = _("Enough files and pictures are being made just now. Please try again in %(n)s s.")
    return later(503, RETRY_AFTER, text)


def later(status, wait, text):
    """In plain words and without a page around them: a flood is to cost us nothing."""
    headers = {"Retry-After": str(wait)}
    return HttpResponse(
        text % {"n": wait} + "\n", status=status, content_type="text/plain; charset=utf-8", headers=headers
    )


def few_at_once(answer, request):
    """The answer to a request for something dear, or one that says that enough of those are being made.

    A file is sent while it is made, so it counts until it was sent.
    """
    if not slots.acquire(blocking=False):
        return busy()
    try:
        response = answer(request)
    except BaseException:
        slots.release()
        raise
    done = weakref.finalize(response, slots.release)  # once, also where nobody closes what was given up
    if response.streaming:
        response._resource_closers.append(done)
    else:
        done()
    return response
