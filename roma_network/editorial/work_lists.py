"""What entries may lack: the work lists of curators, and the figures of the dashboard."""

from calendar import monthrange
from datetime import date
from functools import reduce
from operator import or_

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, TextChoices
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from roma_network.editorial import ties
from roma_network.export.columns import table_of
from roma_network.models import Contradiction, Editorial, Link, Status, url_fields


class Worklist(TextChoices):
    DUE = "due", _("To be verified again")
    NEVER = "never", _("Never verified")
    BROKEN = "broken", _("Broken links")
    NO_SOURCE = "no-source", _("No source")
    NO_FACT = "no-fact", _("A source that names no fact")
    NO_COORDINATES = "no-coordinates", _("No coordinates")
    NO_SUMMARY = "no-summary", _("No summary")
    DOUBT = "doubt", _("Open question")
    BARE_TIE = "bare-tie", _("Links without a source")
    CONTRADICTION = "contradiction", _("Contradictions")


def condition(worklist: str, model: type[Editorial]) -> Q | None:
    """What puts an entry on a work list. None where entries of this kind have no such field."""
    names = {field.name for field in model._meta.get_fields()}
    if worklist == Worklist.DUE:
        return Q(verified_on__lte=due_before())
    if worklist == Worklist.DOUBT:
        return ~Q(doubt="")
    if worklist == Worklist.BARE_TIE:
        return reduce(or_, map(bare_ties, ties.kinds(model))) if ties.kinds(model) else None
    if worklist == Worklist.CONTRADICTION:
        return Q(slug__in=Contradiction.objects.unexplained(table_of(model)).values("entry"))
    if worklist == Worklist.NEVER:
        return Q(verified_on=None)
    citations = model._meta.get_field("citations").related_model.objects  # type: ignore[misc]  # each kind has its own
    if worklist == Worklist.NO_SOURCE:
        return ~Q(Exists(citations.filter(subject=OuterRef("pk"))))
    if worklist == Worklist.NO_FACT:
        return Q(Exists(citations.filter(subject=OuterRef("pk"), facts=[])))
    if worklist == Worklist.BROKEN:
        return links_to_the_dead(model, citations)
    if worklist == Worklist.NO_COORDINATES and "latitude" in names:
        return Q(latitude=None)
    return Q(summary="") if worklist == Worklist.NO_SUMMARY and "summary" in names else None


def bare_ties(field):
    """That an entry has rows which need a source and have none."""
    rows = field.related_model.objects.filter(**{field.field.name: OuterRef("pk")}, citations=None)
    return Q(Exists(rows))


def links_to_the_dead(model, citations):
    """That an entry, or one of its sources, has an address that does not work any more."""
    dead = Link.objects.dead().values("url")
    found = Q(pk__in=citations.filter(source__url__in=dead).values("subject"))
    return reduce(or_, (Q(**{f"{name}__in": dead}) for name in url_fields(model)), found)


def conditions(model: type[Editorial]) -> dict[Worklist, Q]:
    """The work lists that a kind of entry has, and what puts one on each."""
    found = {worklist: condition(worklist, model) for worklist in Worklist}
    return {worklist: each for worklist, each in found.items() if each is not None}


def worklists(model: type[Editorial]) -> list[Worklist]:
    return list(conditions(model))


def on(worklist: str, entries: QuerySet) -> QuerySet:
    """The entries on a work list. What is withdrawn needs no work."""
    return entries.filter(condition(worklist, entries.model)).exclude(status=Status.WITHDRAWN)


def due_before() -> date:
    """Whoever was verified on this day or before is due again."""
    return months_before(localdate(), settings.VERIFY_AFTER_MONTHS)


def months_before(day, months):
    """The same day of an earlier month, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
