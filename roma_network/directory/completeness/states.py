"""What is known of each state, derived from mandates, entries and ties: the table of states, and the head of a country's page.

A strategy is a policy framework that a national authority of the country leads. It is in force while it has not ended and no
follower has started; where nobody knows whether it still runs, a later one of the same lead is taken for its follower.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

from django.db.models import Exists, F, Max, OuterRef, Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from initiatives.filters import InitiativeFilterSet
from initiatives.models import (
    Document,
    DocumentKind,
    Funding,
    Initiative,
    InitiativeKind,
    Participation,
    Phase,
    Role,
    RosterLine,
)
from initiatives.money import Total, total_of, totals_by
from roma_network.models import Status
from roma_network.search.facet_index import count, count_owners, facet_index_of, having
from stakeholders.filters import ActorFilterSet
from stakeholders.models import (
    Actor,
    ActorCitation,
    ActorForm,
    ActorType,
    Country,
    Mandate,
    MandateCitation,
    Membership,
    Office,
    Sought,
)

COMMISSION = "european-commission"  # whose reports, and those of its parts, are the Commission's
SOME = 5  # Roma organisations, and cities, that a dossier would hold
OF_COMMISSION = Q(publisher__slug=COMMISSION) | Q(publisher__parent__slug=COMMISSION)


class Gap(NamedTuple):
    """`looked`: the day on which somebody looked for it last, if it is known."""

    label: Any
    looked: date | None


@dataclass
class StateProfile:
    """A country with what the table of states says of it."""

    country: Country
    mandates: list[Mandate] = field(default_factory=list)  # that have not ended
    strategies: list[Any] = field(default_factory=list)  # all, the latest first
    documents: list[Any] = field(
        default_factory=list
    )  # about it, the latest first: reports of the two, or all
    counts: dict[str, int] = field(default_factory=dict)
    money: Total | None = None
    funding: list[Any] = field(default_factory=list)  # where it is read in full, the largest first
    union_report: Any = None  # the latest of the Commission on all member states, for one of them
    sources_read: date | None = None  # the last day on which a source on its offices and authorities was read

    def holders(self, office: str) -> list[Actor]:
        return [row.actor for row in self.mandates if row.office == office and row.actor]

    def searched(self, sought: str) -> date | None:
        """When somebody looked for a holder, or for what else is expected, and found none."""
        return next(
            (row.searched_on for row in self.mandates if row.office == sought and not row.actor), None
        )

    @property
    def contact_points(self):
        return self.holders(Office.CONTACT_POINT)

    @property
    def contact_point_searched(self):
        return self.searched(Office.CONTACT_POINT)

    @property
    def equality_bodies(self):
        return self.holders(Office.EQUALITY_BODY)

    @property
    def equality_body_searched(self):
        return self.searched(Office.EQUALITY_BODY)

    @cached_property
    def in_force(self):
        """The strategies in force, the latest first."""
        found, led = [], set()
        for row in self.strategies:
            leads = self.leads_of(row)
            is_old = row.phase == Phase.UNKNOWN and led & leads
            if row.phase not in (Phase.ENDED, Phase.PLANNED) and not is_old:
                found.append(row)
            led |= leads
        return found

    @staticmethod
    def leads_of(row):
        return {part.actor_id for part in row.leads}

    @property
    def predecessors(self):
        """What those in force followed; where none is in force, the last one."""
        by_key = {row.pk: row for row in self.strategies}
        if not self.in_force:
            return [row for row in self.strategies if row.phase == Phase.ENDED][:1]
        return [by_key[row.follows_id] for row in self.in_force if row.follows_id in by_key]

    @property
    def commission_report(self):
        """The latest on the country, or on all states like it."""
        own = (row for row in self.reports if row.is_of_commission and not row.is_of_monitor)
        return next(own, self.union_report)

    @property
    def monitor_report(self):
        return next((row for row in self.reports if row.is_of_monitor), None)

    @property
    def reports(self):
        return (row for row in self.documents if row.kind == DocumentKind.REPORT)

    def looked(self, sought: str) -> date | None:
        """When somebody looked for it: by name, or in what was read on the country's bodies."""
        return self.searched(sought) or self.sources_read

    @cached_property
    def looked_for(self) -> dict[str, date | None]:
        """What a dossier would hold → when somebody looked for it."""
        return {each.value: self.looked(each) for each in (*Office, *Sought)}

    @property
    def gaps(self) -> list["Gap"]:
        """What a dossier would hold and nobody found."""
        expected = [
            (Office.CONTACT_POINT, self.contact_points),
            (Sought.STRATEGY, self.in_force),
            (Office.EQUALITY_BODY, self.equality_bodies),
            (Sought.COMMISSION_REPORT, self.commission_report),
            (Sought.MONITOR_REPORT, self.monitor_report),
            (Sought.RUNNING_INITIATIVE, self.counts["running"]),
            (Sought.LOCAL_AUTHORITY, self.counts["authorities"]),
            (Sought.ROMA_ORGANISATION, self.counts["roma"]),
            (Sought.MONEY, self.money),
            (Sought.UNIVERSITY_OR_MUSEUM, self.counts["learned"]),
        ]
        found = [Gap(each.label, self.looked(each)) for each, here in [*expected, *self.details] if not here]
        return found + [Gap(label, self.searched(each)) for each, label in self.few]

    @property
    def details(self):
        """What is expected of the contact point and of the strategy, where there are some."""
        if self.contact_points:
            yield Sought.CONTACT_WEBSITE, any(body.website for body in self.contact_points)
            yield Sought.CONTACT_MAILBOX, any(body.email for body in self.contact_points)
        if self.in_force:
            yield Sought.STRATEGY_TEXT, any(row.texts for row in self.in_force)

    @property
    def few(self):
        """Of what a dossier would hold some, where it holds fewer, and somebody looked for more."""
        words = {
            Sought.ROMA_ORGANISATION: (self.counts["roma"], _("Roma organisations beside the %(n)s listed")),
            Sought.LOCAL_AUTHORITY: (
                self.counts["authorities"],
                _("Local authorities beside the %(n)s listed"),
            ),
        }
        for each, (number, label) in words.items():
            if 0 < number < SOME and self.searched(each):
                yield each, label % {"n": number}

    @property
    def checked(self) -> date | None:
        """The latest day on which a curator checked one of the bodies or strategies, or looked for one."""
        entries = chain((row.actor for row in self.mandates if row.actor), self.in_force)
        days = [row.searched_on for row in self.mandates] + [entry.verified_on for entry in entries]
        return max(filter(None, days), default=None)


def with_strategies(countries: Iterable[Country]) -> dict[str, StateProfile]:
    """Code → the state, with its strategies alone."""
    states = {country.code: StateProfile(country) for country in countries}
    for code, row in strategies(states):
        states[code].strategies.append(row)
    return states


def read(countries: Iterable[Country], version: str, *, in_full: bool = False) -> list[StateProfile]:
    """The states of these countries: as many queries for all as for one. `in_full` with all documents and money."""
    states = with_strategies(countries)
    for row in mandates(states):
        states[row.country_id].mandates.append(row)
    for row in documents(states) if in_full else reports(states):
        states[row.code].documents.append(row)
    read_on, union_report = days_of_reading(states), latest_union_report()
    for code, state in states.items():
        state.sources_read = read_on.get(code)
        state.union_report = union_report if state.country.membership == Membership.EU_MEMBER else None
    funding = Funding.objects.public().with_where_and_when().filter(in_country__in=states)
    if in_full:
        for row in funding.for_sorting().with_ends().select_related("initiative").order_by("-known", "slug"):
            states[row.in_country].funding.append(row)
    else:
        for code, total in totals_by("in_country", funding).items():
            states[code].money = total
    counted = counts(version)
    for code, state in states.items():
        if state.funding:
            state.money = total_of(state.funding)
        state.counts = {name: found.get(code, 0) for name, found in counted.items()}
    return list(states.values())


def mandates(codes):
    today = timezone.localdate().isoformat()
    rows = Mandate.objects.public().filter(country__in=codes).select_related("actor")
    return [row for row in rows.order_by("slug") if not (row.end and row.end < today[: len(row.end)])]


def strategies(codes):
    """Pairs of country and strategy, the latest first."""
    leads = Participation.objects.public().filter(role=Role.LEAD, actor__type=ActorType.NATIONAL_AUTHORITY)
    texts = Document.objects.published().filter(kind=DocumentKind.STRATEGY).order_by("-date", "sort_name")
    rows = (
        Initiative.objects.published()
        .with_phase()
        .filter(kind=InitiativeKind.POLICY_FRAMEWORK, countries__in=codes)
        .filter(Exists(leads.filter(initiative=OuterRef("pk"), actor__country__in=codes)))
        .distinct()
        .prefetch_related(
            Prefetch("participations", leads.select_related("actor"), to_attr="leads"),
            Prefetch("documents", texts, to_attr="texts"),
        )
    )
    found = sorted(rows, key=lambda row: (row.start or row.seen, row.sort_name), reverse=True)
    for row in found:
        for code in {part.actor.country_id for part in row.leads} & set(codes):
            yield code, row


def reports(codes):
    """Reports of the Commission or the Civil Monitor, of what `documents` gives."""
    of_the_two = Q(is_of_monitor=True) | Q(is_of_commission=True)
    return documents(codes).filter(of_the_two, kind=DocumentKind.REPORT)


def latest_union_report():
    """The Commission's latest on a framework for all member states: neither names states."""
    frameworks = Document.initiatives.through.objects.filter(
        document=OuterRef("pk"),
        initiative__status=Status.PUBLISHED,
        initiative__kind=InitiativeKind.POLICY_FRAMEWORK,
        initiative__countries=None,
    )
    found = Document.objects.published().filter(
        OF_COMMISSION, Exists(frameworks), kind=DocumentKind.REPORT, countries=None
    )
    return found.exclude(date="").order_by("-date", "sort_name").first()


def days_of_reading(codes):
    """Country → the last day on which a source on its offices or its national authorities was read."""
    bodies = ActorCitation.objects.filter(subject__type=ActorType.NATIONAL_AUTHORITY)
    found: dict[str, date] = {}
    for citations in (MandateCitation.objects, bodies):
        days = citations.filter(subject__country__in=codes, source__accessed_on__isnull=False)
        days = days.order_by().values_list("subject__country").annotate(day=Max("source__accessed_on"))
        for code, day in days:
            found[code] = max(day, found.get(code, day))
    return found


def documents(codes):
    """What is about these countries, the latest first; each bears the `code` of one."""
    of_monitor = RosterLine.objects.filter(document=OuterRef("pk"), country=OuterRef("countries"))
    return (
        Document.objects.published()
        .filter(countries__in=codes)
        .annotate(code=F("countries"), is_of_monitor=Exists(of_monitor), is_of_commission=OF_COMMISSION)
        .select_related("publisher")
        .order_by("-date", "sort_name")
    )


def counts(version: str) -> dict[str, dict[str, int]]:
    """Name → country → number, as the lists that they link to count them."""
    actors = facet_index_of(ActorFilterSet, version)
    initiatives = facet_index_of(InitiativeFilterSet, version)
    tie = initiatives.ties["country"]
    running = having(initiatives.plain["status"], [Phase.RUNNING])

    def of_type(*types):
        return count(actors.plain["country"], having(actors.plain["type"], types))

    return {
        "actors": count(actors.plain["country"], actors.all()),
        "initiatives": count_owners(tie, "country", initiatives.all()),
        "running": count_owners(tie, "country", running),
        "authorities": of_type(ActorType.LOCAL_AUTHORITY),
        "roma": of_type(ActorType.ROMA_COMMUNITY),
        "learned": count(
            actors.plain["country"],
            having(actors.plain["type"], [ActorType.ACADEMIA])
            | having(actors.plain["form"], [ActorForm.MUSEUM]),
        ),
    }
