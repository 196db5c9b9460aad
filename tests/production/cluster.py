"""The directory as in production, of real processes: nginx, workers, Redis, a PostgreSQL primary and its replicas.

All of it is configured by what `write_deployment` writes, and lives in a folder of its own.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from socket import AF_INET6, create_connection, socket
from time import monotonic, sleep

import psycopg
import trustme

from roma_network.environment import BASE_DIR
from tests.benchmarks.serving import HOST, free_port
from tests.postgres import owner, programs

PORTS = ("http", "https", "public", "admin", "files", "purge", "redis")
UNLIMITED = {"API_RATE": "1000000/min", "RATE": "1000000/min"}
LONGEST = 60  # seconds for anything to come up
PASSWORD = "a password of the tests"
SERVER = (
    "listen_addresses = '127.0.0.1'\nwal_level = replica\nmax_wal_senders = 10\nhot_standby = on\n"
    "max_connections = 100\nshared_buffers = 128MB\nwal_keep_size = 256MB\nrestart_after_crash = on\n"
    "max_standby_streaming_delay = 2s\n"
)


class ClusterError(Exception):
    """Some part does not come up; the message holds what it said."""


def answers(port):
    with suppress(OSError), create_connection((HOST, port), timeout=1):
        return True
    return False


def has_ipv6():
    with suppress(OSError), socket(AF_INET6) as server:
        server.bind(("::1", 0))
        return True
    return False


def wait_until(true, what, longest=LONGEST):
    end = monotonic() + longest
    while monotonic() < end:
        if true():
            return
        sleep(0.1)
    raise ClusterError(f"{what} did not come up within {longest} s.")


class Process:
    """A program in a group of its own, with a log."""

    def __init__(self, name, command, log, port=None, environment=None, **user):
        self.name, self.command, self.log, self.port = name, command, log, port
        self.environment, self.user, self.process = environment, user, None

    def start(self):
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                list(map(str, self.command)),
                cwd=BASE_DIR if not self.user else self.log.parent,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self.user,
            )
        if self.port:
            try:
                wait_until(lambda: answers(self.port), self.name)
            except ClusterError as error:
                raise ClusterError(f"{error}\n{self.log.read_text()[-3000:]}") from None

    def kill(self):
        """All of it at once, as when the machine loses its power."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def workers(self):
        """The processes that this one has started."""
        done = subprocess.run(
            ["pgrep", "-P", str(self.process.pid)], check=False, capture_output=True, text=True
        )
        return list(map(int, done.stdout.split()))


class Database(Process):
    """A PostgreSQL server. Without a primary it is one."""

    def __init__(self, name, folder, primary=None, data=None):
        port = free_port()
        self.data = data or folder / name
        command = [programs() / "postgres", "-D", self.data, "-p", port, "-k", folder]
        super().__init__(name, command, folder / f"{name}.log", port, **owner())
        self.folder = folder
        if primary:
            self.run(
                "pg_basebackup",
                "-h",
                HOST,
                "-p",
                primary.port,
                "-U",
                "postgres",
                "-D",
                self.data,
                "-R",
                "-X",
                "stream",
                "--checkpoint=fast",
            )
        else:
            self.run(
                "initdb",
                "-D",
                self.data,
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
            )
            self.write("postgresql.conf", SERVER)
            self.write("pg_hba.conf", f"host all all {HOST}/32 trust\nhost replication all {HOST}/32 trust\n")

    def write(self, name, text):
        with (self.data / name).open("a") as file:
            file.write(text)

    def run(self, program, *arguments):
        command = [str(programs() / program), *map(str, arguments)]
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, cwd=self.folder, **owner()
        )
        if done.returncode:
            raise ClusterError(f"{program} failed.\n{done.stdout}{done.stderr}")

    def url(self, role="postgres", database="directory"):
        return f"postgres://{role}@{HOST}:{self.port}/{database}"

    def connect(self, **options):
        return psycopg.connect(self.url().replace("postgres://", "postgresql://"), autocommit=True, **options)

    def kill(self):
        """A server and the processes that serve its clients are of different groups."""
        for pid in [self.process.pid, *self.workers()]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        wait_until(lambda: not answers(self.port), f"The end of {self.name}")

    def start(self):
        super().start()
        wait_until(self.is_ready, self.name)

    def is_ready(self):
        with (
            suppress(psycopg.OperationalError),
            psycopg.connect(self.url(database="postgres"), connect_timeout=2),
        ):
            return True
        return False


class Cluster:
    def __init__(self, replicas=2, workers=2, primary_data=None, fake_time=None, rates=None):
        self.folder = Path(tempfile.mkdtemp(prefix="cluster-"))
        self.folder.chmod(0o755)
        if owner():
            shutil.chown(self.folder, "postgres", "postgres")
        self.workers, self.fake_time = workers, fake_time
        self.rates = rates or UNLIMITED
        self.ports = {name: free_port() for name in PORTS}
        self.primary = Database("primary", self.folder, data=primary_data)
        self.replica_count = replicas
        self.replicas = []

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error):
        for process in self.everything():
            if process.process:
                process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def everything(self):
        own = [getattr(self, name, None) for name in ("nginx", "public", "admin", "files", "redis")]
        return [each for each in [*own, *self.replicas, self.primary] if each]

    def start(self):
        self.primary.start()
        with psycopg.connect(self.primary.url(database="postgres"), autocommit=True) as connection:
            connection.execute("CREATE ROLE roma_owner LOGIN")
            connection.execute("CREATE DATABASE directory OWNER roma_owner")
        self.manage("migrate", "--verbosity=0", role="roma_owner")
        self.manage("load_directory", role="roma_owner")
        self.manage("collectstatic", "--noinput", "--verbosity=0")
        self.deploy()
        self.manage("lay_out_network", role="roma_admin")
        self.redis = Process(
            "redis",
            ["redis-server", self.folder / "deployment" / "redis.conf", "--dir", self.folder],
            self.folder / "redis.log",
            self.ports["redis"],
        )
        for number in range(1, self.replica_count + 1):
            replica = Database(f"replica_{number}", self.folder, self.primary)
            self.replicas.append(replica)
            replica.start()
        self.redis.start()
        reading = {"PUBLIC_ONLY": "true", "DATABASE_URL": self.primary.url("roma_public")}
        self.public = self.server("public", **reading, **self.cache_of("public"))
        self.files = self.server("files", "--nice=10", **reading, **self.cache_of("public"))
        self.admin = self.server(
            "admin", DATABASE_URL=self.primary.url("roma_admin"), **self.cache_of("admin")
        )
        self.nginx = self.front()
        for process in (self.public, self.files, self.admin, self.nginx):
            process.start()

    def environment(self, role="postgres", **more):
        keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return keep | {
            "SECRET_KEY": "for the tests of operations 0123456789 abcdefghijk",
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "BEHIND_PROXY": "true",
            "DATABASE_URL": self.primary.url(role),
            "DATABASE_REPLICA_URLS": ",".join(replica.url("roma_public") for replica in self.replicas),
            "NGINX_PURGE_URLS": f"http://{HOST}:{self.ports['purge']}/",
            "SECOND_FACTOR": "false",
            "STATEMENT_TIMEOUT": "3",
            "VAR_DIR": str(self.folder / "var"),
            **self.rates,
            **more,
        }

    def manage(self, *arguments, role="postgres", check=True, **more):
        """A command, niced as the timers start it."""
        done = subprocess.run(
            ["nice", "-n", "10", sys.executable, "manage.py", *map(str, arguments)],
            check=False,
            capture_output=True,
            text=True,
            cwd=BASE_DIR,
            env=self.environment(role, DATABASE_REPLICA_URLS="", STATEMENT_TIMEOUT="0", **more),
        )
        if check and done.returncode:
            raise ClusterError(f"{arguments} failed.\n{done.stdout}{done.stderr}")
        return done

    def deploy(self):
        """nginx's configuration and the rights in the database, as production has them."""
        key = trustme.CA().issue_cert("localhost", HOST)
        key.private_key_pem.write_to_path(self.folder / "key.pem")
        key.cert_chain_pems[0].write_to_path(self.folder / "certificate.pem")
        ports = [f"--{name}-port={port}" for name, port in self.ports.items()]
        self.manage(
            "write_deployment",
            self.folder / "deployment",
            "--host=localhost",
            f"--certificate={self.folder / 'certificate.pem'}",
            f"--certificate-key={self.folder / 'key.pem'}",
            f"--cache={self.folder / 'cache'}",
            f"--error-log={self.folder / 'nginx-errors.log'}",
            *ports,
        )
        shutil.copy(self.folder / "deployment" / "roles.sql", self.folder / "roles.sql")
        self.primary.run(
            *("psql", "--quiet", "-h", HOST, "-p", self.primary.port, "-U", "postgres", "-d", "directory"),
            *("-v", "ON_ERROR_STOP=1", "-f", self.folder / "roles.sql"),
        )

    def cache_of(self, kind):
        """As systemd reads it from what was written."""
        text = (self.folder / "deployment" / f"{kind}-cache.env").read_text()
        return dict(line.split("=", 1) for line in text.splitlines())

    def server(self, kind, *options, **more):
        command = [sys.executable, "manage.py", "serve", f"--port={self.ports[kind]}", *options]
        command += [f"--workers={self.workers if kind == 'public' else 1}"]
        environment = self.environment(**more) | (self.fake_time or {})
        return Process(kind, command, self.folder / f"{kind}.log", self.ports[kind], environment)

    def front(self):
        """nginx as Debian runs it; where our own rates are lifted, with its own lifted too: all load comes from one address."""
        site = self.folder / "deployment" / "nginx.conf"
        text = site.read_text()
        if self.rates == UNLIMITED:
            text = text.replace("rate=30r/s", "rate=9000r/s").replace("rate=10r/s", "rate=9000r/s")
        site.write_text(text if has_ipv6() else re.sub(r" +listen \[::\].*\n", "", text))
        (self.folder / "nginx.conf").write_text(
            f"{'user www-data;' if not os.geteuid() else ''} daemon off; worker_processes 1;\n"
            f"pid {self.folder}/nginx.pid; error_log {self.folder}/nginx.log;\n"
            f"events {{ worker_connections 1024; }}\nhttp {{ client_body_temp_path {self.folder}/body;\n"
            f"proxy_temp_path {self.folder}/proxy; include {site}; }}\n"
        )
        command = ["nginx", "-c", self.folder / "nginx.conf", "-p", self.folder]
        return Process("nginx", command, self.folder / "nginx.log", self.ports["https"])
