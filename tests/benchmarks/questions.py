"""How good the answers to questions in plain words are, by kind of question and by language, on the real directory.

    uv run python -m tests.benchmarks.questions

The questions and what is right stand in `tests/search/questions.py`. Columns: questions asked; with a right entry first, among
the first five, and anywhere on the page of results; with four right ones among the first five, or all where there are
fewer; without any result.

    uv run python -m tests.benchmarks.questions FILE

asks the questions of a file instead, a JSON object a line: `q`, `kind`, `lang`, `any_of` (“actor:fra”), and `all_must`,
facets that four of the first five must have, or null.
"""

import json
import os
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from tests.conftest import ENVIRONMENT, set_settings

FIRST, MOST = 5, 4  # of the first five, four


def main():
    with tempfile.TemporaryDirectory(prefix="roma-network-") as folder:
        os.environ.update(ENVIRONMENT, VAR_DIR=folder)
        set_up()
        from django.test import Client

        from tests.search.questions import QUESTIONS

        questions = (
            [Given(**json.loads(line)) for line in lines_of(sys.argv[1])] if sys.argv[1:] else QUESTIONS
        )
        sys.stdout.write(
            f"{'':28}{'asked':>7}{'first':>7}{'first 5':>9}{'found':>7}{'4 of 5':>8}{'none':>6}\n"
        )
        for key, (asked, *good, none) in sorted(figures(Client(), questions).items()):
            shares = [f"{number / asked:.0%}" for number in good]
            line = f"{key:28}{asked:7}{shares[0]:>7}{shares[1]:>9}{shares[2]:>7}{shares[3]:>8}{none:6}\n"
            sys.stdout.write(line)


def lines_of(path):
    return Path(path).read_text(encoding="utf-8").splitlines()


class Given(NamedTuple):
    """A question of a file."""

    q: str
    kind: str
    lang: str
    any_of: list
    all_must: dict | None = None
    why: str = ""

    @property
    def text(self):
        return self.q

    @property
    def language(self):
        return self.lang

    def answers(self):
        return {tuple(each.split(":", 1)) for each in self.any_of}

    def suits(self, entries):
        """How many of these have what all must."""
        return sum(has(entry, self.all_must) for entry in entries) if self.all_must else MOST


def has(entry, wanted):
    """Whether an entry has one of the values of each facet that is asked for."""
    from tests.search.questions import MODELS

    kind, slug = entry
    if kind == "country":
        return not wanted["model"] and slug in (wanted["country"] or [slug])
    model = MODELS[kind]
    rows = model.objects.with_phase() if kind == "initiative" else model.objects.all()
    paths = {
        "actor": {
            "country": "country",
            "type": "type",
            "theme": "themes__slug",
            "role": "participations__role",
        },
        "initiative": {"country": "countries", "theme": "themes__slug", "kind": "kind", "status": "phase"},
        "document": {"country": "publisher__country", "kind": "kind"},
    }[kind]
    asked = {name: values for name, values in wanted.items() if values and name != "model"}
    if wanted["model"] not in (None, kind) or not asked.keys() <= paths.keys():
        return False
    found = rows.filter(slug=slug)
    for name, values in asked.items():
        found = found.filter(**{f"{paths[name]}__in": values})
    return found.exists()


def set_up():
    import django
    from django.core.management import call_command

    set_settings()
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("load_directory", verbosity=0)


def figures(client, questions):
    from tests.search.asking import asked_of_the_page

    table = defaultdict(lambda: [0] * 6)
    for question in questions:
        entries, right = asked_of_the_page(client, question.text), question.answers()
        found = [not right.isdisjoint(entries[:most]) for most in (1, FIRST, None)]
        first = entries[:FIRST]
        found.append(
            question.suits(first) >= MOST
            if isinstance(question, Given)
            else sum(entry in right for entry in first) >= min(MOST, len(right))
        )
        for key in ("all", f"kind: {question.kind}", f"language: {question.language}"):
            row = (1, *found, not entries)
            table[key] = [total + value for total, value in zip(table[key], row, strict=True)]
    return table


if __name__ == "__main__":
    main()
