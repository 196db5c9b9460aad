"""How long large imports take, and how much memory: 20,000 lines of each table, new, changed and sent again.

    uv run python -m tests.benchmarks.imports [--rows 20000] [--database sqlite postgres]

It makes a synthetic directory in a temporary folder. Each file is read, checked and imported in a process of its own,
whose greatest memory is compared with what it had before.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from time import monotonic

import django

from roma_network.environment import BASE_DIR
from tests import postgres
from tests.conftest import ENVIRONMENT

SERVERS = {"sqlite": nullcontext, "postgres": postgres.running}
STEPS = ["new-actors", "changed-actors", "unchanged-actors", "new-initiatives", "new-participations"]
SOURCE = "https://synthetic.example/{n} | name and seat | Synthetic | Synthetic page {n}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--database", nargs="+", choices=SERVERS, default=list(SERVERS))
    options = parser.parse_args()
    sys.stdout.write(
        f"| {options.rows} lines | read, s | dry run, s | import, s | memory, MB |\n| --- | ---: | ---: | ---: | ---: |\n"
    )
    for database in options.database:
        with SERVERS[database]() as address, tempfile.TemporaryDirectory() as folder:
            environment = os.environ | ENVIRONMENT | {"VAR_DIR": folder}
            environment["DATABASE_URL"] = address or f"sqlite:///{folder}/db.sqlite3"
            for command in (["migrate"], ["synthesize", "--actors=5000"]):
                run([sys.executable, "manage.py", *command, "--verbosity=0"], environment)
            for step in STEPS:
                found = json.loads(
                    run([sys.executable, "-m", __spec__.name, step, str(options.rows)], environment)
                )
                sys.stdout.write(
                    "| {database}, {step} | {read:.1f} | {check:.1f} | {write:.1f} | {memory:.0f} |\n".format(
                        database=database, step=step, **found
                    )
                )
                sys.stdout.flush()


def run(command, environment):
    return subprocess.run(command, cwd=BASE_DIR, env=environment, check=True, stdout=subprocess.PIPE).stdout


def actors(rows, summary):
    yield [
        "slug",
        "name",
        "native_name",
        "native_language",
        "type",
        "country",
        "locality",
        "latitude",
        "longitude",
        "website",
        "founded",
        "summary",
        "themes",
        "other_names",
        "sources",
    ]
    for n in range(rows):
        yield [
            f"bench-{n}",
            f"Benchmark organisation {n}",
            f"Организация {n}",
            "bg",
            "civil_society",
            "BG",
            "Sofia",
            "42.7",
            "23.3",
            f"https://bench-{n}.example",
            "2001",
            f"{summary} {n}.",
            "education; housing",
            f"former | en | Former name {n}\nAlias {n}",
            SOURCE.format(n=n % 500),
        ]


def initiatives(rows):
    yield ["slug", "name", "kind", "summary", "start", "end", "themes", "countries", "sources"]
    for n in range(rows):
        yield [
            f"bench-{n}",
            f"Benchmark project {n}",
            "project",
            f"It runs {n}.",
            "2015",
            "2018",
            "education",
            "BG; RO",
            SOURCE.format(n=n % 500),
        ]


def participations(rows):
    yield ["initiative", "actor", "role", "start", "sources"]
    for n in range(rows):
        yield [f"bench-{n % 4000}", f"bench-{n}", "partner", "2015", SOURCE.format(n=n % 500)]


def file_of(step, rows):
    what, table = step.split("-")
    if table == "actors":
        return actors(rows, "It works" if what == "new" else "It works on")
    return {"initiatives": initiatives, "participations": participations}[table](rows)


def measure(step, rows):
    from resource import RUSAGE_SELF, getrusage

    from django.contrib.auth.models import User

    from roma_network.editorial.importing import jobs, spreadsheets
    from roma_network.editorial.importing.dry_run import import_table
    from roma_network.export.columns import tables

    file = spreadsheets.excel_file([("table", file_of(step, rows))])
    user, _made = User.objects.get_or_create(username="benchmark")
    before = getrusage(RUSAGE_SELF).ru_maxrss
    start = monotonic()
    headings, lines = spreadsheets.read(file)
    job = jobs.receive(
        table=import_table(tables[step.split("-")[1]]), file_name=step, headings=headings, rows=lines, by=user
    )
    times = {"read": monotonic() - start}
    for name, state in (("check", jobs.State.CHECKING), ("write", jobs.State.WRITING)):
        job.state, job.run, job.done = state, name, 0
        job.save()
        start = monotonic()
        jobs.run(job)
        times[name] = monotonic() - start
        job.refresh_from_db()
    wanted = {"unchanged" if step.startswith("unchanged") else step.split("-")[0]: rows, "warnings": 0}
    assert (job.state, job.counts | {"warnings": 0}) == ("done", wanted), (job.state, job.counts, job.problem)
    return times | {"memory": (getrusage(RUSAGE_SELF).ru_maxrss - before) / 1000}


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] in STEPS:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roma_network.settings")
        django.setup()
        json.dump(measure(sys.argv[1], int(sys.argv[2])), sys.stdout)
    else:
        main()
