"""What shapes an answer besides the content: a digest of code, templates, styles, shapes, libraries and settings."""

from functools import cache
from hashlib import blake2b

from django.conf import settings

from roma_network.environment import BASE_DIR

CODE = ("roma_network", "stakeholders", "initiatives")
SHAPING = (".json", ".mo", ".py", ".toml")  # files within the code; not what Python makes of them
WHOLE = ("static", "templates")
LOCK = "uv.lock"
# What the environment sets, and answers show; the code that reads it is digested anyway.
SETTINGS = (
    "API_RATE",
    "ALLOWED_HOSTS",
    "BASE_URL",
    "BEHIND_PROXY",
    "CONTACT_EMAIL",
    "DEBUG",
    "DEMO",
    "PUBLIC_ONLY",
    "VERIFY_AFTER_MONTHS",
)


@cache
def code_version():
    """A cache that outlives a release holds none of the old pages, and all processes of a release agree."""
    return digest_of(BASE_DIR)


def digest_of(folder):
    digest = blake2b(digest_size=8)
    for path in files(folder):
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    for name in SETTINGS:
        digest.update(f"{name}={getattr(settings, name)!r}\n".encode())
    return digest.hexdigest()


def files(folder):
    found = [path for name in CODE for path in (folder / name).rglob("*") if path.suffix in SHAPING]
    found += [path for name in WHOLE for path in (folder / name).rglob("*")]
    return sorted(path for path in [*found, folder / LOCK] if path.is_file() and not is_by_product(path))


def is_by_product(path):
    """Of an editor, a file system or Python."""
    return path.name.startswith((".", "~")) or path.suffix in (".pyc", ".swp") or path.name.endswith("~")
