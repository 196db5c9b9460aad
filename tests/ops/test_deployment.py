"""What `write_deployment` writes names nothing that is open, and grants no more than is needed."""

import configparser
import io
import re

import pytest
from django.core.management import call_command

from roma_network.ops import database_roles


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


def test_nginx_listens_by_both_protocols(folder):
    listens = re.findall(r"listen (?:\[::\]:)?(\d+)[ ;]", (folder / "nginx.conf").read_text())
    assert listens == ["80", "80", "443", "443"]


def test_units_are_well_formed_and_confined(folder):
    for path in [*folder.glob("*.service"), *folder.glob("*.timer")]:
        unit = configparser.ConfigParser(strict=False, interpolation=None)
        unit.optionxform = str
        unit.read(path)
        assert "Unit" in unit
        if path.suffix == ".service":
            assert unit["Service"]["NoNewPrivileges"] == "true"
            assert unit["Service"]["ProtectSystem"] == "strict"


def test_each_backup_is_proved_by_a_role_that_can_do_what_those_who_serve_can(folder):
    text = (folder / "roles.sql").read_text()
    assert "CREATE ROLE roma_prover NOLOGIN CREATEDB" in text
    assert "GRANT roma_admin, roma_public TO roma_prover;" in text
    assert (folder / "roma-network-backup.timer").exists()


def test_rights_are_granted_all_at_once(folder):
    """Between a REVOKE and its GRANT nobody would be served."""
    before, _, rights = (folder / "roles.sql").read_text().partition("\nBEGIN;\n")
    assert "REVOKE" not in before
    assert rights.rstrip().endswith("COMMIT;")


def test_a_restore_of_older_tables_grants_what_is_there():
    everybody = {*database_roles.SERVING, "roma_owner"}
    older = database_roles.public_tables() - {"roma_network_link"}
    assert "roma_network_link" not in " ".join(database_roles.statements(everybody, older))
    assert database_roles.statements({"postgres"}, older) == []
    assert database_roles.statements(everybody, set()) == []
    only_public = database_roles.statements({"roma_public"}, older)
    assert {each.split()[-1] for each in only_public} == {"roma_public", "PUBLIC"}


def test_caches_are_bounded_and_the_admin_has_one_of_its_own(folder):
    redis = (folder / "redis.conf").read_text()
    assert "maxmemory 256mb" in redis
    assert "maxmemory-policy allkeys-lru" in redis
    assert "user default off" in redis
    assert "max_size=2g" in (folder / "nginx.conf").read_text()
    urls = {kind: (folder / f"{kind}-cache.env").read_text() for kind in ("public", "admin")}
    found = {
        kind: re.fullmatch(rf"CACHE_URL=redis://{kind}:(.+)@127.0.0.1:6379/(.)\n", url)
        for kind, url in urls.items()
    }
    assert found["public"][1] != found["admin"][1]
    assert found["public"][2] != found["admin"][2]
    for kind, match in found.items():
        assert f"user {kind} on >{match[1]} resetkeys ~{kind}:*" in redis
        assert f"{kind}-cache.env" in (folder / f"roma-network-{kind}.service").read_text()


def test_nobody_else_reads_what_holds_secrets(folder):
    private = {path.name for path in folder.iterdir() if not path.stat().st_mode & 0o077}
    assert private == {"admin-cache.env", "nginx.conf", "public-cache.env", "redis.conf"}


def test_files_are_made_apart_and_behind(folder):
    unit = (folder / "roma-network-files.service").read_text()
    assert "--port 8002 --workers 2 --nice 10" in unit
    assert "127.0.0.1:8002" in (folder / "nginx.conf").read_text()


def test_only_this_machine_empties_the_cache_and_nobody_can_do_more_there(folder):
    text = (folder / "nginx.conf").read_text()
    [inner] = [server for server in text.split("\nserver {") if "dav_methods" in server]
    assert re.findall(r"listen (.+);", inner) == ["127.0.0.1:8003"]
    assert re.findall(r"(?:allow|deny) .+;", inner) == ["allow 127.0.0.1;", "deny all;", "deny all;"]
    assert "dav_methods DELETE MOVE;" in inner
    [cache] = re.findall(r"proxy_cache_path (\S+)", text)
    assert f"root {cache};" in inner


def test_public_pages_are_given_no_table_of_accounts(folder):
    [granted] = re.findall(r"GRANT SELECT ON (.+) TO roma_public", (folder / "roles.sql").read_text())
    tables = set(granted.split(", "))
    assert "stakeholders_actor" in tables
    assert not [name for name in tables if name.startswith(("auth_", "django_", "axes_", "otp_"))]
