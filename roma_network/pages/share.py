"""What other sites show of a page that somebody shares (Open Graph): fixed pages by name; entries say it themselves."""

from django.utils.translation import gettext_lazy as _

TITLES = {
    "home": _("Who works on Roma integration in Europe"),
    "actor_list": _("Actors"),
    "initiative_list": _("Initiatives"),
    "document_list": _("Documents"),
    "country_list": _("Countries"),
    "funding_list": _("Money"),
    "funding_flow": _("Flows of money"),
    "roster_list": _("What is complete"),
    "partners": _("Partners"),
    "search": _("Search"),
    "map": _("Map of actors"),
    "initiative_map": _("Map of initiatives"),
    "network": _("Network of actors"),
    "timeline": _("Timeline of initiatives"),
    "figures": _("Figures"),
    "data": _("Data"),
    "api": _("API"),
    "about": _("About this directory"),
    "accessibility": _("Accessibility"),
    "privacy": _("Privacy"),
}
# Pages that are a part of another one take what that one says.
PARTS = {"figure": "figures", "roster": "roster_list", "network_around": "network"}
