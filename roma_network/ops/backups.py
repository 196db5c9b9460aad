"""Backups of the whole database: made while it is in use, compressed, encrypted where a key is given, with checksums.

PostgreSQL's by pg_dump, SQLite's by its online backup. `age` encrypts: only the holder of the identity can read.
"""

import gzip
import os
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import connection, connections
from django.db.backends.sqlite3._functions import register

KEPT = 14
SUFFIXES = {"postgresql": ".dump", "sqlite": ".sqlite3.gz"}
PATTERN = "directory-*Z.*"
CHUNK = 1 << 20


class BackupError(Exception):
    """What went wrong, in words for who runs the command."""


class Backup(NamedTuple):
    path: Path
    made_at: datetime
    size: int


def backup(folder=None, recipient=None, kept=KEPT, now=None):
    """Write a backup, whole or not at all, and drop all but the latest `kept`. The path of it."""
    folder = Path(folder or settings.BACKUP_FOLDER)
    recipient = settings.BACKUP_RECIPIENT if recipient is None else recipient
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    moment = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
    target = folder / f"directory-{moment}{SUFFIXES[connection.vendor]}{'.age' if recipient else ''}"
    with draft_in(folder) as draft:
        with draft.open("wb") as file:
            write(file, recipient)
            file.flush()
            os.fsync(file.fileno())
        checksum_of(target).write_text(f"{digest(draft)}  {target.name}\n")
        draft.rename(target)
    for old in backups(folder)[kept:]:
        old.path.unlink()
        checksum_of(old.path).unlink(missing_ok=True)
    return target


def restore(path, identity=None):
    """Put a backup in the place of all that the database holds: all of it, or nothing changes."""
    path = Path(path)
    check(path)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain"
        with plain.open("wb") as file:
            decrypt(path, file, identity)
        connections.close_all()
        if ".dump" in path.suffixes:
            restore_postgresql(plain)
        else:
            restore_sqlite(plain)


def backups(folder=None):
    """Those that are there, the latest first."""
    found = [
        Backup(
            path,
            datetime.strptime(path.name[10:26], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC),
            path.stat().st_size,
        )
        for path in Path(folder or settings.BACKUP_FOLDER).glob(PATTERN)
        if path.suffix != ".sha256"
    ]
    return sorted(found, key=lambda each: each.made_at, reverse=True)


def check(path):
    """Whether a backup is what was written, by its checksum."""
    if not path.is_file():
        raise BackupError(f"{path} is not there.")
    try:
        expected = checksum_of(path).read_text().split()[0]
    except (OSError, IndexError):
        raise BackupError(
            f"{checksum_of(path)} is missing, so nobody can tell whether the backup is whole."
        ) from None
    if digest(path) != expected:
        raise BackupError(f"{path} is damaged: it does not match its checksum.")


def checksum_of(path):
    return path.with_name(f"{path.name}.sha256")


def digest(path):
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


@contextmanager
def draft_in(folder):
    """The path of a file that goes away unless it is renamed."""
    number, name = tempfile.mkstemp(prefix=".", dir=folder)
    os.close(number)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


# Writing


def write(file, recipient):
    make = write_postgresql if connection.vendor == "postgresql" else write_sqlite
    if not recipient:
        make(file)
        return
    with subprocess.Popen(  # noqa: S603, our own command
        [program("age"), "--recipient", recipient], stdin=subprocess.PIPE, stdout=file
    ) as age:
        make(age.stdin)
        age.stdin.close()
        if age.wait():
            raise BackupError("age could not encrypt the backup.")


def write_postgresql(file):
    command = [program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges"]
    run(command, stdout=file)


def write_sqlite(file):
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        with (
            sqlite3.connect(copy) as target,
            sqlite3.connect(settings.DATABASES["default"]["NAME"]) as source,
        ):
            source.backup(target)
        target.close()
        source.close()
        with copy.open("rb") as plain, gzip.GzipFile(fileobj=file, mode="wb") as packed:
            shutil.copyfileobj(plain, packed, CHUNK)


# Reading


def decrypt(path, file, identity):
    if path.suffix != ".age":
        with path.open("rb") as source:
            shutil.copyfileobj(source, file, CHUNK)
        return
    if not identity:
        raise BackupError("This backup is encrypted. Name the file with its identity: --identity key.txt.")
    run([program("age"), "--decrypt", "--identity", str(identity), str(path)], stdout=file)


def restore_postgresql(plain):
    run(
        [
            program("pg_restore"),
            "--clean",
            "--if-exists",
            "--single-transaction",
            "--exit-on-error",
            "--no-owner",
            "--no-privileges",
            f"--dbname={settings.DATABASES['default']['NAME']}",
            str(plain),
        ]
    )


def restore_sqlite(plain):
    """By the online backup the other way round, so that processes that have the database open see it whole."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        try:
            with gzip.open(plain) as packed, copy.open("wb") as unpacked:
                shutil.copyfileobj(packed, unpacked, CHUNK)
        except (gzip.BadGzipFile, EOFError):
            raise BackupError("This is no backup of a SQLite database.") from None
        source = sqlite3.connect(copy)
        register(source)  # conditions of our tables use functions of Django's
        target = sqlite3.connect(settings.DATABASES["default"]["NAME"], timeout=60)
        try:
            if source.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise BackupError("The database in this backup is damaged.")
            source.backup(target)
        except sqlite3.DatabaseError as error:
            raise BackupError(f"It cannot be restored: {error}.") from None
        finally:
            source.close()
            target.close()


# Programs


def program(name):
    """The path of a program; Debian keeps those of PostgreSQL's newest version off the PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = versions[-1] if versions else shutil.which(name)
    if not found:
        raise BackupError(f"The program {name} is missing.")
    return str(found)


def run(command, stdout=None):
    done = subprocess.run(  # noqa: S603, our own command
        command, check=False, stdout=stdout, stderr=subprocess.PIPE, text=True, env={**os.environ, **libpq()}
    )
    if done.returncode:
        raise BackupError(f"{Path(command[0]).name} failed: {done.stderr.strip()}")


def libpq():
    """How PostgreSQL's programs reach the database: by the environment, where no list of processes shows a password."""
    database = settings.DATABASES["default"]
    names = {
        "PGHOST": "HOST",
        "PGPORT": "PORT",
        "PGUSER": "USER",
        "PGPASSWORD": "PASSWORD",
        "PGDATABASE": "NAME",
    }
    return {name: str(database[key]) for name, key in names.items() if database.get(key)}
