"""The table of actors, as it is imported and exported."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from roma_network.editorial.importing.cells import Citations, Link, Links, Plain, Rows, none_of
from roma_network.editorial.importing.dry_run import ImportTable, SlugKey, kept_columns
from stakeholders.models import Actor, ActorCitation, ActorName, NameKind


class OtherNames(Rows):
    parts = ("name", "kind", "language")
    changing = ("kind", "language")

    def __init__(self):
        super().__init__(
            ActorName,
            "actor",
            "other_names",
            _("Other names"),
            help_text=_(
                "One a line: the name alone, or kind | language | name. Kinds: alias, former, translation. "
                "The language, a code such as ro, may be empty."
            ),
            example="former | ro | Agenția Națională pentru Romi",
        )

    def parse_line(self, line, known):
        kind, language, name = NameKind.ALIAS, "", line
        parts = [part.strip() for part in line.split("|", 2)]
        if len(parts) == 3:
            kind, language, name = parts
        elif len(parts) == 2:
            raise ValidationError(translate("Write the name alone, or kind | language | name."))
        if kind not in NameKind.values:
            raise none_of(kind, NameKind.values)
        return self.clean(name=name, kind=kind, language=language)

    def line(self, value):
        name, kind, language = value
        return f"{kind} | {language} | {name}"


def field(name):
    return Actor._meta.get_field(name)


actors = ImportTable(
    Actor,
    [
        SlugKey(field("slug"), example="city-of-glasgow"),
        Plain(field("name"), example="Glasgow City Council"),
        Plain(field("acronym")),
        Plain(field("native_name"), example="Agenția Națională pentru Romi"),
        Plain(field("native_language"), example="ro"),
        OtherNames(),
        Plain(field("type"), example="local_authority"),
        Link(
            field("parent"),
            "part_of",
            help_text=_("The slug of the actor that it belongs to."),
            example="european-commission",
        ),
        Link(field("country"), "country", by="code", example="RO"),
        Plain(field("locality"), example="Glasgow"),
        Plain(field("latitude"), example="55.86"),
        Plain(field("longitude"), example="-4.25"),
        Plain(field("website"), example="https://www.glasgow.gov.uk"),
        Plain(field("email"), example="info@example.org"),
        Plain(
            field("founded"), help_text=_("A year, month or day: 1996, 1996-05, 1996-05-02."), example="1996"
        ),
        Plain(field("closed"), help_text=_("A year, month or day: 1996, 1996-05, 1996-05-02.")),
        Plain(field("summary")),
        Links(
            field("themes"),
            by="slug",
            help_text=_("Slugs, with semicolons between."),
            example="education; housing",
        ),
        Plain(field("wikidata"), example="Q1234"),
        Plain(field("ror"), example="02qsmb048"),
        Plain(field("transparency_register"), example="123456789-01"),
        Citations(ActorCitation),
        *kept_columns(),
    ],
)
