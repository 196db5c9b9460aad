"""Who reads from which database, told by a stand-in for the servers; `tests/production` does it with real ones."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from roma_network.models import ContentVersion
from roma_network.ops import replicas
from stakeholders.models import Actor
from tests import factories


@pytest.fixture
def servers(settings, monkeypatch):
    """Alias → the content version there, None for one that cannot be reached. Two replicas and the primary."""
    settings.REPLICAS = ["replica_1", "replica_2"]
    monkeypatch.setattr(replicas.os, "getpid", lambda: 0)
    found = {"default": "7.x", "replica_1": "7.x", "replica_2": "7.x"}
    asked = []

    def version_at(alias, is_exact=True):
        asked.append(alias)
        return found[alias]

    monkeypatch.setattr(replicas, "version_at", version_at)
    found["asked"] = asked
    yield found
    replicas.read_from_primary()


def test_a_worker_keeps_to_its_replica(servers):
    for _request in range(3):
        assert replicas.choose() == "7.x"
        assert replicas.chosen() == "replica_1"
    assert servers["asked"] == ["replica_1"] * 3


def test_another_worker_takes_the_other(servers, monkeypatch):
    monkeypatch.setattr(replicas.os, "getpid", lambda: 1)
    replicas.choose()
    assert replicas.chosen() == "replica_2"


@pytest.mark.parametrize(
    ("dead", "chosen"),
    [
        (["replica_1"], "replica_2"),
        (["replica_1", "replica_2"], "default"),
        (["default"], "replica_1"),
        (["default", "replica_1"], "replica_2"),
    ],
)
def test_what_cannot_be_reached_is_passed_over(servers, dead, chosen):
    servers |= dict.fromkeys(dead)
    assert replicas.choose() == "7.x"
    assert replicas.chosen() == chosen


def test_nothing_is_read_where_all_are_gone(servers):
    servers |= dict.fromkeys(["default", "replica_1", "replica_2"])
    assert replicas.choose() is None


@pytest.mark.parametrize(
    ("versions", "chosen"), [((6, 6), "default"), ((6, 8), "replica_2"), ((8, 6), "replica_1")]
)
def test_nobody_reads_older_than_what_they_have_seen(servers, versions, chosen):
    servers["replica_1"], servers["replica_2"] = (f"{number}.x" for number in versions)
    servers["default"] = "8.x"
    assert replicas.choose(seen=7)
    assert replicas.chosen() == chosen


def test_all_reads_of_a_request_go_to_one_database_and_writes_to_the_primary(servers):
    replicas.choose()
    router = replicas.Router()
    assert router.db_for_read(Actor) == "replica_1"
    assert router.db_for_write(Actor) == "default"
    assert router.allow_migrate("default", "stakeholders")
    assert not router.allow_migrate("replica_1", "stakeholders")
    replicas.read_from_primary()
    assert router.db_for_read(Actor) == "default"


def test_a_database_that_did_not_answer_is_left_alone_for_a_while(settings, monkeypatch, caplog):
    settings.REPLICAS = ["replica_1"]
    clock = [100.0]
    monkeypatch.setattr(replicas, "monotonic", lambda: clock[0])

    def current(alias):
        clock[0] += 3
        raise replicas.OperationalError

    monkeypatch.setattr(ContentVersion, "current", current)
    monkeypatch.setattr(replicas, "connections", {"replica_1": Closing(), "default": Closing()})
    assert replicas.choose() is None
    assert "replica_1 cannot be reached" in caplog.text
    assert not any(replicas.is_worth_asking(alias) for alias in replicas.candidates())
    clock[0] += 7
    assert [replicas.is_worth_asking("replica_1") for _ in range(3)] == [True, False, False]  # one finds out
    monkeypatch.setattr(ContentVersion, "current", lambda alias: "8.a")
    assert replicas.version_at("replica_1") == "8.a"
    assert [replicas.is_worth_asking("replica_1") for _ in range(3)] == [True, True, True]


class Closing:
    def close(self):
        pass


def seen_with(rf, cookie):
    request = rf.get("/")
    request.COOKIES[replicas.COOKIE] = cookie
    return replicas.seen_by(request)


def test_a_note_of_the_admin_is_believed_for_a_while(rf, monkeypatch):
    note = replicas.note_of(7)
    assert seen_with(rf, note) == 7
    later = replicas.time() + replicas.COOKIE_SECONDS + 1
    monkeypatch.setattr(replicas, "time", lambda: later)
    assert seen_with(rf, note) == 0


@pytest.mark.parametrize(
    "cookie", ["7", "", "seven", "-1", "9" * 40, "٧", "7.9999999999.", "7.9999999999." + "a" * 22]
)
def test_a_note_of_anybody_else_is_not(rf, cookie):
    assert seen_with(rf, cookie) == 0


def test_nobody_makes_more_of_a_note(rf, settings):
    number, end, mark = replicas.note_of(7).split(".")
    assert seen_with(rf, f"{number}0.{end}.{mark}") == 0
    assert seen_with(rf, f"{number}.{end}0.{mark}") == 0
    settings.SECRET_KEY = "another" * 10
    assert seen_with(rf, f"{number}.{end}.{mark}") == 0


def test_the_admin_leaves_a_note_of_what_was_written(db, servers):
    client = Client()
    client.force_login(User.objects.create_superuser("superuser"))
    country = factories.CountryFactory()
    servers["default"] = "12.x"
    fields = {"name": "Renamed", "membership": country.membership, "code": country.code}
    response = client.post(f"/admin/stakeholders/country/{country.pk}/change/", fields)
    assert response.status_code == 302
    assert response.cookies[replicas.COOKIE].value.startswith("12.")
    assert response.cookies[replicas.COOKIE]["httponly"]
    assert replicas.COOKIE not in client.get("/admin/stakeholders/country/").cookies
