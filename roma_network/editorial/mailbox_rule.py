"""The rule for mailboxes where they change, by whichever way: see `core.mailboxes`."""

from collections.abc import Collection
from typing import Any

from roma_network.core import mailboxes
from roma_network.core.text_fields import MailboxField


def changed_mailboxes(model: type[Any], changed: Collection[str]) -> list[str]:
    """The fields among these that hold a mailbox."""
    return [
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, MailboxField) and field.name in changed
    ]


def check_mailbox(entry: Any, name: str, *, reason: str = "") -> str:
    """What to warn of. Raises `ValidationError` where it is a person's, unless a reason tells that it is not."""
    value = getattr(entry, name)
    called = [getattr(entry, each, "") for each in ("name", "acronym", "native_name", "locality")]
    return mailboxes.check(value, called, reason=reason) if value else ""
