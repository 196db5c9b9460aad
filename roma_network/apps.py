from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class RomaNetworkConfig(AppConfig):
    name = "roma_network"
    verbose_name = _("Sources")

    def ready(self):
        from roma_network import history, roles  # noqa: F401  the receivers of history

        post_migrate.connect(roles.keep, sender=self)
