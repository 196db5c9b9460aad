"""The formats of files, each declared once: links of pages, content negotiation, dumps and catalogue read this registry.

A new format is a writer and a line here. A writer takes a table, its records and the base address of identifiers, and
gives text or bytes piece by piece, so that a file is sent while it is written.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

import orjson

from roma_network.export import rdf, xlsx
from roma_network.export.columns import Kind, Table
from roma_network.export.csv_files import LineWriter, csv_lines, in_one_cell
from roma_network.export.records import Records
from roma_network.export.terms import Terms

LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
LICENCE = f"CC BY 4.0: {LICENCE_URL}"
LICENCE_LINK = f'<{LICENCE_URL}>; rel="license"'
COORDINATES = ("latitude", "longitude")
Writer = Callable[[Table, Records, str], Iterator[str | bytes]]
Triples = Callable[[Iterable[rdf.Resource]], Iterator[str]]


@dataclass(frozen=True)
class Format:
    """A format, as `?format=` names it. `file_type` is a term of the EU authority table of that name."""

    name: str
    label: str
    media_type: str
    file_type: str = ""
    extension: str = ""  # of files, where that is not the name
    write: Writer | None = None  # None: what is written is more than the rows of one table
    write_triples: Triples | None = None
    is_negotiable: bool = False  # whether an Accept header can ask for it
    is_text: bool = True
    needs: tuple[str, ...] = ()  # columns without which it would say nothing

    def suits(self, table: Table) -> bool:
        return set(self.needs) <= table.columns.keys()

    @property
    def content_type(self) -> str:
        return f"{self.media_type}; charset=utf-8" if self.is_text else self.media_type

    @property
    def suffix(self) -> str:
        return self.extension or self.name


def marked_csv_lines(table, records, base):
    """With a byte order mark, by which some programs tell that it is UTF-8."""
    return chain(["\ufeff"], csv_lines(table, records, base))


def european_csv_lines(table, records, base):
    """As Excel reads it where a comma stands in numbers: semicolons between cells, and a byte order mark."""
    line = LineWriter(delimiter=";")
    yield "\ufeff" + line.of(table.names)
    for record in records:
        yield line.of(with_comma(record[column]) for column in table.names)


def with_comma(value: object) -> object:
    return str(value).replace(".", ",") if isinstance(value, float) else value


def geojson_parts(table, records, base):
    """A point for each record with coordinates; what else it says in one cell or a list are its properties."""
    columns = [
        name for name, column in table.columns.items() if column.kind != Kind.ROWS and name not in COORDINATES
    ]
    yield '{"type": "FeatureCollection",\n' + f'"license": "{LICENCE_URL}",\n"features": ['
    start = "\n"
    for record in records:
        latitude, longitude = (record.get(name) for name in COORDINATES)
        feature = {
            "type": "Feature",
            "id": table.reference(base, record[table.keys[0]]).value,
            "geometry": None if latitude is None else {"type": "Point", "coordinates": [longitude, latitude]},
            "properties": {name: record[name] for name in columns},
        }
        yield start + orjson.dumps(feature).decode()
        start = ",\n"
    yield "\n]}\n"


def jsonl_lines(table, records, base):
    return (f"{text}\n" for text in records.texts())


def json_lines(table, records, base):
    """A JSON array, one record a line."""
    start = "["
    for text in records.texts():
        yield f"{start}\n{text}"
        start = ","
    yield "[]\n" if start == "[" else "\n]\n"


WIDTHS = {
    Kind.TIME: 20,
    Kind.TEXT: 30,
    Kind.URL: 40,
    Kind.EMAIL: 25,
    Kind.ROWS: 40,
    Kind.TEXTS: 30,
}  # letters


def xlsx_parts(table, records, base):
    columns = table.columns.values()
    headings = [xlsx.Heading(column.name, WIDTHS.get(column.kind, 16)) for column in columns]
    rows = ([xlsx_value(column.kind, record[column.name]) for column in columns] for record in records)
    return xlsx.workbook(table.name, headings, rows, LICENCE)


def xlsx_value(kind: Kind | None, value: object) -> object:
    """A value as a workbook holds it: days and moments as such, also where a record tells them in letters."""
    if isinstance(value, list):
        return in_one_cell(value)
    if isinstance(value, str) and value and kind in (Kind.DATE, Kind.TIME):
        return (date if kind == Kind.DATE else datetime).fromisoformat(value)
    return value


def licence_of(base: str) -> rdf.Resource:
    """Under which terms all of a file may be used."""
    return rdf.Resource(rdf.Iri(f"{base}/data/#dataset"), [("dcterms:license", rdf.Iri(LICENCE_URL))])


def triples_writer(lines: Triples) -> Writer:
    """A writer of triples as a writer of records."""

    def write(table, records, base):
        terms = Terms(base)
        resources = (table.resources(record, base) for record in terms.noting(table, records))
        return lines(chain([licence_of(base)], chain.from_iterable(resources), terms.resources()))

    return write


def linked_data(name, label, media_type, file_type, lines, *, is_text=False):
    return Format(
        name,
        label,
        media_type,
        file_type,
        write=triples_writer(lines),
        write_triples=lines,
        is_negotiable=True,
        is_text=is_text,
    )


def by_name(*formats: Format) -> dict[str, Format]:
    return {each.name: each for each in formats}


CSV = Format("csv", "CSV", "text/csv", "CSV", write=csv_lines, is_negotiable=True)
JSON = Format("json", "JSON", "application/json", "JSON", write=json_lines, is_negotiable=True)
ATOM = Format("atom", "Atom", "application/atom+xml", needs=("updated_at",))
LINKED_DATA = by_name(
    linked_data("jsonld", "JSON-LD", "application/ld+json", "JSON_LD", rdf.jsonld_lines),
    linked_data("ttl", "Turtle", "text/turtle", "RDF_TURTLE", rdf.turtle_lines, is_text=True),
    linked_data("rdf", "RDF/XML", "application/rdf+xml", "RDF_XML", rdf.rdfxml_lines),
)
# Of any list and any entry.
ROWS = by_name(
    CSV,
    Format("csv-bom", "CSV with BOM", "text/csv", extension="csv", write=marked_csv_lines),
    Format("csv-semicolon", "CSV with semicolons", "text/csv", extension="csv", write=european_csv_lines),
    Format("zip", "Linked CSV tables", "application/zip", "ZIP", is_text=False),
    Format(
        "xlsx",
        "Excel",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "XLSX",
        write=xlsx_parts,
        is_text=False,
    ),
    JSON,
    Format("jsonl", "JSON Lines", "application/jsonl", write=jsonl_lines, is_negotiable=True, is_text=False),
    Format(
        "geojson",
        "GeoJSON",
        "application/geo+json",
        "GEOJSON",
        write=geojson_parts,
        is_negotiable=True,
        is_text=False,
        needs=COORDINATES,
    ),
    *LINKED_DATA.values(),
    ATOM,
)
# Of an entry, for programs that keep references.
REFERENCES = by_name(
    Format("bib", "BibTeX", "application/x-bibtex"),
    Format("ris", "RIS", "application/x-research-info-systems"),
    Format("csl", "CSL-JSON", "application/vnd.citationstyles.csl+json", extension="json", is_text=False),
)
# Of a picture.
PICTURES = by_name(
    Format("svg", "SVG", "image/svg+xml"), Format("png", "PNG", "image/png", is_text=False), CSV
)
# Of a network besides.
GRAPHS = by_name(
    Format("graphml", "GraphML", "application/graphml+xml", is_text=False),
    Format("gexf", "GEXF", "application/gexf+xml", is_text=False),
)
EVERY_FORMAT = ROWS | REFERENCES | PICTURES | GRAPHS
NEGOTIABLE = {each.media_type: each for each in ROWS.values() if each.is_negotiable}


def offered_for(table: Table) -> dict[str, Format]:
    return {name: each for name, each in ROWS.items() if each.suits(table)}


def of_file(name: str) -> Format | None:
    """The format of a file by its name."""
    suffix = name.rpartition(".")[2]
    return next((each for each in EVERY_FORMAT.values() if each.suffix == suffix), None)
