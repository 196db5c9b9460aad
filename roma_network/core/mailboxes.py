"""Functional mailboxes: info@…, never a person's."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

FUNCTIONAL_WORDS = {
    "admin",
    "communication",
    "contact",
    "equality",
    "gp",
    "hello",
    "inclusion",
    "info",
    "integration",
    "krp",
    "mail",
    "media",
    "ministry",
    "mission",
    "office",
    "post",
    "press",
    "programme",
    "project",
    "roma",
    "secretariat",
    "secretary",
    "sinti",
    "support",
    "team",
    "travellers",
    "un",
    "unit",
}


def validate_functional_mailbox(value: str) -> None:
    """Refuse `first.last@…`: the directory holds no natural persons."""
    words = re.split(r"[._]", value.partition("@")[0].lower())
    if len(words) == 2 and all(word.isalpha() for word in words) and not FUNCTIONAL_WORDS & set(words):
        raise ValidationError(
            _("“%(value)s” looks like a person's mailbox. Give a functional one, such as info@…"),
            params={"value": value},
        )
