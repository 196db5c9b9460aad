"""Imports: files that curators sent, in parts, and what became of them."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Import(models.Model):
    """A file that somebody sent, what it comes to, and what became of it."""

    class State(models.TextChoices):
        READING = "reading", _("Being read")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked")
        WRITING = "writing", _("Being imported")
        UNDOING = "undoing", _("Being taken back")
        DONE = "done", _("Imported")
        FAILED = "failed", _("Not imported")

    table = models.CharField(max_length=40)
    file_name = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READING)
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

    @property
    def is_at_work(self):
        return self.state not in (self.State.CHECKED, self.State.DONE, self.State.FAILED)


class ImportFile(models.Model):
    """What was sent, until it is read."""

    owner = models.OneToOneField(Import, on_delete=models.CASCADE, related_name="file")
    content = models.BinaryField()

    class Meta:
        default_permissions = ()

    def __str__(self):
        return str(self.owner)


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


class ImportBatch(models.Model):
    """What was written in one transaction, until all of an import is: `rows` are triples of key, before and after."""

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
