"""The environment of a demo: what production sets by hand, made once and kept under `var/`."""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory

BASE_DIR = Path(__file__).resolve().parent.parent
OWN_VAR_DIR = BASE_DIR / "var"
VAR_DIR = Path(os.environ.get("VAR_DIR") or OWN_VAR_DIR)
DEMO_FILE = VAR_DIR / "demo.env"


def use_demo() -> None:
    """Fill what the environment leaves open from `var/demo.env`, which the first call writes.

    Other commands reach the same directory with `uv run --no-dev --env-file var/demo.env manage.py …`.
    """
    if not DEMO_FILE.exists():
        secret = secrets.token_urlsafe(50)
        write_once(
            DEMO_FILE,
            f"DEMO=true\nSECRET_KEY={secret}\nALLOWED_HOSTS=localhost,127.0.0.1,[::1]\n"
            "BASE_URL=http://127.0.0.1:8000\n",
        )
    for line in DEMO_FILE.read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        os.environ.setdefault(name, value)


def make_var_dir() -> None:
    """Without a word where that cannot be: most commands write nothing there, and `is_unwritable` speaks for others."""
    with suppress(OSError), private_files():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        keep_private(OWN_VAR_DIR)  # a folder that was named is left as its owner has it, who may share it


def keep_private(path):
    """What everybody may look into becomes its owner's alone. What was opened to a group stays so."""
    if path.exists() and path.stat().st_mode & 0o007:
        path.chmod(0o700 if path.is_dir() else 0o600)


def keep_database_private(connection, **kwargs):
    """Receiver of connection_created: SQLite makes its files as open as other files are."""
    if connection.vendor == "sqlite":
        with suppress(PermissionError):  # of another owner: `doctor` names it
            for suffix in ("", "-wal", "-shm"):
                keep_private(Path(f"{connection.settings_dict['NAME']}{suffix}"))


@contextmanager
def private_files() -> Iterator[None]:
    """What this process and its children write within the block is for its owner alone."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def is_unwritable(error: BaseException) -> bool:
    """Whether a command failed because nothing can be written to `VAR_DIR`."""
    is_of_files = getattr(error, "filename", None) or isinstance(error.__cause__, sqlite3.OperationalError)
    return bool(is_of_files) and not os.access(VAR_DIR, os.W_OK)


def share_numbers() -> TemporaryDirectory[str]:
    """Have workers leave their numbers for one another in a folder, which must be known before they are counted."""
    folder = TemporaryDirectory(prefix="directory-numbers-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder.name
    return folder


def write_once(path, text):
    """Write a file that only its owner reads. Of processes that try at once the first wins, and none sees half."""
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent) as draft:
        draft.write(text)
        draft.flush()
        with suppress(FileExistsError):
            os.link(draft.name, path)
