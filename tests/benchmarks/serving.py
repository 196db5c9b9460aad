"""Servers that live as long as a measurement, on the loopback interface, and clients that load them."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections import namedtuple
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles
from threading import Thread
from time import monotonic, perf_counter, sleep

from roma_network.environment import BASE_DIR

HOST = "127.0.0.1"
CONNECTIONS = 8
LONGEST = 60  # seconds for a start or an answer
WRK = shutil.which("wrk")
CLIENT = (
    "wrk" if WRK else "threads of http.client (wrk is not installed, so the client takes much of the time)"
)
GZIP = {"Accept-Encoding": "gzip"}

Server = namedtuple("Server", "port process")
Spread = namedtuple("Spread", "p50 p95")


class ServingError(Exception):
    """A server does not start, or answers with something else than a page."""


def granian(environment, threads, *target):
    """The directory as in production, but for one worker. Another settings module makes it another site."""
    command = [
        *(sys.executable, "-m", "granian", "--interface=wsgi", "--workers=1", "--log-level=warning"),
        *(f"--blocking-threads={threads}", f"--host={HOST}"),
        *(target or ["roma_network.wsgi:application"]),
    ]
    return running(lambda port: [*command, f"--port={port}"], environment)


AS_SERVED = "--factory", f"{__name__}:as_served"


def as_served():
    """What a worker of `manage.py serve` loads: it reads its indexes ahead."""
    import django

    django.setup()
    from roma_network.management.commands.serve import load_application

    return load_application("roma_network.wsgi.application")


def deployed(environment):
    """The directory just as systemd runs it, with its threads, but for one worker."""
    command = [sys.executable, "manage.py", "serve", "--workers=1", f"--host={HOST}"]
    return running(lambda port: [*command, f"--port={port}"], environment)


@contextmanager
def running(command, environment=None):
    """Start what `command` makes of a free port, and kill it with all that it has started."""
    port = free_port()
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            command(port), cwd=BASE_DIR, env=environment, start_new_session=True, stdout=log, stderr=log
        )
        try:
            wait_for(port, process, log)
            yield Server(port, process)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def wait_for(port, process, log):
    end = monotonic() + LONGEST
    while monotonic() < end and process.poll() is None:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            sleep(0.1)
        else:
            return
    log.seek(0)
    raise ServingError(f"No server comes up on port {port}.\n{log.read()}")


def times(server, addresses):
    """Milliseconds to the last byte of each address, one after the other over one connection."""
    with closing(HTTPConnection(HOST, server.port, timeout=LONGEST)) as connection:
        return [timed(connection, address) for address in addresses]


def timed(connection, address):
    start = perf_counter()
    ask(connection, address)
    return (perf_counter() - start) * 1000


def ask(connection, address):
    connection.request("GET", address, headers=GZIP)
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise ServingError(f"{address} answers {response.status}.")
    return body


def body(server, address):
    with closing(HTTPConnection(HOST, server.port, timeout=LONGEST)) as connection:
        return ask(connection, address)


def spread(milliseconds):
    if len(milliseconds) < 2:  # all that were to be had while a file was sent
        return Spread(*[sum(milliseconds) or float("nan")] * 2)
    twentieths = quantiles(milliseconds, n=20, method="inclusive")
    return Spread(twentieths[9], twentieths[18])


def rate(server, address, seconds):
    """Requests a second for one address, asked again and again."""
    return (wrk_rate if WRK else thread_rate)(server, address, seconds)


def wrk_rate(server, address, seconds):
    command = [WRK, "--threads=1", f"--connections={CONNECTIONS}", f"--duration={seconds}s"]
    command += [f"--timeout={LONGEST}s", "--header=Accept-Encoding: gzip"]
    url = f"http://{HOST}:{server.port}{address}"
    done = subprocess.run(
        [*command, url], check=True, capture_output=True, text=True, timeout=seconds + LONGEST
    )
    if "Non-2xx" in done.stdout:
        raise ServingError(f"{address} answers with errors:\n{done.stdout}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1])


def thread_rate(server, address, seconds):
    counts, start = [], monotonic()

    def load():
        with closing(HTTPConnection(HOST, server.port, timeout=LONGEST)) as connection:
            count = 0
            while monotonic() < start + seconds:
                ask(connection, address)
                count += 1
        counts.append(count)

    threads = [Thread(target=load) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(counts) < len(threads):
        raise ServingError(f"{address} answers with errors.")
    return sum(counts) / (monotonic() - start)


def memory(server):
    """Megabytes that the worker holds, and held at most. It is the largest of the server's processes."""
    statuses = [Path(f"/proc/{pid}/status").read_text() for pid in family(server.process.pid)]
    return max(tuple(kilobytes(text, name) / 1000 for name in ("VmRSS", "VmHWM")) for text in statuses)


def kilobytes(status, name):
    found = re.search(rf"{name}:\s+(\d+) kB", status)
    return int(found[1]) if found else 0


def family(pid):
    lists = [path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    return [pid, *(member for children in lists for child in children for member in family(child))]
