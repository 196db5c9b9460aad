"""What facts of an actor say against one another: see `roma_network.editorial.consistency`."""

import re
from collections import defaultdict
from itertools import permutations
from math import asin, cos, radians, sin, sqrt
from statistics import median

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from roma_network.core import folding
from roma_network.core.batches import batches
from roma_network.core.partial_dates import is_before
from roma_network.editorial.consistency import CIRCLE, find_circles, rule, span
from roma_network.models import Status
from stakeholders.models import TYPES_IN_A_COUNTRY, Actor, ActorName, Mandate, NameKind

EARTH = 6371  # km
TOWN = 25  # km across, at most
COUNTY = 120  # km from its middle
ENOUGH = 2  # other places that tell where a county is, unless one is its seat
COUNTY_NAMED = re.compile(
    r"([^\W\d_a-z][\w-]+(?: [^\W\d_a-z][\w-]+)?) (?:[Cc]ounty|[Dd]istrict|[Pp]rovince)\b"
    r"|[Jj]ude[țţt]ul ([^\W\d_][\w-]+)"
)
FOUNDED = re.compile(
    r"\b(?:founded|established|created|set up) (?:in|on)\b[^.;,]{0,20}?\b((?:19|20)\d\d)\b", re.IGNORECASE
)

rule("circle", Actor, CIRCLE)(find_circles)


def pairs(groups, here, entry="pk"):
    """Each two rows of a group, from the side of each that is one of the entries in `here`. `entry`: what leads to it."""
    for rows in groups.values():
        for row, twin in permutations(rows, 2):
            if getattr(row, entry) in here:
                yield row, twin


def public_ones():
    return Actor.objects.filter(status=Status.PUBLISHED)


@rule("former_name", Actor, _("“%(name)s” is among its former names, and %(holder)s is called so today."))
def former_names(entries):
    """Of its own, or of a body that has nothing to do with it."""
    former = ActorName.objects.filter(kind=NameKind.FORMER, actor__in=entries).select_related("actor")
    names = defaultdict(list)
    for row in former:
        names[folding.fold(row.name)].append(row)
    for batch in batches(names):
        for holder in Actor.objects.exclude(status=Status.WITHDRAWN).filter(sort_name__in=batch, closed=""):
            for row in names[holder.sort_name]:
                if row.actor_id not in (holder.successor_id, holder.parent_id):
                    yield row.actor_id, {"name": row.name, "holder": holder.name}
    for rows in names.values():
        for row in rows:
            if folding.fold(row.name) == folding.fold(row.actor.native_name):
                yield row.actor_id, {"name": row.name, "holder": row.actor.name}


@rule(
    "successor",
    Actor,
    _("Another body stands in its place (%(kind)s), and no day is given on which it closed."),
)
def succeeded_and_open(entries):
    for row in entries.filter(closed="").exclude(successor_kind=""):
        yield row.pk, {"kind": str(row.get_successor_kind_display())}


@rule(
    "successor_founded",
    Actor,
    _("It closed in %(closed)s, and its successor %(successor)s was founded in %(founded)s."),
)
def succeeded_too_late(entries):
    """A gap of a year is usual."""
    rows = entries.exclude(closed="").filter(successor__isnull=False).exclude(successor__founded="")
    for row in rows.select_related("successor"):
        if int(row.successor.founded[:4]) > int(row.closed[:4]) + 1:
            says = {"closed": row.closed, "successor": row.successor.name, "founded": row.successor.founded}
            yield row.pk, says


@rule("acronym", Actor, _("It is %(acronym)s, and so is %(other)s."))
def same_acronym(entries):
    """Within a country, or where one is above countries: whoever reads the letters cannot tell them apart."""
    wanted = set(entries.exclude(acronym="").values_list("acronym", flat=True))
    here = set(entries.values_list("pk", flat=True)) if wanted else set()
    groups = defaultdict(list)
    for batch in batches(wanted):
        for row in public_ones().filter(acronym__in=batch).order_by("slug"):
            groups[row.acronym].append(row)
    for row, twin in pairs(groups, here):
        is_near = row.country_id == twin.country_id or None in (row.country_id, twin.country_id)
        if is_near and not (leads_to(row, twin) or leads_to(twin, row)):
            yield row.pk, {"acronym": row.acronym, "other": twin.name}


def leads_to(row, other):
    return other.pk in (row.successor_id, row.parent_id)


@rule("founded", Actor, _("Its summary says “%(words)s”, and it was founded in %(founded)s."))
def founded_in_words(entries):
    """Where the summary names one year alone: another may tell of a part of its life."""
    for row in entries.exclude(founded="").exclude(summary=""):
        said = list(FOUNDED.finditer(row.summary))
        if said and not any(match[1] == row.founded[:4] for match in said):
            yield row.pk, {"words": said[0][0], "founded": row.founded}


# Places


def distance(one, other):
    """Kilometres between two pairs of latitude and longitude."""
    (north, east), (north_2, east_2) = (map(radians, pair) for pair in (one, other))
    half = sin((north_2 - north) / 2) ** 2 + cos(north) * cos(north_2) * sin((east_2 - east) / 2) ** 2
    return 2 * EARTH * asin(sqrt(half))


def place_of(row):
    return row.latitude, row.longitude


@rule(
    "place",
    Actor,
    _(
        "It stands in %(locality)s, %(kilometres)s km from %(other)s, which stands in a place of that name too."
    ),
)
def one_name_two_places(entries):
    """Homonyms: one of two has the coordinates of another town, or the text should say which is meant."""
    placed = (
        Actor.objects.exclude(status=Status.WITHDRAWN).filter(latitude__isnull=False).exclude(locality="")
    )
    wanted = set(
        entries.filter(latitude__isnull=False).exclude(locality="").values_list("locality", flat=True)
    )
    here = set(entries.values_list("pk", flat=True)) if wanted else set()
    groups = defaultdict(list)
    for batch in batches(wanted):
        for row in placed.filter(locality__in=batch).order_by("slug"):
            groups[row.country_id, row.locality].append(row)
    for row, twin in pairs(groups, here):
        far = round(distance(place_of(row), place_of(twin)))
        if far > TOWN:
            yield row.pk, {"locality": row.locality, "kilometres": str(far), "other": twin.name}


def county_of(row):
    """That the texts of an actor name."""
    match = COUNTY_NAMED.search(f"{row.name}. {row.native_name}. {row.summary}")
    return match and (match[1] or match[2])


@rule(
    "county",
    Actor,
    _(
        "Its text names the county %(county)s, and its coordinates lie %(kilometres)s km from the middle of others there."
    ),
)
def county_and_coordinates(entries):
    """Others there are those whose texts name it too, and those in its seat, which mostly gave it its name."""
    placed = Actor.objects.exclude(status=Status.WITHDRAWN).filter(latitude__isnull=False)
    named = Q(native_name__icontains="jude")
    for word in ("county", "district", "province"):
        named |= Q(summary__icontains=word) | Q(name__icontains=word)
    ours = entries.filter(latitude__isnull=False).filter(named)
    countries = set(ours.values_list("country", flat=True))
    here = set(ours.values_list("pk", flat=True)) if countries else set()
    groups = defaultdict(list)
    for row in placed.filter(named, country__in=countries) if countries else ():
        if county := county_of(row):
            groups[row.country_id, county].append(row)
    seats = defaultdict(list)
    for batch in batches({county for _country, county in groups}):
        for row in placed.filter(locality__in=batch):
            seats[row.country_id, row.locality].append(row)
    for place, rows in groups.items():
        for row in rows:
            beside, seat = ([other for other in group if other != row] for group in (rows, seats[place]))
            if row.pk in here and (seat or len(beside) >= ENOUGH):
                others = beside + seat
                middle = median(each.latitude for each in others), median(each.longitude for each in others)
                if (far := round(distance(place_of(row), middle))) > COUNTY:
                    yield row.pk, {"county": place[1], "kilometres": str(far)}


@rule(
    "parent_abroad",
    Actor,
    _("It is an authority of %(country)s, and a part of %(parent)s, which is one of %(other)s."),
)
def part_of_another_country(entries):
    rows = entries.filter(type__in=TYPES_IN_A_COUNTRY, parent__country__isnull=False, country__isnull=False)
    for row in rows.exclude(country=F("parent__country")).select_related("country", "parent__country"):
        says = {"country": row.country.name, "parent": row.parent.name, "other": row.parent.country.name}
        yield row.pk, says


# Mandates


def held_by(entries):
    return Mandate.objects.filter(actor__in=entries).select_related("actor", "country")


@rule(
    "mandate_shared",
    Actor,
    _("It is %(office)s of %(country)s (%(when)s), and so is %(other)s (%(other_when)s)."),
)
def mandates_that_overlap(entries):
    """Of the contact point there is one; other offices a country may give to several."""
    offices = Mandate.objects.filter(office="contact_point", actor__isnull=False)
    offices = offices.exclude(actor__status=Status.WITHDRAWN).select_related("actor", "country")
    groups = defaultdict(list)
    for row in offices.filter(country__in=held_by(entries).order_by().values("country")):
        groups[row.country_id].append(row)
    here = set(entries.values_list("pk", flat=True)) if groups else set()
    for row, twin in pairs(groups, here, "actor_id"):
        if row.actor_id != twin.actor_id and overlap(row, twin):
            says = {
                "office": str(row.get_office_display()),
                "country": row.country.name,
                "when": span(row),
                "other": twin.actor.name,
                "other_when": span(twin),
            }
            yield row.actor_id, says


def overlap(one, other):
    """As far as their dates tell: who takes over in the year in which another leaves does not overlap."""
    return not (ends_by(one, other.start) or ends_by(other, one.start))


def ends_by(row, start):
    return bool(row.end and start) and row.end[:4] <= start[:4]


@rule(
    "mandate_none_found",
    Actor,
    _("It is %(office)s of %(country)s (%(when)s), and a search on %(day)s found nobody."),
)
def held_though_none_was_found(entries):
    searches = {(row.country_id, row.office): row for row in Mandate.objects.filter(actor=None)}
    for row in held_by(entries):
        found = searches.get((row.country_id, row.office))
        if found and not (row.end and is_before(row.end, found.searched_on.isoformat())):
            yield (
                row.actor_id,
                {
                    "office": str(row.get_office_display()),
                    "country": row.country.name,
                    "when": span(row),
                    "day": found.searched_on.isoformat(),
                },
            )


@rule("mandate_abroad", Actor, _("It is %(office)s of %(country)s, and a body of %(other)s."))
def mandates_of_another_country(entries):
    for row in held_by(entries).exclude(actor__country=F("country")).select_related("actor__country"):
        if row.actor.country_id:
            says = {
                "office": str(row.get_office_display()),
                "country": row.country.name,
                "other": row.actor.country.name,
            }
            yield row.actor_id, says


@rule(
    "mandate_after_closing",
    Actor,
    _("It closed in %(closed)s, and is %(office)s of %(country)s until %(end)s."),
)
def mandates_after_closing(entries):
    for row in held_by(entries).exclude(actor__closed=""):
        if not row.end or is_before(row.actor.closed, row.end):
            yield (
                row.actor_id,
                {
                    "closed": row.actor.closed,
                    "office": str(row.get_office_display()),
                    "country": row.country.name,
                    "end": row.end or "…",
                },
            )
