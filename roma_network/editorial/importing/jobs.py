"""Imports at work: read, checked, shown, then written, in a thread of the worker that was asked.

Whatever is written here is written in short transactions, so that colleagues can save all the while; where one of
them holds what such a transaction needs, it lets go of everything and tries again. SQLite refuses at once to write by
a connection that is in the midst of reading what another has changed since: so no rows are read while others are
written, and parts of a file are fetched one by one.

Reading and checking write nothing to the directory. Writing goes batch by batch, each of them whole. Each reads its
lines anew, and goes on only if what it finds is what was shown; it keeps a journal. If a batch fails, all that came
before are taken back by that journal. A worker that dies leaves an import standing still, which can be taken up again.
"""

import gc
import logging
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
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

from roma_network.core.batches import batches
from roma_network.editorial.importing import plain_forms, reading
from roma_network.editorial.importing.dry_run import (
    GOES_IN,
    LEFT_OUT,
    SPECIAL,
    DryRun,
    Outcome,
    Reader,
    mistake_kind,
)
from roma_network.editorial.importing.options import Options, guess, is_plain
from roma_network.editorial.importing.parsing import UNICODE, UnreadableError
from roma_network.editorial.importing.slugs import Slugs, telling
from roma_network.editorial.importing.tables import ImportTable, table_named
from roma_network.editorial.importing.undoing import Undoing
from roma_network.editorial.importing.writing import BulkWriter, entry_columns
from roma_network.editorial.merging import plain
from roma_network.models import (
    ContentVersion,
    Import,
    ImportBatch,
    ImportedRow,
    ImportFile,
    ImportPart,
    loops,
)
from roma_network.ops.replicas import renew

LINES_IN_A_PART = 500
LINES_IN_A_BATCH = 100  # some tenths of a second, which others wait
KEPT_DAYS = 7
STILL = timedelta(minutes=1)  # without a sign of life
TRIES = 30
REST = 0.5  # seconds until the next try
COLLECTED = (20_000, 10, 10)  # things that are new, and so on, as `gc` counts them
TURN = 0.12  # seconds after each batch: who waits for SQLite looks ten times a second whether it is free
ImportState = Import.State
STANDS = (*GOES_IN, Outcome.UNCHANGED)  # lines whose rows are in the directory afterwards
MOST_KINDS = 100  # of mistakes
MOST_LINES = 3  # named for each
MOST_NAMED = 10

log = logging.getLogger(__name__)


class SupersededError(Exception):
    """Somebody else had the import read, written or taken back meanwhile."""


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
    run = old.exclude(run_at=None)
    ImportFile.objects.filter(owner__in=run).delete()
    for part in ImportPart.objects.filter(owner__in=run).exclude(lines=[]):
        part.findings = [each for each in part.findings if each["outcome"] in GOES_IN]
        part.lines, part.slugs, part.answers = [], {}, {}
        part.save()


def start(job: Import, state: str, problem: str = "") -> None:
    """Have a thread do what the state names, and return at once. Of one that stands still, journal and file tell how far it came."""
    claim(job, state, problem)
    Thread(target=run_apart, args=[job, get_language()], daemon=True).start()


def claim(job: Import, state: str, problem: str) -> None:
    """Take the next turn at it, unless another was taken since the job was read."""
    former, job.run = job.run, token_hex(8)
    job.state, job.done, job.beat, job.problem = state, 0, timezone.now(), problem
    with transaction.atomic():
        if not Import.objects.filter(pk=job.pk, run=former).update(run=job.run):
            raise SupersededError
        job.save()


def run_apart(job, language):
    try:
        with override(language):
            run(job)
    finally:
        connections.close_all()


def run(job: Import) -> None:
    work = {
        ImportState.READING: read,
        ImportState.CHECKING: check,
        ImportState.WRITING: write,
        ImportState.UNDOING: undo,
    }
    try:
        with seldom_collected():
            work[job.state](job)  # type: ignore[index]  # a state is text, and found by it
    except SupersededError:
        return
    except Exception:  # a curator who waits must be told, whatever it was
        log.exception("Import %s failed.", job.pk)
        if job.state in (ImportState.READING, ImportState.CHECKING):  # the others stand still now, and say so
            problem = job.problem or _("Something went wrong here; nothing was imported.")
            mark(job, state=ImportState.FAILED, problem=problem)


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Hundreds of rows stand in memory for a moment each: the collector of garbage, who looks at all that is new whenever there are
    some hundred things more, took a fifth of the time.
    """
    before = gc.get_threshold()
    gc.set_threshold(*COLLECTED)
    try:
        yield
    finally:
        gc.set_threshold(*before)


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
    table, options = table_named(job.table), options_of(job)
    try:
        job.headings, options.encoding, rows = reading.read(bytes(job.file.content), options.encoding)
        patiently(job.parts.all().delete)
        mark(job, headings=job.headings, total=0)
        for number, lines in enumerate(parted(rows)):
            job.total += len(lines)
            patiently(keep_part, job, number, lines)
    except UnreadableError as error:
        mark(job, state=ImportState.FAILED, problem=str(error))
        return
    if len(options.columns) != len(job.headings):
        options.columns = named_before(job) or guess(table, job.headings, first_lines(job))
    is_sure = options.encoding in ("", UNICODE) and is_plain(table, job.headings, options.columns)
    mark(job, state=ImportState.CHECKING if is_sure else ImportState.MAPPING, options=options.as_dict)
    if is_sure:
        check(job)


def first_lines(job: Import) -> list[tuple[int, list[str]]]:
    """Pairs of the number of a line and its cells."""
    first = job.parts.first()
    return first.lines if first else []


def options_of(job: Import) -> Options:
    return Options(**job.options)


def named_before(job):
    """The columns that somebody gave to the same headings, for a file that was imported."""
    former = Import.objects.filter(table=job.table, headings=job.headings).exclude(run_at=None).first()
    return former and former.options.get("columns")


def parted(rows):
    while lines := list(islice(rows, LINES_IN_A_PART)):
        yield lines


def keep_part(job, number, lines):
    ImportPart.objects.create(owner=job, number=number, lines=lines)
    note(job, {"total": job.total})


# Checking


def check(job):
    """Keep what each line comes to. Where one leads to another that does not go in, all are looked at again."""
    table, options = table_named(job.table), options_of(job)
    own = name_rows(job, table, options)
    while True:
        run = DryRun(table, options, own)
        bad, summary = check_parts(job, run)
        if run.leaning.isdisjoint(bad):
            break
        own = {slug: line for slug, line in own.items() if slug not in bad}
    mark(job, state=ImportState.CHECKED, counts=summary.counts, summary=summary.as_dict)


def name_rows(job, table, options):
    """Give each line the slug of its row: slug → line."""
    if table.keys[0].name != "slug":
        return {}
    slugs = Slugs(table, Reader(table, options, telling(table)))
    for part in parts_of(job):
        part.slugs = slugs.of(part.lines, part.answers)
        patiently(keep_slugs, job, part)
    return slugs.own


def keep_slugs(job, part):
    part.save(update_fields=["slugs"])
    note(job, {})


def check_parts(job, run):
    """The slugs of rows that do not go in, and what it all comes to."""
    summary, bad, done = Summary(), set(), 0
    for part in parts_of(job):
        findings = [each.as_dict for each in run.findings(part.lines, part.slugs, part.answers)]
        bad |= {
            each["key"]
            for each in findings
            if each["outcome"] not in STANDS and run.own.get(each["key"]) == each["line"]
        }
        summary.add(findings)
        done += len(part.lines)
        patiently(keep_findings, job, part, findings, done)
    return bad, summary


class Tally:
    """How often something is said, in which lines first, and in which words: what differs from line to line is left out."""

    def __init__(self):
        self.count, self.lines, self.first, self.special = 0, [], "", None

    def add(self, line, text):
        special = SPECIAL.findall(text)
        if self.special is None:
            self.first, self.special = text, special
        pairs = zip(self.special, special, strict=False)
        self.special = [mine if mine == other else LEFT_OUT for mine, other in pairs]
        self.count += 1
        if self.count <= MOST_LINES:
            self.lines.append(line)

    @property
    def told(self):
        left = iter(self.special)
        return SPECIAL.sub(lambda _found: next(left, LEFT_OUT), self.first), self.count, self.lines


class Summary:
    """How many lines come to what, and how often each kind of mistake and of reading occurs."""

    def __init__(self):
        self.counts = Counter()
        self.mistakes, self.warnings = defaultdict(Tally), defaultdict(Tally)
        self.notes, self.examples = Counter(), {}

    def add(self, findings):
        for each in findings:
            self.counts[each["outcome"]] += 1
            for column, why in each["errors"]:
                self.mistakes[column, mistake_kind(why)].add(each["line"], why)
            for why in each["warnings"]:
                self.warnings[mistake_kind(why)].add(each["line"], why)
            for column, *example in each["notes"]:
                self.notes[column] += 1
                self.examples.setdefault(column, example)

    @property
    def as_dict(self):
        return {
            "mistakes": [[column, *tally.told] for (column, _kind), tally in foremost(self.mistakes)],
            "warnings": [tally.told for _kind, tally in foremost(self.warnings)],
            "notes": [[column, count, *self.examples[column]] for column, count in self.notes.most_common()],
        }


def foremost(tallies):
    return sorted(tallies.items(), key=lambda item: -item[1].count)[:MOST_KINDS]


def keep_findings(job, part, findings, done):
    part.findings = findings
    part.save(update_fields=["findings"])
    note(job, {"done": done})


def keep_answers(job: Import, said: dict[str, str], rest: str) -> None:
    """Keep what a curator said of lines, and `rest` of all others that are questions still."""
    for part in parts_of(job):
        lines = {str(each["line"]): each for each in part.findings}
        answers = {
            line: text for line, text in said.items() if line in lines and is_offered(lines[line], text)
        }
        if rest:
            open_lines = [line for line, each in lines.items() if each["question"] and line not in answers]
            answers |= dict.fromkeys(open_lines, rest)
        if answers:
            part.answers |= answers
            part.save(update_fields=["answers"])


def is_offered(finding, text):
    return text in [value for value, *_rest in finding["question"].get("answers", ())]


def rest_of(job: Import) -> Iterator[tuple[str, list[str]]]:
    """The cells of the lines that do not go in as they are, each with the reason."""
    for part in parts_of(job):
        for (_line, cells), each in zip(part.lines, part.findings, strict=False):
            if each["outcome"] in (Outcome.ERROR, Outcome.QUESTION):
                said = [f"{column}: {why}" if column else why for column, why in each["errors"]]
                yield " ".join(said or [each["question"]["text"]]), cells


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
    note(job, {"state": ImportState.DONE, "done": job.total, "run_at": timezone.now()})


class Writing:
    """The batches of an import: its lines in their order, then once more those that lead to lines of later batches."""

    def __init__(self, job):
        self.job, self.table = job, table_named(job.table)
        self.options = options_of(job)
        self.own = own_of(job) if self.table.keys[0].name == "slug" else {}
        self.dry_run = self.fresh_run()
        self.written = set(job.batches.values_list("number", flat=True))

    def run(self):
        if not self.written:
            self.compare()
        done = 0
        for number, (lines, slugs, answers, shown) in enumerate(self.batches()):
            done += len(lines)
            if number not in self.written:
                self.job.done = min(done, self.job.total)
                patiently(self.write_batch, number, lines, slugs, answers, shown)
                sleep(TURN)

    def compare(self):
        """Look through the whole file before anything is written."""
        for part in parts_of(self.job):
            lines, shown = standing(part)
            if changes_in(self.dry_run.findings(lines, part.slugs, part.answers)) != shown:
                raise ChangedError
            mark(self.job)
        self.dry_run = self.fresh_run()

    def fresh_run(self):
        return DryRun(self.table, self.options, self.own, with_hints=False)

    def batches(self):
        """Lines, their slugs and answers, and what was shown of them."""
        late, slugs, answers = [], {}, {}
        for part in parts_of(self.job):
            all_lines, all_shown = standing(part)
            for first in range(0, len(all_lines), LINES_IN_A_BATCH):
                lines = all_lines[first : first + LINES_IN_A_BATCH]
                yield lines, part.slugs, part.answers, all_shown[first : first + LINES_IN_A_BATCH]
                late += [row for row in lines if self.leads_past(lines[-1][0], row[1])]
            slugs |= part.slugs
            answers |= part.answers
        for first in range(0, len(late), LINES_IN_A_BATCH):
            yield late[first : first + LINES_IN_A_BATCH], slugs, answers, None

    def leads_past(self, last, cells):
        if not self.own:
            return False
        texts = self.dry_run.reader.texts(cells)
        return any(
            max(self.own.get(texts[name], 0), self.own.get(plain_forms.slug(texts[name]), 0)) > last
            for name, column in self.table.columns.items()
            if texts.get(name) and column in self.table.own_links
        )

    def write_batch(self, number, lines, slugs, answers, shown):
        note(self.job, {"done": self.job.done})
        wait_for_others()
        findings = self.dry_run.findings(lines, slugs, answers)
        if any(finding.errors for finding in findings) or shown not in (None, changes_in(findings)):
            raise ChangedError
        if shown is None:
            check_late(self.table, findings)
        findings = [each for each in findings if each.outcome in GOES_IN]
        hold(self.table, [each.row for each in findings])
        writer = BulkWriter(
            self.table, self.dry_run.sources, findings, by=by_of(self.job), reason=reason_of(self.job)
        )
        rows, sources = writer.write()
        if any(loops.circles(self.table.model, [key for key, _before, _after in rows])):
            raise ChangedError
        ImportBatch.objects.create(owner=self.job, number=number, rows=rows, sources=sources)
        touched = [ImportedRow(owner=self.job, key=key) for key, _before, _after in rows]
        ImportedRow.objects.bulk_create(touched, ignore_conflicts=True)


def own_of(job):
    """Slug → line, of the lines that stand in the directory afterwards."""
    return {
        each["key"]: each["line"]
        for part in parts_of(job)
        for each in part.findings
        if each["outcome"] in STANDS
    }


def standing(part):
    """The lines that stand in the directory afterwards, and what was shown of each."""
    pairs = [
        (line, each)
        for line, each in zip(part.lines, part.findings, strict=True)
        if each["outcome"] in STANDS
    ]
    return [line for line, _each in pairs], [each for _line, each in pairs]


def check_late(table, findings):
    """All that is left to change in lines that were written already are links to lines that came after them."""
    names = {name for finding in findings for name, _before, _after in finding.differences}
    if not all(table.columns[name] in table.own_links for name in names):
        raise ChangedError


def changes_in(findings):
    """What somebody said yes to, as JSON gives it back."""
    return plain([finding.as_dict for finding in findings])


def by_of(job):
    """Whose hand the history names."""
    return job.undone_by or job.run_by or job.by


def reason_of(job):
    return (job.reason or _("Import of “%(file)s”") % {"file": job.file_name})[:300]


def wait_for_others():
    """Until whoever saves now is done, and hold back who comes after. Nothing that they need is held while waiting."""
    loops.hold()
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
    mark(job, state=ImportState.UNDOING, problem=problem)
    undo(job)


def undo(job):
    """Take back what was written, the last first; and if it never was all there, look at the file again."""
    for number in job.batches.order_by("-number").values_list("number", flat=True):
        patiently(undo_batch, job, number)
        sleep(TURN)
    if job.run_at:
        mark(job, state=ImportState.UNDONE, undone_at=timezone.now())
    else:
        mark(job, state=ImportState.CHECKING, done=0)
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
