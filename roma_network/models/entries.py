"""Entries with an editorial life: their status (soft delete: withdrawn rows stay), versions, and what they are searched by."""

from django.db import models
from django.db.models.functions import Coalesce, Greatest, TruncDate
from django.db.models.signals import post_delete, pre_save
from django.dispatch import Signal, receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from roma_network.core import folding
from roma_network.core.text_fields import LineField
from roma_network.models.keyed import SLUG, Keyed, KeyedQuerySet
from roma_network.models.links import Link, url_fields
from roma_network.models.vocabularies import vocabulary_constraint

purge_needed = (
    Signal()
)  # sent in the transaction after which readers must not be shown an old copy of an entry
names_changed = Signal()  # of entries, perhaps: sent by their model, with their `keys`, after writes in sets


class Status(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class EditorialQuerySet(KeyedQuerySet):
    # Writes in sets send no signals of their own.

    def update(self, **values):
        count = super().update(**values)
        self.model.purge_after(values)
        return count

    def bulk_create(self, rows, *args, **options):
        rows = super().bulk_create(rows, *args, **options)
        self.model.purge_after(options.get("update_fields") or ())
        return rows

    update.alters_data = bulk_create.alters_data = True  # type: ignore[attr-defined]  # templates look for it

    def published(self):
        """The one definition of public: every page, feed, export, sitemap and API starts here."""
        return self.filter(status=Status.PUBLISHED)

    def weights(self):
        """Key → how well connected the entry is; those without ties are left out."""
        return {}

    def with_searched(self):
        """With the related rows that searching looks at."""
        return self

    def refresh_search(self):
        """Recompute the derived columns of all rows, in sets."""
        rows = list(self.with_searched())
        for row in rows:
            row.refresh_search()
        self.model.objects.bulk_update(rows, ["sort_name", "search_text"], batch_size=500)

    def with_touched(self):
        """Annotate `touched`: the day an entry was last verified or changed, whichever is later."""
        changed = TruncDate("updated_at")
        return self.annotate(touched=Greatest(Coalesce("verified_on", changed), changed))


DERIVED = ["sort_name", "search_text", "created_at", "updated_at"]  # kept by the directory itself


class Version(models.Model):
    """What a version of an entry holds besides the columns of its entry: see `editorial.revisions.Snapshot`."""

    instance_type: type[models.Model]  # which simple-history gives: that of the entry

    rows = models.JSONField(default=dict)

    class Meta:
        abstract = True


class Versions(HistoricalRecords):
    def get_meta_options(self, model):
        return super().get_meta_options(model) | {"default_permissions": ()}

    def get_change_reason_for_object(self, instance, history_type, using):
        return super().get_change_reason_for_object(instance, history_type, using) or ""


class Editorial(Keyed):
    """An entry with an editorial life. Only `published()` rows are public."""

    natural_fields = ("slug",)
    label_field = "name"
    contact_fields: tuple[
        str, ...
    ] = ()  # by which somebody is reached or found: an old value must not come back

    slug = models.SlugField(
        _("slug"),
        max_length=80,
        unique=True,
        help_text=_("Part of the public address. Never given to another entry."),
    )
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=Status.choices,
        default=Status.DRAFT,
        help_text=_("Only published entries are public."),
    )
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)
    verified_on = models.DateField(
        _("verified on"),
        null=True,
        blank=True,
        help_text=_("The day a curator last checked this entry against its sources."),
    )
    doubt = LineField(
        _("open question"),
        max_length=300,
        blank=True,
        default="",
        db_default="",
        help_text=_(
            "What the sources leave open, in one plain sentence that also says what would settle it."
        ),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), default=timezone.now, editable=False)
    sort_name = models.CharField(max_length=folding.LONGEST_NAME, default="", editable=False)
    search_text = models.TextField(default="", editable=False)

    objects = EditorialQuerySet.as_manager()
    history = Versions(
        bases=[Version],
        inherit=True,
        excluded_fields=DERIVED,
        no_db_index=["successor", "modelled_on"],  # nobody looks for versions by these
        history_change_reason_field=LineField(_("reason"), max_length=300, blank=True, default=""),
    )

    class Meta:
        abstract = True
        default_permissions = ("add", "change", "delete", "view", "publish")
        constraints = [
            vocabulary_constraint("status", Status),
            models.CheckConstraint(
                condition=models.Q(slug__regex=SLUG),
                name="%(app_label)s_%(class)s_slug_is_part_of_an_address",
                violation_error_message=_("Write small letters, digits and single hyphens: city-of-glasgow."),
            ),
            models.CheckConstraint(
                condition=~models.Q(status=Status.PUBLISHED) | models.Q(published_at__isnull=False),
                name="%(app_label)s_%(class)s_published_has_a_date",
                violation_error_message=_("A published entry needs the time of its publication."),
            ),
        ]

    def __str__(self):
        return getattr(self, self.label_field)

    def save(self, *args, update_fields=None, **kwargs):
        self.updated_at = timezone.now()
        if self.status == Status.PUBLISHED and not self.published_at:
            self.published_at = self.updated_at
        if update_fields is not None:
            update_fields = {*update_fields, "updated_at", "published_at", "sort_name", "search_text"}
        super().save(*args, update_fields=update_fields, **kwargs)

    @classmethod
    def purge_fields(cls):
        """The columns of which no old copy may be shown to readers, not even in an outage."""
        return ("slug", "status", *cls.contact_fields)

    @classmethod
    def purge_after(cls, changed):
        """Tell that these columns of entries changed."""
        if not set(changed).isdisjoint(cls.purge_fields()):
            purge_needed.send(cls)

    @property
    def short_name(self):
        return getattr(self, "acronym", "") or str(self)

    @property
    def is_published(self):
        return self.status == Status.PUBLISHED

    @property
    def is_disposable(self):
        """A draft that never was public. All else stays on record."""
        return self.status == Status.DRAFT and not self.published_at

    @property
    def merged_into(self):
        """The entry that took the place of this one, if one did. This causes a query."""
        merge = getattr(self, "merge", None)
        return merge and merge.survivor

    def names_besides(self, other):
        """Rows, not saved yet, for the names of another entry that are none of this one."""
        return []

    def searched_names(self):
        """All names that people may look for, first the one under which it stands in lists."""
        return [self.name]

    def searched_rest(self):
        """Other texts worth searching, less weighty than a name."""
        return []

    def gaps(self):
        """What keeps an entry from the public: the part of its form → why."""
        found = {} if self.pk and self.citations.exists() else {"citations": _("It has no source.")}
        addresses = {name: getattr(self, name) for name in url_fields(type(self))}
        given = list(filter(None, addresses.values()))
        dead = set(Link.objects.dead().filter(url__in=given).values_list("url", flat=True))
        return found | {name: _("This link is broken.") for name, url in addresses.items() if url in dead}

    def refresh_search(self):
        names = self.searched_names()
        self.sort_name = folding.fold(names[0])[: folding.LONGEST_NAME]
        self.search_text = folding.searchable(names, self.searched_rest())


@receiver(pre_save)
def keep_searchable(sender, instance, **kwargs):
    """A signal, since loaddata saves without calling `save`."""
    if isinstance(instance, Editorial):
        instance.refresh_search()


@receiver(pre_save)
def purge_what_a_save_changes(sender, instance, **kwargs):
    """Only of what was public once: before that nobody has a copy."""
    if isinstance(instance, Editorial) and instance.pk:
        seen = sender.objects.filter(pk=instance.pk, published_at__isnull=False)
        stored = seen.values(*sender.purge_fields()).first() or {}
        sender.purge_after([name for name, value in stored.items() if value != getattr(instance, name)])


@receiver(post_delete)
def purge_what_is_deleted(sender, instance, **kwargs):
    if isinstance(instance, Editorial) and instance.published_at:
        purge_needed.send(sender)
