"""The directory as `write_deployment` has it run: who may do what, what is noted, who is turned away, who reads where."""

import json
import socket
import ssl
import subprocess
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from time import monotonic, sleep, time
from urllib.parse import urlencode
from uuid import uuid4

import psycopg
import pytest
import redis

from tests.production.cluster import HOST, PASSWORD, wait_until
from tests.production.load import Curator, connection

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("cluster")]


def get(cluster, path, headers=None):
    """Status, headers and text, as nginx answers."""
    server = connection(cluster.ports["https"])
    server.request("GET", path, headers=headers or {})
    response = server.getresponse()
    text = response.read().decode("utf-8", "replace")
    server.close()
    return response.status, response.headers, text


# Rights in the database


@pytest.fixture
def as_role(cluster):
    @contextmanager
    def connected(role):
        with psycopg.connect(cluster.primary.url(role), autocommit=True) as rows:
            yield rows

    return connected


def tables(cluster):
    with cluster.primary.connect() as rows:
        return [
            name for (name,) in rows.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]


def test_who_serves_public_pages_may_only_read_and_knows_no_account(cluster, as_role):
    with as_role("roma_public") as rows:
        rows.execute("SET default_transaction_read_only = off")
        for table in tables(cluster):
            for statement in (
                f"DELETE FROM {table}",
                f"INSERT INTO {table} DEFAULT VALUES",
                f"TRUNCATE {table}",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    rows.execute(statement)
        for table in (
            "auth_user",
            "django_session",
            "otp_totp_totpdevice",
            "roma_network_import",
            "django_admin_log",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                rows.execute(f"SELECT * FROM {table}")
        assert rows.execute("SELECT count(*) FROM stakeholders_actor").fetchone()[0] > 800


def test_who_serves_the_admin_cannot_alter_what_is_on_record(cluster, as_role):
    with as_role("roma_admin") as rows:
        for table in ("django_admin_log", "stakeholders_historicalactor", "initiatives_historicalinitiative"):
            for statement in (
                f"DELETE FROM {table}",
                f"UPDATE {table} SET id = id",
                f"TRUNCATE {table}",
                f"DROP TABLE {table}",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    rows.execute(statement)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            rows.execute("CREATE TABLE more (id int)")


def test_processes_of_public_pages_have_no_admin(cluster):
    address = f"http://{HOST}:{cluster.ports['public']}/admin/login/"
    request = urllib.request.Request(address, headers={"X-Forwarded-Proto": "https"})
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(request)
    assert error.value.code == 404
    error.value.close()


# Nobody reads older than their own write


@contextmanager
def replicas_behind(cluster):
    for replica in cluster.replicas:
        with replica.connect() as rows:
            rows.execute("SELECT pg_wal_replay_pause()")
    try:
        yield
    finally:
        for replica in cluster.replicas:
            with replica.connect() as rows:
                rows.execute("SELECT pg_wal_replay_resume()")


def test_who_writes_reads_it_at_once_and_others_when_it_has_arrived(cluster):
    curator = Curator(cluster.ports["https"], password=PASSWORD).log_in()
    before = int(get(cluster, "/api/v1/themes/")[2].partition('"count":')[2].split(",")[0])
    with replicas_behind(cluster):
        token = curator.token(curator.send("/admin/stakeholders/theme/add/")[1])
        fields = {
            "csrfmiddlewaretoken": token,
            "slug": f"new-{int(monotonic())}",
            "name": f"New {monotonic()}",
            "order": "99",
        }
        status, text, _headers = curator.send("/admin/stakeholders/theme/add/", fields)
        assert status == 302, text
        sleep(2)  # past what nginx keeps

        def count(headers):
            return json.loads(get(cluster, "/api/v1/themes/", headers)[2])["count"]

        assert count({"Cookie": f"seen={curator.cookies['seen']}"}) == before + 1
        assert count({}) == before
    wait_until(lambda: count({}) == before + 1, "The write at all readers", 15)


def test_public_pages_are_read_from_replicas(cluster):
    def reads(database):
        with database.connect() as rows:
            return (
                rows.execute(
                    "SELECT sum(seq_scan + coalesce(idx_scan, 0)) FROM pg_stat_user_tables WHERE relname = 'stakeholders_actor'"
                ).fetchone()[0]
                or 0
            )

    databases = [cluster.primary, *cluster.replicas]
    before = [reads(database) for database in databases]
    for number in range(20):
        get(cluster, f"/actors/?q=reading{number}")

    def since():
        return [now - then for now, then in zip(map(reads, databases), before, strict=True)]

    wait_until(lambda: sum(since()[1:]) >= 20, "The count of reads on the replicas", 30)
    assert since()[0] <= 2


# What is noted


def lines(process):
    return [json.loads(line) for line in process.log.read_text().splitlines() if line.startswith("{")]


def test_each_request_is_noted_once_without_a_person(cluster):
    path = f"/actors/?q=private{int(monotonic())}"
    _status, headers, _text = get(cluster, path, {"X-Forwarded-For": "203.0.113.77"})
    name = headers["X-Request-ID"]
    wait_until(lambda: [each for each in lines(cluster.public) if each["request_id"] == name], "The note", 5)
    [line] = [each for each in lines(cluster.public) if each["request_id"] == name]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/actors/", 200)
    assert line["network"] == "127.0.0.0"  # what nginx saw, less its last part; not what the client made up
    assert "private" not in json.dumps(line)
    assert line["ms"] > 0


def test_prometheus_finds_numbers_on_an_inner_address_alone(cluster):
    get(cluster, "/actors/?q=metrics")
    address = f"http://{HOST}:{cluster.ports['public']}/metrics"
    with urllib.request.urlopen(address) as response:
        text = response.read().decode()
    assert 'directory_requests_total{method="GET",status="200"}' in text
    assert "directory_request_seconds_bucket" in text
    assert get(cluster, "/metrics")[0] == 404


# Who is turned away


def test_plain_http_leads_to_https(cluster):
    done = subprocess.run(
        ["curl", "--silent", "--head", f"http://{HOST}:{cluster.ports['http']}/actors/?q=x"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith("HTTP/1.1 301")
    assert "Location: https://localhost/actors/?q=x" in done.stdout


@pytest.mark.parametrize(
    ("path", "size", "status"), [("/actors/", 70_000, 413), ("/admin/login/", 28_000_000, 413)]
)
def test_who_sends_too_much_is_stopped(cluster, path, size, status):
    server = connection(cluster.ports["https"])
    server.putrequest("POST", path)
    server.putheader("Content-Length", str(size))
    server.endheaders()
    assert server.getresponse().status == status
    server.close()


def test_an_address_has_a_limit_for_log_ins_alone(cluster):
    """Sent from an address of its own, since the other tests log in too."""

    def send(method):
        server = connection(cluster.ports["https"])
        server.source_address = ("127.0.0.2", 0)
        server.request(method, "/admin/login/?next=/admin/", body="" if method == "POST" else None)
        response = server.getresponse()
        response.read()
        server.close()
        return response

    answers = [send("POST") for _ in range(20)]
    assert [answer.status for answer in answers[:10]] == [403] * 10  # without a token of the form
    assert (answers[-1].status, answers[-1].headers["Retry-After"]) == (429, "10")
    assert send("GET").status == 200


def flood(port, end, seen):
    """Wrong passwords for ever new names, each from a network of its own, past nginx and its limits."""
    token = "a" * 32
    while monotonic() < end:
        name = uuid4().hex
        network = ":".join(name[start : start + 4] for start in range(0, 16, 4))
        server = HTTPConnection(HOST, port, timeout=30)
        fields = {"csrfmiddlewaretoken": token, "username": name, "password": "wrong"}
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"csrftoken={token}",
            "Host": "localhost",
            "Referer": "https://localhost/",
            "X-Forwarded-For": f"{network}::1",
            "X-Forwarded-Proto": "https",
            "X-Request-Start": f"t={time()}",
        }
        server.request("POST", "/admin/login/", body=urlencode(fields), headers=headers)
        response = server.getresponse()
        response.read()
        seen.append((response.status, response.headers["Retry-After"]))
        server.close()


def test_curators_work_on_while_log_ins_flood_in(cluster):
    curator, seen, took = Curator(cluster.ports["https"], password=PASSWORD).log_in(), [], []
    end = monotonic() + 10
    with ThreadPoolExecutor(12) as threads:
        floods = [threads.submit(flood, cluster.ports["admin"], end, seen) for _ in range(12)]
        while monotonic() < end:
            started = monotonic()
            assert curator.add_source(f"https://example.eu/{uuid4()}")
            took.append(monotonic() - started)
        for each in floods:
            each.result()
    assert {status for status, _retry in seen} == {200, 429}
    assert {retry for status, retry in seen if status == 429} == {"2"}
    assert max(took) < 10


def test_who_sends_slowly_is_let_go(cluster):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((HOST, cluster.ports["https"])) as plain,
        context.wrap_socket(plain) as client,
    ):
        client.settimeout(30)
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        started = monotonic()
        assert client.recv(100) == b""
        assert monotonic() - started < 15


def test_pages_come_compressed_and_browsers_ask_each_time(cluster):
    _status, headers, _text = get(cluster, "/actors/", {"Accept-Encoding": "gzip"})
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Cache-Control"] == "public, max-age=0"
    assert "max-age=31536000" in headers["Strict-Transport-Security"]
    assert "Server" not in headers or headers["Server"] == "nginx"


def test_nginx_answers_by_ipv6_too(cluster):
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    url = f"https://[::1]:{cluster.ports['https']}/about/"
    request = urllib.request.Request(url, headers={"Host": "localhost"})
    with urllib.request.urlopen(request, context=trusting) as response:
        assert response.status == 200


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("", {"Cookie": "seen=999999999"}),
        ("", {"Cookie": "seen=9.9999999999.aaaaaaaaaaaaaaaaaaaaaa; other=1"}),
        ("", {"Accept-Encoding": "gzip, made-up"}),
        ("", {"Accept-Encoding": "x;q=0.1,gzip;q=0.5"}),
        ("?utm_source=x&fbclid=7", {}),
        ("?", {}),
    ],
)
def test_nginx_answers_what_it_has_whatever_a_stranger_adds(cluster, query, headers):
    usual = {"Accept-Encoding": "gzip"}
    get(cluster, "/about/", usual)
    _status, found, _text = get(cluster, f"/about/{query}", usual | headers)
    assert found["X-Cache"] in ("HIT", "UPDATING", "STALE", "REVALIDATED", "EXPIRED")


def test_who_edits_is_answered_past_nginx(cluster):
    curator = Curator(cluster.ports["https"], password=PASSWORD).log_in()
    assert curator.add_source(f"https://example.eu/{monotonic()}")
    get(cluster, "/about/")
    _status, found, _text = get(cluster, "/about/", {"Cookie": f"seen={curator.cookies['seen']}"})
    assert found["X-Cache"] == "BYPASS"


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("gzip", "gzip"),
        ("br, gzip", "gzip"),
        ("gzip;q=0", None),
        ("gzip; q=0.0, br", None),
        ("identity", None),
    ],
)
def test_pages_are_compressed_for_who_accepts_it(cluster, header, encoding):
    assert get(cluster, "/actors/", {"Accept-Encoding": header})[1]["Content-Encoding"] == encoding


@pytest.mark.parametrize(
    "address",
    [
        "/actors/?q={}&format=csv",
        "/actors/?q={}&form%61t=csv&utm_x=1",
        "/actors/?format=csv&q={}",
        "/share/actor/fra.png?x={}",
        "/%73hare/actor/fra.png?x={}",
    ],
)
def test_files_and_pictures_are_made_by_processes_apart(cluster, address):
    status, headers, _text = get(cluster, address.format(f"apart{monotonic()}"))
    if status == 302:
        assert headers["Location"].endswith("format=csv")
        status, headers, _text = get(cluster, headers["Location"])
    assert status == 200
    name = headers["X-Request-ID"]
    wait_until(lambda: [each for each in lines(cluster.files) if each["request_id"] == name], "The note", 5)


def test_the_public_and_the_admin_have_caches_apart(cluster):
    caches = {kind: redis.Redis.from_url(cluster.cache_of(kind)["CACHE_URL"]) for kind in ("public", "admin")}
    for kind, other in (("public", "admin"), ("admin", "public")):
        assert caches[kind].set(f"{kind}:1:x", b"1", ex=9)
        for refused in (
            ["GET", f"{other}:1:x"],
            ["SET", f"{other}:1:x", "1"],
            ["FLUSHALL"],
            ["CONFIG", "SET", "dir", "/"],
            ["EVAL", "return 1", "0"],
        ):
            with pytest.raises(redis.exceptions.NoPermissionError):
                caches[kind].execute_command(*refused)
    for cache in caches.values():
        cache.close()


def test_a_header_decides_nothing_that_is_kept_for_others(cluster):
    """What anybody may send must not end in what nginx or the workers keep."""
    path = f"/actors/?q=poison{int(monotonic())}"
    hostile = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
        "X-Original-URL": "/admin/",
        "X-Request-ID": "<script>",
    }
    first = get(cluster, path, hostile)
    second = get(cluster, path)
    for status, headers, text in (first, second):
        assert status == 200
        assert "evil.example" not in text
        assert "script" not in headers["X-Request-ID"]
    assert "evil.example" not in get(cluster, "/", {"Host": "evil.example"})[2]
