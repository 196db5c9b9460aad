"""How long the lists and forms of curators take, and how many queries.

    DATABASE_URL=… uv run python -m tests.benchmarks.admin [--rounds 7]

In the environment of a directory, filled with `manage.py synthesize`. Columns: milliseconds as a median and at worst,
and queries. Requests come from Django's test client in the same process.
"""

import argparse
import sys
from statistics import median
from time import perf_counter

import django


def addresses():
    from django.urls import reverse

    from initiatives.models import Document, Initiative, Participation
    from roma_network.editorial.work_lists import worklists
    from roma_network.models import Link, Source
    from stakeholders.models import Actor, Country, Relation, Theme

    yield "first page", "/admin/"
    for model in (Actor, Initiative, Document, Participation, Relation, Source, Link, Country, Theme):
        name = model._meta.verbose_name_plural
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        yield name, url
        yield f"{name}, page 20", f"{url}?p=20"
        if model is not Theme:
            yield f"{name}, searched", f"{url}?q=roma"
        if model in (Actor, Initiative, Document):
            for worklist in worklists(model):
                yield f"{name}, {worklist.label.lower()}", f"{url}?work={worklist.value}"
            yield f"{name}, in review", f"{url}?status__exact=in_review"
        row = model.objects.order_by("-pk").first()
        if row and model is not Link:
            yield (
                f"one of {name}",
                reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk]),
            )


def measure(rounds):
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    user, _is_new = User.objects.get_or_create(
        username="benchmark", defaults={"is_superuser": True, "is_staff": True}
    )
    client = Client(HTTP_HOST="localhost")
    client.force_login(user)
    for name, url in addresses():
        with CaptureQueriesContext(connection) as queries:
            response = client.get(url)
        count, times = len(queries), []
        for _round in range(rounds):
            started = perf_counter()
            response = client.get(url)
            times.append((perf_counter() - started) * 1000)
        status = "" if response.status_code == 200 else response.status_code
        sys.stdout.write(f"{name:44}{median(times):8.0f}{max(times):8.0f}{count:6}  {status}\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    django.setup()
    measure(options.rounds)
