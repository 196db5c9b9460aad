"""Constraints on closed vocabularies."""

from django.db import models
from django.utils.translation import gettext_lazy as _


def vocabulary_constraint(
    field: str, *choices: type[models.TextChoices], blank: bool = False
) -> models.CheckConstraint:
    """A check that `field` holds one of `choices`, or nothing: the database knows the vocabulary too."""
    known = [value for each in choices for value in each.values] + [""] * blank
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__in": known}),
        name=f"%(app_label)s_%(class)s_{field}_is_known",
        violation_error_message=_("Choose one of the listed values."),
    )
