"""How long the server takes for each kind of page of the real directory, on SQLite and on PostgreSQL.

    uv run python -m tests.benchmarks.page_times [--rounds 15]

Both databases are made for the run and thrown away; PostgreSQL comes from the machine's own programs. Columns:
milliseconds from request to compressed answer with an empty cache, as a median and, in brackets, at best, on either
database; the median of an answer that is kept (files never are); queries with an empty cache; kilobytes sent.
Requests come from Django's test client in the same process, so the network and the web server are left out.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from statistics import median
from time import perf_counter

from tests import postgres
from tests.conftest import ENVIRONMENT, set_settings

MORE = {
    "actors, filtered": "/actors/?initiative=romact&role=participant&country=RO",
    "actors, searched": "/actors/?q=roma",
    "actors, page 20": "/actors/?page=20",
    "initiatives, filtered": "/initiatives/?actor_type=academia&lead_type=eu_institution&from=2012",
    "a large initiative": "/initiatives/romact/",
    "a small actor": "/actors/abrantes-pt/",
    "suggestions": "/search/suggest/?q=rom",
    "actors as CSV": "/actors/?format=csv",
    "actors as JSON": "/actors/?format=json",
}
COLUMNS = "{:24}{:>18}{:>18}{:>8}{:>10}{:>8}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument(
        "--measure", action="store_true", help=argparse.SUPPRESS
    )  # in the environment as it stands
    options = parser.parse_args()
    if options.measure:
        json.dump(measure(options.rounds), sys.stdout)
    else:
        report(options.rounds)


def report(rounds):
    sqlite = measured_on(nullcontext(), rounds)
    postgresql = measured_on(postgres.running(), rounds)
    sys.stdout.write(COLUMNS.format("page", "SQLite", "PostgreSQL", "kept", "queries", "KB"))
    for page, row in sqlite.items():
        other = postgresql[page]
        queries = (
            row["queries"] if row["queries"] == other["queries"] else f"{row['queries']}/{other['queries']}"
        )
        sys.stdout.write(
            COLUMNS.format(
                page,
                row["anew"],
                other["anew"],
                "–" if row["kept"] is None else f"{row['kept']:.1f}",
                queries,
                f"{row['bytes'] / 1000:.1f}",
            )
        )


def measured_on(server, rounds):
    """The figures that a process of its own takes on a database: page → figures."""
    with server as address, tempfile.TemporaryDirectory() as folder:
        environment = (
            os.environ
            | ENVIRONMENT
            | {"VAR_DIR": folder, "DATABASE_URL": address or f"sqlite:///{folder}/db"}
        )
        command = [sys.executable, "-m", __spec__.name, "--measure", f"--rounds={rounds}"]
        return json.loads(subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout)


def measure(rounds):
    import django

    set_settings()
    django.setup()

    from django.core.management import call_command

    from roma_network.ops import fixtures
    from tests.html import EVERY_KIND

    call_command("migrate", verbosity=0)
    fixtures.load()
    pages = {name.replace("_", " "): url for name, url in EVERY_KIND.items()} | MORE
    return {page: figures(url, rounds) for page, url in pages.items()}


def figures(url, rounds):
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"accept-encoding": "gzip"})

    def milliseconds():
        start = perf_counter()
        client.get(url).getvalue()
        return (perf_counter() - start) * 1000

    def milliseconds_anew():
        cache.clear()
        return milliseconds()

    milliseconds_anew()
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
        size = len(response.getvalue())
    queries = len(captured)
    return {
        "queries": queries,
        "bytes": size,
        "anew": summary(milliseconds_anew() for _ in range(rounds)),
        "kept": None if response.streaming else median(milliseconds() for _ in range(rounds)),
    }


def summary(times):
    times = list(times)
    return f"{median(times):.1f} ({min(times):.1f})"


if __name__ == "__main__":
    main()
