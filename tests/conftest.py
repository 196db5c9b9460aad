"""What all tests stand on: an environment and a database of their own, fast settings, the real directory."""

import os
import signal
import sys
import tempfile
from contextlib import contextmanager
from threading import BoundedSemaphore

import pytest

from tests import postgres
from tests.skips import NoSkips

ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "roma_network.settings",
    "API_RATE": "1000000/min",
    "RATE": "1000000/min",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "BASE_URL": "http://testserver",
    "BEHIND_PROXY": "false",
    "CACHE_URL": "locmem://",
    "CONTACT_EMAIL": "directory@example.eu",
    "DEBUG": "false",
    "DEMO": "true",
    "SECRET_KEY": "for tests only " * 4,
}

UNSET = [
    "BACKUP_FOLDER",
    "BACKUP_RECIPIENT",
    "DATABASE_REPLICA_URLS",
    "DATABASE_URL",
    "EMAIL_URL",
    "ERROR_EMAIL",
    "HSTS_SECONDS",
    "NGINX_PURGE_URLS",
    "PUBLIC_ONLY",
    "SECOND_FACTOR",
    "SLOW_QUERY_MS",
    "STATEMENT_TIMEOUT",
    "STATIC_ROOT",
]


def pytest_addoption(parser):
    parser.addoption("--postgres", action="store_true", help="run on a throw-away PostgreSQL server")
    parser.addoption("--browser", action="store_true", help="run the tests that drive Chromium too")
    parser.addoption("--no-skips", action="store_true", help="fail when a test is skipped")


def pytest_configure(config):
    if not hasattr(config, "workerinput"):  # the workers of xdist inherit the environment
        set_environment(config)
        if config.option.no_skips:
            config.pluginmanager.register(NoSkips())
    set_settings()


def set_environment(config):
    if "roma_network.settings" in sys.modules:
        raise pytest.UsageError("Unset DJANGO_SETTINGS_MODULE: the tests bring an environment of their own.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a run that is ended tidies up as well
    folder = tempfile.TemporaryDirectory(prefix="roma-network-")
    config.add_cleanup(folder.cleanup)
    for name in UNSET:
        os.environ.pop(name, None)
    os.environ.update(ENVIRONMENT, VAR_DIR=folder.name)
    if config.option.postgres:
        os.environ["DATABASE_URL"] = start_postgres(config)


def start_postgres(config):
    server = postgres.running()
    try:
        address = server.__enter__()
    except postgres.PostgresError as error:
        raise pytest.UsageError(str(error)) from None
    config.add_cleanup(lambda: server.__exit__(None, None, None))
    return address


def set_settings():
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
    }
    settings.WHITENOISE_AUTOREFRESH = True
    database = settings.DATABASES["default"]
    if database["ENGINE"] == "django.db.backends.sqlite3":
        # A file as in production: one in memory would have all threads of a live server share a connection.
        database.setdefault("TEST", {})["NAME"] = f"{database['NAME']}.test"


def pytest_collection_modifyitems(config, items):
    unwanted = [] if config.option.browser else ["browser"]
    unwanted += [name for name in ("faults", "foreign") if name not in config.option.markexpr]
    left_out = [item for item in items if any(item.get_closest_marker(name) for name in unwanted)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_assertrepr_compare(op, left, right):
    from tests import costs

    return costs.explained(op, left, right)


@pytest.fixture(autouse=True)
def empty_cache(request):
    """Kept answers go by a count of changes in the database, which a rolled-back test takes back, or one that empties all.

    A live server reads outside of the test's transaction, and would take an index of a higher count for one of a database
    that is ahead.
    """
    from django.core.cache import cache

    from roma_network.ops import replicas
    from roma_network.search import following

    if "db" not in request.fixturenames or "server" in request.fixturenames:
        following.kept.clear()
        following.behind.clear()
    cache.clear()
    replicas.down_until.clear()


@pytest.fixture(autouse=True)
def any_number_at_once(monkeypatch):
    """A file counts until it was read, and tests need not read one to its end."""
    from roma_network.pages import rate_limit

    monkeypatch.setattr(rate_limit, "slots", BoundedSemaphore(1000))


@pytest.fixture(autouse=True)
def no_computing_aside(monkeypatch):
    """A page of the network starts no thread here: it would outlive the database of its test."""
    from roma_network.directory.pictures import network_layout

    monkeypatch.setattr(network_layout, "start", lambda: None)


@pytest.fixture(autouse=True)
def no_reading_aside(monkeypatch):
    """Nor does an index that is read anew as a whole."""
    from roma_network.search import following

    monkeypatch.setattr(following, "aside", lambda work: None)


@pytest.fixture(scope="session")
def directory_database(django_db_setup, django_db_blocker):
    """The name of a second database that holds the real directory for good: loaded once a worker."""
    from django.db import connection

    from roma_network.directory.pictures import network_layout
    from roma_network.ops import fixtures

    creation = connection.creation
    connection.close()
    with django_db_blocker.unblock():
        creation.clone_test_db("directory", verbosity=0)
        name = creation.get_test_db_clone_settings("directory")["NAME"]
        with connected_to(name):
            fixtures.load()
            network_layout.compute()
    yield name
    with django_db_blocker.unblock():
        creation.destroy_test_db(suffix="directory", verbosity=0)


# Of class scope, so that it comes before the transaction of a test, which is of function scope.
@pytest.fixture(scope="class")
def committed_directory(directory_database):
    """The real directory, for every thread."""
    with connected_to(directory_database):
        yield


@pytest.fixture
def directory(committed_directory, db):
    """The real directory, in a transaction that is rolled back; a live server sees it as it was loaded.

    Other tests see an empty one.
    """


@pytest.fixture
def cast(db):
    """The browsers of those in every story about permissions: role → a client, logged in as a user of that name."""
    from django.contrib.auth.models import Group, User
    from django.test import Client

    clients = {"visitor": Client()}
    for group in Group.objects.filter(name__in=["curator", "publisher", "administrator"]):
        user = User.objects.create_user(group.name, is_staff=True)
        user.groups.add(group)
        clients[group.name] = Client()
        clients[group.name].force_login(user)
    return clients


@contextmanager
def connected_to(name):
    """Point Django, in every thread, at another database of the same server."""
    from django.db import connection

    usual = connection.settings_dict["NAME"]
    connect_to(connection, name)
    try:
        yield
    finally:
        connect_to(connection, usual)


def connect_to(connection, name):
    connection.close()
    connection.settings_dict["NAME"] = name
