"""The dry run of an import: what a file says of a table: new rows, changes, rows as they are, mistakes, and questions."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from roma_network.core import folding
from roma_network.core.batches import batches
from roma_network.editorial import matching
from roma_network.editorial.importing import plain_forms
from roma_network.editorial.importing.cells import (
    MOST_REMEMBERED,
    LinkColumn,
    Links,
    RowsColumn,
    cell_digest,
    cell_digests,
)
from roma_network.editorial.importing.constraints import violations
from roma_network.editorial.importing.options import Blanks, Mode
from roma_network.editorial.importing.slugs import THIS
from roma_network.editorial.mailbox_rule import changed_mailboxes, check_mailbox
from roma_network.models import Source, loops

SPECIAL = re.compile(r"(?<=“)[^”]*(?=”)|\d+")
LEFT_OUT = "…"
HOUSES = ("website", "email")
NEW, SKIP, KEEP, TAKE, BOTH = "new", "skip", "keep", "take", "both"  # answers


class Outcome(TextChoices):
    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    UNCHANGED = "unchanged", _("Unchanged")
    SKIPPED = "skipped", _("Left out")
    QUESTION = "question", _("To be answered")
    ERROR = "error", _("Error")


GOES_IN = (Outcome.NEW, Outcome.CHANGED)


@dataclass
class LineResult:
    """What one line of a file comes to. `values`: column → value, of what the line changes or adds."""

    line: int
    key: tuple = ()
    row: object = None
    outcome: Outcome = Outcome.UNCHANGED
    texts: dict = field(default_factory=dict)  # column → cell as the directory writes it
    blank: set = field(default_factory=set)  # columns whose cells are empty
    values: dict = field(default_factory=dict)
    failed: set = field(default_factory=set)  # columns that could not be read
    differences: list = field(default_factory=list)  # heading, before, after
    errors: list = field(default_factory=list)  # heading or "", why
    warnings: list = field(default_factory=list)
    notes: list = field(default_factory=list)  # heading, as it stands in the file, as it was read
    kept: list = field(default_factory=list)  # headings of what was edited here since the file was exported
    question: dict = field(default_factory=dict)  # kind, text, and answers: value, label, key of an entry
    marks: set = field(default_factory=set)  # of the cells as they were exported

    @property
    def as_dict(self):
        """As it is kept and shown, in plain lists and texts."""
        return {
            "line": self.line,
            "key": " · ".join(map(str, self.key)),
            "outcome": str(self.seen_as),
            "differences": self.differences,
            "errors": self.errors,
            "warnings": self.warnings,
            "notes": self.notes,
            "kept": self.kept,
            "question": self.question,
        }

    @property
    def seen_as(self):
        if self.errors:
            return Outcome.ERROR
        return Outcome.QUESTION if self.question else self.outcome

    def refuse(self, name, error):
        self.errors.append((name, " ".join(error.messages)))
        self.failed.add(name)


class Reader:
    """The cells of a line as the directory writes them: of all columns, or of those in `names`."""

    def __init__(self, table, options, names=None):
        self.table, self.options = table, options
        wanted = table.columns if names is None else {name: table.columns[name] for name in names}
        self.columns = [wanted.get(name) for name in options.columns]
        self.words = table.words()
        self.normal = {column.name: self.remembering(column) for column in self.columns if column}
        self.constants = {
            name: table.columns[name].normal(text, self.words)
            for name, text in options.constants.items()
            if text
        }
        self.is_completing = "sources" in table.columns and bool(options.title)

    def remembering(self, column):
        """The lines of a list say much alike."""
        return lru_cache(MOST_REMEMBERED)(partial(column.normal, words=self.words))

    def texts(self, cells):
        """Column → text, of all columns that the file or an option speaks of."""
        found = {
            column.name: self.normal[column.name](cell)
            for column, cell in zip(self.columns, cells, strict=False)
            if column
        }
        for name, text in self.constants.items():
            found[name] = found.get(name) or text
        if self.is_completing and found.get("sources"):
            facts = self.table.columns["sources"].facts_stated(found)
            lines = found["sources"].split("\n")
            found["sources"] = "\n".join(self.options.completed(line.strip(), facts) for line in lines)
        return found

    def finding(self, line, cells, slug):
        finding = LineResult(line, texts=self.texts(cells))
        if slug is not None:
            finding.texts["slug"] = slug
        given = {column.name: cell for column, cell in zip(self.columns, cells, strict=False) if column}
        finding.blank = {name for name, cell in given.items() if not cell} - self.constants.keys()
        finding.notes = [
            [name, plain_forms.shown(cell), finding.texts[name]]
            for name, cell in given.items()
            if cell and cell != finding.texts[name] and not self.table.columns[name].ignored
        ]
        if len(cells) > len(self.columns):
            text = translate(
                "It has more cells than there are headings. In a CSV file, put texts with commas in quotes."
            )
            finding.errors.append(("", text))
        return finding


class DryRun:
    """What a file says of a table. `own`: slug → the line of the same file that has it, of those that go in."""

    def __init__(self, table, options, own, *, with_hints=True):
        self.table, self.options, self.own = table, options, own
        self.reader = Reader(table, options)
        self.seen = {}  # key of a row → its line
        self.sources = {}  # address → a source that this file is the first to name
        self.named = defaultdict(list)  # what tells a new entry apart → its lines
        self.leaning = set()  # slugs of rows of the same file that others lead to
        self.leads = defaultdict(
            dict
        )  # column → slug → the slug that it leads to, here or in an earlier line
        is_matched = with_hints and hasattr(table.model, "merge")
        self.matcher = matching.matcher_of(table.model) if is_matched else None

    def findings(self, lines, slugs, answers):
        """What these lines come to: pairs of line and cells. Line, as text → `slugs` that their cells do not say, `answers`."""
        found = [self.reader.finding(line, cells, slugs.get(str(line))) for line, cells in lines]
        known = self.known(found)
        for finding in found:
            self.parse(finding, known)
        self.sources |= {url: source for url, source in known[Source].items() if not source.pk}
        keys = known_keys(known)
        held = self.table.find({each.key for each in found if all(each.key)})
        for finding in found:
            answer = answers.get(str(finding.line), "")
            if answer == SKIP:
                finding.outcome, finding.errors = Outcome.SKIPPED, []
                continue
            first = self.seen.setdefault(finding.key, finding.line) if all(finding.key) else finding.line
            if first != finding.line:
                self.tell_twice(finding, first)
            else:
                self.compare(finding, held.get(finding.key), keys, answer)
        self.check_constraints([each for each in found if each.row], keys)
        self.check_circles([each for each in found if each.row and not each.errors])
        self.ask_of_likely(found, answers)
        return found

    def tell_twice(self, finding, first):
        """A line with the key of an earlier one: of entries, lists give one to several bodies."""
        if self.table.is_entry:
            text = translate("Line %(line)s has this slug already. Is this another body?")
            answers = [(NEW, translate("another: add it")), (SKIP, translate("leave it out"))]
            finding.question = asking("twice", text % {"line": first}, answers)
        else:
            text = translate("It stands in line %(line)s already.")
            finding.errors.append(("", text % {"line": first}))

    def known(self, findings):
        """Model → natural key → row, of all that these lines speak of."""
        mentioned = defaultdict(set)
        for finding in findings:
            for name, text in finding.texts.items():
                for model, key in self.table.columns[name].mentions(text):
                    mentioned[model].add(key)
        known = {model: rows_by_key(model, keys) for model, keys in mentioned.items()}
        for column in self.table.columns.values():
            if isinstance(column, Links) and not column.is_of_entries:
                known[column.model] = rows_by_key(column.model, None)
            if isinstance(column, (LinkColumn, Links)):
                known.setdefault(column.model, {})
        if self.table.keys[0].name == "slug":
            # Rows of the same file, which are not stored yet.
            known[self.table.model] = dict.fromkeys(self.own) | known.get(self.table.model, {})
        self.find_by_name(findings, known)
        known[Source] = self.sources | known.get(Source, {})
        return known

    def find_by_name(self, findings, known):
        """Have links that name an entry instead of its slug lead to it, where one alone is called so."""
        unknown = [
            (finding, column, text)
            for finding in findings
            for name, text in finding.texts.items()
            if isinstance(column := self.table.columns[name], LinkColumn)
            and column.is_of_entries
            and text
            and text not in known[column.model]
        ]
        for model in {column.model for _finding, column, _text in unknown}:
            texts = {text for _finding, column, text in unknown if column.model is model}
            slugs = rows_by_key(model, {plain_forms.slug(text) for text in texts} - {""})
            known[model] |= {slug: row for slug, row in slugs.items() if slug not in known[model]}
            names = rows_named(model, {folding.fold(text) for text in texts} - {""})
            known[model] |= {row.slug: row for row in names.values() if row.slug not in known[model]}
            for finding, column, text in unknown:
                if column.model is not model:
                    continue
                slug = plain_forms.slug(text)
                row = names.get(folding.fold(text))
                slug = slug if slug in known[model] else row and row.slug
                if slug:
                    finding.texts[column.name] = slug
                    finding.notes = [note for note in finding.notes if note[0] != column.name]
                    finding.notes.append([column.name, plain_forms.shown(text), slug])

    def parse(self, finding, known):
        """The values of a line, and the mistakes in it."""
        for name, text in finding.texts.items():
            column = self.table.columns[name]
            if name == "version":
                finding.marks = cell_digests(text)
            if column.ignored:
                continue
            try:
                if (
                    text
                    and isinstance(column, LinkColumn)
                    and column.model is self.table.model
                    and text == finding.texts.get("slug")
                ):
                    raise ValidationError(translate("It cannot lead to itself."))
                finding.values[name] = column.parse(text, known)
            except ValidationError as error:
                finding.refuse(name, error)
        if self.table.label in finding.failed and not finding.texts.get("slug"):
            finding.failed.add("slug")  # which would be made of it
        finding.key = tuple(finding.values.get(column.name) for column in self.table.keys)
        for column in self.table.own_links:
            self.leaning.add(finding.values.get(column.name))

    def compare(self, finding, row, keys, answer=""):
        columns = self.table.columns
        before = {name: columns[name].value_of(row) for name in finding.values} if row else {}
        if row and self.options.mode == Mode.ADD:
            finding.outcome, finding.errors = Outcome.SKIPPED, []
            return
        finding.row = row or self.table.model()
        if row:
            self.forgive_blanks(finding)
            self.ask_whether_another(finding, row, answer)
            self.drop_what_stays(finding, before, answer)
        finding.differences = [
            (name, columns[name].text(before[name]) if row else "", columns[name].text(value))
            for name, value in finding.values.items()
            if row or value not in (None, "", ())
        ]
        if row and not finding.values:
            return
        finding.outcome = Outcome.CHANGED if row else Outcome.NEW
        for name, value in finding.values.items():
            if not columns[name].is_many and not (row and is_late(columns[name], value, keys)):
                columns[name].set(finding.row, value, keys)
        finding.errors += self.mistakes(finding)
        self.check_mailboxes(finding)

    def check_mailboxes(self, finding):
        for name in changed_mailboxes(self.table.model, finding.values):
            try:
                finding.warnings += filter(None, [check_mailbox(finding.row, name)])
            except ValidationError as error:
                finding.errors.append((name, " ".join(error.messages)))

    def forgive_blanks(self, finding):
        """An empty cell that leaves a field as it is cannot be wrong, though the field must not be empty."""
        if self.options.blanks == Blanks.KEEP:
            finding.errors = [(name, why) for name, why in finding.errors if name not in finding.blank]
            finding.failed -= finding.blank

    def drop_what_stays(self, finding, before, answer):
        """Leave of the values what changes something, and nothing that was edited here since the file was exported."""
        disputed = []
        for name, value in list(finding.values.items()):
            column = self.table.columns[name]
            text, now = column.text(value), column.text(before[name])
            stays = value == before[name]
            if not stays and finding.marks and cell_digest(name, now) not in finding.marks:
                if cell_digest(name, text) in finding.marks or answer == KEEP:
                    finding.kept.append(name)
                    stays = True
                elif answer == BOTH and column.is_many:
                    finding.values[name] = united(column, before[name], value)
                elif answer != TAKE:
                    disputed.append(name)
            if stays or (self.options.blanks == Blanks.KEEP and name in finding.blank):
                del finding.values[name]
        if disputed:
            answers = [(KEEP, translate("keep what is here")), (TAKE, translate("take what the file says"))]
            if all(self.table.columns[name].is_many for name in disputed):
                answers.append((BOTH, translate("both")))
            text = translate("Both the file and somebody here changed this since it was exported: %(names)s.")
            finding.question = asking("edited", text % {"names": ", ".join(disputed)}, answers)

    def ask_whether_another(self, finding, row, answer):
        """The slug of an entry with another name, country and type is likely that of another body."""
        if not self.table.is_entry or answer.startswith(THIS):
            return
        told = [name for name in ("country", "type", "kind") if finding.values.get(name)]
        name = finding.values.get(self.table.label)
        columns = self.table.columns
        differing = [each for each in told if columns[each].value_of(row) not in (None, finding.values[each])]
        if name and folding.fold(name) != row.sort_name and told and differing == told:
            text = translate(
                "“%(slug)s” is “%(entry)s” here, of another country and type. Is this another body?"
            )
            finding.question = asking(
                "another",
                text % {"slug": row.slug, "entry": row},
                [this_one(row), (NEW, translate("another: add it")), (SKIP, translate("leave it out"))],
            )

    def check_constraints(self, findings, keys):
        """Note what the database would refuse of rows, and of the rows within them."""
        note_violations("", self.table.model, [(each, each.row) for each in findings], self.table)
        for name, column in self.table.columns.items():
            if isinstance(column, RowsColumn):
                within = [
                    (each, column.row(each.row.pk, value, keys))
                    for each in findings
                    for value in each.values.get(name, ())
                ]
                note_violations(name, column.model, within)

    def check_circles(self, findings):
        """Refuse the line that would close a circle of rows."""
        for column in self.table.own_links:
            lines = [each for each in findings if column.name in each.values]
            wanted = {each.key[0]: each.values[column.name] for each in lines}
            leads = self.leads[column.name]
            stored = loops.targets(column.field, set(wanted.values()) - {None} - leads.keys(), column.by)
            leads |= {slug: target for slug, target in stored.items() if slug not in leads}
            for finding in lines:
                slug = finding.key[0]
                path, key = [slug], wanted[slug]
                while key and key not in path:
                    path.append(key)
                    key = leads.get(key)
                if key == slug:
                    finding.errors.append((column.name, loops.circle_in_words(column.field, path)))
                else:
                    leads[slug] = wanted[slug]

    def mistakes(self, finding):
        """What is wrong with the row as a whole."""
        row, is_new, found = finding.row, finding.outcome == Outcome.NEW, []
        if not is_new and (merged := getattr(row, "merged_into", None)):
            text = translate("It was merged into “%(survivor)s”: undo that, or edit the other.")
            found.append(("", text % {"survivor": merged.slug}))
        fields = self.model_fields
        try:
            row.clean_fields(
                exclude=[
                    name
                    for name in fields
                    if name in finding.values or name in finding.failed or fields[name].remote_field
                ]
            )
        except ValidationError as error:
            found += [(name, " ".join(messages)) for name, messages in error.message_dict.items()]
            finding.failed |= error.message_dict.keys()
        lacks_sources = "sources" in self.table.columns and "sources" not in finding.failed
        if lacks_sources and finding.values.get("sources", () if is_new else None) == ():
            if row.needs_source:
                found.append(("sources", translate("A link between two entries needs at least one source.")))
            elif self.table.is_entry and row.is_published:
                found.append(("sources", translate("A published entry needs at least one source.")))
        if self.table.is_entry and row.is_published:
            found += [(name, str(why)) for name, why in row.gaps().items() if name in finding.values]
        return found

    @cached_property
    def model_fields(self):
        derived = {"sort_name", "search_text"}
        return {each.name: each for each in self.table.model._meta.fields if each.name not in derived}

    def ask_of_likely(self, findings, answers):
        """Ask whether new rows are entries of the directory, or lines of the same file.

        A line that a curator left out still tells of what stood in it, or its answer would raise new questions.
        """
        if not self.matcher:
            return
        left_out = [each for each in findings if answers.get(str(each.line)) == SKIP]
        findings = [each for each in findings if each.seen_as == Outcome.NEW or each in left_out]
        described = [described_line(finding) for finding in findings]
        offers = [
            [] if finding in left_out else self.matcher.candidates(said)
            for finding, said in zip(findings, described, strict=True)
        ]
        entries = self.table.model.objects.in_bulk({each.pk for found in offers for each in found})
        for finding, said, found in zip(findings, described, offers, strict=True):
            likely = [
                (entries[each.pk], matching.reason(each.why[0])) for each in found if each.pk in entries
            ]
            reasons = [*(why for _entry, why in likely), *self.likely_lines(finding, said)]
            if reasons and not answers.get(str(finding.line)):
                text = translate("It may be there already: %(why)s.")
                finding.question = asking(
                    "likely",
                    text % {"why": "; ".join(dict.fromkeys(reasons))},
                    [
                        *(this_one(entry) for entry, _why in likely),
                        (NEW, translate("new: add it")),
                        (SKIP, translate("leave it out")),
                    ],
                )

    def likely_lines(self, finding, described):
        """Lines of the same file that the new entry may stand in already."""
        text = translate("line %(line)s has %(why)s")
        for mark in matching.marks(described):
            lines = self.named[mark]
            # An address that more than two lines share is that of a house, which tells its bodies not apart.
            if lines and (len(lines) == 1 or mark[0] not in HOUSES):
                yield text % {"line": lines[0], "why": matching.reason(mark[0])}
            lines.append(finding.line)


def described_line(finding):
    if finding.row:
        return matching.described(finding.row)
    return matching.described_by(finding.texts | {"country_id": finding.texts.get("country", "")})


def asking(kind, text, answers):
    options = [[*answer, None][:3] for answer in answers]
    return {"kind": kind, "text": text, "answers": options}


def this_one(entry):
    text = translate("this one: %(entry)s (%(slug)s)")
    return f"{THIS}{entry.slug}", text % {"entry": entry, "slug": entry.slug}, entry.pk


def united(column, one, other):
    """What either of two lists says, and where both speak of the same, the second."""
    if not isinstance(column, RowsColumn):
        return tuple(sorted({*one, *other}))
    return tuple(sorted(({column.identity(row): row for row in (*one, *other)}).values()))


def is_late(column, value, keys):
    """Whether a link leads to a row of the same file that is not stored yet."""
    return isinstance(column, LinkColumn) and bool(value) and keys[column.model][value] is None


def note_violations(name, model, pairs, table=None):
    """`pairs` of finding and row: the column `name` of the finding is what a text is noted for.

    What a column that could not be read has a part in is not asked of the row.
    """
    for place, checks in violations(model, [row for _finding, row in pairs]).items():
        finding = pairs[place][0]
        unread = {field_name(table, each) for each in finding.failed} if table else set()
        texts = [
            str(check.get_violation_error_message())
            for check in checks
            if unread.isdisjoint(check.condition.referenced_base_fields)
        ]
        finding.errors += [(name, text) for text in dict.fromkeys(texts)]


def field_name(table, name):
    return getattr(getattr(table.columns[name], "field", None), "name", name)


def known_keys(known):
    """Model → natural key → primary key, None for what is not stored yet."""
    return {
        model: {key: row.pk if row else None for key, row in rows.items()} for model, rows in known.items()
    }


def rows_by_key(model, keys):
    """Natural key → row; all rows where `keys` is None."""
    (name,) = model.natural_fields
    rows = model.objects.all()
    if hasattr(model, "merge"):
        rows = rows.select_related("merge__survivor")
    if keys is None:
        return {getattr(row, name): row for row in rows}
    return {
        getattr(row, name): row for batch in batches(keys) for row in rows.filter(**{f"{name}__in": batch})
    }


def rows_named(model, names):
    """Folded name → the entry that is called so, where it is one alone."""
    found = {}
    for batch in batches(names):
        rows = model.objects.filter(sort_name__in=batch)
        if hasattr(model, "merge"):
            rows = rows.filter(merge=None).select_related("merge__survivor")
        for row in rows:
            found[row.sort_name] = None if row.sort_name in found else row
    return {name: row for name, row in found.items() if row}


def mistake_kind(text):
    """A mistake without what is special in it, by which mistakes are counted."""
    return SPECIAL.sub(LEFT_OUT, text)
