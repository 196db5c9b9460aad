"""Tables that are no rows of one model, but made for readers of spreadsheets: as CSV and Excel, each line whole in itself."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from roma_network.export import formats, responses
from roma_network.export.columns import Column, Kind

FORMATS = {name: formats.ROWS[name] for name in ("csv", "csv-bom", "csv-semicolon", "xlsx")}


class PlainTable:
    """The names of columns and what they hold: what writers ask of a table."""

    def __init__(self, name: str, kinds: Mapping[str, Kind]) -> None:
        self.name = name
        self.columns = {column: Column(column, kind=kind) for column, kind in kinds.items()}

    @property
    def names(self) -> list[str]:
        return list(self.columns)

    def requested(
        self, request: HttpRequest, records: Iterable[Mapping[str, Any]], otherwise: str = ""
    ) -> HttpResponseBase | None:
        """The file that `?format=` asks for. Where it asks for none of these: that in the format `otherwise`, or None."""
        asked = FORMATS.get(request.GET.get("format", "")) or FORMATS.get(otherwise)
        if asked is None:
            return None
        parts = asked.write(self, records, "")  # type: ignore[misc, arg-type]  # of these formats each has a writer, which asks no more
        return responses.attached(parts, self, asked)
