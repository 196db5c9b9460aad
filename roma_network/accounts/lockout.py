"""Log-ins: guessing passwords (brute force) is slowed down, a flood is turned away, and little is kept of anybody.

django-axes counts wrong passwords by name and network. Beyond what it locks by itself, all names are counted for a
network, which stops spraying, and all networks for a name, which slows down an attack from many. The networks that an
account logged in from before are spared both, so that no stranger elsewhere can lock its holder out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from math import ceil
from threading import BoundedSemaphore

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username, get_cool_off
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import gettext as _

from roma_network.ops.logs import client_address, truncated

LONGEST_NAME = 150  # letters
MOST = 20  # wrong passwords from a network, or for a name, in the time that a lock lasts
AT_ONCE = 2  # of the four threads of a worker: to check a password takes one of them a quarter of a second
RETRY_AFTER = 2  # seconds
KEPT_DAYS = 90  # for which a log-in is on record
checks = BoundedSemaphore(AT_ONCE)


def network(request):
    """What counts as the sender: whoever has one address of IPv6 has the other 2⁶⁴ of its network as well."""
    return truncated(client_address(request), ipv6=64) or None


def name_tried(request, credentials=None):
    """The name that somebody logs in by, no longer than one can be: it is stored, and a stranger chooses it."""
    given = (credentials or {}).get("username") or request.POST.get("username") or ""
    return given[:LONGEST_NAME]


class LockoutHandler(AxesDatabaseHandler):
    def is_locked(self, request, credentials=None):
        return locked_until(request, credentials) is not None

    def user_login_failed(self, sender, credentials, request=None, **kwargs):
        forget_browser(request)
        super().user_login_failed(sender, credentials, request, **kwargs)

    def user_logged_in(self, sender, request, user, **kwargs):
        forget_browser(request)
        super().user_logged_in(sender, request, user, **kwargs)


def forget_browser(request):
    """Before it is stored, and so that another browser is no new start."""
    if request is not None:
        request.axes_user_agent = request.axes_http_accept = ""


def locked_until(request, credentials):
    """When a name may be tried again from the network of the request, or None if it may now."""
    both = {"username": get_client_username(request, credentials), "ip_address": request.axes_ip_address}
    limits = [(both, settings.AXES_FAILURE_LIMIT)]
    if not AccessLog.objects.filter(**both).exists():
        limits += [({column: value}, MOST) for column, value in both.items()]
    ends = (end_of_lock(AccessAttempt.objects.filter(**counted), limit) for counted, limit in limits)
    return max(filter(None, ends), default=None)


def end_of_lock(attempts, limit):
    """When so many attempts are forgotten that the rest stays below a limit."""
    lasts, count = get_cool_off(), 0
    for attempt in attempts.filter(attempt_time__gt=now() - lasts).order_by("-attempt_time")[:limit]:
        count += attempt.failures_since_start
        if count >= limit:
            return attempt.attempt_time + lasts
    return None


def locked_out(request, original_response, credentials):
    until = locked_until(request, credentials) or now() + get_cool_off()
    seconds = ceil((until - now()).total_seconds())
    return refused(request, _("Too many wrong passwords"), seconds, minutes=ceil(seconds / 60))


@contextmanager
def turn() -> Iterator[bool]:
    """Whether a password may be checked now."""
    is_taken = checks.acquire(blocking=False)
    try:
        yield is_taken
    finally:
        if is_taken:
            checks.release()


def busy(request: HttpRequest) -> HttpResponse:
    return refused(request, _("Please try again in a moment"), RETRY_AFTER)


def refused(request, title, seconds, minutes=None):
    context = {**admin.site.each_context(request), "title": title, "minutes": minutes}
    response = render(request, "admin/log_in_refused.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return response


def forget() -> None:
    """Delete what is no longer needed of log-ins, and of attempts to log in."""
    AccessLog.objects.filter(attempt_time__lt=now() - timedelta(days=KEPT_DAYS)).delete()
    AccessAttempt.objects.filter(attempt_time__lt=now() - get_cool_off()).delete()
