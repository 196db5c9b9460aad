"""An earlier version of an entry brought back, which is a change like any other."""

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from roma_network.editorial import diff, revisions, ties, workflow
from roma_network.editorial.diff import by_key
from roma_network.editorial.revisions import Snapshot
from roma_network.editorial.workflow import RefusedError
from roma_network.models import Editorial, Version

KEPT = {"slug", "status", "published_at", "verified_on"}  # of the life of an entry, not of its content


def target(entry: Editorial, version: Version) -> Snapshot:
    """The state of an entry once a version of it is restored."""
    now, then = revisions.state_of(entry), revisions.state_in(version)
    return Snapshot(then.columns | {name: now.columns[name] for name in KEPT}, then.rows)


@transaction.atomic
def restore(*, entry: Editorial, version: Version, by: User, reason: str = "") -> Editorial:
    """Bring back the content of a version, all or nothing. Status and public address stay as they are."""
    if not workflow.may(by, "change", entry):
        raise PermissionDenied
    entry = workflow.locked(entry)
    wanted = target(entry, version)
    if lost := diff.Words(type(entry), [wanted]).lost:
        raise RefusedError(_("It needs what is no longer there: %(lost)s.") % {"lost": ", ".join(lost)})
    if entry.is_published and not wanted.rows["citations"]:
        raise RefusedError(_("It has no source, which a published entry needs."))
    changes = revisions.RevisionRecorder(by=by, reason=reason)
    changes.watch(entry)
    restore_columns(entry, wanted)
    for name, rows in wanted.rows.items():
        if rows != revisions.rows_within(entry, name):
            restore_rows(entry, name, rows, changes)
    changes.record()
    return entry


def restore_columns(entry, wanted):
    for name, value in wanted.columns.items():
        setattr(entry, entry._meta.get_field(name).attname, value)
    try:
        entry.full_clean()
    except ValidationError as error:
        raise RefusedError(" ".join(error.messages)) from error
    entry.save_without_historical_record()


def restore_rows(entry, name, rows, changes):
    field = entry._meta.get_field(name)
    if field.many_to_many:
        getattr(entry, name).set(rows)
        return
    now, wanted = by_key(revisions.rows_within(entry, name)), by_key(rows)
    present = field.related_model.objects.filter(pk__in=now)
    if ties.are_guarded(field.related_model):
        if not may_write(changes.by, field.related_model):
            raise PermissionDenied
        gone = [row for row in present if is_taken_away(row, wanted.get(row.pk))]
        ties.check_removal(gone, by=changes.by, reason=changes.reason)
    for row in present:
        changes.watch_holders(row)
        if row.pk not in wanted:
            row.delete()
    for key, values in wanted.items():
        if values != now.get(key):
            restore_row(field, entry, values, changes)


def is_taken_away(tie, values):
    """Whether a tie goes, or leads elsewhere from now on."""
    if values is None:
        return True
    ends = [name for name in revisions.ends(type(tie)) if name in values]
    return any(getattr(tie, tie._meta.get_field(name).attname) != values[name] for name in ends)


def may_write(by, model):
    return all(workflow.may(by, verb, model) for verb in ("add", "change", "delete"))


def restore_row(field, entry, values, changes):
    model = field.related_model
    row = made(model, values, **{field.field.name: entry})
    changes.watch_holders(row)
    row.save()
    if "citations" in values:
        row.citations.exclude(pk__in=by_key(values["citations"])).delete()
        for citation in values["citations"]:
            made(row.citations.model, citation, subject=row).save()


def made(model, values, **owner):
    columns = {
        model._meta.get_field(name).attname: value
        for name, value in values.items()
        if name not in ("pk", "citations")
    }
    return model(pk=values["pk"], **columns, **owner)
