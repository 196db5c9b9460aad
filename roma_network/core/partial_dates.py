"""Dates as the sources give them: a year, a month or a day, and never more exact than that."""

import re
from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Least, Left, Length
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

PATTERN = r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"


def validate_partial_date(value):
    try:
        if not re.fullmatch(PATTERN, value):
            raise ValueError(value)
        date.fromisoformat((value + "-01-01")[:10])
    except ValueError:
        raise ValidationError(
            _("“%(value)s” is not a date. Write 2011, 2011-04 or 2011-04-05."), params={"value": value}
        ) from None


class PartialDateField(models.CharField):
    """`YYYY`, `YYYY-MM` or `YYYY-MM-DD` as text, or an empty text where no source names a date.

    Texts of this form sort by time, and compare with a year as text: `start__lt="2012"` is "before 2012".
    """

    default_validators = [validate_partial_date]

    def __init__(self, *args, **kwargs):
        kwargs = {"blank": True} | kwargs | {"max_length": 10, "default": ""}
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "default"):
            del kwargs[fixed]
        if not kwargs.pop("blank", False):
            kwargs["blank"] = False
        return name, path, args, kwargs


def partial_date_constraint(field: str) -> models.CheckConstraint:
    """A check that `field` is empty or a well-formed partial date."""
    return models.CheckConstraint(
        condition=models.Q(**{field: ""}) | models.Q(**{f"{field}__regex": PATTERN}),
        name=f"%(app_label)s_%(class)s_{field}_is_a_date",
        violation_error_message=_("Write a date as 2011, 2011-04 or 2011-04-05."),
    )


def not_before_constraint(later: str, earlier: str, message: "str | _StrPromise") -> models.CheckConstraint:
    """A check that `later` is not before `earlier`, as far as both are known: 2020 is not before 2020-05."""
    shared = Least(Length(later), Length(earlier))
    return models.CheckConstraint(
        condition=models.Q(**{later: ""})
        | models.Q(**{earlier: ""})
        | models.Q(GreaterThanOrEqual(Left(later, shared), Left(earlier, shared))),
        name=f"%(app_label)s_%(class)s_{later}_not_before_{earlier}",
        violation_error_message=message,
    )


def is_before(one: str, other: str) -> bool:
    """Whether a date is surely before another: 2020 is not before 2020-05, and nothing is before what is not known."""
    shared = min(len(one), len(other))
    return one[:shared] < other[:shared]
