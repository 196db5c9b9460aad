"""Revisions (version history, the audit trail): versions of entries, each with all that the form of the entry shows: columns, links and rows.

django-simple-history keeps the columns, in a table beside that of the entry. Rows within the entry are kept
with them as JSON, since a table for each kind of row would cost 121 rows where ROMACT changes one word.
"""

from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from json import dumps
from typing import NamedTuple

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Max, Model
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.utils import timezone
from simple_history.signals import pre_create_historical_record

from roma_network.core.batches import BATCH, batches
from roma_network.export.records import required_ends
from roma_network.models import DERIVED, Editorial, Keyed, Version


class Snapshot(NamedTuple):
    """An entry at one time. `rows` maps links to lists of keys, and rows within the entry to lists of dicts."""

    columns: dict
    rows: dict

    @property
    def token(self):
        """A digest: what a form was opened on, and whether that still stands."""
        text = dumps(self, cls=DjangoJSONEncoder, sort_keys=True)
        return blake2b(text.encode(), digest_size=12).hexdigest()


NEW = Snapshot({}, {})
CITED = ("source", "facts", "note", "checked_on")  # of the citations of a tie
MOST_VERSIONS = 50  # saved while one form stood open


def state_of(entry: Keyed, *, lock: bool = False) -> Snapshot:
    """What the database holds of an entry. `lock` keeps its rows from others until the transaction ends."""
    return Snapshot(columns_of(entry), {name: rows_within(entry, name, lock) for name in entry.versioned})


def state_in(version: Version) -> Snapshot:
    """With rows as they would be written now: columns may have been renamed since, or added."""
    model = version.instance_type
    rows = {name: modern(model._meta.get_field(name), rows) for name, rows in version.rows.items()}
    return Snapshot(columns_of(version), rows)


def modern(field, rows):
    return rows if field.many_to_many else [modern_row(field, row) for row in rows]


def modern_row(field, row):
    model = field.related_model
    empty = {column.name: column.get_default() for column in row_columns(field)}
    row = empty | renamed(model, row)
    if "citations" in row:
        row["citations"] = modern(model._meta.get_field("citations"), row["citations"])
    return row


def renamed(model, values):
    """Of a row on record, its values by what its columns are called now."""
    former = getattr(model, "former_names", {})
    return {former.get(name, name): value for name, value in values.items()}


def version_with(entry: Keyed, token: str) -> Snapshot | None:
    """The state of the entry, among those on record, that a form was opened on; None if there is none."""
    states = map(state_in, entry.history.all()[:MOST_VERSIONS]) if hasattr(entry, "history") else ()
    return next((state for state in states if state.token == token), None)


def columns(model):
    return [
        field for field in model._meta.concrete_fields if not field.primary_key and field.name not in DERIVED
    ]


def columns_of(entry):
    """Works for an entry and for a version of one."""
    model = getattr(entry, "instance_type", type(entry))
    return {field.name: getattr(entry, field.attname) for field in columns(model)}


def rows_within(entry, name, lock=False):
    field = entry._meta.get_field(name)
    if field.many_to_many:
        return list(getattr(entry, name).order_by("pk").values_list("pk", flat=True))
    rows = field.related_model.objects.filter(**{field.field.name: entry}).order_by("pk")
    if lock:
        rows = rows.select_for_update(no_key=True)
    found = list(rows.values("pk", *(column.name for column in row_columns(field))))
    return with_citations(found, field, entry) if is_cited(field) else found


def row_columns(field):
    """The columns of the rows behind a relation, without the one that leads to their entry."""
    return [column for column in columns(field.related_model) if column != field.field]


def is_cited(field):
    """Whether rows behind this relation have sources of their own."""
    return any(relation.name == "citations" for relation in field.related_model._meta.related_objects)


def with_citations(rows, field, entry):
    citations = field.related_model._meta.get_field("citations").related_model.objects
    cited = {row["pk"]: [] for row in rows}
    found = citations.filter(**{f"subject__{field.field.name}": entry}).order_by("pk")
    for citation in found.values("pk", "subject", *CITED):
        if citation["subject"] in cited:
            cited[citation.pop("subject")].append(citation)
    return [{**row, "citations": cited[row["pk"]]} for row in rows]


def ends(model: type[Model]) -> list[str]:
    """The columns by which a row leads to the entries that it belongs to: a tie has two."""
    return [end.name for end in required_ends(model)]


def is_tie(model: type[Model]) -> bool:
    return len(ends(model)) > 1


def holders(row: Model) -> Iterator[Editorial]:
    """The entries that a row belongs to."""
    return filter(None, (getattr(row, name) for name in ends(type(row))))


# Of many entries at once


def states_of(model, keys):
    """Key → state, as `state_of` tells it, with a few queries for each batch."""
    found = {}
    for batch in batches(keys):
        entries = model.objects.in_bulk(batch)
        states = {key: Snapshot(columns_of(entry), {}) for key, entry in entries.items()}
        for name in model.versioned:
            rows = rows_within_each(model._meta.get_field(name), list(states))
            for key, state in states.items():
                state.rows[name] = rows.get(key, [])
        found |= states
    return found


def rows_within_each(field, keys):
    """Key of an entry → what `rows_of` tells of it."""
    found = {}
    if field.many_to_many:
        through = field.remote_field.through.objects
        names = (field.m2m_field_name(), field.m2m_reverse_field_name())
        pairs = through.filter(**{f"{names[0]}__in": keys}).order_by(f"{names[1]}__pk").values_list(*names)
        for key, target in pairs:
            found.setdefault(key, []).append(target)
        return found
    columns = ["pk", field.field.name, *(column.name for column in row_columns(field))]
    rows = field.related_model.objects.filter(**{f"{field.field.name}__in": keys}).order_by("pk")
    rows = list(rows.values(*columns))
    if is_cited(field):
        cited = {row["pk"]: row.setdefault("citations", []) for row in rows}
        citations = field.related_model._meta.get_field("citations").related_model.objects
        of_these = citations.filter(**{f"subject__{field.field.name}__in": keys}).order_by("pk")
        for citation in of_these.values("pk", "subject", *CITED):
            cited[citation.pop("subject")].append(citation)
    for row in rows:
        found.setdefault(row.pop(field.field.name), []).append(row)
    return found


class BulkRevisionRecorder:
    """What `Changes` is to some entries, to thousands. Entries are named by model and key."""

    def __init__(self, *, by, reason=""):
        self.by, self.reason = by, reason
        self.before = {}

    def watch(self, model, keys):
        """To be called before the first change; keys that come later are of new entries."""
        self.before.setdefault(model, {}).update(states_of(model, keys))

    def record(self, model, keys):
        """Write a version of each of these entries that changed, and return the keys of those that did."""
        before, after = self.before.get(model, {}), states_of(model, keys)
        changed = [key for key, state in after.items() if state != before.get(key)]
        for batch in batches(changed):
            model.history.model.objects.bulk_create(self.versions(model, batch, before, after))
        gone = [
            self.last_version(model, key, before[key]) for key in keys if key in before and key not in after
        ]
        model.history.model.objects.bulk_create(gone, batch_size=BATCH)
        return changed

    def last_version(self, model, key, before):
        state = Snapshot(before.columns, {name: [] for name in model.versioned})
        return version(model, key, state, kind="-", by=self.by, reason=self.reason)

    def versions(self, model, keys, before, after):
        last = last_states(model, keys)
        dates = dict(model.objects.filter(pk__in=keys).values_list("pk", "updated_at"))
        old = [key for key in keys if key in before and last.get(key) != before[key]]
        kept = [
            version(model, key, before[key], kind="~" if key in last else "+", at=dates[key]) for key in old
        ]
        written = {"by": self.by, "reason": self.reason}
        return kept + [
            version(model, key, after[key], kind="~" if key in before else "+", **written) for key in keys
        ]


def last_states(model, keys):
    """Key → the state on record that was written last, of those that have one."""
    versions = model.history.model.objects.filter(id__in=keys)
    numbers = versions.order_by().values("id").annotate(last=Max("history_id")).values("last")
    return {row.id: state_in(row) for row in versions.filter(history_id__in=numbers)}


# Writing


class RevisionRecorder:
    """Entries that may be about to change, and then a version of each that did."""

    def __init__(self, *, by, reason=""):
        self.by, self.reason = by, reason
        self.before = []

    def watch(self, entry, state=None):
        """To be called before the first change; of a new entry, with the state `NEW`."""
        if state or entry not in [watched for watched, *_ in self.before]:
            self.before.append((entry, state or state_of(entry), entry.updated_at))

    def watch_holders(self, row):
        for holder in holders(row):
            self.watch(holder)

    @transaction.atomic
    def record(self):
        """The entries that changed."""
        changed = []
        for entry, before, at in self.before:
            entry.refresh_from_db()
            after = state_of(entry)
            if after != before:
                changed.append(entry)
                if before.columns:
                    keep(entry, before, at)
                    type(entry).objects.filter(pk=entry.pk).update(updated_at=timezone.now())
                write(entry, after, kind="~" if before.columns else "+", by=self.by, reason=self.reason)
        return changed


def write(entry, state, **details):
    found = version(type(entry), entry.pk, state, **details)
    found.save()
    return found


@cache
def version_model(model):
    """simple_history makes a class of managers each time that it is asked for `history`."""
    return model.history.model


def version(model, key, state, *, kind, by=None, reason="", at=None):
    columns = {model._meta.get_field(name).attname: value for name, value in state.columns.items()}
    return version_model(model)(
        id=key,
        **columns,
        rows=state.rows,
        history_type=kind,
        history_user=by,
        history_change_reason=reason,
        history_date=at or timezone.now(),
    )


def keep(entry, state, at):
    """What stood before a change, if it is not on record: fixtures and writes in sets leave no version."""
    last = entry.history.first()
    if last is None or state_in(last) != state:
        write(entry, state, kind="~" if last else "+", at=at)


@receiver(pre_save)
def keep_what_a_save_overwrites(sender, instance, raw, **kwargs):
    recorded = isinstance(instance, Editorial) and not raw and not instance._state.adding
    if recorded and not hasattr(instance, "skip_history_when_saving") and not instance.history.exists():
        stored = sender.objects.get(pk=instance.pk)
        keep(stored, state_of(stored), stored.updated_at)


@receiver(pre_create_historical_record)
def keep_rows(instance, history_instance, **kwargs):
    """For changes that come by `save` rather than through a form."""
    if history_instance.history_type == "~":
        history_instance.rows = state_of(instance).rows
    else:
        history_instance.rows = {name: [] for name in instance.versioned}
