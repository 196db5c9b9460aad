"""Backups of the whole database: made while it is in use, proved by a restore, compressed, encrypted where a key is given.

PostgreSQL's by pg_dump, SQLite's by its online backup. `age` encrypts: only the holder of the identity can read. Beside
each lie its checksum and, where a copy restored from it was seen to work, the proof: they are judged without a database.
"""

import gzip
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import zlib
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.db.backends.sqlite3._functions import register

from roma_network.environment import BASE_DIR, private_files
from roma_network.ops import database_roles

KEPT = 14
SUFFIXES = {"postgresql": ".dump", "sqlite": ".sqlite3.gz"}
BEGINNINGS = {"postgresql": b"PGDMP", "sqlite": b"\x1f\x8b"}
NAMES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
PATTERN = re.compile(r"directory-(\d{8}T\d{6}Z)\.(dump|sqlite3\.gz)(\.age)?", re.ASCII)
MOMENT = "%Y%m%dT%H%M%SZ"
CHUNK = 1 << 20


class BackupError(Exception):
    """What went wrong, in words for who runs the command."""


class UnprovedError(BackupError):
    """What was written or restored is there, and does not work."""


class Backup(NamedTuple):
    path: Path
    made_at: datetime
    size: int
    is_proved: bool


def backup(
    folder: Path | str | None = None,
    recipient: str | None = None,
    kept: int = KEPT,
    now: datetime | None = None,
) -> Path:
    """Write a backup, whole or not at all, prove it and drop old ones. The path of it.

    One that cannot be proved is kept as well, since it may be the last that a failing disk gives away.
    """
    folder = Path(folder or settings.BACKUP_FOLDER)
    recipient = settings.BACKUP_RECIPIENT if recipient is None else recipient
    moment = (now or datetime.now(UTC)).strftime(MOMENT)
    target = folder / f"directory-{moment}{SUFFIXES[connection.vendor]}{'.age' if recipient else ''}"
    with private_files():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as work:
            plain = Path(work) / "plain"
            write(plain)
            failure = failure_of(prove, plain)
            put(plain, target, recipient)
        if not failure:
            proof_of(target).touch()
    drop_old(folder, kept)
    if failure:
        raise UnprovedError(f"{target} was written, and is not proved restorable. {failure}")
    return target


def put(plain, target, recipient):
    """A backup in its place, with its checksum, at once."""
    with draft_in(target.parent) as draft:
        with draft.open("wb") as file:
            encrypt(plain, file, recipient)
            file.flush()
            os.fsync(file.fileno())
        checksum_of(target).write_text(f"{digest(draft)}  {target.name}\n", encoding="utf-8")
        draft.rename(target)


def drop_old(folder, kept):
    """All but the latest `kept` of those that are proved, and of the others: these never drive out one that is."""
    found = backups(folder)
    for is_proved in (True, False):
        for old in [each for each in found if each.is_proved == is_proved][kept:]:
            for path in (proof_of(old.path), old.path, checksum_of(old.path)):
                path.unlink(missing_ok=True)


def restore(path: Path | str, identity: Path | str | None = None) -> None:
    """Put a backup in the place of all that the database holds: all of it, or nothing changes."""
    path = Path(path)
    check(path)
    with private_files(), tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain"
        with plain.open("wb") as file:
            decrypt(path, file, identity)
        check_engine(plain)
        connections.close_all()
        if connection.vendor == "postgresql":
            restore_postgresql(plain)
            database_roles.grant()
        else:
            restore_sqlite(plain)


def backups(folder=None):
    """Those that are there, the latest first. What else lies in the folder is passed over."""
    folder = Path(folder or settings.BACKUP_FOLDER)
    found = map(backup_at, folder.iterdir() if os.access(folder, os.R_OK | os.X_OK) else [])
    return sorted(filter(None, found), key=lambda each: each.made_at, reverse=True)


def backup_at(path):
    match = PATTERN.fullmatch(path.name)
    if not match or not path.is_file():
        return None
    try:
        made_at = datetime.strptime(match[1], MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None
    return Backup(path, made_at, path.stat().st_size, proof_of(path).exists())


def check(path):
    """Whether a backup is what was written, by its checksum."""
    if not path.is_file():
        raise BackupError(f"{path} is not there.")
    try:
        expected = checksum_of(path).read_text(encoding="utf-8").split()[0]
    except (OSError, IndexError, UnicodeDecodeError):
        raise BackupError(
            f"{checksum_of(path)} is missing, so nobody can tell whether the backup is whole."
        ) from None
    if digest(path) != expected:
        raise BackupError(f"{path} is damaged: it does not match its checksum.")


def check_engine(plain):
    """Whether a backup is of the kind of database that it is to be put into, by how it begins."""
    with plain.open("rb") as file:
        start = file.read(5)
    kind = next((vendor for vendor, beginning in BEGINNINGS.items() if start.startswith(beginning)), None)
    if kind is None:
        raise BackupError("This is no backup of a directory.")
    if kind != connection.vendor:
        raise BackupError(
            f"This is a backup of {NAMES[kind]}, and DATABASE_URL names a database of {NAMES[connection.vendor]}."
        )


def checksum_of(path):
    return path.with_name(f"{path.name}.sha256")


def proof_of(path):
    return path.with_name(f"{path.name}.proved")


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


def write(plain):
    with plain.open("wb") as file:
        (write_postgresql if connection.vendor == "postgresql" else write_sqlite)(file)


def write_postgresql(file):
    command = [program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges"]
    run(command, stdout=file)


def write_sqlite(file):
    source = Path(settings.DATABASES["default"]["NAME"]).absolute().as_uri()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        try:
            with (
                closing(sqlite3.connect(copy)) as target,
                closing(sqlite3.connect(f"{source}?mode=rw", uri=True)) as database,  # none is made
            ):
                database.backup(target)
        except sqlite3.DatabaseError as error:
            raise BackupError(f"The database cannot be read: {error}.") from None
        with copy.open("rb") as unpacked, gzip.GzipFile(fileobj=file, mode="wb") as packed:
            shutil.copyfileobj(unpacked, packed, CHUNK)


def encrypt(plain, file, recipient):
    if recipient:
        run([program("age"), "--recipient", recipient, str(plain)], stdout=file)
        return
    with plain.open("rb") as source:
        shutil.copyfileobj(source, file, CHUNK)


# Proving


def failure_of(work, *arguments):
    """Why a piece of work failed, or None."""
    try:
        work(*arguments)
    except (BackupError, DatabaseError, OSError) as error:
        return error
    return None


def prove(plain):
    """Restore a backup into a database of its own, and have each role open pages there."""
    if connection.vendor == "postgresql":
        with scratch_database() as name:
            roles = database_roles.existing(database_roles.PROVER)
            pg_restore(plain, name, *(f"--role={role}" for role in roles))
            open_pages(name)
    else:
        with unpacked(plain) as copy:
            open_pages(copy)


def prove_restored() -> None:
    """Have each role open pages of the database itself."""
    if error := failure_of(open_pages):
        raise UnprovedError(error)


def open_pages(copy=None):
    command = [sys.executable, str(BASE_DIR / "manage.py"), "prove_database"]
    done = execute([*command, f"--copy={copy}"] if copy else command)
    if done.returncode:
        raise BackupError(done.stderr.strip().rpartition("\n")[2].removeprefix("CommandError: "))


@contextmanager
def scratch_database():
    """The name of an empty database that is gone afterwards."""
    name = f"{settings.DATABASES['default']['NAME']}_proof"
    quoted = connection.ops.quote_name(name)
    try:
        with database_roles.acting_as(database_roles.PROVER) as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted}")  # a proof was killed
            cursor.execute(f"CREATE DATABASE {quoted} TEMPLATE template0 {like_this(cursor)}")
    except DatabaseError as error:
        raise BackupError(f"No database to prove it in: {error}. Who may make one, roles.sql says.") from None
    try:
        yield name
    finally:
        with database_roles.acting_as(database_roles.PROVER) as cursor:
            cursor.execute(f"DROP DATABASE {quoted}")


def like_this(cursor):
    """The options of a database that sorts and encodes as this one does."""
    cursor.execute(
        "SELECT format('ENCODING %L LC_COLLATE %L LC_CTYPE %L', pg_encoding_to_char(encoding), datcollate, datctype) "
        "FROM pg_database WHERE datname = current_database()"
    )
    return cursor.fetchone()[0]


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
    pg_restore(plain, settings.DATABASES["default"]["NAME"], "--clean", "--if-exists")


def pg_restore(plain, name, *options):
    always = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    run([program("pg_restore"), *always, *options, f"--dbname={name}", str(plain)])


def restore_sqlite(plain):
    """By the online backup the other way round, so that processes that have the database open see it whole."""
    with (
        unpacked(plain) as copy,
        closing(sqlite3.connect(copy)) as source,
        closing(sqlite3.connect(settings.DATABASES["default"]["NAME"], timeout=60)) as target,
    ):
        try:
            source.backup(target)
        except sqlite3.DatabaseError as error:
            raise BackupError(f"It cannot be restored: {error}.") from None


@contextmanager
def unpacked(plain):
    """The path of the SQLite database in a backup, which was found whole."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        try:
            with gzip.open(plain) as packed, copy.open("wb") as file:
                shutil.copyfileobj(packed, file, CHUNK)
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise BackupError("This is no backup of a SQLite database.") from None
        if faults := faults_in(copy):
            raise BackupError(f"The database in this backup is damaged: {faults[0]}.")
        yield copy


def faults_in(path):
    """What SQLite finds wrong with a database: broken pages, and rows that refer to nothing."""
    with closing(sqlite3.connect(path)) as database:
        register(database)  # conditions of our tables use functions of Django's
        try:
            found = [text for (text,) in database.execute("PRAGMA integrity_check") if text != "ok"]
            return found or [
                f"a row of {table} refers to none of {parent}"
                for table, _row, parent, _key in database.execute("PRAGMA foreign_key_check")
            ]
        except sqlite3.DatabaseError as error:
            return [str(error)]


# Programs


def program(name):
    """The path of a program; Debian keeps those of PostgreSQL's newest version off the PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = versions[-1] if versions else shutil.which(name)
    if not found:
        raise BackupError(f"The program {name} is missing.")
    return str(found)


def run(command, stdout=None):
    done = execute(command, stdout)
    if done.returncode:
        raise BackupError(f"{Path(command[0]).name} failed: {done.stderr.strip()}")


def execute(command, stdout=None):
    return subprocess.run(  # noqa: S603, our own command
        command,
        check=False,
        stdout=stdout,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, **libpq()},
    )


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
