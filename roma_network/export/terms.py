"""The terms that linked data names, each with what it is called, so that a file can be read on its own."""

from collections.abc import Iterable, Iterator
from functools import cache

import orjson

from roma_network.export.columns import Column, Table, every_fact, tables
from roma_network.export.rdf import Iri, Resource, term_resource
from roma_network.models import Record


class Terms:
    """Notes which terms pass by; `told` are the tables of terms that a file holds in full anyway."""

    def __init__(self, base: str, told: Iterable[str] = ()) -> None:
        self.base, self.told = base, set(told)
        self.used: dict[tuple[str, str], None] = {}

    def note(self, table: Table, record: dict) -> None:
        for column in columns_with_terms(table):
            if record[column.name]:
                self.used.update(dict.fromkeys(column.terms(record)))

    def noting(self, table: Table, records: Iterable[dict]) -> Iterator[dict]:
        for record in records:
            self.note(table, record)
            yield record

    def resources(self) -> Iterator[Resource]:
        of_tables: dict[str, list[str]] = {}
        schemes = sorted({scheme for scheme, _value in self.used} - tables.keys())
        for scheme in schemes:
            yield Resource(Iri(f"{self.base}/id/{scheme}/"), [("rdf:type", Iri("skos:ConceptScheme"))])
        for scheme, value in sorted(self.used):
            if scheme in tables:
                of_tables.setdefault(scheme, []).append(value)
            else:
                yield term_resource(self.base, scheme, value, str(labels().get(scheme, {}).get(value, value)))
        for name, keys in of_tables.items():
            if name not in self.told:
                yield from term_rows(tables[name], keys, self.base)


@cache
def columns_with_terms(table: Table) -> list[Column]:
    return [each for each in table.columns.values() if any(part.vocabulary for part in (each, *each.parts))]


@cache
def labels() -> dict[str, dict]:
    """Scheme → value → what it is called, of all tables."""
    found: dict[str, dict] = {"fact": every_fact()}
    for table in tables.values():
        for column in table.columns.values():
            for each in (column, *column.parts):
                if each.scheme and each.labels:
                    found.setdefault(each.scheme, {}).update(each.labels)
    return found


def term_rows(table, keys, base):
    bodies = (
        Record.objects.public(table.name).filter(key__in=keys).order_by("key").values_list("body", flat=True)
    )
    for body in bodies:
        yield from table.resources(orjson.loads(body), base)
