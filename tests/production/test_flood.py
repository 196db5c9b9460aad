"""One client floods the dearest address of each route; another, who reads meanwhile, does not notice."""

import json
import random
import threading
from collections import Counter
from contextlib import contextmanager
from itertools import count
from statistics import quantiles
from time import monotonic, sleep
from urllib.parse import quote

import pytest
from django.urls import resolve

from roma_network.directory.open_data.api import ENDPOINTS
from roma_network.environment import BASE_DIR
from tests.html import EMBEDS, EVERY_KIND, LEADING_ON, NO_PAGE
from tests.production.conftest import built
from tests.production.load import PAGES, ask, connection

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("flood")]

REPORT = BASE_DIR / "var" / "flood.md"
LONGEST = 0.25  # seconds, of 95 in 100 answers to the other client
SECONDS, FLOODERS, PAUSE = 5, 8, 0.05
OTHER_NETWORK = "127.0.1.1"
API = [
    *(f"/api/v1/{name}/?page_size=200" for name in ENDPOINTS),
    "/api/v1/actors/fra/?include=initiatives",
    "/api/v1/changes/?limit=1000",
    "/api/v1/openapi.json?",
    "/api/v1/reconcile/?queries=" + quote(json.dumps({f"q{n}": {"query": f"roma {n}"} for n in range(10)})),
    "/api/v1/reconcile/suggest/entity/?prefix=roma",
]
numbers = count(1)


def dearest():
    """Name of a route → its dearest address."""
    found = {}
    for name, address in (EVERY_KIND | EMBEDS | NO_PAGE | LEADING_ON).items():
        path, _mark, query = address.partition("?")
        costs = getattr(resolve(path).func, "costs", {"": 1})
        format_ = max(costs, key=costs.get)
        found[name] = f"{path}?" + "&".join(filter(None, [query, format_ and f"format={format_}"]))
    return found | {each: each for each in API}


ADDRESSES = dearest()


def variants(address):
    """The same address in ways that nothing keeps yet."""
    yield f"{address}&utm_x={next(numbers)}"
    yield f"{address}&x={next(numbers)}"
    yield f"{address}&q=roma+{next(numbers)}"
    yield f"{address}&type={next(numbers)}&kind={next(numbers)}"
    yield f"{address.replace('format=', 'form%61t=')}&page={next(numbers)}"


@pytest.fixture(scope="module")
def limited():
    """A cluster with the rates that are usual."""
    with built(rates={"API_RATE": "120/min", "RATE": "600/min"}) as cluster:
        cluster.manage("publish_dump", role="roma_owner")
        yield cluster


@contextmanager
def flooded(cluster, address):
    """Clients of one network that ask as fast as they can, until the block ends: the statuses of their answers."""
    stopped, statuses = threading.Event(), Counter()

    def flood():
        server = connection(cluster.ports["https"])
        while not stopped.is_set():
            for each in variants(address):
                statuses[ask(server, each, headers={"Cookie": f"seen={next(numbers)}"}).status] += 1
        server.close()

    threads = [threading.Thread(target=flood) for _ in range(FLOODERS)]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        stopped.set()
        for thread in threads:
            thread.join()


def times_of_a_reader(cluster):
    """Of somebody elsewhere, who reads what others read too and now and then looks for something new."""
    server, end, answers = connection(cluster.ports["https"], OTHER_NETWORK), monotonic() + SECONDS, []
    choice = random.Random(1).choice  # noqa: S311, the same pages each time
    while monotonic() < end:
        path = f"/actors/?q=reader+{next(numbers)}" if len(answers) % 5 == 0 else choice(PAGES)
        answers.append(ask(server, path))
        sleep(PAUSE)
    server.close()
    assert {answer.status for answer in answers} == {200}
    return [answer.seconds for answer in answers]


def test_a_reader_alone_is_answered_as_fast(limited):
    """Else the machine is too busy for the tests beneath to mean anything."""
    cuts = quantiles(times_of_a_reader(limited), n=100, method="inclusive")
    report("no flood", Counter(), cuts)
    assert cuts[94] < LONGEST


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_reader_does_not_notice_a_flood(limited, name):
    with flooded(limited, ADDRESSES[name]) as statuses:
        sleep(0.5)
        cuts = quantiles(times_of_a_reader(limited), n=100, method="inclusive")
    report(ADDRESSES[name], statuses, cuts)
    assert cuts[94] < LONGEST
    assert not {status for status in statuses if status in (0, 500, 502, 504)}


def report(address, statuses, cuts):
    REPORT.parent.mkdir(exist_ok=True)
    if not REPORT.exists():
        REPORT.write_text(
            "| address | asked | 200 | 302 | 429 | 503 | reader p50 / p95 / p99 ms |\n"
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        )
    told = " | ".join(str(statuses[each]) for each in (200, 302, 429, 503))
    times = " / ".join(f"{cuts[place] * 1000:.0f}" for place in (49, 94, 98))
    with REPORT.open("a") as file:
        file.write(f"| `{address}` | {statuses.total()} | {told} | {times} |\n")
