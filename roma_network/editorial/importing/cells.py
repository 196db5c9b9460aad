"""Columns of the tables that are imported and exported: what a cell may hold, and what it holds of a row.

A value is what a cell means, in a form that compares: a text or number, the natural key of another row, or a tuple
of such. The same value stands in what was read and in what the directory holds, so a difference is a change.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property, lru_cache
from hashlib import blake2b

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, DateField, EmailField, FloatField, IntegerField, URLField
from django.utils.functional import lazy
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from roma_network.core import folding
from roma_network.core.batches import batches
from roma_network.core.clean_text import clean_text
from roma_network.core.partial_dates import PartialDateField
from roma_network.core.text_fields import ProseField
from roma_network.editorial.importing import plain_forms
from roma_network.export.columns import table_of
from roma_network.models import Editorial, Source
from roma_network.models.keyed import SLUG

BETWEEN = re.compile(r"[;,\s]+")  # keys in one cell
BETWEEN_NAMES = re.compile(r"[;,\n]+")
ADDRESS = re.compile(r"(^|[\s;,(])https?://")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")  # on which a citation was checked
BAR = " | "  # between the parts of a row within a cell
MOST_REMEMBERED = 1_000  # cells of a column: the lines of a list say much alike
TOLD = 3  # parts of a line that tell of a new source: what it backs, its publisher, its title


class ImportColumn:
    """`lookups` names the rows that `parse` asks for: pairs of model and the field of their key."""

    is_key = False
    is_many = False  # written as rows of their own
    ignored = False

    def __init__(self, name, label, *, help_text="", example=""):
        self.name, self.label = name, label
        self.help_text, self.example = help_text, example

    def normal(self, text, words):
        """A cell as the directory writes it. `words`: small vocabulary → what its rows are called, folded → their keys."""
        return clean_text(text, multiline=True)

    def can_hold(self, text, words):
        """Whether a cell of a list of others might be read as this; `words` as above. Texts can hold whatever is said."""
        return True

    def mentions(self, text):
        """Keys of other rows that a cell speaks of: pairs of model and key."""
        return ()

    def parse(self, text, known):
        """The value of a cell. `known` holds what `mentions` names: model → key → row."""
        raise NotImplementedError

    def value_of(self, row):
        raise NotImplementedError

    def text(self, value):
        """As it stands in a cell."""
        return "" if value is None else str(value)

    def cell(self, row):
        return self.text(self.value_of(row))


# The first that fits a field is how its cells are made plain.
FORMS = [
    (PartialDateField, plain_forms.partial_date),
    (DateField, plain_forms.partial_date),
    (FloatField, plain_forms.decimal),
    (IntegerField, plain_forms.whole_number),
    (URLField, plain_forms.web_address),
    (EmailField, plain_forms.mailbox),
    (BooleanField, plain_forms.boolean),
]


class Plain(ImportColumn):
    """A field of the model. A cell is read as the form of the entry reads the field.

    `is_identifier`: it may come as the address that it ends.
    """

    def __init__(self, field, *, is_identifier=False, **details):
        super().__init__(field.name, capfirst(field.verbose_name), **details)
        self.field = field
        self.is_multiline = isinstance(field, ProseField)
        forms = [plain_forms.end_of_address] if is_identifier else []
        self.forms = forms + [form for kind, form in FORMS if isinstance(field, kind)]
        self.help_text = self.help_text or field.help_text
        scheme = {"assume_scheme": "https"} if isinstance(field, URLField) else {}
        self.form_field = field.formfield(**scheme)
        self.cleaned = self.clean if self.is_multiline else lru_cache(MOST_REMEMBERED)(self.clean)

    @cached_property
    def allowed(self):
        return dict(self.field.flatchoices)

    def normal(self, text, words):
        text = clean_text(text, multiline=self.is_multiline)
        if text and self.field.choices and text not in self.allowed:
            return self.by_label.get(folding.fold(text), text)
        for form in self.forms:
            text = form(text)
        return text

    def can_hold(self, text, words):
        return not self.allowed or self.normal(text, words) in self.allowed

    @property
    def by_label(self):
        labels = {folding.fold(label): value for value, label in self.field.flatchoices}
        return labels | {folding.fold(value): value for value in self.allowed}

    def parse(self, text, known):
        if text and self.allowed and text not in self.allowed:
            raise none_of(text, self.allowed)
        return self.cleaned(text)

    def clean(self, text):
        value = self.form_field.clean(text)
        self.field.run_validators(value)
        return value

    def value_of(self, row):
        return getattr(row, self.field.attname)

    def cell(self, row):
        value = self.value_of(row)
        return value if isinstance(self.field, FloatField) and value is not None else self.text(value)

    def set(self, row, value, keys):
        setattr(row, self.field.attname, value)


class Key(Plain):
    is_key = True


def vocabulary_spellings(model, by):
    """What the rows of a small vocabulary are called, folded → their keys."""
    return {
        folding.fold(said): getattr(row, by)
        for row in model.objects.all()
        for said in (*getattr(row, "spellings", ()), str(row), getattr(row, by))
    }


class LinkColumn(ImportColumn):
    """Another row, by its natural key `by`."""

    def __init__(self, field, name, *, by="slug", **details):
        super().__init__(name, capfirst(field.verbose_name), **details)
        self.field, self.by = field, by
        self.model = field.related_model
        self.is_of_entries = issubclass(self.model, Editorial)
        self.is_of_vocabulary = not self.is_of_entries and self.model is not field.model

    def normal(self, text, words):
        text = clean_text(text)
        return words[self.model].get(folding.fold(text), text) if self.is_of_vocabulary and text else text

    def can_hold(self, text, words):
        if self.is_of_vocabulary:
            return folding.fold(clean_text(text)) in words[self.model]
        is_key = re.fullmatch(SLUG, text) is not None
        return is_key or self.model.objects.filter(**{self.model.label_field: text}).exists()

    def mentions(self, text):
        return [(self.model, text)] if text else ()

    def parse(self, text, known):
        if not text:
            if self.field.null:
                return None
            raise ValidationError(translate("It is empty."))
        if text not in known[self.model]:
            raise not_there(text)
        if merged := getattr(known[self.model][text], "merged_into", None):
            words = {"key": text, "survivor": merged.slug}
            raise ValidationError(translate("“%(key)s” was merged into “%(survivor)s”: write that.") % words)
        return text

    def value_of(self, row):
        other = getattr(row, self.field.name)
        return getattr(other, self.by) if other else None

    def set(self, row, value, keys):
        setattr(row, self.field.attname, keys[self.model][value] if value else None)


class KeyLink(LinkColumn):
    is_key = True


class Links(ImportColumn):
    """Rows of a small vocabulary, by their natural keys."""

    is_many = True

    def __init__(self, field, *, by, **details):
        super().__init__(field.name, capfirst(field.verbose_name), **details)
        self.field, self.by = field, by
        self.model = field.related_model
        self.is_of_entries = issubclass(self.model, Editorial)
        self.is_of_vocabulary = not self.is_of_entries

    def normal(self, text, words):
        text = clean_text(text, multiline=True)
        if self.is_of_entries:
            return text
        parts = filter(None, (part.strip() for part in BETWEEN_NAMES.split(text)))
        return "; ".join(words[self.model].get(folding.fold(part), part) for part in parts)

    def can_hold(self, text, words):
        keys = {key for _model, key in self.mentions(self.normal(text, words))}
        return not self.is_of_vocabulary or not keys.isdisjoint(words[self.model].values())

    def mentions(self, text):
        return [(self.model, key) for key in filter(None, BETWEEN.split(text))]

    def parse(self, text, known):
        wanted = sorted({key for _model, key in self.mentions(text)})
        unknown = [key for key in wanted if key not in known[self.model]]
        if unknown and self.is_of_entries:
            raise not_there(unknown[0])
        if unknown:
            raise none_of(unknown[0], known[self.model])
        return tuple(wanted)

    def value_of(self, row):
        return tuple(sorted(getattr(other, self.by) for other in getattr(row, self.name).all()))

    def text(self, value):
        return "; ".join(value)

    def write(self, wanted, keys):
        """`wanted`: key of a row → value. Links that are there already stay, with their own keys."""
        through = self.field.remote_field.through
        mine, others = self.field.m2m_field_name(), self.field.m2m_reverse_field_name()
        new = {(key, keys[self.model][value]) for key, values in wanted.items() for value in values}
        gone = []
        for batch in batches(wanted):
            rows = through.objects.filter(**{f"{mine}__in": batch})
            for pk, *pair in rows.values_list("pk", f"{mine}_id", f"{others}_id"):
                if tuple(pair) in new:
                    new.remove(tuple(pair))
                else:
                    gone.append(pk)
        for batch in batches(gone):
            through.objects.filter(pk__in=batch).delete()
        rows = [through(**{f"{mine}_id": key, f"{others}_id": value}) for key, value in sorted(new)]
        through.objects.bulk_create(rows, batch_size=500)


class RowsColumn(ImportColumn):
    """Rows within an entry, one a line of the cell, their `parts` with bars between. The first is the identity."""

    is_many = True
    parts: tuple[str, ...]

    def __init__(self, model, owner, name, label, **details):
        super().__init__(name, label, **details)
        self.model, self.owner = model, owner
        self.related_name = model._meta.get_field(owner).remote_field.related_name

    def parse(self, text, known):
        rows = [self.parse_line(line.strip(), known) for line in text.split("\n") if line.strip()]
        if len({self.identity(row) for row in rows}) < len(rows):
            raise ValidationError(translate("One stands here twice."))
        return tuple(sorted(rows))

    def parse_line(self, line, known):
        raise NotImplementedError

    def clean(self, **texts):
        """The values of fields, in the order given."""
        return tuple(self.model._meta.get_field(name).clean(text, None) for name, text in texts.items())

    def identity(self, value):
        return value[0]

    def value_of(self, row):
        return tuple(sorted(map(self.value_in, getattr(row, self.related_name).all())))

    def value_in(self, row):
        return tuple(getattr(row, name) for name in self.parts)

    def text(self, value):
        return "\n".join(map(self.line, value))

    def line(self, value):
        raise NotImplementedError

    def write(self, wanted, keys):
        """Keep rows that are as they should be, with their own keys; remove, change and add the others."""
        gone, changed, new = [], [], []
        held = self.held(wanted)
        for key, values in wanted.items():
            rows = {self.identity(self.value_in(row)): row for row in held[key]}
            for value in values:
                row = rows.pop(self.identity(value), None)
                if row is None:
                    new.append(self.row(key, value, keys))
                elif self.value_in(row) != value:
                    self.change(row, value)
                    changed.append(row)
            gone += [row.pk for row in rows.values()]
        for batch in batches(gone):
            self.model.objects.filter(pk__in=batch).delete()
        self.model.objects.bulk_update(changed, self.changing, batch_size=500)
        self.model.objects.bulk_create(new, batch_size=500)

    changing: tuple[str, ...]

    def held(self, owners):
        held = defaultdict(list)
        for batch in batches(owners):
            for row in self.rows().filter(**{f"{self.owner}__in": batch}):
                held[getattr(row, f"{self.owner}_id")].append(row)
        return held

    def rows(self):
        return self.model.objects.all()

    def row(self, owner, value, keys):
        return self.model(**{f"{self.owner}_id": owner}, **dict(zip(self.parts, value, strict=True)))

    def change(self, row, value):
        for name, part in zip(self.parts, value, strict=True):
            setattr(row, name, part)


class Citations(RowsColumn):
    """The sources of a row: `address | fact, fact | note`, and of one that is new to the directory the rest. The day of a
    check, where there is one, stands last.

    Older files say in one text what a source backs. It is read as the note.
    """

    parts = ("url", "facts", "note", "checked_on")
    changing = ("facts", "note", "checked_on")

    def __init__(self, model):
        self.facts = model._meta.get_field("facts")
        super().__init__(
            model,
            "subject",
            "sources",
            _("Sources"),
            help_text=format_lazy(
                _(
                    "One a line: address | the facts that it backs, with commas | what else it says. For a source "
                    "that is new here also its publisher and title: address | facts | note | publisher | title. "
                    "Facts are: {facts}."
                ),
                facts=lazy(lambda: ", ".join(self.facts.vocabulary), str)(),
            ),
            example="https://example.org/about | founded, website | registered in Cork | Example | About us",
        )

    def facts_stated(self, texts):
        """The facts that a line states: column → text."""
        columns = table_of(self.facts.model._meta.get_field("subject").related_model).columns
        return self.facts.ordered(
            {column.fact for name, column in columns.items() if column.fact and texts.get(name)}
        )

    def mentions(self, text):
        return [(Source, line.split("|")[0].strip()) for line in text.split("\n") if line.strip()]

    def parse_line(self, line, known):
        url, *parts = [part.strip() for part in line.split("|")]
        checked_on = parts.pop() if len(parts) > 1 and DAY.fullmatch(parts[-1]) else ""
        if ADDRESS.search(url, 1) or any(map(ADDRESS.search, parts)):
            raise ValidationError(
                translate("Two addresses stand in one line: “%(line)s”. Write each in a line of its own.")
                % {"line": line}
            )
        if url in known[Source]:
            # Told again what is on record: the same file may be sent twice.
            about = f"{BAR}{known[Source][url].publisher}{BAR}{known[Source][url].title}"
            parts = BAR.join(parts).removesuffix(about).split(BAR)
        facts = self.named(parts[0] if parts else "")
        if facts is None and (unknown := self.misnamed("".join(parts[:1]))):
            raise none_of(unknown, self.facts.vocabulary)
        if url not in known[Source]:
            behind = 2 if facts is not None and len(parts) > TOLD else 1  # there may be no note
            known[Source][url] = self.new_source(
                url, *parts[behind : behind + 1], title=BAR.join(parts[behind + 1 :])
            )
            parts = parts[:behind]
        said = parts if facts is None else parts[1:]
        note, checked_on = self.clean(note=BAR.join(filter(None, said)), checked_on=checked_on)
        if not (facts or note):
            raise ValidationError(translate("Say which facts “%(url)s” backs.") % {"url": url})
        return url, tuple(self.facts.ordered(facts or ())), note, checked_on

    def named(self, text):
        """The facts that a part of a line names, or None where it is a text of another kind."""
        names = [name for name in BETWEEN.split(text) if name]
        return names if set(names) <= self.facts.vocabulary.keys() else None

    def misnamed(self, text):
        """What stands among facts and is none. Older files have a text there, which names no fact at all."""
        names = [name for name in BETWEEN.split(text) if name]
        unknown = [name for name in names if name not in self.facts.vocabulary]
        is_list = len(unknown) < len(names) == text.count(",") + 1
        return unknown[0] if unknown and is_list else None

    def new_source(self, url, publisher="", title=""):
        if not (publisher and title):
            text = translate(
                "“%(url)s” is a new source. Write: address | facts | note | publisher | title; or say the publisher and"
                " title of all bare addresses under “Columns, and how it is read”."
            )
            raise ValidationError(text % {"url": url})
        if not url.startswith(("http://", "https://")):
            raise ValidationError(translate("Write an address that begins with http:// or https://."))
        source = Source(url=url, publisher=publisher, title=title)
        source.clean_fields()
        return source

    def value_in(self, row):
        return row.source.url, tuple(self.facts.ordered(row.facts)), row.note, row.checked_on

    def line(self, value):
        url, facts, note, checked_on = value
        return BAR.join([url, ", ".join(facts), *filter(None, [note, checked_on])])

    def rows(self):
        return self.model.objects.select_related("source")

    def row(self, owner, value, keys):
        url, facts, *said = value
        named = dict(zip(self.changing[1:], said, strict=True))
        return self.model(subject_id=owner, source_id=keys[Source][url], facts=list(facts), **named)

    def change(self, row, value):
        _url, facts, row.note, row.checked_on = value
        row.facts = list(facts)


class KeptColumn(ImportColumn):
    """What the directory keeps itself: exported, and passed over in what comes back."""

    ignored = True

    def value_of(self, row):
        return getattr(row, self.name)


class VersionColumn(KeptColumn):
    """By which a file that comes back tells what was edited here since it was exported: see `marks_of`."""

    def __init__(self, columns):
        super().__init__(
            "version",
            _("Version"),
            help_text=_("Leave it as it is: by it, what was edited here since your export is not undone."),
        )
        self.columns = columns

    def value_of(self, row):
        return "v" + "".join(
            cell_digest(column.name, column.text(column.value_of(row))) for column in self.columns
        )


MARK = 6  # letters


def cell_digest(name, text):
    """A short sign of what a cell holds."""
    return blake2b(f"{name}={text}".encode(), digest_size=MARK // 2).hexdigest()


def cell_digests(version):
    """The signs of all cells of a row as it was exported; none where the file has no version."""
    return {version[start : start + MARK] for start in range(1, len(version), MARK)}


def none_of(value: str, known: Iterable[str]) -> ValidationError:
    words = {"value": value, "known": ", ".join(sorted(known))}
    return ValidationError(translate("“%(value)s” is none of: %(known)s.") % words)


def not_there(key: str) -> ValidationError:
    return ValidationError(translate("“%(key)s” is not in the directory.") % {"key": key})
