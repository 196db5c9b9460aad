"""The models that both apps stand on: editorial state, sources, citations, links, imports, merges."""

from roma_network.models import loops
from roma_network.models.content_version import ContentVersion, settle
from roma_network.models.contradictions import Contradiction
from roma_network.models.entries import (
    DERIVED,
    Editorial,
    EditorialQuerySet,
    Status,
    Version,
    Versions,
    names_changed,
    purge_needed,
)
from roma_network.models.imports import Import, ImportBatch, ImportedRow, ImportFile, ImportPart
from roma_network.models.keyed import Keyed, KeyedQuerySet, Slugged, natural_lookups
from roma_network.models.layouts import Layout
from roma_network.models.links import Link, LinkQuerySet, url_fields
from roma_network.models.merges import Distinct, Merge
from roma_network.models.records import Mark, Record
from roma_network.models.sources import Citation, FactsField, Origin, Source, fact_titles, facts_of
from roma_network.models.vocabularies import vocabulary_constraint

__all__ = [
    "DERIVED",
    "Citation",
    "ContentVersion",
    "Contradiction",
    "Distinct",
    "Editorial",
    "EditorialQuerySet",
    "FactsField",
    "Import",
    "ImportBatch",
    "ImportFile",
    "ImportPart",
    "ImportedRow",
    "Keyed",
    "KeyedQuerySet",
    "Layout",
    "Link",
    "LinkQuerySet",
    "Mark",
    "Merge",
    "Origin",
    "Record",
    "Slugged",
    "Source",
    "Status",
    "Version",
    "Versions",
    "fact_titles",
    "facts_of",
    "loops",
    "names_changed",
    "natural_lookups",
    "purge_needed",
    "settle",
    "url_fields",
    "vocabulary_constraint",
]
