"""Closed (controlled) vocabularies whose members carry more than a label."""

from django.db import models


class AnnotatedChoices(models.TextChoices):
    """Each annotation of a subclass is an attribute of all its members: value, attributes in that order, label.

    The label stands last, where Django looks for it.
    """

    def __new__(cls, value, *attributes):
        names = cls.__annotations__
        if len(attributes) != len(names):
            raise TypeError(f"{cls.__name__} “{value}” needs a value, {', '.join(names)} and a label.")
        member = str.__new__(cls, value)
        member._value_ = value
        vars(member).update(zip(names, attributes, strict=True))
        return member
