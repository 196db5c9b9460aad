"""Tables of entries and ties that can be imported, and their rows as the directory holds them."""

import re

from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from roma_network.core.batches import batches
from roma_network.core.clean_text import clean_text
from roma_network.editorial.importing import plain_forms
from roma_network.editorial.importing.cells import (
    KeptColumn,
    Key,
    KeyLink,
    LinkColumn,
    Links,
    Plain,
    RowsColumn,
    VersionColumn,
    vocabulary_spellings,
)
from roma_network.export.columns import Kind, Table, key_of
from roma_network.export.columns import tables as declared
from roma_network.models import Editorial
from roma_network.models.keyed import SLUG

tables = {}  # name → table, of all that can be imported


class SlugKey(Key):
    def normal(self, text, words):
        text = clean_text(text)
        return text if re.fullmatch(SLUG, text) else plain_forms.slug(text)

    def parse(self, text, known):
        slug = super().parse(text, known)
        if not re.fullmatch(SLUG, slug or ""):
            raise ValidationError(
                translate("Write small letters, digits and single hyphens: city-of-glasgow.")
            )
        return slug


class ImportTable:
    """`columns` in the order of the template. A line belongs to the row that has the same in all key columns.

    Rows with a slug need none in a file: it is made of what stands in the column `label`.
    """

    def __init__(self, name, model, columns):
        self.name, self.model = name, model
        self.columns = {column.name: column for column in columns}
        self.columns["version"] = VersionColumn(self.imported)
        self.keys = [column for column in columns if column.is_key]
        self.is_entry = issubclass(model, Editorial)
        self.label = model.label_field if self.is_entry else ""
        tables[self.name] = self

    @property
    def imported(self):
        return [column for column in self.columns.values() if not column.ignored]

    @property
    def own_links(self):
        """The columns that lead to other rows of the table."""
        return [
            each
            for each in self.columns.values()
            if isinstance(each, LinkColumn) and each.model is self.model
        ]

    # Reading the directory

    def words(self):
        """Small vocabulary that columns speak of → what its rows are called, folded → their keys."""
        return {
            column.model: vocabulary_spellings(column.model, column.by)
            for column in self.columns.values()
            if isinstance(column, (LinkColumn, Links)) and column.is_of_vocabulary
        }

    def rows(self):
        """With all that the columns look at."""
        links = [column.field.name for column in self.columns.values() if isinstance(column, LinkColumn)]
        if self.is_entry and hasattr(self.model, "merge"):
            links.append("merge__survivor")
        prefetched = []
        for column in self.columns.values():
            if isinstance(column, Links):
                prefetched.append(column.name)
            if isinstance(column, RowsColumn):
                inner = "__source" if column.name == "sources" else ""
                prefetched.append(column.related_name + inner)
        return self.model.objects.select_related(*links).prefetch_related(*prefetched)

    def key_of(self, row):
        return tuple(column.value_of(row) for column in self.keys)

    def find(self, keys):
        """Key → row, of those that the directory has."""
        lookups = {
            column: f"{column.field.name}__{column.by}" if isinstance(column, LinkColumn) else column.name
            for column in self.keys
        }
        found = {}
        for batch in batches(keys):
            parts = zip(*batch, strict=True)
            wanted = {
                f"{lookups[column]}__in": set(part) for column, part in zip(self.keys, parts, strict=True)
            }
            for row in self.rows().filter(**wanted):
                found[self.key_of(row)] = row
        return {key: found[key] for key in keys if key in found}


def kept_cells():
    """What entries have that no import changes."""
    return [
        KeptColumn("status", _("Status"), help_text=_("Not imported: new entries are drafts.")),
        KeptColumn("verified_on", _("Verified on"), help_text=_("Not imported.")),
    ]


def import_table(table: Table) -> ImportTable:
    """What can be imported of a declared table, made once."""
    if table.name not in tables:
        cells = [cell_of(column, table.model) for column in table.columns.values() if column.importable]
        if issubclass(table.model, Editorial):  # type: ignore[arg-type]  # what is imported has a model
            cells += kept_cells()
        ImportTable(table.name, table.model, cells)
    return tables[table.name]


def table_named(name):
    """As `import_table`, by the name that an import was kept under."""
    return import_table(declared[name])


def cell_of(column, model):
    """How the cells of a declared column are read and written."""
    if column.importer:
        return column.importer()
    field = model._meta.get_field(column.field or column.name)
    about = {"help_text": column.meaning, "example": column.example}
    if column.kind == Kind.LINK:
        return (KeyLink if column.is_key else LinkColumn)(
            field, column.name, by=key_of(field.related_model), **about
        )
    if column.kind == Kind.LINKS:
        about["help_text"] = format_lazy("{} {}", column.meaning, _("Write semicolons between them."))
        return Links(field, by=key_of(field.related_model), **about)
    if column.is_key:
        return (SlugKey if column.name == "slug" else Key)(field, **about)
    return Plain(field, is_identifier=any(each.prefix for each in column.rdf), **about)
