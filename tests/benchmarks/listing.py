"""How fast the list of actors is, as its readers meet it: over HTTP, from the server that production runs.

    uv run python -m tests.benchmarks.listing [--actors 1000 10000 100000] [--database sqlite postgres] [--no-datasette]

For each size and database it makes a synthetic directory in a temporary folder, serves it with one worker and prints
tables of times and ratios. PostgreSQL comes from the machine's own programs, load from Debian's `wrk` if it is
installed. All of it stays on the loopback interface, and all of it is deleted at the end.

- Cold pages are asked for once each, one after the other: none is kept. Warm ones are asked for again and again.
- The limit is an empty view, which answers with the very bytes of the warm page, either through the directory's
  middleware or through none. It is asked in turns with the page, so that both meet the same noise.
- Datasette is downloaded for the run and serves the same rows: immutable, with indexes, without suggested facets,
  half a minute allowed for each facet. Both sites are asked for the same choices of type, country and theme.
- PostgreSQL is vacuumed first, as it would do of itself in time.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager, nullcontext
from itertools import count
from pathlib import Path
from statistics import median
from time import monotonic
from urllib.parse import urlencode

from roma_network.environment import BASE_DIR
from tests import postgres
from tests.benchmarks import datasette, files, serving, tables
from tests.conftest import ENVIRONMENT

PAGE = "/actors/"
SERVERS = {"sqlite": nullcontext, "postgres": postgres.running}
THREADS = [1, 2, 4]
SECONDS = 2  # of load at a time
ROUNDS = 5
EDITS = 3
DEEP = 3000
PAGE_SIZE = 25
LONGEST = 900  # seconds for a command


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--actors", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--database", nargs="+", choices=SERVERS, default=list(SERVERS))
    parser.add_argument("--no-datasette", action="store_false", dest="beside")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a run that is ended tidies up as well
    sizes = sorted(options.actors)
    bench = Bench(options.beside)
    try:
        bench.run(sizes, options.database)
    finally:
        sys.stdout.write(tables.report(bench))


class Bench:
    def __init__(self, beside):
        self.beside = beside
        self.start = monotonic()
        self.threads = {}  # database → how many are best
        self.tried = {}  # database and number of threads → requests a second
        self.figures = {}  # size and database → name → figures
        self.datasette = {}  # size → name → figures
        self.streams = {}  # size → seconds for a file of its table

    def run(self, sizes, databases):
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            self.folder = Path(folder)
            self.environment = os.environ | ENVIRONMENT | {"STATIC_ROOT": f"{folder}/static"}
            self.environment |= {"VAR_DIR": folder, "DATABASE_URL": f"sqlite:///{folder}/none.sqlite3"}
            self.manage(self.environment, "collectstatic", "--no-input")
            for size in sizes:
                for database in databases:
                    self.measure(size, database)
                if self.beside:
                    self.tell(f"{size} actors in Datasette")
                    self.datasette[size] = datasette.measure(self.export, self.choices)
                    self.streams[size] = datasette.stream(self.export)
                    self.export.unlink()

    def measure(self, size, database):
        self.tell(f"{size} actors on {database}")
        self.figures[size, database] = figures = {}
        with self.directory(size, database, figures) as environment:
            if database not in self.threads:
                self.choose_threads(environment, database)
            threads = self.threads[database]
            with serving.granian(environment, threads, *serving.AS_SERVED) as server:
                figures |= self.cold(server, environment)
                figures |= self.warm(server, environment, threads)
                figures["memory"] = serving.memory(server)
                figures["files"] = files.measure(server)
            with serving.deployed(environment) as server:
                figures["files"]["beside"] = files.beside(server)

    @contextmanager
    def directory(self, size, database, figures):
        """The environment of a synthetic directory."""
        with SERVERS[database]() as address, tempfile.TemporaryDirectory(dir=self.folder) as folder:
            environment = self.environment | {"DATABASE_URL": address or f"sqlite:///{folder}/db.sqlite3"}
            self.manage(environment, "migrate")
            start = monotonic()
            self.manage(environment, "synthesize", f"--actors={size}")
            figures["made"] = monotonic() - start
            if database == "postgres":
                material(environment, "vacuum")
            yield environment

    def manage(self, environment, *command):
        run([sys.executable, "manage.py", *command, "--verbosity=0"], environment)

    def choose_threads(self, environment, database):
        """Keep the number of threads that serves most warm pages."""
        rates = {number: [] for number in THREADS}
        with ExitStack() as stack:
            servers = {
                number: stack.enter_context(serving.granian(environment, number)) for number in THREADS
            }
            for _ in range(ROUNDS):
                for number, server in servers.items():
                    rates[number].append(serving.rate(server, PAGE, SECONDS))
        self.tried |= {(database, number): median(found) for number, found in rates.items()}
        self.threads[database] = max(THREADS, key=lambda number: self.tried[database, number])

    def cold(self, server, environment):
        first, suggested = self.after_edits(server, environment)
        asked = material(environment, "questions")
        self.choices = asked["choices"]
        if self.beside:
            self.export = self.folder / "rows.db"
            self.export.unlink(missing_ok=True)
            material(environment, "export", self.export)
        fresh = Fresh()
        return {
            "first": first,
            "first suggestions": suggested,
            "filtered": serving.times(server, asked["filtered"]),
            "compared": serving.times(server, [fresh.address(choices) for choices in self.choices]),
            "suggestions": serving.times(server, asked["suggestions"]),
            "searches": serving.times(server, asked["searches"]),
            "partners": serving.times(server, asked["partners"]),
            "API": serving.times(server, asked["API"]),
            "pages": pages(server, -(-asked["actors"] // PAGE_SIZE), fresh),
        }

    def after_edits(self, server, environment):
        """Times of the first page after each of some edits, and of the first suggestions."""
        serving.times(server, [PAGE])
        found = []
        for _ in range(EDITS):
            material(environment, "edit")
            found.append(serving.times(server, [PAGE, "/search/suggest/?q=roma"]))
        return zip(*found, strict=True)

    def warm(self, server, environment, threads):
        """Requests a second of the page and of an empty view, in turns."""
        body = self.folder / "body"
        body.write_bytes(serving.body(server, PAGE))
        limit = environment | {
            "DJANGO_SETTINGS_MODULE": "tests.benchmarks.empty_view",
            "EMPTY_VIEW_BODY": str(body),
        }
        bare = limit | {"EMPTY_VIEW_BARE": "true"}
        with serving.granian(limit, threads) as empty, serving.granian(bare, threads) as bare:
            rounds = [
                [serving.rate(site, PAGE, SECONDS) for site in (server, empty, bare)] for _ in range(ROUNDS)
            ]
        page, empty, bare = zip(*rounds, strict=True)
        return {"warm": page, "empty": empty, "bare": bare, "bytes": body.stat().st_size}

    def tell(self, text):
        sys.stderr.write(f"{monotonic() - self.start:6.0f} s  {text}\n")


class Fresh:
    """Addresses that no answer is kept for: each bears a parameter that no page takes."""

    def __init__(self):
        self.numbers = count()

    def address(self, parameters):
        return f"{PAGE}?{urlencode([*map(tuple, parameters), ('cold', next(self.numbers))])}"


def pages(server, last, fresh):
    """Number of a page → its times, asked in turns."""
    numbers = sorted({1, min(DEEP, last), last})
    rounds = [
        serving.times(server, [fresh.address([("page", number)]) for number in numbers])
        for _ in range(ROUNDS)
    ]
    return dict(zip(numbers, zip(*rounds, strict=True), strict=True))


def material(environment, *command):
    command = [sys.executable, "-m", "tests.benchmarks.material", *map(str, command)]
    return json.loads(run(command, environment))


def run(command, environment):
    done = subprocess.run(
        command, cwd=BASE_DIR, env=environment, check=True, stdout=subprocess.PIPE, timeout=LONGEST
    )
    return done.stdout


if __name__ == "__main__":
    main()
