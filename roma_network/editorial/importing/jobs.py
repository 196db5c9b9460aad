"""Imports at work: read, checked, shown, then written, in a thread of the worker that was asked.

Whatever is written here is written in short transactions, so that colleagues can save all the while; where one of
them holds what such a transaction needs, it lets go of everything and tries again. SQLite refuses at once to write by
a connection that is in the midst of reading what another has changed since: so no rows are read while others are
written, and parts of a file are fetched one by one.

Reading and checking write nothing to the directory. Writing goes batch by batch, each of them whole. Each reads its
lines anew, and goes on only if what it finds is what was shown; it keeps a journal. If a batch fails, all that came
before are taken back by that journal. A worker that dies leaves an import standing still, which can be taken up again.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from secrets import token_hex
from threading import Thread
from time import sleep

from django.contrib.auth.models import User
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from roma_network.editorial.importing import reading
from roma_network.editorial.importing.cells import Link
from roma_network.editorial.importing.dry_run import DryRun, ImportTable, Outcome, table_named
from roma_network.editorial.importing.parsing import UnreadableError
from roma_network.editorial.importing.undoing import Undoing
from roma_network.editorial.importing.writing import BulkWriter, entry_columns
from roma_network.editorial.merging import plain
from roma_network.editorial.revisions import batches
from roma_network.models import ContentVersion, Import, ImportBatch, ImportedRow, ImportFile, ImportPart
from roma_network.ops.replicas import renew

LINES_IN_A_PART = 500
LINES_IN_A_BATCH = 100  # some tenths of a second, which others wait
KEPT_DAYS = 7
STILL = timedelta(minutes=1)  # without a sign of life
TRIES = 30
REST = 0.5  # seconds until the next try
TURN = 0.12  # seconds after each batch: who waits for SQLite looks ten times a second whether it is free
State = Import.State
WRITTEN = (Outcome.NEW, Outcome.CHANGED)
MOST_NAMED = 10

log = logging.getLogger(__name__)


class SupersededError(Exception):
    """Somebody started the import anew meanwhile."""


class ChangedError(Exception):
    """What a file comes to is no longer what was shown."""


def receive(*, table: ImportTable, file_name: str, content: bytes, by: User) -> Import:
    """Keep a file that was sent."""
    reading.check_start(content)
    forget()
    with transaction.atomic():
        job = Import.objects.create(table=table.name, file_name=file_name[:200], by=by)
        ImportFile.objects.create(owner=job, content=content)
    return job


def forget() -> None:
    """After a week: files that were never imported; of others what they said, but for what they changed."""
    old = Import.objects.filter(at__lt=timezone.now() - timedelta(days=KEPT_DAYS))
    old.filter(batches=None, run_at=None).delete()  # what is half written is never forgotten
    for part in ImportPart.objects.filter(owner__in=old.exclude(run_at=None)).exclude(lines=[]):
        part.findings = [each for each in part.findings if each["outcome"] in WRITTEN]
        part.lines, part.slugs, part.answers = [], {}, {}
        part.save()


def start(job: Import, state: str, problem: str = "") -> None:
    """Have a thread do what the state names, and return at once."""
    claim(job, state, problem)
    Thread(target=run_apart, args=[job, get_language()], daemon=True).start()


def resume(job: Import, state: str | None = None) -> None:
    """Go on with an import that stands still; the journal and the file tell how far it came."""
    start(job, state or job.state, job.problem)


def claim(job: Import, state: str, problem: str) -> None:
    job.state, job.run, job.done, job.beat, job.problem = state, token_hex(8), 0, timezone.now(), problem
    job.save()


def run_apart(job, language):
    try:
        with override(language):
            run(job)
    finally:
        connections.close_all()


def run(job: Import) -> None:
    work = {State.READING: read, State.CHECKING: check, State.WRITING: write, State.UNDOING: undo}
    try:
        work[job.state](job)  # type: ignore[index]  # a state is text, and found by it
    except SupersededError:
        return
    except Exception:  # a curator who waits must be told, whatever it was
        log.exception("Import %s failed.", job.pk)
        if job.state in (State.READING, State.CHECKING):  # the others stand still now, and say so
            problem = job.problem or _("Something went wrong here; nothing was imported.")
            mark(job, state=State.FAILED, problem=problem)


def is_still(job: Import) -> bool:
    """Whether a job at work shows no sign of life."""
    return job.is_at_work and job.beat < timezone.now() - STILL


def standing_still() -> list[Import]:
    return [job for job in Import.objects.order_by("pk") if is_still(job)]


def mark(job, **values):
    """Note something about a job that is still this worker's."""
    for name, value in values.items():
        setattr(job, name, value)
    patiently(note, job, values)


def note(job, values):
    if not Import.objects.filter(pk=job.pk, run=job.run).update(beat=timezone.now(), **values):
        raise SupersededError


def patiently(step, *args):
    """Take a short step, whole or not at all. Who finds something held by another lets go, and tries again."""
    for _try in range(TRIES):
        try:
            with transaction.atomic():
                return step(*args)
        except OperationalError:
            log.warning("An import waits for the database.", exc_info=True)
            sleep(REST)
            renew(connection)
    with transaction.atomic():
        return step(*args)


def parts_of(job: Import) -> Iterator[ImportPart]:
    """One by one, so that nothing is in the midst of being read while others are written."""
    for number in range(job.parts.count()):
        yield job.parts.get(number=number)


# Reading


def read(job):
    try:
        headings, rows = reading.read(bytes(job.file.content))
        table_named(job.table).check_headings(headings)
        patiently(job.parts.all().delete)
        mark(job, headings=headings, total=0)
        for number, lines in enumerate(parted(rows)):
            job.total += len(lines)
            patiently(keep_part, job, number, lines)
    except UnreadableError as error:
        mark(job, state=State.FAILED, problem=str(error))
    else:
        mark(job, state=State.CHECKING)
        patiently(job.file.delete)
        check(job)


def parted(rows):
    while lines := list(islice(rows, LINES_IN_A_PART)):
        yield lines


def keep_part(job, number, lines):
    ImportPart.objects.create(owner=job, number=number, lines=lines)
    note(job, {"total": job.total})


# Checking


def check(job):
    """Keep what each line comes to."""
    dry_run = DryRun(table_named(job.table), job.headings, first_lines(job))
    counts, done = Counter(warnings=0), 0
    for part in parts_of(job):
        findings = [finding.as_dict for finding in dry_run.findings(part.lines)]
        counts.update(finding["outcome"] for finding in findings)
        counts["warnings"] += sum(bool(finding["warnings"]) for finding in findings)
        done += len(part.lines)
        patiently(keep_findings, job, part, findings, done)
    mark(job, state=State.CHECKED, counts=dict(counts))


def keep_findings(job, part, findings, done):
    part.findings = findings
    part.save(update_fields=["findings"])
    note(job, {"done": done})


def first_lines(job):
    """Key of a row, as text → the first line that has it."""
    places = [job.headings.index(column.name) for column in table_named(job.table).keys]
    found = {}
    for part in parts_of(job):
        for line, cells in part.lines:
            found.setdefault(tuple(cells[place] for place in places), line)
    return found


# Writing


def write(job):
    try:
        Writing(job).run()
    except SupersededError:
        raise
    except ChangedError:
        take_back(
            job,
            _("The directory was edited since this was checked. Nothing was imported: look at it again."),
        )
    except Exception:  # all that is written already must go
        log.exception("Import %s failed while it was being written.", job.pk)
        take_back(job, _("Something went wrong here; nothing was imported."))
    else:
        patiently(finish, job)


def finish(job):
    note(job, {"state": State.DONE, "done": job.total, "run_at": timezone.now()})


class Writing:
    """The batches of an import: its lines in their order, then once more those that lead to lines of later batches."""

    def __init__(self, job):
        self.job, self.table = job, table_named(job.table)
        self.first_lines = first_lines(job)
        self.dry_run = self.fresh_run()
        self.written = set(job.batches.values_list("number", flat=True))

    def run(self):
        if not self.written:
            self.compare()
        done = 0
        for number, (lines, shown) in enumerate(self.batches()):
            done += len(lines)
            if number not in self.written:
                self.job.done = min(done, self.job.total)
                patiently(self.write_batch, number, lines, shown)
                sleep(TURN)

    def compare(self):
        """Look through the whole file before anything is written."""
        for part in parts_of(self.job):
            if changes_in(self.dry_run.findings(part.lines)) != shown_in(part):
                raise ChangedError
            mark(self.job)
        self.dry_run = self.fresh_run()

    def fresh_run(self):
        return DryRun(self.table, self.job.headings, self.first_lines, with_hints=False)

    def batches(self):
        """Lines, and what was shown of them."""
        late = []
        for part in parts_of(self.job):
            shown = shown_in(part)
            for first in range(0, len(part.lines), LINES_IN_A_BATCH):
                lines = part.lines[first : first + LINES_IN_A_BATCH]
                yield lines, shown[first : first + LINES_IN_A_BATCH]
                late += [row for row in lines if self.leads_past(lines[-1][0], *row)]
        for first in range(0, len(late), LINES_IN_A_BATCH):
            yield late[first : first + LINES_IN_A_BATCH], None

    def leads_past(self, last, line, cells):
        return any(
            self.first_lines.get((key,), 0) > last
            for name, text in zip(self.job.headings, cells, strict=True)
            if leads_to_own(self.table, self.table.columns[name])
            for _model, key in self.table.columns[name].mentions(text)
        )

    def write_batch(self, number, lines, shown):
        note(self.job, {"done": self.job.done})
        wait_for_others()
        findings = self.dry_run.findings(lines)
        if any(finding.errors for finding in findings) or shown not in (None, changes_in(findings)):
            raise ChangedError
        if shown is None:
            check_late(self.table, findings)
        findings = [each for each in findings if each.outcome != Outcome.UNCHANGED]
        hold(self.table, [each.row for each in findings])
        writer = BulkWriter(
            self.table, self.dry_run.sources, findings, by=by_of(self.job), reason=reason_of(self.job)
        )
        rows, sources = writer.write()
        ImportBatch.objects.create(owner=self.job, number=number, rows=rows, sources=sources)
        touched = [ImportedRow(owner=self.job, key=key) for key, _before, _after in rows]
        ImportedRow.objects.bulk_create(touched, ignore_conflicts=True)


def leads_to_own(table, column):
    return isinstance(column, Link) and column.model is table.model


def check_late(table, findings):
    """All that is left to change in lines that were written already are links to lines that came after them."""
    names = {name for finding in findings for name, _before, _after in finding.differences}
    if not all(leads_to_own(table, table.columns[name]) for name in names):
        raise ChangedError


def changes_in(findings):
    """What somebody said yes to: all but the hints. As JSON gives it back."""
    return plain([finding.as_dict | {"warnings": []} for finding in findings])


def shown_in(part):
    return [finding | {"warnings": []} for finding in part.findings]


def by_of(job):
    """Whose hand the history names."""
    return job.undone_by or job.run_by or job.by


def reason_of(job):
    return (job.reason or _("Import of “%(file)s”") % {"file": job.file_name})[:300]


def wait_for_others():
    """Until whoever saves now is done, and hold back who comes after. Nothing that they need is held while waiting."""
    list(ContentVersion.objects.select_for_update().filter(pk=1))


def hold(table, rows):
    """Keep others from these rows, or fail at once where somebody is about to change one."""
    wanted = {table.model: {row.pk for row in rows if row.pk}}
    for model, attname in entry_columns(table):
        wanted.setdefault(model, set()).update(getattr(row, attname) for row in rows)
    for model, keys in wanted.items():
        for batch in batches(keys - {None}):
            locked = model.objects.order_by().select_for_update(nowait=True, no_key=True)
            list(locked.filter(pk__in=batch).values_list("pk"))


# Taking back


def take_back(job, problem):
    mark(job, state=State.UNDOING, problem=problem)
    undo(job)


def undo(job):
    """Take back what was written, the last first; and if it never was all there, look at the file again."""
    for number in job.batches.order_by("-number").values_list("number", flat=True):
        patiently(undo_batch, job, number)
        sleep(TURN)
    if job.run_at:
        mark(job, state=State.UNDONE, undone_at=timezone.now())
    else:
        mark(job, state=State.CHECKING, done=0)
        check(job)


def undo_batch(job, number):
    wait_for_others()
    table, batch = table_named(job.table), job.batches.get(number=number)
    reason = _("Taken back: %(reason)s") % {"reason": reason_of(job)}
    undoing = Undoing(table, batch, by=by_of(job), reason=reason[:300])
    hold(table, undoing.rows.values())
    stay = undoing.run()
    batch.delete()
    job.rows.filter(key__in=undoing.rows).exclude(key__in=[row.pk for row in stay]).delete()
    problem = " ".join(filter(None, [job.problem, told_of(stay)]))
    note(job, {"problem": problem, "done": job.done + len(undoing.rows)})
    job.problem, job.done = problem, job.done + len(undoing.rows)


def told_of(rows):
    if not rows:
        return ""
    names = ", ".join(map(str, rows[:MOST_NAMED])) + (" …" if len(rows) > MOST_NAMED else "")
    return _("This was edited meanwhile, and stays as it is: %(rows)s.") % {"rows": names}
