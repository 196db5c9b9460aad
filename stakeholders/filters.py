from django.db.models import Q
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from roma_network.export.records import has_source
from roma_network.models import Status
from roma_network.search.facets import (
    EntryFacetFilter,
    FacetFilter,
    ListingFilterSet,
    PresenceFilter,
    SearchFilter,
    Sort,
)
from stakeholders import hooks
from stakeholders.columns import actors
from stakeholders.models import Actor, Country, Mandate, Office, Theme, country_label


def country_choices() -> list[tuple[str, str]]:
    return [(code, country_label(code, name)) for code, name in Country.objects.values_list("code", "name")]


def theme_choices() -> list[tuple[str, str]]:
    return [(slug, translate(name)) for slug, name in Theme.objects.values_list("slug", "name")]


def in_public_initiative() -> Q:
    """That a participation is public: asked of the models above, which are not there yet when this is read."""
    return Q(participations__initiative__status=Status.PUBLISHED) & has_source(
        hooks.participation_model.value, "participations__"
    )


OF_THE_EU = {"EL": "GR", "UK": "GB"}  # its codes, where they are not those of ISO 3166-1


def country_code(text: str) -> str:
    """A code as ISO 3166-1 has it: “ro”, and the EU's own codes."""
    return OF_THE_EU.get(text.upper(), text.upper())


class CountryFilter(FacetFilter):
    def __init__(self, field_name, **kwargs):
        super().__init__(field_name, choices=country_choices, **kwargs)

    def meant(self, value):
        return country_code(value)


class ActorFilterSet(ListingFilterSet):
    connected_by = "participation"

    q = SearchFilter()
    type = FacetFilter("type", label=_("Type of actor"), shaped=True)
    form = FacetFilter("form", label=_("Form"))
    country = CountryFilter("country", label=_("Country"))
    membership = FacetFilter("country__membership", label=_("EU membership"))
    contact = FacetFilter(
        "contact",
        label=_("Contact"),
        choices=lambda: [
            ("mailbox", _("Mailbox")),
            ("website", _("Website alone")),
            ("none", _("None known")),
        ],
    )
    theme = FacetFilter("themes__slug", via="theme", label=_("Theme"), choices=theme_choices)
    initiative = EntryFacetFilter(
        "participations__initiative", label=_("Initiative"), via="participation", visible=in_public_initiative
    )
    role = FacetFilter(
        "participations__role",
        label=_("Role in an initiative"),
        via="participation",
        visible=in_public_initiative,
    )
    office = FacetFilter(
        "mandates__office",
        label=_("Office for a country"),
        choices=lambda: Office.choices,
        via="mandate",
        visible=has_source(Mandate, "mandates__"),
    )
    active = FacetFilter(
        "active", label=_("Activity"), choices=lambda: [("yes", _("Active")), ("no", _("Closed"))]
    )

    has = PresenceFilter(actors, label=_("With"))
    lacks = PresenceFilter(actors, label=_("Without"), present=False)

    sorts = {
        "connected": Sort(_("Most initiatives"), ["-initiative_count", "sort_name"]),
        "name": Sort(_("Name"), ["sort_name"]),
        "relevance": Sort(_("Best match"), ["sort_name"]),
        "verified": Sort(_("Latest verified or changed"), ["-touched", "sort_name"]),
    }

    degrees = {"-initiative_count": ("participation", "initiative")}

    pictures = {"map": _("Map"), "network": _("Network")}
    links = {"initiative": ["initiative"]}

    class Meta:
        model = Actor
        fields = []

    @staticmethod
    def count_label(n):
        return ngettext("%(n)d actor", "%(n)d actors", n) % {"n": n}

    @classmethod
    def all_rows(cls):
        return Actor.objects.with_active().with_contact()

    @classmethod
    def playing_in(cls, roles, countries):
        """Actors with one of these roles in an initiative of one of these countries."""
        tied = Q(participations__role__in=roles, participations__initiative__countries__in=countries)
        return Actor.objects.published().filter(in_public_initiative(), tied)
