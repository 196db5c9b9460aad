from django.db.models import Case, Count, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from roma_network.models import EditorialQuerySet, KeyedQuerySet, Status
from stakeholders import hooks

SHOWN = (
    "slug",
    "status",
    "name",
    "acronym",
    "native_name",
    "native_language",
    "type",
    "form",
    "locality",
    "email",
    "closed",
    "summary",
    "country__code",
    "country__name",
    "country__membership",
    "successor__slug",
    "successor__status",
    "successor__name",
)


class ActorQuerySet(EditorialQuerySet):
    def weights(self):
        ties = self.public_participations().order_by()
        if self.query.where:
            ties = ties.filter(actor__in=self.values("pk"))
        return dict(ties.values_list("actor").annotate(n=Count("pk")))

    def with_searched(self):
        return self.select_related("country").prefetch_related("names")

    def with_active(self):
        """Annotate `active`: "no" where a source says that the body has closed, or that another stands in its place."""
        today = timezone.localdate().isoformat()
        closed = Q(closed__gt="", closed__lt=today) & ~Q(closed__in=[today[:4], today[:7]])
        return self.annotate(
            active=Case(
                When(closed | (Q(closed="") & ~Q(successor_kind="")), then=Value("no")), default=Value("yes")
            )
        )

    def with_contact(self):
        """Annotate `contact`: the nearest way to reach it that is known, "mailbox", "website" or "none"."""
        return self.annotate(
            contact=Case(
                When(~Q(email=""), then=Value("mailbox")),
                When(~Q(website=""), then=Value("website")),
                default=Value("none"),
            )
        )

    def with_initiative_count(self):
        """Annotate `initiative_count`: the published initiatives that the actor takes part in."""
        counted = (
            self.public_participations()
            .filter(actor=OuterRef("pk"))
            .order_by()
            .values("actor")
            .annotate(n=Count("initiative", distinct=True))
        )
        return self.annotate(initiative_count=Coalesce(Subquery(counted.values("n")), 0))

    def public_participations(self):
        return hooks.participation_model.value.objects.public()

    def for_sorting(self):
        return self.with_initiative_count().with_touched()

    def for_listing(self):
        """With all that a card shows, and no more: 70 other columns took a third of the time of reading these."""
        return self.select_related("country", "successor").only(*SHOWN)

    def for_detail(self):
        """With all that the page of one actor shows, but for its ties to others."""
        return (
            self.select_related("country", "parent", "successor")
            .with_sources()
            .prefetch_related("themes", "names")
        )

    def leading_to(self, actor):
        """Published actors that are a part of this one, in whose place it stands, or that have its acronym."""
        kin = Q(parent=actor) | Q(successor=actor)
        if actor.acronym:
            kin |= Q(acronym=actor.acronym) & ~Q(pk=actor.pk)
        return self.published().filter(kin).order_by("sort_name")


class RelationQuerySet(KeyedQuerySet):
    def public(self):
        return self.sourced().filter(subject__status=Status.PUBLISHED, target__status=Status.PUBLISHED)

    def touching(self, actor):
        """Between this actor, whose page may be a preview, and published ones."""
        return (
            self.sourced()
            .filter(
                Q(subject=actor, target__status=Status.PUBLISHED)
                | Q(target=actor, subject__status=Status.PUBLISHED)
            )
            .select_related("subject", "target")
            .order_by("kind", "subject__sort_name", "target__sort_name")
        )


class MandateQuerySet(KeyedQuerySet):
    def public(self):
        """Those whose holder readers may see, and searches that found none."""
        return self.filter(Q(actor__status=Status.PUBLISHED) | Q(actor=None)).sourced()
