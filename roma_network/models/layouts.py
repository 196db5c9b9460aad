"""The stored layout of the network's picture."""

from django.db import models


class Layout(models.Model):
    """Where everybody stands in the picture of the network: one row, see `directory.pictures.network_layout`."""

    version = models.CharField(max_length=40, blank=True)  # of the content that it shows
    places = models.BinaryField(default=bytes)
    made_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)  # when a worker began to compute it

    class Meta:
        default_permissions = ()
        db_table = "initiatives_layout"  # where it was first kept

    def __str__(self):
        return self.version
