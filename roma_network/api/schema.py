"""The description of the API, OpenAPI 3.1: drawn from the columns, filters and endpoints that answers are made of."""

from collections.abc import Iterable
from copy import copy
from typing import Any

from django.conf import settings

from roma_network.api.endpoints import LARGEST_PAGE, PAGE_SIZE, Endpoint
from roma_network.core.problems import MEDIA_TYPE
from roma_network.export.columns import Column, Kind, Table
from roma_network.search.facets import EntryFacetFilter, FacetFilter, YearFilter

Schema = dict[str, Any]

INFO = {
    "title": "Roma integration directory",
    "version": "1",
    "description": "Who works on Roma integration in Europe: actors, initiatives, documents, and which source backs which fact.",
    "license": {"name": "CC BY 4.0", "identifier": "CC-BY-4.0"},
}
TYPES: dict[str, Schema] = {
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.TIME: {"type": "string", "format": "date-time"},
    Kind.INTEGER: {"type": "integer"},
    Kind.NUMBER: {"type": "number", "format": "double"},
    Kind.BOOLEAN: {"type": "boolean"},
}
PROBLEMS = {
    "400": "A parameter cannot be used; the answer names it.",
    "404": "There is no such entry.",
    "410": "The entry was withdrawn.",
    "429": "Too many requests; Retry-After says when to try again.",
}
PROBLEM: Schema = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"parameter": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


def document(
    operations: Iterable[tuple[str, str, Schema]],
    tables: Iterable[Table],
    others: dict[str, Schema],
    paths: dict[str, Schema],
) -> Schema:
    """The whole description. `operations`: path, name and description of each; `others`: schemas that are not of a table;
    `paths`: those that are described in full."""
    schemas = {"Problem": PROBLEM} | others
    for table in tables:
        schemas |= {table.name: row_schema(table), f"{table.name}-page": page_schema(table)}
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [{"url": settings.BASE_URL}],
        "paths": {path: {"get": {"operationId": name} | described} for path, name, described in operations}
        | paths,
        "components": {"schemas": schemas},
    }


# Operations


def list_operation(endpoint: Endpoint) -> Schema:
    parameters = [*filter_parameters(endpoint), *PAGING, CURSOR, *row_parameters(endpoint.table)]
    return operation(endpoint.summary, endpoint.name, parameters, f"{endpoint.name}-page")


def detail_operation(endpoint: Endpoint) -> Schema:
    slug = {"name": "slug", "in": "path", "required": True, "schema": {"type": "string"}}
    return operation(
        endpoint.summary_of_one, endpoint.name, [slug, *row_parameters(endpoint.table)], endpoint.name
    )


def operation(summary: str, tag: str, parameters: list[Schema], schema: str | Schema) -> Schema:
    """`schema`: that of the answer, or its name."""
    content = {"application/json": {"schema": reference(schema) if isinstance(schema, str) else schema}}
    return {
        "summary": summary,
        "tags": [tag],
        "parameters": parameters,
        "responses": {
            "200": {"description": "What was asked for.", "content": content},
            "301": {"description": "Merged: the entry in its place is elsewhere."},
            **{status: problem_response(text) for status, text in PROBLEMS.items()},
        },
    }


def problem_response(text: str) -> Schema:
    return {"description": text, "content": {MEDIA_TYPE: {"schema": reference("Problem")}}}


def reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


# Parameters


def parameter(name: str, description: Any, schema: Schema | None = None) -> Schema:
    return {
        "name": name,
        "in": "query",
        "description": str(description),
        "schema": schema or {"type": "string"},
    }


PAGING = [
    parameter("page", "The number of the page, from 1.", {"type": "integer", "minimum": 1}),
    parameter(
        "page_size",
        f"How many on a page: {PAGE_SIZE} unless told.",
        {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE},
    ),
]
CURSOR = parameter(
    "cursor", "To read everything while it may change: begin with an empty one, then follow `next`."
)


def filter_parameters(endpoint: Endpoint) -> list[Schema]:
    if endpoint.filterset is None:
        return [
            parameter(name, "Any of these values.", many(known))
            for name, (_path, known) in endpoint.filters.items()
        ]
    found = [
        parameter(name, filter_.label or name, filter_schema(endpoint, filter_))
        for name, filter_ in endpoint.filterset.base_filters.items()
    ]
    return [
        *found,
        parameter(
            "sort",
            "The order. From cursor to cursor rows come in the order of their keys, whatever this says.",
            {"type": "string", "enum": [*endpoint.filterset.sorts]},
        ),
    ]


def filter_schema(endpoint: Endpoint, filter_) -> Schema:
    if isinstance(filter_, EntryFacetFilter):
        return many()
    if isinstance(filter_, FacetFilter):
        bound = copy(filter_)
        bound.model = endpoint.table.model
        return many(bound.known)
    return {"type": "integer"} if isinstance(filter_, YearFilter) else {"type": "string"}


def many(known: Iterable[str] = ()) -> Schema:
    values = {"enum": list(known)} if known else {}
    return {"type": "array", "items": {"type": "string"} | values}


def row_parameters(table: Table) -> list[Schema]:
    """The parameters that say what is told of a row."""
    found = [parameter("fields", f"Which fields to tell, with commas between: {', '.join(table.names)}.")]
    if table.links:
        text = f"What to tell in full, with commas between, of what rows lead to: {', '.join(table.links)}."
        found.append(parameter("include", text))
    return found


# Rows


def page_schema(table: Table) -> Schema:
    url = {"type": ["string", "null"], "format": "uri"}
    return {
        "type": "object",
        "required": ["count", "next", "previous", "results"],
        "properties": {
            "count": {"type": "integer", "description": "How many match in all."},
            "next": url,
            "previous": url,
            "results": {"type": "array", "items": reference(table.name)},
            "included": {
                "type": "object",
                "description": "What `include` asks for: name of a part → its rows.",
                "additionalProperties": {"type": "array", "items": {"type": "object"}},
            },
        },
    }


def row_schema(table: Table) -> Schema:
    """A row. `fields` may leave any of it out, so nothing is required."""
    return object_schema(table.columns.values())


def object_schema(columns: Iterable[Column]) -> Schema:
    return {"type": "object", "properties": {column.name: column_schema(column) for column in columns}}


def column_schema(column: Column) -> Schema:
    about = {"title": str(column.title)} if column.title else {}
    if column.meaning:
        about["description"] = str(column.meaning)
    if column.kind == Kind.ROWS:
        items = object_schema(column.parts) | {"required": [part.name for part in column.parts]}
        return about | {"type": "array", "items": items}
    if column.kind in (Kind.LINKS, Kind.TEXTS):
        return about | many(column.values)
    return about | value_schema(column)


def value_schema(column: Column) -> Schema:
    found = dict(TYPES.get(column.kind or Kind.TEXT, {"type": "string"}))
    if column.values:
        found["enum"] = [*column.values, *([""] if column.may_be_empty else [])]
    if column.is_nullable or column.kind == Kind.LINK:
        found["type"] = [found["type"], "null"]
    return found
