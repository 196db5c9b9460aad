"""Answers are kept, and never older than the last change to the directory."""

from random import Random

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpResponse

from initiatives.models import Participation
from roma_network.core import caches
from roma_network.models import ContentVersion, Source, content_version
from roma_network.pages import http_cache
from stakeholders.models import Actor, ActorName, Theme
from tests.costs import counted
from tests.factories import (
    ActorCitationFactory,
    ActorFactory,
    ActorNameFactory,
    DocumentFactory,
    InitiativeFactory,
    ParticipationFactory,
    RelationFactory,
    SourceFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db

PAGE = "/actors/agency/"


@pytest.fixture
def agency():
    return ActorFactory(slug="agency", name="Agency", summary="Before")


def fresh(client, url):
    """The page as it is without anything kept."""
    cache.clear()
    return client.get(url).content


def test_a_page_asked_for_again_costs_one_query(client, agency):
    first = client.get(PAGE)
    with counted() as queries:
        second = client.get(PAGE)
    assert len(queries) == 1
    assert second.content == first.content
    assert second.headers == first.headers


@pytest.mark.django_db(transaction=True)
def test_in_a_rush_one_reading_of_the_version_serves_many_until_this_process_writes(client, monkeypatch):
    ActorFactory(slug="agency", name="Agency")
    client.get(PAGE)
    clock = [content_version.monotonic() + 1]
    monkeypatch.setattr(content_version, "monotonic", lambda: clock[0])
    with counted() as queries:
        pages = [client.get(PAGE).text for _ in range(5)]
    assert len(queries) == 1
    assert all("Agency" in page for page in pages)
    Actor.objects.filter(slug="agency").update(name="Office")
    assert "Office" in client.get(PAGE).text
    clock[0] += 0.011
    with counted() as queries:
        client.get(PAGE)
    assert len(queries) == 1
    ContentVersion.read_last.clear()


def test_a_reader_who_has_the_page_gets_no_second_copy(client, agency):
    etag = client.get(PAGE)["ETag"]
    again = client.get(PAGE, headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    agency.save()
    changed = client.get(PAGE, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed["ETag"] != etag


def test_shared_caches_may_keep_public_pages_and_must_ask_again(client, agency):
    answer = client.get(PAGE)
    assert "public" in answer["Cache-Control"]
    assert "max-age=0" in answer["Cache-Control"]
    assert answer["Vary"] == "Accept-Encoding"


def test_compressed_and_plain_answers_are_kept_apart(client, agency):
    for _ in range(2):
        assert client.get("/actors/").headers.get("Content-Encoding") is None
        assert client.get("/actors/", headers={"Accept-Encoding": "gzip"})["Content-Encoding"] == "gzip"


@pytest.mark.parametrize(
    ("accepted", "is_compressed"),
    [
        ("gzip", True),
        ("GZip", True),
        ("br;q=1.0, gzip ; q=0.5", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("*;q=0", False),
        ("identity", False),
        ("gzipped", False),
        ("br;q=nan, \x00", False),
    ],
)
def test_an_answer_is_compressed_for_who_accepts_it(client, agency, accepted, is_compressed):
    answer = client.get("/actors/", headers={"Accept-Encoding": accepted})
    assert ("Content-Encoding" in answer) == is_compressed
    robots = client.get("/static/css/base.css", headers={"Accept-Encoding": accepted})
    assert robots.headers.get("Content-Encoding") in ((None, "gzip", "br") if is_compressed else (None,))


def test_what_a_stranger_sends_makes_no_second_entry(client, agency):
    first = client.get(PAGE, headers={"Accept-Encoding": "gzip"})
    before = len(cache.store.entries)
    for number in range(3):
        headers = {"Accept-Encoding": f"gzip, x{number}", "Cookie": f"a={number}; seen=999999999"}
        with counted() as queries:
            assert client.get(PAGE, headers=headers).content == first.content
        assert len(queries) == 1
    assert len(cache.store.entries) == before


def test_public_views_are_given_no_cookie(client, agency, monkeypatch):
    found = []
    monkeypatch.setattr(
        "stakeholders.views.actor_page", lambda request, actor: found.append(request) or HttpResponse()
    )
    client.get(PAGE, headers={"Cookie": "sessionid=1; csrftoken=2; messages=3; seen=4"})
    assert found[0].COOKIES == {}
    assert "HTTP_COOKIE" not in found[0].META


@pytest.mark.parametrize("url", [PAGE, "/actors/?format=csv", "/map/?format=svg", "/api/v1/actors/", "/"])
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_head_has_the_headers_of_get(client, agency, url, encoding):
    headers = {"Accept-Encoding": encoding}
    head, got = client.head(url, headers=headers), client.get(url, headers=headers)
    told = {name: value for name, value in head.headers.items() if name != "Content-Length"}
    assert told == {name: value for name, value in got.headers.items() if name != "Content-Length"}
    assert "ETag" in head
    assert client.head(url, headers={**headers, "If-None-Match": got["ETag"]}).status_code == 304


def test_what_is_kept_is_compressed(client, agency):
    page = client.get("/actors/").content
    [data] = [data for key, (_end, data) in cache.store.entries.items() if "answer-" in key]
    assert len(data) < len(page) / 2
    assert client.get("/actors/").content == page


def test_what_is_very_large_is_not_kept(client, agency, monkeypatch):
    monkeypatch.setattr(http_cache, "MOST_BYTES", 100)
    assert client.get("/actors/")["ETag"]
    assert not [key for key in cache.store.entries if "answer-" in key]


def test_a_page_is_the_same_by_whatever_host_it_was_asked_for(client, agency):
    pages = {client.get("/actors/", headers={"Host": host}).text for host in ("localhost", "testserver") * 2}
    assert len(pages) == 1


@pytest.mark.parametrize(
    "url", ["/admin/login/", "/healthz", "/nowhere/", "/actors/nobody/", "/api/v1/actors/?nowhere=1"]
)
def test_what_is_not_public_or_not_there_is_not_kept(client, agency, url):
    assert "ETag" not in client.get(url)
    assert "public" not in client.get(url).headers.get("Cache-Control", "")


def test_what_somebody_logged_in_sees_is_what_everybody_sees(client, admin_client, agency):
    kept = admin_client.get(PAGE)
    assert client.get(PAGE).content == kept.content == fresh(client, PAGE)
    assert "Set-Cookie" not in kept.headers


WRITES = {
    "save": lambda agency: renamed(agency).save(),
    "update": lambda agency: Actor.objects.filter(pk=agency.pk).update(summary="After"),
    "bulk_update": lambda agency: Actor.objects.bulk_update([renamed(agency)], ["name"]),
    "other name": lambda agency: ActorNameFactory(actor=agency, name="Office"),
    "other names in bulk": lambda agency: ActorName.objects.bulk_create(
        [ActorName(actor=agency, name="Office")]
    ),
    "themes": lambda agency: agency.themes.set([ThemeFactory()]),
    "themes from the other side": lambda agency: ThemeFactory().actors.set([agency]),  # type: ignore[attr-defined]
    "citation": lambda agency: ActorCitationFactory(subject=agency),
    "participation": lambda agency: ParticipationFactory(actor=agency),
    "relation": lambda agency: RelationFactory(target=agency),
    "document": lambda agency: DocumentFactory(publisher=agency),
    "child": lambda agency: ActorFactory(parent=agency),
    "withdrawal": lambda agency: Actor.objects.filter(pk=agency.pk).update(status="withdrawn"),
    "delete": lambda agency: agency.delete(),
    "delete a set": lambda agency: Actor.objects.filter(pk=agency.pk).delete(),
}


def renamed(agency):
    agency.name = "Office"
    return agency


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_an_edit_shows_at_once(client, agency, write):
    before = client.get(PAGE).content
    write(agency)
    after = client.get(PAGE).content
    assert after != before
    assert after == fresh(client, PAGE)


def test_loaddata_shows_at_once(client, agency, tmp_path):
    file = tmp_path / "actor.json"
    file.write_text(
        '[{"model": "stakeholders.actor", "fields": {"slug": "agency", "name": "Office", "type": "academia", '
        '"status": "published", "published_at": "2026-01-01T00:00:00Z"}}]'
    )
    before = client.get("/actors/").content
    call_command("loaddata", file, verbosity=0)
    assert client.get("/actors/").content != before


def test_a_source_corrected_shows_on_every_page_that_cites_it(client, agency):
    source = ActorCitationFactory(subject=agency, source__title="Tpyo").source
    assert "Tpyo" in client.get(PAGE).text
    Source.objects.filter(pk=source.pk).update(title="Title")
    assert "Tpyo" not in client.get(PAGE).text


def test_a_version_never_comes_twice_even_if_the_count_does(agency):
    ContentVersion.objects.update(number=5)
    ContentVersion.bump()
    version = ContentVersion.current()
    ContentVersion.objects.update(number=5)
    ContentVersion.bump()
    assert ContentVersion.current() != version


URLS = [
    "/",
    "/actors/",
    "/actors/?q=agency",
    "/actors/?role=lead&type=academia",
    PAGE,
    "/initiatives/",
    "/countries/",
]


def random_write(random, agency):
    """One change of a random kind to a random row."""
    actor = random.choice(Actor.objects.order_by("pk"))
    match random.randrange(8):
        case 0:
            ActorFactory(type=random.choice(["academia", "business"]))
        case 1:
            ParticipationFactory(
                actor=actor, initiative=InitiativeFactory(), role=random.choice(["lead", "partner"])
            )
        case 2:
            Participation.objects.filter(actor=actor).delete()
        case 3:
            Actor.objects.filter(pk=actor.pk).update(summary=f"Summary {random.random()}")
        case 4:
            actor.status = random.choice(["published", "withdrawn", "draft"])
            actor.save()
        case 5:
            actor.themes.set(random.sample(list(Theme.objects.order_by("pk")), 1))
        case 6:
            Actor.objects.bulk_create(
                [Actor(slug=f"bulk-{random.randrange(10**9)}", name="Agency in bulk", type="academia")]
            )
        case _:
            Source.objects.bulk_create([SourceFactory.build()])


@pytest.mark.parametrize("seed", range(4))
def test_no_page_is_ever_stale(client, agency, seed):
    """Reads and writes in random order: every answer is what it would be without a cache."""
    random = Random(seed)  # noqa: S311 (nothing here is secret)
    ThemeFactory.create_batch(2)
    for _ in range(40):
        if random.random() < 0.3:
            random_write(random, agency)
        url = random.choice(URLS)
        kept = client.get(url)
        everything = list(cache.store.entries.items())
        assert kept.content == fresh(client, url), url
        for key, (end, data) in everything:
            cache.store.write(key, data, end, cache.most_bytes)


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "pymemcache://127.0.0.1:1"])
def test_pages_do_without_a_cache_that_is_gone(client, agency, settings, caplog, url):
    settings.CACHES = {"default": caches.parsed(url)}
    for _ in range(2):
        assert client.get(PAGE).status_code == 200
    assert "cache cannot be" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_died_since_the_last_request_costs_no_reader_a_page(client, monkeypatch):
    cursor, died = BaseDatabaseWrapper.cursor, []

    def dead_once(self):
        if not died:
            died.append(self)
            raise OperationalError("server closed the connection unexpectedly")
        return cursor(self)

    monkeypatch.setattr(BaseDatabaseWrapper, "cursor", dead_once)
    assert client.get("/actors/").status_code == 200
    assert died
