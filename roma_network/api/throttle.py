"""The rate limit of the API: how often one client may ask: answers that are kept already cost nothing, since they never come here."""

from http import HTTPStatus
from time import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from roma_network.api.errors import ProblemError
from roma_network.ops.logs import client_address

SECONDS = {"sec": 1, "min": 60, "hour": 3600, "day": 86400}


def check(request: HttpRequest) -> None:
    """Raise a 429 that says when to come again, where `API_RATE` is used up."""
    most, _slash, unit = settings.API_RATE.partition("/")
    turn, passed = divmod(int(time()), SECONDS[unit])
    key = f"api-rate-{client_address(request)}-{turn}"
    cache.add(key, 0, SECONDS[unit])
    try:
        asked = cache.incr(key)
    except ValueError:  # it was dropped just now
        return
    if asked > int(most):
        raise ProblemError(HTTPStatus.TOO_MANY_REQUESTS, wait=SECONDS[unit] - passed)
