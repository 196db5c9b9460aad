"""What may be wrong with an installation, in plain words: for `manage.py doctor`, and for administrators."""

import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max
from django.http.request import validate_host
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _

from roma_network.environment import VAR_DIR
from roma_network.models import Link
from roma_network.ops import backups, database_roles, nginx, replicas

BACKUP_AGE = timedelta(hours=36)
LINKS_AGE = timedelta(days=3)
LEAST_SPACE = 1_000_000_000  # bytes
CLOCK_SECONDS = 2
LAG_SECONDS = 30
TABLE = "roma_network_contentversion"  # which each role reads
FINE, WARNING, FAULT = "fine", "warning", "fault"


class HealthCheck(NamedTuple):
    what: str
    state: str
    text: str


def findings() -> Iterator[HealthCheck]:
    """All that was looked at. Where the database cannot be reached, what asks it is left out."""
    yield from secrets()
    yield static_files()
    yield cache_server()
    yield from shared_caches()
    yield from space()
    yield privacy()
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
        return HealthCheck(what, FINE, _("%(name)s answers; content version %(version)s.") % values)
    try:
        if may_not_be_read(connection):
            return HealthCheck(what, FAULT, rights_are_missing())
    except DatabaseError:
        return HealthCheck(
            what, FAULT, _("It cannot be reached. Look at DATABASE_URL, and whether the server runs.")
        )
    return HealthCheck(what, FAULT, _("It holds no directory yet. Run: manage.py migrate"))


def may_not_be_read(connection):
    with connection.cursor() as cursor:
        return connection.vendor == "postgresql" and TABLE in database_roles.existing_tables(cursor)


def rights_are_missing():
    """Says which roles cannot do their work: this one, or those that are known to serve."""
    names = {role for role, _table in database_roles.lacking()} or {
        connections[DEFAULT_DB_ALIAS].settings_dict["USER"]
    }
    return _(
        "%(roles)s may not read or write what they must. Run as the owner of the database: manage.py migrate, "
        "which grants all rights anew."
    ) % {"roles": ", ".join(f"“{name}”" for name in sorted(names))}


def replica(alias):
    """Whether a replica answers, follows the primary and is not far behind."""
    if not replicas.version_at(alias):
        return HealthCheck(alias, FAULT, _("It cannot be reached. Public pages are read from the others."))
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT pg_is_in_recovery(), CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0 "
            "ELSE extract(epoch FROM now() - pg_last_xact_replay_timestamp()) END"
        )
        follows, lag = cursor.fetchone()
    if not follows:
        return HealthCheck(alias, FAULT, _("It is no replica: it would accept writes of its own."))
    state = WARNING if (lag or 0) > LAG_SECONDS else FINE
    return HealthCheck(
        alias, state, _("It is %(seconds)s s behind the primary.") % {"seconds": number_format(lag or 0, 1)}
    )


def missing_migrations() -> list[tuple[Migration, bool]]:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return executor.migration_plan(executor.loader.graph.leaf_nodes())


def migrations():
    try:
        missing = missing_migrations()
    except DatabaseError:
        return HealthCheck(_("Migrations"), WARNING, _("This role may not see them. Ask as the owner."))
    if missing:
        text = _("%(count)s migrations are missing. Run: manage.py migrate") % {"count": len(missing)}
        return HealthCheck(_("Migrations"), FAULT, text)
    return HealthCheck(_("Migrations"), FINE, _("All are applied."))


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
        return HealthCheck(
            _("Cache"),
            FAULT,
            _("It does not keep what it is given. Look at CACHE_URL. Pages are slower, and right."),
        )
    if name == "MemoryCache":
        return HealthCheck(_("Cache"), WARNING, _("Each worker keeps its own. Set CACHE_URL to share one."))
    return HealthCheck(_("Cache"), FINE, _("%(name)s keeps what it is given.") % {"name": name})


def shared_caches():
    """Whether nginx gives up what it keeps once an entry is withdrawn."""
    what = _("Cache of nginx")
    if settings.BEHIND_PROXY and not settings.NGINX_PURGE_URLS and not settings.PUBLIC_ONLY:
        yield HealthCheck(
            what,
            WARNING,
            _("It keeps what is withdrawn, for an outage. Set NGINX_PURGE_URLS where it is nginx."),
        )
    for url in settings.NGINX_PURGE_URLS:
        if nginx.answers(url):
            yield HealthCheck(what, FINE, _("%(url)s empties it after a withdrawal.") % {"url": url})
        else:
            yield HealthCheck(
                what,
                FAULT,
                _("%(url)s does not answer as our nginx.conf has it: nothing is emptied.") % {"url": url},
            )


def static_files():
    if (settings.STATIC_ROOT / "staticfiles.json").exists():
        return HealthCheck(_("Static files"), FINE, _("They are collected."))
    return HealthCheck(
        _("Static files"), FAULT, _("They are missing. Run: manage.py collectstatic --noinput")
    )


def secrets():
    few = len(set(settings.SECRET_KEY)) < 20  # a key by hand, or one letter many times
    yield HealthCheck(
        "SECRET_KEY",
        FAULT if few else FINE,
        _("It can be guessed. Make one by: python -c 'import secrets; print(secrets.token_urlsafe(50))'")
        if few
        else _("It is long and varied."),
    )
    if settings.DEBUG:
        yield HealthCheck("DEBUG", FAULT, _("It is on, and shows settings to everybody. Leave it out."))
    if settings.DEMO:
        yield HealthCheck("DEMO", WARNING, _("It is on: plain HTTP, for one machine only."))
    if not validate_host(urlsplit(settings.BASE_URL).hostname or "", settings.ALLOWED_HOSTS):
        yield HealthCheck(
            "BASE_URL", FAULT, _("Its host is none of ALLOWED_HOSTS: no identifier would be answered.")
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield HealthCheck("ALLOWED_HOSTS", FAULT, _("It takes any host. List the real ones."))


def clock():
    """Whether this machine and the database agree on the time."""
    if connections[DEFAULT_DB_ALIAS].vendor == "sqlite":
        return HealthCheck(_("Clock"), FINE, _("It reads %(time)s.") % {"time": moment(now())})
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        apart = abs(float(cursor.fetchone()[0]) - time.time())
    if apart > CLOCK_SECONDS:
        return HealthCheck(
            _("Clock"),
            FAULT,
            _(
                "It is %(seconds)s s apart from that of the database. Look at the time service of both machines."
            )
            % {"seconds": number_format(apart, 1)},
        )
    return HealthCheck(_("Clock"), FINE, _("It agrees with that of the database."))


def space():
    folders = {Path(VAR_DIR), Path(settings.BACKUP_FOLDER)}
    for folder in sorted({existing(folder) for folder in folders}):
        free = shutil.disk_usage(folder).free
        text = _("%(free)s GB free at %(folder)s.") % {"free": number_format(free / 1e9, 1), "folder": folder}
        yield HealthCheck(_("Disk"), FAULT if free < LEAST_SPACE else FINE, text)


def existing(folder):
    return next(each for each in (folder, *folder.parents) if each.exists())


def privacy():
    """Whether others on this machine can look into what holds the database."""
    places = {Path(VAR_DIR), Path(settings.BACKUP_FOLDER)}
    if settings.DATABASES[DEFAULT_DB_ALIAS]["ENGINE"].endswith("sqlite3"):
        places.add(Path(settings.DATABASES[DEFAULT_DB_ALIAS]["NAME"]))
    opened = [str(path) for path in sorted(places) if is_open_to_all(path)]
    if opened:
        text = _("Everybody on this machine can look into it. Run: chmod o-rwx %(paths)s")
        return HealthCheck(_("Files"), FAULT, text % {"paths": " ".join(opened)})
    return HealthCheck(_("Files"), FINE, _("Nobody else on this machine can read them."))


def is_open_to_all(path):
    try:
        return bool(path.stat().st_mode & 0o007)
    except OSError:  # it is not there, or hidden even from us
        return False


def latest_backup():
    found = backups.backups()
    if not found:
        return HealthCheck(_("Backup"), WARNING, _("There is none. Run daily: manage.py backup"))
    proved = next((each for each in found if each.is_proved), None)
    if proved is None:
        return HealthCheck(
            _("Backup"),
            FAULT,
            _("None is proved restorable. Run: manage.py backup, which says what is wrong."),
        )
    text = _("Last proved restorable: that of %(time)s.") % {"time": moment(proved.made_at)}
    if proved != found[0]:
        text += " " + _("That of %(time)s is not.") % {"time": moment(found[0].made_at)}
    is_old = datetime.now(UTC) - proved.made_at > BACKUP_AGE
    return HealthCheck(_("Backup"), WARNING if is_old or proved != found[0] else FINE, text)


def moment(time):
    return date_format(localtime(time), "DATETIME_FORMAT")


def mail():
    if settings.ERROR_EMAIL and not settings.EMAIL_BACKEND.endswith("dummy.EmailBackend"):
        return HealthCheck(
            "ERROR_EMAIL", FINE, _("Errors are told to %(address)s.") % {"address": settings.ERROR_EMAIL}
        )
    return HealthCheck("ERROR_EMAIL", WARNING, _("Nobody is told of errors. Set ERROR_EMAIL and EMAIL_URL."))


def privileges():
    """Whether a process that serves public pages alone really can do no more than read."""
    what = _("Role")
    if connections[DEFAULT_DB_ALIAS].vendor == "sqlite":
        return HealthCheck(
            what, FINE, _("SQLite has none; whoever can write the file can write the directory.")
        )
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT current_user, has_table_privilege('stakeholders_actor', 'UPDATE')")
        name, writes = cursor.fetchone()
    if settings.PUBLIC_ONLY and writes:
        return HealthCheck(
            what, FAULT, _("“%(name)s” may write, and public pages need no such right.") % {"name": name}
        )
    if database_roles.lacking():
        return HealthCheck(what, FAULT, rights_are_missing())
    return HealthCheck(what, FINE, _("“%(name)s” has the rights it needs.") % {"name": name})


def link_check():
    try:
        latest = Link.objects.aggregate(latest=Max("checked_at"))["latest"]
    except DatabaseError:
        return HealthCheck(_("Links"), FAULT, _("They cannot be read. Are all migrations applied?"))
    if latest is None or datetime.now(UTC) - latest > LINKS_AGE:
        return HealthCheck(
            _("Links"), WARNING, _("They were not checked lately. Run daily: manage.py check_links")
        )
    return HealthCheck(
        _("Links"),
        FINE,
        _("They were checked on %(day)s.") % {"day": date_format(localtime(latest), "DATE_FORMAT")},
    )
