"""Links that the directory gives, and whether they still work."""

from django.db import models
from django.utils.translation import gettext_lazy as _


def url_fields(model: type[models.Model]) -> list[str]:
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
