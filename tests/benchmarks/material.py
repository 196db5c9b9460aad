"""What the benchmark of listings needs from inside a directory, each as a command that prints JSON:

python -m tests.benchmarks.material <name> [<argument> …], in the environment of the directory.
"""

import json
import sqlite3
import sys
from collections import defaultdict
from contextlib import closing
from random import Random
from urllib.parse import quote

import django

FILTERED = 100
CHOICES = 40
BEGINNINGS = 30


def questions():
    """What to ask for, and how many actors are public."""
    from stakeholders.models import Actor
    from tests.benchmarks.addresses import filtered

    chance = Random(2)  # noqa: S311 (nothing here is secret)
    return {
        "actors": Actor.objects.published().count(),
        "filtered": filtered(FILTERED),
        "choices": choices(chance),
        "suggestions": beginnings(chance),
        "searches": [f"/search/?q={quote(text)}" for text in searches(chance)],
        "partners": [f"/partners/?like={slug}" for slug in slugs(chance)],
        "API": [f"/api/v1/participations/?page={number}" for number in range(1, 1 + BEGINNINGS)],
    }


def choices(chance):
    """So many distinct choices of one to three values that Datasette can filter by too, each found in one actor."""
    from stakeholders.models import Actor

    rows = list(
        Actor.objects.published()
        .exclude(country=None)
        .exclude(themes=None)
        .order_by("pk", "themes__slug")
        .values_list("type", "country", "themes__slug")
    )
    found = {}
    while len(found) < CHOICES:
        facts = list(zip(["type", "country", "theme"], chance.choice(rows), strict=True))
        found[tuple(sorted(chance.sample(facts, chance.randint(1, 3))))] = None
    return list(found)


def beginnings(chance):
    """What somebody has typed so far: the first letters of a name, or of a word within one."""
    from stakeholders.models import Actor

    names = list(Actor.objects.published().order_by("pk").values_list("name", flat=True))
    found = {}
    while len(found) < BEGINNINGS:
        words = chance.choice(names).split()
        text = " ".join(words[chance.randrange(len(words)) :])[: chance.randint(2, 10)].strip()
        if any(letter.isalnum() for letter in text):
            found[f"/search/suggest/?q={quote(text)}"] = None
    return list(found)


def searches(chance):
    """Questions in words: what kind of body, and where; every third by a name."""
    from stakeholders.models import Actor, ActorType, Country, Theme

    countries = list(Country.objects.values_list("name", flat=True))
    themes = list(Theme.objects.values_list("name", flat=True))
    names = list(Actor.objects.published().order_by("pk").values_list("name", flat=True))
    found = {}
    while len(found) < BEGINNINGS:
        kind, place = chance.choice(ActorType.labels), chance.choice(countries)
        found[f"{kind} in {place}"] = found[f"{chance.choice(themes)} {place}"] = None
        found[chance.choice(names)] = None
    return list(found)


def slugs(chance):
    from stakeholders.models import Actor

    return chance.sample(
        list(Actor.objects.published().order_by("pk").values_list("slug", flat=True)), BEGINNINGS
    )


def export(path):
    """Write the public actors into a SQLite file, one row each, with an index for each column that has few values."""
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(
            "CREATE TABLE actors (id INTEGER PRIMARY KEY, name, acronym, type, country, themes, roles, summary)"
        )
        file.executemany("INSERT INTO actors VALUES (?, ?, ?, ?, ?, ?, ?, ?)", exported())
        for column in ("type", "country", "name"):
            file.execute(f"CREATE INDEX actors_{column} ON actors ({column})")
        file.execute("ANALYZE")


def exported():
    from initiatives.models import Participation
    from stakeholders.models import Actor

    themes = grouped(Actor.themes.through.objects.values_list("actor_id", "theme__slug"))
    roles = grouped(Participation.objects.public().order_by().values_list("actor_id", "role").distinct())
    actors = Actor.objects.published().order_by("pk")
    for pk, name, acronym, type_, country, summary in actors.values_list(
        "pk", "name", "acronym", "type", "country", "summary"
    ):
        yield pk, name, acronym, type_, country, json.dumps(themes[pk]), json.dumps(roles[pk]), summary


def grouped(pairs):
    values = defaultdict(list)
    for key, value in pairs:
        values[key].append(value)
    return values


def edit():
    """What a curator's change does: the content version rises with it."""
    from stakeholders.models import Actor

    actor = Actor.objects.published().order_by("pk").first()
    actor.summary = actor.summary[:-1] or "Changed."
    actor.save()


def vacuum():
    """What PostgreSQL does of itself some minutes after so many rows were stored."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


COMMANDS = {command.__name__: command for command in (questions, export, edit, vacuum)}

if __name__ == "__main__":
    django.setup()
    name, *arguments = sys.argv[1:]
    json.dump(COMMANDS[name](*arguments), sys.stdout)
