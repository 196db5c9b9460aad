"""The page of the whole data set, its files, and the catalogue that tells portals of it (DCAT-AP 3)."""

import mimetypes
import re

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from initiatives.models import Document, Initiative, Participation
from initiatives.resources import (
    document_table,
    initiative_table,
    participation_table,
    public_sources,
    source_table,
)
from roma_network import dumps
from roma_network.dumps import Part
from roma_network.linked import LANGUAGE, Iri, Resource, Typed, origin_of, text, turtle_lines
from roma_network.listing import unusable
from stakeholders.models import Actor, Country, Relation, Theme
from stakeholders.resources import actor_table, country_table, relation_table, theme_table

SLUG, CODE = ("slug",), ("code",)
PARTS = [
    Part(country_table, Country.objects.order_by, CODE, {}),
    Part(theme_table, Theme.objects.order_by, SLUG, {}),
    Part(
        actor_table,
        lambda: Actor.objects.published().for_export().order_by("slug"),
        SLUG,
        {"country": ("countries", "code"), "part_of": ("", "slug")},
    ),
    Part(
        initiative_table,
        lambda: Initiative.objects.published().for_export().order_by("slug"),
        SLUG,
        {"part_of": ("", "slug"), "follows": ("", "slug")},
    ),
    Part(
        participation_table,
        lambda: Participation.objects.public().for_export().order_by("pk"),
        ("initiative", "actor", "role"),
        {"initiative": ("initiatives", "slug"), "actor": ("actors", "slug")},
    ),
    Part(
        relation_table,
        lambda: Relation.objects.public().for_export().order_by("pk"),
        ("subject", "kind", "target"),
        {"subject": ("actors", "slug"), "target": ("actors", "slug")},
    ),
    Part(
        document_table,
        lambda: Document.objects.published().for_export().order_by("slug"),
        SLUG,
        {"publisher": ("actors", "slug")},
    ),
    Part(source_table, lambda: public_sources().order_by("url"), ("url",), {}),
]

EU = "http://publications.europa.eu/resource/authority"
MEDIA = {
    "csv": ("text/csv", "CSV"),
    "json": ("application/json", "JSON"),
    "jsonld": ("application/ld+json", "JSON_LD"),
    "rdf": ("application/rdf+xml", "RDF_XML"),
    "ttl": ("text/turtle", "RDF_TURTLE"),
    "zip": ("application/zip", "ZIP"),
}
TITLE = "Who works on Roma integration in Europe"
DESCRIPTION = (
    "Actors that work on Roma integration in Europe, the initiatives that link them, the documents behind them, and for "
    "every fact its source."
)


@require_safe
def page(request):
    context = {
        "dumps": dumps.latest(),
        "parts": [
            {"name": part.table.name, "columns": part.table.columns, "keys": part.keys} for part in PARTS
        ],
        "rejected": unusable(request),
    }
    return render(request, "data.html", context)


@require_safe
def file(request, day, name):
    """A file of a dump. Only names that the folder itself lists are looked for."""
    if day not in dumps.days() or name not in {dumps.SUMS, *(each[0] for each in dumps.dump_of(day).files)}:
        raise Http404
    kind = MEDIA.get(name.rpartition(".")[2], (mimetypes.guess_type(name)[0] or "text/plain", ""))[0]
    response = FileResponse(
        (dumps.FOLDER / day / name).open("rb"), content_type=kind, as_attachment=True, filename=name
    )
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = "public, max-age=3600"
    return response


@require_safe
def catalogue(request):
    return HttpResponse(
        "".join(turtle_lines(described(origin_of(request)))), content_type="text/turtle; charset=utf-8"
    )


def described(origin):
    """The catalogue, its one data set, the files of the latest dump, and the API."""
    catalog, dataset, publisher, contact, service = (
        Iri(f"{origin}/data/#{name}") for name in ("catalogue", "dataset", "publisher", "contact", "api")
    )
    newest = next(dumps.latest(), None)
    files = [each for each in newest.files if each[0].rpartition(".")[2] in MEDIA] if newest else []
    licence = ("dcterms:license", Iri(f"{EU}/licence/CC_BY_4_0"))
    titled = [("dcterms:title", text(TITLE, LANGUAGE)), ("dcterms:description", text(DESCRIPTION, LANGUAGE))]
    mailbox = [("vcard:hasEmail", Iri(f"mailto:{settings.CONTACT_EMAIL}"))] if settings.CONTACT_EMAIL else []
    yield Resource(
        catalog,
        [
            ("rdf:type", Iri("dcat:Catalog")),
            *titled,
            ("dcterms:publisher", publisher),
            ("foaf:homepage", Iri(f"{origin}/data/")),
            ("dcterms:language", Iri(f"{EU}/language/ENG")),
            licence,
            ("dcat:dataset", dataset),
            ("dcat:service", service),
        ],
    )
    yield Resource(
        dataset,
        [
            ("rdf:type", Iri("dcat:Dataset")),
            *titled,
            ("dcterms:publisher", publisher),
            ("dcat:contactPoint", contact),
            ("dcat:theme", Iri(f"{EU}/data-theme/SOCI")),
            ("dcat:keyword", text("Roma", LANGUAGE)),
            ("dcat:keyword", text("Roma inclusion", LANGUAGE)),
            ("dcterms:spatial", Iri(f"{EU}/continent/EUROPE")),
            ("dcterms:accrualPeriodicity", Iri(f"{EU}/frequency/CONT")),
            ("dcterms:language", Iri(f"{EU}/language/ENG")),
            ("dcat:landingPage", Iri(f"{origin}/data/")),
            *([("dcterms:modified", Typed(newest.day, "xsd:date"))] if newest else []),
            *(("dcat:distribution", Iri(f"{origin}/data/#{name}")) for name, _size, _digest in files),
        ],
    )
    yield Resource(
        publisher,
        [("rdf:type", Iri("foaf:Agent")), ("foaf:name", text("Roma integration directory", LANGUAGE))],
    )
    yield Resource(
        contact,
        [
            ("rdf:type", Iri("vcard:Organization")),
            ("vcard:fn", text("Roma integration directory", LANGUAGE)),
            *mailbox,
        ],
    )
    yield Resource(
        service,
        [
            ("rdf:type", Iri("dcat:DataService")),
            ("dcterms:title", text("API", LANGUAGE)),
            ("dcat:endpointURL", Iri(f"{origin}{reverse('api')}")),
            ("dcat:endpointDescription", Iri(f"{origin}{reverse('openapi')}")),
            ("dcat:servesDataset", dataset),
            licence,
        ],
    )
    for name, size, _digest in files:
        media, kind = MEDIA[name.rpartition(".")[2]]
        url = f"{origin}{reverse('dump_file', args=[newest.day, name])}"
        yield Resource(
            Iri(f"{origin}/data/#{name}"),
            [
                ("rdf:type", Iri("dcat:Distribution")),
                ("dcterms:title", text(name)),
                ("dcat:accessURL", Iri(url)),
                ("dcat:downloadURL", Iri(url)),
                ("dcat:mediaType", Iri(f"https://www.iana.org/assignments/media-types/{media}")),
                ("dcterms:format", Iri(f"{EU}/file-type/{kind}")),
                ("dcat:byteSize", Typed(str(size), "xsd:nonNegativeInteger")),
                ("dcterms:issued", Typed(newest.day, "xsd:date")),
                licence,
            ],
        )


def origin_in(hosts):
    """The address of the directory, as far as the settings tell."""
    host = next((host.lstrip(".") for host in hosts if re.fullmatch(r"\.?[a-z0-9.-]+", host)), "localhost")
    return f"{'http' if settings.DEMO else 'https'}://{host}"
