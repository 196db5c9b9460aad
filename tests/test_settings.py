"""Settings are read anew from a given environment, as a process that starts does."""

import runpy

import pytest
from django.core.exceptions import ImproperlyConfigured

from roma_network import settings as module
from roma_network.environment import BASE_DIR

PRODUCTION = {"SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "directory.example.eu,www.example.eu"}


@pytest.fixture
def start(monkeypatch):
    """Start with these variables, and with no other that the settings know."""

    def start(**environment):
        for name in module.CURES:
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(module.__file__)

    return start


def test_two_variables_start_production(start):
    settings = start(**PRODUCTION)
    assert settings["DEBUG"] is False
    assert settings["ALLOWED_HOSTS"] == ["directory.example.eu", "www.example.eu"]
    assert settings["SECURE_HSTS_SECONDS"] == 31_536_000
    for name in (
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_INCLUDE_SUBDOMAINS",
        "SECURE_HSTS_PRELOAD",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "CSRF_COOKIE_HTTPONLY",
    ):
        assert settings[name] is True, name
    assert settings["SECURE_PROXY_SSL_HEADER"] is None
    assert settings["DATABASES"]["default"]["ENGINE"] == "django.db.backends.sqlite3"


def test_hosts_in_any_script_are_known_as_browsers_send_them(start):
    hosts = "bücher.example,.οδός.gr,RomaNet.example,127.0.0.1,[::1]"
    found = start(**PRODUCTION | {"ALLOWED_HOSTS": hosts})["ALLOWED_HOSTS"]
    assert found == ["xn--bcher-kva.example", ".xn--pxavk3b.gr", "RomaNet.example", "127.0.0.1", "[::1]"]


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ({}, "https://directory.example.eu"),
        ({"DEMO": "true"}, "http://directory.example.eu"),
        ({"ALLOWED_HOSTS": "*"}, "https://localhost"),
        ({"ALLOWED_HOSTS": ".example.eu"}, "https://example.eu"),
        ({"BASE_URL": "https://roma.example.eu:8443"}, "https://roma.example.eu:8443"),
    ],
)
def test_the_public_address_is_configured(start, given, base):
    assert start(**PRODUCTION | given)["BASE_URL"] == base


def test_the_policy_allows_nothing_but_our_own_files(start):
    directives = start(**PRODUCTION)["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    assert directives["default-src"] == ["'none'"]
    assert {source for sources in directives.values() for source in sources} == {"'none'", "'self'"}
    for name in ("base-uri", "frame-ancestors", "form-action"):  # default-src does not stand in for these
        assert name in directives


def test_a_demo_serves_plain_http_and_is_never_in_debug_mode(start):
    settings = start(**PRODUCTION, DEMO="true")
    assert settings["DEBUG"] is False
    assert settings["SECURE_HSTS_SECONDS"] == 0
    for name in ("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"):
        assert settings[name] is False, name


def test_a_proxy_is_believed_only_when_announced(start):
    settings = start(**PRODUCTION, BEHIND_PROXY="true")
    assert settings["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")


def test_the_database_url_chooses_postgresql_with_connections_that_are_kept(start):
    database = start(**PRODUCTION, DATABASE_URL="postgres://me:secret@db.example.eu:5433/roma")["DATABASES"]
    default = database["default"]
    assert default["ENGINE"] == "django.db.backends.postgresql"
    assert (default["HOST"], default["PORT"], default["NAME"]) == ("db.example.eu", 5433, "roma")
    assert default["CONN_MAX_AGE"] is None


WRONG: dict[str, list[str | None]] = {
    "ALLOWED_HOSTS": ["", None, "bü cher.example", "ü" * 64],
    "BASE_URL": ["directory.example.eu", "https://directory.example.eu/path", "ftp://directory.example.eu"],
    "BEHIND_PROXY": ["perhaps"],
    "CACHE_URL": ["nonsense", "nonsense://localhost", "redis://", "file:///var/cache", "db://cache"],
    "CONTACT_EMAIL": ["directory", "directory@"],
    "DATABASE_URL": ["roma", "nosql://localhost/roma"],
    "BACKUP_RECIPIENT": ["me", "age1short"],
    "DATABASE_REPLICA_URLS": ["roma", "postgres://one,nosql://localhost/roma"],
    "DEBUG": ["perhaps", ""],
    "DEMO": ["perhaps"],
    "EMAIL_URL": ["pigeon://mail"],
    "ERROR_EMAIL": ["operations"],
    "HSTS_SECONDS": ["a year", "-1", "1.5"],
    "NGINX_PURGE_URLS": ["nginx", "http://127.0.0.1:8002", "http://one/,ftp://two/"],
    "PUBLIC_ONLY": ["perhaps"],
    "SECOND_FACTOR": ["perhaps"],
    "SLOW_QUERY_MS": ["0", "soon"],
    "STATEMENT_TIMEOUT": ["-1", "soon"],
    "SECRET_KEY": ["", None, "x" * 49],
    "API_RATE": ["0/min", "often", "5", "5/fortnight"],
    "RATE": ["0/min", "often", "5", "5/fortnight"],
    "VERIFY_AFTER_MONTHS": ["0", "a year", "1.5"],
}


@pytest.mark.parametrize(
    ("name", "value"),
    [pytest.param(name, value, id=f"{name}={value}") for name, values in WRONG.items() for value in values],
)
def test_a_wrong_value_fails_at_start_and_names_its_cure(start, name, value):
    environment = {**PRODUCTION, name: value}
    with pytest.raises(ImproperlyConfigured) as error:
        start(**{name: value for name, value in environment.items() if value is not None})
    (line,) = str(error.value).splitlines()
    assert line.startswith(f"{name}: ")
    assert line.endswith(module.CURES[name])


def test_all_wrong_values_are_named_at_once(start):
    with pytest.raises(ImproperlyConfigured) as error:
        start(DEBUG="perhaps")
    named = [line.partition(":")[0] for line in str(error.value).splitlines()]
    assert named == ["ALLOWED_HOSTS", "DEBUG", "SECRET_KEY"]


def test_every_setting_with_a_cure_has_a_wrong_value_here():
    any_folder_will_do = {"STATIC_ROOT", "BACKUP_FOLDER"}
    assert set(WRONG) == set(module.CURES) - any_folder_will_do


def test_the_readme_explains_every_setting():
    rows = (BASE_DIR / "README.md").read_text().splitlines()
    explained = {row.split("`")[1] for row in rows if row.startswith("| `") and row.split("`")[1].isupper()}
    assert explained == {*module.CURES, "VAR_DIR"}
