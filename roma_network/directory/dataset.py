"""Which tables make up the whole data set, and a package around some rows of one: those, and all that they lead to."""

from functools import reduce
from operator import or_

from django.db.models import Q

from initiatives import columns as initiative_columns
from initiatives.models import Document, Initiative, Participation
from roma_network.export.columns import Column, Table
from roma_network.export.datapackage import Part
from roma_network.models import Source
from stakeholders import columns as actor_columns
from stakeholders.models import Actor, Country, Relation, Theme

sources_table = Table(
    "sources",
    Source,
    [
        Column("url", is_key=True),
        Column("title"),
        Column("publisher"),
        Column("origin"),
        Column("language"),
        Column("accessed_on"),
        Column("archive_url"),
    ],
)
TERMS = [
    Part(actor_columns.countries, Country.objects.order_by),
    Part(actor_columns.themes, Theme.objects.order_by),
]
# Links of a part of the data set whose other ends are all there.
CLOSED = {"actors": ["country"], "participations": ["initiative", "actor"]}


def tables(actors, initiatives, participations, relations, documents, *, sources, closed=None):
    """The parts. The first five are query sets; `closed` says which links of a table lead to rows that are there, or all."""
    rows = {
        actor_columns.actors: ready(actors, "slug"),
        initiative_columns.initiatives: ready(initiatives, "slug"),
        initiative_columns.participations: ready(participations, "pk"),
        actor_columns.relations: ready(relations, "pk"),
        initiative_columns.documents: ready(documents, "slug"),
        sources_table: lambda: sources().order_by("url"),
    }
    links = {} if closed is None else {table: closed.get(table.name, []) for table in rows}
    return [*TERMS, *(Part(table, found, links.get(table)) for table, found in rows.items())]


def ready(rows, order):
    """Gives the rows with all that their table tells, in an order that lasts."""
    return lambda: rows.for_export().order_by(order)


def sources_of(*rows):
    """The sources that back one of these rows: query sets of what can be cited."""
    cited = (
        found.model._meta.get_field("citations").related_model.objects.filter(
            subject__in=found.order_by().values("pk")
        )
        for found in rows
    )
    return Source.objects.filter(reduce(or_, (Q(pk__in=citations.values("source")) for citations in cited)))


PUBLIC = (
    Actor.objects.published(),
    Initiative.objects.published(),
    Participation.objects.public(),
    Relation.objects.public(),
    Document.objects.published(),
)


def public_sources():
    """The sources that back something public."""
    return sources_of(*(rows.all() for rows in PUBLIC))


PARTS = tables(*PUBLIC, sources=public_sources)


# Around some rows. What these lead to is there too, but not what that leads to in turn.


def package(*rows):
    return tables(*rows, sources=lambda: sources_of(*rows), closed=CLOSED)


def around_actors(actors):
    chosen = keys(actors)
    participations = Participation.objects.public().filter(actor__in=chosen)
    return package(
        Actor.objects.filter(pk__in=chosen),
        Initiative.objects.published().filter(pk__in=participations.order_by().values("initiative")),
        participations,
        Relation.objects.public().filter(Q(subject__in=chosen) | Q(target__in=chosen)),
        Document.objects.published().filter(
            Q(publisher__in=chosen)
            | Q(pk__in=Document.actors.through.objects.filter(actor__in=chosen).values("document"))
        ),
    )


def around_initiatives(initiatives):
    chosen = keys(initiatives)
    participations = Participation.objects.public().filter(initiative__in=chosen)
    actors = Actor.objects.published().filter(pk__in=participations.order_by().values("actor"))
    of_chosen = Document.initiatives.through.objects.filter(initiative__in=chosen)
    return package(
        actors,
        Initiative.objects.filter(pk__in=chosen),
        participations,
        between(actors),
        Document.objects.published().filter(pk__in=of_chosen.values("document")),
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
    )


def keys(rows):
    return rows.order_by().values("pk")


def between(actors):
    return Relation.objects.public().filter(subject__in=keys(actors), target__in=keys(actors))


AROUND = {"actors": around_actors, "initiatives": around_initiatives, "documents": around_documents}
