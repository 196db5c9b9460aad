"""On PostgreSQL with its roles: what is restored works for each of them, and a backup is proved by just that."""

import subprocess
from urllib.parse import unquote, urlsplit

import psycopg
import pytest

from roma_network.environment import BASE_DIR
from tests import postgres
from tests.production.installation import Installation

pytestmark = [
    pytest.mark.skipif(not postgres.installed(), reason="needs PostgreSQL's programs"),
    pytest.mark.xdist_group("recovery"),
]

RIGHTS = """
    SELECT relname, relacl::text, pg_get_userbyid(relowner) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')
    UNION SELECT nspname, nspacl::text, pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'public'
"""


class Server:
    """A PostgreSQL server of these tests, with a directory and roles as `write_deployment` has them."""

    def __init__(self, address):
        self.address = address

    def url(self, role, database):
        return f"{self.address.replace('//postgres@', f'//{role}@').rpartition('/')[0]}/{database}"

    def connect(self, database, role="postgres"):
        return psycopg.connect(self.url(role, database), autocommit=True)

    def run_file(self, path, database):
        host = unquote(urlsplit(self.address).netloc.partition("@")[2])
        command = [postgres.programs() / "psql", "--quiet", "-v", "ON_ERROR_STOP=1", "-h", host]
        subprocess.run([*command, "-U", "postgres", "-d", database, "-f", path], check=True)

    def databases(self):
        with self.connect("postgres") as rows:
            return {name for (name,) in rows.execute("SELECT datname FROM pg_database")}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with postgres.running() as address:
        server = Server(address)
        with server.connect("postgres") as rows:
            rows.execute("CREATE ROLE roma_owner LOGIN")
            rows.execute("CREATE DATABASE filled OWNER roma_owner")
        installation = Installation(tmp_path_factory.mktemp("first"), server.url("roma_owner", "filled"))
        for command in (["migrate", "-v0"], ["load_directory"], ["write_deployment", installation.folder]):
            done = installation.manage(*command)
            assert done.returncode == 0, done.stderr
        server.run_file(installation.folder / "roles.sql", "filled")
        yield server


@pytest.fixture
def database(server):
    """The name of a database with the directory, for one test."""
    with server.connect("postgres") as rows:
        rows.execute("CREATE DATABASE directory TEMPLATE filled OWNER roma_owner")
    yield "directory"
    with server.connect("postgres") as rows:
        rows.execute("DROP DATABASE directory")


@pytest.fixture
def installation(server, database, tmp_path):
    """As the owner of the database has it."""
    return Installation(tmp_path, server.url("roma_owner", database))


def written(installation):
    done = installation.manage("backup")
    assert done.returncode == 0, done.stderr
    [found] = installation.backups()
    assert found.is_proved
    return found.path


def backup_finding(installation):
    [line] = [line for line in installation.manage("doctor").stdout.splitlines() if "Backup" in line]
    return line


def test_after_a_restore_each_role_has_the_rights_that_it_had(server, database, installation):
    path = written(installation)
    assert server.databases() == {"postgres", "template0", "template1", "filled", database}
    with server.connect(database) as rows:
        before = set(rows.execute(RIGHTS))
        rows.execute("UPDATE stakeholders_actor SET name = 'Gone ' || id")
    done = installation.manage("restore", path, "--no-input")
    assert done.returncode == 0, done.stderr
    assert "Each role reads and writes what it must." in done.stdout
    with server.connect(database) as rows:
        assert set(rows.execute(RIGHTS)) == before
    with server.connect(database, "roma_public") as rows:
        names = [name for (name,) in rows.execute("SELECT name FROM stakeholders_actor")]
    assert len(names) > 800
    assert not [name for name in names if name.startswith("Gone")]


def test_a_backup_is_proved_by_each_role_at_work(server, database, installation):
    """Whole and restorable for PostgreSQL, and no directory that anybody could use."""
    with server.connect(database) as rows:
        rows.execute("ALTER TABLE roma_network_source RENAME COLUMN publisher TO house")
    done = installation.manage("backup")
    assert done.returncode == 1
    assert "is not proved restorable" in done.stderr
    assert "Traceback" not in done.stderr
    assert [each.is_proved for each in installation.backups()] == [False]
    assert backup_finding(installation).startswith("WRONG")
    assert f"{database}_proof" not in server.databases()


def test_who_may_make_no_database_proves_nothing_and_says_so(server, database, installation):
    with server.connect(database) as rows:
        rows.execute("REVOKE roma_prover FROM roma_owner")
    try:
        done = installation.manage("backup")
    finally:
        with server.connect(database) as rows:
            rows.execute("GRANT roma_prover TO roma_owner")
    assert done.returncode == 1
    assert "roles.sql" in done.stderr
    assert [each.is_proved for each in installation.backups()] == [False]


def test_the_doctor_sees_rights_that_are_gone_and_names_what_brings_them_back(server, database, installation):
    with server.connect(database) as rows:
        before = set(rows.execute(RIGHTS))
        rows.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM roma_public, roma_admin")
    for role, what in (("roma_public", "Database"), ("roma_admin", "Database"), ("roma_owner", "Role")):
        done = installation.manage("doctor", DATABASE_URL=server.url(role, database))
        assert "Traceback" not in done.stderr
        [line] = [line for line in done.stdout.splitlines() if f"{what}:" in line]
        assert line.startswith("WRONG"), role
        assert "manage.py migrate, which grants all rights anew" in line
    assert installation.manage("migrate").returncode == 0
    with server.connect(database) as rows:
        assert set(rows.execute(RIGHTS)) == before
    done = installation.manage("doctor", DATABASE_URL=server.url("roma_public", database))
    assert "Traceback" not in done.stderr
    assert "ok     Role: “roma_public” has the rights it needs." in done.stdout


def test_a_backup_of_another_engine_changes_nothing(server, database, installation, tmp_path):
    other = Installation(tmp_path / "other")
    assert other.manage("migrate", "-v0").returncode == 0
    pairs = [(other, installation, "SQLite"), (installation, other, "PostgreSQL")]
    with server.connect(database) as rows:
        rows.execute("DELETE FROM initiatives_participationcitation")
    for source, target, word in pairs:
        path = written(source)
        before = set(BASE_DIR.iterdir())
        done = target.manage("restore", path, "--no-input")
        assert done.returncode == 1
        assert "Nothing was changed." in done.stderr
        assert f"backup of {word}" in done.stderr
        assert set(BASE_DIR.iterdir()) == before
    with server.connect(database) as rows:
        assert rows.execute("SELECT count(*) FROM initiatives_participationcitation").fetchone() == (0,)
