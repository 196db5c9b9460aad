"""What two facts of an entry say against one another, as it was found last: see `editorial.consistency`."""

from hashlib import blake2b
from json import dumps

from django.db import models
from django.utils.translation import gettext_lazy as _

from roma_network.core.text_fields import LineField
from roma_network.models.keyed import Keyed, KeyedQuerySet


def mark_of(says: dict[str, str]) -> str:
    """Tells what was said then from what is said once one of the facts was changed."""
    return blake2b(dumps(says, sort_keys=True).encode(), digest_size=8).hexdigest()


class ContradictionQuerySet(KeyedQuerySet):
    def of(self, table, slugs=None):
        """About entries of a table, or about some of them."""
        found = self.filter(table=table.name)
        return found if slugs is None else found.filter(entry__in=list(slugs))

    def unexplained(self, table):
        return self.of(table).filter(reason="")


class Contradiction(Keyed):
    """Kept for work lists, and for the reason why both facts stand all the same. It is gone once one of them is."""

    natural_fields = ("table", "entry", "rule", "mark")

    table = models.CharField(_("kind"), max_length=20)  # as its columns are declared under
    entry = models.CharField(_("entry"), max_length=80)  # its slug
    rule = models.CharField(_("rule"), max_length=40)
    mark = models.CharField(max_length=16, editable=False)
    says = models.JSONField(default=dict, editable=False)  # what the words of the rule leave open
    reason = LineField(
        _("why both stand"),
        max_length=300,
        blank=True,
        default="",
        help_text=_(
            "What the sources say of it. Only what is true on both sides is explained; else mend the entry."
        ),
    )

    objects = ContradictionQuerySet.as_manager()

    class Meta:
        ordering = ["table", "entry", "rule", "mark"]
        verbose_name = _("contradiction")
        verbose_name_plural = _("contradictions")
        default_permissions = ("view", "change")
        constraints = [
            models.UniqueConstraint(
                fields=["table", "entry", "rule", "mark"],
                name="roma_network_contradiction_once",
                violation_error_message=_("This contradiction is there already."),
            )
        ]

    def __str__(self):
        return f"{self.entry}: {self.rule}"
