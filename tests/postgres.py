"""A throw-away PostgreSQL server, run by the machine's own programs."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

# A crash may lose everything, and the tests gain a third of their time.
OPTIONS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c listen_addresses="


class PostgresError(Exception):
    """PostgreSQL is missing or refuses to start; the message says why."""


@contextmanager
def running():
    """The address of a server that lives as long as the block. It listens on a socket in its own folder only."""
    bin_dir, user = programs(), owner()
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))

    def run(program, *args):
        done = subprocess.run(
            [bin_dir / program, f"--pgdata={folder / 'data'}", *args],
            check=False,
            capture_output=True,
            text=True,
            cwd=folder,
            **user,
        )
        if done.returncode:
            raise PostgresError(f"PostgreSQL's {program} failed.\n{done.stdout}{done.stderr}")

    try:
        if user:
            shutil.chown(folder, user["user"], user["group"])
        run(
            "initdb",
            "--username=postgres",
            "--auth=trust",
            "--locale=C.UTF-8",
            "--encoding=UTF8",
            "--no-sync",
        )
        run("pg_ctl", "start", "--wait", f"--log={folder / 'log'}", f"--options={OPTIONS} -k {folder}")
        try:
            yield f"postgres://postgres@{quote(str(folder), safe='')}/postgres"
        finally:
            run("pg_ctl", "stop", "--mode=immediate")
    finally:
        shutil.rmtree(folder)


def programs():
    """The folder of the newest initdb: Debian keeps it off the PATH."""
    newest = max(installed(), key=lambda path: int(path.parts[-3]), default=shutil.which("initdb"))
    if newest is None:
        raise PostgresError("PostgreSQL's programs are missing: install them with “apt install postgresql”.")
    return Path(newest).parent


def installed():
    return list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def owner():
    """How to start a program, since PostgreSQL refuses to run as root."""
    if os.geteuid():
        return {}
    return {"user": "postgres", "group": "postgres", "extra_groups": []}
