"""The columns of sources, which all that is cited shares."""

from roma_network.export.columns import Column, Table, texts
from roma_network.export.rdf import Iri
from roma_network.models import Source

sources = Table(
    "sources",
    Source,
    [
        Column("url", is_key=True, importable=True, example="https://example.org/about"),
        Column(
            "title",
            rdf=texts("dcterms:title", language_column="language"),
            importable=True,
            example="About us",
        ),
        Column("publisher", rdf=texts("schema:publisher"), importable=True, example="Example"),
        Column("origin", rdf=texts("dcterms:type"), scheme="origin", importable=True, example="official"),
        Column("language", rdf=texts("dcterms:language"), importable=True, example="en"),
        Column("accessed_on", rdf=texts("dcterms:date"), importable=True, example="2026-05-02"),
        Column("archive_url", rdf=texts("schema:archivedAt"), importable=True),
    ],
    rdf_types=("foaf:Document",),
    reference=lambda base, url: Iri(url),
)
