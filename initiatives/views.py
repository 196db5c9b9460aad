from itertools import groupby

from django.shortcuts import render

from initiatives import columns
from initiatives.filters import DocumentFilterSet, InitiativeFilterSet
from initiatives.location_map import initiative_map
from initiatives.models import Initiative, Role
from roma_network.changes import entry_feed
from roma_network.export import formats, references, responses
from roma_network.pages import ego_network, rate_limit
from roma_network.pages.addresses import of_listing
from roma_network.pages.footnotes import Footnotes, read_citations
from roma_network.pages.http_cache import public
from roma_network.pages.listing import Listing
from roma_network.pages.redirects import instead_of
from stakeholders.models import ActorType

MOST_DOCUMENTS = 10
FACTS = (  # that can be cited, in the order of the page
    "name",
    "acronym",
    "kind",
    "start",
    "end",
    "last_seen",
    "summary",
    "parent",
    "follows",
    "modelled_on",
    "funding",
    "countries",
    "themes",
    "website",
)


@public(takes=of_listing(InitiativeFilterSet), costs=rate_limit.LIST)
def initiative_list(request):
    return Listing(request, InitiativeFilterSet, columns.initiatives).respond(
        "initiatives/initiative_list.html", "partials/_initiative.html"
    )


@public(takes=of_listing(DocumentFilterSet), costs=rate_limit.LIST)
def document_list(request):
    return Listing(request, DocumentFilterSet, columns.documents).respond(
        "initiatives/document_list.html", "partials/_document.html"
    )


@public
def initiative_detail(request, slug):
    initiative = Initiative.objects.published().for_detail().filter(slug=slug).first()
    if initiative is None:
        return entry_feed.feed_of_withdrawn(request, columns.initiatives, slug) or instead_of(
            request, Initiative, slug
        )
    file = (
        references.requested(request, initiative, "initiative")
        or entry_feed.requested(request, columns.initiatives, initiative)
        or responses.requested(request, columns.initiatives, Initiative.objects.filter(pk=initiative.pk))
    )
    return file or initiative_page(request, initiative)


def initiative_page(request, initiative):
    """The page of one initiative, whatever its status: the admin previews with it what is not public yet."""
    notes = Footnotes()
    participations = list(initiative.participations.with_public("actor").select_related("actor__country"))
    documents = list(initiative.documents.newest_first()[: MOST_DOCUMENTS + 1])
    related = list(Initiative.objects.related_to(initiative)[: ego_network.MOST])
    kin = list(Initiative.objects.leading_to(initiative))
    funding = list(initiative.funding.all())
    read_citations(participations, documents, funding)
    context = {
        "initiative": initiative,
        "backed": notes.beside(initiative.citations.all(), FACTS),
        "funding": notes.number({"all": funding}).get("all"),
        "roles": roles(participations, notes),
        "documents": notes.number({"first": documents[:MOST_DOCUMENTS]}).get("first"),
        "more_documents": len(documents) > MOST_DOCUMENTS,
        "map": initiative_map(participations),
        "parts": [each for each in kin if each.parent_id == initiative.pk],
        "followers": [each for each in kin if each.follows_id == initiative.pk],
        "modelled": [each for each in kin if each.modelled_on_id == initiative.pk],
        "related": related,
        "ego": ego_network.drawn(related),
        "notes": notes,
        **references.page_context(request, initiative, "initiative"),
        "downloads": responses.downloads(
            initiative.get_absolute_url(), offered=formats.offered_for(columns.initiatives)
        ),
    }
    return render(request, "initiatives/initiative_detail.html", context)


def roles(participations, notes):
    """Who takes part: role → type → country → participations, each level with its label, in its own order."""
    types = {value: place for place, value in enumerate(ActorType.values)}
    rows = sorted(
        participations, key=lambda row: (types[row.actor.type], country_name(row), row.actor.sort_name)
    )
    groups = notes.number({role.plural: [row for row in rows if row.role == role] for role in Role})
    return {
        role: {
            "count": len(rows),
            "types": [
                (ActorType(value), by_country(list(of_type)))
                for value, of_type in groupby(rows, key=lambda row: row.actor.type)
            ],
        }
        for role, rows in groups.items()
    }


def country_name(row):
    return row.actor.country.label if row.actor.country else ""


def by_country(rows):
    """Local authorities stand under their country; others, few in each, stand in one list."""
    if rows[0].actor.type != ActorType.LOCAL_AUTHORITY:
        return [(None, sorted(rows, key=lambda row: row.actor.sort_name))]
    return [(country, list(found)) for country, found in groupby(rows, key=lambda row: row.actor.country)]
