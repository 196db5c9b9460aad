"""What all parts of the API share: the filters and counts of the pages, pages of answers, errors that name a parameter.

Answers are made from the same tables as the exports, so that a page, a file and the API cannot differ.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import cached_property

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.http import urlencode
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle
from rest_framework.viewsets import GenericViewSet

from roma_network.pages.redirects import successor_of
from roma_network.search.facets import TRACKING, FacetCounts, FacetFilter, shortened

PAGE_SIZE, LARGEST_PAGE = 50, 200
MOST_INCLUDED = 1000
OWN = {"page", "page_size", "cursor", "fields", "include"}  # parameters of the API that pages do not have
PROBLEM = "application/problem+json"
BEFORE_ALL = -1  # of the keys
parts = {}  # name → class, of all that the API has; filled where the addresses are


class Refused(exceptions.ValidationError):
    """A 400 that names each parameter that cannot be used: name → reason."""

    def __init__(self, problems):
        super().__init__({name: str(reason) for name, reason in problems.items()})


class Throttle(AnonRateThrottle):
    rate = property(lambda self: settings.API_RATE)


def problem(exception, context):
    """Errors as RFC 9457 describes them."""
    if isinstance(exception, Http404):
        exception = exceptions.NotFound()
    elif isinstance(exception, PermissionDenied):
        exception = exceptions.PermissionDenied()
    if not isinstance(exception, exceptions.APIException):
        return None
    body = {
        "type": "about:blank",
        "title": str(exception.default_detail),
        "status": exception.status_code,
    }
    headers = {}
    if isinstance(exception, Refused):
        body["title"] = "This address cannot be answered as it stands."
        body["errors"] = [{"parameter": name, "detail": reason} for name, reason in exception.detail.items()]
    else:
        body["detail"] = str(exception.detail)
    if isinstance(exception, exceptions.Throttled):
        headers["Retry-After"] = str(int(exception.wait or 60))
    return Response(body, status=exception.status_code, headers=headers, content_type=PROBLEM)


class Api(GenericViewSet):
    """One kind of thing, read-only. `table` says what is told of it, `serializer_class` how the schema describes that."""

    renderer_classes = [JSONRenderer]
    throttle_classes = [Throttle]
    http_method_names = ["get", "head", "options"]
    table = None

    @classmethod
    def filter_names(cls):
        """The parameters that narrow a list."""
        raise NotImplementedError

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if kwargs:
            refuse_unknown(set(request.query_params) - {"fields", "include"})

    def finalize_response(self, *args, **kwargs):
        response = super().finalize_response(*args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        return response

    @property
    def version(self):
        return self.request._request.content_version

    def number(self, name, default, most):
        text = self.request.query_params.get(name, str(default))
        if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= most and len(text) < 9):
            raise Refused({name: f"Give a whole number from 1 to {most}."})
        return int(text)

    # What is told

    def chosen(self, parameter, allowed):
        """The names that a parameter lists, in the order of those allowed; None where it is not there."""
        asked = self.request.query_params.get(parameter)
        if asked is None:
            return None
        names = {name.strip() for name in asked.split(",") if name.strip()}
        if not names or (unknown := names - set(allowed)):
            wrong = ", ".join(sorted(unknown)) if names else asked
            raise Refused({parameter: f"Unknown: {shortened(wrong)}. There are: {', '.join(allowed)}."})
        return [name for name in allowed if name in names]

    @cached_property
    def fields(self):
        """The columns that are asked for."""
        return self.chosen("fields", self.table.columns) or self.table.columns

    @cached_property
    def include(self):
        """The columns whose rows are asked for."""
        return self.chosen("include", self.table.leads_to) or ()

    def told(self, record):
        return {name: record[name] for name in self.fields}

    def included(self, records):
        """What these records lead to, each row once: what an answer holds beside its results."""
        if not self.include:
            return {}
        wanted = {}
        for column in self.include:
            named = wanted.setdefault(self.table.leads_to[column], set())
            for record in records:
                named.update(keys_in(record[column]))
        if sum(map(len, wanted.values())) > MOST_INCLUDED:
            raise Refused({"include": f"These are more than {MOST_INCLUDED} rows. Ask for smaller pages."})
        return {"included": {name: included_records(parts[name], keys) for name, keys in wanted.items()}}

    # Pages

    def answer(self, keys, rows_of):
        """A page of the entries with these keys, in their order; or, from cursor to cursor, in that of their keys."""
        params = self.request.query_params
        size = self.number("page_size", PAGE_SIZE, LARGEST_PAGE)
        total = len(keys)
        if "cursor" in params:
            if "page" in params:
                raise Refused({"cursor": "Give either a page or a cursor."})
            after = key_in(params["cursor"], type(keys[0]) if keys else int)
            keys = [key for key in sorted(keys) if key > after][: size + 1]
            following = {"cursor": cursor_of(keys[size - 1])} if len(keys) > size else None
            previous = None
            keys = keys[:size]
        else:
            pages = max(-(-total // size), 1)
            page = self.number("page", 1, pages)
            following = {"page": page + 1} if page < pages else None
            previous = {"page": page - 1} if page > 1 else None
            keys = keys[(page - 1) * size : page * size]
        rows = rows_of(keys)
        records = [self.table.record(rows[key]) for key in keys if key in rows]
        links = {"next": self.url_with(following), "previous": self.url_with(previous)}
        results = list(map(self.told, records))
        return Response({"count": total, **links, "results": results, **self.included(records)})

    def url_with(self, changes):
        if changes is None:
            return None
        kept = [
            (name, value)
            for name, values in self.request.query_params.lists()
            for value in values
            if name not in changes
        ]
        return self.request.build_absolute_uri(f"{self.request.path}?{urlencode([*kept, *changes.items()])}")


class EntryApi(Api):
    """Entries, by the filter sets of the pages."""

    lookup_field = "slug"
    lookup_value_regex = "[^/]+"
    filterset = None

    @classmethod
    def filter_names(cls):
        return [*cls.filterset.base_filters]

    def list(self, request):
        filterset = self.checked(request.query_params)
        keys = FacetCounts(filterset, self.version).found.tolist()
        return self.answer(keys, lambda chosen: self.rows().in_bulk(chosen))

    def retrieve(self, request, slug):
        row = self.rows().filter(slug=slug).first() if "\0" not in slug else None
        if row is None:
            successor = successor_of(self.queryset.model, slug) if "\0" not in slug else None
            if successor is None:
                raise Http404
            return HttpResponsePermanentRedirect(reverse(f"{self.basename}-detail", args=[successor.slug]))
        record = self.table.record(row)
        return Response(self.told(record) | self.included([record]))

    def rows(self):
        return self.queryset.published().for_export()

    def checked(self, params):
        """The filter set of an address, all of which must be usable."""
        data = MultiValueDict({name: values for name, values in params.lists() if name not in OWN})
        filterset = self.filterset(data)
        if filterset.rejected:
            raise Refused({each.name: f"{each.value}: {each.reason}" for each in filterset.rejected})
        return filterset


class PlainApi(Api):
    """Other rows: `filters` maps a parameter to the lookup that it stands for and to the values that it may have."""

    filters: dict[str, tuple] = {}

    @classmethod
    def filter_names(cls):
        return [*cls.filters]

    def list(self, request):
        unknown = request.query_params.keys() - self.filters.keys() - OWN
        refuse_unknown(shortened(name) for name in unknown if not name.startswith(TRACKING))
        rows = self.rows()
        for name, (lookup, choices) in self.filters.items():
            values = [value for value in request.query_params.getlist(name) if value]
            if wrong := [value for value in values if "\0" in value or (choices and value not in choices)]:
                raise Refused({name: f"{shortened(wrong[0])}: There is no such value."})
            if values:
                rows = rows.filter(**{f"{lookup}__in": values[:100]})
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        return self.answer(keys, rows.in_bulk)

    def rows(self):
        return self.get_queryset()


def keys_in(value):
    """The keys that a cell names: itself, those in a list, or the first of each dict in a list."""
    values = value if isinstance(value, list) else [value]
    return {next(iter(each.values())) if isinstance(each, dict) else each for each in values} - {None}


def included_records(part, keys):
    """The records of a part of the API that have these keys, in the order of those."""
    name, table = part.lookup_field, part.table
    records = map(table.record, part().rows().filter(**{f"{name}__in": keys}))
    return sorted(records, key=lambda record: record[name])


def refuse_unknown(names):
    if problems := dict.fromkeys(names, "There is no such parameter."):
        raise Refused(problems)


def cursor_of(key):
    return urlsafe_b64encode(str(key).encode()).decode().rstrip("=")


def key_in(cursor, kind):
    """The key after which the answer goes on, a number or a text: an empty cursor begins."""
    if not cursor:
        return BEFORE_ALL if kind is int else ""
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError:
        text = ""
    if not text or (kind is int and not (text.isdecimal() and len(text) < 19)):
        raise Refused({"cursor": "This is no cursor that the API gave."})
    return kind(text)


# For the schema


def parameter(name, description, **options):
    return OpenApiParameter(
        name, options.pop("type", str), OpenApiParameter.QUERY, description=str(description), **options
    )


PAGING = [
    parameter("page", "The number of the page, from 1.", type=OpenApiTypes.INT),
    parameter(
        "page_size",
        f"How many on a page: {PAGE_SIZE} unless told, {LARGEST_PAGE} at most.",
        type=OpenApiTypes.INT,
    ),
    parameter(
        "cursor", "To read everything while it may change: begin with an empty one, then follow `next`."
    ),
]
FIELDS = parameter("fields", "Which fields to tell, with commas between.")


def telling(table):
    """The parameters that say what is told of a row."""
    if not table.leads_to:
        return [FIELDS]
    columns = ", ".join(table.leads_to)
    text = f"What to tell in full, with commas between, of what the rows lead to: {columns}."
    return [FIELDS, parameter("include", text)]


def parameters_of(filterset, table):
    """What a filter set takes, for the schema."""
    found = []
    for name, filter_ in filterset.base_filters.items():
        many = isinstance(filter_, FacetFilter)
        found.append(parameter(name, filter_.label or name, many=many))
    found.append(parameter("sort", "The order.", enum=list(filterset.sorts)))
    return [*found, *PAGING, *telling(table)]


def listed(serializer, summary, parameters):
    """The description of a list: a page of what `serializer` describes."""
    name = serializer.__name__.removesuffix("Serializer")
    page = type(
        f"{name}Page",
        (serializers.Serializer,),
        {
            "count": serializers.IntegerField(help_text="How many match in all."),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": serializer(many=True),
            "included": serializers.DictField(
                help_text="What `include` asks for: name of a part → its rows."
            ),
        },
    )
    return extend_schema(summary=summary, parameters=parameters, responses=forced_singular_serializer(page))


def with_problems(result, generator, request, public):
    """A hook of the schema: every answer may be a problem, and `fields` may leave any field out."""
    schemas = result["components"]["schemas"]
    for schema in schemas.values():
        schema.pop("required", None)
    schemas["Problem"] = PROBLEM_SCHEMA
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in result["paths"].values():
        for operation in path.values():
            for status, meaning in PROBLEMS.items():
                operation["responses"][status] = {"description": meaning, "content": content}
            operation["responses"]["301"] = {"description": "Merged: the entry in its place is elsewhere."}
    return result


PROBLEMS = {
    "400": "A parameter cannot be used; the answer names it.",
    "404": "There is no such entry.",
    "429": "Too many requests; Retry-After says when to try again.",
}
PROBLEM_SCHEMA = {
    "type": "object",
    "description": "RFC 9457",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"parameter": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


class SourceNote(serializers.Serializer):
    url = serializers.CharField()
    supports = serializers.CharField()
    title = serializers.CharField()
    publisher = serializers.CharField()
