"""The tables of initiatives and participations, as they are imported and exported."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from initiatives.models import Funding, Initiative, InitiativeCitation, Participation, ParticipationCitation
from roma_network.editorial.importing.cells import BAR, Citations, Key, KeyLink, Link, Links, Plain, Rows
from roma_network.editorial.importing.dry_run import ImportTable, SlugKey, kept_columns

DATE = _("A year, month or day: 1996, 1996-05, 1996-05-02.")


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


def field(name):
    return Initiative._meta.get_field(name)


def tie(name):
    return Participation._meta.get_field(name)


initiatives = ImportTable(
    Initiative,
    [
        SlugKey(field("slug"), example="romact"),
        Plain(field("name"), example="ROMACT"),
        Plain(field("acronym")),
        Plain(field("kind"), example="programme"),
        Plain(field("summary")),
        Plain(field("start"), help_text=DATE, example="2013"),
        Plain(field("end"), help_text=DATE),
        Plain(field("website"), example="https://coe-romact.org"),
        Links(
            field("themes"),
            by="slug",
            help_text=_("Slugs, with semicolons between."),
            example="education; housing",
        ),
        Links(
            field("countries"), by="code", help_text=_("Codes, with semicolons between."), example="BG; RO"
        ),
        Link(field("parent"), "part_of", help_text=_("The slug of the initiative that it belongs to.")),
        Link(
            field("follows"),
            "follows",
            help_text=_("The slug of the initiative that it succeeded."),
            example="romed",
        ),
        Fundings(),
        Citations(InitiativeCitation),
        *kept_columns(),
    ],
)

participations = ImportTable(
    Participation,
    [
        KeyLink(tie("initiative"), "initiative", help_text=_("Its slug."), example="romact"),
        KeyLink(tie("actor"), "actor", help_text=_("Its slug."), example="city-of-glasgow"),
        Key(tie("role"), example="partner"),
        Plain(tie("start"), help_text=DATE),
        Plain(tie("end"), help_text=DATE),
        Plain(tie("note")),
        Citations(ParticipationCitation),
    ],
)
