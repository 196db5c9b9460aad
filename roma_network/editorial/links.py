"""The links of the directory: which there are, what `check_links` found, and what readers are told of that."""

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.functional import SimpleLazyObject
from django.utils.timezone import now

from roma_network.models import ContentVersion, Editorial, Link, Source, Status, url_fields

if TYPE_CHECKING:
    from roma_network.editorial.link_checker import LinkOutcome

LinkState = Link.State

REST = timedelta(hours=20)  # after a check, so that a daily run may start a little earlier than yesterday's


# What there is to check, and what was found


def in_use():
    """Every address that the directory gives, but for those of withdrawn entries."""
    found = set(Source.objects.values_list("url", flat=True))
    for model in filter(lambda model: issubclass(model, Editorial), apps.get_models()):
        living = model.objects.exclude(status=Status.WITHDRAWN).order_by()
        for name in url_fields(model):
            found.update(living.values_list(name, flat=True))
    return found - {""}


@transaction.atomic
def register() -> None:
    """Take up the addresses that came since the last run, and drop those that are gone."""
    wanted, known = in_use(), set(Link.objects.values_list("url", flat=True))
    Link.objects.bulk_create([Link(url=url) for url in sorted(wanted - known)], batch_size=500)
    gone = sorted(known - wanted)
    for start in range(0, len(gone), 500):
        Link.objects.filter(url__in=gone[start : start + 500]).delete()


def waiting() -> list[str]:
    """The addresses to ask for now, those first that were never asked for or longest ago."""
    rested = Q(checked_at=None) | Q(checked_at__lt=now() - REST)
    links = Link.objects.filter(rested).order_by(F("checked_at").asc(nulls_first=True), "url")
    return list(links.values_list("url", flat=True))


@transaction.atomic
def record(outcome: "LinkOutcome") -> None:
    """Note an outcome. The content version rises if readers see a difference."""
    link = Link.objects.select_for_update().filter(url=outcome.url).first()
    if link is None or (link.checked_at and link.checked_at >= now() - REST):
        return  # another run was faster
    was_dead = link.is_dead
    link.state, link.status, link.moved_to = outcome.state, outcome.status, outcome.moved_to
    link.checked_at = now()
    if outcome.state == LinkState.WORKS:
        link.failures, link.worked_at = 0, link.checked_at
    elif outcome.state != LinkState.UNCLEAR:
        link.failures += 1
    link.save()
    if link.is_dead != was_dead:
        ContentVersion.bump()


# What readers are told


@lru_cache(maxsize=1)
def dead(version):
    """The addresses that have not worked for some runs, read once for each content version."""
    return frozenset(Link.objects.dead().values_list("url", flat=True))


def dead_of(entry: Editorial) -> QuerySet[Link]:
    """The links of an entry and of its sources that do not work any more."""
    given = [getattr(entry, name) for name in url_fields(type(entry))]
    cited = entry.citations.values("source__url")  # type: ignore[attr-defined]  # each kind has its own
    return Link.objects.dead().filter(Q(url__in=given) | Q(url__in=cited)).order_by("url")


def for_templates(request):
    """A context processor: `dead_links`, a set that is read when a template looks into it."""

    def read():
        return dead(getattr(request, "content_version", None) or ContentVersion.current())

    return {"dead_links": SimpleLazyObject(read)}
