"""The columns of initiatives, of who takes part in them, and of documents: see `roma_network.export.columns`."""

from functools import partial

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from initiatives.cells import Fundings
from initiatives.models import (
    Document,
    Funding,
    Initiative,
    InitiativeCitation,
    Participation,
    ParticipationCitation,
)
from roma_network.editorial.importing.cells import Citations
from roma_network.export.columns import (
    Column,
    Group,
    Table,
    closing_columns,
    english,
    sources_column,
    texts,
)
from roma_network.export.rdf import Iri, Resource, concept, identifier
from roma_network.models import Status

MAIN, TIME, LINKS = Group(), Group(_("Time")), Group(_("Links"))
FILE, ABOUT = Group(_("File")), Group(_("About"))
FUNDED = Q(Exists(Funding.objects.filter(initiative=OuterRef("pk"), amount_eur__isnull=False)))


def membership(base, initiative, actor, role):
    """What an actor does in an initiative, by the Organization Ontology."""
    return Resource(
        Iri(f"{base}/id/initiative/{initiative}#{actor}-{role}"),
        [
            ("rdf:type", Iri("org:Membership")),
            ("org:member", identifier(base, "actor", actor)),
            ("org:organization", identifier(base, "initiative", initiative)),
            ("org:role", concept(base, "role", role)),
        ],
    )


# Added to the columns of actors, see `hooks`.
initiatives_of_actor = Column(
    "initiatives",
    "participations",
    meaning=_("Where it takes part: the slug of the initiative, and the role."),
    parts=(Column("initiative", links="initiatives"), Column("role")),
    told_in="participations",
    rdf_rows=lambda base, actor, row: membership(base, row["initiative"], actor["slug"], row["role"]),
)

initiatives = Table(
    "initiatives",
    Initiative,
    [
        Column("slug", is_key=True, importable=True, example="romact"),
        Column(
            "name",
            rdf=english("skos:prefLabel", "schema:name"),
            importable=True,
            example="ROMACT",
            group=MAIN,
            fact="name",
        ),
        Column("acronym", rdf=texts("schema:alternateName"), importable=True, group=MAIN, fact="acronym"),
        Column(
            "kind",
            rdf=texts("org:classification"),
            scheme="kind",
            importable=True,
            example="programme",
            group=MAIN,
            fact="kind",
        ),
        Column("summary", rdf=english("schema:description"), importable=True, group=MAIN, fact="summary"),
        Column(
            "start",
            rdf=texts("schema:startDate"),
            importable=True,
            example="2013",
            fact="start",
            presence=("start", _("a known start")),
            group=TIME,
        ),
        Column(
            "end",
            rdf=texts("schema:endDate"),
            importable=True,
            fact="end",
            presence=("end", _("a known end")),
            group=TIME,
            beside=True,
        ),
        Column(
            "last_seen",
            rdf=texts("dcterms:date"),
            importable=True,
            fact="last_seen",
            presence=("last_seen", _("a date when it was last seen")),
            group=TIME,
            beside=True,
        ),
        Column(
            "website",
            rdf=texts("foaf:homepage"),
            importable=True,
            example="https://coe-romact.org",
            presence=("website", _("a website")),
            group=LINKS,
            fact="website",
        ),
        Column(
            "themes",
            meaning=_("Slugs of themes."),
            links="themes",
            rdf=texts("dcterms:subject"),
            importable=True,
            example="education; housing",
            group=MAIN,
            fact="themes",
        ),
        Column(
            "countries",
            meaning=_("ISO 3166-1 alpha-2; XK for Kosovo*."),
            links="countries",
            rdf=texts("dcterms:spatial"),
            importable=True,
            example="BG; RO",
            group=MAIN,
            fact="countries",
        ),
        Column(
            "part_of",
            "parent",
            meaning=_("The slug of the initiative that it belongs to."),
            links="initiatives",
            rdf=texts("dcterms:isPartOf"),
            importable=True,
            group=LINKS,
            fact="parent",
        ),
        Column(
            "follows",
            meaning=_("The slug of the initiative that it succeeded."),
            links="initiatives",
            rdf=texts("prov:wasRevisionOf"),
            importable=True,
            example="romed",
            group=TIME,
            fact="follows",
        ),
        Column(
            "modelled_on",
            meaning=_("The slug of the initiative whose method it took over."),
            links="initiatives",
            rdf=texts("prov:wasInfluencedBy"),
            importable=True,
            group=TIME,
            fact="modelled_on",
        ),
        Column(
            "funding",
            meaning=_("Programme, amount in euro where a source states it, note."),
            parts=(Column("programme"), Column("amount_eur"), Column("note")),
            told_in="funding",
            importable=True,
            importer=Fundings,
            presence=("funding", _("a known amount of funding")),
            present=FUNDED,
            fact="funding",
        ),
        Column(
            "participants",
            "participations",
            meaning=_("Who takes part: the slug of the actor, and the role."),
            parts=(Column("actor", links="actors"), Column("role")),
            told_in="participations",
            rdf_rows=lambda base, initiative, row: membership(
                base, initiative["slug"], row["actor"], row["role"]
            ),
        ),
        *closing_columns(MAIN),
        sources_column(partial(Citations, InitiativeCitation), kind="initiative"),
    ],
    kind="initiative",
    rdf_types=("org:OrganizationalCollaboration", "schema:Project"),
    groups=(MAIN, TIME, LINKS),
)

participations = Table(
    "participations",
    Participation,
    [
        Column(
            "initiative",
            is_key=True,
            meaning=_("The slug of the initiative."),
            links="initiatives",
            importable=True,
            example="romact",
        ),
        Column(
            "actor",
            is_key=True,
            meaning=_("The slug of the actor."),
            links="actors",
            importable=True,
            example="city-of-glasgow",
        ),
        Column("role", is_key=True, importable=True, example="partner", fact="role"),
        Column("start", importable=True, fact="start"),
        Column("end", importable=True, fact="end"),
        Column("last_seen", importable=True, fact="last_seen"),
        Column("note", importable=True, fact="note"),
        sources_column(partial(Citations, ParticipationCitation)),
    ],
)

documents = Table(
    "documents",
    Document,
    [
        Column("slug", is_key=True),
        Column(
            "title",
            meaning=_("As it stands on the document, in its own language."),
            rdf=texts("dcterms:title", language_column="language"),
            group=MAIN,
            fact="title",
        ),
        Column("kind", rdf=texts("dcterms:type"), scheme="document-kind", group=MAIN, fact="kind"),
        Column("date", rdf=texts("dcterms:issued"), presence=("date", _("a date")), group=MAIN, fact="date"),
        Column("is_milestone", group=MAIN),
        Column("url", rdf=texts("foaf:page"), group=FILE, fact="url"),
        Column("format", group=FILE),
        Column("size", meaning=_("Bytes."), group=FILE, beside=True),
        Column("language", rdf=texts("dcterms:language"), group=FILE, fact="language"),
        Column(
            "publisher",
            meaning=_("The slug of the actor that published it."),
            links="actors",
            rdf=texts("dcterms:publisher"),
            presence=("publisher", _("a publisher that is listed here")),
            present=Q(publisher__status=Status.PUBLISHED),
            group=MAIN,
            fact="publisher",
        ),
        Column(
            "actors",
            meaning=_("Slugs of other entries."),
            links="actors",
            rdf=texts("foaf:topic"),
            group=ABOUT,
            fact="concerns",
            fact_title=_("What it is about"),
        ),
        Column(
            "initiatives",
            meaning=_("Slugs of other entries."),
            links="initiatives",
            rdf=texts("foaf:topic"),
            group=ABOUT,
            fact="concerns",
        ),
        *closing_columns(MAIN),
        sources_column(kind="document"),
    ],
    kind="document",
    rdf_types=("foaf:Document",),
    groups=(MAIN, FILE, ABOUT),
)
