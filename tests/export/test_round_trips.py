"""Whole formats hold all that JSON holds: it is made anew of each, and is the same."""

import csv
import io
import json
from zipfile import ZipFile

import pytest
import rdflib
from rdflib.namespace import DCTERMS, ORG, PROV, RDF, SKOS

from roma_network.directory.open_data.dataset import PARTS
from roma_network.export import dumps, linked_tables
from roma_network.export.columns import Kind, tables
from roma_network.export.csv_files import unprotected
from roma_network.export.rdf import PREFIXES, Iri, Typed, iri_text
from tests import factories
from tests.export.awkward import awkward

pytestmark = pytest.mark.django_db


class Package:
    """Linked tables, read by their description alone."""

    def __init__(self, content):
        archive = ZipFile(io.BytesIO(content))
        self.tables = {
            name.removesuffix(".csv"): list(
                csv.DictReader(io.TextIOWrapper(archive.open(name), "utf-8", newline=""))
            )
            for name in archive.namelist()
            if name.endswith(".csv")
        }
        self.made = {
            each.name: each for each in linked_tables.within(map(tables.get, set(self.tables) & set(tables)))
        }
        self.sources = {row["url"]: row for row in self.tables["sources"]}

    def records(self, name):
        return [self.record(tables[name], row) for row in self.tables[name]]

    def record(self, table, row):
        return {
            name: self.rows(table, column, row) if column.kind == Kind.ROWS else value(column, row[name])
            for name, column in table.columns.items()
        }

    def rows(self, table, column, row):
        """The rows that `told_in` names, of this row."""
        if made := self.made.get(column.told_in):
            keys = made.subjects[table.name]
        else:
            other = tables[column.told_in].columns.values()
            keys = {next(each.name for each in other if each.links == table.name): table.keys[0]}
        found = [
            each
            for each in self.tables[column.told_in]
            if all(each[name] == row[key] for name, key in keys.items())
        ]
        return [
            {
                part.name: value(
                    part, self.sources[each["url"]][part.name] if part.told_in else each[part.name]
                )
                for part in column.parts
            }
            for each in found
        ]


def value(column, text):
    text = unprotected(text)
    if column.kind in (Kind.LINKS, Kind.TEXTS):
        return text.split("; ") if text else []
    if column.kind == Kind.BOOLEAN:
        return text == "True"
    if not text:
        return None if column.is_nullable or column.kind == Kind.LINK else ""
    return {Kind.INTEGER: int, Kind.NUMBER: float}.get(column.kind, str)(text)


def test_the_package_of_a_dump_holds_all_that_json_holds(directory, tmp_path):
    place = dumps.publish(PARTS, "https://directory.example.eu", folder=tmp_path)
    everything = json.loads((place / dumps.EVERYTHING).read_text())
    package = Package((place / dumps.PACKAGE).read_bytes())
    for name, records in everything.items():
        assert package.records(name) == records, name
    assert {"citations", "names", "participations", "relations", "funding"} <= package.tables.keys()
    assert {path.name for path in place.glob("*.csv")} == {f"{name}.csv" for name in package.tables}


# What linked data does not state, and why.
UNSAID = {
    "slug": "the name of the resource",
    "native_language": "the language of the native name",
    "native_summary_language": "the language of the native summary",
    "native_summary_origin": "whose words the native summary is",
    "precision": "of coordinates",
    "membership": "of countries, which the EU names itself",
    "initiative": "of funding: what leads to it",
    "within": "of funding: a sum has no name outside of its initiative",
    "mandates": "offices: told in tables alone so far",
    "is_milestone": "where the home page shows it",
    "featured": "where the home page shows it",
    **dict.fromkeys(["rule", "office", "role", "document_kind", "since"], "of rosters: how we fill them"),
    "code": "the name of the resource",
    "url": "of sources: the name of the resource",
}


@pytest.mark.parametrize("form", ["turtle", "xml"])
def test_linked_data_of_a_dump_holds_what_json_holds(directory, tmp_path, form):
    base = "https://directory.example.eu"
    place = dumps.publish(PARTS, base, folder=tmp_path)
    everything = json.loads((place / dumps.EVERYTHING).read_text())
    graph = rdflib.Graph().parse(place / f"directory.{'ttl' if form == 'turtle' else 'rdf'}", format=form)
    told = {name: records for name, records in everything.items() if tables[name].rdf_types}
    assert told.keys() >= {"actors", "initiatives", "participations", "relations", "documents", "sources"}
    for name, records in told.items():
        table = tables[name]
        stated = [column for column in table.columns.values() if column.rdf and column.kind != Kind.ROWS]
        silent = {each for each, column in table.columns.items() if not (column.rdf or column.rdf_rows)}
        assert silent <= UNSAID.keys(), name
        for record in records:
            subject = rdflib.URIRef(iri_text(table.subject(base, record).value))
            for column in stated:
                values = (
                    record[column.name] if isinstance(record[column.name], list) else [record[column.name]]
                )
                for each in column.rdf:
                    node = graph.value(subject, name_of(each.node.link)) if each.node else subject
                    found = {str(value) for value in graph.objects(node, name_of(each.name))}
                    assert {
                        text_of(column, each, value, base) for value in values if value not in (None, "")
                    } <= found
    assert len(set(graph.subjects(RDF.type, ORG.Membership))) == len(everything["participations"]) + len(
        everything["relations"]
    )
    unnamed = {
        term for term in graph.objects() if f"{base}/id/" in str(term) and not list(graph.objects(term))
    }
    assert unnamed == set()  # whatever is named is described, every term of a vocabulary too


def name_of(short):
    prefix, _, local = short.partition(":")
    return rdflib.URIRef(PREFIXES[prefix] + local)


def text_of(column, each, value, base):
    found = column.rdf_object(each, value, "", base)
    if isinstance(found, Iri):
        return iri_text(found.value)
    return str(
        rdflib.Literal(found.value, datatype=name_of(found.datatype) if isinstance(found, Typed) else None)
    )


def test_a_package_of_awkward_values_holds_all_that_json_holds(client):
    awkward()
    for name in ("actors", "initiatives", "documents"):
        records = json.loads(client.get(f"/{name}/?format=json").getvalue())
        package = Package(client.get(f"/{name}/?format=zip").getvalue())
        assert sorted(package.records(name), key=str) == sorted(records, key=str)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # within rdflib
def test_a_tie_says_which_source_backs_which_of_its_facts(tmp_path):
    """As entries do, and in the three syntaxes alike."""
    base = "https://directory.example.eu"
    role = factories.ParticipationCitationFactory(
        subject__start="2011", facts=["role", "start"], note="since 2011"
    )
    kind = factories.RelationCitationFactory(subject__kind="advises", facts=["kind"], note="")
    place = dumps.publish(PARTS, base, folder=tmp_path)
    turtle, *others = (
        set(rdflib.Graph().parse(place / f"directory.{suffix}", format=form))
        for suffix, form in (("ttl", "turtle"), ("rdf", "xml"), ("jsonld", "json-ld"))
    )
    assert others == [turtle, turtle]
    graph = rdflib.Graph()
    graph += turtle
    everything = json.loads((place / dumps.EVERYTHING).read_text())
    for table, citation in (("participations", role), ("relations", kind)):
        [record] = everything[table]
        tie = rdflib.URIRef(tables[table].subject(base, record).value)
        [derivation] = graph.objects(tie, PROV.qualifiedDerivation)
        assert graph.value(derivation, PROV.entity) == rdflib.URIRef(citation.source.url)
        assert (tie, PROV.wasDerivedFrom, rdflib.URIRef(citation.source.url)) in graph
        facts = {str(fact) for fact in graph.objects(derivation, DCTERMS.subject)}
        assert facts == {f"{base}/id/fact/{fact}" for fact in citation.facts}
        notes = [str(note) for note in graph.objects(derivation, SKOS.note)]
        assert notes == ([citation.note] if citation.note else [])
