"""Versions of entries, each with all that the form of the entry shows: columns, links and rows.

django-simple-history keeps the columns, in a table beside that of the entry. Rows within the entry are kept
with them as JSON, since a table for each kind of row would cost 121 rows where ROMACT changes one word.
"""

from hashlib import blake2b
from json import dumps
from typing import NamedTuple

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.utils import timezone
from simple_history.signals import pre_create_historical_record

from roma_network.models import DERIVED, Editorial


class State(NamedTuple):
    """An entry at one time. `rows` maps links to lists of keys, and rows within the entry to lists of dicts."""

    columns: dict
    rows: dict

    @property
    def token(self):
        """A digest: what a form was opened on, and whether that still stands."""
        text = dumps(self, cls=DjangoJSONEncoder, sort_keys=True)
        return blake2b(text.encode(), digest_size=12).hexdigest()


NEW = State({}, {})
MOST_VERSIONS = 50  # saved while one form stood open


def state_of(entry, *, lock=False):
    """What the database holds of an entry. `lock` keeps its rows from others until the transaction ends."""
    return State(columns_of(entry), {name: rows_of(entry, name, lock) for name in entry.versioned})


def state_in(version):
    return State(columns_of(version), version.rows)


def version_with(entry, token):
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


def rows_of(entry, name, lock=False):
    field = entry._meta.get_field(name)
    if field.many_to_many:
        return list(getattr(entry, name).order_by("pk").values_list("pk", flat=True))
    rows = field.related_model.objects.filter(**{field.field.name: entry}).order_by("pk")
    if lock:
        rows = rows.select_for_update(no_key=True)
    found = list(rows.values("pk", *(column.name for column in row_columns(field))))
    return with_citations(found, field, entry) if is_tie(field) else found


def row_columns(field):
    """The columns of the rows behind a relation, without the one that leads to their entry."""
    return [column for column in columns(field.related_model) if column != field.field]


def is_tie(field):
    """Whether rows behind this relation have sources of their own."""
    return any(relation.name == "citations" for relation in field.related_model._meta.related_objects)


def with_citations(rows, field, entry):
    citations = field.related_model._meta.get_field("citations").related_model.objects
    cited = {row["pk"]: [] for row in rows}
    found = citations.filter(**{f"subject__{field.field.name}": entry}).order_by("pk")
    for citation in found.values("pk", "subject", "source", "supports"):
        if citation["subject"] in cited:
            cited[citation.pop("subject")].append(citation)
    return [{**row, "citations": cited[row["pk"]]} for row in rows]


# Writing


class Changes:
    """Entries that may be about to change, and then a version of each that did."""

    def __init__(self, *, by, reason=""):
        self.by, self.reason = by, reason
        self.before = []

    def watch(self, entry, state=None):
        """To be called before the first change; of a new entry, with the state `NEW`."""
        if state or entry not in [watched for watched, *_ in self.before]:
            self.before.append((entry, state or state_of(entry), entry.updated_at))

    def watch_holders(self, row):
        """Watch the entries that a row belongs to, of which a tie has two."""
        for column in row._meta.concrete_fields:
            leads_to_entry = column.remote_field and issubclass(column.related_model, Editorial)
            if leads_to_entry and (holder := getattr(row, column.name)):
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


def write(entry, state, *, kind, by=None, reason="", at=None):
    columns = {entry._meta.get_field(name).attname: value for name, value in state.columns.items()}
    return entry.history.model.objects.create(
        id=entry.pk,
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
