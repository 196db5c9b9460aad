from functools import cached_property, partial
from itertools import groupby
from operator import itemgetter

from django.shortcuts import render
from django.urls import reverse

from initiatives import columns, money
from initiatives.filters import DocumentFilterSet, FundingFilterSet, InitiativeFilterSet
from initiatives.location_map import initiative_map
from initiatives.models import Funding, Initiative, Role
from initiatives.references import reference_of_document
from roma_network.changes import entry_page
from roma_network.export import formats, references, responses
from roma_network.export.columns import Kind
from roma_network.export.plain_tables import FORMATS, PlainTable
from roma_network.pages import ego_network, rate_limit
from roma_network.pages.addresses import of_listing
from roma_network.pages.footnotes import Footnotes, read_citations
from roma_network.pages.http_cache import public
from roma_network.pages.listing import Listing
from roma_network.pages.redirects import instead_of
from roma_network.search.facets import among
from stakeholders.models import ActorType

MOST_DOCUMENTS = 10
DOCUMENT_FACTS = ("title", "kind", "date", "publisher", "language", "url", "countries", "concerns")
FACTS = (  # in the order of the page, before those that it does not name
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


class FundingListing(Listing):
    """A list of money: no feed, as its rows have no page of their own, and what its amounts add up to."""

    formats = streamed = {name: each for name, each in formats.ROWS.items() if each is not formats.ATOM}
    embed_url = feed_url = ""

    @property
    def found(self):
        return Funding.objects.with_where_and_when().filter(pk__in=among(self.tally.found.tolist()))

    @cached_property
    def total(self):
        return money.total(self.found.values_list(*money.FIELDS))

    @cached_property
    def compared(self):
        """The label of the facet of which several values are chosen, and (label, total) of each; None where there is none."""
        for name, facet in self.filterset.facets.items():
            if len(chosen := self.filterset.data.getlist(name)) > 1:
                totals = money.totals_by(facet.field_name, self.found)
                terms = self.filterset.vocabularies[name]
                rows = [(str(terms[value].label), totals[value]) for value in chosen]
                return facet.label, sorted(rows, key=itemgetter(0))
        return None


@public(takes=of_listing(FundingFilterSet), costs=rate_limit.LIST)
def funding_list(request):
    listing = FundingListing(request, FundingFilterSet, columns.funding)
    return listing.respond("initiatives/funding_list.html", "partials/_funding_row.html")


refer = partial(references.of_entry, kind="initiative")


@public
def initiative_detail(request, slug):
    return entry_page.respond(request, columns.initiatives, slug, refer, initiative_page)


PARTICIPANTS = PlainTable(
    "participants",
    {
        "initiative": Kind.TEXT,
        "actor": Kind.TEXT,
        "name": Kind.TEXT,
        "type": Kind.TEXT,
        "form": Kind.TEXT,
        "country": Kind.TEXT,
        "locality": Kind.TEXT,
        "role": Kind.TEXT,
        "start": Kind.PARTIAL_DATE,
        "end": Kind.PARTIAL_DATE,
        "last_seen": Kind.PARTIAL_DATE,
        "note": Kind.TEXT,
        "website": Kind.URL,
        "email": Kind.EMAIL,
    },
)


@public(costs={"": 3} | dict.fromkeys(FORMATS, 10))
def participants(request, slug):
    """Who takes part in one initiative as a file: a line for each role, with what the actor is and where."""
    initiative = Initiative.objects.published().filter(slug=slug).first()
    if initiative is None:
        return instead_of(request, Initiative, slug)
    rows = initiative.participations.with_public("actor").select_related("actor")
    rows = rows.order_by("actor__sort_name", "role")
    return PARTICIPANTS.requested(request, (participant(initiative, row) for row in rows), "csv")


def participant(initiative, row):
    actor = row.actor
    of_actor = {
        name: getattr(actor, name) for name in ("name", "type", "form", "locality", "website", "email")
    }
    of_tie = {name: getattr(row, name) for name in ("role", "start", "end", "last_seen", "note")}
    return (
        of_actor | of_tie | {"initiative": initiative.slug, "actor": actor.slug, "country": actor.country_id}
    )


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
        "backed": notes.beside(initiative.citations.all(), columns.initiatives.facts, FACTS),
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
        "participant_count": len(participations),
        "participant_files": responses.downloads(
            reverse("participants", args=[initiative.slug]), offered=FORMATS
        ),
        **entry_page.context_of(columns.initiatives, initiative, refer),
    }
    return render(request, "initiatives/initiative_detail.html", context)


@public
def document_detail(request, slug):
    return entry_page.respond(request, columns.documents, slug, reference_of_document, document_page)


def document_page(request, document):
    """The page of one document, whatever its status: the admin previews with it what is not public yet."""
    notes = Footnotes()
    context = {
        "document": document,
        "backed": notes.beside(document.citations.all(), columns.documents.facts, DOCUMENT_FACTS),
        "publisher": document.publisher if document.publisher and document.publisher.is_published else None,
        "actors": document.actors.published().select_related("country").order_by("sort_name"),
        "initiatives": document.initiatives.published().order_by("sort_name"),
        "notes": notes,
        **entry_page.context_of(columns.documents, document, reference_of_document),
    }
    return render(request, "initiatives/document_detail.html", context)


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
