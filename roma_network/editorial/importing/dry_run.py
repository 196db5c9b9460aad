"""The dry run of an import: a table of entries or ties, and what a file says of it: new rows, changes, rows as they are, and mistakes."""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.text import format_lazy
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from roma_network.editorial import matching
from roma_network.editorial.importing.cells import Kept, Key, KeyLink, Link, Links, Plain, Rows
from roma_network.editorial.importing.constraints import violations
from roma_network.editorial.importing.parsing import UnreadableError
from roma_network.editorial.mailbox_rule import changed_mailboxes, check_mailbox
from roma_network.editorial.revisions import batches
from roma_network.export.columns import Kind, Table, key_of
from roma_network.export.columns import tables as declared
from roma_network.models import Editorial, Source

tables = {}  # name → table, of all that can be imported

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Outcome(TextChoices):
    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    UNCHANGED = "unchanged", _("Unchanged")
    ERROR = "error", _("Error")


@dataclass
class Finding:
    """What one line of a file comes to. `values`: column → value, of what the line changes or adds."""

    line: int
    key: tuple
    row: object = None
    outcome: Outcome = Outcome.UNCHANGED
    values: dict = field(default_factory=dict)
    differences: list = field(default_factory=list)  # heading, before, after
    errors: list = field(default_factory=list)  # heading or "", why
    warnings: list = field(default_factory=list)

    @property
    def as_dict(self):
        """As it is kept and shown, in plain lists and texts."""
        return {
            "line": self.line,
            "key": " · ".join(map(str, self.key)),
            "outcome": str(Outcome.ERROR if self.errors else self.outcome),
            "differences": self.differences,
            "errors": self.errors,
            "warnings": self.warnings,
        }


class SlugKey(Key):
    def parse(self, text, known):
        slug = super().parse(text, known)
        if not SLUG.fullmatch(slug):
            raise ValidationError(
                translate("Write small letters, digits and single hyphens: city-of-glasgow.")
            )
        return slug


class ImportTable:
    """`columns` in the order of the template. A line belongs to the row that has the same in all key columns."""

    def __init__(self, model, columns):
        self.model = model
        self.name = model._meta.model_name + "s"
        self.columns = {column.name: column for column in columns}
        self.keys = [column for column in columns if column.is_key]
        self.is_entry = issubclass(model, Editorial)
        tables[self.name] = self

    @property
    def imported(self):
        return [column for column in self.columns.values() if not column.ignored]

    def check_headings(self, headings):
        named = [heading for heading in headings if heading]
        missing = [column.name for column in self.keys if column.name not in named]
        unknown = [name for name in named if name not in self.columns]
        twice = [name for name in dict.fromkeys(named) if named.count(name) > 1]
        texts = [
            (missing, translate("These columns are missing: %(names)s.")),
            (
                unknown,
                translate("There are no such columns: %(names)s. The template names those that there are."),
            ),
            (twice, translate("These columns stand there twice: %(names)s.")),
            ("" in headings and ["–"], translate("A column has no heading (%(names)s).")),
        ]
        if found := [text % {"names": ", ".join(names)} for names, text in texts if names]:
            raise UnreadableError("%(problems)s", problems=" ".join(found))

    # Reading the directory

    def rows(self):
        """With all that the columns look at."""
        links = [column.field.name for column in self.columns.values() if isinstance(column, Link)]
        if self.is_entry and hasattr(self.model, "merge"):
            links.append("merge__survivor")
        prefetched = []
        for column in self.columns.values():
            if isinstance(column, Links):
                prefetched.append(column.name)
            if isinstance(column, Rows):
                inner = "__source" if column.name == "sources" else ""
                prefetched.append(column.related_name + inner)
        return self.model.objects.select_related(*links).prefetch_related(*prefetched)

    def key_of(self, row):
        return tuple(column.value_of(row) for column in self.keys)

    def find(self, keys):
        """Key → row, of those that the directory has."""
        lookups = {
            column: f"{column.field.name}__{column.by}" if isinstance(column, Link) else column.name
            for column in self.keys
        }
        found = {}
        for batch in batches(keys):
            parts = zip(*batch, strict=True)
            wanted = {
                f"{lookups[column]}__in": set(part) for column, part in zip(self.keys, parts, strict=True)
            }
            for row in self.rows().filter(**wanted):
                found[self.key_of(row)] = row
        return {key: found[key] for key in keys if key in found}


class DryRun:
    """What a file says of a table. `first_lines`: key of a row, as text → the first line that has it."""

    def __init__(self, table, headings, first_lines, *, with_hints=True):
        self.table, self.first_lines = table, first_lines
        self.headings = headings
        self.columns = [table.columns[name] for name in headings]
        self.sources = {}  # address → a source that this file is the first to name
        self.named = {}  # what tells a new entry apart → its line
        self.matcher = matching.matcher_of(table.model) if table.is_entry and with_hints else None

    def findings(self, lines):
        """What these lines come to: pairs of line and cells."""
        known = self.known(lines)
        found = [self.parsed(line, cells, known) for line, cells in lines]
        self.sources |= {url: source for url, source in known[Source].items() if not source.pk}
        keys = keys_in(known)
        held = self.table.find([finding.key for finding in found if not finding.errors])
        for finding in found:
            first = self.first_lines.get(tuple(map(str, finding.key)), finding.line)
            if first != finding.line:
                text = translate("It stands in line %(line)s already.")
                finding.errors.append(("", text % {"line": first}))
            if not finding.errors:
                self.compare(finding, held.get(finding.key), keys)
        self.check_constraints([each for each in found if not each.errors], keys)
        if self.matcher:
            self.note_likely([each for each in found if each.outcome == Outcome.NEW and not each.errors])
        return found

    def known(self, lines):
        """Model → natural key → row, of all that these lines speak of."""
        mentioned = defaultdict(set)
        for _line, cells in lines:
            for column, text in zip(self.columns, cells, strict=True):
                for model, key in column.mentions(text):
                    mentioned[model].add(key)
        known = {model: rows_by_key(model, keys) for model, keys in mentioned.items()}
        for column in self.table.columns.values():
            if isinstance(column, Links):
                known[column.model] = rows_by_key(column.model, None)
            if isinstance(column, Link):
                known.setdefault(column.model, {})
        known[Source] = self.sources | known.get(Source, {})
        if self.table.is_entry:
            # Rows of the same file, which are not stored yet.
            fresh = {key[0]: None for key in self.first_lines}
            known[self.table.model] = fresh | known[self.table.model]
        return known

    def parsed(self, line, cells, known):
        """The values of a line, and the mistakes in it."""
        finding = Finding(line, ())
        for column, text in zip(self.columns, cells, strict=True):
            if column.ignored:
                continue
            try:
                finding.values[column.name] = column.parse(text, known)
            except ValidationError as error:
                finding.errors.append((column.name, " ".join(error.messages)))
                finding.values[column.name] = text
        finding.key = tuple(finding.values[column.name] for column in self.table.keys)
        return finding

    def compare(self, finding, row, keys):
        columns = self.table.columns
        before = {name: columns[name].value_of(row) for name in finding.values} if row else {}
        finding.row = row or self.table.model()
        finding.values = {
            name: value for name, value in finding.values.items() if not row or value != before[name]
        }
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

    def check_constraints(self, findings, keys):
        """Note what the database would refuse of rows, and of the rows within them."""
        changing = [each for each in findings if each.outcome != Outcome.UNCHANGED]
        note_violations("", self.table.model, [(each, each.row) for each in changing])
        for name, column in self.table.columns.items():
            if isinstance(column, Rows):
                within = [
                    (each, column.row(each.row.pk, value, keys))
                    for each in changing
                    for value in each.values.get(name, ())
                ]
                note_violations(name, column.model, within)

    def mistakes(self, finding):
        """What is wrong with the row as a whole."""
        row, is_new, found = finding.row, finding.outcome == Outcome.NEW, []
        if not is_new and (merged := getattr(row, "merged_into", None)):
            text = translate("It was merged into “%(survivor)s”: undo that, or edit the other.")
            found.append(("", text % {"survivor": merged.slug}))
        for name, column in self.table.columns.items():
            leads_to_itself = isinstance(column, Link) and column.model is self.table.model
            if leads_to_itself and finding.values.get(name) == finding.key[0]:
                found.append((name, translate("It cannot lead to itself.")))
        fields = self.model_fields()
        try:
            row.clean_fields(
                exclude=[name for name in fields if name in finding.values or fields[name].remote_field]
            )
        except ValidationError as error:
            found += [(name, " ".join(messages)) for name, messages in error.message_dict.items()]
        if finding.values.get("sources", () if is_new else None) == ():
            if not self.table.is_entry:
                found.append(("sources", translate("A link between two entries needs at least one source.")))
            elif row.is_published:
                found.append(("sources", translate("A published entry needs at least one source.")))
        if self.table.is_entry and row.is_published:
            found += [(name, str(why)) for name, why in row.gaps().items() if name in finding.values]
        return found

    def model_fields(self):
        derived = {"sort_name", "search_text"}
        return {each.name: each for each in self.table.model._meta.fields if each.name not in derived}

    def note_likely(self, findings):
        """Warn of entries that new ones may be, in the directory or in the same file."""
        described = [matching.described(finding.row) for finding in findings]
        offers = [self.matcher.candidates(each) for each in described]
        entries = self.table.model.objects.in_bulk({each.pk for found in offers for each in found})
        text = translate("It may be “%(entry)s” (%(slug)s): %(why)s.")
        for finding, said, found in zip(findings, described, offers, strict=True):
            finding.warnings += [
                text % {"entry": entry, "slug": entry.slug, "why": matching.reason(each.why[0])}
                for each in found
                if (entry := entries.get(each.pk))
            ]
            finding.warnings += self.likely_lines(finding, said)

    def likely_lines(self, finding, described):
        """Lines of the same file that the new entry may stand in already."""
        text = translate("It may be the one in line %(line)s: %(why)s.")
        for mark in matching.marks(described):
            first = self.named.setdefault(mark, finding.line)
            if first != finding.line:
                yield text % {"line": first, "why": matching.reason(mark[0])}


def is_late(column, value, keys):
    """Whether a link leads to a row of the same file that is not stored yet."""
    return isinstance(column, Link) and bool(value) and keys[column.model][value] is None


def note_violations(name, model, pairs):
    """`pairs` of finding and row: the column `name` of the finding is what a text is noted for."""
    for place, texts in violations(model, [row for _finding, row in pairs]).items():
        pairs[place][0].errors.append((name, " ".join(texts)))


def keys_in(known):
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


def kept_cells():
    """What entries have that no import changes."""
    return [
        Kept("status", _("Status"), help_text=_("Not imported: new entries are drafts.")),
        Kept("verified_on", _("Verified on"), help_text=_("Not imported.")),
    ]


def import_table(table: Table) -> ImportTable:
    """What can be imported of a declared table, made once."""
    if table.name not in tables:
        cells = [cell_of(column, table.model) for column in table.columns.values() if column.importable]
        if issubclass(table.model, Editorial):  # type: ignore[arg-type]  # what is imported has a model
            cells += kept_cells()
        ImportTable(table.model, cells)
    return tables[table.name]


def table_named(name):
    """As `import_table`, by the name that an import was kept under."""
    return import_table(declared[name])


def cell_of(column, model):
    """How the cells of a declared column are read and written."""
    if column.importer:
        return column.importer()
    field = model._meta.get_field(column.field or column.name)
    about = {"help_text": column.meaning, "example": column.example}
    if column.kind == Kind.LINK:
        return (KeyLink if column.is_key else Link)(
            field, column.name, by=key_of(field.related_model), **about
        )
    if column.kind == Kind.LINKS:
        about["help_text"] = format_lazy("{} {}", column.meaning, _("Write semicolons between them."))
        return Links(field, by=key_of(field.related_model), **about)
    if column.is_key:
        return (SlugKey if column.name == "slug" else Key)(field, **about)
    return Plain(field, **about)
