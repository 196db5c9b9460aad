"""The API says what pages and files say, names what it cannot use, and keeps to its own description."""

import json
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from initiatives.models import Document, Initiative, Participation
from roma_network.api import endpoints
from roma_network.editorial import merging
from roma_network.export.records import is_public
from roma_network.models import Source, Status
from stakeholders.models import Actor, Country, Relation, Theme
from tests import factories
from tests.editing import queries_of
from tests.html import read, results_at

pytestmark = pytest.mark.django_db

API = "/api/v1"
ENTRIES = {"actors": Actor, "initiatives": Initiative, "documents": Document}
PARTS = [*ENTRIES, "participations", "relations", "countries", "themes", "sources"]


def get(client, path, status=200):
    response = client.get(f"{API}/{path}")
    assert response.status_code == status, response.content[:300]
    return response.json()


def everything(client, path):
    """All results, from page to page."""
    results, url = [], f"{API}/{path}"
    while url:
        page = client.get(url).json()
        results += page["results"]
        url = page["next"] and "{0.path}?{0.query}".format(urlsplit(page["next"]))
    return results


# What entries lead to


@pytest.mark.parametrize(
    "query",
    [
        "actors/?country=RO&include=initiatives,themes,country,part_of",
        "initiatives/?actor_type=academia&page_size=5&include=participants,themes",
        "documents/?kind=report&page_size=20&include=publisher,actors,initiatives",
        "participations/?initiative=leri&include=actor,initiative",
        "relations/?page_size=20&include=subject,target",
    ],
)
def test_what_rows_lead_to_comes_along_in_full(directory, client, query):
    path, _, wanted = query.partition("include=")
    answer = get(client, query)
    without = get(client, path.rstrip("&?"))
    assert answer["results"] == without["results"]
    included = answer["included"]
    for column in wanted.split(","):
        values = [row[column] for row in answer["results"]]
        cells = [cell for value in values for cell in (value if isinstance(value, list) else [value]) if cell]
        keys = {next(iter(cell.values())) if isinstance(cell, dict) else cell for cell in cells}
        found = [row.get("slug", row.get("code")) for rows in included.values() for row in rows]
        assert keys <= set(found), column
        assert keys
    for part, rows in included.items():
        if part in ENTRIES:
            assert rows[0] == get(client, f"{part}/{rows[0]['slug']}/")


def test_one_entry_with_what_it_leads_to(client):
    tie = factories.ParticipationFactory(actor__slug="town", initiative__slug="programme")
    factories.ParticipationFactory(actor=tie.actor, initiative__status=Status.DRAFT)
    answer = get(client, "actors/town/?fields=slug&include=initiatives")
    assert answer["slug"] == "town"
    assert [row["slug"] for row in answer["included"]["initiatives"]] == ["programme"]


def test_what_cannot_be_included_is_named(client, monkeypatch):
    factories.ParticipationFactory(actor__slug="town")
    for query in ("actors/?include=secrets", "actors/town/?include=", "themes/?include=name"):
        [error] = get(client, query, 400)["errors"]
        assert error["parameter"] == "include"
    monkeypatch.setattr(endpoints, "MOST_INCLUDED", 0)
    assert "smaller pages" in get(client, "actors/?include=initiatives", 400)["errors"][0]["detail"]


# The same everywhere


@pytest.mark.parametrize(
    "query",
    [
        "actors/?type=academia",
        "actors/?country=RO&theme=education&q=roma",
        "initiatives/?actor_type=academia&from=2010",
        "documents/?kind=report&sort=name",
    ],
)
def test_page_file_and_api_are_one(directory, client, query):
    answer = get(client, query)
    page = read(client, f"/{query}")
    assert answer["count"] == page.count == results_at(f"/{query}")
    rows = json.loads(client.get(f"/{query}&format=json").getvalue())
    told = everything(client, f"{query}&page_size=200")
    assert [row["slug"] for row in told] == [row["slug"] for row in rows]
    assert sorted(told, key=lambda row: row["slug"]) == sorted(rows, key=lambda row: row["slug"])


def test_every_part_holds_all_that_is_public(directory, client):
    expected = {name: model.objects.published().count() for name, model in ENTRIES.items()} | {
        "participations": Participation.objects.public().count(),
        "relations": Relation.objects.public().count(),
        "countries": Country.objects.count(),
        "themes": Theme.objects.count(),
        "sources": Source.objects.filter(is_public(Source)).count(),
    }
    assert {name: get(client, f"{name}/?page_size=1")["count"] for name in PARTS} == expected


@pytest.mark.parametrize(
    "query", ["actors/?sort=connected&", "participations/?role=lead&", "countries/?", "relations/?"]
)
def test_pages_and_cursors_lead_through_everything_once(directory, client, query):
    by_page, by_cursor = (everything(client, f"{query}page_size=50{more}") for more in ("", "&cursor="))
    assert len(by_page) == len(by_cursor) == get(client, query)["count"] > 20
    assert sorted(map(json.dumps, by_page)) == sorted(map(json.dumps, by_cursor))


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.PUBLISHED}))
def test_what_is_not_published_is_nowhere(client, status):
    tie = factories.ParticipationCitationFactory(subject__initiative__slug="seen").subject
    factories.RelationCitationFactory(subject__target=tie.actor)
    before = {name: client.get(f"{API}/{name}/").content for name in PARTS}
    hidden = factories.ActorFactory(status=status, slug="hidden")
    factories.ActorCitationFactory(subject=hidden)
    factories.ParticipationCitationFactory(subject__actor=hidden, subject__initiative=tie.initiative)
    factories.RelationCitationFactory(subject__subject=hidden, subject__target=tie.actor)
    factories.InitiativeCitationFactory(subject__status=status)
    factories.DocumentCitationFactory(subject__status=status)
    for name in set(PARTS) - {"countries", "themes"}:
        assert client.get(f"{API}/{name}/").content == before[name], name
    get(client, "actors/hidden/", 404)


def test_a_merged_entry_redirects_to_the_one_in_its_place(client, admin_user):
    old, new = factories.ActorFactory(slug="old"), factories.ActorFactory(slug="new")
    merging.merge(survivor=new, old=old, by=admin_user, reason="Twice")
    response = client.get(f"{API}/actors/old/")
    assert (response.status_code, response["Location"]) == (301, f"{API}/actors/new/")


def test_a_merged_entry_redirects_with_all_that_was_asked_for(client, admin_user):
    old, new = factories.ActorFactory(slug="old"), factories.ActorFactory(slug="new")
    factories.ParticipationFactory(actor=new)
    merging.merge(survivor=new, old=old, by=admin_user, reason="Twice")
    for asked, answered in (
        ("actors/old/?fields=slug", "actors/new/?fields=slug"),
        ("participations/?actor=old&page_size=7", "participations/?actor=new&page_size=7"),
        ("documents/?actor=old&fields=slug", "documents/?actor=new&fields=slug"),
    ):
        response = client.get(f"{API}/{asked}")
        assert (response.status_code, response["Location"]) == (301, f"{API}/{answered}")


def test_a_withdrawn_entry_leaves_a_tombstone(client):
    row = factories.ActorFactory(slug="town", name="Once public")
    row.status = Status.WITHDRAWN
    row.save()
    response = client.get(f"{API}/actors/town/")
    assert (response.status_code, response["Content-Type"]) == (410, "application/problem+json")
    assert "Once public" not in response.text
    assert "stale-if-error" in response["Cache-Control"]


# Manners


def test_fields_can_be_chosen(directory, client):
    [row] = get(client, "actors/?fields=name,slug&page_size=1")["results"]
    assert list(row) == ["slug", "name"]
    assert list(get(client, "initiatives/leri/?fields=participants")) == ["participants"]


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("actors/?colour=red", "colour"),
        ("actors/?country=ZZ", "country"),
        ("actors/?page=0", "page"),
        ("actors/?page=2", "page"),
        ("actors/?page=x", "page"),
        ("actors/?page_size=201", "page_size"),
        ("actors/?page_size=-1", "page_size"),
        ("actors/?cursor=!", "cursor"),
        ("actors/?cursor=eHg", "cursor"),
        ("actors/?cursor=&page=1", "cursor"),
        ("actors/?fields=", "fields"),
        ("actors/?fields=status", "fields"),
        ("actors/?sort=random", "sort"),
        ("initiatives/?from=soon", "from"),
        ("participations/?role=boss", "role"),
        ("participations/?actor=%00", "actor"),
        ("countries/?colour=red", "colour"),
        ("actors/town/?colour=red", "colour"),
        ("changes/?since=2026-01-01", "since"),
        ("changes/?after=yesterday", "after"),
        ("changes/?after=999999999", "after"),
        ("changes/?limit=1001", "limit"),
        ("changes/?page=2", "page"),
    ],
)
def test_what_cannot_be_used_is_named(client, path, named):
    factories.ActorFactory(slug="town")
    response = client.get(f"{API}/{path}")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == 400
    assert [each["parameter"] for each in body["errors"]] == [named]


@pytest.mark.parametrize(
    "path", ["actors/nobody/", "initiatives/0/", "documents/0/", "nothing/", "actors/%00/"]
)
def test_what_there_is_not_is_not_found(client, path):
    assert client.get(f"{API}/{path}").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(client, method):
    assert getattr(client, method)(f"{API}/actors/").status_code == 405


def test_answers_are_kept_and_open_to_other_sites(client):
    factories.ActorFactory()
    first = client.get(f"{API}/actors/")
    assert first["Access-Control-Allow-Origin"] == "*"
    assert client.get(f"{API}/actors/", headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert not first.cookies
    factories.ActorFactory()
    assert client.get(f"{API}/actors/").json()["count"] == 2


def test_who_asks_too_often_is_told_when_to_come_again(client, monkeypatch):
    monkeypatch.setattr(settings, "API_RATE", "2/min")
    answers = [client.get(f"{API}/actors/?page_size={number}") for number in (1, 2, 3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2]["Retry-After"]) <= 60
    assert answers[2].json()["status"] == 429


@pytest.mark.parametrize("name", PARTS)
def test_queries_do_not_grow_with_the_rows(client, name):
    def grow():
        tie = factories.ParticipationCitationFactory().subject
        factories.RelationCitationFactory(subject__target=tie.actor)
        factories.DocumentCitationFactory(subject__publisher=tie.actor)

    grow()
    queries_of(client, f"{API}/{name}/")
    factories.ThemeFactory()
    few = queries_of(client, f"{API}/{name}/")
    for _ in range(8):
        grow()
    assert queries_of(client, f"{API}/{name}/") <= few + 1


# Its description


def test_the_page_about_it_names_every_part(client):
    page = read(client, f"{API}/")
    assert {f"{API}/{name}/" for name in PARTS} <= set(page.addresses())


def test_the_description_covers_every_part(client):
    schema = get(client, "openapi.json")
    assert schema["openapi"].startswith("3.1")
    assert {f"{API}/{name}/" for name in PARTS} <= set(schema["paths"])
    names = {each["name"] for each in schema["paths"][f"{API}/actors/"]["get"]["parameters"]}
    assert {"type", "country", "q", "sort", "page", "cursor", "fields"} <= names
