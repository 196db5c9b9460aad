"""Edit conflicts (optimistic locking, three-way merge): two people edited one form, and one was first to save. The other
gets a form with the changes of both."""

import re
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms import MultipleChoiceField
from django.utils.translation import gettext as _

from roma_network.editorial import diff
from roma_network.editorial.diff import by_key, in_words, name_of

OWN = {"version", "reason", "tie_source"}  # fields of the form that are not of the entry


class Clash(NamedTuple):
    what: str
    theirs: str
    yours: str
    is_yours_kept: bool


class ThreeWayMerge:
    """What was sent (`data`, to be changed in place) against what stands now.

    `base` is the state that the form was opened on, or None where nobody knows: then all that differs counts as
    changed by both. Where one of the two changed a field, that change stands; where both did, the one that was sent.
    """

    def __init__(self, data, base, now, model):
        self.data, self.base, self.now = data, base, now
        self.model = model
        self.words = diff.Words(model, [state for state in (base, now) if state])
        self.clashes = []

    def form(self, form):
        for name, value in self.values(self.now).items():
            field = self.model._meta.get_field(name)
            before = self.values(self.base)[name] if self.base else None
            what = name_of(field)
            if name in form.fields:
                key = form.add_prefix(name)
                kept = self.settle(what, field, form.fields[name], key, before, value)
                if kept is not None:
                    self.data.setlist(key, kept)
            elif self.base and before != value:
                texts = self.words.text(field, value), self.words.text(field, before)
                self.clashes.append(Clash(what, *texts, is_yours_kept=False))

    def values(self, state):
        """Columns and links, by the names that a form has for them."""
        links = {
            name: keys for name, keys in state.rows.items() if self.model._meta.get_field(name).many_to_many
        }
        return state.columns | links

    def settle(self, what, field, box, key, before, value):
        """Compare one field, and return what to put into the form instead of what was sent, if anything."""
        sent = box.widget.value_from_datadict(self.data, {}, key)
        if not box.has_changed(value, sent):
            return None
        is_yours_kept = not self.base or box.has_changed(before, sent)
        texts = self.words.text(field, value), typed_text(box, sent)
        self.clashes.append(Clash(what, *texts, is_yours_kept))
        return None if is_yours_kept else sendable(value)

    # Rows within the entry

    def formset(self, formset):
        prefix = formset.prefix
        field = self.model._meta.get_field(prefix)
        boxes = {
            name: box
            for name, box in formset.empty_form.fields.items()
            if name not in ("id", "DELETE", formset.fk.name)
        }
        now = by_key(self.now.rows[prefix])
        base = by_key(self.base.rows[prefix]) if self.base else now
        kept, added = [], []
        for row in self.take_rows(prefix):
            key = int(row["id"][-1]) if row.get("id", [""])[-1].isdigit() else None
            if key in now:
                kept.append(self.settle_row(field, boxes, row, base.get(key, now[key]), now[key]))
            elif key in base:
                added += self.row_removed_by_them(field, boxes, row, base[key])
            elif key is None:
                added.append(row)
        sent = {row["id"][-1] for row in kept}
        kept += [
            self.row_added_by_them(field, boxes, row) for key, row in now.items() if str(key) not in sent
        ]
        self.put_rows(prefix, kept, added)

    def take_rows(self, prefix):
        """Take the rows of a formset out of the data: lists of values under the names of their fields."""
        rows = {}
        for key in list(self.data):
            if match := re.fullmatch(rf"{re.escape(prefix)}-(\d+)-(\w+)", key):
                rows.setdefault(int(match[1]), {})[match[2]] = self.data.pop(key)
        return [rows[number] for number in sorted(rows)]

    def put_rows(self, prefix, kept, added):
        self.data[f"{prefix}-INITIAL_FORMS"] = len(kept)
        self.data[f"{prefix}-TOTAL_FORMS"] = len(kept) + len(added)
        for number, row in enumerate(kept + added):
            for name, values in row.items():
                self.data.setlist(f"{prefix}-{number}-{name}", values)

    def settle_row(self, field, boxes, row, before, now):
        what = f"{name_of(field)}: {self.words.title(field, now)}"
        for name, box in boxes.items():
            if is_sent(box, name, row):
                key = f"{field.name}-{name}"  # of no field that the page has
                self.data.setlist(key, row.get(name, []))
                column = field.related_model._meta.get_field(name)
                title = f"{what}, {column.verbose_name}"
                put = self.settle(title, column, box, key, before[name], now[name])
                if put is not None:
                    row[name] = put
                del self.data[key]
        if "DELETE" in row:
            self.clashes.append(Clash(what, self.words.row(field, now), _("removed"), is_yours_kept=True))
        return row

    def row_added_by_them(self, field, boxes, row):
        what = f"{name_of(field)}: {self.words.title(field, row)}"
        self.clashes.append(Clash(what, self.words.row(field, row), "", is_yours_kept=False))
        return {"id": [str(row["pk"])]} | {name: sendable(row[name]) for name in boxes if name in row}

    def row_removed_by_them(self, field, boxes, row, before):
        """It comes back as a new row if something was changed in it, and goes if not."""
        unticked = {name: [] for name, box in boxes.items() if is_sent(box, name, row)}
        kept = {name: sendable(before[name]) for name in boxes if name in before}
        filled = kept | unticked | row | {"id": [""]}
        changed = "DELETE" not in row and any(
            box.has_changed(before[name], sent_for(box, filled.get(name, [])))
            for name, box in boxes.items()
            if is_sent(box, name, row) and name in before
        )
        what = f"{name_of(field)}: {self.words.title(field, before)}"
        self.clashes.append(Clash(what, _("removed"), self.words.row(field, before), is_yours_kept=changed))
        return [filled] if changed else []


def is_sent(box, name, row):
    """Of boxes to tick a browser sends only those that are ticked."""
    return name in row or isinstance(box, MultipleChoiceField)


def sent_for(box, values):
    return values if isinstance(box, MultipleChoiceField) else values[-1]


def sendable(value):
    """A value as a browser sends it."""
    if isinstance(value, list):
        return [str(key) for key in value]
    return [] if value is False else ["on" if value is True else "" if value is None else str(value)]


def typed_text(box, sent):
    """What somebody typed or chose, in words."""
    try:
        value = box.clean(sent)
    except ValidationError:
        value = sent
    if value is None or isinstance(value, Model):
        return str(value or "")
    values = value if isinstance(value, (list, QuerySet)) else [value]
    labels = {} if isinstance(value, QuerySet) else dict(getattr(box, "choices", ()))
    return ", ".join(in_words(each, labels) for each in values)
