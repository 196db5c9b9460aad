"""What is noted of requests, errors and slow queries; and who is turned away when the directory cannot keep up."""

import json
import logging
import smtplib
import sys

import pytest
from django.db import connection
from django.test import RequestFactory

from roma_network.ops import logs, metrics
from roma_network.ops.serving import LONGEST_WAIT, TurnedAway

NOW = 1_800_000_000.0


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"one", b"two"]


def call(app, path="/actors/?q=private", **headers):
    """Status, headers and body."""
    told = {}

    def start_response(status, headers, *rest):
        told.update(status=status, headers=dict(headers))

    environ = RequestFactory().get(path, **headers).environ
    body = app(environ, start_response)
    content = b"".join(body)
    if hasattr(body, "close"):
        body.close()
    return told["status"], told["headers"], content


# Requests


@pytest.fixture
def noted(caplog):
    """The details of what is noted of requests."""
    logger = logging.getLogger("access")
    logger.addHandler(caplog.handler)
    caplog.set_level(logging.INFO, "access")
    yield lambda: [record.details for record in caplog.records if record.name == "access"]
    logger.removeHandler(caplog.handler)


def test_a_request_is_noted_when_it_was_answered(noted):
    status, headers, body = call(logs.AccessLog(application), REMOTE_ADDR="203.0.113.77")
    assert (status, body) == ("200 OK", b"onetwo")
    assert len(headers["X-Request-ID"]) == 32
    [line] = noted()
    assert line.pop("ms") >= 0
    assert line == {"method": "GET", "path": "/actors/", "status": 200, "bytes": 6, "network": "203.0.113.0"}


@pytest.mark.parametrize(
    ("given", "kept"), [("0123456789abcdef" * 2, True), ("<script>", False), ("a" * 33, False), ("", False)]
)
def test_a_request_keeps_the_name_that_the_proxy_gave_it(given, kept):
    _status, headers, _body = call(logs.AccessLog(application), HTTP_X_REQUEST_ID=given)
    assert (headers["X-Request-ID"] == given) == kept


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        ("nonsense", ""),
        ("", ""),
    ],
)
def test_of_an_address_only_the_network_is_kept(address, network):
    assert logs.truncated(address) == network


@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "address"),
    [
        (False, "198.51.100.1", "10.0.0.1"),
        (True, "198.51.100.1", "198.51.100.1"),
        (True, "made up, 192.0.2.9, 198.51.100.1", "198.51.100.1"),
        (True, "", "10.0.0.1"),
    ],
)
def test_a_client_is_who_our_own_proxy_saw(settings, behind_proxy, forwarded, address):
    settings.BEHIND_PROXY = behind_proxy
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert logs.client_address(request) == address


# Errors


def failure():
    """A record of an error that quotes what somebody typed."""
    secret = "typed@example.eu"
    try:
        raise ValueError(secret)
    except ValueError:
        return logging.LogRecord(
            "django.request",
            logging.ERROR,
            "x",
            1,
            "Internal Server Error: %s",
            ("/actors/",),
            sys.exc_info(),
        )


def test_an_error_is_told_as_json_without_what_was_typed():
    line = json.loads(logs.JsonFormatter().format(failure()))
    assert (line["level"], line["message"]) == ("error", "Internal Server Error: /actors/")
    assert line["exception"].endswith("ValueError")
    assert "test_serving.py" in line["exception"]
    assert "typed@" not in json.dumps(line)


def test_a_mailbox_is_told_of_each_kind_of_error_once_in_a_while(settings, mailoutbox):
    settings.ERROR_EMAIL = "operations@example.eu"
    handler = logs.MailHandler()
    for _time in range(3):
        handler.handle(failure())
    [mail] = mailoutbox
    assert mail.to == ["operations@example.eu"]
    assert "ValueError" in mail.body
    assert "typed@" not in mail.body + mail.subject


def test_nobody_is_told_where_nobody_is_named(settings, mailoutbox):
    settings.ERROR_EMAIL = None
    logs.MailHandler().handle(failure())
    assert mailoutbox == []


def test_a_mail_server_that_is_gone_breaks_nothing(settings, monkeypatch):
    settings.ERROR_EMAIL = "operations@example.eu"

    def refuse(*args, **kwargs):
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(logs, "send_mail", refuse)
    monkeypatch.setattr(logging, "raiseExceptions", False)
    logs.MailHandler().handle(failure())


def test_a_slow_query_is_noted_without_its_values(db, settings, caplog):
    logs.watch_for_slow_queries(connection)
    settings.SLOW_QUERY_MS = 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s", ["typed@example.eu"])
    [record] = [each for each in caplog.records if each.name == "roma_network.slow_queries"]
    assert record.getMessage().startswith("SELECT")
    assert "typed@" not in record.getMessage() + str(record.details)
    settings.SLOW_QUERY_MS = 10_000
    caplog.clear()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert not caplog.records


# Turned away


@pytest.mark.parametrize(
    ("came", "answered"),
    [
        (f"t={NOW - 1}", True),
        (f"t={NOW - LONGEST_WAIT - 1}", False),
        (f"t={NOW + 3600}", True),  # clocks jump
        (f"t={NOW - 7200}", True),
        ("t=nan", True),
        ("t=inf", True),
        ("soon", True),
        ("", True),
    ],
)
def test_who_has_waited_too_long_is_turned_away(came, answered):
    status, headers, body = call(TurnedAway(application, now=lambda: NOW), HTTP_X_REQUEST_START=came)
    assert (status == "200 OK") == answered
    if not answered:
        assert status.startswith("503")
        assert int(headers["Retry-After"]) > 0
        assert b"busy" in body


# Numbers


def test_requests_are_counted_for_prometheus():
    app = metrics.Exporter(logs.AccessLog(application))
    before = number_of(app, 'directory_requests_total{method="GET",status="200"}')
    for _time in range(3):
        call(app, REMOTE_ADDR="127.0.0.1")
    assert number_of(app, 'directory_requests_total{method="GET",status="200"}') == before + 3
    assert number_of(app, "directory_request_seconds_count") >= 3


def number_of(app, name):
    _status, _headers, body = call(app, path="/metrics", REMOTE_ADDR="127.0.0.1")
    lines = [line for line in body.decode().splitlines() if line.startswith(f"{name} ")]
    return float(lines[0].rpartition(" ")[2]) if lines else 0


@pytest.mark.parametrize(
    "headers",
    [
        {"REMOTE_ADDR": "8.8.8.8"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.7"},
        {"REMOTE_ADDR": ""},
    ],
)
def test_numbers_are_for_the_inner_network_alone(headers):
    _status, _headers, body = call(metrics.Exporter(application), path="/metrics", **headers)
    assert body == b"onetwo"
