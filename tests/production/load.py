"""Readers and curators at work: what they ask, how long it takes, what fails, and what was told to be saved."""

import random
import re
import ssl
import threading
from collections import Counter
from http.client import HTTPException, HTTPSConnection
from http.cookies import SimpleCookie
from statistics import quantiles
from time import monotonic, perf_counter, sleep
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import uuid4

TYPES = [
    "eu_institution",
    "national_authority",
    "local_authority",
    "roma_community",
    "civil_society",
    "academia",
]
COUNTRIES = ["RO", "SK", "BG", "HU", "CZ", "ES", "DE", "GR", "XK", "MK"]
PAGES = [
    "/",
    "/actors/",
    "/initiatives/",
    "/documents/",
    "/countries/",
    "/actors/fra/",
    "/initiatives/leri/",
    "/initiatives/romact/",
    "/map/",
    "/figures/",
    "/timeline/",
    "/api/v1/actors/?page_size=20",
    "/actors/?country=RO&format=csv",
    *(f"/actors/?country={country}" for country in COUNTRIES),
    *(f"/actors/?type={kind}" for kind in TYPES),
    *(f"/actors/?type={kind}&country={country}" for country in COUNTRIES for kind in TYPES),
    *(f"/countries/{country}/" for country in COUNTRIES),
    *(f"/search/?q={word}" for word in ("roma", "housing", "education", "council", "foundation")),
]
TIMEOUT = 40  # seconds


class Answer(NamedTuple):
    at: float
    status: int  # 0 where there was none
    seconds: float
    path: str
    is_stale: bool = False


def connection(port, source="127.0.0.1"):
    """To nginx, from any address of this machine: those of 127.0.0.0/24 are one network, 127.0.1.0/24 another."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # of the tests' own server
    return HTTPSConnection("127.0.0.1", port, timeout=TIMEOUT, context=context, source_address=(source, 0))


class Readers:
    """Ask for pages at a steady rate, a few far more often than most (Zipf), until the block ends."""

    def __init__(self, port, rate=60, threads=20, pages=PAGES, seed=1):
        self.port, self.rate, self.pages = port, rate, pages
        self.weights = [1 / place for place in range(1, len(pages) + 1)]
        self.answers, self.stopped = [], threading.Event()
        self.random = random.Random(seed)  # noqa: S311, the same pages each time
        self.threads = [
            threading.Thread(target=self.read, args=[number, threads]) for number in range(threads)
        ]

    def __enter__(self):
        self.started = monotonic()
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_error):
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def read(self, number, of):
        server, due = connection(self.port), monotonic() + number / self.rate
        while not self.stopped.is_set():
            sleep(max(due - monotonic(), 0))
            due += of / self.rate
            path = self.random.choices(self.pages, self.weights)[0]
            answer = ask(server, path)
            if not answer.status:
                server.close()
                server = connection(self.port)
            self.answers.append(answer)
        server.close()

    # What came of it

    def failures(self, since=0.0):
        return [answer for answer in self.answers if answer.at >= since and not 200 <= answer.status < 400]

    def summary(self):
        seconds = [answer.seconds * 1000 for answer in self.answers]
        cuts = quantiles(seconds, n=100, method="inclusive")
        return {
            "requests": len(seconds),
            "rate": round(len(seconds) / (monotonic() - self.started), 1),
            "failed": len(self.failures()),
            "stale": sum(answer.is_stale for answer in self.answers),
            "p50": round(cuts[49], 1),
            "p95": round(cuts[94], 1),
            "p99": round(cuts[98], 1),
            "max": round(max(seconds)),
            "statuses": dict(Counter(answer.status for answer in self.answers)),
        }


def ask(server, path, method="GET", body=None, headers=None):
    started = perf_counter()
    at = monotonic()
    try:
        server.request(method, path, body=body, headers={"Accept-Encoding": "gzip", **(headers or {})})
        response = server.getresponse()
        response.read()
        stale = response.headers.get("X-Cache") in ("STALE", "UPDATING")
        return Answer(at, response.status, perf_counter() - started, path, stale)
    except (OSError, HTTPException):
        server.close()
        return Answer(at, 0, perf_counter() - started, path)


class Curator:
    """A browser in the admin: logs in, and saves sources."""

    def __init__(self, port, username="curator", password=""):
        self.port, self.cookies = port, {}
        self.password, self.username = password, username

    def send(self, path, data=None, content_type="application/x-www-form-urlencoded", body=None):
        """Status, text and headers of an answer."""
        server = connection(self.port)
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Referer": "https://127.0.0.1/",
        }
        if data is not None:
            body = urlencode(data)
        try:
            if body is None:
                server.request("GET", path, headers=headers)
            else:
                server.request("POST", path, body=body, headers=headers | {"Content-Type": content_type})
            response = server.getresponse()
            text = response.read().decode("utf-8", "replace")
        finally:
            server.close()
        for line in response.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return response.status, text, response.headers

    def token(self, text):
        return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text).group(1)

    def log_in(self):
        _status, text, _headers = self.send("/admin/login/")
        fields = {
            "csrfmiddlewaretoken": self.token(text),
            "username": self.username,
            "password": self.password,
        }
        status, text, _headers = self.send("/admin/login/?next=/admin/", fields)
        assert status == 302, text[:2000]
        return self

    def add_source(self, url):
        """Whether the admin said that it saved it."""
        path = "/admin/roma_network/source/add/"
        try:
            status, text, _headers = self.send(path)
            if status != 200:
                return False
            fields = {
                "csrfmiddlewaretoken": self.token(text),
                "url": url,
                "title": "A title",
                "publisher": "A publisher",
                "origin": "secondary",
                "accessed_on": "",
            }
            return self.send(path, fields)[0] == 302
        except (OSError, HTTPException, AttributeError):
            return False


class Writers:
    """Curators who save a source after another, until the block ends. `saved` are those that they were told of."""

    def __init__(self, curator, pause=0.3):
        self.curator, self.pause = curator, pause
        self.saved, self.refused, self.stopped = [], 0, threading.Event()
        self.thread = threading.Thread(target=self.write)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_error):
        self.stopped.set()
        self.thread.join()

    def write(self):
        number = 0
        while not self.stopped.is_set():
            number += 1
            url = f"https://example.eu/{uuid4()}/{number}"
            if self.curator.add_source(url):
                self.saved.append(url)
            else:
                self.refused += 1
            sleep(self.pause)

    def lost(self, database):
        """Those of the saved that are not there."""
        with database.connect() as rows:
            there = {url for (url,) in rows.execute("SELECT url FROM roma_network_source")}
        return [url for url in self.saved if url not in there]
