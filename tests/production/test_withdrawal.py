"""What was withdrawn does not come back from nginx, whatever of the rest is dead; all else goes on being served."""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from threading import Event
from time import monotonic, sleep

import pytest

from roma_network.ops import nginx
from tests.production.cluster import HOST, PASSWORD, wait_until
from tests.production.conftest import fill_cache
from tests.production.load import Curator, Readers, connection

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("cluster")]

ENCODINGS = ["", "gzip", "br, gzip"]
UNREACHABLE = (502, 504)


@pytest.fixture(autouse=True)
def full_cache_for_others(cluster):
    yield
    sleep(nginx.AGAIN_AFTER[-1] + 2)  # a withdrawal has the cache emptied once more then
    fill_cache(cluster)


def get(cluster, path, encoding="", **headers):
    """Status, headers and content, as nginx answers."""
    server = connection(cluster.ports["https"])
    server.request("GET", path, headers={"Accept-Encoding": encoding, **headers})
    response = server.getresponse()
    content = response.read()
    server.close()
    return response.status, response.headers, content


def addresses(slug):
    return [
        f"/actors/{slug}/",
        f"/actors/{slug}/?format=csv",
        f"/actors/{slug}/?format=jsonld",
        f"/actors/{slug}/?utm_source=elsewhere",
        f"/embed/actors/{slug}/",
        f"/api/v1/actors/{slug}/",
        f"/actors/?q={slug}",
        f"/id/actor/{slug}",
    ]


def made(cluster, *slugs):
    """Published actors of these slugs, with a mailbox that says so."""
    code = (
        "from stakeholders.models import Actor, ActorCitation\n"
        "from roma_network.models import Source\n"
        f"for slug in {slugs!r}:\n"
        "    row = Actor.objects.create(slug=slug, name=f'Name of {slug}', type='academia', status='published',\n"
        "        summary='S', email=f'info@{slug}.example.eu')\n"
        "    ActorCitation.objects.create(subject=row, source=Source.objects.first(), facts=['name'])\n"
    )
    cluster.manage("shell", "-c", code)


def key_of(cluster, slug):
    with cluster.primary.connect() as rows:
        return rows.execute("SELECT id FROM stakeholders_actor WHERE slug = %s", [slug]).fetchone()[0]


def withdraw(cluster, curator, slug):
    """As a publisher does it, on the page that asks for the reason."""
    path = "/admin/stakeholders/actor/"
    fields = {
        "csrfmiddlewaretoken": curator.token(curator.send(path)[1]),
        "action": "withdraw",
        "_selected_action": key_of(cluster, slug),
        "reason": "Asked for",
    }
    status, text, _headers = curator.send(path, fields)
    assert status == 302, text[:2000]


@contextmanager
def all_dead(cluster):
    """Everything behind nginx, at once; and back."""
    processes = [
        cluster.public,
        cluster.files,
        cluster.admin,
        cluster.redis,
        *cluster.replicas,
        cluster.primary,
    ]
    for process in processes:
        process.kill()
    try:
        yield
    finally:
        for process in reversed(processes):
            process.start()


@contextmanager
def asked_all_the_time(cluster, paths):
    """Readers who ask for these addresses, in every encoding, as fast as they can."""
    stopped = Event()

    def read(path, encoding):
        while not stopped.is_set():
            get(cluster, path, encoding)
            sleep(0.02)

    with ThreadPoolExecutor(8) as pool:
        readers = [pool.submit(read, path, encoding) for path in paths for encoding in ENCODINGS[:2]]
        try:
            yield
        finally:
            stopped.set()
        for reader in readers:
            reader.result()


def files(cluster):
    return [path for path in (cluster.folder / "cache").rglob("*") if path.is_file()]


def test_what_was_withdrawn_does_not_come_back_once_all_servers_are_dead(cluster):
    slug = f"gone-{int(monotonic())}"
    made(cluster, slug)
    wait_until(lambda: get(cluster, f"/actors/{slug}/")[0] == 200, "The page", 10)
    for path in addresses(slug):
        for encoding in ENCODINGS:
            assert get(cluster, path, encoding)[0] in (200, 303), path
    curator = Curator(cluster.ports["https"], password=PASSWORD).log_in()
    with asked_all_the_time(cluster, addresses(slug)[:2]):
        sleep(1)
        withdraw(cluster, curator, slug)
        sleep(3)  # past the second time that the cache is emptied: what was on its way is gone by then, too
    status, headers, _content = get(cluster, f"/actors/{slug}/")
    assert status == 410
    with all_dead(cluster):
        for path in addresses(slug):
            for encoding in ENCODINGS:
                status, _headers, content = get(cluster, path, encoding)
                assert status in (410, *UNREACHABLE), path
                assert slug.encode() not in content or status == 410
                assert b"Name of" not in content
        sleep(1.5)  # until what nginx has is no longer fresh
        status, headers, content = get(cluster, f"/actors/{slug}/")
        assert (status, headers["X-Cache"]) == (410, "STALE")  # the tombstone outlives the outage
        assert b"This entry was withdrawn" in content
    wait_until(lambda: get(cluster, "/actors/")[0] == 200, "The pages", 30)


def test_an_old_mailbox_does_not_come_back_either(cluster):
    slug = f"moved-{int(monotonic())}"
    made(cluster, slug)
    wait_until(lambda: slug.encode() in get(cluster, f"/actors/{slug}/")[2], "The page", 10)
    for path in addresses(slug):
        get(cluster, path)
    code = f"from stakeholders.models import Actor; row = Actor.objects.get(slug={slug!r}); row.email = 'new@example.eu'; row.save()"
    cluster.manage("shell", "-c", code)
    with all_dead(cluster):
        for path in addresses(slug):
            status, _headers, content = get(cluster, path)
            assert status in UNREACHABLE, path
            assert b"info@" not in content
    wait_until(lambda: get(cluster, "/actors/")[0] == 200, "The pages", 30)


def test_the_cache_is_emptied_under_load_without_a_failure(cluster, settings):
    """By nginx itself, to whom alone the files belong, under Debian's own rights."""
    settings.NGINX_PURGE_URLS = [f"http://{HOST}:{cluster.ports['purge']}/"]
    get(cluster, "/actors/")
    assert files(cluster)
    if not os.geteuid():
        owners = {path.owner() for path in (cluster.folder / "cache").rglob("*")}
        assert owners == {"www-data"}
        assert {oct(path.stat().st_mode)[-3:] for path in files(cluster)} == {"600"}
    took = []
    with Readers(cluster.ports["https"], rate=100) as readers:
        for _time in range(20):
            sleep(0.3)
            started = monotonic()
            assert nginx.empty()
            took.append(monotonic() - started)
    assert not readers.failures(), readers.failures()[:5]
    assert max(took) < 5
    assert "[alert]" not in (cluster.folder / "nginx-errors.log").read_text()


def test_nobody_else_empties_or_reads_it(cluster):
    for method, path in (("GET", "/0/"), ("PUT", "/0/x"), ("DELETE", "/"), ("MKCOL", "/0/")):
        server = HTTPConnection(HOST, cluster.ports["purge"])
        server.request(method, path)
        assert server.getresponse().status in (403, 409), (method, path)
        server.close()
    assert get(cluster, "/0/")[0] == 404
