"""Any listing, or one entry, as a file. A table says what a row holds; a format says how it is written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import urlencode

from roma_network.export import datapackage, formats
from roma_network.export.atom import list_feed
from roma_network.export.columns import Table
from roma_network.export.records import Records, primary_keys

LUMP = 64 * 1024  # bytes


def requested(
    request: HttpRequest, table: Table, queryset: QuerySet, keys: Sequence[int] | None = None
) -> HttpResponseBase | None:
    """The file that `?format=` asks for, or None where it asks for none that exists."""
    asked = formats.ROWS.get(request.GET.get("format"))  # type: ignore[arg-type]  # None is no format
    return written(asked, request, table, queryset, keys) if asked else None


def written(
    asked: formats.Format,
    request: HttpRequest,
    table: Table,
    queryset: QuerySet,
    keys: Sequence[int] | None = None,
) -> HttpResponseBase:
    """The file of these rows in one of the formats; `keys` are theirs, in an order that the database does not know."""
    if asked is formats.ATOM:
        return list_feed(request, queryset, table)
    if keys is None:
        keys = primary_keys(queryset)
    if asked.write is None:
        parts = datapackage.parts_around.value[table.name](named_by_key(queryset, keys))
        return attached(datapackage.package(parts), table, asked)
    return attached(asked.write(table, Records(table, keys), settings.BASE_URL), table, asked)


def named_by_key(queryset: QuerySet, keys: Sequence[int]) -> QuerySet:
    """The same rows, found once: filters within queries for what rows lead to would be too deep for SQLite."""
    listed = ",".join(map(str, keys))
    if connections[queryset.db].vendor == "postgresql":  # which plans by how many there are in an array
        named = RawSQL("SELECT unnest(%s::bigint[])", [f"{{{listed}}}"])
    else:
        named = RawSQL("SELECT value FROM json_each(%s)", [f"[{listed}]"])
    return queryset.model._default_manager.filter(pk__in=named)


def attached(parts, table, asked):
    return StreamingHttpResponse(
        lumps(parts), content_type=asked.content_type, headers=attachment(f"{table.name}.{asked.suffix}")
    )


def lumps(parts: Iterable[str | bytes]) -> Iterator[bytes]:
    """The same in pieces of some size: each that is sent has its price."""
    waiting, size = [], 0
    for part in parts:
        waiting.append(part if isinstance(part, bytes) else part.encode())
        size += len(part)
        if size > LUMP:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def file(content: str | bytes, asked: formats.Format, name: str) -> HttpResponse:
    """A file that is ready."""
    return HttpResponse(
        content, content_type=asked.content_type, headers=attachment(f"{name}.{asked.suffix}")
    )


def attachment(name):
    return {"Content-Disposition": f'attachment; filename="{name}"', "Link": formats.LICENCE_LINK}


def downloads(
    path: str,
    parameters: Iterable[tuple[str, str]] = (),
    offered: Mapping[str, formats.Format] = formats.ROWS,
) -> list[tuple[str, str]]:
    """Name and address of each format of a page."""
    return [
        (each.label, f"{path}?{urlencode([*parameters, ('format', name)])}") for name, each in offered.items()
    ]


def sizes(table: Table, rows: Sequence[Any]) -> dict[str, float]:
    """Format → bytes for each of these rows, a sample, so that readers can be told roughly what a file will weigh."""
    records, none = Records(table, rows).kept(), Records(table, ())
    return {
        name: (weight(each.write(table, records, "")) - weight(each.write(table, none, ""))) / len(rows)
        for name, each in formats.ROWS.items()
        if each.write
    }


def weight(parts):
    return sum(len(part if isinstance(part, bytes) else part.encode()) for part in parts)
