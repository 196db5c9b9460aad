"""Sources, and the citations (provenance) that tie them to what they back."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Cast
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from roma_network.core.hooks import Hook
from roma_network.core.partial_dates import PartialDateField, partial_date_constraint
from roma_network.core.text_fields import LineField, SameColumn
from roma_network.core.web_addresses import WebAddressField
from roma_network.models.keyed import Keyed, KeyedQuerySet
from roma_network.models.vocabularies import vocabulary_constraint

facts_of = Hook[Callable[[type[models.Model]], dict[str, Any]]](
    "model → the facts of its rows that a citation may name, each with its title",
    filled_in="roma_network.apps",
)


class Origin(models.TextChoices):
    OFFICIAL = "official", _("Official: the body itself, or a public authority")
    SECONDARY = "secondary", _("Secondary: somebody else tells of it")
    MIRROR = "mirror", _("Copy: a site that shows the documents of others")


class Source(Keyed):
    """A public page that was read, and that backs facts of one or more rows."""

    natural_fields = ("url",)

    url = WebAddressField(_("address"), max_length=600, unique=True)
    title = LineField(_("title"), max_length=300)
    publisher = LineField(_("publisher"), max_length=200)
    origin = models.CharField(
        _("origin"),
        max_length=10,
        choices=Origin.choices,
        default=Origin.SECONDARY,
        db_default=Origin.SECONDARY,
    )
    language = LineField(
        _("language"),
        max_length=12,
        blank=True,
        default="",
        db_default="",
        help_text=_("A BCP 47 code: en, ro, rom."),
    )
    accessed_on = models.DateField(_("read on"), null=True, blank=True)
    archive_url = WebAddressField(
        _("archived copy"),
        max_length=600,
        blank=True,
        default="",
        db_default="",
        help_text=_("Where the page stands as it was read: an address of the Internet Archive or the like."),
    )

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
            vocabulary_constraint("origin", Origin),
        ]

    def __str__(self):
        return f"{self.title} ({self.publisher})"

    @property
    def is_mirror(self):
        return self.origin == Origin.MIRROR


class FactsField(SameColumn, models.JSONField):
    """Names of facts of the row that is cited for, in the order in which its columns are declared."""

    plain_class = models.JSONField

    def __init__(self, *args, **kwargs):
        # The database's default serves code that does not know the column yet.
        kwargs |= {"blank": True, "default": list, "db_default": models.Value([], models.JSONField())}
        super().__init__(*args, **kwargs)

    @property
    def vocabulary(self):
        """Fact → its title."""
        return facts_of.value(self.model._meta.get_field("subject").related_model)

    @property
    def flatchoices(self):
        return list(self.vocabulary.items())

    def ordered(self, names: Iterable[str]) -> list[str]:
        """These facts, each once. Refuses what is none."""
        names = set(names)
        if unknown := sorted(names - self.vocabulary.keys()):
            words = {"value": unknown[0], "known": ", ".join(self.vocabulary)}
            raise ValidationError(_("“%(value)s” is none of: %(known)s."), params=words)
        return [name for name in self.vocabulary if name in names]

    def clean(self, value, instance):
        return self.ordered(super().clean(value, instance))

    def formfield(self, **options):
        usual = {
            "choices": lambda: self.flatchoices,
            "widget": forms.CheckboxSelectMultiple,
            "required": False,
            "label": capfirst(self.verbose_name),
            "help_text": self.help_text,
        }
        return forms.MultipleChoiceField(**usual | options)


class CitationQuerySet(KeyedQuerySet):
    def naming(self, fact):
        """The citations that name a fact. (Of JSON, SQLite cannot be asked whether a list contains something.)"""
        named = Cast("facts", models.TextField())
        return self.annotate(named=named).filter(named__contains=f'"{fact}"')


class Citation(Keyed):
    """A source that backs one row. Subclasses add `subject`, the row, with `related_name="citations"`."""

    natural_fields = ("subject", "source")
    former_names = {"supports": "note"}

    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="%(app_label)s_%(class)ss", verbose_name=_("source")
    )
    facts = FactsField(_("facts"), help_text=_("The facts that this source backs."))
    note = LineField(
        _("note"),
        max_length=300,
        blank=True,
        db_column="supports",
        help_text=_("What the source says beyond these facts, in a few words; empty where that is nothing."),
    )
    checked_on = PartialDateField(
        _("checked on"),
        db_default="",
        help_text=_("When somebody last read in the source that these facts are so."),
    )

    objects = CitationQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["pk"]
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "source"],
                name="%(app_label)s_%(class)s_cites_once",
                violation_error_message=_("This source is cited here already: add to what it backs."),
            ),
            models.CheckConstraint(
                condition=~models.Q(facts=[], note=""),
                name="%(app_label)s_%(class)s_backs_something",
                violation_error_message=_("Name the facts that this source backs, or write a note."),
            ),
            partial_date_constraint("checked_on"),
        ]

    def __str__(self):
        return "; ".join(filter(None, [f"{self.source}: {self.briefly}", self.note if self.facts else ""]))

    @property
    def vocabulary(self):
        """Fact → its title, of all that it may name."""
        return self._meta.get_field("facts").vocabulary

    @property
    def briefly(self):
        """What it backs, in the reader's words; what it says where it backs no fact."""
        return ", ".join(fact_titles(self, self.facts)) or self.note


def fact_titles(citation: Citation, facts: Iterable[str]) -> list[str]:
    """What readers call these facts."""
    return [str(citation.vocabulary.get(fact, fact)) for fact in facts]
