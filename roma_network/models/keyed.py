"""Rows with natural keys, whose changes raise the content version."""

from functools import reduce

from django.db import models, transaction
from django.db.models import Prefetch
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver

from roma_network.models.content_version import ContentVersion


class KeyedQuerySet(models.QuerySet):
    # Writes in sets send no signals, so these raise the content version themselves.

    @transaction.atomic
    def update(self, **values):
        ContentVersion.bump()
        return super().update(**values)

    @transaction.atomic
    def bulk_create(self, rows, *args, **options):
        ContentVersion.bump()
        return super().bulk_create(rows, *args, **options)

    update.alters_data = bulk_create.alters_data = True  # type: ignore[attr-defined]

    def get_by_natural_key(self, *key):
        return self.get(**dict(zip(natural_lookups(self.model), key, strict=True)))

    def with_sources(self):
        citations = self.model._meta.get_field("citations").related_model.objects
        return self.prefetch_related(Prefetch("citations", citations.select_related("source")))


class Keyed(models.Model):
    """A row that fixtures know by `natural_fields`, foreign keys among them standing for their own natural key."""

    natural_fields: tuple[str, ...]
    versioned: list[
        str
    ] = []  # links and rows that belong to a version; a list, so that other apps can append theirs
    former_names: dict[
        str, str
    ] = {}  # of columns, in versions and journals on record → what they are called now

    objects = KeyedQuerySet.as_manager()

    class Meta:
        abstract = True

    @transaction.atomic
    def save(self, *args, **kwargs):
        """In one transaction with the content version, which a signal raises."""
        super().save(*args, **kwargs)

    def natural_key(self):
        return tuple(reduce(getattr, lookup.split("__"), self) for lookup in natural_lookups(type(self)))


def natural_lookups(model: type[Keyed]) -> list[str]:
    """The lookups that a natural key fills, in its order: `["initiative__slug", "actor__slug", "role"]`."""
    lookups = []
    for name in model.natural_fields:
        related = model._meta.get_field(name).related_model
        lookups += [f"{name}__{lookup}" for lookup in natural_lookups(related)] if related else [name]  # type: ignore[arg-type]  # a key leads to rows with keys
    return lookups


@receiver([post_save, post_delete, m2m_changed])
def raise_content_version(sender, instance, **kwargs):
    if isinstance(instance, Keyed):
        ContentVersion.bump()
