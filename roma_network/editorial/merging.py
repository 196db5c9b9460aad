"""Two entries made one, with all that leads to them; and the same undone.

Every write is noted in a journal, so that undoing needs to know nothing of what a merge does.
"""

from collections.abc import Iterable
from functools import reduce
from json import dumps, loads

from django.apps import apps
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from roma_network.core.partial_dates import PartialDateField
from roma_network.editorial import diff, revisions, workflow
from roma_network.editorial.workflow import RefusedError
from roma_network.models import Citation, Editorial, FactsField, Keyed, Merge, Status, loops, names_changed

LIFE = {"slug", "status", "published_at", "verified_on"}  # each entry keeps its own
PROSE = {"note"}  # columns in which two texts can stand beside one another


def choosable(model: type[Editorial]) -> list[models.Field]:
    """The columns for which somebody may choose whose value the survivor has."""
    return [column for column in revisions.columns(model) if column.name not in LIFE]


def ties(model: type[Editorial]) -> list[models.ForeignObject]:
    """Every column of the directory that leads to such rows, those of many-to-many tables included."""
    return [
        relation.field  # type: ignore[union-attr]  # only relations are left
        for relation in model._meta.get_fields(include_hidden=True)
        if relation.one_to_many
        and relation.auto_created
        and (issubclass(relation.related_model, Keyed) or relation.related_model._meta.auto_created)  # type: ignore[arg-type, union-attr]  # as above
    ]


def columns_once(model, field):
    """The columns that together occur once and have `field` among them."""
    sets = [
        constraint.fields
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
    ]
    sets.append(
        (field.name, *twins) if (twins := getattr(model, "twins", ())) and field.name not in twins else ()
    )
    return [set(names) for names in [*sets, *model._meta.unique_together] if field.name in names]


def plain(values):
    """As JSON gives them back."""
    return loads(dumps(values, cls=DjangoJSONEncoder))


def stored(model, key, names=None):
    """Attribute → value of a row, of all its columns or of some; None if it is not there."""
    names = names or [field.attname for field in model._meta.concrete_fields if not field.primary_key]
    return plain(model._default_manager.filter(pk=key).order_by().values(*names).first())


class Journal(list):
    """What was written: [model, key, what stood there, what stands there now], None where there was or is no row."""

    def change(self, model, keys, **values):
        rows = model._default_manager.filter(pk__in=keys).order_by()
        for row in plain(list(rows.values("pk", *values))):
            before = {name: row[name] for name in values}
            if before != plain(values):
                self.append([model._meta.label, row["pk"], before, plain(values)])
        rows.update(**values)

    def drop(self, row):
        model = type(row)
        self.append([model._meta.label, row.pk, stored(model, row.pk), None])
        row.delete()

    def add(self, row):
        row.save()
        self.append([row._meta.label, row.pk, None, stored(type(row), row.pk)])

    @classmethod
    def of(cls, merge):
        """As it was kept, with columns as they are called now."""
        return cls(
            [label, key, *(values and revisions.renamed(apps.get_model(label), values) for values in states)]
            for label, key, *states in merge.journal
        )

    def outcome(self):
        """(model, key) → what the row holds now as far as it was written, or None if it is gone."""
        found = {}
        for label, key, _before, after in self:
            held = found.get((label, key)) or {}
            found[label, key] = None if after is None else held | after
        return found


# Merging


@transaction.atomic
def merge(
    *, survivor: Editorial, old: Editorial, by: User, take: Iterable[str] = (), reason: str = ""
) -> Merge:
    """Give `survivor` all that leads to `old`, and of the columns in `take` the values of `old`.

    What both have becomes one, and nothing that only one says is lost: else it is refused, with the reason.
    """
    check_rights(by, survivor)
    loops.hold()
    survivor, old = locked_pair(survivor, old)
    check_pair(survivor, old)
    merging = Merging(survivor, old, revisions.RevisionRecorder(by=by, reason=reason))
    merging.run(set(take))
    model = type(survivor)
    record = model._meta.get_field("merge").related_model.objects.create(  # type: ignore[misc]  # each kind has its own
        old=old, survivor=survivor, by=by, names=merging.names, journal=merging.journal
    )
    refresh_search(merging.changes)
    merging.changes.record()
    return record


def check_rights(by, entry):
    if not (workflow.may(by, "publish", entry) and workflow.may(by, "change", entry)):
        raise PermissionDenied


def locked_pair(*entries):
    """In the order of their keys, so that two who merge the same pair the other way round do not wait for ever."""
    rows = {entry.pk: workflow.locked(entry) for entry in sorted(entries, key=lambda entry: entry.pk)}
    return [rows[entry.pk] for entry in entries]


def check_pair(survivor, old):
    if survivor.pk == old.pk:
        raise RefusedError(_("An entry cannot be merged with itself."))
    if survivor.status == Status.WITHDRAWN:
        raise RefusedError(_("What is withdrawn cannot take the place of another entry."))
    if old.is_published and not survivor.is_published:
        raise RefusedError(_("Only a published entry can take the place of a published one."))


class Merging:
    def __init__(self, survivor, old, changes):
        self.survivor, self.old, self.changes = survivor, old, changes
        self.model = type(survivor)
        self.journal, self.names = Journal(), []

    def run(self, take):
        self.changes.watch(self.survivor)
        self.changes.watch(self.old)
        before = [self.model.objects.get(pk=entry.pk) for entry in (self.survivor, self.old)]
        all_names = [name for entry in before for name in entry.searched_names()]
        self.fill_columns(take)
        for field in ties(self.model):
            self.move(field, self.old, self.survivor)
        self.check_cycles()
        for entry in before:
            for row in self.survivor.names_besides(entry):
                self.journal.add(row)
        own = self.model.objects.get(pk=self.survivor.pk).searched_names()
        self.names = [name for name in dict.fromkeys(all_names) if name and name not in own]
        self.journal.change(self.model, [self.old.pk], status=Status.WITHDRAWN)

    def fill_columns(self, take):
        values = {}
        for column in choosable(self.model):
            name = column.attname
            value = getattr(self.old if column.name in take else self.survivor, name)
            to_itself = column.related_model is self.model
            if to_itself and value in (self.survivor.pk, self.old.pk):
                other = getattr(self.old, name)
                value = None if other == self.survivor.pk else other
            values[name] = value
            setattr(self.survivor, name, value)
        # What leads to the old entry now leads to the survivor soon; what stands there is checked as it will be.
        clean(self.survivor)
        self.journal.change(self.model, [self.survivor.pk], **values)

    def move(self, field, old, new):
        """Have the rows whose `field` leads to `old` lead to `new`."""
        free = []
        for row in field.model._default_manager.filter(**{field.name: old}).order_by("pk"):
            self.watch(row)
            if row == new:
                self.journal.change(field.model, [row.pk], **{field.attname: None})
            elif self.would_lead_to_itself(row, field, new):
                self.drop(row)
            elif twin := twin_of(row, field, new):
                self.join(twin, row, field)
            else:
                free.append(row.pk)
        self.journal.change(field.model, free, **{field.attname: new.pk})

    def watch(self, row):
        if isinstance(row, Editorial):
            self.changes.watch(row)
        self.changes.watch_holders(row)

    def would_lead_to_itself(self, row, field, new):
        """Only a tie does: what an entry or another row leads to by several columns has nothing to do with one another."""
        ends = revisions.ends(type(row))
        others = [row._meta.get_field(name) for name in ends if field.name in ends and name != field.name]
        return any(
            other.related_model is field.related_model and getattr(row, other.attname) == new.pk
            for other in others
        )

    def join(self, twin, row, field):
        """Two rows that say the same of what is one now become one."""
        twice = reduce(set.union, columns_once(type(row), field))
        self.watch(twin)
        values = combined(twin, row, twice)
        for name, value in values.items():
            setattr(twin, name, value)
        if values:
            clean(twin)
            self.journal.change(type(twin), [twin.pk], **values)
        for tie in ties(type(row)):
            self.move(tie, row, twin)
        self.drop(row)

    def drop(self, row):
        for tie in ties(type(row)):
            for part in tie.model._default_manager.filter(**{tie.name: row}):
                self.drop(part)
        self.journal.drop(row)

    def check_cycles(self):
        for field, path in loops.circles(self.model, [self.survivor.pk]):
            raise RefusedError(loops.words(field, path))


def twin_of(row, field, new):
    for names in columns_once(type(row), field):
        same = {name: getattr(row, row._meta.get_field(name).attname) for name in names}
        if twin := type(row)._default_manager.filter(**same | {field.name: new.pk}).first():
            return twin
    return None


def combined(twin, row, same):
    """Attribute → value, where `row` says more than `twin`. `same` names the columns by which they are twins."""
    values, aside = checked_as_both(twin, row), []
    for column in revisions.columns(type(row)) if isinstance(row, Keyed) else ():
        mine, other = (getattr(each, column.attname) for each in (twin, row))
        if column.name in {*same, *LIFE, "checked_on"} or mine == other or is_empty(column, other):
            continue
        if is_empty(column, mine) or (isinstance(column, PartialDateField) and other.startswith(mine)):
            values[column.attname] = other
        elif column.name in PROSE:
            values[column.attname] = joined(mine, other)
        elif isinstance(column, FactsField):
            values[column.attname] = column.ordered([*mine, *other])
        elif not (isinstance(column, PartialDateField) and mine.startswith(other)):
            aside.append((column, mine, other))
    if aside:
        if "note" in same or "note" not in {column.name for column in revisions.columns(type(row))}:
            raise RefusedError(contradiction(row, aside))
        texts = [f"{column.verbose_name}: {column_in_words(column, other)}" for column, _mine, other in aside]
        note = values.get("note", twin.note)
        values["note"] = joined(note, _("also given as %(other)s") % {"other": ", ".join(texts)})
    return values


def checked_as_both(twin, row):
    """A citation that takes in the facts of another was checked when both were: not at all, where one was not."""
    if not isinstance(row, Citation) or twin.checked_on == row.checked_on:
        return {}
    return {"checked_on": min(twin.checked_on, row.checked_on)}


def contradiction(row, aside):
    column, mine, other = aside[0]
    return _(
        "Both have “%(row)s”, with different values (%(column)s): %(mine)s, %(other)s. Settle that first."
    ) % {
        "row": row,
        "column": column.verbose_name,
        "mine": column_in_words(column, mine),
        "other": column_in_words(column, other),
    }


def column_in_words(column, value):
    return diff.in_words(value, dict(column.flatchoices))


def is_empty(column, value):
    return value in (None, "") or (column.has_default() and value == column.get_default())


def joined(mine, other):
    """Two texts as one, without saying anything twice."""
    if not mine or mine in other:
        return other
    return mine if other in mine else f"{mine}; {other}"


def clean(row):
    try:
        row.full_clean()
    except ValidationError as error:
        raise RefusedError(f"{row}: {' '.join(error.messages)}") from error


def refresh_search(changes):
    """Of all entries that may have changed: the names of one are part of what others are found by."""
    watched = [entry for entry, *_rest in changes.before]
    for model in {type(entry) for entry in watched}:
        keys = [entry.pk for entry in watched if type(entry) is model]
        model.objects.filter(pk__in=keys).refresh_search()
        names_changed.send(model, keys=keys)


# Undoing


@transaction.atomic
def undo(*, merge: Merge, by: User, reason: str = "") -> None:
    """Have both entries again as they were. Refused if anything that the merge wrote was changed since."""
    check_rights(by, merge.survivor)
    loops.hold()
    model = type(merge.survivor)
    list(
        model.objects.select_for_update(no_key=True)
        .filter(pk__in=[merge.old_id, merge.survivor_id])
        .order_by("pk")
    )
    if not type(merge).objects.filter(pk=merge.pk).exists():  # type: ignore[attr-defined]  # no merge is of the base alone
        raise RefusedError(_("It is undone already."))
    if found := obstacles(merge):
        raise RefusedError(_("It cannot be undone: %(obstacles)s") % {"obstacles": " ".join(found)})
    journal = Journal.of(merge)
    changes = revisions.RevisionRecorder(by=by, reason=reason)
    for entry in (merge.survivor, merge.old):
        changes.watch(entry)
    watch_all(changes, journal)
    merge.delete()
    try:
        with transaction.atomic():
            for label, key, before, after in reversed(journal):
                take_back(apps.get_model(label), key, before, after)
            loops.refuse(model, [key for label, key, *_rest in journal if label == model._meta.label])
    except IntegrityError:
        raise RefusedError(_("It cannot be undone: something newer is in its place.")) from None
    refresh_search(changes)
    changes.record()


def take_back(model, key, before, after):
    rows = model._default_manager.filter(pk=key)
    if before is None:
        rows.delete()
    elif after is None:
        model._default_manager.bulk_create([model(pk=key, **before)])
    else:
        rows.update(**before)


def watch_all(changes, journal):
    for label, key, before, after in journal:
        model = apps.get_model(label)
        row = model(pk=key, **before) if after is None else model._default_manager.filter(pk=key).first()
        if isinstance(row, Editorial):
            changes.watch(row)
        elif row:
            changes.watch_holders(row)


def obstacles(merge: Merge) -> list[str]:
    """What keeps a merge from being undone, as sentences."""
    journal = Journal.of(merge)
    if survivor := merge.survivor.merged_into:
        values = {"entry": merge.survivor, "survivor": survivor}
        return [_("“%(entry)s” was itself merged into “%(survivor)s”: undo that first.") % values]
    outcome = journal.outcome()
    found = [
        text for (label, key), held in outcome.items() if (text := obstacle(apps.get_model(label), key, held))
    ]
    for label, _key, before, _after in journal:
        found += lost_targets(apps.get_model(label), before or {}, outcome)
    return list(dict.fromkeys(found))


def obstacle(model, key, held):
    """How a row differs from what the merge left there."""
    if held is None:
        return None  # keys are never given twice
    now = stored(model, key, list(held))
    name = model._meta.verbose_name
    if now is None:
        return _("A row was removed since (%(kind)s %(key)s).") % {"kind": name, "key": key}
    changed = [column for column in held if now[column] != held[column]]
    if not changed:
        return None
    columns = ", ".join(str(model._meta.get_field(column).verbose_name) for column in changed)
    row = model._default_manager.get(pk=key)
    return _("“%(row)s” was changed since (%(columns)s).") % {"row": row, "columns": columns}


def lost_targets(model, before, outcome):
    """Sentences on what must be there for a row to lead to it again."""
    for attname, value in before.items():
        related = model._meta.get_field(attname).related_model
        if related is None or value is None or (related._meta.label, value) in outcome:
            continue
        if not related._default_manager.filter(pk=value).exists():
            yield _("What it led to is gone (%(kind)s %(key)s).") % {
                "kind": related._meta.verbose_name,
                "key": value,
            }
