"""Any listing, or one entry, as a file. A table says what a row holds; a format says how it is written."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import urlencode

from roma_network.export import datapackage, formats
from roma_network.export.atom import feed
from roma_network.export.columns import Table
from roma_network.export.rdf import origin_of

CHUNK = 500


class Exportable(Protocol):
    """A query set whose rows can be read with all that their table tells."""

    def for_export(self) -> QuerySet: ...


def requested(request: HttpRequest, table: Table, queryset: Exportable) -> HttpResponseBase | None:
    """The file that `?format=` asks for, or None where it asks for none that exists."""
    asked = formats.ROWS.get(request.GET.get("format"))  # type: ignore[arg-type]  # None is no format
    return written(asked, request, table, queryset) if asked else None


def written(
    asked: formats.Format, request: HttpRequest, table: Table, queryset: Exportable
) -> HttpResponseBase:
    """The file of these rows in one of the formats."""
    if asked is formats.ATOM:
        return feed(request, queryset, table.kind)
    if asked.write is None:
        return attached(
            datapackage.package(datapackage.parts_around.value[table.name](queryset)), table, asked
        )
    records = (table.record(row) for row in queryset.for_export().iterator(chunk_size=CHUNK))
    return attached(asked.write(table, records, origin_of(request)), table, asked)


def attached(parts, table, asked):
    return StreamingHttpResponse(
        parts, content_type=asked.content_type, headers=attachment(f"{table.name}.{asked.suffix}")
    )


def file(content: str | bytes, asked: formats.Format, name: str) -> HttpResponse:
    """A file that is ready."""
    return HttpResponse(
        content, content_type=asked.content_type, headers=attachment(f"{name}.{asked.suffix}")
    )


def attachment(name):
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def downloads(
    path: str,
    parameters: Iterable[tuple[str, str]] = (),
    offered: Mapping[str, formats.Format] = formats.ROWS,
) -> list[tuple[str, str]]:
    """Name and address of each format of a page."""
    return [
        (each.label, f"{path}?{urlencode([*parameters, ('format', name)])}") for name, each in offered.items()
    ]


def sizes(table: Table, rows: Iterable[Model]) -> dict[str, float]:
    """Format → bytes for each of these rows, a sample, so that readers can be told roughly what a file will weigh."""
    records = [table.record(row) for row in rows]
    return {
        name: (weight(each.write(table, records, "")) - weight(each.write(table, [], ""))) / len(records)
        for name, each in formats.ROWS.items()
        if each.write
    }


def weight(parts):
    return sum(len(part if isinstance(part, bytes) else part.encode()) for part in parts)
