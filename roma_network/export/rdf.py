"""Entries as linked data (RDF): triples, and how Turtle, JSON-LD and RDF/XML write them, a resource at a time.

Vocabularies: W3C Organization Ontology, schema.org, Dublin Core, SKOS, PROV-O; countries by the EU authority table.

Which source backs which fact is said by qualified derivations of PROV-O. An entry `prov:wasDerivedFrom` each of its
sources, and has for each a `prov:qualifiedDerivation`: a `prov:Derivation` whose `prov:entity` is the source, whose
`dcterms:subject` are the facts that it backs (`/id/fact/founded`), and whose `skos:note` is what else it says.

Ties are n-ary relations, as the Organization Ontology has them: an `org:Membership` with a member, an organization, a role
(of a participation, or the kind of a relation), dates, a note and sources of its own. A website is a `foaf:page`: as a
`foaf:homepage`, which only one thing can have, reasoners would make one body of all that share a site.
"""

import json
import re
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import NamedTuple
from xml.sax.saxutils import escape

import orjson
from babel.core import get_global
from django.core.serializers.json import DjangoJSONEncoder

from roma_network.core.xml_text import xml_safe

PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
COUNTRIES = "http://publications.europa.eu/resource/authority/country/"
LANGUAGE = "en"  # of what the directory itself writes
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
ESCAPES = {
    ord(letter): f"%{ord(letter):02X}" for letter in [*map(chr, range(0x21)), *'<>"{}|^`\\']
}  # what no IRI holds
has_what_no_iri_holds = re.compile("|".join(map(re.escape, map(chr, ESCAPES)))).search
KOSOVO = "1A0"  # in the EU authority table; ISO has no code for it


PARTIAL_DATES = {4: "xsd:gYear", 7: "xsd:gYearMonth", 10: "xsd:date"}  # by the number of letters
DATATYPES = {"date": "xsd:date", "time": "xsd:dateTime"}
NUMBERS = {"integer": "xsd:integer", "number": "xsd:decimal"}


class Iri(NamedTuple):
    value: str


class Text(NamedTuple):
    value: str
    language: str = ""


class Typed(NamedTuple):
    value: str
    datatype: str


class PartResource(NamedTuple):
    """A resource of its own for some columns of an entry: its name there, the property that leads to it, its type."""

    name: str
    link: str
    type: str


class Resource(NamedTuple):
    """A subject and its statements: pairs of a predicate, such as "schema:name", and an object."""

    subject: Iri
    statements: list[tuple]


def text(value: str | None, language: str = "") -> Text | None:
    """In a language, where it is given as a tag and not in words."""
    return Text(value, language if LANGUAGE_TAG.fullmatch(language) else "") if value else None


def object_of(kind, value, language=""):
    """A value as an RDF term. `kind` is one of `columns.Kind`."""
    if kind == "url":
        return Iri(value)
    if kind == "partial_date":
        return Typed(str(value), PARTIAL_DATES[len(str(value))])
    if kind in DATATYPES:
        return Typed(value if isinstance(value, str) else DjangoJSONEncoder().default(value), DATATYPES[kind])
    if kind in NUMBERS:
        return Typed(str(value), NUMBERS[kind])
    return text(str(value), language)


def country_iri(base: str, code: str) -> Iri:
    """A country as the EU authority table names it; by its page here where the table does not know it."""
    alpha3 = {"XK": KOSOVO}.get(code) or ALPHA3.get(code)
    return Iri(f"{COUNTRIES}{alpha3}" if alpha3 else f"{base}/countries/{code}/")


ALPHA3 = {
    codes[0]: alias
    for alias, codes in sorted(get_global("territory_aliases").items(), reverse=True)
    if len(alias) == 3 and alias.isalpha() and len(codes) == 1
}


def identifier(origin: str, kind: str, slug: str) -> Iri:
    """What names an entry for good: it outlives renames and merges."""
    return Iri(f"{origin}/id/{kind}/{slug}")


def concept(origin: str, scheme: str, value: str) -> Iri:
    """A term of one of our vocabularies."""
    return Iri(f"{origin}/id/{scheme}/{value}")


def term_resource(base: str, scheme: str, value: str, label: str) -> Resource:
    """What a term of one of our vocabularies is called."""
    return Resource(
        concept(base, scheme, value),
        [
            ("rdf:type", Iri("skos:Concept")),
            ("skos:prefLabel", text(label, LANGUAGE)),
            ("skos:notation", text(value)),
            ("skos:inScheme", Iri(f"{base}/id/{scheme}/")),
        ],
    )


def part_iri(subject: Iri, name: str) -> Iri:
    """What names a part of what a subject names."""
    return Iri(f"{subject.value}{'-' if '#' in subject.value else '#'}{name}")


def short_digest(*values: str) -> str:
    return blake2b("\n".join(values).encode(), digest_size=6).hexdigest()


def derivation(base, subject, row):
    """What a row takes from one of its sources. The name lasts as long as the source is cited."""
    facts = [("dcterms:subject", concept(base, "fact", fact)) for fact in row["facts"]]
    notes = [("skos:note", text(row["note"], LANGUAGE))] if row["note"] else []
    checked = [("dcterms:date", object_of("partial_date", row["checked_on"]))] if row["checked_on"] else []
    about = [
        ("rdf:type", Iri("prov:Derivation")),
        ("prov:entity", Iri(row["url"])),
        ("dcterms:title", text(row["title"])),
    ]
    return Resource(part_iri(subject, f"source-{short_digest(row['url'])}"), about + facts + notes + checked)


# Turtle


def turtle_lines(resources: Iterable[Resource]) -> Iterator[str]:
    yield "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())
    for subject, statements in resources:
        lines = " ;\n".join(
            [
                f"    {'a' if predicate == 'rdf:type' else predicate} {in_turtle(value)}"
                for predicate, value in statements
            ]
        )
        yield f"\n<{iri_text(subject.value)}>\n{lines} .\n"


def in_turtle(value):
    if isinstance(value, Iri):
        name = value.value
        # Most names are addresses in full, which a glance tells.
        is_prefixed = not name.startswith("http") and name.partition(":")[0] in PREFIXES
        return name if is_prefixed else f"<{iri_text(name)}>"
    quoted = orjson.dumps(value.value).decode().replace("\x7f", "\\u007F")
    if isinstance(value, Typed):
        return f"{quoted}^^{value.datatype}"
    return f"{quoted}@{value.language}" if value.language else quoted


def iri_text(value):
    """An address without what no IRI may hold."""
    return value.translate(ESCAPES) if has_what_no_iri_holds(value) else value


def in_full(name):
    """The whole IRI of a name with a prefix."""
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local if prefix in PREFIXES else iri_text(name)


# JSON-LD


def jsonld_lines(resources):
    yield f'{{"@context": {json.dumps(PREFIXES)},\n"@graph": ['
    start = "\n"
    for subject, statements in resources:
        node = {"@id": iri_text(subject.value)}
        for predicate, value in statements:
            if predicate == "rdf:type":
                node.setdefault("@type", []).append(in_full(value.value))
            else:
                node.setdefault(predicate, []).append(in_jsonld(value))
        yield start + orjson.dumps(node).decode()
        start = ",\n"
    yield "\n]}\n"


def in_jsonld(value):
    if isinstance(value, Iri):
        return {"@id": in_full(value.value)}
    if isinstance(value, Typed):
        return {"@value": value.value, "@type": in_full(value.datatype)}
    return {"@value": value.value} | ({"@language": value.language} if value.language else {})


# RDF/XML


def rdfxml_lines(resources):
    names = "".join(f'\n  xmlns:{prefix}="{namespace}"' for prefix, namespace in PREFIXES.items())
    yield f'<?xml version="1.0" encoding="utf-8"?>\n<rdf:RDF{names}>\n'
    for subject, statements in resources:
        inner = "".join(f"  {in_xml(predicate, value)}\n" for predicate, value in statements)
        about = iri_in_xml(iri_text(subject.value))
        yield xml_safe(f'<rdf:Description rdf:about="{about}">\n{inner}</rdf:Description>\n')
    yield "</rdf:RDF>\n"


def in_xml(predicate, value):
    if isinstance(value, Iri):
        return f'<{predicate} rdf:resource="{iri_in_xml(in_full(value.value))}"/>'
    attribute = ""
    if isinstance(value, Typed):
        attribute = f' rdf:datatype="{in_full(value.datatype)}"'
    elif value.language:
        attribute = f' xml:lang="{value.language}"'
    return f"<{predicate}{attribute}>{escape(value.value)}</{predicate}>"


def iri_in_xml(iri):
    """Of what XML has escaped, an IRI holds this alone."""
    return iri.replace("&", "&amp;")
