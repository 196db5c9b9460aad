"""How long large imports take, how long a colleague waits beside them, and how much memory they need.

20,000 lines of each table: new, changed and sent again. Of the dry run also seconds of a core, which others who work hardly change.

    uv run python -m tests.benchmarks.imports [--rows 20000] [--database sqlite postgres]

It makes a synthetic directory in a temporary folder. Each file is checked and imported in a process of its own, whose
greatest memory is compared with what it had before. Another saves an entry all the while, ten times a second at most.
"""

import argparse
import json
import os
import select
import subprocess
import sys
import tempfile
from contextlib import contextmanager, nullcontext
from time import monotonic, process_time

import django
from django.test.utils import setup_test_environment

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
    parser.add_argument("--step", nargs="+", choices=STEPS, default=STEPS)
    options = parser.parse_args()
    sys.stdout.write(
        f"| {options.rows} lines | read, s | dry run, s | of a core | import, s | memory, MB | saves | longest, s | p50, s |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
    )
    for database in options.database:
        with SERVERS[database]() as address, tempfile.TemporaryDirectory() as folder:
            environment = os.environ | ENVIRONMENT | {"VAR_DIR": folder}
            environment["DATABASE_URL"] = address or f"sqlite:///{folder}/db.sqlite3"
            for command in (["migrate"], ["collectstatic", "--no-input"], ["synthesize", "--actors=5000"]):
                run([sys.executable, "manage.py", *command, "--verbosity=0"], environment)
            for step in options.step:
                with saving(environment) as waits:
                    found = json.loads(
                        run([sys.executable, "-m", __spec__.name, step, str(options.rows)], environment)
                    )
                sys.stdout.write(
                    "| {database}, {step} | {read:.1f} | {check:.1f} | {core:.1f} | {write:.1f} | {memory:.0f} "
                    "| {saves} | {longest:.2f} | {usual:.2f} |\n".format(
                        database=database, step=step, **found, **waits
                    )
                )
                sys.stdout.flush()


def run(command, environment):
    return subprocess.run(command, cwd=BASE_DIR, env=environment, check=True, stdout=subprocess.PIPE).stdout


@contextmanager
def saving(environment):
    """What a colleague waits who saves an entry all the while, filled at the end. A save that fails ends it."""
    command = [sys.executable, "-m", __spec__.name, "save"]
    waits = {}
    with subprocess.Popen(
        command, cwd=BASE_DIR, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield waits
        times = sorted(json.loads(process.communicate()[0]))
    waits |= {"saves": len(times), "longest": times[-1], "usual": times[len(times) // 2]}


def save():
    """Save an entry as its form does, until standard input ends, and write how long each save took."""
    from django.contrib.auth.models import User
    from django.test import Client

    from stakeholders.models import Actor
    from tests.editing import address, sent_by

    user, _made = User.objects.get_or_create(username="colleague", is_staff=True, is_superuser=True)
    client, actor, times = Client(), Actor.objects.order_by("pk").first(), []
    client.force_login(user)
    while not select.select([sys.stdin], [], [], 0.1)[0]:
        sent = sent_by(client.get(address(actor, "change"))) | {"summary": f"Saved {len(times)} times."}
        start = monotonic()
        response = client.post(address(actor, "change"), sent)
        times.append(monotonic() - start)
        assert response.status_code == 302, response.text
    return times


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
        "precision",
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
            "city",
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
    from roma_network.editorial.importing.tables import import_table
    from roma_network.export.columns import tables

    content = spreadsheets.excel_file([("table", file_of(step, rows))]).getvalue()
    user, _made = User.objects.get_or_create(username="benchmark")
    before = getrusage(RUSAGE_SELF).ru_maxrss
    start = monotonic()
    job = jobs.receive(
        table=import_table(tables[step.split("-")[1]]), file_name=step, content=content, by=user
    )
    times = {}
    steps = {
        "read": jobs.ImportState.READING,
        "check": jobs.ImportState.CHECKING,
        "write": jobs.ImportState.WRITING,
    }
    check = jobs.check
    for name, state in steps.items():
        jobs.check = (lambda job: None) if name == "read" else check  # which else follows at once
        jobs.claim(job, state, "")
        start, worked = monotonic(), process_time()
        jobs.run(job)
        times[name] = monotonic() - start
        if name == "check":
            times["core"] = process_time() - worked
        job.refresh_from_db()
    wanted = {"unchanged" if step.startswith("unchanged") else step.split("-")[0]: rows}
    assert (job.state, job.counts) == ("done", wanted), (job.state, job.counts, job.problem)
    return times | {"memory": (getrusage(RUSAGE_SELF).ru_maxrss - before) / 1000}


if __name__ == "__main__":
    if sys.argv[1:2] == ["save"]:
        django.setup()
        setup_test_environment()  # responses keep the forms that they were made of
        json.dump(save(), sys.stdout)
    elif len(sys.argv) == 3 and sys.argv[1] in STEPS:
        django.setup()
        json.dump(measure(sys.argv[1], int(sys.argv[2])), sys.stdout)
    else:
        main()
