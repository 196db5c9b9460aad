"""The ground that both apps stand on: editorial state, sources, citations."""

import re
from functools import reduce
from secrets import token_hex

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.models import F, Prefetch
from django.db.models.functions import Coalesce, Greatest, TruncDate
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from django.dispatch import Signal, receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from roma_network import search

names_changed = Signal()  # of entries, perhaps: sent by their model, with their `keys`, after writes in sets


class Status(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


def known(field, choices):
    """A check that `field` holds one of `choices`: the database knows the vocabulary too."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__in": choices.values}),
        name=f"%(app_label)s_%(class)s_{field}_is_known",
        violation_error_message=_("Choose one of the listed values."),
    )


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

    update.alters_data = bulk_create.alters_data = True

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

    objects = KeyedQuerySet.as_manager()

    class Meta:
        abstract = True

    @transaction.atomic
    def save(self, *args, **kwargs):
        """In one transaction with the content version, which a signal raises."""
        super().save(*args, **kwargs)

    def natural_key(self):
        return tuple(reduce(getattr, lookup.split("__"), self) for lookup in natural_lookups(type(self)))


def natural_lookups(model):
    """The lookups that a natural key fills, in its order: `["initiative__slug", "actor__slug", "role"]`."""
    lookups = []
    for name in model.natural_fields:
        related = model._meta.get_field(name).related_model
        lookups += [f"{name}__{lookup}" for lookup in natural_lookups(related)] if related else [name]
    return lookups


class EditorialQuerySet(KeyedQuerySet):
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
    """What a version of an entry holds besides the columns of its entry: see `history.State`."""

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
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), default=timezone.now, editable=False)
    sort_name = models.CharField(max_length=search.LONGEST_NAME, default="", editable=False)
    search_text = models.TextField(default="", editable=False)

    objects = EditorialQuerySet.as_manager()
    history = Versions(
        bases=[Version],
        inherit=True,
        excluded_fields=DERIVED,
        history_change_reason_field=models.CharField(_("reason"), max_length=300, blank=True, default=""),
    )

    class Meta:
        abstract = True
        default_permissions = ("add", "change", "delete", "view", "publish")
        constraints = [
            known("status", Status),
            models.CheckConstraint(
                condition=models.Q(slug__regex=r"^[a-z0-9]+(-[a-z0-9]+)*$"),
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
        """All names that people may look for, the main one first."""
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
        self.sort_name = search.fold(names[0])[: search.LONGEST_NAME]
        self.search_text = search.searchable(names, self.searched_rest())


class Merge(models.Model):
    """One entry in the place of two. Subclasses add `old` and `survivor`.

    The row of the old one stays, withdrawn: so its slug is never given away, its history can still be read, and
    what is undone is the very row that was.
    """

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


class Source(Keyed):
    """A public page that was read, and that backs facts of one or more rows."""

    natural_fields = ("url",)

    url = models.URLField(_("address"), max_length=600, unique=True)
    title = models.CharField(_("title"), max_length=300)
    publisher = models.CharField(_("publisher"), max_length=200)
    accessed_on = models.DateField(_("read on"), null=True, blank=True)

    class Meta:
        ordering = ["title", "url"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(url__startswith="http://") | models.Q(url__startswith="https://"),
                name="roma_network_source_url_is_http",
                violation_error_message=_("Write an address that begins with http:// or https://."),
            ),
        ]

    def __str__(self):
        return f"{self.title} ({self.publisher})"


def url_fields(model):
    """The names of the fields that hold a public address."""
    return [field.name for field in model._meta.fields if isinstance(field, models.URLField)]


class LinkQuerySet(models.QuerySet):
    def dead(self):
        return self.filter(failures__gte=Link.RUNS_TO_DIE)


class Link(models.Model):
    """An address that the directory gives, and whether it still works: kept by `check_links`, never by hand."""

    RUNS_TO_DIE = 3  # a site may be down for a day or two

    class State(models.TextChoices):
        WORKS = "works", _("Works")
        UNCLEAR = "unclear", _("Does not answer to programs")
        NOT_FOUND = "not_found", _("The page is not there")
        SERVER_ERROR = "server_error", _("The site reports an error of its own")
        NO_HOST = "no_host", _("There is no such site")
        NO_ANSWER = "no_answer", _("The site does not answer")
        INSECURE = "insecure", _("The site's certificate is not valid")
        ASTRAY = "astray", _("It leads in circles, or to no public address")

    url = models.URLField(_("address"), max_length=600, unique=True)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, blank=True)
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    moved_to = models.URLField(_("moved for good to"), max_length=2000, blank=True)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    checked_at = models.DateTimeField(_("checked at"), null=True)
    worked_at = models.DateTimeField(_("worked last at"), null=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        verbose_name = _("link")
        verbose_name_plural = _("links")
        indexes = [models.Index(fields=["failures"], name="roma_network_link_failures")]

    def __str__(self):
        return self.url

    @property
    def is_dead(self):
        return self.failures >= self.RUNS_TO_DIE


class Import(models.Model):
    """A file that somebody sent, what it comes to, and what became of it."""

    class State(models.TextChoices):
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked")
        WRITING = "writing", _("Being imported")
        DONE = "done", _("Imported")
        FAILED = "failed", _("Not imported")

    table = models.CharField(max_length=40)
    file_name = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=State.choices, default=State.CHECKING)
    run = models.CharField(max_length=16)  # names the worker's turn at it, so that two never write
    beat = models.DateTimeField(default=timezone.now)  # when the worker was last seen
    headings = models.JSONField(default=list)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)  # outcome → number of lines
    reason = models.CharField(max_length=300, blank=True)
    problem = models.TextField(blank=True)  # why it must be looked at again, or failed

    class Meta:
        default_permissions = ("add",)
        ordering = ["-pk"]

    def __str__(self):
        return self.file_name


class ImportPart(models.Model):
    """Some hundred lines of a file: `lines` are pairs of number and cells, `findings` what each comes to."""

    owner = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    lines = models.JSONField()
    findings = models.JSONField(default=list)

    class Meta:
        default_permissions = ()
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "number"], name="roma_network_importpart_once")
        ]

    def __str__(self):
        return f"{self.owner} {self.number}"


class Citation(Keyed):
    """A source that backs one row. Subclasses add `subject`, the row, with `related_name="citations"`."""

    natural_fields = ("subject", "source")

    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="%(app_label)s_%(class)ss", verbose_name=_("source")
    )
    supports = models.CharField(
        _("supports"),
        max_length=300,
        help_text=_("Which facts this source backs, in a few words: “founded 1996; seat in Brussels”."),
    )

    class Meta:
        abstract = True
        ordering = ["pk"]
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "source"],
                name="%(app_label)s_%(class)s_cites_once",
                violation_error_message=_("This source is cited here already: add to what it supports."),
            ),
        ]

    def __str__(self):
        return f"{self.source}: {self.supports}"


FUNCTIONAL_WORDS = {
    "admin",
    "communication",
    "contact",
    "equality",
    "gp",
    "hello",
    "inclusion",
    "info",
    "integration",
    "krp",
    "mail",
    "media",
    "ministry",
    "mission",
    "office",
    "post",
    "press",
    "programme",
    "project",
    "roma",
    "secretariat",
    "secretary",
    "sinti",
    "support",
    "team",
    "travellers",
    "un",
    "unit",
}


def validate_functional_mailbox(value):
    """Refuse `first.last@…`: the directory holds no natural persons."""
    words = re.split(r"[._]", value.partition("@")[0].lower())
    if len(words) == 2 and all(word.isalpha() for word in words) and not FUNCTIONAL_WORDS & set(words):
        raise ValidationError(
            _("“%(value)s” looks like a person's mailbox. Give a functional one, such as info@…"),
            params={"value": value},
        )


@receiver(pre_save)
def keep_searchable(sender, instance, **kwargs):
    """A signal, since loaddata saves without calling `save`."""
    if isinstance(instance, Editorial):
        instance.refresh_search()


@receiver([post_save, post_delete, m2m_changed])
def raise_content_version(sender, instance, **kwargs):
    if isinstance(instance, Keyed):
        ContentVersion.bump()
