"""The content version: one number that rises with every change, in the transaction of the change."""

from collections.abc import Callable
from secrets import token_hex
from time import monotonic
from typing import ClassVar

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.models import F

from roma_network.core.hooks import Hook

settle = Hook[Callable[[], None]](
    "gives what this transaction altered so far its numbers", filled_in="roma_network.apps"
)


FRESH = 0.01  # seconds


class ContentVersion(models.Model):
    """One row, which changes with every change to the directory and in the same transaction.

    What was computed from the directory is kept under the version it was computed from. Records take their numbers from it:
    who changes something holds the row from then on until the transaction ends, so numbers come in the order of commits.
    """

    number = models.PositiveBigIntegerField(default=1)
    token = models.CharField(max_length=8)  # keeps versions apart after a backup was restored

    read_last: ClassVar[
        dict[str, tuple[str, float]]
    ] = {}  # database → the version that was read last, and when

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.number}.{self.token}"

    @classmethod
    def current(cls, using=DEFAULT_DB_ALIAS):
        """The version as text. Read it before what is kept under it, never after. This causes a query.

        In SQL, for every public request asks: the same by the ORM takes four times as long.
        """
        if using == DEFAULT_DB_ALIAS and connections[using].in_atomic_block:
            settle.value()  # who asks in the midst of a transaction sees what it has altered
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT number, token FROM roma_network_contentversion WHERE id = 1")
            return ".".join(map(str, cursor.fetchone() or ["0"]))

    @classmethod
    def fresh(cls, using: str = DEFAULT_DB_ALIAS) -> str:
        """The version as it is, or as it was some milliseconds ago: in a rush, to ask for it would take half of the time.

        What this process itself has written is in it.
        """
        version, read_at = cls.read_last.get(using, ("", 0.0))
        if monotonic() - read_at < FRESH and not connections[using].in_atomic_block:
            return version
        read_at = monotonic()
        version = cls.current(using)
        cls.read_last[using] = version, read_at
        return version

    @classmethod
    def last_number(cls) -> int:
        return int(cls.current().partition(".")[0])

    @classmethod
    def bump(cls, by: int = 1) -> int:
        """Raise the number and hold it until the transaction ends. What it was is returned."""
        transaction.on_commit(cls.read_last.clear)
        rows = cls.objects.filter(pk=1)
        values = {"number": F("number") + by, "token": token_hex(4)}
        if not rows.update(**values):
            ContentVersion.objects.bulk_create([ContentVersion(pk=1)], ignore_conflicts=True)
            rows.update(**values)
        return rows.values_list("number", flat=True).get() - by
