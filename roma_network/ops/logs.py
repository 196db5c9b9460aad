"""What is noted of requests and errors (structured logging): one JSON object a line, each request with a name, nothing about a person."""

import ipaddress
import json
import logging
import re
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from time import monotonic, perf_counter
from uuid import uuid4

from django.conf import settings
from django.core.mail import send_mail
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from django.http import HttpRequest

from roma_network.ops import metrics

REST = 600  # seconds between two mails about errors of one kind
KNOWN = re.compile(r"[0-9a-f]{32}")  # what nginx names a request, and what we do
LONGEST_STATEMENT = 2000  # letters

request_id = ContextVar("request_id", default="")
access = logging.getLogger("access")
slow = logging.getLogger("roma_network.slow_queries")


class JsonFormatter(logging.Formatter):
    def format(self, record):
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get(),
        } | getattr(record, "details", {})
        if record.exc_info:
            line["exception"] = stack(record.exc_info)
        return json.dumps({name: value for name, value in line.items() if value != ""}, ensure_ascii=False)


def stack(exc_info):
    """Where an error came from: neither the values of variables nor its message, which may quote what was typed."""
    kind, _error, trace = exc_info
    return "".join(traceback.format_tb(trace)) + kind.__name__


class MailHandler(logging.Handler):
    """Tells a functional mailbox of errors, each kind once in a while, and nothing about who met it."""

    def __init__(self, **options):
        super().__init__(**options)
        self.sent = {}

    def emit(self, record):
        kind = record.exc_info[0].__name__ if record.exc_info else record.name
        if not settings.ERROR_EMAIL or monotonic() - self.sent.get(kind, -REST) < REST:
            return
        self.sent[kind] = monotonic()
        lines = [
            f"{record.levelname} in {record.name}: {record.msg if record.args else record.getMessage()}",
            f"Request: {request_id.get() or 'none'}",
            stack(record.exc_info) if record.exc_info else "",
        ]
        try:
            send_mail(f"Roma network: {kind}", "\n\n".join(lines), None, [settings.ERROR_EMAIL])
        except OSError:
            self.handleError(record)


def truncated(address: str, ipv6: int = 48) -> str:
    """An IP address without the part that tells apart who uses a network."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    found = getattr(found, "ipv4_mapped", None) or found
    network = ipaddress.ip_network((found, 24 if found.version == 4 else ipv6), strict=False)
    return str(network.network_address)


class AccessLog:
    """A WSGI application that notes each request to the one within, and names it."""

    def __init__(self, application):
        self.application = application

    def __call__(self, environ, start_response):
        given = environ.get("HTTP_X_REQUEST_ID", "")
        name = given if KNOWN.fullmatch(given) else uuid4().hex
        request_id.set(name)
        started, told = perf_counter(), {}

        def start(status, headers, *rest):
            told["status"] = int(status.split(" ", 1)[0])
            return start_response(status, [*headers, ("X-Request-ID", name)], *rest)

        body = self.application(environ, start)
        return Noted(body, lambda size: note(environ, told.get("status", 0), size, perf_counter() - started))


class Noted:
    """A body that tells its size when it was sent, or given up."""

    def __init__(self, body, done):
        self.body, self.done, self.size = body, done, 0

    def __iter__(self):
        for part in self.body:
            self.size += len(part)
            yield part

    def close(self):
        if close := getattr(self.body, "close", None):
            close()
        self.done(self.size)


def client_address(request: HttpRequest) -> str:
    return address_in(request.META)


def address_in(environ):
    """Who sent a request: behind a proxy the last address that it names, since those before anybody can make up."""
    forwarded = environ.get("HTTP_X_FORWARDED_FOR", "") if settings.BEHIND_PROXY else ""
    return forwarded.rpartition(",")[2].strip() or environ.get("REMOTE_ADDR", "")


def note(environ, status, size, seconds):
    metrics.note(environ.get("REQUEST_METHOD", ""), status, size, seconds)
    details = {
        "method": environ.get("REQUEST_METHOD", ""),
        "path": environ.get("PATH_INFO", ""),  # without the query, which holds what people look for
        "status": status,
        "bytes": size,
        "ms": round(seconds * 1000, 1),
        "network": truncated(address_in(environ)),
    }
    access.info("request", extra={"details": details})


@receiver(connection_created)
def watch_for_slow_queries(connection, **kwargs):
    if timed not in connection.execute_wrappers:
        connection.execute_wrappers.append(timed)


def timed(execute, sql, params, many, context):
    """Note a statement that took long, without its values."""
    started = perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        milliseconds = (perf_counter() - started) * 1000
        if milliseconds >= settings.SLOW_QUERY_MS:
            details = {"ms": round(milliseconds), "database": context["connection"].alias}
            slow.warning(sql[:LONGEST_STATEMENT], extra={"details": details})
