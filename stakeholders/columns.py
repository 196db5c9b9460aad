"""The columns of actors, their relations, countries and themes: see `roma_network.export.columns`."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from roma_network.editorial.importing.cells import Citations
from roma_network.export.columns import (
    Column,
    Group,
    Property,
    Table,
    closing_columns,
    english,
    sources_column,
    texts,
)
from roma_network.export.rdf import concept, country
from stakeholders.cells import OtherNames
from stakeholders.models import Actor, ActorCitation, Country, Relation, Theme

MAIN = Group(None, _("Organisations and authorities only, never a person."))
PLACE, LIFE, CONTACT = Group(_("Place")), Group(_("Life")), Group(_("Contact and identifiers"))

countries = Table(
    "countries",
    Country,
    [
        Column("code", is_key=True, meaning=_("ISO 3166-1 alpha-2; XK for Kosovo*.")),
        Column("name"),
        Column("membership"),
    ],
    reference=lambda base, code: country(code),
)
themes = Table(
    "themes",
    Theme,
    [Column("slug", is_key=True), Column("name")],
    reference=lambda base, slug: concept(base, "theme", slug),
)
actors = Table(
    "actors",
    Actor,
    [
        Column("slug", is_key=True, importable=True, example="city-of-glasgow"),
        Column(
            "name",
            rdf=english("skos:prefLabel", "schema:name"),
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
            rdf=texts("schema:addressLocality"),
            importable=True,
            example="Glasgow",
            group=PLACE,
            fact="place",
            fact_title=_("Place"),
        ),
        Column(
            "latitude",
            rdf=texts("schema:latitude"),
            importable=True,
            example="55.86",
            presence=("coordinates", _("coordinates")),
            group=PLACE,
            fact="coordinates",
            fact_title=_("Coordinates"),
        ),
        Column(
            "longitude",
            rdf=texts("schema:longitude"),
            importable=True,
            example="-4.25",
            group=PLACE,
            beside=True,
            fact="coordinates",
        ),
        Column("precision", importable=True, example="city", group=PLACE, beside=True, fact="coordinates"),
        Column(
            "website",
            rdf=texts("foaf:homepage"),
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
        Column("summary", rdf=english("schema:description"), importable=True, group=MAIN, fact="summary"),
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
            "transparency_register",
            importable=True,
            example="123456789-01",
            group=CONTACT,
            fact="identifiers",
        ),
        *closing_columns(),
        sources_column(partial(Citations, ActorCitation), kind="actor"),
    ],
    kind="actor",
    rdf_types=("org:Organization", "schema:Organization"),
    groups=(MAIN, PLACE, LIFE, CONTACT),
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
        ),
        Column("kind", is_key=True, fact="kind"),
        Column("target", is_key=True, meaning=_("The slug of the actor that it leads to."), links="actors"),
        Column("note", fact="note"),
        sources_column(),
    ],
)
