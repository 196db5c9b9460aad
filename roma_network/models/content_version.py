"""The content version: one number that rises with every change, in the transaction of the change."""

from secrets import token_hex

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import F


class ContentVersion(models.Model):
    """One row, which changes with every change to the directory and in the same transaction.

    What was computed from the directory is kept under the version it was computed from.
    """

    number = models.PositiveBigIntegerField(default=1)
    token = models.CharField(max_length=8)  # keeps versions apart after a backup was restored

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.number}.{self.token}"

    @classmethod
    def current(cls, using=DEFAULT_DB_ALIAS):
        """The version as text. Read it before what is kept under it, never after. This causes a query.

        In SQL, for every public request asks: the same by the ORM takes four times as long.
        """
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT number, token FROM roma_network_contentversion WHERE id = 1")
            return ".".join(map(str, cursor.fetchone() or ["0"]))

    @classmethod
    def bump(cls):
        token = token_hex(4)
        if not cls.objects.filter(pk=1).update(number=F("number") + 1, token=token):
            cls.objects.bulk_create([cls(pk=1, token=token)], ignore_conflicts=True)
