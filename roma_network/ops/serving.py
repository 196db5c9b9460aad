"""The application as `manage.py serve` runs it: with a log of requests, and a way to say no when it cannot keep up."""

import time

from roma_network.ops import metrics
from roma_network.ops.logs import AccessLog
from roma_network.wsgi import application as django

LONGEST_WAIT = 5.0  # seconds: who asked gave up, or is about to
RETRY_AFTER = "3"
BUSY = b"The directory is busy. Please try again in a few seconds.\n"


class TurnedAway:
    """A WSGI application that answers 503 to requests which waited too long before the one within got to them.

    nginx says in a header when each request came. Without this, a slow database would leave a queue that is answered
    long after anybody waits for it.
    """

    def __init__(self, application, now=time.time):
        self.application, self.now = application, now

    def __call__(self, environ, start_response):
        waited = self.now() - came_at(environ, self.now())
        if waited <= LONGEST_WAIT:
            return self.application(environ, start_response)
        metrics.turned_away.inc()
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Retry-After", RETRY_AFTER)]
        start_response("503 Service Unavailable", headers)
        return [BUSY]


def came_at(environ, now):
    """When a request reached nginx, in seconds. A time that cannot be is taken for now: clocks jump."""
    text = environ.get("HTTP_X_REQUEST_START", "").removeprefix("t=")
    try:
        moment = float(text)
    except ValueError:
        return now
    return moment if now - 60 < moment <= now else now


application = metrics.Exporter(AccessLog(TurnedAway(django)))
