"""How good the answers to questions in plain words are, by kind of question and by language, on the real directory.

    uv run python -m tests.benchmarks.questions

The questions and what is right stand in `tests/questions.py`. Columns: questions asked; with a right entry first, among
the first five, and anywhere on the page of results; without any result.
"""

import os
import sys
import tempfile
from collections import defaultdict

from tests.conftest import ENVIRONMENT, set_settings

FIRST = 5


def main():
    with tempfile.TemporaryDirectory(prefix="roma-network-") as folder:
        os.environ.update(ENVIRONMENT, VAR_DIR=folder)
        set_up()
        from django.test import Client

        from tests.questions import QUESTIONS

        sys.stdout.write(f"{'':28}{'asked':>7}{'first':>7}{'first 5':>9}{'found':>7}{'none':>6}\n")
        for key, (asked, *good, none) in sorted(figures(Client(), QUESTIONS).items()):
            shares = [f"{number / asked:.0%}" for number in good]
            sys.stdout.write(f"{key:28}{asked:7}{shares[0]:>7}{shares[1]:>9}{shares[2]:>7}{none:6}\n")


def set_up():
    import django
    from django.core.management import call_command

    set_settings()
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("load_directory", verbosity=0)


def figures(client, questions):
    from tests.asking import asked_of_the_page

    table = defaultdict(lambda: [0] * 5)
    for question in questions:
        entries, right = asked_of_the_page(client, question.text), question.answers()
        found = [not right.isdisjoint(entries[:most]) for most in (1, FIRST, None)]
        for key in ("all", f"kind: {question.kind}", f"language: {question.language}"):
            row = (1, *found, not entries)
            table[key] = [total + value for total, value in zip(table[key], row, strict=True)]
    return table


if __name__ == "__main__":
    main()
