"""What exports say of actors, their relations, countries and themes."""

from django.utils.translation import gettext_lazy as _

from roma_network.export.columns import SOURCES, Table, slug_of, sources
from roma_network.export.rdf import (
    LANGUAGE,
    Iri,
    Resource,
    concept,
    country,
    date,
    derived_from,
    identifier,
    iri,
    kept,
    moment,
    number,
    text,
)
from stakeholders.models import Actor, Country, Relation, Theme

# Where our actors are known too: the column, and the place.
ELSEWHERE = {"wikidata": "http://www.wikidata.org/entity/", "ror": "https://ror.org/"}


def membership(origin, initiative, actor, role):
    """What an actor does in an initiative."""
    return Resource(
        Iri(f"{origin}/id/initiative/{initiative}#{actor}-{role}"),
        [
            ("rdf:type", Iri("org:Membership")),
            ("org:member", identifier(origin, "actor", actor)),
            ("org:organization", identifier(origin, "initiative", initiative)),
            ("org:role", concept(origin, "role", role)),
        ],
    )


class ActorTable(Table):
    name = "actors"
    kind = "actor"
    model = Actor
    types = {"latitude": "number", "longitude": "number", "verified_on": "date"}
    paths = {
        "other_names": "names",
        "part_of": "parent",
        "initiatives": "participations",
        "sources": "citations",
    }
    leads_to = {
        "part_of": "actors",
        "country": "countries",
        "themes": "themes",
        "initiatives": "initiatives",
    }
    meanings = {
        "part_of": _("The slug of the actor that it belongs to."),
        "country": _("ISO 3166-1 alpha-2; XK for Kosovo*. Empty for a body above countries."),
        "themes": _("Slugs of themes."),
        "initiatives": _("Where it takes part: the slug of the initiative, and the role."),
        "sources": SOURCES,
    }
    columns = (
        "slug",
        "name",
        "acronym",
        "native_name",
        "native_language",
        "other_names",
        "type",
        "part_of",
        "country",
        "locality",
        "latitude",
        "longitude",
        "website",
        "email",
        "founded",
        "closed",
        "summary",
        "themes",
        "initiatives",
        "wikidata",
        "ror",
        "transparency_register",
        "verified_on",
        "updated_at",
        "sources",
    )

    def special(self, actor):
        return {
            "other_names": [other.name for other in actor.names.all()],
            "part_of": slug_of(actor.parent),
            "country": actor.country_id,
            "themes": [theme.slug for theme in actor.themes.all()],
            "initiatives": [
                {"initiative": participation.initiative.slug, "role": participation.role}
                for participation in actor.participations.all()
            ],
            "sources": sources(actor),
        }

    def resources(self, record, origin):
        """By the Organization Ontology and schema.org, with a membership for each role in an initiative."""
        actor = identifier(origin, "actor", record["slug"])
        yield Resource(
            actor,
            kept(
                ("rdf:type", Iri("org:Organization")),
                ("rdf:type", Iri("schema:Organization")),
                ("skos:prefLabel", text(record["name"], LANGUAGE)),
                ("schema:name", text(record["name"], LANGUAGE)),
                ("schema:name", text(record["native_name"], record["native_language"])),
                ("schema:alternateName", text(record["acronym"])),
                *(("schema:alternateName", text(value)) for value in record["other_names"]),
                ("org:classification", concept(origin, "type", record["type"])),
                ("schema:description", text(record["summary"], LANGUAGE)),
                (
                    "org:subOrganizationOf",
                    record["part_of"] and identifier(origin, "actor", record["part_of"]),
                ),
                ("dcterms:spatial", country(record["country"])),
                ("schema:addressLocality", text(record["locality"])),
                ("schema:latitude", number(record["latitude"])),
                ("schema:longitude", number(record["longitude"])),
                ("foaf:homepage", iri(record["website"])),
                ("schema:email", text(record["email"])),
                ("schema:foundingDate", date(record["founded"])),
                ("schema:dissolutionDate", date(record["closed"])),
                *(("dcterms:subject", concept(origin, "theme", slug)) for slug in record["themes"]),
                *(
                    ("owl:sameAs", iri(record[column] and f"{place}{record[column]}"))
                    for column, place in ELSEWHERE.items()
                ),
                ("dcterms:modified", moment(record["updated_at"])),
                *derived_from(record),
            ),
        )
        for tie in record["initiatives"]:
            yield membership(origin, tie["initiative"], record["slug"], tie["role"])


actor_table = ActorTable()


class RelationTable(Table):
    name = "relations"
    model = Relation
    paths = {"sources": "citations"}
    leads_to = {"subject": "actors", "target": "actors"}
    meanings = {
        "subject": _("The slug of the actor that it starts from."),
        "target": _("The slug of the actor that it leads to."),
        "sources": SOURCES,
    }
    columns = ("subject", "kind", "target", "note", "sources")

    def special(self, relation):
        return {
            "subject": relation.subject.slug,
            "target": relation.target.slug,
            "sources": sources(relation),
        }


class CountryTable(Table):
    name = "countries"
    model = Country
    meanings = {"code": _("ISO 3166-1 alpha-2; XK for Kosovo*.")}
    columns = ("code", "name", "membership")


class ThemeTable(Table):
    name = "themes"
    model = Theme
    columns = ("slug", "name")


relation_table = RelationTable()
country_table = CountryTable()
theme_table = ThemeTable()
