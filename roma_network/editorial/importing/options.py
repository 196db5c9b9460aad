"""How a file is to be read: what its headings name, what holds for all lines, what happens to what is there."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, field

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from roma_network.core import folding
from roma_network.editorial.importing.tables import ImportTable

REASON = "reason"  # heading of what was wrong with lines that came back
# What lists of others call columns, after folding.
CALLED = {
    "slug": ("id", "identifier", "key"),
    "name": (
        "title",
        "organisation",
        "organization",
        "body",
        "label",
        "authority",
        "name en",
        "name english",
    ),
    "title": ("name", "document"),
    "acronym": ("abbreviation", "abbr", "short name", "short form"),
    "native_name": ("original name", "name in original language", "name native"),
    "type": ("kind", "category", "classification"),
    "kind": ("type", "category", "classification"),
    "part_of": ("parent", "parent id", "parent organisation", "parent organization"),
    "country": ("country code", "jurisdiction code", "jurisdiction", "state", "iso"),
    "countries": ("country", "country code"),
    "locality": ("city", "town", "place", "municipality"),
    "latitude": ("lat",),
    "longitude": ("lon", "lng", "long"),
    "website": ("url", "web", "homepage", "site", "web site", "webpage"),
    "url": ("website", "link", "address", "web"),
    "email": ("e mail", "mail", "mailbox", "e mail address", "email address"),
    "founded": ("founding date", "established", "foundation", "created", "year founded"),
    "closed": ("dissolution date", "dissolved", "abolished"),
    "summary": ("description", "about", "notes"),
    "wikidata": ("wikidata id", "wikidata item"),
    "ror": ("ror id",),
    "crossref_funder": ("funder id", "fundref"),
    "geonames": ("geonames id", "geoname id"),
    "start": ("start date", "from", "begin"),
    "end": ("end date", "to", "until"),
    "sources": ("source", "source url", "reference"),
}


class Mode(TextChoices):
    ALL = "all", _("Add what is new, and change what is there")
    ADD = "add", _("Add what is new; what is there stays as it is")


class Blanks(TextChoices):
    EMPTY = "empty", _("An empty cell empties the field")
    KEEP = "keep", _("An empty cell leaves the field as it is")


@dataclass
class Options:
    """`columns`: for each heading the name of a column, or nothing. `constants`: column → text where a line has none."""

    columns: list[str] = field(default_factory=list)
    constants: dict[str, str] = field(default_factory=dict)
    mode: str = Mode.ALL
    blanks: str = Blanks.EMPTY
    publisher: str = ""  # of sources that are bare addresses
    title: str = ""
    encoding: str = ""  # of a text file

    @property
    def as_dict(self):
        return asdict(self)

    def completed(self, line, facts):
        """A line of the cell of sources, where it is a bare address: as a source of what the line says."""
        is_bare = line.startswith(("http://", "https://")) and "|" not in line
        if not (self.publisher and self.title and is_bare):
            return line
        return f"{line} | {', '.join(facts)} | | {self.publisher} | {self.title}"


def guess(table, headings, lines):
    """Heading by heading, the column that it seems to name, or nothing; each column once.

    Custom alone is no proof: what a list calls “classification” is no type where `lines` hold none that we know.
    """
    found, words = {}, table.words()
    for choose in (exactly, by_label, by_custom):
        for place, heading in enumerate(headings):
            name = choose(table, heading.strip())
            is_free = name and place not in found and name not in found.values()
            if is_free and (choose is not by_custom or holds(table.columns[name], place, lines, words)):
                found[place] = name
    return [found.get(place, "") for place in range(len(headings))]


def exactly(table, heading):
    return heading.lower() if heading.lower() in table.columns else ""


def by_label(table, heading):
    said = folding.fold(heading)
    return next(
        (
            name
            for name, column in table.columns.items()
            if said and said in (folding.fold(name), folding.fold(column.label))
        ),
        "",
    )


def by_custom(table, heading):
    said = folding.fold(heading)
    return next((name for name in table.columns if said in CALLED.get(name, ())), "")


def holds(column, place, lines, words):
    """Whether a column of the file can be this one: any of its cells, or an empty one where all are, can be read as that."""
    cells = {cells[place] for _line, cells in lines if place < len(cells) and cells[place].strip()}
    return any(column.can_hold(cell, words) for cell in cells or {""})


def is_plain(table, headings, columns):
    """Whether there is nothing to ask: all headings are known, and all that a line needs is there."""
    named = all(
        column or heading.lower() == REASON for heading, column in zip(headings, columns, strict=True)
    )
    return named and not missing(table, columns)


def missing(table: ImportTable, columns: Collection[str]) -> list[str]:
    """The columns without which no line can be told from another."""
    if table.label and "slug" not in columns:
        return [] if table.label in columns else [table.label]
    return [column.name for column in table.keys if column.name not in columns]
