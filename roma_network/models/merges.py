"""Merged entries, and pairs that were told apart."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from roma_network.models.entries import Editorial


class Merge(models.Model):
    """One entry in the place of two. Subclasses add `old` and `survivor`.

    The row of the old one stays, withdrawn: so its slug is never given away, its history can still be read, and
    what is undone is the very row that was.
    """

    old: "Editorial"
    old_id: int
    survivor: "Editorial"
    survivor_id: int
    names = models.JSONField(default=list)  # by which readers may still look for it
    journal = models.JSONField(default=list, encoder=DjangoJSONEncoder)  # see `merging.Journal`
    at = models.DateTimeField(_("merged at"), default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        abstract = True
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(old=F("survivor")), name="%(app_label)s_%(class)s_is_of_two"
            ),
        ]

    def __str__(self):
        return f"{self.old} → {self.survivor}"


class Distinct(models.Model):
    """Two entries of one kind that look alike, and of which somebody said that they are not the same."""

    kind = models.CharField(max_length=80)  # the label of their model
    first = models.PositiveBigIntegerField()
    second = models.PositiveBigIntegerField()
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "first", "second"], name="roma_network_distinct_said_once"
            ),
            models.CheckConstraint(
                condition=models.Q(first__lt=F("second")), name="roma_network_distinct_in_order"
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.first} ≠ {self.second}"
