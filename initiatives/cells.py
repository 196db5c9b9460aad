"""Cells of an initiative's import that hold rows of their own."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from initiatives.models import Funding
from roma_network.editorial.importing.cells import BAR, Rows


class Fundings(Rows):
    parts = ("programme", "note", "amount_eur")
    changing = ("amount_eur",)

    def __init__(self):
        super().__init__(
            Funding,
            "initiative",
            "funding",
            _("Funding"),
            help_text=_("One a line: amount in euro | programme | note. Each may be empty."),
            example="1500000 | REC Programme | ",
        )

    def parse_line(self, line, known):
        parts = [part.strip() for part in line.split("|", 2)]
        if len(parts) != 3:
            raise ValidationError(translate("Write: amount in euro | programme | note"))
        amount, programme, note = parts
        if not programme and not note:
            raise ValidationError(translate("Name the programme, or write in the note who pays."))
        return self.clean(programme=programme, note=note, amount_eur=amount or None)

    def identity(self, value):
        return value[:2]

    def line(self, value):
        programme, note, amount = value
        return BAR.join(["" if amount is None else str(amount), programme, note])
