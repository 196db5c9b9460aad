"""How to cite a document that the directory lists: the work and whoever published it, not the directory."""

from django.conf import settings

from initiatives.models import Document, DocumentKind
from roma_network.export.rdf import identifier
from roma_network.export.references import WEB_PAGE, Medium, Reference
from roma_network.pages.template_tags import written_date

REPORT = Medium("report", "RPRT", "report")
LEGISLATION = Medium("legislation", "STAT", "legislation")
JUDGMENT = Medium("jurisdiction", "CASE", "legal_case")
MEDIA = {
    DocumentKind.COMMUNICATION: REPORT,
    DocumentKind.RECOMMENDATION: LEGISLATION,
    DocumentKind.REGULATION: LEGISLATION,
    DocumentKind.DECISION: LEGISLATION,
    DocumentKind.RESOLUTION: LEGISLATION,
    DocumentKind.JUDGMENT: JUDGMENT,
    DocumentKind.COMPLAINT: JUDGMENT,
    DocumentKind.STRATEGY: REPORT,
    DocumentKind.REPORT: REPORT,
    DocumentKind.STUDY: REPORT,
    DocumentKind.GUIDE: REPORT,
    DocumentKind.WEBSITE: WEB_PAGE,
}


def reference_of_document(document: Document) -> Reference:
    """Where a work has no address, the directory's page on it stands."""
    url = document.url or identifier(settings.BASE_URL, "document", document.slug).value
    author = document.publisher.name if document.publisher and document.publisher.is_published else ""
    parts = (author, f"“{document.title}”", written_date(document.date), url)
    return Reference(
        document.slug,
        document.title,
        ". ".join(filter(None, parts)),
        url,
        author,
        date=document.date,
        language=document.language,
        medium=MEDIA[DocumentKind(document.kind)],
    )
