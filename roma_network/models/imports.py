"""Imports: files that curators sent, in parts, and what became of them."""

from django.conf import settings
from django.db import models
from django.db.models import Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def empty_object():
    """For a column that code still at work does not know."""
    return models.JSONField(default=dict, db_default=Value({}, models.JSONField()))


class Import(models.Model):
    """A batch: a file that somebody sent, what it comes to, and what became of it. Kept for good once it was run."""

    class State(models.TextChoices):
        READING = "reading", _("Being read")
        MAPPING = "mapping", _("Columns to be named")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked")
        WRITING = "writing", _("Being imported")
        UNDOING = "undoing", _("Being taken back")
        DONE = "done", _("Imported")
        UNDONE = "undone", _("Taken back")
        FAILED = "failed", _("Not imported")

    table = models.CharField(max_length=40)
    file_name = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    run_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    run_at = models.DateTimeField(null=True)  # when all of it was in the directory
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    undone_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READING)
    # Names the worker's turn at it, so that two never write, and nobody says yes to what another turn found.
    run = models.CharField(max_length=16)
    beat = models.DateTimeField(default=timezone.now)  # when the worker was last seen
    headings = models.JSONField(default=list)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    options = empty_object()  # how the file is to be read, see `importing.options`
    counts = models.JSONField(default=dict)  # outcome → number of lines
    summary = empty_object()  # kinds of mistakes, and of what was read otherwise than it stands there
    reason = models.CharField(max_length=300, blank=True)
    problem = models.TextField(blank=True)  # why it must be looked at again, or failed

    class Meta:
        default_permissions = ("add", "publish", "view")
        ordering = ["-pk"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self):
        return self.file_name

    @property
    def is_at_work(self):
        return self.state in (
            self.State.READING,
            self.State.CHECKING,
            self.State.WRITING,
            self.State.UNDOING,
        )


class ImportFile(models.Model):
    """What was sent, until it is read."""

    owner = models.OneToOneField(Import, on_delete=models.CASCADE, related_name="file")
    content = models.BinaryField()

    class Meta:
        default_permissions = ()

    def __str__(self):
        return str(self.owner)


class ImportPart(models.Model):
    """Some hundred lines of a file: `lines` are pairs of number and cells, `findings` what each comes to.

    Line → `slugs`: of the entry that it is; `answers`: what a curator said of it.
    """

    owner = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    lines = models.JSONField()
    findings = models.JSONField(default=list)
    slugs = empty_object()
    answers = empty_object()

    class Meta:
        default_permissions = ()
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "number"], name="roma_network_importpart_once")
        ]

    def __str__(self):
        return f"{self.owner} {self.number}"


class ImportBatch(models.Model):
    """The journal of what was written in one transaction: `rows` are triples of key, before and after."""

    owner = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="batches")
    number = models.PositiveIntegerField()
    rows = models.JSONField()
    sources = models.JSONField(default=list)  # keys of those that are new

    class Meta:
        default_permissions = ()
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "number"], name="roma_network_importbatch_once")
        ]

    def __str__(self):
        return f"{self.owner} {self.number}"


class ImportedRow(models.Model):
    """That a row of the import's table, by its key, came from it or was changed by it."""

    owner = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    key = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="roma_network_importedrow_once")]

    def __str__(self):
        return f"{self.owner} {self.key}"
