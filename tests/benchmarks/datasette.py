"""The same rows in Datasette, which is downloaded for the run and is no part of the project."""

import sys
from urllib.parse import urlencode

from tests.benchmarks import files, serving

RELEASE = "datasette==0.65.5"
SECONDS = 8  # of load
SETTINGS = {
    "suggest_facets": "off",
    "facet_time_limit_ms": 30_000,
    "sql_time_limit_ms": 30_000,
}
FACETS = {
    "one facet": [("_facet", "type")],
    "all facets": [
        ("_facet", "type"),
        ("_facet", "country"),
        ("_facet_array", "themes"),
        ("_facet_array", "roles"),
    ],
}
COLUMN = {"type": "type__exact", "country": "country__exact", "theme": "themes__arraycontains"}


def measure(file, choices):
    """Facets → times of a filtered page for each of these choices, and requests a second of the page without."""
    with serving.running(lambda port: command(file, port)) as server:
        return {
            name: {
                "cold": serving.times(server, [address(facets, choice) for choice in choices]),
                # Not by wrk: it leaves out what is under way at the end, which here is most.
                "warm": serving.thread_rate(server, address(facets, []), SECONDS),
            }
            for name, facets in FACETS.items()
        }


def stream(file):
    """Seconds for all rows of its table as CSV, at best of three."""
    with serving.running(lambda port: command(file, port)) as server:
        return min(files.seconds(server, "/rows/actors.csv?_stream=1") for _ in range(3))


def command(file, port):
    settings = [part for name, value in SETTINGS.items() for part in ("--setting", name, str(value))]
    return [
        *("uv", "run", "--no-project", f"--python={sys.executable}", f"--with={RELEASE}"),
        *("datasette", "serve", "--immutable", str(file), f"--host={serving.HOST}", f"--port={port}"),
        *settings,
    ]


def address(facets, choice):
    filters = [(COLUMN[name], value) for name, value in choice]
    return f"/rows/actors?{urlencode([*filters, *facets, ('_size', 25), ('_sort', 'name')])}"
