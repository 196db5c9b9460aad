"""What facts of an initiative, of who takes part and of documents say against one another: see
`roma_network.editorial.consistency`.
"""

import re
from collections import defaultdict

from django.db.models import Exists, F, OuterRef, Sum
from django.utils.translation import gettext_lazy as _

from initiatives.models import Document, DocumentKind, Funding, Initiative, Participation, Role
from initiatives.querysets import MOMENTS
from roma_network.core.partial_dates import is_before
from roma_network.editorial.consistency import CIRCLE, find_circles, rule, span
from roma_network.models import Status, loops
from stakeholders.models import Actor

YEAR = r"((?:19|20)\d\d)\b"
ENDING = re.compile(
    rf"\b(?:until|till|ended|stopped|ceased|closed|ran to|left)\b[^.;]{{0,60}}?\b{YEAR}", re.IGNORECASE
)
SPAN = re.compile(rf"\b{YEAR}\s?[-–]\s?{YEAR}")
LOOKING_ON = {Role.FUNDER, Role.MONITOR}  # roles that say nothing of where an initiative takes place
# What is written of something that was there already; strategies, proposals and declarations come first.
LOOKING_BACK = [DocumentKind.REPORT, DocumentKind.STUDY, DocumentKind.GUIDE, DocumentKind.WEBSITE]

rule("circle", Initiative, CIRCLE)(find_circles)


def living():
    return Initiative.objects.exclude(status=Status.WITHDRAWN)


def ties_of(entries):
    ties = Participation.objects.filter(initiative__in=entries).exclude(actor__status=Status.WITHDRAWN)
    return ties.select_related("initiative", "actor", "actor__country").order_by("actor__slug")


@rule(
    "countries",
    Initiative,
    _("Its countries are %(countries)s, and %(actor)s of %(country)s takes part (%(role)s)."),
)
def countries_lack_one(entries):
    """Where it names countries: not that of who pays or looks on."""
    countries = defaultdict(dict)
    through = Initiative.countries.through.objects.filter(initiative__in=entries).select_related("country")
    for link in through.order_by("country"):
        countries[link.initiative_id][link.country_id] = link.country.name
    ties = ties_of(entries).filter(actor__country__isnull=False, initiative__in=list(countries))
    for tie in ties.exclude(role__in=LOOKING_ON):
        named = countries[tie.initiative_id]
        if tie.actor.country_id not in named:
            yield (
                tie.initiative_id,
                {
                    "countries": ", ".join(named.values()),
                    "actor": tie.actor.name,
                    "country": tie.actor.country.name,
                    "role": str(tie.get_role_display()),
                },
            )


@rule(
    "predecessor",
    Initiative,
    _("%(follower)s, which began in %(start)s, follows it, and no end is given for it."),
)
def followed_without_an_end(entries):
    """A policy ends with its follower, and what is of one moment with that."""
    open_ones = entries.filter(end="").exclude(kind__in=["policy_framework", *MOMENTS])
    followers = living().filter(follows__in=open_ones).exclude(start="")
    for row in followers.order_by("start", "slug"):
        yield row.follows_id, {"follower": row.name, "start": row.start}


@rule(
    "succession", Initiative, _("It ends in %(end)s, and %(follower)s, which follows it, began in %(start)s.")
)
def followed_before_its_end(entries):
    followers = living().filter(follows__in=entries.exclude(end="")).exclude(start="")
    for row in followers.select_related("follows").order_by("slug"):
        if int(row.start[:4]) < int(row.follows.end[:4]):
            says = {"end": row.follows.end, "follower": row.name, "start": row.start}
            yield row.follows_id, says


@rule("part", Initiative, _("It runs %(when)s, and is a part of %(whole)s, which runs %(whole_when)s."))
def outside_its_whole(entries):
    rows = entries.filter(parent__isnull=False).exclude(parent__status=Status.WITHDRAWN)
    for row in rows.select_related("parent"):
        if is_outside(row, row.parent):
            says = {"when": span(row), "whole": row.parent.name, "whole_when": span(row.parent)}
            yield row.pk, says


def is_outside(part, whole):
    """Whether dates of a part lie before the start of the whole, or after its end."""
    dates = [each for each in (part.start, part.end, getattr(part, "last_seen", "")) if each]
    return any(is_before(each, whole.start) for each in dates) or any(
        is_before(whole.end, each) for each in dates if whole.end
    )


@rule("participation", Initiative, _("It runs %(when)s, and %(actor)s takes part %(tie_when)s (%(role)s)."))
def ties_outside(entries):
    for tie in ties_of(entries):
        if is_outside(tie, tie.initiative):
            yield (
                tie.initiative_id,
                {
                    "when": span(tie.initiative),
                    "actor": tie.actor.name,
                    "tie_when": span(tie),
                    "role": str(tie.get_role_display()),
                },
            )


@rule("note", Initiative, _("The note on %(actor)s says “%(words)s”, and no end of its part is given."))
def ends_in_notes(entries):
    for tie in ties_of(entries).filter(end="").exclude(note=""):
        if said := ENDING.search(tie.note):
            yield tie.initiative_id, {"actor": tie.actor.name, "words": said[0]}


@rule("end", Initiative, _("Its summary says “%(words)s”, and no end is given."))
def ends_in_summaries(entries):
    for row in entries.filter(end="").exclude(kind__in=MOMENTS).exclude(summary=""):
        if said := ENDING.search(row.summary):
            yield row.pk, {"words": said[0]}


@rule("years", Initiative, _("Its name says %(years)s, and its dates are %(when)s."))
def years_in_its_name(entries):
    for row in entries.exclude(start="", end=""):
        said = SPAN.search(row.name)
        if said and (
            (row.start and row.start[:4] != said[1]) or (row.end and row.end[:4] != said[2]) or not row.end
        ):
            yield row.pk, {"years": said[0], "when": span(row)}


@rule("acronym", Initiative, _("It is %(acronym)s, and so is %(other)s."))
def same_acronym(entries):
    """But for what follows it or is a part of it."""
    twins = living().filter(acronym=OuterRef("acronym")).exclude(pk=OuterRef("pk"))
    for row in entries.exclude(acronym="").filter(Exists(twins)):
        for other in living().filter(acronym=row.acronym).exclude(pk=row.pk).order_by("slug"):
            kin = {row.pk, row.follows_id, row.parent_id} & {other.pk, other.follows_id, other.parent_id}
            if not kin - {None}:
                yield row.pk, {"acronym": row.acronym, "other": other.name}


# Money


def money_of(entries):
    return Funding.objects.filter(initiative__in=entries).select_related("initiative", "within")


@rule("sum", Initiative, _("%(part)s is a part of %(whole)s, which is smaller."))
def parts_larger_than_wholes(entries):
    rows = money_of(entries).filter(within__isnull=False, currency=F("within__currency"))
    for row in rows.filter(amount__gt=F("within__amount")).select_related("funder", "within__funder"):
        yield row.initiative_id, {"part": str(row), "whole": str(row.within)}


@rule("sums", Initiative, _("The parts of %(whole)s make %(parts)s, which is more."))
def sums_of_parts_larger_than_wholes(entries):
    parts = Funding.objects.filter(within=OuterRef("pk"), currency=OuterRef("currency")).order_by()
    wholes = money_of(entries).annotate(total=parts.values("within").annotate(n=Sum("amount")).values("n"))
    for row in wholes.filter(total__gt=F("amount")).select_related("funder"):
        yield row.initiative_id, {"whole": str(row), "parts": f"{row.total:,} {row.currency}"}


@rule("money", Initiative, _("It runs %(when)s, and %(money)s is given for %(money_when)s."))
def money_outside(entries):
    """Years, not days: budgets go by years."""
    for row in money_of(entries).select_related("funder"):
        whole = row.initiative
        if (row.start and whole.end and row.start[:4] > whole.end[:4]) or (
            row.end and whole.start and row.end[:4] < whole.start[:4]
        ):
            says = {"when": span(whole), "money": str(row), "money_when": span(row)}
            yield row.initiative_id, says


@rule("circle_of_money", Initiative, _("The money of %(names)s is said to be a part of itself, over others."))
def circles_of_money(entries):
    for _link, path in loops.circles(Funding, list(money_of(entries).values_list("pk", flat=True))):
        rows = Funding.objects.in_bulk(path)
        names = ", ".join(sorted(str(row) for row in rows.values()))
        for key in sorted({row.initiative_id for row in rows.values()}):
            yield key, {"names": names}


@rule("payer", Initiative, _("%(actor)s is said to pay %(money)s, and to have closed in %(closed)s."))
def money_of_closed_bodies(entries):
    for row in money_of(entries).exclude(start="").exclude(funder__closed="").filter(funder__isnull=False):
        if is_before(row.funder.closed, row.start):
            says = {"actor": row.funder.name, "money": str(row), "closed": row.funder.closed}
            yield row.initiative_id, says


# Actors, by what they take part in and publish


def parts_of(entries):
    ties = Participation.objects.filter(actor__in=entries).exclude(initiative__status=Status.WITHDRAWN)
    return ties.select_related("initiative", "actor").order_by("initiative__slug")


@rule(
    "part_before_founding",
    Actor,
    _("It was founded in %(founded)s, and takes part in %(initiative)s from %(start)s on."),
)
def parts_before_founding(entries):
    for tie in parts_of(entries).exclude(actor__founded="").exclude(start=""):
        if is_before(tie.start, tie.actor.founded):
            says = {"founded": tie.actor.founded, "initiative": tie.initiative.name, "start": tie.start}
            yield tie.actor_id, says


@rule(
    "part_after_closing", Actor, _("It closed in %(closed)s, and takes part in %(initiative)s in %(seen)s.")
)
def parts_after_closing(entries):
    for tie in parts_of(entries).exclude(actor__closed=""):
        seen = max(tie.start, tie.end, tie.last_seen)
        if is_before(tie.actor.closed, seen):
            says = {"closed": tie.actor.closed, "initiative": tie.initiative.name, "seen": seen}
            yield tie.actor_id, says


# Documents


@rule("publisher", Document, _("It is of %(date)s, and its publisher %(publisher)s is there %(life)s."))
def published_before_or_after(entries):
    rows = entries.filter(publisher__isnull=False).exclude(date="").select_related("publisher")
    for row in rows.exclude(publisher__founded="", publisher__closed=""):
        body = row.publisher
        if is_before(row.date, body.founded) or (body.closed and is_before(body.closed, row.date)):
            life = f"{body.founded or '…'}–{body.closed or '…'}"
            yield row.pk, {"date": row.date, "publisher": body.name, "life": life}


@rule("document", Document, _("It is of %(date)s, and tells of %(initiative)s, which began in %(start)s."))
def older_than_what_it_tells_of(entries):
    links = Document.initiatives.through.objects.filter(
        document__in=entries.filter(kind__in=LOOKING_BACK).exclude(date="")
    ).exclude(initiative__start="")
    for link in links.select_related("document", "initiative").order_by("initiative__slug"):
        if is_before(link.document.date, link.initiative.start):
            says = {
                "date": link.document.date,
                "initiative": link.initiative.name,
                "start": link.initiative.start,
            }
            yield link.document_id, says
