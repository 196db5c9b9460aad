from django.db.models import Case, Count, Exists, F, Min, OuterRef, Prefetch, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from roma_network.models import EditorialQuerySet, KeyedQuerySet, Status

MOMENTS = ("survey", "event", "publication")  # kinds of what takes place in its year
LONGEST_SILENCE = 3  # years after which nobody can say that something runs still


def long_before(today):
    """The day from which on a sighting is evidence. On 29 February the day before stands for it."""
    day = min(today.day, 28) if today.month == 2 else today.day
    return today.replace(year=today.year - LONGEST_SILENCE, day=day)


def lasting(name, day):
    """That a date is less exact than this day and holds it: "2026" lasts until the end of the year."""
    return Q(**{f"{name}__in": [day[:4], day[:7]]})


def past(name, day):
    """That a date has passed, to its very end."""
    return Q(**{f"{name}__gt": "", f"{name}__lt": day}) & ~lasting(name, day)


def begun():
    """When something is first known to have been there."""
    return Case(When(start="", then="last_seen"), default="start")


class InitiativeQuerySet(EditorialQuerySet):
    def with_searched(self):
        return self.prefetch_related("merged", "funding")

    def weights(self):
        """Primary key → number of published actors that take part; those without any are left out."""
        ties = self.public_participations().order_by()
        if self.query.where:
            ties = ties.filter(initiative__in=self.values("pk"))
        return dict(ties.values_list("initiative").annotate(n=Count("actor", distinct=True)))

    def with_phase(self):
        """Annotate `phase`, one of `Initiative.Phase`, and what it rests on: `until`, when it ended or will, and `seen`.

        What says no more than that it began was seen when it began. What is of one moment ended with it. Where a later
        policy has begun, the one before is over.
        """
        today = timezone.localdate()
        now, then = today.isoformat(), long_before(today).isoformat()
        followers = self.model.objects.published().filter(follows=OuterRef("pk")).annotate(begun=begun())
        begun_followers = followers.filter(begun__gt="", begun__lte=now).order_by("begun")
        policy, moment = Q(kind="policy_framework"), Q(kind__in=MOMENTS, end="")
        taken_over = Case(
            When(policy, then=Coalesce(Subquery(begun_followers.values("begun")[:1]), Value(""))),
            default=Value(""),
        )
        # The phase is told from columns alone: made of `until` it would be too deep for SQLite, within some filters.
        over = past("end", now) | (moment & (past("start", now) | (Q(start="") & past("last_seen", now))))
        return (
            self.alias(taken_over=taken_over)
            .annotate(
                seen=Case(When(last_seen="", then="start"), default="last_seen"),
                until=Case(
                    When(Q(taken_over__gt="") & (Q(end="") | Q(end__gt=F("taken_over"))), then="taken_over"),
                    When(moment, then=begun()),
                    default="end",
                ),
            )
            .annotate(
                phase=Case(
                    When(policy & Exists(begun_followers), then=Value("ended")),
                    When(over, then=Value("ended")),
                    When(start__gt=now, then=Value("planned")),
                    When(Q(end__gt="") | (moment & ~Q(start="", last_seen="")), then=Value("running")),
                    When(Q(seen__gte=then) | lasting("seen", then), then=Value("running")),
                    default=Value("unknown"),
                )
            )
        )

    def with_actor_count(self):
        """Annotate `actor_count`: the published actors that take part."""
        counted = (
            self.public_participations()
            .filter(initiative=OuterRef("pk"))
            .order_by()
            .values("initiative")
            .annotate(n=Count("actor", distinct=True))
        )
        return self.annotate(actor_count=Coalesce(Subquery(counted.values("n")), 0))

    def related_to(self, initiative):
        """Published initiatives with the same actors, annotated with how many they `shared`; most first."""
        actors = initiative.participations.with_public("actor").values("actor")
        return (
            self.published()
            .filter(participations__in=self.public_participations().filter(actor__in=actors))
            .exclude(pk=initiative.pk)
            .annotate(shared=Count("participations__actor", distinct=True))
            .order_by("-shared", "sort_name")
        )

    def leading_to(self, initiative):
        """Published initiatives that are a part of this one, followed it or were modelled on it."""
        led = Q(parent=initiative) | Q(follows=initiative) | Q(modelled_on=initiative)
        return self.published().filter(led).order_by("start", "sort_name")

    def public_participations(self):
        return self.model._meta.get_field("participations").related_model.objects.public()

    def for_sorting(self):
        return self.with_actor_count().with_touched()

    def for_listing(self):
        """With all that a card shows, and no more."""
        own = ["slug", "name", "acronym", "kind", "start", "end", "summary"]
        shown = ["initiative", "role", "actor__name", "actor__acronym", "actor__slug", "actor__status"]
        funders = self.public_participations().filter(role="funder").select_related("actor").only(*shown)
        paid = ["initiative", "kind", "amount", "currency", "programme"]
        payer = [f"funder__{name}" for name in ("name", "acronym", "slug", "status")]
        money = self.model._meta.get_field("funding").related_model.objects.select_related("funder")
        return (
            self.with_phase()
            .only(*own)
            .prefetch_related(
                "themes",
                "countries",
                Prefetch("participations", funders.order_by("actor__sort_name"), to_attr="fundings"),
                Prefetch("funding", money.only(*paid, *payer)),
            )
        )

    def for_detail(self):
        """With all that the page of one initiative shows, but for its participations and documents."""
        return (
            self.select_related("parent", "follows", "modelled_on")
            .with_phase()
            .with_sources()
            .prefetch_related(
                "themes",
                "countries",
                Prefetch("funding", self.funding()),
            )
        )

    def funding(self):
        return self.model._meta.get_field("funding").related_model.objects.with_ends()


class FundingQuerySet(KeyedQuerySet):
    def public(self):
        return self.filter(initiative__status=Status.PUBLISHED)

    published = public  # as lists of entries have it

    def with_where_and_when(self):
        """Annotate `in_country`, that of the money or the only one of its initiative, `since` and `lasted`, in which years, and
        `recipient_type`, empty where readers may not see the recipient.
        """
        links = self.model._meta.get_field("initiative").related_model.countries.through.objects
        only = (
            links.filter(initiative=OuterRef("initiative"))
            .values("initiative")
            .annotate(n=Count("pk"), only=Min("country"))
            .filter(n=1)
        )
        return self.annotate(
            in_country=Coalesce("country", Subquery(only.values("only"))),
            since=Case(When(start="", then="initiative__start"), default="start"),
            lasted=Case(
                When(end__gt="", then="end"),
                When(start__gt="", then="start"),
                When(initiative__end__gt="", then="initiative__end"),
                default="initiative__start",
            ),
            recipient_type=Case(When(recipient__status=Status.PUBLISHED, then="recipient__type")),
        )

    def for_sorting(self):
        return self.annotate(known=Coalesce("amount", 0))

    def for_listing(self):
        """With what a row of a list shows: besides its own funder, those of its initiative."""
        initiatives = self.model._meta.get_field("initiative").related_model.objects
        funders = initiatives.public_participations().filter(role="funder").select_related("actor")
        funders = Prefetch(
            "initiative__participations", funders.order_by("actor__sort_name"), to_attr="fundings"
        )
        return self.for_sorting().with_ends().select_related("initiative").prefetch_related(funders)

    def with_ends(self):
        """With who pays and who receives."""
        return self.select_related("funder", "recipient", "country", "within__initiative")


class ParticipationQuerySet(KeyedQuerySet):
    def public(self):
        """Between published entries only: a tie to something unpublished never shows."""
        return self.with_public("initiative", "actor")

    def with_public(self, *ends):
        """Where these ends are published: all but the entry whose page it is, which may be a preview."""
        return self.sourced().filter(**{f"{end}__status": Status.PUBLISHED for end in ends})


class DocumentQuerySet(EditorialQuerySet):
    def for_detail(self):
        return self.select_related("publisher").with_sources().prefetch_related("countries")

    def with_searched(self):
        return self.select_related("publisher")

    def newest_first(self):
        return self.published().select_related("publisher").order_by("-date", "sort_name")

    def concerning(self, actor):
        """Published by the actor or about it."""
        about = self.model.actors.through.objects.filter(actor=actor).values("document")
        return self.newest_first().filter(Q(publisher=actor) | Q(pk__in=about))

    def with_public_publisher(self):
        """Annotate `publisher_type` and `publisher_country`, empty where readers may not see the publisher."""
        public = Q(publisher__status=Status.PUBLISHED)
        return self.annotate(
            publisher_type=Case(When(public, then="publisher__type")),
            publisher_country=Case(When(public, then="publisher__country")),
        )

    def for_sorting(self):
        return self.with_touched()

    def for_listing(self):
        """With all that a card shows, and no more."""
        own = ["slug", "title", "kind", "date", "language", "format", "size", "url", "doubt"]
        publisher = [f"publisher__{name}" for name in ("slug", "status", "name")]
        return self.for_sorting().select_related("publisher").only(*own, *publisher).with_sources()


class RosterQuerySet(KeyedQuerySet):
    def public(self):
        return self.sourced()

    published = public  # as lists of entries have it
