"""What tells portals and crawlers of the data set: a DCAT-AP 3 catalogue, and a VoID description of the linked data.

Terms of the EU authority tables stand in the catalogue with their types, so that it can be checked on its own.
"""

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse

from initiatives.models import Participation
from roma_network.core.read_only import read_only
from roma_network.directory.open_data.permalinks import KINDS
from roma_network.export import dumps, formats
from roma_network.export.datapackage import TITLE
from roma_network.export.rdf import LANGUAGE, PREFIXES, Iri, Resource, Typed, text, turtle_lines
from roma_network.export.references import DIRECTORY
from stakeholders.columns import actors
from stakeholders.models import Actor

EU = "http://publications.europa.eu/resource/authority"
ENGLISH, LICENCE = Iri(f"{EU}/language/ENG"), Iri(f"{EU}/licence/CC_BY_4_0")
THEME, SPATIAL = Iri(f"{EU}/data-theme/SOCI"), Iri(f"{EU}/continent/EUROPE")
FREQUENCY, THEMES = Iri(f"{EU}/frequency/CONT"), Iri(f"{EU}/data-theme")
SHA256 = Iri(f"{PREFIXES['spdx']}checksumAlgorithm_sha256")
DESCRIPTION = (
    "Actors that work on Roma integration in Europe, the initiatives that link them, the documents behind them, and for "
    "every fact its source."
)
CLASSES = {
    "actor": "org:Organization",
    "initiative": "org:OrganizationalCollaboration",
    "document": "foaf:Document",
    "roster": "schema:ItemList",
}
VOCABULARIES = ["dcterms", "foaf", "org", "owl", "prov", "schema", "skos"]


@read_only
def dcat(request):
    return turtle_answer(catalogue(settings.BASE_URL))


@read_only
def void(request):
    return turtle_answer(description(settings.BASE_URL))


def turtle_answer(resources):
    return HttpResponse("".join(turtle_lines(resources)), content_type="text/turtle; charset=utf-8")


def part(origin, name):
    return Iri(f"{origin}/data/#{name}")


def titled():
    return [("dcterms:title", text(TITLE, LANGUAGE)), ("dcterms:description", text(DESCRIPTION, LANGUAGE))]


# DCAT-AP


def catalogue(origin):
    """The catalogue, its one data set, the files of the latest dump, and the API."""
    newest = next(dumps.latest(), None)
    files = [each for each in newest.files if catalogued(each[0])] if newest else []
    yield Resource(
        part(origin, "catalogue"),
        [
            ("rdf:type", Iri("dcat:Catalog")),
            *titled(),
            ("dcterms:publisher", part(origin, "publisher")),
            ("foaf:homepage", Iri(f"{origin}/data/")),
            ("dcterms:language", ENGLISH),
            ("dcterms:license", LICENCE),
            ("dcterms:spatial", SPATIAL),
            ("dcat:themeTaxonomy", THEMES),
            ("dcat:dataset", part(origin, "dataset")),
            ("dcat:service", part(origin, "api")),
            *modified(newest),
        ],
    )
    yield Resource(
        part(origin, "dataset"),
        [
            ("rdf:type", Iri("dcat:Dataset")),
            *titled(),
            ("dcterms:publisher", part(origin, "publisher")),
            ("dcat:contactPoint", part(origin, "contact")),
            ("dcat:theme", THEME),
            ("dcat:keyword", text("Roma", LANGUAGE)),
            ("dcat:keyword", text("Roma inclusion", LANGUAGE)),
            ("dcterms:spatial", SPATIAL),
            ("dcterms:accrualPeriodicity", FREQUENCY),
            ("dcterms:language", ENGLISH),
            ("dcat:landingPage", Iri(f"{origin}/data/")),
            *modified(newest),
            *(("dcat:distribution", part(origin, name)) for name, _size, _digest in files),
        ],
    )
    yield from whom_to_ask(origin)
    yield service(origin)
    found = {formats.of_file(name) for name, _size, _digest in files}
    for name, size, digest in files:
        yield from distribution(origin, newest.day, name, size, digest)
    yield from terms(origin, found)


def catalogued(name):
    known = formats.of_file(name)
    return bool(known and known.file_type)


def modified(dump):
    return [("dcterms:modified", Typed(dump.day, "xsd:date"))] if dump else []


def whom_to_ask(origin):
    mailbox = [("vcard:hasEmail", Iri(f"mailto:{settings.CONTACT_EMAIL}"))] if settings.CONTACT_EMAIL else []
    yield Resource(
        part(origin, "publisher"), [("rdf:type", Iri("foaf:Agent")), ("foaf:name", text(DIRECTORY, LANGUAGE))]
    )
    yield Resource(
        part(origin, "contact"),
        [
            ("rdf:type", Iri("vcard:Organization")),
            ("rdf:type", Iri("vcard:Kind")),
            ("vcard:fn", text(DIRECTORY, LANGUAGE)),
            ("vcard:hasURL", Iri(f"{origin}{reverse('about')}")),
            *mailbox,
        ],
    )


def service(origin):
    return Resource(
        part(origin, "api"),
        [
            ("rdf:type", Iri("dcat:DataService")),
            ("dcterms:title", text("API", LANGUAGE)),
            ("dcat:endpointURL", Iri(f"{origin}{reverse('api')}")),
            ("dcat:endpointDescription", Iri(f"{origin}{reverse('openapi')}")),
            ("dcat:servesDataset", part(origin, "dataset")),
            ("dcterms:license", LICENCE),
        ],
    )


def distribution(origin, day, name, size, digest):
    """A file of a dump, and its checksum."""
    format_ = formats.of_file(name)
    url = Iri(f"{origin}{reverse('dump_file', args=[day, name])}")
    checksum = part(origin, f"{name}-sha256")
    yield Resource(
        part(origin, name),
        [
            ("rdf:type", Iri("dcat:Distribution")),
            ("dcterms:title", text(name)),
            ("dcat:accessURL", url),
            ("dcat:downloadURL", url),
            ("dcat:mediaType", media_type(format_.media_type)),
            ("dcterms:format", file_type(format_.file_type)),
            ("dcat:byteSize", Typed(str(size), "xsd:nonNegativeInteger")),
            ("dcterms:issued", Typed(day, "xsd:date")),
            ("spdx:checksum", checksum),
            ("dcterms:license", LICENCE),
        ],
    )
    yield Resource(
        checksum,
        [
            ("rdf:type", Iri("spdx:Checksum")),
            ("spdx:algorithm", SHA256),
            ("spdx:checksumValue", Typed(digest, "xsd:hexBinary")),
        ],
    )


def media_type(name):
    return Iri(f"https://www.iana.org/assignments/media-types/{name}")


def file_type(name):
    return Iri(f"{EU}/file-type/{name}")


def terms(origin, found):
    """The terms that the catalogue takes from elsewhere, with what they are."""
    typed = {
        ENGLISH: "dcterms:LinguisticSystem",
        LICENCE: "dcterms:LicenseDocument",
        SPATIAL: "dcterms:Location",
        FREQUENCY: "dcterms:Frequency",
        SHA256: "spdx:ChecksumAlgorithm",
        Iri(f"{origin}/data/"): "foaf:Document",
        **{media_type(each.media_type): "dcterms:MediaType" for each in found},
        **{file_type(each.file_type): "dcterms:MediaTypeOrExtent" for each in found},
    }
    for term, type_ in sorted(typed.items()):
        yield Resource(term, [("rdf:type", Iri(type_))])
    yield Resource(
        THEME,
        [
            ("rdf:type", Iri("skos:Concept")),
            ("skos:prefLabel", text("Population and society", LANGUAGE)),
            ("skos:inScheme", THEMES),
        ],
    )
    yield Resource(
        THEMES, [("rdf:type", Iri("skos:ConceptScheme")), ("dcterms:title", text("Data theme", LANGUAGE))]
    )


# VoID


def description(origin):
    """The linked data as a whole, its classes, and its links to other data sets."""
    counts = {kind: model.objects.published().count() for kind, (model, _table) in KINDS.items()}
    newest = next(dumps.latest(), None)
    files = [name for name, _size, _digest in newest.files if name.startswith("directory.")] if newest else []
    dataset = part(origin, "dataset")
    links = {
        column: Actor.objects.published().exclude(**{column: ""}).count() for column in known_elsewhere()
    }
    yield Resource(
        dataset,
        [
            ("rdf:type", Iri("void:Dataset")),
            *titled(),
            ("foaf:homepage", Iri(f"{origin}/data/")),
            ("dcterms:license", LICENCE),
            ("void:uriSpace", text(f"{origin}/id/")),
            ("void:entities", integer(sum(counts.values()) + Participation.objects.public().count())),
            *(("void:vocabulary", Iri(PREFIXES[prefix])) for prefix in VOCABULARIES),
            *(("void:classPartition", part(origin, f"{kind}-entries")) for kind in counts),
            *(("void:subset", part(origin, f"links-to-{column}")) for column in links),
            *(
                ("void:dataDump", Iri(f"{origin}{reverse('dump_file', args=[newest.day, name])}"))
                for name in files
                if name.endswith((".ttl", ".rdf", ".jsonld"))
            ),
        ],
    )
    for kind, number in counts.items():
        yield Resource(
            part(origin, f"{kind}-entries"),
            [
                ("void:class", Iri(CLASSES[kind])),
                ("void:entities", integer(number)),
                ("void:uriSpace", text(f"{origin}/id/{kind}/")),
            ],
        )
    for column, number in links.items():
        elsewhere = part(origin, column)
        yield Resource(
            elsewhere, [("rdf:type", Iri("void:Dataset")), ("void:uriSpace", text(known_elsewhere()[column]))]
        )
        yield Resource(
            part(origin, f"links-to-{column}"),
            [
                ("rdf:type", Iri("void:Linkset")),
                ("void:linkPredicate", Iri("owl:sameAs")),
                ("void:subjectsTarget", dataset),
                ("void:objectsTarget", elsewhere),
                ("void:triples", integer(number)),
            ],
        )


def known_elsewhere():
    """Where our actors are known too: column → the beginning of the addresses there."""
    return {
        column.name: each.prefix
        for column in actors.columns.values()
        for each in column.rdf
        if each.name == "owl:sameAs"
    }


def integer(number):
    return Typed(str(number), "xsd:integer")
