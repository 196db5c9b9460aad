"""What may be wrong with an installation, in plain words: for `manage.py doctor`, and for administrators."""

import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from roma_network.environment import VAR_DIR
from roma_network.models import Link
from roma_network.ops import backups, nginx, replicas

BACKUP_AGE = timedelta(hours=36)
LINKS_AGE = timedelta(days=3)
LEAST_SPACE = 1_000_000_000  # bytes
CLOCK_SECONDS = 2
LAG_SECONDS = 30
FINE, WARNING, FAULT = "fine", "warning", "fault"


class Finding(NamedTuple):
    what: str
    state: str
    text: str


def findings():
    """All that was looked at. Where the database cannot be reached, what asks it is left out."""
    yield from secrets()
    yield static_files()
    yield cache_server()
    yield from shared_caches()
    yield from space()
    yield latest_backup()
    yield mail()
    if settings.DATABASES[DEFAULT_DB_ALIAS]["ENGINE"].endswith("postgresql"):
        yield from map(replica, settings.REPLICAS)
    found = database()
    yield found
    if found.state == FINE:
        yield migrations()
        yield clock()
        yield privileges()
        yield link_check()


def database():
    what, connection = _("Database"), connections[DEFAULT_DB_ALIAS]
    if version := replicas.version_at(DEFAULT_DB_ALIAS):
        values = {"name": connection.display_name, "version": version}
        return Finding(what, FINE, _("%(name)s answers; content version %(version)s.") % values)
    try:
        connection.ensure_connection()
    except DatabaseError:
        return Finding(
            what, FAULT, _("It cannot be reached. Look at DATABASE_URL, and whether the server runs.")
        )
    return Finding(what, FAULT, _("It holds no directory yet. Run: manage.py migrate"))


def replica(alias):
    """Whether a replica answers, follows the primary and is not far behind."""
    if not replicas.version_at(alias):
        return Finding(alias, FAULT, _("It cannot be reached. Public pages are read from the others."))
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT pg_is_in_recovery(), CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0 "
            "ELSE extract(epoch FROM now() - pg_last_xact_replay_timestamp()) END"
        )
        follows, lag = cursor.fetchone()
    if not follows:
        return Finding(alias, FAULT, _("It is no replica: it would accept writes of its own."))
    state = WARNING if (lag or 0) > LAG_SECONDS else FINE
    return Finding(
        alias, state, _("It is %(seconds)s s behind the primary.") % {"seconds": number_format(lag or 0, 1)}
    )


def migrations():
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        text = _("%(count)s migrations are missing. Run: manage.py migrate") % {"count": len(missing)}
        return Finding(_("Migrations"), FAULT, text)
    return Finding(_("Migrations"), FINE, _("All are applied."))


def cache_server():
    name = settings.CACHES["default"]["BACKEND"].rpartition(".")[2]
    key, value = f"doctor-{uuid4().hex}", uuid4().hex
    try:
        cache.set(key, value, 10)
        works = cache.get(key) == value
        cache.delete(key)
    except Exception:  # noqa: BLE001, each kind of cache server has errors of its own
        works = False
    if not works:
        return Finding(
            _("Cache"),
            FAULT,
            _("It does not keep what it is given. Look at CACHE_URL. Pages are slower, and right."),
        )
    if "LocMem" in name:
        return Finding(_("Cache"), WARNING, _("Each worker keeps its own. Set CACHE_URL to share one."))
    return Finding(_("Cache"), FINE, _("%(name)s keeps what it is given.") % {"name": name})


def shared_caches():
    """Whether nginx gives up what it keeps once an entry is withdrawn."""
    what = _("Cache of nginx")
    if settings.BEHIND_PROXY and not settings.NGINX_PURGE_URLS and not settings.PUBLIC_ONLY:
        yield Finding(
            what,
            WARNING,
            _("It keeps what is withdrawn, for an outage. Set NGINX_PURGE_URLS where it is nginx."),
        )
    for url in settings.NGINX_PURGE_URLS:
        if nginx.answers(url):
            yield Finding(what, FINE, _("%(url)s empties it after a withdrawal.") % {"url": url})
        else:
            yield Finding(
                what,
                FAULT,
                _("%(url)s does not answer as our nginx.conf has it: nothing is emptied.") % {"url": url},
            )


def static_files():
    if (settings.STATIC_ROOT / "staticfiles.json").exists():
        return Finding(_("Static files"), FINE, _("They are collected."))
    return Finding(_("Static files"), FAULT, _("They are missing. Run: manage.py collectstatic --noinput"))


def secrets():
    few = len(set(settings.SECRET_KEY)) < 20  # a key by hand, or one letter many times
    yield Finding(
        "SECRET_KEY",
        FAULT if few else FINE,
        _("It can be guessed. Make one by: python -c 'import secrets; print(secrets.token_urlsafe(50))'")
        if few
        else _("It is long and varied."),
    )
    if settings.DEBUG:
        yield Finding("DEBUG", FAULT, _("It is on, and shows settings to everybody. Leave it out."))
    if settings.DEMO:
        yield Finding("DEMO", WARNING, _("It is on: plain HTTP, for one machine only."))
    if "*" in settings.ALLOWED_HOSTS:
        yield Finding("ALLOWED_HOSTS", FAULT, _("It takes any host. List the real ones."))


def clock():
    """Whether this machine and the database agree on the time."""
    if connections[DEFAULT_DB_ALIAS].vendor == "sqlite":
        return Finding(
            _("Clock"), FINE, _("It reads %(time)s.") % {"time": date_format(localtime(), "DATETIME_FORMAT")}
        )
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        apart = abs(float(cursor.fetchone()[0]) - time.time())
    if apart > CLOCK_SECONDS:
        return Finding(
            _("Clock"),
            FAULT,
            _(
                "It is %(seconds)s s apart from that of the database. Look at the time service of both machines."
            )
            % {"seconds": number_format(apart, 1)},
        )
    return Finding(_("Clock"), FINE, _("It agrees with that of the database."))


def space():
    folders = {Path(VAR_DIR), Path(settings.BACKUP_FOLDER)}
    for folder in sorted({existing(folder) for folder in folders}):
        free = shutil.disk_usage(folder).free
        text = _("%(free)s GB free at %(folder)s.") % {"free": number_format(free / 1e9, 1), "folder": folder}
        yield Finding(_("Disk"), FAULT if free < LEAST_SPACE else FINE, text)


def existing(folder):
    return next(each for each in (folder, *folder.parents) if each.exists())


def latest_backup():
    found = backups.backups()
    if not found:
        return Finding(_("Backup"), WARNING, _("There is none. Run daily: manage.py backup"))
    age = datetime.now(UTC) - found[0].made_at
    text = _("The latest is of %(time)s.") % {
        "time": date_format(localtime(found[0].made_at), "DATETIME_FORMAT")
    }
    return Finding(_("Backup"), WARNING if age > BACKUP_AGE else FINE, text)


def mail():
    if settings.ERROR_EMAIL and not settings.EMAIL_BACKEND.endswith("dummy.EmailBackend"):
        return Finding(
            "ERROR_EMAIL", FINE, _("Errors are told to %(address)s.") % {"address": settings.ERROR_EMAIL}
        )
    return Finding("ERROR_EMAIL", WARNING, _("Nobody is told of errors. Set ERROR_EMAIL and EMAIL_URL."))


def privileges():
    """Whether a process that serves public pages alone really can do no more than read."""
    what = _("Role")
    if connections[DEFAULT_DB_ALIAS].vendor == "sqlite":
        return Finding(what, FINE, _("SQLite has none; whoever can write the file can write the directory."))
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT current_user, has_table_privilege('stakeholders_actor', 'UPDATE')")
        name, writes = cursor.fetchone()
    if settings.PUBLIC_ONLY and writes:
        return Finding(
            what, FAULT, _("“%(name)s” may write, and public pages need no such right.") % {"name": name}
        )
    return Finding(what, FINE, _("“%(name)s” has the rights it needs.") % {"name": name})


def link_check():
    try:
        latest = Link.objects.aggregate(latest=Max("checked_at"))["latest"]
    except DatabaseError:
        return Finding(_("Links"), FAULT, _("They cannot be read. Are all migrations applied?"))
    if latest is None or datetime.now(UTC) - latest > LINKS_AGE:
        return Finding(
            _("Links"), WARNING, _("They were not checked lately. Run daily: manage.py check_links")
        )
    return Finding(
        _("Links"),
        FINE,
        _("They were checked on %(day)s.") % {"day": date_format(localtime(latest), "DATE_FORMAT")},
    )
