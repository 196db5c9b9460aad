import django_filters
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from initiatives.columns import documents, initiatives
from initiatives.models import Document, Funding, Initiative, Participation, Phase
from roma_network.core.folding import fold
from roma_network.export.records import has_source
from roma_network.models import Status
from roma_network.pages.template_tags import language_name
from roma_network.search.facets import (
    MOST_OPTIONS,
    EntryFacetFilter,
    FacetFilter,
    ListingFilterSet,
    PresenceFilter,
    SearchFilter,
    Sort,
    YearFilter,
    has_letters,
)
from stakeholders.filters import CountryFilter, theme_choices
from stakeholders.models import ActorType


class YearsFilterSet(ListingFilterSet):
    """With `from` and `to`, two years. (`from` is a word of Python's, so no attribute can bear it.)"""

    class Meta:
        fields = []

    @classmethod
    def get_filters(cls):
        years = {
            "from": YearFilter(label=_("From year"), method="not_over_before"),
            "to": YearFilter(label=_("To year"), method="begun_by"),
        }
        return super().get_filters() | years

    def not_over_before(self, queryset, name, year):
        raise NotImplementedError

    def begun_by(self, queryset, name, year):
        raise NotImplementedError


class InitiativeFilterSet(YearsFilterSet):
    connected_by = "actor_type"
    depends_on = ("followers",)
    with_public_actor = Q(participations__actor__status=Status.PUBLISHED) & has_source(
        Participation, "participations__"
    )

    q = SearchFilter()
    actor_type = FacetFilter(
        "participations__actor__type",
        label=_("Type of actor taking part"),
        via="actor_type",
        visible=with_public_actor,
        shaped=True,
    )
    lead_type = FacetFilter(
        "participations__actor__type",
        label=_("Type of lead"),
        via="lead_type",
        visible=with_public_actor & Q(participations__role="lead"),
        shaped=True,
    )
    kind = FacetFilter("kind", label=_("Kind"))
    status = FacetFilter("phase", label=_("Status"), choices=lambda: Phase.choices)
    country = CountryFilter("countries__code", via="country", label=_("Country"))
    theme = FacetFilter("themes__slug", via="theme", label=_("Theme"), choices=theme_choices)
    actor = EntryFacetFilter(
        "participations__actor", label=_("Actor"), via="actor", visible=with_public_actor, listed=False
    )
    unseen = YearFilter(label=_("End not known, not seen since"), method="not_seen_since")
    has = PresenceFilter(initiatives, label=_("With"))
    lacks = PresenceFilter(initiatives, label=_("Without"), present=False)

    sorts = {
        "connected": Sort(_("Most actors"), ["-actor_count", "sort_name"]),
        "name": Sort(_("Name"), ["sort_name"]),
        "relevance": Sort(_("Best match"), ["sort_name"]),
        "verified": Sort(_("Latest verified or changed"), ["-touched", "sort_name"]),
        "start": Sort(_("Latest start"), ["-start", "sort_name"]),
    }

    degrees = {"-actor_count": None}

    pictures = {"initiative_map": _("Map"), "timeline": _("Timeline")}
    links = {"actor": ["actor"]}

    class Meta:
        model = Initiative
        fields = []

    @staticmethod
    def count_label(n):
        return ngettext("%(n)d initiative", "%(n)d initiatives", n) % {"n": n}

    @classmethod
    def all_rows(cls):
        return Initiative.objects.with_phase()

    def not_over_before(self, queryset, name, year):
        """One with no known end lasts until today where it still runs, else until it was last seen."""
        lasted = Q(until__gte=str(year)) | Q(until="", seen__gte=str(year))
        return queryset.filter(
            lasted | Q(phase=Phase.RUNNING, until="") if year <= localdate().year else lasted
        )

    def not_seen_since(self, queryset, name, year):
        return queryset.filter(phase=Phase.UNKNOWN, seen__gt="", seen__lt=str(year))

    def begun_by(self, queryset, name, year):
        return queryset.filter(start__gt="", start__lt=str(year + 1))


def document_languages():
    codes = (
        Document.objects.published()
        .exclude(language="")
        .order_by("language")
        .values_list("language", flat=True)
    )
    return sorted(((code, language_name(code)) for code in codes.distinct()), key=lambda pair: pair[1])


class AuthorOrSubjectFilter(EntryFacetFilter):
    """Documents that an actor published, or that are about it."""

    def condition(self, values):
        paths = ("actors", "publisher")
        by, about = (
            Q(**{f"{path}__slug__in": values, f"{path}__status": Status.PUBLISHED}) for path in paths
        )
        return by | about


class DocumentFilterSet(YearsFilterSet):
    by_public_actor = Q(publisher__status=Status.PUBLISHED)

    q = SearchFilter()
    kind = FacetFilter("kind", label=_("Kind"))
    type = FacetFilter(
        "publisher_type", label=_("Type of publisher"), choices=lambda: ActorType.choices, shaped=True
    )
    country = CountryFilter("publisher_country", label=_("Country of the publisher"))
    about = CountryFilter("countries__code", via="about", label=_("Country that it is about"))
    publisher = EntryFacetFilter("publisher", label=_("Publisher"), via="publisher", visible=by_public_actor)
    language = FacetFilter("language", label=_("Language"), choices=document_languages)
    actor = AuthorOrSubjectFilter("actors", label=_("By or about"), via="actor", listed=False)
    initiative = EntryFacetFilter(
        "initiatives",
        label=_("Initiative"),
        via="initiative",
        visible=Q(initiatives__status=Status.PUBLISHED),
        listed=False,
    )
    has = PresenceFilter(documents, label=_("With"))
    lacks = PresenceFilter(documents, label=_("Without"), present=False)

    sorts = {
        "newest": Sort(_("Newest"), ["-date", "sort_name"]),
        "relevance": Sort(_("Best match"), ["sort_name"]),
        "name": Sort(_("Title"), ["sort_name"]),
        "verified": Sort(_("Latest verified or changed"), ["-touched", "sort_name"]),
    }
    links = {"actor": ["actor", "publisher"], "initiative": ["initiative"]}

    class Meta:
        model = Document
        fields = []

    @classmethod
    def all_rows(cls):
        return Document.objects.with_public_publisher()

    @staticmethod
    def count_label(n):
        return ngettext("%(n)d document", "%(n)d documents", n) % {"n": n}

    def not_over_before(self, queryset, name, year):
        return queryset.filter(date__gte=str(year))

    def begun_by(self, queryset, name, year):
        return queryset.filter(date__gt="", date__lt=str(year + 1))


class WordsFilter(django_filters.CharFilter):
    """Money by words: of its programme, of its initiative and of who gives and receives it. Each must be in one of these."""

    def __init__(self):
        super().__init__(label=_("Search"), max_length=300, validators=[has_letters])

    def filter(self, queryset, value):
        for word in value.split():
            found = Q(programme__icontains=word) | Q(note__icontains=word)
            for path in ("initiative", "funder", "recipient"):
                found |= Q(
                    **{f"{path}__search_text__contains": fold(word), f"{path}__status": Status.PUBLISHED}
                )
            queryset = queryset.filter(found)
        return queryset


def programme_choices():
    names = Funding.objects.public().exclude(programme="").order_by("programme")
    return [(name, name) for name in names.values_list("programme", flat=True).distinct()]


class FundingFilterSet(YearsFilterSet):
    depends_on = ("initiative__countries",)

    q = WordsFilter()
    funder = EntryFacetFilter(
        "funder", label=_("Funder"), via="funder", visible=Q(funder__status=Status.PUBLISHED)
    )
    programme = FacetFilter("programme", label=_("Programme"), choices=programme_choices, most=MOST_OPTIONS)
    country = CountryFilter("in_country", label=_("Country"))
    theme = FacetFilter("initiative__themes__slug", via="theme", label=_("Theme"), choices=theme_choices)
    recipient_type = FacetFilter(
        "recipient_type", label=_("Type of recipient"), choices=lambda: ActorType.choices, shaped=True
    )
    recipient = EntryFacetFilter(
        "recipient", label=_("Recipient"), via="recipient", visible=Q(recipient__status=Status.PUBLISHED)
    )
    kind = FacetFilter("kind", label=_("Kind of amount"))
    initiative = EntryFacetFilter(
        "initiative", label=_("Initiative"), via="initiative", visible=Q(), listed=False
    )

    sorts = {
        "newest": Sort(_("Latest"), ["-lasted", "-since"]),
        "amount": Sort(_("Largest amount"), ["-known"]),
        "programme": Sort(_("Programme"), ["programme"]),
    }
    pictures = {"funding_flow": _("Flows")}
    links = {"actor": ["funder", "recipient"], "initiative": ["initiative"]}

    class Meta:
        model = Funding
        fields = []

    @staticmethod
    def count_label(n):
        return ngettext("%(n)d record of money", "%(n)d records of money", n) % {"n": n}

    @classmethod
    def all_rows(cls):
        return Funding.objects.with_where_and_when()

    def not_over_before(self, queryset, name, year):
        return queryset.filter(lasted__gte=str(year))

    def begun_by(self, queryset, name, year):
        return queryset.filter(since__gt="", since__lt=str(year + 1))
