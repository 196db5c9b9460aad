"""Columns that hold text as `clean_text` leaves it: the one boundary where text enters, whichever way it comes."""

from django import forms
from django.db import models

from roma_network.core.clean_text import clean_text


class SameColumn:
    """A field that makes the very column of `plain_class`: to migrations it is that. Forms read it by `form_class`."""

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, f"django.db.models.{self.plain_class.__name__}", args, kwargs

    def formfield(self, **options):
        return super().formfield(**{"form_class": self.form_class, **options})


class CleanText:
    multiline = False

    def cleaned(self, value):
        return clean_text(value, multiline=self.multiline) if isinstance(value, str) else value

    def to_python(self, value):
        """What forms, imports and `full_clean` bring."""
        return self.cleaned(super().to_python(value))


class CleanColumn(CleanText, SameColumn):
    def get_db_prep_save(self, value, connection):
        """Whatever else is written: in sets, from fixtures, by code that asks no form."""
        return super().get_db_prep_save(self.cleaned(value), connection)


class LineInput(CleanText, forms.CharField):
    pass


class ProseInput(CleanText, forms.CharField):
    multiline = True


class MailboxInput(CleanText, forms.EmailField):
    pass


class LineField(CleanColumn, models.CharField):
    plain_class, form_class = models.CharField, LineInput


class ProseField(CleanColumn, models.TextField):
    multiline = True
    plain_class, form_class = models.TextField, ProseInput


class MailboxField(CleanColumn, models.EmailField):
    """Whose mailbox it may be is checked where it changes, since a reason may tell: see `mailboxes.check`."""

    plain_class, form_class = models.EmailField, MailboxInput
