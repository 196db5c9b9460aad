"""Sources, and the citations that tie them to what they back."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from roma_network.core.text_fields import LineField
from roma_network.core.web_addresses import WebAddressField
from roma_network.models.keyed import Keyed


class Source(Keyed):
    """A public page that was read, and that backs facts of one or more rows."""

    natural_fields = ("url",)

    url = WebAddressField(_("address"), max_length=600, unique=True)
    title = LineField(_("title"), max_length=300)
    publisher = LineField(_("publisher"), max_length=200)
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


class Citation(Keyed):
    """A source that backs one row. Subclasses add `subject`, the row, with `related_name="citations"`."""

    natural_fields = ("subject", "source")

    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="%(app_label)s_%(class)ss", verbose_name=_("source")
    )
    supports = LineField(
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
