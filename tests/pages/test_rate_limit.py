"""Answers have prices; who asks too much waits, and nobody else does."""

import gc
from itertools import count

import pytest
from django.core.cache import cache
from django.urls import reverse

from roma_network.core import caches
from roma_network.pages import http_cache, rate_limit
from tests.factories import ActorFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(rate_limit.time, "time", lambda: now[0])
    return now


@pytest.fixture
def spend(rf, clock):
    def spent(cost, address="203.0.113.1", rate="60/min"):
        return rate_limit.spend(rf.get("/", REMOTE_ADDR=address), cost, rate)

    return spent


def test_a_bucket_empties_and_fills_again(spend, clock):
    assert [spend(20) for _ in range(3)] == [0, 0, 0]
    assert spend(1) == 1
    clock[0] += 1
    assert spend(100) == 0  # the dearest can be had at all
    assert spend(1) == 100
    clock[0] += 99
    assert spend(1) == 1
    clock[0] += 10_000
    assert [spend(30), spend(30), spend(30) > 0] == [0, 0, True]
    clock[0] -= 5000  # clocks jump
    assert spend(1) > 0


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ("203.0.113.1", "203.0.113.99", True),
        ("203.0.113.1", "203.0.114.1", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::1", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.1", "203.0.113.2", True),
        ("", "", False),
    ],
)
def test_a_network_has_one_bucket(spend, one, other, share):
    spend(1000, one)
    assert (spend(1, other) > 0) == share


def test_rates_have_buckets_of_their_own(spend):
    assert spend(1000) == 0
    assert spend(1, rate="61/min") == 0
    assert spend(1) > 0


@pytest.mark.parametrize(("seconds", "pages"), [(0.0, 5), (0.05, 5), (0.2, 1), (60.0, 1)])
def test_a_page_that_costs_far_more_than_its_price_is_paid_for(client, settings, monkeypatch, seconds, pages):
    settings.RATE = "90/min"  # fifteen at once, and a page three
    ActorFactory(slug="fra")
    times = count(step=seconds)
    monkeypatch.setattr(http_cache.time, "thread_time", lambda: next(times))
    monkeypatch.setattr(rate_limit.time, "time", lambda: 1000.0)
    answers = [client.get(f"/actors/fra/?x={number}") for number in range(10)]
    assert [answer.status_code for answer in answers].count(200) == pages
    assert int(answers[-1]["Retry-After"]) <= 20  # also where a worker had to read everything first


def test_without_a_cache_nobody_is_counted(settings, spend, caplog):
    settings.CACHES = {"default": caches.parsed("redis://127.0.0.1:1/0")}
    assert [spend(1000) for _ in range(3)] == [0, 0, 0]
    assert "cache cannot be" in caplog.text


def test_what_is_kept_costs_nothing_and_all_else_its_price(client, settings):
    settings.RATE = "1/hour"
    ActorFactory()
    assert [client.get("/actors/").status_code for _ in range(5)] == [200] * 5
    refused = client.get("/actors/?q=actor")
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 3 * 3600
    assert "from your network" in refused.text
    assert "Set-Cookie" not in refused.headers
    assert "public" not in refused.headers.get("Cache-Control", "")
    assert client.get("/actors/?q=actor", REMOTE_ADDR="203.0.113.1").status_code == 200
    assert client.get("/actors/").status_code == 200
    assert client.get("/api/v1/actors/").status_code == 200


def test_few_files_are_made_at_once(client, monkeypatch):
    monkeypatch.setattr(rate_limit, "slots", rate_limit.BoundedSemaphore(1))
    ActorFactory()
    one = client.get("/actors/?format=csv")
    other = client.get("/actors/?format=json")
    assert other.status_code == 503
    assert int(other["Retry-After"]) > 0
    assert "being made" in other.text
    assert client.get("/actors/").status_code == 200
    assert one.getvalue()
    assert client.get("/actors/?format=json").status_code == 200
    gc.collect()  # as if a server had dropped it without a word
    assert client.get(reverse("timeline") + "?format=png").status_code == 200


def test_a_failure_gives_its_place_back(rf, monkeypatch):
    monkeypatch.setattr(rate_limit, "slots", rate_limit.BoundedSemaphore(1))

    def fail(request):
        raise ZeroDivisionError

    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            rate_limit.few_at_once(fail, rf.get("/"))


@pytest.mark.parametrize(
    ("query", "status"),
    [("utm_x=1&format=png", 302), ("form%61t=png", 302), ("format=png", 200), ("x=1", 200)],
)
def test_nginx_sends_what_is_dear_to_processes_apart_by_its_canonical_address(client, query, status):
    """Which it knows by `format=`; see its configuration."""
    answer = client.get(f"/figures/types/?{query}", headers={"X-Pool": "pages"})
    assert answer.status_code == status
    if status == 302:
        assert answer["Location"] == "/figures/types/?format=png"
    assert client.get(f"/figures/types/?{query}").status_code == 200


def test_buckets_are_data(spend):
    spend(5)
    assert [key for key in cache.store.entries if "spent-" in key]
