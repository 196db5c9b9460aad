"""A backup is made while people write, and what is restored from it is what stood there, row by row."""

import gzip
import shutil
import sqlite3
import subprocess
import threading
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from roma_network.ops import backups
from tests.production.installation import Installation


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    installation = Installation(tmp_path_factory.mktemp("installation"))
    for command in (["migrate", "--verbosity=0"], ["load_directory"]):
        done = installation.manage(*command)
        assert done.returncode == 0, done.stderr
    return installation


@pytest.fixture
def installation(filled, tmp_path):
    shutil.copytree(filled.folder, tmp_path / "own")
    return Installation(tmp_path / "own")


@pytest.fixture(scope="module")
def one_backup(filled):
    """Of the directory as it was loaded."""
    return written(filled)


def written(installation, **more):
    done = installation.manage("backup", **more)
    assert done.returncode == 0, done.stderr
    return installation.backups()[0].path


def test_what_is_restored_is_what_stood_there(installation):
    before = installation.rows()
    path = written(installation)
    database = sqlite3.connect(installation.database)
    with database:
        database.execute("DELETE FROM initiatives_participationcitation")
        database.execute("UPDATE stakeholders_actor SET name = 'Gone'")
    done = installation.manage("restore", path, "--no-input")
    assert done.returncode == 0, done.stderr
    after = installation.rows()
    versions = before.pop("roma_network_contentversion"), after.pop("roma_network_contentversion")
    assert versions[0] != versions[1]  # no page that was kept stands for what is there now
    records = before.pop("roma_network_record"), after.pop("roma_network_record")
    assert_told_anew(*records)
    assert after == before
    assert len(after["stakeholders_actor"]) > 800


def assert_told_anew(before, after):
    """The same records, under numbers that nobody was told yet."""
    (old, had), (new, have) = map(numbers_and_rest, (before, after))
    assert have == had
    assert min(new) > max(old)
    assert len(set(new)) == len(new)


def numbers_and_rest(records):
    return [number for _, number, *_ in records], [(pk, *rest) for pk, _, *rest in records]


def test_a_backup_made_while_people_write_is_whole(installation):
    stop = threading.Event()
    writer = threading.Thread(target=installation.write, args=[stop])
    writer.start()
    try:
        path = written(installation)
    finally:
        stop.set()
        writer.join()
    assert installation.manage("restore", path, "--no-input").returncode == 0
    titles = {row[0]: row for row in installation.rows()["roma_network_source"]}
    database = sqlite3.connect(installation.database)
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    [(pairs,)] = database.execute(
        "SELECT COUNT(DISTINCT title) FROM roma_network_source WHERE id IN (1, 2)"
    ).fetchall()
    assert pairs == 1
    assert len(titles) > 100


@pytest.mark.skipif(not shutil.which("age"), reason="needs the program age")
def test_only_the_holder_of_the_key_can_read_an_encrypted_backup(installation, tmp_path):
    identity = tmp_path / "identity.txt"
    done = subprocess.run(["age-keygen", "-o", identity], check=True, capture_output=True, text=True)
    recipient = done.stderr.split()[-1]
    before = installation.rows()
    path = written(installation, BACKUP_RECIPIENT=recipient)
    assert path.suffix == ".age"
    assert b"SQLite" not in path.read_bytes()
    refused = installation.manage("restore", path, "--no-input")
    assert (refused.returncode, "encrypted" in refused.stderr) == (1, True)
    assert installation.manage("restore", path, "--no-input", "--identity", identity).returncode == 0
    assert installation.rows()["stakeholders_actor"] == before["stakeholders_actor"]


@pytest.mark.parametrize("harm", ["bit", "end", "checksum", "other"])
def test_a_damaged_backup_changes_nothing(installation, one_backup, harm, tmp_path):
    path = tmp_path / one_backup.name
    content = bytearray(one_backup.read_bytes())
    path.write_bytes(content)
    shutil.copy(backups.checksum_of(one_backup), backups.checksum_of(path))
    if harm == "bit":
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    elif harm == "end":
        path.write_bytes(content[:-100])
    elif harm == "checksum":
        backups.checksum_of(path).unlink()
    else:
        path.write_bytes(gzip.compress(b"no database at all"))
        backups.checksum_of(path).write_text(f"{backups.digest(path)}  {path.name}\n")
    before = installation.rows()
    done = installation.manage("restore", path, "--no-input")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert installation.rows() == before


# What is proved, and what is kept


def break_index(installation):
    """Have the file be damaged in a place that no copying notices."""
    database = sqlite3.connect(installation.database)
    [(root,)] = database.execute(
        "SELECT rootpage FROM sqlite_master WHERE type = 'index' AND tbl_name = 'stakeholders_actor' LIMIT 1"
    )
    [(size,)] = database.execute("PRAGMA page_size")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    with installation.database.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)


def orphan_a_row(installation):
    database = sqlite3.connect(installation.database)
    with database:
        database.execute("UPDATE initiatives_participation SET actor_id = 999999 WHERE id = 1")
    database.close()


def lose_a_table(installation):
    """Whole for SQLite, and no directory."""
    database = sqlite3.connect(installation.database)
    with database:
        database.execute("DROP TABLE roma_network_link")
    database.close()


@pytest.mark.parametrize(
    ("harm", "word"),
    [(break_index, "damaged"), (orphan_a_row, "refers to none"), (lose_a_table, "roma_network_link")],
)
def test_a_backup_that_cannot_be_restored_is_no_success_and_drives_out_none_that_can(
    installation, one_backup, harm, word
):
    harm(installation)
    done = installation.manage("backup", "--keep=1")
    assert done.returncode == 1
    assert "is not proved restorable" in done.stderr
    assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert [each.is_proved for each in installation.backups()] == [False, True]
    [line] = [line for line in installation.manage("doctor").stdout.splitlines() if "Backup" in line]
    assert line.startswith("look")
    assert "Last proved restorable" in line


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A backup is one word, and proved unless that is “bad”."""

    def prove(plain):
        if plain.read_text() == "bad":
            raise backups.BackupError("It is bad.")

    def make(word, day, kept=3):
        monkeypatch.setattr(backups, "write", lambda plain: plain.write_text(word))
        with suppress(backups.UnprovedError):
            backups.backup(tmp_path, "", kept=kept, now=datetime(2026, 1, day, tzinfo=UTC))

    monkeypatch.setattr(backups, "prove", prove)
    return make


def test_the_latest_are_kept(tmp_path, small):
    for day in range(1, 6):
        small("good", day)
    assert [each.made_at.day for each in backups.backups(tmp_path)] == [5, 4, 3]
    assert len(list(tmp_path.iterdir())) == 9


def test_what_is_not_proved_never_drives_out_what_is(tmp_path, small):
    for day in range(1, 4):
        small("good", day)
    for day in range(4, 20):
        small("bad", day)
    kept = backups.backups(tmp_path)
    assert [each.made_at.day for each in kept] == [19, 18, 17, 3, 2, 1]
    assert [each.is_proved for each in kept] == [False] * 3 + [True] * 3
    small("good", 20)
    assert [each.made_at.day for each in backups.backups(tmp_path) if each.is_proved] == [20, 3, 2]


def test_files_of_others_are_passed_over(tmp_path, small):
    others = [
        "lost+found",
        "notes.txt",
        "directory-notes.txt",
        "directory-20261301T000000Z.dump",
        "directory-20260101T000000Z.dump.part",
        "directory-20260101T000000Z.sqlite3.gz.age.old",
    ]
    (tmp_path / others[0]).mkdir()
    (tmp_path / "directory-20250101T000000Z.dump").mkdir()
    for name in others[1:]:
        (tmp_path / name).write_text("")
    for day in (1, 2):
        small("good", day, kept=1)
    assert [each.made_at.day for each in backups.backups(tmp_path)] == [2]
    assert {*others, "directory-20250101T000000Z.dump"} < {path.name for path in tmp_path.iterdir()}


def test_a_backup_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def fail(plain):
        plain.write_text("half")
        raise OSError("No space left on device")

    monkeypatch.setattr(backups, "write", fail)
    with pytest.raises(CommandError, match="No space left"):
        call_command("backup", folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_is_not_there_makes_no_backup(tmp_path):
    installation = Installation(tmp_path)
    done = installation.manage("backup")
    assert done.returncode == 1
    assert "No backup was made." in done.stderr
    assert installation.backups() == []
    assert not installation.database.exists()


# Who can read it


def test_nobody_else_can_read_what_holds_the_database(tmp_path):
    installation = Installation(tmp_path / "new" / "var")
    for command in (["migrate", "--verbosity=0"], ["backup"]):
        done = installation.manage(*command, umask=0)
        assert done.returncode == 0, done.stderr
    found = [installation.folder, *installation.folder.rglob("*")]
    modes = {path.relative_to(installation.folder): path.stat().st_mode & 0o777 for path in found}
    assert installation.backups()
    assert {path for path, mode in modes.items() if mode & 0o077} == set()


def test_a_database_that_everybody_could_read_is_closed(installation):
    for suffix in ("", "-wal", "-shm"):
        path = installation.database.with_name(f"{installation.database.name}{suffix}")
        path.touch()
        path.chmod(0o644)
    installation.manage("migrate")
    assert {path.stat().st_mode & 0o777 for path in installation.folder.glob("*.sqlite3*")} == {0o600}
