"""Which tables make up the whole data set, and a package around some rows of one: those, and all that they lead to."""

from django.db.models import Q

from initiatives.columns import (
    document_table,
    initiative_table,
    participation_table,
    public_sources,
    source_table,
    sources_of,
)
from initiatives.models import Document, Initiative, Participation
from roma_network.export.datapackage import Part
from stakeholders.columns import actor_table, country_table, relation_table, theme_table
from stakeholders.models import Actor, Country, Relation, Theme

SLUG, CODE = ("slug",), ("code",)
TERMS = [
    Part(country_table, Country.objects.order_by, CODE, {}),
    Part(theme_table, Theme.objects.order_by, SLUG, {}),
]
IN_COUNTRY = {"country": ("countries", "code")}
TWO_ENDS = {"initiative": ("initiatives", "slug"), "actor": ("actors", "slug")}


def tables(actors, initiatives, participations, relations, documents, *, sources, links):
    """The parts. The first five are query sets; `links` says for a table what else its columns lead to."""
    return [
        *TERMS,
        Part(actor_table, ready(actors, "slug"), SLUG, IN_COUNTRY | links.get("actors", {})),
        Part(initiative_table, ready(initiatives, "slug"), SLUG, links.get("initiatives", {})),
        Part(participation_table, ready(participations, "pk"), ("initiative", "actor", "role"), TWO_ENDS),
        Part(
            relation_table, ready(relations, "pk"), ("subject", "kind", "target"), links.get("relations", {})
        ),
        Part(document_table, ready(documents, "slug"), SLUG, links.get("documents", {})),
        Part(source_table, lambda: sources().order_by("url"), ("url",), {}),
    ]


def ready(rows, order):
    """Gives the rows with all that their table tells, in an order that lasts."""
    return lambda: rows.for_export().order_by(order)


PARTS = tables(
    Actor.objects.published(),
    Initiative.objects.published(),
    Participation.objects.public(),
    Relation.objects.public(),
    Document.objects.published(),
    sources=public_sources,
    links={
        "actors": {"part_of": ("", "slug")},
        "initiatives": {"part_of": ("", "slug"), "follows": ("", "slug")},
        "relations": {"subject": ("actors", "slug"), "target": ("actors", "slug")},
        "documents": {"publisher": ("actors", "slug")},
    },
)


# Around some rows. What these lead to is there too, but not what that leads to in turn.


def package(*rows):
    return tables(*rows, sources=lambda: sources_of(*rows), links={})


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
