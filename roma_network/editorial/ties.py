"""Links between two entries: their sources, without which readers see none; and who may take away such links, money and
mandates: public ones only who may publish, and says why."""

from collections.abc import Collection

from django.contrib.auth.models import User
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from roma_network.core.batches import batches
from roma_network.editorial import revisions, workflow
from roma_network.editorial.workflow import RefusedError
from roma_network.export.columns import table_of
from roma_network.models import Editorial, Keyed, Slugged, Source

NAMED = 5  # of those that were refused


def is_public(tie: Keyed) -> bool:
    return all(entry.is_published for entry in revisions.holders(tie))


def may_remove(by: User, tie: Keyed) -> bool:
    """Whether somebody who may delete such rows at all may delete this one."""
    return not is_public(tie) or all(workflow.may(by, "publish", entry) for entry in revisions.holders(tie))


def are_guarded(model: type[models.Model]) -> bool:
    """Whether rows of an entry are more than a part of it: links to another, or known by a slug of their own."""
    return revisions.is_tie(model) or issubclass(model, Slugged)


def check_right(ties: Collection[Keyed], by: User) -> None:
    if refused := [tie for tie in ties if not may_remove(by, tie)]:
        named = "; ".join(map(str, refused[:NAMED])) + (" …" if refused[NAMED:] else "")
        text = _("Nothing was deleted. What is public is deleted by publishers alone: %s")
        raise RefusedError(text % named)


def needs_reason(ties: Collection[Keyed]) -> bool:
    return any(map(is_public, ties))


def check_removal(ties: Collection[Keyed], *, by: User, reason: str) -> None:
    check_right(ties, by)
    if needs_reason(ties):
        workflow.check_reason(reason)


@transaction.atomic
def remove(*, ties: Collection[Keyed], by: User, reason: str = "") -> None:
    """Delete all of these, or none."""
    check_removal(ties, by=by, reason=reason)
    changes, linked = revisions.BulkRevisionRecorder(by=by, reason=reason), linked_by(ties)
    for model, keys in linked.items():
        changes.watch(model, keys)
    for batch in batches(ties):
        type(batch[0]).objects.filter(pk__in=[tie.pk for tie in batch]).delete()
    for model, keys in linked.items():
        changed = changes.record(model, keys)
        model.objects.filter(pk__in=changed).update(updated_at=timezone.now())


def linked_by(ties):
    """Model → keys of the entries that these ties link."""
    found = {}
    for tie in ties:
        for entry in revisions.holders(tie):
            found.setdefault(type(entry), set()).add(entry.pk)
    return found


# Their sources


def kinds(model: type[Editorial]) -> list[models.Field]:
    """The relations by which entries have rows that need a source."""
    fields = [model._meta.get_field(name) for name in model.versioned]
    return [field for field in fields if getattr(field.related_model, "needs_source", False)]  # type: ignore[misc]


def without_source(entry: Editorial) -> list[Keyed]:
    """The rows of an entry that readers do not see, since nothing is cited for them."""
    found: list[Keyed] = []
    for field in kinds(type(entry)):
        owner = field.field.name  # type: ignore[attr-defined]  # relations from their other end
        rows = field.related_model.objects.filter(**{owner: entry}, citations=None)  # type: ignore[union-attr]
        found += rows.order_by("pk")
    return found


@transaction.atomic
def cite(ties: Collection[Keyed], source: Source) -> None:
    """Have a source back that each of these is so: as what it is known by first, its role or kind."""
    for tie in ties:
        fact = next(iter(table_of(type(tie)).facts))
        tie.citations.create(source=source, facts=[fact])  # type: ignore[attr-defined]  # what needs a source has citations
