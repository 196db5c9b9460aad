from django.shortcuts import get_object_or_404, render

from roma_network import exports
from roma_network.listing import Listing, unusable
from roma_network.notes import Notes
from stakeholders.filters import ActorFilterSet
from stakeholders.models import Actor, Relation, RelationKind
from stakeholders.resources import actor_table

MOST_COLLEAGUES = 12
MOST_DOCUMENTS = 10


def actor_list(request):
    return Listing(request, ActorFilterSet, actor_table).respond(
        "stakeholders/actor_list.html", "partials/_actor.html"
    )


def actor_detail(request, slug):
    actor = get_object_or_404(Actor.objects.published().for_detail(), slug=slug)
    if file := exports.requested(request, actor_table, Actor.objects.filter(pk=actor.pk)):
        return file
    notes = Notes()
    context = {
        "actor": actor,
        "backed": notes.beside(actor.citations.all(), facts(actor)),
        "participations": participations(actor, notes),
        "relations": relations(actor, notes),
        "documents": notes.first(actor.documents.model.objects.concerning(actor), MOST_DOCUMENTS),
        "colleagues": Actor.objects.colleagues_of(actor)[:MOST_COLLEAGUES],
        "notes": notes,
        "rejected": unusable(request),
        "downloads": exports.downloads(request.path),
    }
    return render(request, "stakeholders/actor_detail.html", context)


def facts(actor):
    """Fact → the words by which citations name it."""
    country = actor.country.name if actor.country else ""
    return {
        "summary": [],
        "place": ["seat", "based", "address", "located", "location", actor.locality, country],
        "coordinates": ["coordinates"],
        "parent": ["part of", actor.parent.name if actor.parent else ""],
        "names": ["name", "alias", "acronym"],
        "website": ["website", "web site"],
        "email": ["e mail", "email", "mailbox"],
        "founded": ["founded", "foundation", "established", "set up", "created", "since", actor.founded[:4]],
        "closed": ["closed", "dissolved", "ended", actor.closed[:4]],
    }


def participations(actor, notes):
    """Role → the initiatives in which the actor has it, in the order of the roles."""
    rows = list(actor.participations.public().select_related("initiative").with_sources())
    roles = actor.participations.model._meta.get_field("role").choices
    rows.sort(key=lambda row: row.initiative.sort_name)
    groups = {label: [row for row in rows if row.role == role] for role, label in roles}
    return notes.number(groups)


def relations(actor, notes):
    """What ties the actor to others, read from its side: “funded by” where another funds it."""
    groups = {}
    rows = list(Relation.objects.touching(actor))
    for kind in RelationKind:
        for row in rows:
            if row.kind == kind:
                outgoing = row.subject_id == actor.pk
                row.other = row.target if outgoing else row.subject
                groups.setdefault(kind.label if outgoing else Relation.INVERSE[kind], []).append(row)
    return notes.number(groups)
