"""Rows with natural keys."""

from functools import reduce

from django.db import models, transaction
from django.db.models import Prefetch


class KeyedQuerySet(models.QuerySet):
    # In transactions, at whose end what was altered is numbered: see `changes.log`.

    @transaction.atomic
    def update(self, **values):
        return super().update(**values)

    @transaction.atomic
    def bulk_create(self, rows, *args, **options):
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
