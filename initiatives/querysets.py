from django.db.models import Case, Count, OuterRef, Prefetch, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from roma_network.models import EditorialQuerySet, KeyedQuerySet, Status


class InitiativeQuerySet(EditorialQuerySet):
    def with_searched(self):
        return self.prefetch_related("merged")

    def weights(self):
        ties = self.public_participations().order_by()
        if self.query.where:
            ties = ties.filter(initiative__in=self.values("pk"))
        return dict(ties.values_list("initiative").annotate(n=Count("pk")))

    def with_phase(self):
        """Annotate `phase`: one of `Initiative.Phase`, as far as the dates tell today."""
        today = timezone.localdate().isoformat()
        running_out = Q(end__in=[today[:4], today[:7]])  # "2026" lasts until the end of the year
        return self.annotate(
            phase=Case(
                When(Q(end__gt="", end__lt=today) & ~running_out, then=Value("ended")),
                When(start="", then=Value("unknown")),
                When(start__gt=today, then=Value("planned")),
                default=Value("running"),
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

    def public_participations(self):
        return self.model._meta.get_field("participations").related_model.objects.public()

    def for_sorting(self):
        return self.with_actor_count().with_touched()

    def for_listing(self):
        """With all that a card shows."""
        funders = self.public_participations().filter(role="funder").select_related("actor")
        return (
            self.with_phase()
            .for_sorting()
            .prefetch_related(
                "themes",
                "countries",
                Prefetch("participations", funders.order_by("actor__sort_name"), to_attr="fundings"),
            )
        )

    def for_detail(self):
        """With all that the page of one initiative shows, but for its participations and documents."""
        published = self.model.objects.published().order_by("start", "sort_name")
        return (
            self.select_related("parent", "follows", "modelled_on")
            .with_sources()
            .prefetch_related(
                "themes",
                "countries",
                Prefetch("funding", self.funding()),
                Prefetch("children", published),
                Prefetch("followers", published),
                Prefetch("modelled", published),
            )
        )

    def funding(self):
        return self.model._meta.get_field("funding").related_model.objects.with_ends()


class FundingQuerySet(KeyedQuerySet):
    def public(self):
        return self.filter(initiative__status=Status.PUBLISHED)

    def counted(self):
        """What a sum may be made of: no part of a larger one, and no programme that is not for Roma alone."""
        return self.filter(within=None).exclude(kind="broader")

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
        return self.for_sorting().select_related("publisher").with_sources()
