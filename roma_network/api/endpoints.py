"""What all parts of the API share: the filters and counts of the pages, pagination, fields, included rows.

Answers are made from the same columns as files, so that a page, a file and the API cannot differ. Plain views: of Django
REST framework only its shell was used, and that took more lines than what stands here.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial, wraps
from http import HTTPStatus
from typing import Any

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.http import urlencode
from django.utils.timezone import localdate
from django.views.decorators.csrf import csrf_exempt

from roma_network.api.errors import ProblemError, bad_parameters, told_as_problems
from roma_network.core.problems import problem
from roma_network.core.read_only import METHODS, not_allowed
from roma_network.core.web_addresses import absolute
from roma_network.export.columns import Table, tables
from roma_network.export.formats import ROWS
from roma_network.export.records import Records, public_rows
from roma_network.models import Record, Status
from roma_network.pages.http_cache import PublicRequest
from roma_network.pages.rate_limit import spend
from roma_network.pages.redirects import (
    moved,
    moved_filters,
    moved_or_gone,
    moved_parameters,
    tombstone,
)
from roma_network.search import following
from roma_network.search.facets import TRACKING, FacetCounts, ListingFilterSet, shortened

PAGE_SIZE, LARGEST_PAGE = 50, 200
MOST_INCLUDED = 1000
MOST_VALUES = 100  # of one repeated parameter
OWN = {"page", "page_size", "cursor", "fields", "include"}  # parameters of the API that pages do not have
FORMAT = "json"  # the only one
BEFORE_ALL = -1  # of the keys
# Pages of any site may ask, by a request of any kind that reads (CORS, with its preflight).
ANY_SITE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "*",
}


@dataclass(frozen=True)
class Endpoint:
    """A part of the API.

    A list is narrowed by the filter set of its page, or by `filters`: parameter → the lookup that it stands for, and the
    values that it may have (none: any). `key` names one row in an address; empty where rows have no addresses.
    """

    table: Table
    summary: str
    summary_of_one: str = ""
    key: str = ""
    filterset: type[ListingFilterSet] | None = None
    filters: dict[str, tuple[str, Sequence[str]]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def filter_names(self) -> list[str]:
        """The parameters that narrow a list."""
        return [*self.filterset.base_filters] if self.filterset else [*self.filters]

    def found(self, request: PublicRequest) -> Any:
        """The keys of the rows that an address asks for, in their order. Raises `MovedError` where it names merged entries."""
        if self.filterset is None:
            if elsewhere := moved_parameters(request, self.linked_models):
                raise MovedError(elsewhere)
            return self.narrowed(request)
        data = MultiValueDict({name: values for name, values in request.GET.lists() if name not in OWN})
        filterset = self.filterset(data)
        if elsewhere := moved_filters(request, filterset):
            raise MovedError(elsewhere)
        if filterset.rejected:
            raise bad_parameters({each.name: f"{each.value}: {each.reason}" for each in filterset.rejected})
        return FacetCounts(filterset, request.content_version).found.tolist()

    @property
    def linked_models(self) -> dict[str, type]:
        """Parameter → the model of the entries that it names."""
        columns = self.table.columns
        linked = {name: tables[columns[name].links].model for name in self.filters if columns[name].links}
        return {name: model for name, model in linked.items() if model is not None}

    def narrowed(self, request: PublicRequest) -> Any:
        params = request.GET
        unknown = params.keys() - self.filters.keys() - OWN
        refuse_unknown(shortened(name) for name in unknown if not name.startswith(TRACKING))
        if not any(map(params.get, self.filters)):
            return following.keys_of(self.name, request.content_version)
        rows = public_rows(self.table)
        for name, (lookup, known) in self.filters.items():
            values = [value for value in params.getlist(name) if value]
            if wrong := [value for value in values if "\0" in value or (known and value not in known)]:
                raise bad_parameters({name: f"{shortened(wrong[0])}: There is no such value."})
            if values:
                rows = rows.filter(**{f"{lookup}__in": values[:MOST_VALUES]})
                if lookup.endswith("__slug"):
                    rows = rows.filter(**{lookup.replace("__slug", "__status"): Status.PUBLISHED})
        return list(rows.order_by("pk").values_list("pk", flat=True))

    def records(self, keys: Collection[str]) -> list[dict[str, Any]]:
        """The records that are known by these keys, in the order of those."""
        found = Record.objects.public(self.name).filter(key__in=keys).order_by("key")
        return list(map(orjson.loads, found.values_list("body", flat=True)))


# Views


def api_view(view: Callable | None = None, *, methods: Sequence[str] = METHODS) -> Callable:
    """What every answer of the API has in common."""
    if view is None:
        return partial(api_view, methods=methods)
    allowed = ", ".join([*methods, "OPTIONS"])
    headers = ANY_SITE | {"Allow": allowed, "Access-Control-Allow-Methods": allowed}

    @told_as_problems
    def answer(request, *args, **kwargs):
        if request.method not in methods:
            return not_allowed(request)
        refuse_other_formats(request)
        if wait := spend(request, 1, settings.API_RATE):
            raise ProblemError(HTTPStatus.TOO_MANY_REQUESTS, wait=wait)
        return view(request, *args, **kwargs)

    @wraps(view)
    def inner(request, *args, **kwargs):
        is_preflight = request.method == "OPTIONS"
        response = (
            HttpResponse(status=HTTPStatus.NO_CONTENT) if is_preflight else answer(request, *args, **kwargs)
        )
        for name, value in headers.items():
            response[name] = value
        return response

    inner.__dict__["answers_every_method"] = True
    return csrf_exempt(inner)


def list_view(endpoint: Endpoint, endpoints: dict[str, Endpoint]) -> Callable:
    @api_view
    def view(request):
        wanted = Wanted(endpoint, endpoints, request.GET)
        try:
            found = endpoint.found(request)
        except MovedError as moved_to:
            return moved_to.response
        return page_of(request, wanted, found)

    return view


def detail_view(endpoint: Endpoint, endpoints: dict[str, Endpoint]) -> Callable:
    @api_view
    def view(request, slug):
        refuse_unknown(shortened(name) for name in request.GET.keys() - {"fields", "include"})
        wanted = Wanted(endpoint, endpoints, request.GET)
        found = endpoint.records([slug]) if "\0" not in slug else []
        if not found:
            return instead_of_entry(request, endpoint, slug)
        return as_json(wanted.fields_of(found[0]) | wanted.included(found))

    return view


def as_json(body: Any) -> HttpResponse:
    return HttpResponse(orjson.dumps(body, option=orjson.OPT_UTC_Z), content_type="application/json")


class MovedError(Exception):
    """An address names an entry that was merged: `response` leads to the one in its place."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__(response["Location"])
        self.response = response


def instead_of_entry(request: HttpRequest, endpoint: Endpoint, slug: str) -> HttpResponse:
    """What answers instead of an entry that is not public: its successor's address, or a tombstone."""
    fate = moved_or_gone(endpoint.table.model, slug)  # type: ignore[arg-type]  # entries have a model
    if fate.successor:
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return moved(reverse(f"api-{endpoint.name}-detail", args=[fate.successor.slug]) + query)
    if fate.withdrawn_at:
        day = localdate(fate.withdrawn_at).isoformat()
        return tombstone(problem(HTTPStatus.GONE, f"This entry was withdrawn on {day}."))
    raise Http404


class Wanted:
    """What an address wants to be told of rows: which fields, and which rows besides that these lead to."""

    def __init__(self, endpoint: Endpoint, endpoints: dict[str, Endpoint], params) -> None:
        self.table = endpoint.table
        self.links, self.endpoints = endpoint.table.links, endpoints
        self.fields = chosen(params, "fields", endpoint.table.names)
        self.include = chosen(params, "include", list(self.links)) or []

    def fields_of(self, record: dict) -> dict:
        return record if self.fields is None else {name: record[name] for name in self.fields}

    def included(self, records: Iterable[dict]) -> dict:
        """What these records lead to, each row once: what an answer holds beside its results."""
        if not self.include:
            return {}
        wanted: dict[str, set] = {}
        for column in self.include:
            keys = wanted.setdefault(self.links[column], set())
            for record in records:
                keys.update(keys_in(record[column]))
        if sum(map(len, wanted.values())) > MOST_INCLUDED:
            raise bad_parameters(
                {"include": f"These are more than {MOST_INCLUDED} rows. Ask for smaller pages."}
            )
        return {"included": {name: self.endpoints[name].records(keys) for name, keys in wanted.items()}}


def page_of(request: HttpRequest, wanted: Wanted, keys: list) -> HttpResponse:
    """A page of the rows with these keys, in their order; or, from cursor to cursor, in that of their keys."""
    shown, onward, previous = (keyset_page if "cursor" in request.GET else numbered_page)(request.GET, keys)
    records = list(Records(wanted.table, list(shown)))
    body = {
        "count": len(keys),
        "next": url_with(request, onward),
        "previous": url_with(request, previous),
        "results": [wanted.fields_of(record) for record in records],
        **wanted.included(records),
    }
    return as_json(body)


def numbered_page(params, keys: list) -> tuple[list, dict | None, dict | None]:
    """The keys on a page, and the parameters of the pages after and before it."""
    size = whole_parameter(params, "page_size", PAGE_SIZE, LARGEST_PAGE)
    pages = max(-(-len(keys) // size), 1)
    page = whole_parameter(params, "page", 1, pages)
    onward = {"page": page + 1} if page < pages else None
    previous = {"page": page - 1} if page > 1 else None
    return keys[(page - 1) * size : page * size], onward, previous


def keyset_page(params, keys: list) -> tuple[list, dict | None, dict | None]:
    """As `numbered_page`, by the last key that was seen: a list that changes meanwhile loses no row."""
    if "page" in params:
        raise bad_parameters({"cursor": "Give either a page or a cursor."})
    size = whole_parameter(params, "page_size", PAGE_SIZE, LARGEST_PAGE)
    is_text = bool(len(keys)) and isinstance(keys[0], str)
    after = key_in(params["cursor"], str if is_text else int)
    ordered = sorted(keys) if isinstance(keys, list) else keys
    start = bisect_right(ordered, after)
    left = ordered[start : start + size + 1]
    onward = {"cursor": cursor_of(left[size - 1])} if len(left) > size else None
    return left[:size], onward, None


def url_with(request: HttpRequest, changes: dict | None) -> str | None:
    if changes is None:
        return None
    kept = [(name, value) for name, values in request.GET.lists() for value in values if name not in changes]
    return absolute(f"{request.path}?{urlencode([*kept, *changes.items()])}")


# Parameters


def chosen(params, parameter: str, allowed: list[str]) -> list[str] | None:
    """The names that a parameter lists, in the order of those allowed; None where it is not there."""
    asked = params.get(parameter)
    if asked is None:
        return None
    names = {name.strip() for name in asked.split(",") if name.strip()}
    if not names or (unknown := names - set(allowed)):
        wrong = ", ".join(sorted(unknown)) if names else asked
        raise bad_parameters({parameter: f"Unknown: {shortened(wrong)}. There are: {', '.join(allowed)}."})
    return [name for name in allowed if name in names]


def whole_parameter(params, name: str, default: int, most: int) -> int:
    text = params.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) < 9 and 1 <= int(text) <= most):
        raise bad_parameters({name: f"Give a whole number from 1 to {most}."})
    return int(text)


def refuse_other_formats(request: HttpRequest) -> None:
    asked = request.GET.get("format", FORMAT)
    if asked != FORMAT:
        reason = f"{shortened(asked)}: the API answers in JSON. Files in other formats: {', '.join(ROWS)}, on the pages."
        raise bad_parameters({"format": reason})


def refuse_unknown(names: Iterable[str]) -> None:
    if problems := dict.fromkeys(names, "There is no such parameter."):
        raise bad_parameters(problems)


def keys_in(value: Any) -> set:
    """The keys that a cell names: itself, those in a list, or the first of each dict in a list."""
    values = value if isinstance(value, list) else [value]
    return {next(iter(each.values())) if isinstance(each, dict) else each for each in values} - {None}


def cursor_of(key: Any) -> str:
    return urlsafe_b64encode(str(key).encode()).decode().rstrip("=")


def key_in(cursor: str, kind: type) -> Any:
    """The key after which the answer goes on, a number or a text: an empty cursor begins."""
    if not cursor:
        return BEFORE_ALL if kind is int else ""
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError:
        text = ""
    if not text or (kind is int and not (text.isdecimal() and len(text) < 19)):
        raise bad_parameters({"cursor": "This is no cursor that the API gave."})
    return kind(text)
