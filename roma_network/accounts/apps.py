"""Others' apps under names that mean something to who keeps accounts: their own are those of Python packages."""

from axes.apps import AppConfig as AxesConfig
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.apps import DefaultConfig as StaticConfig
from django_otp.plugins.otp_totp.apps import DefaultConfig as TotpConfig


class LogIns(AxesConfig):
    verbose_name = _("Log-ins")


class RecoveryCodes(StaticConfig):
    verbose_name = _("Second factor: recovery codes")


class Phones(TotpConfig):
    verbose_name = _("Second factor: phones")
