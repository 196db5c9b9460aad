"""The log of changes: a numbered record of each public row, and marks of what a transaction touched."""

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.utils import timezone

from roma_network.models.content_version import settle


class RecordQuerySet(models.QuerySet):
    def settled(self):
        """All records, those included that the transaction altered in which they are asked for."""
        if connections[DEFAULT_DB_ALIAS].in_atomic_block:
            settle.value()
        return self.all()

    def public(self, part):
        """Of a part, those of rows that are there."""
        return self.settled().filter(part=part, body__isnull=False)


class Record(models.Model):
    """What readers see of one row of a part, as JSON text, under the number of its last change.

    Where the row is gone `body` is null: a tombstone, with the key of the entry in its place if it was merged.
    """

    number = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField(default=timezone.now)
    part = models.CharField(max_length=40)
    key = models.TextField()  # what readers know the row by
    row = models.CharField(max_length=20)  # the primary key of the row, as text
    body = models.TextField(null=True)  # noqa: DJ001, empty is no JSON
    merged_into = models.TextField(default="", db_default="", db_column="heir")

    objects = RecordQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["part", "key"], name="roma_network_record_once")]
        indexes = [models.Index(fields=["part", "row"], name="roma_network_record_row")]

    def __str__(self):
        return f"{self.number} {self.part} {self.key}"

    @property
    def what(self):
        """What became of the row."""
        if self.body is not None:
            return "changed"
        return "merged" if self.merged_into else "removed"


class Mark(models.Model):
    """A row that a transaction touched: written by triggers of the database, gone before the transaction ends."""

    model = models.CharField(max_length=60)
    row = models.CharField(max_length=20)
    is_shown_anew = models.BooleanField()  # what records of other rows tell of it may have changed
    is_found_anew = models.BooleanField()  # what it is searched by may have changed

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.model} {self.row}"
