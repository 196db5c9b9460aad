"""Each column is declared once, and whatever speaks of columns speaks of it. A slip in a new column is red here."""

import csv
import io
import json
from zipfile import ZipFile

import pytest
import rdflib
from django.contrib import admin
from django.utils.html import escape
from openpyxl import load_workbook

from initiatives.models import Document, Initiative
from roma_network.directory.open_data.dataset import PARTS
from roma_network.editorial import revisions
from roma_network.editorial.importing.tables import import_table
from roma_network.export.columns import Column, Kind, Property, Table, model_field, tables
from roma_network.export.rdf import PREFIXES
from roma_network.export.records import Records, built_records
from stakeholders.models import Actor
from tests import factories
from tests.html import read

ENTRIES = {"actors": Actor, "initiatives": Initiative, "documents": Document}
COLUMNS = [(part.table.name, name) for part in PARTS for name in part.table.names]
OF_ENTRIES = [(table, name) for table, name in COLUMNS if table in ENTRIES]
# Of an entry's life: told by being public at all, or by nobody but the admin.
NOT_COLUMNS = {"id", "status", "published_at", "created_at", "sort_name", "search_text"}


def filled():
    """A public entry of each kind that has something in every column: name of its table → the entry."""
    parent = factories.ActorFactory(name="Parent body")
    theme, country = factories.ThemeFactory(name="Theme of all"), factories.CountryFactory(code="SK")
    actor = factories.ActorFactory(
        name="Filled body",
        acronym="FLB",
        native_name="Plný úrad",
        native_language="sk",
        type="local_authority",
        form="city",
        parent=parent,
        country=country,
        locality="Locality of it",
        latitude=48.1234,
        longitude=17.5678,
        precision="district",
        website="https://website-of-it.example.eu/",
        email="info@mailbox-of-it.example.eu",
        founded="1991",
        closed="2019",
        last_seen="2018",
        successor=factories.ActorFactory(name="Successor body"),
        successor_kind="renamed",
        summary="Summary of it.",
        native_summary="Čo robí.",
        native_summary_language="sk",
        native_summary_origin="machine",
        wikidata="Q424242",
        ror="02qsmb048",
        isni="0000000121464389",
        crossref_funder="501100000780",
        corporate_body="CODE_OF_IT",
        geonames="2643743",
        transparency_register="123456789-01",
        doubt="What is open about it?",
        verified_on="2026-01-02",
        themes=[theme],
        featured=True,
    )
    factories.ActorNameFactory(actor=actor, name="Another name of it")
    before = factories.InitiativeFactory(name="Predecessor of it")
    initiative = factories.InitiativeFactory(
        name="Filled initiative",
        acronym="FLI",
        kind="project",
        summary="What it does.",
        start="2001",
        end="2009",
        website="https://initiative-of-it.example.eu/",
        parent=factories.InitiativeFactory(name="Parent initiative"),
        last_seen="2008",
        follows=before,
        modelled_on=factories.InitiativeFactory(name="Model of it"),
        doubt="What is open about it?",
        verified_on="2026-01-02",
        themes=[theme],
        countries=[country],
        featured=True,
    )
    factories.FundingFactory(
        initiative=initiative,
        programme="Programme of it",
        amount=7654321,
        note="Note.",
        kind="grant",
        funder=parent,
        recipient=actor,
        start="2001",
        end="2003",
        country=country,
        within=factories.FundingFactory(initiative=initiative, programme="The whole of it"),
    )
    factories.MandateCitationFactory(
        subject__actor=actor, subject__country=country, subject__start="2012", subject__note="By decree."
    )
    factories.ParticipationFactory(actor=actor, initiative=initiative, role="lead")
    factories.RelationCitationFactory(subject__subject=actor, subject__target=parent)
    document = factories.DocumentFactory(
        title="Filled document",
        kind="report",
        date="2011",
        is_milestone=True,
        url="https://document-of-it.example.eu/file.pdf",
        format="pdf",
        size=2_000_000,
        language="sk",
        publisher=actor,
        doubt="What is open about it?",
        verified_on="2026-01-02",
        actors=[parent],
        initiatives=[initiative],
        countries=[country],
    )
    roster = factories.RosterFactory(
        title="Filled roster",
        expected=12,
        as_of="2015",
        note="Note.",
        rule="office",
        office="contact_point",
        initiative=initiative,
        role="lead",
        actor=actor,
        document_kind="report",
        since="2001",
    )
    factories.RosterLineFactory(roster=roster, country=country, document=document)
    for factory, entry in (
        (factories.ActorCitationFactory, actor),
        (factories.InitiativeCitationFactory, initiative),
        (factories.DocumentCitationFactory, document),
    ):
        factory(subject=entry)
    return {"actors": actor, "initiatives": initiative, "documents": document}


@pytest.fixture
def entries(db):
    return filled()


def recorded(table, entry):
    """The record of an entry, as JSON has it."""
    [record] = Records(tables[table], [entry.pk])
    return record


def file_of(client, table, entry, form):
    column = "title" if table == "documents" else "name"
    path = f"/{table}/?q=%22{getattr(entry, column)}%22&format={form}"
    return client.get(path).getvalue()


# Nothing is forgotten


@pytest.mark.parametrize("table", ENTRIES)
def test_every_field_of_an_entry_is_a_column(table):
    """A new field of a model is declared as a column; or here, as one that no reader needs."""
    stated = {(column.field or name) for name, column in tables[table].columns.items()}
    fields = {
        field.name for field in ENTRIES[table]._meta.get_fields() if not field.auto_created or field.concrete
    }
    assert fields - stated - NOT_COLUMNS == set()


@pytest.mark.parametrize(("table", "name"), OF_ENTRIES)
def test_the_test_entry_has_something_in_every_column(entries, table, name):
    assert recorded(table, entries[table])[name] not in (None, "", [], False), (
        f"Give {name} a value in filled() above: the tests below look for it everywhere."
    )


# In every file


@pytest.mark.parametrize("table", ENTRIES)
def test_files_have_every_column(client, entries, table):
    names = tables[table].names
    text = file_of(client, table, entries[table], "csv").decode()
    [row] = csv.DictReader(io.StringIO(text))
    assert list(row) == names
    assert all(row.values())
    [record] = json.loads(file_of(client, table, entries[table], "json"))
    assert list(record) == names
    book = load_workbook(io.BytesIO(file_of(client, table, entries[table], "xlsx")))
    assert [cell.value for cell in next(book.active.iter_rows())] == names
    archive = ZipFile(io.BytesIO(file_of(client, table, entries[table], "zip")))
    described = json.loads(archive.read("datapackage.json"))["resources"]
    [schema] = [each["schema"] for each in described if each["name"] == table]
    told = tables[table].columns
    assert [field["name"] for field in schema["fields"]] == [name for name in names if not told[name].told_in]
    assert {f"{told[name].told_in}.csv" for name in names if told[name].told_in} <= {*archive.namelist()}
    assert all(field["title"] for field in schema["fields"])


@pytest.mark.parametrize(("table", "name"), OF_ENTRIES)
def test_linked_data_states_what_a_column_declares(client, entries, table, name):
    graph = rdflib.Graph().parse(data=file_of(client, table, entries[table], "ttl"), format="turtle")
    predicates = {str(predicate) for predicate in graph.predicates()}
    for each in tables[table].columns[name].rdf:
        prefix, _colon, local = each.name.partition(":")
        assert PREFIXES[prefix] + local in predicates


@pytest.mark.parametrize(("table", "name"), COLUMNS)
def test_a_column_that_leads_to_rows_of_a_table_links_it(table, name):
    column = tables[table].columns[name]
    found = model_field(tables[table].model, column.field or name)
    led_to = {
        each.name
        for each in tables.values()
        if each.model and each.model is getattr(found, "related_model", None)
    }
    if led_to and not (column.parts or column.value):
        assert column.links in led_to


# In the API, and in what describes it


@pytest.mark.parametrize(("table", "name"), COLUMNS)
def test_the_api_tells_and_describes_every_column(client, db, table, name):
    assert client.get(f"/api/v1/{table}/?fields={name}").status_code == 200
    described = client.get("/api/v1/openapi.json").json()
    column = tables[table].columns[name]
    schema = described["components"]["schemas"][table]["properties"][name]
    assert set(column.values) <= set(schema.get("enum", ()))
    if name in tables[table].links:
        assert client.get(f"/api/v1/{table}/?include={name}").status_code == 200


@pytest.mark.parametrize("table", ENTRIES)
def test_answers_of_the_api_are_what_it_describes(client, entries, table):
    schema = client.get("/api/v1/openapi.json").json()["components"]["schemas"][table]["properties"]
    record = client.get(f"/api/v1/{table}/{entries[table].slug}/").json()
    kinds = {"string": str, "integer": int, "number": float, "boolean": bool, "array": list}
    for name, value in record.items():
        types = schema[name]["type"] if isinstance(schema[name]["type"], list) else [schema[name]["type"]]
        assert isinstance(value, tuple(kinds[each] for each in types if each != "null")), name


@pytest.mark.parametrize(("table", "name"), COLUMNS)
def test_the_page_about_the_data_describes_every_column(client, db, table, name):
    text = client.get("/data/").text.partition(f'id="part-{table}"')[2].partition("<h3")[0]
    assert f"<code>{name}</code>" in text
    column = tables[table].columns[name]
    assert column.title
    assert escape(str(column.title)) in text


# On the page of an entry


def shown(column, value):
    """What a reader sees of a value."""
    if column.kind == Kind.NUMBER:
        return f"{value:.4f}"
    if column.kind == Kind.URL:
        return value.split("/")[2]
    return str(value)


PLAIN = {Kind.TEXT, Kind.URL, Kind.EMAIL, Kind.PARTIAL_DATE, Kind.NUMBER}


@pytest.mark.parametrize(
    ("table", "name"),
    [
        (table, column.name)
        for table in ("actors", "initiatives")
        for column in tables[table].declared
        if column.name not in ("slug", "native_language", "native_summary_language")
    ],
)
def test_the_page_of_an_entry_shows_every_column(client, entries, table, name):
    page = read(client, entries[table].get_absolute_url())
    column = tables[table].columns[name]
    value = recorded(table, entries[table])[name]
    if column.kind in PLAIN:
        assert shown(column, value) in page.text("main"), name
    elif name == "other_names":
        assert all(each["name"] in page.text("main") for each in value)
    elif column.kind in (Kind.LINK, Kind.LINKS):
        keys = value if isinstance(value, list) else [value]
        addresses = " ".join(page.addresses("main"))
        assert all(key in addresses for key in keys)


# In the admin, in imports and in the history


@pytest.mark.parametrize(("table", "name"), OF_ENTRIES)
def test_curators_can_edit_every_column(admin_client, entries, table, name):
    column = tables[table].columns[name]
    screen = admin.site.get_model_admin(ENTRIES[table])
    request = admin_client.get("/admin/").wsgi_request
    in_form = {
        field
        for _title, options in screen.get_fieldsets(request, entries[table])
        for line in options["fields"]
        for field in (line if isinstance(line, tuple) else [line])
    }
    in_rows = {inline.model for inline in screen.get_inlines(request, entries[table])}
    field = ENTRIES[table]._meta.get_field(column.field or name)
    assert field.name in in_form or field.related_model in in_rows, (
        f"Give the column a group (a part of the form), or {table}' admin an inline for its rows."
    )


@pytest.mark.parametrize(
    ("table", "name"), [(table, name) for table, name in COLUMNS if tables[table].columns[name].importable]
)
def test_importable_columns_come_back_as_they_were(table, name, db, entries):
    cell = import_table(tables[table]).columns[name]
    assert str(cell.label)
    row = entries.get(table) or tables[table].model.objects.first()
    value = cell.value_of(row)
    mentioned = {}
    for model, key in cell.mentions(cell.text(value)):
        mentioned.setdefault(model, {})[key] = model.objects.get(**{model.natural_fields[0]: key})
    for related in {
        each.model for each in import_table(tables[table]).columns.values() if hasattr(each, "model")
    }:
        mentioned.setdefault(related, {})
    if hasattr(cell, "by"):
        mentioned[cell.model] = {getattr(each, cell.by): each for each in cell.model.objects.all()}
    assert cell.parse(cell.text(value), mentioned) == value


@pytest.mark.parametrize("table", ["actors", "initiatives"])
def test_what_curators_edit_can_be_imported(table):
    """In tables that are imported at all."""
    assert [
        name for name, column in tables[table].columns.items() if column.group and not column.importable
    ] == []


@pytest.mark.parametrize(("table", "name"), OF_ENTRIES)
def test_the_history_keeps_every_column(table, name):
    model, column = ENTRIES[table], tables[table].columns[name]
    field = model._meta.get_field(column.field or name)
    kept = {each.name for each in revisions.columns(model)} | {*model.versioned} | {"updated_at"}
    assert field.name in kept


# A table that is thrown away


def test_a_declared_column_is_read_from_its_model(db):
    """All that a line of a declaration brings, without any other place that names the column."""
    table = Table(
        "thrown-away",
        Actor,
        [
            Column("slug", is_key=True),
            Column("founding", "founded", rdf=(Property("schema:foundingDate"),), importable=True),
        ],
        kind="actor",
        rdf_types=("org:Organization",),
    )
    try:
        actor = factories.ActorFactory(slug="town", founded="1996-05")
        column = table.columns["founding"]
        assert (column.kind, str(column.title)) == (Kind.PARTIAL_DATE, "Founded")
        assert "1996-05" in str(column.meaning)
        record = built_records(table, [actor.pk])[actor.pk]
        assert record == {"slug": "town", "founding": "1996-05"}
        [resource] = table.resources(record, "https://example.eu")
        assert resource.subject.value == "https://example.eu/id/actor/town"
        assert resource.statements[1] == ("schema:foundingDate", ("1996-05", "xsd:gYearMonth"))
    finally:
        del tables["thrown-away"]
