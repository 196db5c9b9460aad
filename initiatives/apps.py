from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InitiativesConfig(AppConfig):
    name = "initiatives"
    verbose_name = _("What: initiatives and documents")

    def ready(self):
        from initiatives import consistency, hooks  # noqa: F401  its rules

        hooks.fill()
