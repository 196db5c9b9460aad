"""The columns of actors, their relations, countries and themes: see `roma_network.export.columns`."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from roma_network.editorial.importing.cells import Citations
from roma_network.export.columns import (
    Column,
    Fieldset,
    Property,
    Table,
    closing_columns,
    english,
    sources_column,
    texts,
)
from roma_network.export.rdf import PartResource, concept, country_iri, identifier, part_iri
from stakeholders.cells import OtherNames
from stakeholders.models import (
    Actor,
    ActorCitation,
    Country,
    Mandate,
    MandateCitation,
    Relation,
    RelationCitation,
    Theme,
)

MAIN = Fieldset(None, _("Organisations and authorities only, never a person."))
PLACE, LIFE, CONTACT = Fieldset(_("Place")), Fieldset(_("Life")), Fieldset(_("Contact and identifiers"))
ADDRESS = PartResource("address", "schema:address", "schema:PostalAddress")
POINT = PartResource("place", "schema:location", "schema:Place")


def post_subject(base, row):
    return part_iri(concept(base, "office", row["office"]), row["slug"])


def post(base, actor, row):
    """An office that an actor holds: the same whether this or the mandate tells it."""
    holder = actor.value.rpartition("/")[2]
    [resource] = mandates.resources(row | {"actor": holder, "searched_on": None, "sources": []}, base)
    return resource


countries = Table(
    "countries",
    Country,
    [
        Column("code", is_key=True, meaning=_("ISO 3166-1 alpha-2; XK for Kosovo*.")),
        Column("name", rdf=english("skos:prefLabel")),
        Column("membership"),
    ],
    rdf_types=("skos:Concept",),
    reference=country_iri,
)
themes = Table(
    "themes",
    Theme,
    [Column("slug", is_key=True, rdf=texts("skos:notation")), Column("name", rdf=english("skos:prefLabel"))],
    rdf_types=("skos:Concept",),
    reference=lambda base, slug: concept(base, "theme", slug),
)
actors = Table(
    "actors",
    Actor,
    [
        Column("slug", is_key=True, importable=True, example="city-of-glasgow"),
        Column(
            "name",
            rdf=texts("skos:prefLabel", "schema:name"),
            importable=True,
            example="Glasgow City Council",
            group=MAIN,
            fact="name",
        ),
        Column("acronym", rdf=texts("schema:alternateName"), importable=True, group=MAIN, fact="acronym"),
        Column(
            "native_name",
            rdf=texts("schema:name", language_column="native_language"),
            importable=True,
            example="Agenția Națională pentru Romi",
            group=MAIN,
            fact="native_name",
        ),
        Column("native_language", importable=True, example="ro", group=MAIN, beside=True, fact="native_name"),
        Column(
            "other_names",
            "names",
            meaning=_("Former names, aliases, names in other languages."),
            parts=(Column("name"), Column("kind"), Column("language")),
            told_in="names",
            rdf=(Property("schema:alternateName", part="name", language_part="language"),),
            importable=True,
            importer=OtherNames,
            fact="other_names",
        ),
        Column(
            "type",
            rdf=texts("org:classification"),
            scheme="type",
            importable=True,
            example="local_authority",
            group=MAIN,
            fact="type",
        ),
        Column(
            "form",
            rdf=texts("dcterms:type"),
            scheme="form",
            importable=True,
            example="city",
            presence=("form", _("a form")),
            group=MAIN,
            beside=True,
            fact="type",
        ),
        Column(
            "part_of",
            "parent",
            meaning=_("The slug of the actor that it belongs to."),
            links="actors",
            rdf=texts("org:subOrganizationOf"),
            importable=True,
            example="european-commission",
            group=MAIN,
            fact="parent",
        ),
        Column(
            "mandates",
            meaning=_("The offices that it holds or held for a country."),
            parts=(
                Column("slug", links="mandates"),
                Column("country"),
                Column("office", scheme="office"),
                Column("start"),
                Column("end"),
                Column("note"),
            ),
            told_in="mandates",
            rdf_rows=post,
            rdf_link="org:holds",
        ),
        Column(
            "country",
            meaning=_("ISO 3166-1 alpha-2; XK for Kosovo*. Empty for a body above countries."),
            links="countries",
            rdf=texts("dcterms:spatial"),
            importable=True,
            example="RO",
            presence=("country", _("a country")),
            group=PLACE,
            fact="country",
        ),
        Column(
            "locality",
            rdf=(Property("schema:addressLocality", node=ADDRESS),),
            importable=True,
            example="Glasgow",
            group=PLACE,
            fact="place",
            fact_title=_("Place"),
        ),
        Column(
            "latitude",
            rdf=(Property("schema:latitude", node=POINT),),
            importable=True,
            example="55.86",
            presence=("coordinates", _("coordinates")),
            group=PLACE,
            fact="coordinates",
            fact_title=_("Coordinates"),
        ),
        Column(
            "longitude",
            rdf=(Property("schema:longitude", node=POINT),),
            importable=True,
            example="-4.25",
            group=PLACE,
            beside=True,
            fact="coordinates",
        ),
        Column("precision", importable=True, example="city", group=PLACE, beside=True, fact="coordinates"),
        Column(
            "geonames",
            rdf=(Property("owl:sameAs", node=POINT, prefix="https://sws.geonames.org/"),),
            importable=True,
            example="2643743",
            group=PLACE,
            fact="coordinates",
        ),
        Column(
            "website",
            rdf=texts("foaf:page"),
            importable=True,
            example="https://www.glasgow.gov.uk",
            presence=("website", _("a website")),
            group=CONTACT,
            fact="website",
        ),
        Column(
            "email",
            rdf=texts("schema:email"),
            importable=True,
            example="info@example.org",
            presence=("email", _("a mailbox")),
            group=CONTACT,
            fact="email",
        ),
        Column(
            "founded",
            rdf=texts("schema:foundingDate"),
            importable=True,
            example="1996",
            presence=("founded", _("a year of foundation")),
            group=LIFE,
            fact="founded",
        ),
        Column(
            "closed",
            rdf=texts("schema:dissolutionDate"),
            importable=True,
            group=LIFE,
            beside=True,
            fact="closed",
        ),
        Column(
            "last_seen",
            rdf=texts("dcterms:date"),
            importable=True,
            presence=("last_seen", _("a date when it was last seen")),
            group=LIFE,
            beside=True,
            fact="last_seen",
        ),
        Column(
            "successor",
            meaning=_("The slug of the body that stands in its place today."),
            links="actors",
            rdf=texts("dcterms:isReplacedBy"),
            importable=True,
            group=LIFE,
            fact="successor",
        ),
        Column(
            "successor_kind",
            rdf=texts("dcterms:type"),
            scheme="succession",
            importable=True,
            group=LIFE,
            beside=True,
            fact="successor",
        ),
        Column("summary", rdf=english("schema:description"), importable=True, group=MAIN, fact="summary"),
        Column(
            "native_summary",
            rdf=texts("schema:description", language_column="native_summary_language"),
            importable=True,
            group=MAIN,
            fact="summary",
        ),
        Column(
            "native_summary_language",
            importable=True,
            example="ro",
            group=MAIN,
            beside=True,
            fact="summary",
        ),
        Column("native_summary_origin", importable=True, group=MAIN, beside=True, fact="summary"),
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
        Column("featured", importable=True, group=MAIN),
        Column(
            "wikidata",
            rdf=(Property("owl:sameAs", prefix="http://www.wikidata.org/entity/"),),
            importable=True,
            example="Q1234",
            group=CONTACT,
            fact="identifiers",
            fact_title=_("Identifiers"),
        ),
        Column(
            "ror",
            rdf=(Property("owl:sameAs", prefix="https://ror.org/"),),
            importable=True,
            example="02qsmb048",
            group=CONTACT,
            fact="identifiers",
        ),
        Column(
            "isni",
            rdf=(Property("owl:sameAs", prefix="https://isni.org/isni/"),),
            importable=True,
            example="0000000121464389",
            group=CONTACT,
            fact="identifiers",
        ),
        Column(
            "crossref_funder",
            rdf=(Property("owl:sameAs", prefix="https://doi.org/10.13039/"),),
            importable=True,
            example="501100000780",
            group=CONTACT,
            fact="identifiers",
        ),
        Column(
            "corporate_body",
            rdf=(
                Property(
                    "owl:sameAs", prefix="http://publications.europa.eu/resource/authority/corporate-body/"
                ),
            ),
            importable=True,
            example="FRA",
            group=CONTACT,
            fact="identifiers",
        ),
        Column(
            "transparency_register",
            rdf=texts("schema:identifier"),
            importable=True,
            example="123456789-01",
            group=CONTACT,
            fact="identifiers",
        ),
        *closing_columns(MAIN),
        sources_column(partial(Citations, ActorCitation)),
    ],
    kind="actor",
    rdf_types=("org:Organization", "schema:Organization"),
    groups=(MAIN, PLACE, LIFE, CONTACT),
)


def identifiers_of(actor):
    """What other registers call it, each with its title and, where it has one, its address there."""
    found = [
        (column.title, getattr(actor, column.name), column.rdf[0].prefix)
        for column in actors.columns.values()
        if column.fact == "identifiers"
    ]
    return [(label, value, f"{prefix}{value}" if prefix else "") for label, value, prefix in found if value]


mandates = Table(
    "mandates",
    Mandate,
    [
        Column("slug", is_key=True, importable=True, example="ro-contact-point"),
        Column(
            "country",
            meaning=_("ISO 3166-1 alpha-2; XK for Kosovo*."),
            links="countries",
            rdf=texts("dcterms:spatial"),
            importable=True,
            example="RO",
        ),
        Column(
            "office",
            rdf=texts("org:role"),
            scheme="office",
            importable=True,
            example="contact_point",
            fact="office",
        ),
        Column(
            "actor",
            meaning=_("The slug of the body. Empty where a search found none, or was for something else."),
            links="actors",
            rdf=texts("org:heldBy"),
            importable=True,
            example="anr-ro",
        ),
        Column("start", rdf=texts("schema:startDate"), importable=True, fact="start"),
        Column("end", rdf=texts("schema:endDate"), importable=True, fact="end"),
        Column("note", rdf=english("skos:note"), importable=True, fact="note"),
        Column("searched_on", rdf=texts("dcterms:date"), importable=True),
        sources_column(partial(Citations, MandateCitation)),
    ],
    rdf_types=("org:Post",),
    subject=post_subject,
)
relations = Table(
    "relations",
    Relation,
    [
        Column(
            "subject",
            is_key=True,
            meaning=_("The slug of the actor that it starts from."),
            links="actors",
            rdf=texts("org:member"),
            importable=True,
            example="city-of-glasgow",
        ),
        Column(
            "kind", is_key=True, importable=True, rdf=texts("org:role"), scheme="relation-kind", fact="kind"
        ),
        Column(
            "target",
            is_key=True,
            meaning=_("The slug of the actor that it leads to."),
            links="actors",
            rdf=texts("org:organization"),
            importable=True,
            example="eurocities",
        ),
        Column("note", importable=True, rdf=english("skos:note"), fact="note"),
        sources_column(partial(Citations, RelationCitation)),
    ],
    rdf_types=("org:Membership",),
    subject=lambda base, row: part_iri(
        identifier(base, "actor", row["subject"]), f"{row['kind']}-{row['target']}"
    ),
)
