from django.db.models import Case, Count, OuterRef, Prefetch, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from roma_network.models import EditorialQuerySet, KeyedQuerySet, Status


class InitiativeQuerySet(EditorialQuerySet):
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
            self.model._meta.get_field("participations")
            .related_model.objects.public()
            .filter(initiative=OuterRef("pk"))
            .order_by()
            .values("initiative")
            .annotate(n=Count("actor", distinct=True))
        )
        return self.annotate(actor_count=Coalesce(Subquery(counted.values("n")), 0))

    def for_listing(self):
        return self.with_actor_count()

    def for_detail(self):
        """With all that the page of one initiative shows, but for its participations and documents."""
        published = self.model.objects.published()
        return self.select_related("parent", "follows").prefetch_related(
            "themes",
            "countries",
            "funding",
            "citations__source",
            Prefetch("children", published.order_by("start", "sort_name")),
            Prefetch("followers", published.order_by("start", "sort_name")),
        )


class ParticipationQuerySet(KeyedQuerySet):
    def public(self):
        """Between published entries only: a tie to something unpublished never shows."""
        return self.filter(initiative__status=Status.PUBLISHED, actor__status=Status.PUBLISHED)

    def with_sources(self):
        return self.prefetch_related("citations__source")


class DocumentQuerySet(EditorialQuerySet):
    def with_searched(self):
        return self.select_related("publisher")

    def newest_first(self):
        return self.order_by("-date", "sort_name")

    def for_listing(self):
        return self.select_related("publisher").prefetch_related("citations__source")
