"""Permalinks (persistent identifiers) and content negotiation: what names an entry or a term for good. People are led to the page, programs get data in the form they ask for."""

import re
from collections import namedtuple

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode

from initiatives.columns import documents, initiatives, rosters
from initiatives.models import Document, Initiative, Roster
from roma_network.core.read_only import read_only
from roma_network.core.web_addresses import absolute
from roma_network.export import rdf, responses
from roma_network.export.formats import NEGOTIABLE
from roma_network.export.rdf import Iri, Resource
from roma_network.export.terms import labels
from roma_network.models import Editorial
from roma_network.pages.redirects import instead_of
from stakeholders.columns import actors
from stakeholders.models import Actor, Theme

PAGE = "text/html"
PARAMETER = re.compile(r';\s*(?!q\s*=)[^,;=]*(=\s*("[^"]*"|[^,;"]*))?', re.IGNORECASE)

IdentifiedKind = namedtuple("IdentifiedKind", "model table")
# The list that a term narrows, and by which parameter; or without one, the page that says what it means.
Scheme = namedtuple("Scheme", "terms address parameter")

KINDS = {
    "actor": IdentifiedKind(Actor, actors),
    "initiative": IdentifiedKind(Initiative, initiatives),
    "document": IdentifiedKind(Document, documents),
    "roster": IdentifiedKind(Roster, rosters),
}
# Where a term of these leads; those of others to the page that says what they mean.
LISTS = {
    "type": ("actor_list", "type"),
    "role": ("actor_list", "role"),
    "theme": ("actor_list", "theme"),
    "kind": ("initiative_list", "kind"),
    "document-kind": ("document_list", "kind"),
}


def scheme_of(kind):
    """A vocabulary that linked data names, or None."""
    address, parameter = LISTS.get(kind, ("data", ""))
    if kind == "theme":
        return Scheme({theme.slug: str(theme) for theme in Theme.objects.all()}, address, parameter)
    return Scheme(labels()[kind], address, parameter) if kind in labels() else None


@read_only
def entry(request, kind, slug):
    """An entry; where another took its place, that one; or that it was withdrawn."""
    if found := scheme_of(kind):
        return term(request, found, kind, slug)
    if kind not in KINDS:
        raise Http404
    model, table = KINDS[kind]
    found = model.objects.published().filter(slug=slug)
    if row := found.first():
        return page_or_data(request, table, found, row)
    if issubclass(model, Editorial):
        return instead_of(request, model, slug)
    raise Http404  # rosters are never merged or withdrawn


def page_or_data(request, table, found, row):
    """The page of a row, or the row as data."""
    wanted = wanted_by(request)
    return negotiated(
        responses.written(wanted, request, table, found) if wanted else see(row.get_absolute_url())
    )


def term(request, scheme, kind, value):
    """A term of a vocabulary, as the list that it narrows or as a SKOS concept."""
    if value not in scheme.terms:
        raise Http404
    wanted = wanted_by(request)
    if wanted is None or wanted.write_triples is None:
        query = f"?{urlencode({scheme.parameter: value})}" if scheme.parameter else f"#{kind}-{value}"
        return negotiated(see(f"{reverse(scheme.address)}{query}"))
    return negotiated(
        linked(request, wanted, [rdf.term_resource(settings.BASE_URL, kind, value, str(scheme.terms[value]))])
    )


@read_only
def scheme(request, kind):
    """All terms of a vocabulary."""
    if not (found := scheme_of(kind)):
        raise Http404
    wanted = wanted_by(request)
    if wanted is None or wanted.write_triples is None:
        return negotiated(see(reverse(found.address)))
    concepts = [
        rdf.term_resource(settings.BASE_URL, kind, value, str(label)) for value, label in found.terms.items()
    ]
    heading = Resource(
        Iri(absolute(reverse("scheme", args=[kind]))),
        [("rdf:type", Iri("skos:ConceptScheme"))]
        + [("skos:hasTopConcept", each.subject) for each in concepts],
    )
    return negotiated(linked(request, wanted, [heading, *concepts]))


def wanted_by(request):
    """The format that is asked for; None where that is a page. Parameters as `charset` and `profile` change nothing."""
    asked = HttpRequest()
    asked.META["HTTP_ACCEPT"] = PARAMETER.sub("", request.headers.get("Accept", "*/*"))
    return NEGOTIABLE.get(asked.get_preferred_type([PAGE, *NEGOTIABLE]))


def linked(request, wanted, resources):
    return HttpResponse("".join(wanted.write_triples(resources)), content_type=wanted.content_type)


def see(url):
    """What is asked for is no page; the page about it is elsewhere."""
    return HttpResponse(status=303, headers={"Location": url})


def negotiated(response):
    patch_vary_headers(response, ["Accept"])
    return response
