"""Numbers for Prometheus: of all workers together, since any of them may be asked.

The server's own exporter is not used: it starts threads before the workers are forked, and one fork in eight hung.
"""

import ipaddress
import os

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)

ADDRESS = "/metrics"
BOUNDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120)

requests = Counter("directory_requests", "Requests that were answered.", ["method", "status"])
seconds = Histogram("directory_request_seconds", "Time to the last byte.", buckets=BOUNDS)
sent = Counter("directory_sent_bytes", "Bytes of answers, as they were sent to the proxy.")
turned_away = Counter("directory_turned_away", "Requests that had waited too long.")
METHODS = {"GET", "HEAD", "POST", "OPTIONS"}


def note(method, status, size, duration):
    requests.labels(method if method in METHODS else "other", status).inc()
    seconds.observe(duration)
    sent.inc(size)


class Exporter:
    """A WSGI application that answers Prometheus, on this machine or its network, and nobody whom a proxy let in."""

    def __init__(self, application):
        self.application = application

    def __call__(self, environ, start_response):
        if environ.get("PATH_INFO") != ADDRESS or not is_internal(environ):
            return self.application(environ, start_response)
        registry = CollectorRegistry()
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            multiprocess.MultiProcessCollector(registry)
        else:
            for metric in (requests, seconds, sent, turned_away):
                registry.register(metric)
        start_response("200 OK", [("Content-Type", CONTENT_TYPE_LATEST)])
        return [generate_latest(registry)]


def is_internal(environ):
    try:
        address = ipaddress.ip_address(environ.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return address.is_private and "HTTP_X_FORWARDED_FOR" not in environ
