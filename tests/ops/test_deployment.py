"""What `write_deployment` writes names nothing that is open, and grants no more than is needed."""

import configparser
import io
import re

import pytest
from django.core.management import call_command


@pytest.fixture
def folder(tmp_path):
    call_command("write_deployment", tmp_path, host="directory.example.eu", verbosity=0, stdout=io.StringIO())
    return tmp_path


def test_nothing_is_left_open(folder):
    files = list(folder.iterdir())
    assert len(files) > 8
    for path in files:
        assert not re.search(r"(?<!task)@[a-z_]+@", path.read_text()), path.name
        assert "directory.example.eu" in (folder / "nginx.conf").read_text()


def test_units_are_well_formed_and_confined(folder):
    for path in [*folder.glob("*.service"), *folder.glob("*.timer")]:
        unit = configparser.ConfigParser(strict=False, interpolation=None)
        unit.optionxform = str
        unit.read(path)
        assert "Unit" in unit
        if path.suffix == ".service":
            assert unit["Service"]["NoNewPrivileges"] == "true"
            assert unit["Service"]["ProtectSystem"] == "strict"


def test_only_this_machine_empties_the_cache_and_nobody_can_do_more_there(folder):
    text = (folder / "nginx.conf").read_text()
    [inner] = [server for server in text.split("\nserver {") if "dav_methods" in server]
    assert re.findall(r"listen (.+);", inner) == ["127.0.0.1:8002"]
    assert re.findall(r"(?:allow|deny) .+;", inner) == ["allow 127.0.0.1;", "deny all;", "deny all;"]
    assert "dav_methods DELETE MOVE;" in inner
    [cache] = re.findall(r"proxy_cache_path (\S+)", text)
    assert f"root {cache};" in inner


def test_public_pages_are_given_no_table_of_accounts(folder):
    [granted] = re.findall(r"GRANT SELECT ON (.+) TO roma_public", (folder / "roles.sql").read_text())
    tables = set(granted.split(", "))
    assert "stakeholders_actor" in tables
    assert not [name for name in tables if name.startswith(("auth_", "django_", "axes_", "otp_"))]
