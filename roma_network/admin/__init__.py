"""The screens of curators: what those of all models share, and those of sources."""

from roma_network.admin.accounts import AccountAdmin, RecordAdmin
from roma_network.admin.cited import TieAdmin
from roma_network.admin.entries import EditorialAdmin, WorklistFilter
from roma_network.admin.rows import CitationInline, OwnedInline, TieCitationFormSet, TieInline
from roma_network.admin.shared import ProtectingAdmin, change_url, count_of, link_to
from roma_network.admin.sources import LinkAdmin, SourceAdmin

__all__ = [
    "AccountAdmin",
    "CitationInline",
    "EditorialAdmin",
    "LinkAdmin",
    "OwnedInline",
    "ProtectingAdmin",
    "RecordAdmin",
    "SourceAdmin",
    "TieAdmin",
    "TieCitationFormSet",
    "TieInline",
    "WorklistFilter",
    "change_url",
    "count_of",
    "link_to",
]
