"""Addresses that readers are led to: of web pages alone, without tricks, and such as the link checker can ask for."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from roma_network.core.clean_text import UNSEEN
from roma_network.core.hosts import ascii_host
from roma_network.core.text_fields import SameColumn

# To browsers a backslash is a slash, so that https://here.example\@there.example leads elsewhere than it seems.
UNFIT = re.compile(rf"{UNSEEN.pattern}|[\s\u200c\u200d\\]")


def validate_web_address(value):
    if found := UNFIT.search(value):
        text = _("The address holds a space, a backslash or a letter that cannot be seen (U+%(code)04X).")
        raise ValidationError(text, params={"code": ord(found[0])})
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise ValidationError(_("This is no address of a web page.")) from None
    if parts.scheme not in ("http", "https"):
        raise ValidationError(_("Write an address that begins with http:// or https://."))
    if "@" in parts.netloc:
        raise ValidationError(_("Write the address without a user name or password."))
    if not is_host(host or ""):
        raise ValidationError(_("“%(host)s” is no name of a site."), params={"host": host or ""})


def is_host(text):
    """Whether a site can be called so. Unlike Django, with underscores, and without a dot."""
    try:
        return bool(ip_address(text) if ":" in text else ascii_host(text))
    except ValueError:
        return False


def absolute(path: str) -> str:
    """An address of ours in full: by the one that is configured, whatever host a request came to."""
    return f"{settings.BASE_URL}{path}"


class WebAddressInput(forms.URLField):
    default_validators = [validate_web_address]


class WebAddressField(SameColumn, models.URLField):
    plain_class, form_class = models.URLField, WebAddressInput
    default_validators = [validate_web_address]
