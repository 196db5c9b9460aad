"""Cells of an actor's import that hold rows of their own."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from roma_network.editorial.importing.cells import RowsColumn, none_of
from stakeholders.models import ActorName, NameKind

KINDS = frozenset(NameKind.values)


class OtherNames(RowsColumn):
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
        if kind not in KINDS:
            raise none_of(kind, KINDS)
        return self.clean(name=name, kind=kind, language=language)

    def line(self, value):
        name, kind, language = value
        return f"{kind} | {language} | {name}"
