"""Imports at work: checked, shown, then written, in a thread of the worker that was asked.

Checking writes nothing to the directory. At its end everything is written once and rolled back, so what the database
would refuse is known before anybody says yes. Writing checks anew, and goes on only if what it finds is what was shown.
A worker that dies leaves nothing half-written: the import stands still, and can be taken up again.
"""

import logging
from collections import Counter
from datetime import timedelta
from itertools import islice
from secrets import token_hex
from threading import Thread

from django.core.cache import cache
from django.db import connections, transaction
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from roma_network.editorial.importing.dry_run import DryRun, Outcome, tables
from roma_network.editorial.importing.writing import BulkWriter, RefusedError
from roma_network.models import ContentVersion, Import, ImportPart

LINES_IN_A_PART = 500
KEPT_DAYS = 7
STILL = timedelta(minutes=1)  # without a sign of life
TRIES = 3
State = Import.State

log = logging.getLogger(__name__)


class SupersededError(Exception):
    """Somebody started the import anew meanwhile."""


def receive(*, table, file_name, headings, rows, by):
    """Keep a file that was read. What was kept for a week is forgotten."""
    table.check_headings(headings)
    Import.objects.filter(at__lt=timezone.now() - timedelta(days=KEPT_DAYS)).delete()
    with transaction.atomic():
        job = Import.objects.create(table=table.name, file_name=file_name[:200], by=by, headings=headings)
        rows = iter(rows)
        number = 0
        while lines := list(islice(rows, LINES_IN_A_PART)):
            ImportPart.objects.create(owner=job, number=number, lines=lines)
            job.total += len(lines)
            number += 1
        job.save()
    return job


def start(job, state):
    """Have a thread do what the state names, and return at once."""
    job.state, job.run, job.done, job.beat, job.problem = state, token_hex(8), 0, timezone.now(), ""
    job.save()
    cache.delete(key_of(job))
    Thread(target=run_apart, args=[job, get_language()], daemon=True).start()


def run_apart(job, language):
    try:
        with override(language):
            run(job)
    finally:
        connections.close_all()


def run(job):
    try:
        (check if job.state == State.CHECKING else write)(job)
    except SupersededError:
        return
    except Exception:  # a curator who waits must be told, whatever it was
        log.exception("Import %s failed.", job.pk)
        mark(job, state=State.FAILED, problem=_("Something went wrong here; nothing was imported."))


def is_still(job):
    """Whether a job at work shows no sign of life."""
    at_work = job.state in (State.CHECKING, State.WRITING)
    return at_work and max(job.beat.timestamp(), noted(job)[1]) < (timezone.now() - STILL).timestamp()


def progress(job):
    """How many lines are done. While the directory is being written to, only the cache can tell."""
    return noted(job)[0]


def noted(job):
    """What the cache has of a job: how many lines are done, and when that was told (in seconds since 1970)."""
    return cache.get(key_of(job), (job.done, 0))


def key_of(job):
    return f"import-{job.pk}-{job.run}"


def mark(job, **values):
    """Note something about a job that is still this worker's."""
    if not Import.objects.filter(pk=job.pk, run=job.run).update(beat=timezone.now(), **values):
        raise SupersededError


# Checking


def check(job):
    reading, findings = read(job, keep=True)
    if all(not finding.errors for finding in findings):
        prove(job, reading, findings)
    count(job)
    mark(job, state=State.CHECKED)


def read(job, keep):
    """The reading of a file, and its findings that are more than “unchanged”. `keep` stores what all come to."""
    reading = DryRun(tables[job.table], job.headings, first_lines(job))
    found = []
    for part in job.parts.iterator(chunk_size=1):
        findings = reading.findings(part.lines)
        told = [finding.as_dict for finding in findings]
        if keep:
            part.findings = told
            part.save(update_fields=["findings"])
        elif told != as_kept(part.findings):
            raise ChangedError
        found += [each for each in findings if each.errors or each.outcome != Outcome.UNCHANGED]
        job.done += len(part.lines)
        mark(job, done=job.done)
    return reading, found


class ChangedError(Exception):
    """What a file comes to is no longer what was shown."""


def as_kept(findings):
    return [
        finding | {name: [tuple(each) for each in finding[name]] for name in ("differences", "errors")}
        for finding in findings
    ]


def first_lines(job):
    """Key of a row, as text → the first line that has it."""
    places = [job.headings.index(column.name) for column in tables[job.table].keys]
    found = {}
    for part in job.parts.iterator(chunk_size=1):
        for line, cells in part.lines:
            found.setdefault(tuple(cells[place] for place in places), line)
    return found


def prove(job, reading, findings):
    """Write it all and take it back: only the database knows all that it refuses."""
    try:
        with transaction.atomic():
            writing(job, reading, findings).write()
            transaction.set_rollback(True)
    except RefusedError as refusal:
        blame(job, refusal.blamed)


def writing(job, reading, findings):
    job.done = 0

    def tell(number):
        job.done += number
        cache.set(key_of(job), (job.done, timezone.now().timestamp()), 3600)

    reason = job.reason or _("Import of “%(file)s”") % {"file": job.file_name}
    return BulkWriter(reading.table, reading.sources, findings, by=job.by, reason=reason[:300], tell=tell)


def blame(job, blamed):
    texts = {finding.line: text for finding, text in blamed}
    for part in job.parts.iterator(chunk_size=1):
        for finding in part.findings:
            if finding["line"] in texts:
                finding["errors"].append(["", texts[finding["line"]]])
                finding["outcome"] = Outcome.ERROR
        part.save(update_fields=["findings"])


def count(job):
    counts = Counter(warnings=0)
    for part in job.parts.iterator(chunk_size=1):
        counts.update(finding["outcome"] for finding in part.findings)
        counts["warnings"] += sum(bool(finding["warnings"]) for finding in part.findings)
    mark(job, counts=dict(counts))


# Writing


def write(job):
    for _try in range(TRIES):
        version = ContentVersion.current()
        try:
            job.done = 0
            reading, findings = read(job, keep=False)
            if write_at(version, job, reading, findings):
                return
        except ChangedError:
            break
        except RefusedError as refusal:
            blame(job, refusal.blamed)
            count(job)
            mark(job, state=State.CHECKED)
            return
    mark(job, state=State.CHECKING)
    job.state, job.done = State.CHECKING, 0
    check(job)
    mark(
        job,
        problem=_("The directory was edited since this was checked. Nothing was imported: look at it again."),
    )


def write_at(version, job, reading, findings):
    """Write it all, unless the directory is past this version: whoever edits it waits until that is done."""
    with transaction.atomic():
        ContentVersion.objects.select_for_update().filter(pk=1).first()
        if ContentVersion.current() != version:
            return False
        writing(job, reading, findings).write()
        mark(job, state=State.DONE, done=job.total)
    return True
