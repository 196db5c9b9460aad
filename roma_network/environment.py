"""The environment of a demo: what production sets by hand, made once and kept under `var/`."""

import os
import secrets
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
DEMO_FILE = VAR_DIR / "demo.env"


def use_demo():
    """Fill what the environment leaves open from `var/demo.env`, which the first call writes.

    Other commands reach the same directory with `uv run --env-file var/demo.env manage.py …`.
    """
    VAR_DIR.mkdir(exist_ok=True)
    if not DEMO_FILE.exists():
        DEMO_FILE.touch(mode=0o600)
        DEMO_FILE.write_text(
            f"DEMO=true\nSECRET_KEY={secrets.token_urlsafe(50)}\nALLOWED_HOSTS=localhost,127.0.0.1,[::1]\n"
        )
    for line in DEMO_FILE.read_text().splitlines():
        name, _, value = line.partition("=")
        os.environ.setdefault(name, value)
