import os
import signal

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.module_loading import import_string
from granian import Granian

from roma_network.core.memory import keep_together
from roma_network.directory.search import read_ahead

THREADS = 4  # of each worker; more would wait for one another, as Python runs one at a time
QUEUE = 64  # requests that wait for a thread of a worker; beyond that they wait in the socket, and nginx's limits hold
KILL_TIMEOUT = 10  # seconds that a worker has to finish what it is at


class Command(BaseCommand):
    help = "Serve the directory in production, behind a proxy that ends TLS. SIGHUP starts the workers anew, one by one."

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--workers", type=int, default=os.cpu_count(), help="As many as cores, unless told."
        )
        parser.add_argument("--nice", type=int, default=0, help="By how much to stand back behind others.")

    def handle(self, *, host, port, workers, nice, **options):
        if not (settings.STATIC_ROOT / "staticfiles.json").exists():
            raise CommandError("The static files are not collected yet: manage.py collectstatic --noinput")
        os.nice(nice)
        connections.close_all()  # the server forks, and processes must not share one
        Granian(
            "roma_network.ops.serving.application",
            address=host,
            port=port,
            interface="wsgi",
            workers=workers,
            blocking_threads=THREADS,
            backpressure=QUEUE,
            websockets=False,
            respawn_failed_workers=True,
            workers_kill_timeout=KILL_TIMEOUT,
            log_level="warning",
        ).serve(target_loader=load_application)


def load_application(target):
    """Called in the worker, which must not hear of Ctrl-C twice: from the terminal and from its server, it hangs."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    keep_together()
    application = import_string(target)
    read_ahead()
    return application
