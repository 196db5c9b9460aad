"""What shapes an answer makes another version, and nothing else does."""

import shutil
import subprocess
import sys

import pytest

from roma_network import settings as module
from roma_network.environment import BASE_DIR
from roma_network.pages import code_version

SHAPING = [
    "roma_network/pages/listing.py",
    "roma_network/cartography/shapes/AL.json",
    "roma_network/directory/synthetic.toml",
    "stakeholders/views.py",
    "initiatives/models.py",
    "templates/home.html",
    "templates/opensearch.xml",
    "templates/pictures/standalone.svg",
    "static/css/base.css",
    "static/js/listing.js",
    "static/root/favicon.ico",
    "uv.lock",
]
BY_PRODUCTS = [
    "roma_network/pages/__pycache__/listing.cpython-311.pyc",
    "roma_network/__pycache__/new.cpython-311.pyc",
    "roma_network/pages/.listing.py.swp",
    "templates/home.html~",
    "static/.DS_Store",
    "var/directory.sqlite3",
    "tests/new.py",
    "README.md",
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("code")
    for name in (*code_version.CODE, *code_version.WHOLE):
        shutil.copytree(BASE_DIR / name, folder / name)
    shutil.copy(BASE_DIR / "uv.lock", folder)
    return folder


def changed(folder, name):
    """Whether the version is another once a file was changed; the file is put back."""
    before, path = code_version.digest_of(folder), folder / name
    content = path.read_bytes() if path.exists() else None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((content or b"") + b" ")
    after = code_version.digest_of(folder)
    path.unlink() if content is None else path.write_bytes(content)
    return before != after


@pytest.mark.parametrize("name", SHAPING)
def test_a_release_that_changes_this_changes_the_version(copy, name):
    assert (copy / name).exists()
    assert changed(copy, name)


@pytest.mark.parametrize("name", BY_PRODUCTS)
def test_by_products_do_not(copy, name):
    assert not changed(copy, name)


def test_every_kind_of_file_that_is_there_is_tried_here():
    kinds = {path.suffix for path in code_version.files(BASE_DIR)}
    assert kinds - {".png", ".svg", ".mo"} == {name[name.rindex(".") :] for name in SHAPING} - {".svg"}


def test_two_starts_agree():
    command = [sys.executable, "manage.py", "shell", "--verbosity=0", "-c"]
    script = "from roma_network.pages.code_version import code_version; print(code_version())"
    found = {
        subprocess.run([*command, script], check=True, capture_output=True, text=True, cwd=BASE_DIR).stdout
        for _start in range(2)
    }
    assert len(found) == 1


def test_settings_that_shape_answers_do_too(settings):
    before = code_version.digest_of(BASE_DIR)
    settings.CONTACT_EMAIL = "other@example.eu"
    assert code_version.digest_of(BASE_DIR) != before


def test_of_every_setting_it_is_known_whether_answers_show_it():
    assert not set(code_version.SETTINGS) & UNSEEN
    assert set(module.CURES) == {*code_version.SETTINGS, *UNSEEN}


UNSEEN = {
    "BACKUP_FOLDER",
    "BACKUP_RECIPIENT",
    "CACHE_URL",
    "DATABASE_REPLICA_URLS",
    "DATABASE_URL",
    "EMAIL_URL",
    "ERROR_EMAIL",
    "HSTS_SECONDS",
    "NGINX_PURGE_URLS",
    "RATE",
    "SECOND_FACTOR",
    "SECRET_KEY",
    "SLOW_QUERY_MS",
    "STATEMENT_TIMEOUT",
    "STATIC_ROOT",
}
