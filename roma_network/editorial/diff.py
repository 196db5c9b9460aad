"""The diff of an entry: two states beside one another, in words."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Field, ForeignObjectRel
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from roma_network.editorial.revisions import Snapshot, columns, is_cited, row_columns


class Difference(NamedTuple):
    what: str
    old: str
    new: str


class Words:
    """Texts for the values in some states. What these point to is read once, with one query a model."""

    def __init__(self, model, states):
        self.model = model
        wanted = defaultdict(set)
        for column, value in self.pointers(states):
            wanted[column.related_model].add(value)
        self.found = {related: related.objects.in_bulk(keys) for related, keys in wanted.items()}
        self.lost = [
            f"{related._meta.verbose_name} {key}"
            for related, keys in wanted.items()
            for key in sorted(keys - self.found[related].keys())
        ]

    def pointers(self, states):
        """Every pair of a column that leads elsewhere and a key in it."""
        for state in states:
            yield from self.pointers_in(columns(self.model), state.columns)
            for name, rows in state.rows.items():
                field = self.model._meta.get_field(name)
                if field.many_to_many:
                    yield from ((field, key) for key in rows)
                    continue
                for row in rows:
                    yield from self.pointers_in(row_columns(field), row)
                    yield from ((source_of(field), cited["source"]) for cited in row.get("citations", ()))

    def pointers_in(self, fields, values):
        for field in fields:
            if field.remote_field and values.get(field.name) is not None:
                yield field, values[field.name]

    def text(self, field, value):
        if isinstance(value, list):
            return ", ".join(self.text(field, key) for key in value)
        if value is None or value == "":
            return ""
        if field.remote_field:
            row = self.found[field.related_model].get(value)
            return str(row) if row else _("no longer there (%(key)s)") % {"key": value}
        return in_words(value, dict(field.flatchoices))

    def title(self, field, row):
        """What a row within an entry is called, after the columns that tell it from the others."""
        model = field.related_model
        names = [name for name in model.natural_fields if name != field.field.name]
        texts = (self.text(model._meta.get_field(name), row[name]) for name in names)
        return ", ".join(filter(None, texts))

    def row(self, field, row):
        """All of a row, in one text."""
        texts = [self.text(column, row[column.name]) for column in row_columns(field)]
        texts += [self.cited(field, citation) for citation in row.get("citations", ())]
        return "; ".join(filter(None, texts))

    def cited(self, field, citation):
        columns = {column.name: column for column in row_columns(citations_of(field))}
        texts = {name: self.text(column, citation[name]) for name, column in columns.items()}
        said = "; ".join(filter(None, [texts["facts"], texts["note"]]))
        return _("source: %(source)s: %(said)s") % {"source": texts["source"], "said": said}


def in_words(value, labels=()):
    """A value as readers write it."""
    if value in labels:
        return str(dict(labels)[value])
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(localtime(value), "DATETIME_FORMAT")
    return date_format(value, "DATE_FORMAT") if isinstance(value, date) else str(value)


def citations_of(field):
    """Of the rows behind a relation, which are ties."""
    return field.related_model._meta.get_field("citations")


def source_of(field):
    return citations_of(field).related_model._meta.get_field("source")


def name_of(field: Field | ForeignObjectRel) -> str:
    return capfirst(field.related_model._meta.verbose_name if field.one_to_many else field.verbose_name)  # type: ignore[return-value, union-attr]  # what leads to rows has no name


def between(old: Snapshot, new: Snapshot, words: Words) -> Iterator[Difference]:
    """What distinguishes two states, field by field, rows within the entry included."""
    for column in columns(words.model):
        yield from unequal(
            capfirst(column.verbose_name),
            column,
            old.columns.get(column.name),
            new.columns[column.name],
            words,
        )
    for name in words.model.versioned:
        field = words.model._meta.get_field(name)
        before, after = old.rows.get(name, []), new.rows.get(name, [])
        if field.many_to_many:
            yield from unequal(name_of(field), field, before, after, words)
        elif before != after:
            yield from between_rows(field, by_key(before), by_key(after), words)


def unequal(what, field, old, new, words):
    if old != new:
        yield Difference(what, words.text(field, old), words.text(field, new))


def by_key(rows):
    return {row["pk"]: row for row in rows}


def between_rows(field, old, new, words):
    for key in old | new:
        before, after = old.get(key), new.get(key)
        what = f"{name_of(field)}: {words.title(field, after or before)}"
        if before and after:
            yield from between_columns(what, field, before, after, words)
        else:
            yield Difference(
                what, words.row(field, before) if before else "", words.row(field, after) if after else ""
            )


def between_columns(what, field, before, after, words):
    for column in row_columns(field):
        yield from unequal(
            f"{what}, {column.verbose_name}", column, before[column.name], after[column.name], words
        )
    if is_cited(field) and before["citations"] != after["citations"]:
        texts = (
            "; ".join(words.cited(field, citation) for citation in row["citations"])
            for row in (before, after)
        )
        yield Difference(_("%(row)s, sources") % {"row": what}, *texts)
