"""Headers and resources: what a browser may do with our pages, and what they bring along."""

import re
import runpy

import pytest
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client

from roma_network import settings as module
from roma_network.pages.listing import Listing
from tests import factories
from tests.html import EVERY_KIND, Page

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
NO_LONGER_THERE = "/actors/no-such-actor/"
MISTYPED = "/actors/?type=towns&page=99&q=roma"
NOT_UNDERSTOOD = "/search/?q=" + "x" * 999
PAGES = [*EVERY_KIND.values(), NO_LONGER_THERE, MISTYPED, NOT_UNDERSTOOD]
OTHERS = [
    "/healthz",
    "/search/suggest/?q=ro",
    "/initiatives/leri/?format=json",
    "/actors/?format=csv&type=academia",
]

of_every_page = pytest.mark.parametrize("url", PAGES)
of_everything = pytest.mark.parametrize("url", PAGES + OTHERS)


def directives(response):
    parts = (part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";"))
    return {name: sources for name, _, sources in parts}


def answers(client, url, **headers):
    """The answer to a first visit, to a second one, and to a browser that has kept the page."""
    first = client.get(url, **headers)
    yield first
    yield client.get(url, **headers)
    if "ETag" in first:
        again = client.get(url, headers={"If-None-Match": first["ETag"]}, **headers)
        assert again.status_code == 304
        assert "Set-Cookie" not in again


@of_everything
def test_every_answer_says_what_a_browser_may_do(directory, client, url):
    for response in answers(client, url):
        if response.status_code == 304:
            continue
        assert directives(response) == POLICY
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["X-Frame-Options"] == "DENY"
        assert response["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert response["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "geolocation=()" in response["Permissions-Policy"]
        assert "camera=()" in response["Permissions-Policy"]


@of_everything
def test_no_public_answer_sets_a_cookie_or_depends_on_one(directory, client, url):
    for response in answers(client, url):
        assert not response.cookies
        assert "Set-Cookie" not in response
        assert "cookie" not in response.get("Vary", "").lower()
    assert not client.cookies


def addresses(page):
    """Every address from which a page loads something or to which it sends a form."""
    for element in page.all(
        "[src], [srcset], [data], [poster], [background], form[action], [formaction], use, link"
    ):
        for name in ("src", "srcset", "data", "poster", "background", "action", "formaction", "xlink:href"):
            if name in element.attributes:
                yield element.attributes[name]
        if element.tag in ("link", "use") and element.attributes.get("rel") != "canonical":
            yield element.attributes["href"]


@of_every_page
def test_pages_load_nothing_from_others_and_hold_nothing_that_the_policy_stops(directory, client, url):
    page = Page(client.get(url).text)
    loaded = list(addresses(page))
    assert loaded
    assert [address for address in loaded if not re.match(r"[/#](?!/)", address)] == []
    assert page.all("[style], style, iframe, object, embed, base, meta[http-equiv], [target=_blank]") == []
    assert page.all("script:not([src], [type='application/ld+json'])") == []
    inline = [name for element in page.all("*") for name in element.attributes if name.startswith("on")] + [
        link for link in page.addresses() if link.lower().startswith(("javascript:", "data:"))
    ]
    assert inline == []


@pytest.fixture
def production(settings, monkeypatch):
    """The transport settings of production in force."""
    monkeypatch.setenv("DEMO", "false")
    for name, value in runpy.run_path(module.__file__).items():
        if name.startswith(("SECURE_", "SESSION_COOKIE_", "CSRF_COOKIE_")):
            setattr(settings, name, value)


def test_production_answers_over_tls_only_and_for_a_year(production, db):
    client = Client()
    response = client.get("/about/")
    assert response.status_code == 301
    assert response["Location"] == "https://testserver/about/"
    response = client.get("/about/", secure=True)
    assert response.status_code == 200
    assert response["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert client.get("/healthz").status_code == 200  # a probe on the same machine speaks plain HTTP


def test_the_demo_never_binds_a_browser_to_tls(db, client):
    assert "Strict-Transport-Security" not in client.get("/about/", secure=True)


def test_the_cookies_of_the_admin_are_closed_to_scripts_and_in_production_to_plain_http(
    production, admin_user
):
    client = Client()
    page = client.get("/admin/login/", secure=True)
    assert page.status_code == 200
    client.post(
        "/admin/login/", {"username": admin_user.username, "password": "password"}, secure=True, follow=True
    )
    assert client.cookies.keys() == {"csrftoken", "sessionid"}
    for cookie in client.cookies.values():
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"


def test_the_log_in_page_holds_a_form_and_the_same_policy(db, client):
    response = client.get("/admin/login/")
    page = Page(response.text)
    assert page.all("form input[name=username]")
    assert page.all("form input[type=password]")
    assert directives(response) == POLICY
    assert page.all("[style], style, script:not([src])") == []


# Errors


@pytest.fixture
def no_database(monkeypatch):
    """A database that cannot be reached."""

    def refuse(self):
        raise OperationalError("could not connect to server")

    monkeypatch.setattr(BaseDatabaseWrapper, "cursor", refuse)


def assert_a_page_of_ours(response):
    page = Page(response.text)
    assert page.text("h1")
    assert "/" in page.addresses("main")
    assert directives(response) == POLICY


def test_a_failure_shows_a_page_of_ours(db, caplog, monkeypatch):
    monkeypatch.setattr(Listing, "respond", lambda *args: 1 / 0)
    response = Client(raise_request_exception=False).get("/actors/?q=x")
    assert response.status_code == 500
    assert_a_page_of_ours(response)
    assert "ZeroDivisionError" not in response.text
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("url", ["/actors/?q=x", "/", "/api/v1/actors/", "/actors/fra/?format=csv"])
def test_a_lost_database_asks_for_patience(no_database, url, caplog):
    response = Client().get(url)
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert_a_page_of_ours(response)
    assert "could not connect" not in response.text
    assert "primary cannot be reached" in caplog.text


def test_a_lost_database_tells_curators_that_nothing_was_saved(no_database, caplog):
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "some-session"
    response = client.post("/admin/stakeholders/actor/add/", {"name": "Town"})
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "nothing was saved" in response.text
    assert_a_page_of_ours(response)


@pytest.mark.parametrize(
    ("url", "status"),
    [
        (NO_LONGER_THERE, 404),
        ("/no/such/page", 404),
        ("/actors/?" + "&".join(f"p{n}" for n in range(10_001)), 400),
    ],
)
def test_errors_show_a_page_of_ours(db, client, url, status):
    response = client.get(url)
    assert response.status_code == status
    page = Page(response.text)
    assert page.text("h1")
    assert page.all("form[role=search]")
    assert "/" in page.addresses("main")
    assert directives(response) == POLICY


@pytest.mark.parametrize(
    ("method", "url", "status"),
    [
        ("get", "/api/v1/no-such-part/", 404),
        ("get", "/api/v2/actors/", 404),
        ("get", "/api/nothing", 404),
        ("get", "/api/v1/?" + "&".join(f"p{n}" for n in range(10_001)), 400),
        ("post", "/api/v1/actors/", 405),
    ],
)
def test_errors_of_the_api_are_problems(db, method, url, status):
    response = getattr(Client(enforce_csrf_checks=True), method)(url)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response.json()["status"] == status
    assert response.json().keys() == {"type", "title", "status", "detail"}
    assert directives(response) == POLICY


def test_a_form_without_its_token_shows_a_page_of_ours(db):
    response = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "a", "password": "b"})
    assert response.status_code == 403
    page = Page(response.text)
    assert page.all("[style], style") == []
    assert "/" in page.addresses("main")


# Icons


@pytest.mark.parametrize(
    ("url", "media", "start"),
    [
        ("/favicon.ico", ("image/x-icon", "image/vnd.microsoft.icon"), b"\0\0\1\0\3\0"),
        ("/apple-touch-icon.png", ("image/png",), b"\x89PNG"),
    ],
)
def test_icons_stand_where_browsers_look_for_them(db, client, url, media, start):
    response = client.get(url)
    assert response.status_code == 200
    assert response["Content-Type"] in media
    assert "max-age=86400" in response["Cache-Control"]
    content = response.getvalue()
    assert content.startswith(start)
    assert 500 < len(content) < 10_000
    named = [link.attributes["href"] for link in Page(client.get("/about/").text).all("link[rel*=icon]")]
    assert url in [*named, "/favicon.ico"]  # that one browsers look for unasked


# Health


def test_health_is_told_and_never_kept(db, client):
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.text == "ok\n"
    assert "no-store" in response["Cache-Control"]


def test_a_lost_database_is_told(no_database, client):
    response = client.get("/healthz")
    assert response.status_code == 503
    assert "could not connect" not in response.text


# As Mozilla's HTTP Observatory grades them: https://developer.mozilla.org/observatory/docs/tests_and_scoring

HALF_A_YEAR = 15_768_000
BONUSES_FROM = 90  # points


@pytest.fixture
def in_production(settings):
    """What production sends, where the tests' own settings are for plain HTTP."""
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True


def policy_score(response):
    found = directives(response)
    scripts = found.get("script-src", found.get("default-src", ""))
    if "unsafe" in scripts or "*" in scripts or "data:" in scripts:
        return -20
    if any("unsafe" in sources for sources in found.values()):
        return 0
    return 10 if found.get("default-src") == "'none'" else 5


def transport_score(response):
    found = dict(
        part.strip().partition("=")[::2] for part in response["Strict-Transport-Security"].split(";")
    )
    if int(found["max-age"]) < HALF_A_YEAR:
        return -10
    return 5 if {"preload", "includeSubDomains"} <= found.keys() else 0


def cookie_score(response):
    cookies = response.cookies.values()
    if not all(cookie["secure"] for cookie in cookies):
        return -20
    if not all(cookie["httponly"] for cookie in cookies):
        return -30
    return 5 if all(cookie["samesite"] in ("Lax", "Strict") for cookie in cookies) else 0


def framing_score(response):
    if "frame-ancestors" in directives(response):
        return 5
    return 0 if response.get("X-Frame-Options") in ("DENY", "SAMEORIGIN") else -20


def score(response, redirected):
    private_referrers = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
    page = Page(response.text)
    modifiers = [
        policy_score(response),
        transport_score(response),
        cookie_score(response),
        framing_score(response),
        5 if response["Referrer-Policy"] in private_referrers else 0,
        0 if response["X-Content-Type-Options"] == "nosniff" else -5,
        0 if redirected["Location"].startswith("https://testserver/") else -20,
        -50 if response.get("Access-Control-Allow-Credentials") else 0,
        -50 if page.all("script[src^='http']") else 0,
    ]
    lost = 100 + sum(points for points in modifiers if points < 0)
    return lost + sum(points for points in modifiers if points > 0) if lost >= BONUSES_FROM else lost


@pytest.mark.parametrize(
    "url", ["/", "/actors/?type=academia", "/actors/fra/", "/map/", "/api/v1/", "/admin/login/"]
)
def test_the_headers_are_graded_a_plus(directory, in_production, url):
    client = Client()
    response = client.get(url, secure=True)
    assert response.status_code == 200
    assert score(response, client.get(url)) >= 100 + 20


@pytest.mark.parametrize(
    "path",
    [
        "/actors/?format=csv",
        "/actors/?format=atom",
        "/map/?format=svg",
        "/id/actor/town",
        "/id/actor/nobody",
        "/id/theme/",
        "/data/catalog.ttl",
        "/api/v1/openapi.json",
        "/api/v1/actors/",
    ],
)
def test_scripts_of_other_sites_may_read_whatever_is_public(client, db, path):
    factories.ActorFactory(slug="town")
    question = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
    asked = client.options(path, headers=question | {"Access-Control-Request-Headers": "if-none-match"})
    assert asked.status_code == 204
    assert "GET" in asked["Access-Control-Allow-Methods"]
    assert asked["Access-Control-Allow-Headers"] == "*"
    assert client.get(path)["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in client.get("/admin/login/")
