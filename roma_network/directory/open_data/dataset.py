"""Which tables make up the whole data set, and a package around some rows of one: those, and all that they lead to."""

from functools import reduce
from operator import or_

from django.db.models import Q

from initiatives import columns as initiative_columns
from initiatives.models import Document, Funding, Initiative, Participation, Roster
from roma_network.export.datapackage import Part
from roma_network.export.records import logged_tables, primary_keys
from roma_network.export.responses import named_by_key
from roma_network.export.source_columns import sources as sources_table
from roma_network.models import Source
from stakeholders import columns as actor_columns
from stakeholders.models import Actor, Mandate, Relation

TERMS = [Part(actor_columns.countries), Part(actor_columns.themes)]
PARTS = list(map(Part, logged_tables()))  # whatever has records
# Links of a part of the data set whose other ends are all there.
CLOSED = {
    "actors": ["country"],
    "participations": ["initiative", "actor"],
    "funding": ["initiative", "country"],
    "mandates": ["country"],
    "documents": ["countries"],
    "rosters": ["initiative", "actor"],
}


def sources_of(*rows):
    """The sources that back one of these rows: query sets of what can be cited."""
    cited = (
        found.model._meta.get_field("citations").related_model.objects.filter(
            subject__in=found.order_by().values("pk")
        )
        for found in rows
    )
    return Source.objects.filter(reduce(or_, (Q(pk__in=citations.values("source")) for citations in cited)))


# Around some rows. What these lead to is there too, but not what that leads to in turn.


def package(actors, initiatives, participations, relations, documents, funding, mandates, rosters=None):
    """The parts, of query sets."""
    rows = {
        actor_columns.actors: actors.order_by("slug"),
        initiative_columns.initiatives: initiatives.order_by("slug"),
        initiative_columns.participations: participations.order_by("pk"),
        actor_columns.relations: relations.order_by("pk"),
        initiative_columns.documents: documents.order_by("slug"),
        initiative_columns.funding: funding.order_by("slug"),
        actor_columns.mandates: mandates.order_by("slug"),
    }
    if rosters is not None:
        rows[initiative_columns.rosters] = rosters.order_by("slug")
    sources = sources_of(*rows.values()).order_by("url")
    return [
        *TERMS,
        *(
            Part(table, found.all, CLOSED.get(table.name, []))
            for table, found in {**rows, sources_table: sources}.items()
        ),
    ]


def around_actors(actors):
    chosen = keys(actors)
    participations = Participation.objects.public().filter(actor__in=chosen)
    initiatives = Initiative.objects.published().filter(pk__in=participations.order_by().values("initiative"))
    initiatives = named_by_key(initiatives, primary_keys(initiatives.order_by()))
    return package(
        Actor.objects.filter(pk__in=chosen),
        initiatives,
        participations,
        Relation.objects.public().filter(Q(subject__in=chosen) | Q(target__in=chosen)),
        Document.objects.published().filter(
            Q(publisher__in=chosen)
            | Q(pk__in=Document.actors.through.objects.filter(actor__in=chosen).values("document"))
        ),
        funding_of(initiatives),
        mandates_of(actors),
    )


def around_initiatives(initiatives):
    chosen = keys(initiatives)
    participations = Participation.objects.public().filter(initiative__in=chosen)
    actors = Actor.objects.published().filter(pk__in=participations.order_by().values("actor"))
    actors = named_by_key(actors, primary_keys(actors.order_by()))
    of_chosen = Document.initiatives.through.objects.filter(initiative__in=chosen)
    return package(
        actors,
        Initiative.objects.filter(pk__in=chosen),
        participations,
        between(actors),
        Document.objects.published().filter(pk__in=of_chosen.values("document")),
        funding_of(initiatives),
        mandates_of(actors),
    )


def around_documents(documents):
    chosen = keys(documents)
    concerned = Document.actors.through.objects.filter(document__in=chosen).values("actor")
    publishers = Document.objects.filter(pk__in=chosen, publisher__isnull=False).values("publisher")
    within = Document.initiatives.through.objects.filter(document__in=chosen).values("initiative")
    actors = Actor.objects.published().filter(Q(pk__in=concerned) | Q(pk__in=publishers))
    initiatives = Initiative.objects.published().filter(pk__in=within)
    return package(
        actors,
        initiatives,
        Participation.objects.public().filter(actor__in=keys(actors), initiative__in=keys(initiatives)),
        between(actors),
        Document.objects.filter(pk__in=chosen),
        funding_of(initiatives),
        mandates_of(actors),
    )


def around_funding(funding):
    chosen = keys(funding)
    rows = Funding.objects.filter(pk__in=chosen)
    initiatives = Initiative.objects.published().filter(pk__in=rows.order_by().values("initiative"))
    actors = Actor.objects.published().filter(Q(funding_given__in=chosen) | Q(funding_received__in=chosen))
    actors = Actor.objects.filter(pk__in=keys(actors))
    return package(
        actors,
        initiatives,
        Participation.objects.public().filter(actor__in=keys(actors), initiative__in=keys(initiatives)),
        between(actors),
        Document.objects.none(),
        rows,
        mandates_of(actors),
    )


def around_rosters(rosters):
    chosen = keys(rosters)
    told_of = Q(roster_lines__roster__in=chosen)
    documents = Document.objects.published().filter(told_of)
    initiatives = Initiative.objects.published().filter(told_of | Q(rosters__in=chosen))
    actors = Actor.objects.published().filter(told_of | Q(rosters__in=chosen))
    initiatives = Initiative.objects.filter(pk__in=keys(initiatives))
    actors = Actor.objects.filter(pk__in=keys(actors))
    return package(
        actors,
        initiatives,
        Participation.objects.public().filter(actor__in=keys(actors), initiative__in=keys(initiatives)),
        between(actors),
        Document.objects.filter(pk__in=keys(documents)),
        funding_of(initiatives),
        mandates_of(actors),
        Roster.objects.filter(pk__in=chosen),
    )


def funding_of(initiatives):
    return Funding.objects.public().filter(initiative__in=keys(initiatives))


def mandates_of(actors):
    return Mandate.objects.public().filter(actor__in=keys(actors))


def keys(rows):
    return rows.order_by().values("pk")


def between(actors):
    return Relation.objects.public().filter(subject__in=keys(actors), target__in=keys(actors))


AROUND = {
    "actors": around_actors,
    "initiatives": around_initiatives,
    "documents": around_documents,
    "funding": around_funding,
    "rosters": around_rosters,
}
