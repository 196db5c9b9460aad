"""The environment of a demo: what production sets by hand, made once and kept under `var/`."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR") or BASE_DIR / "var")
DEMO_FILE = VAR_DIR / "demo.env"


def use_demo():
    """Fill what the environment leaves open from `var/demo.env`, which the first call writes.

    Other commands reach the same directory with `uv run --no-dev --env-file var/demo.env manage.py …`.
    """
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    if not DEMO_FILE.exists():
        secret = secrets.token_urlsafe(50)
        write_once(DEMO_FILE, f"DEMO=true\nSECRET_KEY={secret}\nALLOWED_HOSTS=localhost,127.0.0.1,[::1]\n")
    for line in DEMO_FILE.read_text().splitlines():
        name, _, value = line.partition("=")
        os.environ.setdefault(name, value)


def share_numbers():
    """Have workers leave their numbers for one another in a folder, which must be known before they are counted."""
    folder = TemporaryDirectory(prefix="directory-numbers-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder.name
    return folder


def write_once(path, text):
    """Write a file that only its owner reads. Of processes that try at once the first wins, and none sees half."""
    with NamedTemporaryFile("w", dir=path.parent) as draft:
        draft.write(text)
        draft.flush()
        with suppress(FileExistsError):
            os.link(draft.name, path)
