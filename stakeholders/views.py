from functools import partial

from django.shortcuts import render

from roma_network.changes import entry_page
from roma_network.export import references
from roma_network.models import ContentVersion
from roma_network.pages import rate_limit
from roma_network.pages.addresses import of_listing
from roma_network.pages.footnotes import Footnotes, read_citations
from roma_network.pages.http_cache import public
from roma_network.pages.listing import Listing
from stakeholders import columns, hooks
from stakeholders.filters import ActorFilterSet
from stakeholders.locator_map import locator_map
from stakeholders.models import Actor, Relation, RelationKind
from stakeholders.similar import Similar

MOST_DOCUMENTS = 10
MOST_SIMILAR = 6
FACTS = (  # in the order of the page, before those that it does not name
    "name",
    "acronym",
    "native_name",
    "type",
    "summary",
    "place",
    "country",
    "coordinates",
    "parent",
    "other_names",
    "founded",
    "closed",
    "successor",
    "last_seen",
    "website",
    "email",
    "identifiers",
    "themes",
)


@public(takes=of_listing(ActorFilterSet), costs=rate_limit.LIST)
def actor_list(request):
    return Listing(request, ActorFilterSet, columns.actors).respond(
        "stakeholders/actor_list.html", "partials/_actor.html"
    )


refer = partial(references.of_entry, kind="actor")


@public
def actor_detail(request, slug):
    return entry_page.respond(request, columns.actors, slug, refer, actor_page)


def actor_page(request, actor):
    """The page of one actor, whatever its status: the admin previews with it what is not public yet."""
    notes = Footnotes()
    participations = list(actor.participations.with_public("initiative").select_related("initiative"))
    relations = list(Relation.objects.touching(actor))
    documents = list(hooks.document_model.value.objects.concerning(actor)[: MOST_DOCUMENTS + 1])
    kin = list(Actor.objects.leading_to(actor))
    mandates = list(actor.mandates.select_related("country"))
    read_citations(participations, relations, documents, mandates)
    version = getattr(request, "content_version", None) or ContentVersion.current()  # a preview has none
    similar = Similar(actor, {row.initiative_id for row in participations}, version)
    context = {
        "actor": actor,
        "backed": notes.beside(actor.citations.all(), columns.actors.facts, FACTS),
        "map": locator_map(actor),
        "identifiers": columns.identifiers_of(actor),
        "mandates": notes.number({"all": [row for row in mandates if row.cited]}).get("all"),
        "initiative_count": len({row.initiative_id for row in participations}),
        "participations": notes.number(by_role(participations)),
        "relations": notes.number(by_kind(relations, actor)),
        "documents": notes.number({"first": documents[:MOST_DOCUMENTS]}).get("first"),
        "more_documents": len(documents) > MOST_DOCUMENTS,
        "parts": [each for each in kin if each.parent_id == actor.pk],
        "predecessors": [each for each in kin if each.successor_id == actor.pk],
        "same_acronym": [each for each in kin if actor.acronym and each.acronym == actor.acronym],
        "similar": similar,
        "similar_first": similar.first(
            MOST_SIMILAR, {row.initiative_id: row.initiative for row in participations}
        ),
        "notes": notes,
        **entry_page.context_of(columns.actors, actor, refer),
    }
    return render(request, "stakeholders/actor_detail.html", context)


def by_role(participations):
    """Role → participations, in the order of the roles."""
    roles = hooks.participation_model.value._meta.get_field("role").choices
    participations.sort(key=lambda row: row.initiative.sort_name)
    return {label: [row for row in participations if row.role == role] for role, label in roles}


def by_kind(relations, actor):
    """Kind → relations, read from the actor's side: “funded by” where another funds it."""
    groups = {}
    for kind in RelationKind:
        for row in relations:
            if row.kind == kind:
                outgoing = row.subject_id == actor.pk
                row.other = row.target if outgoing else row.subject
                groups.setdefault(kind.label if outgoing else kind.inverse, []).append(row)
    return groups
