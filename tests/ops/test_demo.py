import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from http.client import HTTPConnection
from io import StringIO

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command

from roma_network import environment
from roma_network.management.commands import demo
from roma_network.ops import fixtures
from roma_network.settings import CURES
from stakeholders.models import Actor
from tests.factories import ActorFactory


@pytest.fixture
def served(monkeypatch):
    """The ports that a demo would serve on."""
    ports = []
    monkeypatch.setattr(demo, "serve", ports.append)
    return ports


@pytest.fixture
def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture
def static_folders(settings, tmp_path):
    """One small file to collect, with the storage that production uses."""
    source, root = tmp_path / "source", tmp_path / "root"
    source.mkdir()
    (source / "a.css").write_text("a {}")
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [source]
    settings.STATIC_ROOT = root
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    return source, root


def run(*args):
    out = StringIO()
    call_command("demo", "--no-input", *args, stdout=out)
    return out.getvalue()


def test_the_first_start_says_where_it_serves_and_who_signs_in(
    directory, served, static_folders, free_port, rf
):
    said = run(f"--port={free_port}")
    assert served == [free_port]
    assert f"http://127.0.0.1:{free_port}/\n" in said
    (password,) = re.findall(r"curator, password (\S+)", said)
    curator = authenticate(rf.post("/admin/login/"), username="curator", password=password)
    assert curator.is_superuser


def test_the_second_start_keeps_edits_and_the_password(db, served, static_folders, free_port):
    ActorFactory(name="Edited by a curator")
    first = run(f"--port={free_port}")
    stored = get_user_model().objects.get(username="curator").password
    second = run(f"--port={free_port}")
    assert list(Actor.objects.values_list("name", flat=True)) == ["Edited by a curator"]
    assert get_user_model().objects.get(username="curator").password == stored
    assert "password" in first
    assert "changepassword" in second


def test_an_empty_database_is_filled(db, served, static_folders, free_port, monkeypatch):
    loaded = []
    monkeypatch.setattr(fixtures, "load", loaded.append)
    assert "Loaded the directory." in run(f"--port={free_port}")
    assert len(loaded) == 1


def test_static_files_are_collected_once_and_again_when_one_changes(db, served, static_folders, free_port):
    source, root = static_folders
    ActorFactory()
    run(f"--port={free_port}")
    (root / "a.css").unlink()
    run(f"--port={free_port}")
    assert not (root / "a.css").exists()
    time.sleep(0.02)  # the clock of files may be coarser than this test is fast
    (source / "a.css").write_text("a { color: red }")
    run(f"--port={free_port}")
    assert (root / "a.css").read_text() == "a { color: red }"


@pytest.mark.parametrize("port", [65536, -1])
def test_a_port_that_cannot_be_is_refused_before_anything_is_done(served, port):
    with pytest.raises(CommandError, match=r"is not free\. Choose another: --port 8001\."):
        run(f"--port={port}")
    assert served == []


def test_a_taken_port_is_refused_before_anything_is_done(served):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} is not free"):
            run(f"--port={port}")
    assert served == []


def test_it_is_no_demo_with_production_settings(served, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO is switched off"):
        run()
    assert served == []


def test_an_interrupted_start_ends_without_a_traceback(db, static_folders, free_port, monkeypatch):
    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(fixtures, "load", interrupt)
    assert run(f"--port={free_port}").endswith("Stopped. The next start goes on from here.\n")


def test_loading_into_a_directory_with_entries_is_refused(db):
    ActorFactory(name="Mine")
    with pytest.raises(CommandError, match="holds entries already"):
        call_command("load_directory")
    assert list(Actor.objects.values_list("name", flat=True)) == ["Mine"]


def test_the_secret_is_made_once_and_read_by_its_owner_only(tmp_path):
    path = tmp_path / "demo.env"
    environment.write_once(path, "first")
    environment.write_once(path, "second")
    assert path.read_text() == "first"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.fixture
def fresh_machine(tmp_path):
    """An environment that sets nothing but the folder where the demo keeps its things."""
    set_by_tests = {*CURES, "DJANGO_SETTINGS_MODULE"}
    kept = {name: value for name, value in os.environ.items() if name not in set_by_tests}
    return kept | {"VAR_DIR": str(tmp_path / "var")}


def get(port, path):
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def wait_until_up(port, process):
    for _ in range(600):
        assert process.poll() is None, process.communicate()
        try:
            return get(port, "/healthz")
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise AssertionError("It did not answer within a minute.")


def test_a_fresh_machine_serves_the_directory_until_it_is_interrupted(fresh_machine, free_port):
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo", f"--port={free_port}", "--no-input"],
        cwd=environment.BASE_DIR,
        env=fresh_machine,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert wait_until_up(free_port, process)[0] == 200
        status, page = get(free_port, "/actors/fra/")
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the server and to its worker
        out, err = process.communicate(timeout=30)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert status == 200
    assert "Fundamental Rights" in page
    assert process.returncode == 0
    assert "Loaded the directory." in out
    assert "Traceback" not in err


@pytest.mark.parametrize("command", ["demo", "migrate", "publish_dump"])
def test_where_nothing_can_be_written_a_command_says_in_a_line_what_to_do(fresh_machine, command):
    given = {"ALLOWED_HOSTS": "localhost", "SECRET_KEY": "x" * 50, "VAR_DIR": "/dev/null/var"}
    done = subprocess.run(
        [sys.executable, "manage.py", command],
        check=False,
        capture_output=True,
        encoding="utf-8",
        cwd=environment.BASE_DIR,
        env=fresh_machine | given,
    )
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert "VAR_DIR" in line
