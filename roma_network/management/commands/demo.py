import os
import secrets
import socket
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from granian import Granian

from roma_network.management.commands.serve import load_application
from roma_network.ops import fixtures

HOST = "127.0.0.1"
CURATOR = "curator"


class Command(BaseCommand):
    help = "Serve the real directory on this machine, with a database and a curator's account of its own."

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--no-input", "--noinput", action="store_false", dest="interactive", help="Ask no question."
        )

    def handle(self, *, port, interactive, **options):
        if not settings.DEMO:
            raise CommandError("DEMO is switched off in the environment, so this would be no demo. Unset it.")
        check_port(port)
        settings.BASE_URL = os.environ["BASE_URL"] = (
            f"http://{HOST}:{port}"  # also for the server, a process apart
        )
        try:
            self.prepare(interactive)
            self.welcome(port)
            serve(port)
        except KeyboardInterrupt:
            self.stdout.write("Stopped. The next start goes on from here.")

    def prepare(self, interactive):
        call_command("migrate", interactive=interactive, verbosity=0)
        self.fill_directory()
        if not static_files_are_collected():
            call_command("collectstatic", interactive=False, verbosity=0)

    def fill_directory(self):
        if fixtures.is_empty():
            call_command("load_directory")
            self.stdout.write("Loaded the directory.")
        else:
            self.stdout.write("Kept the directory as it was.")

    def welcome(self, port):
        self.stdout.write(f"Directory  http://{HOST}:{port}/")
        self.stdout.write(f"Admin      http://{HOST}:{port}/admin/")
        self.stdout.write(f"Account    {account()}")
        self.stdout.write("Ctrl-C stops the demo; the next start goes on from here.")
        self.stdout.flush()  # or the server, a fork, would say it again


def check_port(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port just left is free
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            raise CommandError(f"Port {port} is not free. Choose another: --port 8001.") from None


def account():
    """The name and password of a new curator, or a reminder: the password itself is stored nowhere."""
    users = get_user_model().objects
    if users.filter(username=CURATOR).exists():
        return (
            f"{CURATOR}, with the password of the first start; for a new one: "
            f"uv run --no-dev --env-file var/demo.env manage.py changepassword {CURATOR}"
        )
    password = secrets.token_urlsafe(12)
    users.create_superuser(CURATOR, password=password)
    return f"{CURATOR}, password {password} (shown this once)"


def static_files_are_collected():
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    if not manifest.exists():
        return False
    collected = manifest.stat().st_mtime
    # The time of change, since a package installed anew may bring older times of modification.
    return all(
        Path(storage.path(name)).stat().st_ctime < collected
        for finder in get_finders()
        for name, storage in finder.list([])
    )


def serve(port):
    connections.close_all()  # the server forks, and two processes must not share one
    Granian(
        "roma_network.wsgi.application",
        address=HOST,
        port=port,
        interface="wsgi",
        blocking_threads=4,
        log_level="warning",
    ).serve(target_loader=load_application)
