"""The columns of initiatives, of who takes part in them, and of documents: see `roma_network.export.columns`."""

from functools import partial

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from initiatives.models import (
    Document,
    DocumentCitation,
    Funding,
    FundingCitation,
    Initiative,
    InitiativeCitation,
    Participation,
    ParticipationCitation,
    Roster,
    RosterCitation,
)
from roma_network.editorial.importing.cells import Citations
from roma_network.export.columns import (
    Column,
    Fieldset,
    Table,
    closing_columns,
    english,
    sources_column,
    texts,
)
from roma_network.export.rdf import Iri, Resource, identifier, part_iri, short_digest, text
from roma_network.models import Status

MAIN, TIME, LINKS = Fieldset(), Fieldset(_("Time")), Fieldset(_("Links"))
FILE, ABOUT = Fieldset(_("File")), Fieldset(_("About"))
FUNDED = Q(Exists(Funding.objects.filter(initiative=OuterRef("pk"), amount__isnull=False)))


def membership_subject(base, row):
    return part_iri(identifier(base, "initiative", row["initiative"]), f"{row['actor']}-{row['role']}")


def membership(base, row):
    """What an actor does in an initiative: the same whether one of these or the participation tells it."""
    [resource] = (each for each in participations.resources(row | {"sources": []}, base))
    return resource


def key_in(subject):
    """The slug at the end of an identifier."""
    return subject.value.rpartition("/")[2]


def grant_subject(base, row):
    return part_iri(identifier(base, "initiative", row["initiative"]), f"funding-{row['slug']}")


def grant(base, initiative, row):
    """Money behind an initiative: the same whether this or the row of funding tells it."""
    [resource] = (
        each for each in funding.resources(row | {"initiative": key_in(initiative), "sources": []}, base)
    )
    return resource


def roster_subject(base, row):
    return identifier(base, "roster", row["slug"])


def roster_line(base, roster, row):
    links = ("actor", "initiative", "document")
    items = [("schema:item", identifier(base, kind, row[kind])) for kind in links if row[kind]]
    said = [("rdf:type", Iri("schema:ListItem")), ("schema:name", text(row["name"]))]
    return Resource(part_iri(roster, f"line-{short_digest(row['name'])}"), said + items)


TIE = (Column("role", scheme="role"), Column("start"), Column("end"), Column("last_seen"), Column("note"))
# Added to the columns of actors, see `hooks`.
initiatives_of_actor = Column(
    "initiatives",
    "participations",
    meaning=_("Where it takes part: the slug of the initiative, the role, from when until when, a note."),
    parts=(Column("initiative", links="initiatives"), *TIE),
    told_in="participations",
    rdf_rows=lambda base, actor, row: membership(base, row | {"actor": key_in(actor)}),
)

initiatives = Table(
    "initiatives",
    Initiative,
    [
        Column("slug", is_key=True, importable=True, example="romact"),
        Column(
            "name",
            rdf=texts("skos:prefLabel", "schema:name"),
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
        Column("featured", importable=True, group=MAIN),
        Column(
            "website",
            rdf=texts("foaf:page"),
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
            meaning=_(
                "Who pays how much, as far as a source states it; each row in full in the table of funding."
            ),
            parts=(
                Column("slug", links="funding"),
                Column("kind"),
                Column("amount"),
                Column("currency"),
                Column("programme"),
                Column("funder"),
                Column("recipient"),
                Column("start"),
                Column("end"),
                Column("country"),
                Column("within"),
                Column("note"),
            ),
            told_in="funding",
            rdf_rows=grant,
            rdf_link="schema:funding",
            presence=("funding", _("a known amount of funding")),
            present=FUNDED,
            fact="funding",
        ),
        Column(
            "participants",
            "participations",
            meaning=_("Who takes part: the slug of the actor, the role, from when until when, a note."),
            parts=(Column("actor", links="actors"), *TIE),
            told_in="participations",
            rdf_rows=lambda base, initiative, row: membership(base, row | {"initiative": key_in(initiative)}),
        ),
        *closing_columns(MAIN),
        sources_column(partial(Citations, InitiativeCitation)),
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
            rdf=texts("org:organization"),
            importable=True,
            example="romact",
        ),
        Column(
            "actor",
            is_key=True,
            meaning=_("The slug of the actor."),
            links="actors",
            rdf=texts("org:member"),
            importable=True,
            example="city-of-glasgow",
        ),
        Column(
            "role",
            is_key=True,
            rdf=texts("org:role"),
            scheme="role",
            importable=True,
            example="partner",
            fact="role",
        ),
        Column("start", rdf=texts("schema:startDate"), importable=True, fact="start"),
        Column("end", rdf=texts("schema:endDate"), importable=True, fact="end"),
        Column("last_seen", rdf=texts("dcterms:date"), importable=True, fact="last_seen"),
        Column("note", rdf=english("skos:note"), importable=True, fact="note"),
        sources_column(partial(Citations, ParticipationCitation)),
    ],
    rdf_types=("org:Membership",),
    subject=membership_subject,
)

funding = Table(
    "funding",
    Funding,
    [
        Column("slug", is_key=True, importable=True, example="romact-2023"),
        Column(
            "initiative",
            meaning=_("The slug of the initiative."),
            links="initiatives",
            importable=True,
            example="romact",
        ),
        Column(
            "kind",
            rdf=texts("dcterms:type"),
            scheme="funding-kind",
            importable=True,
            example="grant",
            fact="kind",
        ),
        Column("amount", rdf=texts("schema:amount"), importable=True, example="1700000", fact="amount"),
        Column("currency", rdf=texts("schema:currency"), importable=True, example="EUR"),
        Column("programme", rdf=texts("schema:name"), importable=True, example="ESF+", fact="programme"),
        Column(
            "funder",
            meaning=_("The slug of the actor that pays."),
            links="actors",
            rdf=texts("schema:funder"),
            importable=True,
            example="european-commission",
            fact="funder",
        ),
        Column(
            "recipient",
            meaning=_("The slug of the actor that the money goes to."),
            links="actors",
            rdf=texts("schema:recipient"),
            importable=True,
            fact="recipient",
        ),
        Column("start", rdf=texts("schema:startDate"), importable=True, example="2023", fact="start"),
        Column("end", rdf=texts("schema:endDate"), importable=True, fact="end"),
        Column(
            "country",
            meaning=_("ISO 3166-1 alpha-2, where the money is for one country alone."),
            links="countries",
            rdf=texts("dcterms:spatial"),
            importable=True,
            fact="country",
        ),
        Column(
            "within",
            meaning=_(
                "The slug of the larger sum that it is a part of. Only sums that are part of none can be added up."
            ),
            links="funding",
            importable=True,
        ),
        Column("note", rdf=english("skos:note"), importable=True, fact="note"),
        sources_column(partial(Citations, FundingCitation)),
    ],
    rdf_types=("schema:MonetaryGrant",),
    subject=grant_subject,
)

documents = Table(
    "documents",
    Document,
    [
        Column("slug", is_key=True, importable=True, example="council-recommendation-2021"),
        Column(
            "title",
            meaning=_("As it stands on the document, in its own language."),
            rdf=texts("dcterms:title", "schema:name", language_column="language"),
            importable=True,
            group=MAIN,
            fact="title",
        ),
        Column(
            "kind",
            importable=True,
            rdf=texts("dcterms:type"),
            scheme="document-kind",
            group=MAIN,
            fact="kind",
        ),
        Column(
            "date",
            importable=True,
            rdf=texts("dcterms:issued", "schema:datePublished"),
            presence=("date", _("a date")),
            group=MAIN,
            fact="date",
        ),
        Column("is_milestone", importable=True, group=MAIN),
        Column("url", importable=True, rdf=texts("foaf:page"), group=FILE, fact="url"),
        Column("format", importable=True, rdf=texts("dcterms:format"), group=FILE),
        Column(
            "size", importable=True, rdf=texts("dcat:byteSize"), meaning=_("Bytes."), group=FILE, beside=True
        ),
        Column(
            "language",
            importable=True,
            rdf=texts("dcterms:language", "schema:inLanguage"),
            group=FILE,
            fact="language",
        ),
        Column(
            "publisher",
            meaning=_("The slug of the actor that published it."),
            links="actors",
            rdf=texts("dcterms:publisher", "schema:publisher"),
            importable=True,
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
            importable=True,
            group=ABOUT,
            fact="concerns",
            fact_title=_("What it is about"),
        ),
        Column(
            "initiatives",
            meaning=_("Slugs of other entries."),
            links="initiatives",
            rdf=texts("foaf:topic"),
            importable=True,
            group=ABOUT,
            fact="concerns",
        ),
        Column(
            "countries",
            meaning=_("ISO 3166-1 alpha-2; XK for Kosovo*. That it is about."),
            links="countries",
            rdf=texts("dcterms:spatial"),
            importable=True,
            presence=("country", _("a country that it is about")),
            present=Q(Exists(Document.countries.through.objects.filter(document=OuterRef("pk")))),
            group=ABOUT,
            fact="countries",
        ),
        *closing_columns(MAIN),
        sources_column(partial(Citations, DocumentCitation)),
    ],
    kind="document",
    rdf_types=("foaf:Document", "schema:CreativeWork"),
    groups=(MAIN, FILE, ABOUT),
)

rosters = Table(
    "rosters",
    Roster,
    [
        Column("slug", is_key=True, importable=True, example="romact-municipalities"),
        Column("title", rdf=english("schema:name"), importable=True, fact="title"),
        Column(
            "expected", rdf=texts("schema:numberOfItems"), importable=True, example="130", fact="expected"
        ),
        Column("as_of", rdf=texts("dcterms:date"), importable=True, example="2025", fact="as_of"),
        Column("note", rdf=english("skos:note"), importable=True),
        Column("rule", importable=True, example="participants"),
        Column("office", importable=True),
        Column(
            "initiative",
            meaning=_("The slug of the initiative whose participants they are, or that tells of them."),
            links="initiatives",
            rdf=texts("dcterms:subject"),
            importable=True,
            example="romact",
        ),
        Column("role", importable=True),
        Column(
            "actor",
            meaning=_("The slug of the network of these members, or of the publisher of these documents."),
            links="actors",
            rdf=texts("dcterms:subject"),
            importable=True,
        ),
        Column("document_kind", importable=True),
        Column("since", importable=True),
        Column(
            "lines",
            title=_("Names on the list"),
            fact_title=_("Names on the list"),
            meaning=_(
                "Who is expected by name, and the slug of the entry that it is. What else is here is read by the rule, "
                "and stands on the page of the roster."
            ),
            parts=(
                Column("name"),
                Column("country", links="countries"),
                Column("actor", links="actors"),
                Column("initiative", links="initiatives"),
                Column("document", links="documents"),
            ),
            told_in="roster_lines",
            rdf_rows=roster_line,
            rdf_link="schema:itemListElement",
            fact="lines",
        ),
        sources_column(partial(Citations, RosterCitation)),
    ],
    rdf_types=("schema:ItemList",),
    subject=roster_subject,
)
