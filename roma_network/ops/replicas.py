"""Which database a request reads from (read replicas, circuit breaker): pages that are the same for everybody from replicas, all else from the primary.

A worker keeps to one replica while that answers, so that what it holds in memory is read once for each version. A
reader who has just edited something is sent to a database that holds the edit: the admin leaves a note in a cookie, with
a mark that nginx can check too (its `secure_link`), so that nobody else can steer what is read, or pass nginx's cache by.
"""

import logging
import os
import re
from base64 import urlsafe_b64encode
from collections.abc import Collection
from hashlib import md5
from threading import local
from time import monotonic, time

from django.conf import settings
from django.core.signals import request_finished
from django.db import DEFAULT_DB_ALIAS, DatabaseError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare, salted_hmac

from roma_network.models import ContentVersion

ADMIN = "/admin/"
COOKIE = "seen"  # the content version that its holder has seen at least
NOTE = re.compile(r"(?P<number>[0-9]{1,18})\.(?P<end>[0-9]{1,12})\.(?P<mark>[\w-]{22})", re.ASCII)
COOKIE_SECONDS = 60  # replicas further behind than that are a fault, which `doctor` names
AT_ONCE = 0.5  # seconds
REST = 2.0  # seconds, at least, that a database is left alone after it did not answer

log = logging.getLogger(__name__)
state = local()
down_until = {}
RETRY_AFTER = "5"  # seconds


def chosen() -> str:
    return getattr(state, "alias", DEFAULT_DB_ALIAS)


class Router:
    """Reads go to the database that `choose` has found, all writes to the primary."""

    def db_for_read(self, model, **hints):
        return chosen()

    def db_for_write(self, model, **hints):
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one, other, **hints):
        return True  # all databases hold the same

    def allow_migrate(self, db, app_label, **hints):
        return db == DEFAULT_DB_ALIAS


@receiver(request_finished)
def read_from_primary(**kwargs):
    """Outside of public requests all is read from the primary. A file is sent before its request is finished."""
    state.alias = DEFAULT_DB_ALIAS


def candidates():
    """The databases to ask, in order: replicas, this worker's own first, then the primary."""
    names = settings.REPLICAS
    turn = os.getpid() % len(names) if names else 0
    return [*names[turn:], *names[:turn], DEFAULT_DB_ALIAS]


def is_worth_asking(alias):
    """Not if it was just found dead or slow (a circuit breaker).

    After its rest one request finds out whether it is back; the others do without meanwhile, or all threads would wait.
    """
    until = down_until.get(alias)
    if until is None:
        return True
    if until > monotonic():
        return False
    down_until[alias] = monotonic() + REST
    return True


def choose(seen: int = 0, without: Collection[str] = ()) -> str | None:
    """Have the rest of this request read from a database that holds what its reader has seen, and give its version.

    None while no database can be reached.
    """
    for alias in candidates():
        if alias in without or not is_worth_asking(alias):
            continue
        version = version_at(alias, is_exact=bool(seen))
        if version and (alias == DEFAULT_DB_ALIAS or number_of(version) >= seen):
            state.alias = alias
            return version
    return None


def version_at(alias, *, is_exact=True):
    """The content version of a database, or None while it cannot be reached, or is too slow to be of use.

    Connections are kept from request to request, so the first after a restart of the database meets a dead one, and
    fails at once. What fails after a while is not asked again for some seconds: else a queue would build up before it.
    """
    read = ContentVersion.current if is_exact else ContentVersion.fresh
    started = monotonic()
    try:
        try:
            version = read(alias)
        except OperationalError:
            connections[alias].close()
            if monotonic() - started > AT_ONCE:
                raise
            version = read(alias)
    except DatabaseError:
        log.warning("%s cannot be reached", replica_name(alias))
        connections[alias].close()
        took = monotonic() - started
        if took > AT_ONCE or alias != DEFAULT_DB_ALIAS:
            down_until[alias] = monotonic() + max(REST, 2 * took)
        return None
    down_until.pop(alias, None)
    return version


def replica_name(alias):
    return "primary" if alias == DEFAULT_DB_ALIAS else alias


def number_of(version):
    return int(version.partition(".")[0])


def seen_by(request: HttpRequest) -> int:
    """The number of the version that the sender of a request has seen at least."""
    note = NOTE.fullmatch(request.COOKIES.get(COOKIE, ""))
    if note is None or int(note["end"]) < time():
        return 0
    expected = signature(note["number"], note["end"])
    return int(note["number"]) if constant_time_compare(note["mark"], expected) else 0


def note_of(number):
    end = int(time()) + COOKIE_SECONDS
    return f"{number}.{end}.{signature(number, end)}"


def signature(number, end):
    """What only the admin can write. nginx knows MD5 alone, which no one has inverted yet."""
    digest = md5(f"{number} {end} {secret()}".encode(), usedforsecurity=False).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def secret() -> str:
    """What the admin shares with nginx."""
    return salted_hmac("roma_network.ops.replicas", COOKIE).hexdigest()


class UnavailableMiddleware:
    """Says at once that no database can be reached, where that is known, instead of a page made from the directory."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        is_known = getattr(request, "content_version", "") is None
        return unavailable(request) if is_known and getattr(view, "reads_directory", False) else None


def unavailable(request: HttpRequest) -> HttpResponse:
    """A page for a failure of the database, which passes."""
    response = render(request, "503.html", {"writing": request.method == "POST"}, status=503)
    response["Retry-After"] = RETRY_AFTER
    response.database_failed = request.method in ("GET", "HEAD")  # type: ignore[attr-defined]  # for the cache of pages
    return response


class EditingMiddleware:
    """For the admin: a fresh connection where the database was restarted, and a note of what was just written."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.path.startswith(ADMIN):
            return self.get_response(request)
        renew(connections[DEFAULT_DB_ALIAS])
        response = self.get_response(request)
        if settings.REPLICAS and request.method == "POST" and response.status_code < 400:
            note_version(response)
        return response


def renew(connection: BaseDatabaseWrapper) -> None:
    """Close a connection that died since the last request, so that this one opens another."""
    is_idle = connection.connection is not None and not connection.in_atomic_block
    if is_idle and not connection.is_usable():
        connection.close()


def note_version(response):
    if version := version_at(DEFAULT_DB_ALIAS):
        response.set_cookie(
            COOKIE,
            note_of(number_of(version)),
            max_age=COOKIE_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
