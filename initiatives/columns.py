"""What exports say of initiatives and documents."""

from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from initiatives.models import Document, Initiative, Participation
from roma_network.export.columns import LINKS, SOURCES, Table, slug_of, sources
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
    text,
)
from roma_network.models import Source
from stakeholders.columns import membership
from stakeholders.models import Actor, Relation


class InitiativeTable(Table):
    name = "initiatives"
    kind = "initiative"
    model = Initiative
    paths = {"part_of": "parent", "participants": "participations", "sources": "citations"}
    leads_to = {
        "themes": "themes",
        "countries": "countries",
        "part_of": "initiatives",
        "follows": "initiatives",
        "participants": "actors",
    }
    meanings = {
        "themes": _("Slugs of themes."),
        "countries": _("ISO 3166-1 alpha-2; XK for Kosovo*."),
        "part_of": _("The slug of the initiative that it belongs to."),
        "follows": _("The slug of the initiative that it succeeded."),
        "funding": _("Programme, amount in euro where a source states it, note."),
        "participants": _("Who takes part: the slug of the actor, and the role."),
        "sources": SOURCES,
    }
    types = {"verified_on": "date"}
    columns = (
        "slug",
        "name",
        "acronym",
        "kind",
        "summary",
        "start",
        "end",
        "website",
        "themes",
        "countries",
        "part_of",
        "follows",
        "funding",
        "participants",
        "verified_on",
        "updated_at",
        "sources",
    )

    def special(self, initiative):
        return {
            "themes": [theme.slug for theme in initiative.themes.all()],
            "countries": [country.code for country in initiative.countries.all()],
            "part_of": slug_of(initiative.parent),
            "follows": slug_of(initiative.follows),
            "funding": [
                {"programme": funding.programme, "amount_eur": funding.amount_eur, "note": funding.note}
                for funding in initiative.funding.all()
            ],
            "participants": [
                {"actor": participation.actor.slug, "role": participation.role}
                for participation in initiative.participations.all()
            ],
            "sources": sources(initiative),
        }

    def resources(self, record, origin):
        """By the Organization Ontology and schema.org, with a membership for each role of an actor."""
        yield Resource(
            identifier(origin, "initiative", record["slug"]),
            kept(
                ("rdf:type", Iri("org:OrganizationalCollaboration")),
                ("rdf:type", Iri("schema:Project")),
                ("skos:prefLabel", text(record["name"], LANGUAGE)),
                ("schema:name", text(record["name"], LANGUAGE)),
                ("schema:alternateName", text(record["acronym"])),
                ("org:classification", concept(origin, "kind", record["kind"])),
                ("schema:description", text(record["summary"], LANGUAGE)),
                ("schema:startDate", date(record["start"])),
                ("schema:endDate", date(record["end"])),
                ("foaf:homepage", iri(record["website"])),
                *(("dcterms:subject", concept(origin, "theme", slug)) for slug in record["themes"]),
                *(("dcterms:spatial", country(code)) for code in record["countries"]),
                (
                    "dcterms:isPartOf",
                    record["part_of"] and identifier(origin, "initiative", record["part_of"]),
                ),
                (
                    "prov:wasRevisionOf",
                    record["follows"] and identifier(origin, "initiative", record["follows"]),
                ),
                ("dcterms:modified", moment(record["updated_at"])),
                *derived_from(record),
            ),
        )
        for tie in record["participants"]:
            yield membership(origin, record["slug"], tie["actor"], tie["role"])


class DocumentTable(Table):
    name = "documents"
    kind = "document"
    model = Document
    paths = {"sources": "citations"}
    leads_to = {"publisher": "actors", "actors": "actors", "initiatives": "initiatives"}
    meanings = {
        "size": _("Bytes."),
        "publisher": _("The slug of the actor that published it."),
        "actors": LINKS,
        "initiatives": LINKS,
        "sources": SOURCES,
    }
    types = {"size": "integer", "verified_on": "date"}
    columns = (
        "slug",
        "title",
        "kind",
        "date",
        "url",
        "format",
        "size",
        "language",
        "publisher",
        "actors",
        "initiatives",
        "verified_on",
        "updated_at",
        "sources",
    )

    def special(self, document):
        return {
            "publisher": slug_of(document.publisher),
            "actors": [actor.slug for actor in document.actors.all()],
            "initiatives": [initiative.slug for initiative in document.initiatives.all()],
            "sources": sources(document),
        }

    def resources(self, record, origin):
        """By Dublin Core."""
        about = [("actor", slug) for slug in record["actors"]] + [
            ("initiative", slug) for slug in record["initiatives"]
        ]
        yield Resource(
            identifier(origin, "document", record["slug"]),
            kept(
                ("rdf:type", Iri("foaf:Document")),
                ("dcterms:title", text(record["title"])),
                ("dcterms:type", concept(origin, "document-kind", record["kind"])),
                ("dcterms:issued", date(record["date"])),
                ("foaf:page", iri(record["url"])),
                ("dcterms:language", text(record["language"])),
                (
                    "dcterms:publisher",
                    record["publisher"] and identifier(origin, "actor", record["publisher"]),
                ),
                *(("foaf:topic", identifier(origin, kind, slug)) for kind, slug in about),
                ("dcterms:modified", moment(record["updated_at"])),
                *derived_from(record),
            ),
        )


initiative_table = InitiativeTable()
document_table = DocumentTable()


class ParticipationTable(Table):
    name = "participations"
    model = Participation
    paths = {"sources": "citations"}
    leads_to = {"initiative": "initiatives", "actor": "actors"}
    meanings = {
        "initiative": _("The slug of the initiative."),
        "actor": _("The slug of the actor."),
        "sources": SOURCES,
    }
    columns = ("initiative", "actor", "role", "start", "end", "note", "sources")

    def special(self, participation):
        return {
            "initiative": participation.initiative.slug,
            "actor": participation.actor.slug,
            "sources": sources(participation),
        }


participation_table = ParticipationTable()


class SourceTable(Table):
    name = "sources"
    model = Source
    columns = ("url", "title", "publisher", "accessed_on")
    types = {"accessed_on": "date"}


class ChangeTable(Table):
    """What became of an entry that is or was public."""

    name = "changes"
    columns = ("kind", "slug", "change", "into", "at")


source_table = SourceTable()
change_table = ChangeTable()


def sources_of(*rows):
    """The sources that back one of these rows: query sets of what can be cited."""
    cited = (
        found.model._meta.get_field("citations").related_model.objects.filter(
            subject__in=found.order_by().values("pk")
        )
        for found in rows
    )
    return Source.objects.filter(reduce(or_, (Q(pk__in=citations.values("source")) for citations in cited)))


def public_sources():
    """The sources that back something public."""
    return sources_of(
        Actor.objects.published(),
        Initiative.objects.published(),
        Document.objects.published(),
        Participation.objects.public(),
        Relation.objects.public(),
    )
