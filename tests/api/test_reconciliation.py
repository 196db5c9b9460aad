"""Reconciliation keeps to the API 0.2 of the W3C community group, whose schemas lie beside this, as OpenRefine uses it."""

import json
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from django.contrib.auth.models import User
from jsonschema import Draft7Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7

from roma_network.api import reconciliation
from roma_network.editorial import merging
from roma_network.models import Status
from tests import factories
from tests.editing import queries_of

pytestmark = pytest.mark.django_db

SERVICE = "/api/v1/reconcile/"
SCHEMAS = Path(__file__).with_name(
    "reconciliation_schemas"
)  # github.com/reconciliation-api/specs, 0.2/schemas


@cache
def validator(name):
    found = [json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")]
    registry = Registry().with_resources((each["$id"], DRAFT7.create_resource(each)) for each in found)
    schema = json.loads((SCHEMAS / f"{name}.json").read_text())
    return Draft7Validator(schema, registry=registry)


def holds(body, schema):
    assert [each.message for each in validator(schema).iter_errors(body)] == []
    return body


def get(client, url, schema):
    """As a client asks: addresses come from the manifest."""
    parts = urlsplit(url)
    response = client.get(f"{parts.path}?{parts.query}")
    assert response.status_code == 200, response.content[:300]
    assert response["Access-Control-Allow-Origin"] == "*"
    return holds(response.json(), schema)


def asked(client, batch, method="post"):
    holds(batch, "reconciliation-query-batch")
    response = getattr(client, method)(SERVICE, {"queries": json.dumps(batch)})
    assert response.status_code == 200, response.content[:300]
    found = holds(response.json(), "reconciliation-result-batch")
    return {key: [row["id"] for row in answer["result"]] for key, answer in found.items()}, found


def extended(client, ids, *properties):
    query = holds({"ids": ids, "properties": [{"id": name} for name in properties]}, "data-extension-query")
    response = client.post(SERVICE, {"extend": json.dumps(query)})
    assert response.status_code == 200, response.content[:300]
    return holds(response.json(), "data-extension-response")


@pytest.fixture
def manifest(client):
    return get(client, SERVICE, "manifest")


# As OpenRefine goes about it


def test_a_column_is_reconciled_and_filled_as_openrefine_does(directory, client, manifest):
    # It guesses the type from the first rows, then sends batches of ten with columns as properties.
    names = [
        "The Council of Europe",
        "Comune di Pescara",
        "Glasgow (GCC)",
        "ROMACT",
        "Nothing at all like it",
    ]
    found, answers = asked(
        client, {f"q{number}": {"query": name, "limit": 3} for number, name in enumerate(names)}
    )
    assert found["q0"][0] == "actor/council-of-europe"
    assert answers["q0"]["result"][0]["match"]
    assert found["q3"][0] == "initiative/romact"
    assert found["q4"] == []
    typed = {"query": "Comune di Pescara", "type": "type/local_authority", "type_strict": "should"}
    country = {"pid": "country", "v": {"id": "IT", "name": "Italy"}}
    found, answers = asked(client, {"q0": typed | {"properties": [country]}})
    [town] = answers["q0"]["result"]
    assert town["type"][0] == {"id": "type/local_authority", "name": "Regional or local authority"}
    # Pointing at a candidate shows a preview, a click leads to the entry.
    preview = manifest["preview"]["url"].replace("{{id}}", quote(town["id"], safe=""))
    parts = urlsplit(preview)
    shown = client.get(f"{parts.path}?{parts.query}", follow=True)
    assert "Pescara" in shown.text
    assert shown.redirect_chain[0][0].startswith("/embed/actors/")
    view = urlsplit(manifest["view"]["url"].replace("{{id}}", town["id"]))
    assert client.get(view.path).status_code == 303
    # “Add columns from reconciled values” asks which there are, then for their values.
    offer = manifest["extend"]["propose_properties"]
    proposed = get(
        client,
        f"{offer['service_url']}{offer['service_path']}?type=actor&limit=5",
        "data-extension-property-proposal",
    )
    assert len(proposed["properties"]) == 5
    rows = extended(client, [town["id"], "actor/no-such"], "country", "website", "latitude", "themes")["rows"]
    assert rows[town["id"]]["country"] == [{"str": "IT"}]
    assert rows[town["id"]]["website"] == [{"str": "https://www.comune.pescara.it"}]
    assert rows[town["id"]]["latitude"][0]["float"] == pytest.approx(42.46, abs=0.1)
    assert rows["actor/no-such"]["country"] == []


def test_while_somebody_types(directory, client, manifest):
    def suggested(what, prefix, more=""):
        service = manifest["suggest"][what]
        schema = {"entity": "entities", "type": "types", "property": "properties"}[what]
        address = f"{service['service_url']}{service['service_path']}?prefix={prefix}{more}"
        return [each["id"] for each in get(client, address, f"suggest-{schema}-response")["result"]]

    def flyout(what, identifier):
        service = manifest["suggest"][what]
        path = service["flyout_service_path"].replace("${id}", quote(identifier, safe=""))
        parts = urlsplit(f"{service['flyout_service_url']}{path}")
        return client.get(f"{parts.path}?{parts.query}").json()

    assert suggested("entity", "council+of+eur")[0] == "actor/council-of-europe"
    assert suggested("entity", "romact", "&type=initiative")[0] == "initiative/romact"
    assert suggested("entity", "romact", "&type=type/academia") == []
    first, second = suggested("entity", "roma"), suggested("entity", "roma", "&cursor=5")
    assert first[5:] == second[: len(first) - 5]
    assert suggested("entity", "") == []
    assert "type/academia" in suggested("type", "acad")
    assert suggested("property", "web") == ["website"]
    assert "Council of Europe" in flyout("entity", "actor/council-of-europe")["html"]
    assert "Academic" in flyout("type", "type/academia")["html"]
    assert "Website" in flyout("property", "website")["html"]


# What is told


def test_get_and_post_answer_alike(client):
    factories.ActorFactory(name="Roma House")
    batch = {"q0": {"query": "The Roma House"}}
    assert asked(client, batch, "get") == asked(client, batch, "post")


def test_properties_alone_are_enough(client):
    actor = factories.ActorFactory(
        website="https://house.example.eu/", wikidata="Q77", email="info@house.example.eu"
    )
    values = {
        "website": "http://www.house.example.eu",
        "wikidata": "http://www.wikidata.org/entity/Q77",
        "email": "office@house.example.eu",
    }
    batch = {name: {"properties": [{"pid": name, "v": [value]}]} for name, value in values.items()}
    found, _answers = asked(client, batch)
    assert found == {name: [f"actor/{actor.slug}"] for name in values}


def test_types_narrow_unless_they_only_should(client):
    school = factories.ActorFactory(name="Roma House", type="academia")
    query = {"query": "Roma House"}
    batch = {
        "same": query | {"type": "type/academia"},
        "list": query | {"type": ["type/business", "type/academia"]},
        "kind": query | {"type": ["actor"]},
        "other": query | {"type": "type/business"},
        "should": query | {"type": "type/business", "type_strict": "should"},
        "initiative": query | {"type": "initiative"},
        "unknown": query | {"type": "type/no-such"},
    }
    found, _answers = asked(client, batch)
    assert {key for key, ids in found.items() if ids == [f"actor/{school.slug}"]} == {
        "same",
        "list",
        "kind",
        "should",
    }


def test_only_what_is_public_is_told_and_merged_entries_lead_to_their_survivors(client, cast):
    draft = factories.ActorFactory(name="Roma Draft", status=Status.DRAFT)
    kept, old = factories.ActorFactory(name="Roma House"), factories.ActorFactory(name="Maison des Roms")
    merging.merge(survivor=kept, old=old, by=User.objects.get(username="publisher"), reason="one")
    found, _answers = asked(client, {"draft": {"query": "Roma Draft"}, "old": {"query": "Maison des Roms"}})
    assert found == {"draft": [], "old": [f"actor/{kept.slug}"]}
    ids = [f"actor/{slug}" for slug in (draft.slug, old.slug, kept.slug)]
    rows = extended(client, ids, "name")["rows"]
    assert [rows[each]["name"] for each in ids] == [[], [{"str": "Roma House"}], [{"str": "Roma House"}]]
    assert client.get(f"{SERVICE}preview/", {"id": ids[0]}).status_code == 404
    assert client.get(f"{SERVICE}preview/", {"id": ids[1]})["Location"] == f"/embed/actors/{kept.slug}/"
    assert client.get(f"{SERVICE}flyout/entity/", {"id": ids[0]}).status_code == 404


def test_cells_lead_to_entities(client):
    tie = factories.ParticipationFactory(actor__parent=factories.ActorFactory(name="House"))
    answer = extended(client, [f"actor/{tie.actor.slug}"], "part_of", "initiatives", "sources")
    cells = answer["rows"][f"actor/{tie.actor.slug}"]
    assert cells["part_of"] == [{"id": f"actor/{tie.actor.parent.slug}", "name": "House"}]
    assert cells["initiatives"] == [{"id": f"initiative/{tie.initiative.slug}", "name": tie.initiative.name}]
    assert answer["meta"][0]["type"]["id"] == "actor"


def test_every_property_can_be_asked_of_everything(directory, client):
    proposed = client.get(f"{SERVICE}properties/").json()["properties"]
    names = [each["id"] for each in proposed]
    extended(client, ["actor/council-of-europe", "initiative/romact"], *names)


def test_a_batch_costs_the_same_queries_however_long(client):
    actors = factories.ActorFactory.create_batch(8)
    batch = {each.slug: {"query": each.name} for each in actors}
    asked(client, batch)
    few = queries_of(
        client, SERVICE, {"queries": json.dumps({"q": {"query": actors[0].name}})}, method="post"
    )
    many = queries_of(client, SERVICE, {"queries": json.dumps(batch)}, method="post")
    assert many == few


# What cannot be answered

TOO_MANY = json.dumps({f"q{number}": {"query": "roma"} for number in range(10_000)})


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"queries": ""},
        {"queries": "{"},
        {"queries": "[]"},
        {"queries": "1"},
        {"queries": "[" * 100_000},
        {"queries": '{"q": 1}'},
        {"queries": '{"q": {}}'},
        {"queries": '{"q": {"query": 1}}'},
        {"queries": '{"q": {"query": "a", "properties": {}}}'},
        {"queries": '{"q": {"query": "a", "type": 5}}'},
        {"queries": '{"q": {"query": "a", "limit": ' + "9" * 5000 + "}}"},
        {"queries": TOO_MANY},
        {"extend": "{}"},
        {"extend": '{"ids": ["a"], "properties": [{"id": "no such"}]}'},
        {"extend": '{"ids": ["a"], "properties": [{"id": []}]}'},
        {"extend": '{"ids": [1], "properties": []}'},
        {"extend": json.dumps({"ids": ["a"] * 10_000, "properties": []})},
        {"query": "roma"},
    ],
    ids=lambda sent: str(sent)[:70],
)
def test_what_cannot_be_answered_is_a_problem_that_names_it(client, sent):
    response = client.post(SERVICE, sent)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["errors"]


@pytest.mark.parametrize(
    "text",
    [
        "\0",
        "\ud800",
        "\U0001f600" * 50,
        "a" * 100_000,
        "(" * 5000,
        "Ω≈ç√∫˜µ",
        "\u202eevil",
        "%",
        "'; DROP TABLE",
        "   ",
    ],
    ids=ascii,
)
def test_any_text_can_be_asked_for(client, text):
    factories.ActorFactory(name="Roma House")
    query = {
        "query": text or "x",
        "properties": [{"pid": name, "v": text} for name in reconciliation.COMPARED],
    }
    odd = {
        "properties": [{"pid": [], "v": text}, None, 5, {"pid": "website", "v": {"id": [text]}}],
        "query": "a",
    }
    batch = {
        text: query,
        "odd": odd,
        "limits": {"query": "roma", "limit": -1.5},
        "nan": {"query": "a", "limit": float("nan")},
    }
    assert client.post(SERVICE, {"queries": json.dumps(batch)}).status_code == 200
    sent = json.dumps({"ids": [text, f"actor/{text}"], "properties": [{"id": "name"}]})
    assert client.post(SERVICE, {"extend": sent}).status_code == 200
    if text != "\ud800":  # which no address can hold
        for path in ("suggest/entity/?prefix=", "suggest/type/?prefix=", "suggest/property/?prefix="):
            assert client.get(f"{SERVICE}{path}{quote(text)}").status_code == 200
        for path in ("flyout/entity/?id=", "flyout/type/?id=", "flyout/property/?id=", "preview/?id=actor/"):
            assert client.get(f"{SERVICE}{path}{quote(text)}").status_code == 404


def test_a_form_that_is_too_long_is_refused(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = client.post(SERVICE, f"queries={'x' * 2000}", content_type="application/x-www-form-urlencoded")
    assert response.status_code == 413
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""]
)
def test_another_kind_of_body_is_refused(client, content_type):
    response = client.post(SERVICE, '{"queries": {}}', content_type=content_type)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_pages_of_other_sites_may_ask(client):
    response = client.options(SERVICE, HTTP_ORIGIN="https://elsewhere.example")
    assert response.status_code == 204
    assert "POST" in response["Access-Control-Allow-Methods"]
    assert client.put(SERVICE).status_code == 405
    assert client.post(f"{SERVICE}suggest/entity/").status_code == 405


def test_a_long_batch_has_its_price(client, settings):
    settings.API_RATE = "20/min"
    batch = json.dumps({f"q{number}": {"query": "roma"} for number in range(200)})
    assert client.post(SERVICE, {"queries": batch}).status_code == 200
    response = client.post(SERVICE, {"queries": batch})
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0


def test_it_is_described(client):
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert set(paths[SERVICE]) == {"get", "post"}
    assert f"{SERVICE}suggest/entity/" in paths
    assert f"{SERVICE}flyout/property/" in paths
