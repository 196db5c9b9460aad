"""Whatever an address holds, a public page answers, escapes what it repeats, and never fails."""

import json
from itertools import cycle
from urllib.parse import quote

import pytest
from django.test import Client

from roma_network.export import formats
from tests.factories import (
    ActorFactory,
    CountryFactory,
    DocumentFactory,
    InitiativeFactory,
    ParticipationFactory,
    RosterFactory,
    RosterLineFactory,
)
from tests.html import EMBEDS, EVERY_KIND, LEADING_ON, LISTINGS, NO_PAGE, Page, public_routes

pytestmark = pytest.mark.django_db

HERE = EVERY_KIND | {
    "actor_detail": "/actors/town/",
    "initiative_detail": "/initiatives/programme/",
    "document_detail": "/documents/paper/",
    "country_detail": "/countries/RO/",
    "search": "/search/",
    "network_around": "/network/town/",
    "partners": "/partners/",
    **NO_PAGE,
    "participants": "/initiatives/programme/participants/",
    **EMBEDS,
    "embed_network_around": "/embed/network/town/",
    "embed_actor_detail": "/embed/actors/town/",
    "embed_initiative_detail": "/embed/initiatives/programme/",
}
LISTS = [HERE[name] for name in LISTINGS]
HTML = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&lt;"

# As they stand in an address.
VALUES = {
    "NUL": "%00",
    "NUL in a word": "ro%00ma",
    "vertical tab": "ro%0bma",
    "escape": "ro%1bma%9b",
    "no characters": quote("ro\uffffma\ufdd0"),
    "nothing to be seen": quote("ro\u200bma\u00ad"),
    "long": "x" * 10_000,
    "long, of many words": "+".join(f"{n:x}" for n in range(3_000)),
    "many words": "+".join(f"{n:02}" for n in range(66)),
    "no UTF-8": "%ff%fe",
    "cut UTF-8": "roma%e2%82",
    "lone surrogate": "%ed%a0%80",
    "broken percent": "%zz%",
    "minus": "-1",
    "zero": "0",
    "huge": "9" * 400,
    "not a number": "NaN",
    "infinity": "1e999",
    "other digits": quote("٢٠١٢²"),
    "quotes": quote("'\"`; DROP TABLE stakeholders_actor; --"),
    "condition": quote("') OR 1=1 OR ('"),
    "patterns": "%25_%5c%25%25s%25%28q%29d",
    "template": quote("{{ settings.SECRET_KEY }}{% debug %}"),
    "HTML": quote(HTML),
    "line breaks": "%0d%0aSet-Cookie:%20a=b%0d%0a%0d%0a",
    "reading direction": quote("\u202e\u2066\ufeff"),
    "list": quote("['a', {'b': 1}]"),
    "path": quote("../../../../etc/passwd"),
    "blank": "+%09%0a",
    "unbalanced": quote('“" -"roma -“ --'),
}
SINGLE = {"q", "from", "to", "sort", "page", "format"}
NAMES = SINGLE | {name for filterset in LISTINGS.values() for name in filterset.base_filters}


@pytest.fixture(autouse=True)
def entries(db):
    country = CountryFactory(code="RO", name="Romania")
    town = ActorFactory(slug="town", country=country)
    programme = InitiativeFactory(slug="programme", countries=[country])
    ParticipationFactory(actor=town, initiative=programme)
    DocumentFactory(slug="paper", publisher=town, actors=[town], initiatives=[programme])
    RosterLineFactory(roster=RosterFactory(slug="contact-points"), actor=town)


def test_every_public_route_is_swept_here():
    assert HERE.keys() == public_routes() - LEADING_ON.keys()
    assert EVERY_KIND.keys() == public_routes() - NO_PAGE.keys() - EMBEDS.keys() - LEADING_ON.keys()


def assert_answered(response, statuses=(200, 400)):
    """Client errors are answers; an exception would have been raised by the test client."""
    assert response.status_code in statuses
    content = response.getvalue()
    body = "" if content.startswith(b"PK") else content.decode()
    assert "Set-Cookie" not in response.headers
    assert not response.cookies
    if response["Content-Type"].startswith("text/html"):
        page = Page(body)
        assert page.all("h1")
        assert "<script>alert" not in body
        assert page.all("[onerror], img[src=x]") == []
        assert "\0" not in body
        assert len(body) < 600_000
    elif response["Content-Type"].startswith("application/jsonl"):
        assert all(json.loads(line) for line in body.splitlines())
    elif response["Content-Type"].startswith("application/json"):
        json.loads(body)


of_every_value = pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
of_every_route = pytest.mark.parametrize("path", HERE.values(), ids=HERE)


@of_every_value
def test_a_single_field_takes_anything(client, value):
    """The last value of these counts, so each value is tried on its own."""
    query = "&".join(f"{name}={value}" for name in sorted(SINGLE))
    for path in (*LISTS, HERE["search"], HERE["suggest"]):
        assert_answered(client.get(f"{path}?{query}"))
        assert_answered(client.get(f"{path}?q={value}"))


@of_every_route
def test_a_repeated_field_takes_everything_and_so_do_names(client, path):
    """Facets use all of their values, so all values are tried at once."""
    pairs = [f"{quote(name)}={value}" for name in sorted(NAMES - SINGLE) for value in VALUES.values()]
    assert_answered(client.get(f"{path}?{'&'.join(pairs)}"), [200])
    pairs = [f"{value}={value}&{value}&={value}&&;" for value in VALUES.values()]
    assert_answered(client.get(f"{path}?{'&'.join(pairs)}"), [200])


@pytest.mark.parametrize("format_", formats.ROWS)
def test_files_are_well_formed_under_hostile_filters(client, format_):
    lists = [path for path in LISTS if (path, format_) != (HERE["funding_list"], "atom")]  # which has no feed
    for value, path in zip(VALUES.values(), cycle(lists)):
        response = client.get(f"{path}?q={value}&type={value}&page={value}&sort={value}&format={format_}")
        assert_answered(response, [200])
        assert response["Content-Type"].startswith(formats.ROWS[format_].media_type)


@of_every_route
def test_thousands_of_parameters_are_answered_or_refused(client, path):
    repeated = "&".join(f"type=academia&q={n}&page={n}&country=X{n}" for n in range(500))
    unknown = "&".join(f"p{n}={n}" for n in range(2_000))
    many = "&".join(f"initiative=i{n}&actor=a{n}&publisher=p{n}" for n in range(700))
    for query in (repeated, unknown, many):
        assert_answered(client.get(f"{path}?{query}"))


def test_more_parameters_than_any_form_has_are_refused(client):
    query = "&".join(f"p{n}" for n in range(10_001))
    assert_answered(client.get(f"/actors/?{query}"), [400])


SLUGS = [
    "a" * 10_000,
    "%00",
    "town%00",
    "%ff",
    "%ed%a0%80",
    "..",
    "%2e%2e%2f",
    "town.json",
    "TOWN",
    "-",
    "%27",
    "тест",
]
PATHS = ["/actors/{}/", "/initiatives/{}/", "/countries/{}/", "/documents/{}/", "/{}/", "/{}", "/static/{}"]


@pytest.mark.parametrize("path", PATHS)
def test_no_path_finds_what_is_not_there(client, path):
    for slug in SLUGS:
        assert_answered(client.get(path.format(slug)), [301, 404])


def test_a_path_and_a_query_of_html_are_escaped_where_they_are_repeated(client):
    for path in (
        "/search/?q=",
        "/actors/?q=",
        "/actors/?page=",
        "/actors/?colour=",
        "/initiatives/?from=",
        "/actors/",
    ):
        response = client.get(path + quote(HTML))
        assert_answered(response, [200, 404])


@of_every_route
def test_headers_may_be_hostile(client, path):
    headers = {
        "accept-language": "x" * 5_000 + ",*;q=9,-;;q=,рус",
        "accept-encoding": "br;q=nan, \x00",
        "if-modified-since": "Mon, 99 Foo 10000000",
        "if-none-match": '"' * 99,
        "range": "bytes=5-1,-,",
        "cookie": "sessionid='; \x00=; csrftoken=<script>; messages=\"",
        "x-forwarded-for": "' OR 1=1, ::1",
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "gopher",
    }
    assert client.get(path, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver:x", "testserver, evil.example", "\x00", "a" * 5_000]
)
def test_a_foreign_host_is_refused(client, host):
    assert_answered(client.get("/", headers={"host": host}), [400])


MACHINES = ["/id/actor/town", "/id/theme/", "/data/2020-01-01/actors.csv"]


@pytest.mark.parametrize("path", [*HERE.values(), *MACHINES])
def test_public_pages_are_only_read(path):
    client = Client(enforce_csrf_checks=True)
    for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"):
        response = client.generic(method, path, "a=b", content_type="application/x-www-form-urlencoded")
        assert_answered(response, [405])
        assert response["Allow"] == "GET, HEAD"
        if not path.startswith("/api/"):
            assert "only be read" in Page(response.text).text("h1")


@of_every_route
def test_head_answers_as_get_does_without_a_body(client, path):
    head, got = client.head(path), client.get(path)
    assert head.status_code == got.status_code == 200
    assert head.getvalue() == b""
    assert head["Content-Type"] == got["Content-Type"]


@pytest.mark.parametrize("unseen", ["%EF%BF%BF", "%E2%80%8B", "%C2%AD", "%01", "%7F"])
def test_a_search_for_what_cannot_be_seen_is_an_empty_one(client, unseen):
    response = client.get(f"/search/?q={unseen}")
    assert response.status_code == 200
    assert "no such filter" not in response.text
