"""What is broken, under load, on real servers: readers notice nothing, and what curators were told is saved stays.

`uv run pytest tests/production -m faults` runs them, as root on Debian with nginx, redis-server, postgresql and
faketime. What was measured is added to `var/faults.md`.
"""

import csv
import io
import os
import re
import signal
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

import psycopg
import pytest

from roma_network.environment import BASE_DIR
from tests.production.cluster import HOST, PASSWORD, Cluster, Database, wait_until
from tests.production.conftest import built, fill_cache
from tests.production.load import PAGES, Curator, Readers, Writers, ask, connection

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("cluster")]

REPORT = BASE_DIR / "var" / "faults.md"
RATE = 60  # requests a second
TOLERATED = 0.001  # of all requests
FAKETIME = next(iter(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")), None)


def curator_at(cluster):
    return Curator(cluster.ports["https"], password=PASSWORD).log_in()


@contextmanager
def at_work(cluster, fault, pages=PAGES, pause=0.3, least=40):
    """Readers and a curator at work; at the end nobody has noticed, and nothing that was saved is gone.

    With fewer requests a second than `least` there were too few for "none failed" to say much.
    """
    curator = curator_at(cluster)
    with Readers(cluster.ports["https"], RATE, pages=pages) as readers, Writers(curator, pause) as writers:
        sleep(2)
        started = monotonic()
        yield readers, writers
        lasted = monotonic() - started
    found, lost = readers.summary(), writers.lost(cluster.primary)
    report(fault, lasted, found, writers, lost)
    assert found["rate"] >= least, found
    assert found["failed"] <= TOLERATED * found["requests"], (found, readers.failures()[:5])
    assert lost == []
    assert writers.saved


def report(fault, lasted, found, writers, lost):
    REPORT.parent.mkdir(exist_ok=True)
    if not REPORT.exists():
        REPORT.write_text(
            "| fault | seconds | requests | failed | stale | p50 / p95 / p99 ms | saved | refused, and said so | lost |\n"
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        )
    times = " / ".join(str(found[name]) for name in ("p50", "p95", "p99"))
    with REPORT.open("a") as file:
        file.write(
            f"| {fault} | {lasted:.0f} | {found['requests']} | {found['failed']} | {found['stale']} | {times} | "
            f"{len(writers.saved)} | {writers.refused} | {len(lost)} |\n"
        )


def saves_again(writers, longest=30):
    """Wait until the curator's work is saved as before."""
    before = len(writers.saved)
    wait_until(lambda: len(writers.saved) > before + 1, "The saving of entries", longest)


# Databases


def test_the_primary_is_killed_and_comes_back(cluster):
    with at_work(cluster, "primary killed (-9), back after 5 s") as (_readers, writers):
        cluster.primary.kill()
        sleep(5)
        cluster.primary.start()
        saves_again(writers)
    assert writers.refused


def test_a_replica_is_killed(cluster):
    with at_work(cluster, "one of two replicas killed (-9), back after 6 s"):
        cluster.replicas[0].kill()
        sleep(6)
        cluster.replicas[0].start()
        sleep(4)


def test_all_databases_are_gone(cluster):
    fill_cache(cluster)  # a restored backup has emptied it, if that came before
    curator = curator_at(cluster)
    page = curator.send("/admin/roma_network/source/add/")[1]
    with at_work(cluster, "primary and both replicas killed (-9), back after 10 s") as (readers, writers):
        for database in (cluster.primary, *cluster.replicas):
            database.kill()
        started = monotonic()
        status, text = health(cluster)
        assert status == 503
        assert text == "primary unreachable\nreplica_1 unreachable\nreplica_2 unreachable\n"
        fields = {
            "csrfmiddlewaretoken": curator.token(page),
            "url": "https://example.eu/unsaved",
            "title": "T",
            "publisher": "P",
        }
        status, text, headers = curator.send("/admin/roma_network/source/add/", fields)
        assert (status, headers["Retry-After"]) == (503, "5")
        assert "nothing was saved" in text
        server = connection(cluster.ports["https"])
        assert ask(server, "/actors/?q=nobody+asked+for+this").status == 503
        server.close()
        sleep(10)
        assert sum(answer.is_stale for answer in readers.answers if answer.at > started) > RATE
        for database in (cluster.primary, *cluster.replicas):
            database.start()
        saves_again(writers)
    assert health(cluster) == (200, "ok\n")


def health(cluster):
    """As a probe on the same machine asks."""
    done = subprocess.run(
        [
            "curl",
            "--silent",
            "--write-out",
            "%{http_code}",
            "--header",
            "X-Forwarded-Proto: https",
            f"http://{HOST}:{cluster.ports['public']}/healthz",
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    return int(done.stdout[-3:]), done.stdout[:-3]


def test_the_database_is_slow(cluster):
    """All that reads the directory waits for a lock that somebody holds, on the replicas too."""
    with at_work(cluster, "every query blocked for 12 s") as (readers, writers):
        with cluster.primary.connect() as holder, holder.transaction():
            holder.execute("LOCK TABLE roma_network_contentversion IN ACCESS EXCLUSIVE MODE")
            started = monotonic()
            with cluster.primary.connect() as other:  # whose end has the lock sent to the replicas
                other.execute("SELECT pg_logical_emit_message(true, 'test', '')")
            sleep(1)
            server = connection(cluster.ports["https"])
            answer = ask(server, "/actors/?q=nobody+asked+for+that+either")
            assert answer.status == 503
            assert answer.seconds < 20
            server.close()
            sleep(max(12 - (monotonic() - started), 0))
        released = monotonic()
        saves_again(writers)
        sleep(4)
        late = sorted(each.seconds for each in readers.answers if each.at > released + 3)
    assert late[int(len(late) * 0.95)] < 1  # no queue is left
    assert max(answer.seconds for answer in readers.answers) < 20


def test_the_disk_is_full(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300m,mode=755", "tmpfs", disk], check=True)
    subprocess.run(["chown", "postgres:postgres", disk], check=True)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o011)
    try:
        with (
            built(replicas=1, primary_data=disk / "primary") as cluster,
            at_work(cluster, "the primary's disk is full for 8 s") as (_, writers),
        ):
            junk = disk / "junk"
            with suppress(OSError), junk.open("wb", buffering=0) as file:
                while True:
                    file.write(b"x" * 65536)
            with suppress(Exception), cluster.primary.connect() as rows:
                rows.execute("CREATE TABLE big AS SELECT repeat('x', 1000) FROM generate_series(1, 100000)")
            refused = writers.refused
            sleep(8)
            junk.unlink()
            if cluster.primary.process.poll() is not None:  # systemd would have done that
                (cluster.primary.data / "postmaster.pid").unlink(missing_ok=True)
                cluster.primary.start()
            saves_again(writers)
            assert writers.refused >= refused
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


# All else


def test_the_cache_is_gone(cluster):
    server = connection(cluster.ports["https"])
    with at_work(cluster, "Redis killed (-9), back after 6 s") as (_readers, writers):
        cluster.redis.kill()
        saves_again(writers)
        server.request("GET", f"/actors/?q=example&x-{monotonic()}=1")
        assert server.getresponse().read()
        sleep(6)
        cluster.redis.start()
        sleep(3)
    server.close()


def test_a_worker_that_serves_pages_is_killed(cluster):
    with at_work(cluster, "a worker of public pages killed (-9), twice"):
        for _time in range(2):
            os.kill(cluster.public.workers()[0], signal.SIGKILL)
            wait_until(lambda: len(cluster.public.workers()) == cluster.workers, "A new worker", 15)
            sleep(4)


def test_new_code_is_loaded_while_serving(cluster):
    with at_work(cluster, "workers started anew, one by one (SIGHUP)"):
        before = set(cluster.public.workers())
        os.kill(cluster.public.process.pid, signal.SIGHUP)
        wait_until(lambda: len(set(cluster.public.workers()) - before) == cluster.workers, "New workers", 30)
        sleep(4)


def import_file(rows):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["slug", "name", "type", "country", "summary"])
    writer.writerows(
        [f"imported-{n}", f"Imported {n}", "civil_society", "RO", "Made up for a test."] for n in range(rows)
    )
    return text.getvalue()


def upload(curator, content):
    """The address of the page on what a file comes to."""
    path, border = "/admin/stakeholders/actor/import/", "border-of-parts"
    token = curator.token(curator.send(path)[1])
    parts = [("csrfmiddlewaretoken", None, token), ("file", "actors.csv", content)]
    body = "".join(
        f'--{border}\r\nContent-Disposition: form-data; name="{name}"'
        + (f'; filename="{file}"\r\nContent-Type: text/csv' if file else "")
        + f"\r\n\r\n{value}\r\n"
        for name, file, value in parts
    )
    status, text, headers = curator.send(
        path, body=f"{body}--{border}--\r\n", content_type=f"multipart/form-data; boundary={border}"
    )
    assert status == 302, text[:1000]
    return headers["Location"]


def imported(cluster):
    with cluster.primary.connect() as rows:
        return rows.execute(
            "SELECT count(*) FROM stakeholders_actor WHERE slug LIKE 'imported-%'"
        ).fetchone()[0]


def test_a_worker_is_killed_in_the_middle_of_an_import(cluster):
    curator, rows = curator_at(cluster), 1500
    page = upload(curator, import_file(rows))
    wait_until(lambda: "Import all of it" in curator.send(page)[1], "The check of the file")
    with at_work(cluster, "the admin's worker killed (-9) within an import of 1,500 rows") as (
        _readers,
        writers,
    ):
        start(curator, page)
        wait_until(lambda: imported(cluster), "The first batch")
        for pid in cluster.admin.workers():
            os.kill(pid, signal.SIGKILL)
        saves_again(writers)
        assert imported(cluster) < rows
    wait_until(
        lambda: "A part of it is in the directory" in curator.send(page)[1],
        "The note that the import stands still",
        120,
    )
    start(curator, page)
    wait_until(lambda: "It was imported" in curator.send(page)[1], "The import at the second time", 120)
    assert imported(cluster) == rows


def start(curator, page):
    shown = curator.send(page)[1]
    [run] = set(re.findall(r'name="run" value="(\w+)"', shown))
    sent = {"csrfmiddlewaretoken": curator.token(shown), "run": run}
    status, _text, _headers = curator.send(f"{page}start/", sent)
    assert status == 302


def test_a_migration_runs_while_serving(cluster):
    """One of a library back and forth, and a column and an index added as our rule has it."""
    with at_work(cluster, "migrations back and forth, a column and an index added") as (_readers, writers):
        cluster.manage("migrate", "otp_static", "0002", role="roma_owner")
        cluster.manage("migrate", role="roma_owner")
        with cluster.primary.connect(options="-c lock_timeout=2s") as owner:
            owner.execute("ALTER TABLE stakeholders_actor ADD COLUMN remark text NULL")
            owner.execute("CREATE INDEX CONCURRENTLY remarks ON stakeholders_actor (remark)")
            saves_again(writers)
            owner.execute("ALTER TABLE stakeholders_actor DROP COLUMN remark")
        saves_again(writers)


@pytest.mark.skipif(FAKETIME is None, reason="needs libfaketime")
def test_the_clock_jumps(tmp_path):
    """The library that fakes the time slows threads down by itself, so fewer requests are asked for."""
    clock = tmp_path / "clock"
    clock.write_text("+0\n")
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o011)
    fake = {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    with (
        built(replicas=1, fake_time=fake) as cluster,
        at_work(cluster, "clock of the workers +2 h, then -1 h", pause=2, least=10) as (_, writers),
    ):
        for jump in ("+7200", "-3600", "+0"):
            clock.write_text(f"{jump}\n")
            saves_again(writers)
            sleep(3)


# To a point in time


def test_the_database_goes_back_to_a_moment_before_a_mistake(tmp_path):
    """As the README tells: an archive of changes, a base backup, and a server that stops where it is told."""
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o011)
    archive = tmp_path / "archive"
    archive.mkdir()
    with Cluster(replicas=0) as cluster:
        subprocess.run(["chown", "postgres:postgres", archive], check=True)
        with cluster.primary.connect() as rows:
            for setting in ("archive_mode = on", f"archive_command = 'cp %p {archive}/%f'"):
                rows.execute(f"ALTER SYSTEM SET {setting}")
        cluster.primary.kill()
        cluster.primary.start()
        past = Database("past", cluster.folder, cluster.primary)
        with cluster.primary.connect() as rows:
            rows.execute("UPDATE stakeholders_theme SET name = 'Meant' WHERE slug = 'education'")
            moment = rows.execute("SELECT clock_timestamp()").fetchone()[0]
            sleep(1)
            rows.execute("UPDATE stakeholders_theme SET name = 'Mistaken ' || slug")
            rows.execute("SELECT pg_switch_wal()")
            wait_until(lambda: list(archive.iterdir()), "The archive")
        sleep(2)
        (past.data / "standby.signal").unlink()
        (past.data / "recovery.signal").touch()
        past.write(
            "postgresql.auto.conf",
            f"primary_conninfo = ''\narchive_mode = off\nrestore_command = 'cp {archive}/%f %p'\n"
            f"recovery_target_time = '{moment.isoformat()}'\nrecovery_target_action = promote\n",
        )
        try:
            past.start()
            wait_until(lambda: not in_recovery(past), "The end of the recovery")
            with past.connect() as rows:
                names = {name for (name,) in rows.execute("SELECT name FROM stakeholders_theme")}
        finally:
            past.kill()
    assert "Meant" in names
    assert not [name for name in names if "Mistaken" in name]
    assert len(names) > 5


def in_recovery(database):
    with database.connect() as rows:
        return rows.execute("SELECT pg_is_in_recovery()").fetchone()[0]


# Backups


def test_a_backup_of_postgresql_made_while_people_write_is_restored_row_by_row(cluster):
    with at_work(cluster, "a backup made, and restored elsewhere"):
        cluster.manage("backup", role="roma_owner")
    [path] = [each for each in (cluster.folder / "var" / "backups").iterdir() if each.suffix == ".dump"]
    before = all_rows(cluster, "directory")
    path.unlink()
    path.with_name(f"{path.name}.sha256").unlink()
    cluster.manage("backup", role="roma_owner")
    [path] = [each for each in (cluster.folder / "var" / "backups").iterdir() if each.suffix == ".dump"]
    with cluster.primary.connect() as rows:
        rows.execute("CREATE DATABASE other OWNER roma_owner")
    cluster.manage("restore", path, "--no-input", DATABASE_URL=cluster.primary.url("roma_owner", "other"))
    after = all_rows(cluster, "other")
    versions = [found.pop("roma_network_contentversion") for found in (before, after)]
    assert versions[0] != versions[1]
    told, told_anew = (numbers_taken(found) for found in (before, after))
    assert min(told_anew) > max(told)  # so that who follows the log reads all of it again
    assert after == before
    assert len(after["stakeholders_actor"]) > 800


def numbers_taken(found):
    """The numbers of the log's records, taken out of these rows: `(id,number,…)`."""
    records = found["roma_network_record"]
    found["roma_network_record"] = sorted(re.sub(r"^\((\d+),\d+", r"(\1", row) for row in records)
    return [int(row.split(",")[1]) for row in records]


def all_rows(cluster, name):
    """Table → its rows, as text."""
    with psycopg.connect(cluster.primary.url(database=name)) as rows:
        tables = [
            table for (table,) in rows.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]
        return {
            table: sorted(text for (text,) in rows.execute(f"SELECT t::text FROM {table} t"))
            for table in tables
            if table != "django_session"
        }
