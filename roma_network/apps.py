from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RomaNetworkConfig(AppConfig):
    name = "roma_network"
    verbose_name = _("Sources")
