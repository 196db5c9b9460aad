"""What may be wrong with an installation is said in plain words, and only to those who can do something about it."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from django.utils.timezone import now

from roma_network.core import caches
from roma_network.environment import BASE_DIR
from roma_network.models import Link
from roma_network.ops import backups, health
from tests.html import Page

pytestmark = pytest.mark.django_db


def told():
    """What → state of all findings; the worst where there are several."""
    order = [health.FINE, health.WARNING, health.FAULT]
    found = {}
    for what, state, text in health.findings():
        assert text.strip()
        found[str(what)] = max(state, found.get(str(what), state), key=order.index)
    return found


@pytest.fixture
def well_kept(settings, tmp_path):
    """An installation that nothing is wrong with."""
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "staticfiles.json").write_text("{}")
    settings.BACKUP_FOLDER = tmp_path / "backups"
    settings.SECRET_KEY = "".join(map(chr, range(33, 100)))
    settings.DEMO, settings.ERROR_EMAIL = False, "operations@example.eu"
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(tmp_path),
        }
    }
    (tmp_path / "backups").mkdir(mode=0o700)
    moment = datetime.now(UTC).strftime(backups.MOMENT)
    for suffix in ("", ".proved"):
        (tmp_path / "backups" / f"directory-{moment}.dump{suffix}").touch()
    Link.objects.create(url="https://example.eu/", checked_at=now())


def test_nothing_is_wrong_with_an_installation_that_is_kept_well(well_kept):
    assert set(told().values()) == {health.FINE}


def no_static_files(settings, monkeypatch):
    (settings.STATIC_ROOT / "staticfiles.json").unlink()


def guessed_key(settings, monkeypatch):
    settings.SECRET_KEY = "x" * 60


def debugging(settings, monkeypatch):
    settings.DEBUG = True


def any_host(settings, monkeypatch):
    settings.ALLOWED_HOSTS = ["*"]


def demo(settings, monkeypatch):
    settings.DEMO = True


def dead_cache(settings, monkeypatch):
    server = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}
    settings.CACHES = {"default": server}


def own_cache_each(settings, monkeypatch):
    settings.CACHES = {"default": caches.parsed("locmem://")}


def nginx_that_keeps_all(settings, monkeypatch):
    settings.BEHIND_PROXY = True


def nginx_that_does_not_answer(settings, monkeypatch):
    settings.NGINX_PURGE_URLS = ["http://127.0.0.1:1/"]


def full_disk(settings, monkeypatch):
    monkeypatch.setattr(health, "LEAST_SPACE", 1e18)


def old_backup(settings, monkeypatch):
    [found] = backups.backups()
    monkeypatch.setattr(
        backups, "backups", lambda: [found._replace(made_at=found.made_at - timedelta(days=3))]
    )


def no_backup(settings, monkeypatch):
    monkeypatch.setattr(backups, "backups", list)


def unproved_backup(settings, monkeypatch):
    [found] = backups.backups()
    backups.proof_of(found.path).unlink()


def later_backup_unproved(settings, monkeypatch):
    [found] = backups.backups()
    later = found._replace(made_at=found.made_at + timedelta(hours=1), is_proved=False)
    monkeypatch.setattr(backups, "backups", lambda: [later, found])


def open_folder(settings, monkeypatch):
    settings.BACKUP_FOLDER.chmod(0o755)


def nobody_told(settings, monkeypatch):
    settings.ERROR_EMAIL = None


def dead_database(settings, monkeypatch):
    monkeypatch.setattr(health.replicas, "version_at", lambda alias: None)


def old_links(settings, monkeypatch):
    Link.objects.update(checked_at=now() - timedelta(days=9))


@pytest.mark.parametrize(
    ("harm", "what", "state"),
    [
        (no_static_files, "Static files", health.FAULT),
        (guessed_key, "SECRET_KEY", health.FAULT),
        (debugging, "DEBUG", health.FAULT),
        (any_host, "ALLOWED_HOSTS", health.FAULT),
        (demo, "DEMO", health.WARNING),
        (dead_cache, "Cache", health.FAULT),
        (own_cache_each, "Cache", health.WARNING),
        (nginx_that_keeps_all, "Cache of nginx", health.WARNING),
        (nginx_that_does_not_answer, "Cache of nginx", health.FAULT),
        (full_disk, "Disk", health.FAULT),
        (old_backup, "Backup", health.WARNING),
        (no_backup, "Backup", health.WARNING),
        (unproved_backup, "Backup", health.FAULT),
        (later_backup_unproved, "Backup", health.WARNING),
        (open_folder, "Files", health.FAULT),
        (nobody_told, "ERROR_EMAIL", health.WARNING),
        (dead_database, "Database", health.FAULT),
        (old_links, "Links", health.WARNING),
    ],
)
def test_what_is_wrong_is_named(well_kept, settings, monkeypatch, harm, what, state):
    harm(settings, monkeypatch)
    assert {name: found for name, found in told().items() if found != health.FINE} == {what: state}


@pytest.mark.parametrize(
    ("address", "word"),
    [("sqlite:////{folder}/new.sqlite3", "migrate"), ("sqlite:////nowhere/at/all", "DATABASE_URL")],
)
def test_the_doctor_speaks_where_little_works(tmp_path, address, word):
    environment = {**os.environ, "DATABASE_URL": address.format(folder=tmp_path), "VAR_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "manage.py", "doctor"],
        check=False,
        capture_output=True,
        text=True,
        cwd=BASE_DIR,
        env=environment,
    )
    assert done.returncode == 1
    [line] = [line for line in done.stdout.splitlines() if "Database" in line]
    assert line.startswith("WRONG")
    assert word in line
    assert "Traceback" not in done.stderr


def test_the_first_page_of_the_admin_says_which_backup_was_last_proved_restorable(well_kept, cast):
    assert "Last proved restorable: that of" in Page(cast["administrator"].get("/admin/").text).text(
        "#content-related"
    )


def test_administrators_see_the_state_of_the_installation_and_others_do_not(cast):
    for role in ("curator", "publisher", "administrator"):
        text = Page(cast[role].get("/admin/").text).text("#content-related")
        assert ("State of the installation" in text) == (role == "administrator")
