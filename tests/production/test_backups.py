"""A backup is made while people write, and what is restored from it is what stood there, row by row."""

import gzip
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from roma_network.environment import BASE_DIR
from roma_network.ops import backups


class Installation:
    """A SQLite database of its own, and commands on it, each in a process of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.database = folder / "directory.sqlite3"
        self.environment = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{self.database}",
            "VAR_DIR": str(folder),
        }

    def manage(self, *arguments, **more):
        return subprocess.run(
            [sys.executable, "manage.py", *map(str, arguments)],
            check=False,
            capture_output=True,
            text=True,
            cwd=BASE_DIR,
            env={**self.environment, **more},
        )

    def rows(self):
        """Table → its rows."""
        database = sqlite3.connect(self.database)
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {name: database.execute(f'SELECT * FROM "{name}" ORDER BY 1').fetchall() for name in names}
        database.close()
        return found

    def write(self, stop):
        """Rename sources until told to stop, two at a time: a backup that holds one of a pair is torn."""
        database = sqlite3.connect(self.database, timeout=30)
        number = 0
        while not stop.is_set():
            number += 1
            with database:
                database.execute(
                    "UPDATE roma_network_source SET title = ? WHERE id IN (1, 2)", [f"Title {number}"]
                )
        database.close()


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


def written(installation, **more):
    done = installation.manage("backup", **more)
    assert done.returncode == 0, done.stderr
    return max((installation.folder / "backups").glob("directory-*[!6]"), key=lambda path: path.name)


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
    assert after == before
    assert len(after["stakeholders_actor"]) > 800


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
def test_a_damaged_backup_changes_nothing(installation, harm):
    path = written(installation)
    content = bytearray(path.read_bytes())
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


def test_the_latest_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(backups, "write", lambda file, recipient: file.write(b"backup"))
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for day in range(5):
        backups.backup(tmp_path, "", kept=3, now=start + timedelta(days=day))
    assert [each.made_at.day for each in backups.backups(tmp_path)] == [5, 4, 3]
    assert len(list(tmp_path.iterdir())) == 6


def test_a_backup_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def fail(file, recipient):
        file.write(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(backups, "write", fail)
    with pytest.raises(CommandError, match="No space left"):
        call_command("backup", folder=tmp_path)
    assert list(tmp_path.iterdir()) == []
