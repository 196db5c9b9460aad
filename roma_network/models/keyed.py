"""Rows with natural keys."""

from functools import reduce
from itertools import count

from anyascii import anyascii
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Prefetch
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from roma_network.models import loops

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"


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

    def sourced(self):
        """The rows that some source backs."""
        citations = self.model._meta.get_field("citations").related_model.objects
        return self.filter(Exists(citations.filter(subject=OuterRef("pk"))))

    def with_sources(self):
        citations = self.model._meta.get_field("citations").related_model.objects
        return self.prefetch_related(Prefetch("citations", citations.select_related("source")))


class Keyed(models.Model):
    """A row that fixtures know by `natural_fields`, foreign keys among them standing for their own natural key."""

    natural_fields: tuple[str, ...]
    versioned: list[
        str
    ] = []  # links and rows that belong to a version; a list, so that other apps can append theirs
    needs_source = False  # before readers may see it; entries have a rule of their own
    former_names: dict[
        str, str
    ] = {}  # of columns, in versions and journals on record → what they are called now

    objects = KeyedQuerySet.as_manager()

    class Meta:
        abstract = True

    @transaction.atomic
    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)

    def clean(self):
        super().clean()
        loops.check(self)

    def natural_key(self):
        return tuple(reduce(getattr, lookup.split("__"), self) for lookup in natural_lookups(type(self)))


class Slugged(Keyed):
    """A row that files and other rows name by a slug of its own, which it gets when it is first stored."""

    natural_fields = ("slug",)

    slug = models.SlugField(  # noqa: DJ001  empty in what code stores that knows no slug yet
        _("slug"),
        max_length=120,
        null=True,
        blank=True,
        db_index=False,
        help_text=_("Names this row in files. Left empty, one is made."),
    )

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["slug"],
                name="%(app_label)s_%(class)s_slug_once",
                violation_error_message=_("Another row has this slug."),
            ),
            models.CheckConstraint(
                condition=models.Q(slug__isnull=True) | models.Q(slug__regex=SLUG),
                name="%(app_label)s_%(class)s_slug_is_part_of_an_address",
                violation_error_message=_("Write small letters, digits and single hyphens: city-of-glasgow."),
            ),
        ]

    def save(self, *args, **kwargs):
        if not self.slug:
            self.slug = self.slug_kept() or self.slug_that_is_free()
        super().save(*args, **kwargs)

    def slug_parts(self) -> list[str]:
        """What a slug is made of."""
        raise NotImplementedError

    def slug_kept(self):
        """That of the row as it is stored: versions on record may be older than slugs."""
        return type(self).objects.filter(pk=self.pk).values_list("slug", flat=True).first()

    def slug_that_is_free(self):
        base = slugify(anyascii(" ".join(filter(None, self.slug_parts()))))[:100].strip("-")
        taken = set(type(self).objects.filter(slug__startswith=base).values_list("slug", flat=True))
        return next(slug for n in count(1) if (slug := base if n == 1 else f"{base}-{n}") not in taken)


def natural_lookups(model: type[Keyed]) -> list[str]:
    """The lookups that a natural key fills, in its order: `["initiative__slug", "actor__slug", "role"]`."""
    lookups = []
    for name in model.natural_fields:
        related = model._meta.get_field(name).related_model
        lookups += [f"{name}__{lookup}" for lookup in natural_lookups(related)] if related else [name]  # type: ignore[arg-type]  # a key leads to rows with keys
    return lookups
