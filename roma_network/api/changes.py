"""What became of all that is public, by number: for harvesters, who miss nothing by it."""

from functools import cache
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from roma_network.api import schema
from roma_network.api.endpoints import api_view, as_json, refuse_unknown, whole_parameter
from roma_network.api.errors import bad_parameters
from roma_network.core.web_addresses import absolute
from roma_network.export.columns import Column, Kind, Table
from roma_network.export.records import logged_tables
from roma_network.models import ContentVersion, Record
from roma_network.search.facets import shortened

USUAL, MOST = 200, 1000
CURE = "Changes are told by number, not by time. Begin with after=0; from then on give as “after” the “last” that you were told."


@cache
def table() -> Table:
    parts = tuple(part.name for part in logged_tables())
    return Table(
        "changes",
        None,
        [
            Column(
                "number",
                kind=Kind.INTEGER,
                meaning="Of the change. A later one of the same row takes its place.",
            ),
            Column("at", kind=Kind.TIME),
            Column("part", kind=Kind.CHOICE, values=parts, may_be_empty=False),
            Column(
                "id",
                meaning="What the row is known by in its part: its key, or its keys with spaces between.",
            ),
            Column("what", kind=Kind.CHOICE, values=("changed", "removed", "merged"), may_be_empty=False),
            Column("heir", meaning="The id of the entry in its place, if it was merged.", is_nullable=True),
            Column(
                "record", meaning="The row as its part tells it; null where it is gone.", is_nullable=True
            ),
        ],
    )


@api_view
def view(request: HttpRequest) -> HttpResponse:
    if "since" in request.GET:
        raise bad_parameters({"since": CURE})
    refuse_unknown(shortened(name) for name in request.GET.keys() - {"after", "limit"})
    last = ContentVersion.last_number()
    after = number_in(request.GET.get("after") or "0", last)
    limit = whole_parameter(request.GET, "limit", USUAL, MOST)
    found = Record.objects.settled().filter(number__gt=after, number__lte=last).order_by("number")
    told = list(found[: limit + 1])
    more = len(told) > limit
    query = urlencode({"after": told[limit - 1].number, "limit": limit}) if more else ""
    return as_json(
        {
            "results": list(map(result, told[:limit])),
            "last": last,
            "next": absolute(f"{request.path}?{query}") if more else None,
        }
    )


def number_in(text, last):
    if not (text.isascii() and text.isdecimal() and len(text) < 19 and int(text) <= last):
        raise bad_parameters(
            {"after": f"Give a number that you were told, at most {last}; or begin anew with 0."}
        )
    return int(text)


def result(record: Record) -> dict[str, Any]:
    return {
        "number": record.number,
        "at": record.at,
        "part": record.part,
        "id": record.key,
        "what": record.what,
        "heir": record.merged_into or None,  # as harvesters know it
        "record": None if record.body is None else orjson.Fragment(record.body),
    }


# Its description

PARAMETERS = [
    schema.parameter(
        "after",
        "The number after which to begin: 0, or the “last” of an earlier answer.",
        {"type": "integer", "minimum": 0},
    ),
    schema.parameter(
        "limit",
        f"How many in an answer: {USUAL} unless told.",
        {"type": "integer", "minimum": 1, "maximum": MOST},
    ),
]


def operation() -> tuple[str, str, schema.Schema]:
    summary = (
        "What changed after a number, the earliest first: each row once, under the number of its last change"
    )
    described = schema.operation(summary, "changes", PARAMETERS, "changes-page")
    return reverse("api-changes-list"), "changes_list", described


def schemas() -> dict[str, schema.Schema]:
    row = schema.row_schema(changes := table())
    row["properties"]["record"] = {
        "type": ["object", "null"],
        "description": str(changes.columns["record"].meaning),
    }
    page = {
        "type": "object",
        "required": ["results", "last", "next"],
        "properties": {
            "results": {"type": "array", "items": schema.reference("changes")},
            "last": {"type": "integer", "description": "The number of the last change of all."},
            "next": {"type": ["string", "null"], "format": "uri"},
        },
    }
    return {"changes": row, "changes-page": page}
