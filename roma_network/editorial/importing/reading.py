"""Files that were sent, read by a process of their own that may take only so much memory and time."""

import json
import sys
from contextlib import contextmanager
from subprocess import DEVNULL, PIPE, Popen
from tempfile import TemporaryFile
from threading import Timer

from django.conf import settings
from django.utils.translation import gettext_noop as _

from roma_network.editorial.importing.parsing import IS_EMPTY, UnreadableError
from roma_network.environment import BASE_DIR
from roma_network.export.csv_files import unprotected

PARSER = "roma_network.editorial.importing.parsing"
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONIOENCODING": "utf-8",
}  # no secret of ours, and no room for threads


def most_megabytes() -> int:
    return settings.IMPORT_MAX_BYTES // 1_000_000


def check_start(content):
    """What can be said of a file without reading it."""
    if not content.strip():
        raise UnreadableError(IS_EMPTY)


def read(content, encoding=""):
    """The headings of a file, its encoding, and an iterator of (line, cells), which goes on reading it."""
    answers = answers_on(content, encoding)
    headings, encoding = next(answers)
    return headings, encoding, ((line, [unprotected(cell) for cell in cells]) for line, cells in answers)


def answers_on(content, encoding):
    with parser(content, encoding) as process:
        for text in process.stdout:
            if not text.endswith(b"\n"):
                break
            answer = json.loads(text)
            if isinstance(answer, dict):
                raise UnreadableError(answer["text"], **answer["values"])
            yield answer
        if process.wait():
            raise needs_too_much()


@contextmanager
def parser(content, encoding):
    limits = (settings.IMPORT_MAX_MEMORY, settings.IMPORT_MAX_SECONDS, settings.IMPORT_MAX_ROWS)
    command = [sys.executable, "-m", PARSER, *map(str, limits), encoding]
    with TemporaryFile("w+b") as file:
        file.write(content)
        file.seek(0)
        process = Popen(  # noqa: S603, a program and numbers of our own
            command, stdin=file, stdout=PIPE, stderr=DEVNULL, cwd=BASE_DIR, env=ENVIRONMENT
        )
    # Seconds of the clock pass as well while others work, and while the lines are stored here.
    timer = Timer(2 * settings.IMPORT_MAX_SECONDS, process.kill)
    timer.start()
    with process:
        try:
            yield process
        finally:
            timer.cancel()
            process.kill()


def needs_too_much():
    return UnreadableError(
        _(
            "To be read, the file needs more than %(memory)s MB of memory or %(seconds)s seconds. Send it as CSV, or in parts."
        ),
        memory=settings.IMPORT_MAX_MEMORY // 1_000_000,
        seconds=settings.IMPORT_MAX_SECONDS,
    )
