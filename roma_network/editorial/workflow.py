"""The editorial workflow (moderation) of an entry: the steps, who may take them, and what must be there first."""

from dataclasses import dataclass
from typing import TypeVar

from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from roma_network.core.clean_text import clean_text
from roma_network.editorial import revisions
from roma_network.models import Editorial, Keyed, Status

AnyRow = TypeVar("AnyRow", bound=Keyed)


class Step(models.TextChoices):
    SUBMIT = "submit", gettext_lazy("Send for review")
    PUBLISH = "publish", gettext_lazy("Publish")
    SEND_BACK = "send_back", gettext_lazy("Send back")
    WITHDRAW = "withdraw", gettext_lazy("Withdraw")
    REOPEN = "reopen", gettext_lazy("Take up again")


@dataclass(frozen=True)
class Transition:
    starts: frozenset
    end: Status
    verb: str  # of the permission
    needs_reason: bool = False


RULES = {
    Step.SUBMIT: Transition(frozenset({Status.DRAFT}), Status.IN_REVIEW, "change"),
    Step.PUBLISH: Transition(
        frozenset({Status.DRAFT, Status.IN_REVIEW, Status.WITHDRAWN}), Status.PUBLISHED, "publish"
    ),
    Step.SEND_BACK: Transition(frozenset({Status.IN_REVIEW}), Status.DRAFT, "publish", needs_reason=True),
    Step.WITHDRAW: Transition(frozenset({Status.PUBLISHED}), Status.WITHDRAWN, "publish", needs_reason=True),
    Step.REOPEN: Transition(frozenset({Status.WITHDRAWN}), Status.DRAFT, "change"),
}


REASON_NEEDED = gettext_lazy("Give a reason: it is kept in the history.")


class RefusedError(Exception):
    """Why an entry stays as it is, in words for the curator."""


class IncompleteError(RefusedError):
    def __init__(self, gaps):
        text = _("It is not complete enough to be public: %(gaps)s")
        super().__init__(text % {"gaps": " ".join(map(str, gaps.values()))})
        self.gaps = gaps


def may(by: User, verb: str, entry: models.Model | type[models.Model]) -> bool:
    """Whether somebody holds the permission `verb` on entries like this one."""
    options = entry._meta
    return by.has_perm(f"{options.app_label}.{get_permission_codename(verb, options)}")


def steps_open(*, to: User, entry: Editorial) -> list[Step]:
    if entry.merged_into:
        return []
    return [step for step, rule in RULES.items() if entry.status in rule.starts and may(to, rule.verb, entry)]


@transaction.atomic
def take(*, step: Step, entry: Editorial, by: User, reason: str = "") -> Editorial:
    """Take one step in the life of an entry, and return the entry as it is then."""
    rule = RULES[step]
    if not may(by, rule.verb, entry):
        raise PermissionDenied
    entry = locked(entry)
    if entry.status not in rule.starts:
        raise RefusedError(_("It is “%(status)s” by now.") % {"status": entry.get_status_display()})
    if rule.needs_reason:
        check_reason(reason)
    if rule.end == Status.PUBLISHED and (gaps := entry.gaps()):
        raise IncompleteError(gaps)
    return changed(entry, by, reason, status=rule.end)


def check_reason(reason: str) -> None:
    """Refuse where there is none, or none that can be seen."""
    if not clean_text(reason):
        raise RefusedError(REASON_NEEDED)


@transaction.atomic
def verify(*, entry: Editorial, by: User, reason: str = "") -> Editorial:
    """Note that somebody has checked an entry against its sources today."""
    if not may(by, "change", entry):
        raise PermissionDenied
    entry = locked(entry)
    if not entry.citations.exists():  # type: ignore[attr-defined]  # each kind has its own
        raise RefusedError(_("It has no source to be checked against."))
    return changed(entry, by, reason, verified_on=localdate())


def locked(entry: AnyRow) -> AnyRow:
    """The entry as it stands, kept from others until the transaction ends."""
    if survivor := getattr(entry, "merged_into", None):  # ties are locked too, and never merged alone
        raise RefusedError(
            _("It was merged into “%(survivor)s”: undo that, or edit the other.") % {"survivor": survivor}
        )
    return type(entry).objects.select_for_update(no_key=True).get(pk=entry.pk)


def changed(entry, by, reason, **values):
    changes = revisions.RevisionRecorder(by=by, reason=reason)
    changes.watch(entry)
    for name, value in values.items():
        setattr(entry, name, value)
    entry.save_without_historical_record(update_fields=values)
    changes.record()
    return entry
