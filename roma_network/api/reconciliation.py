"""Reconciliation by the W3C community group's API 0.2: OpenRefine and others ask which entries their rows are.

https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/. Candidates come from the one matcher.
An entity is named as `/id/` names it (actor/council-of-europe), so are types (type/academia). Properties are columns.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from itertools import chain
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from roma_network.api import schema
from roma_network.api.endpoints import (
    Endpoint,
    api_view,
    keys_in,
    refuse_unknown,
    whole_parameter,
)
from roma_network.api.errors import ProblemError, bad_parameters
from roma_network.core.clean_text import clean_text
from roma_network.core.read_only import METHODS
from roma_network.editorial import matching
from roma_network.editorial.matching import Candidate, Described, PublicMatcher
from roma_network.export.columns import Column, tables
from roma_network.models import ContentVersion
from roma_network.pages.rate_limit import spend
from roma_network.pages.redirects import moved_or_gone
from roma_network.search import autocomplete
from roma_network.search.facets import shortened

VERSIONS = ["0.2"]
NAME = "Roma integration directory"
MOST_QUERIES = 200  # in one batch
MOST_ENTITIES = 200  # of which one request asks for properties
MOST_PROPERTIES = 100
FOR_ONE = 10  # queries that cost what one request does
MOST_CANDIDATES = 25
SUGGESTED = 10
MOST_SUGGESTED = 100
SLUG = re.compile(r"[a-z0-9-]{1,100}")
PREVIEW = {"width": 420, "height": 320}
SURE, APART = 0.95, 0.85  # the score of a certain match, and the highest that the next may have
# Property of a query → the field of the matcher that it fills.
COMPARED = ("country", "website", "email", "acronym", "native_name", *matching.IDENTIFIERS)


@dataclass(frozen=True)
class EntityKind:
    """A kind of entry that can be asked for. `types`: the vocabulary of its `field`, under `scheme` of `/id/`."""

    name: str
    title: str
    endpoint: Endpoint
    field: str
    scheme: str
    types: Mapping[str, str]
    address: Callable[[Any], str]  # of the frame that shows an entry

    @property
    def model(self) -> Any:
        return self.endpoint.table.model

    def type_of(self, entry: Any) -> list[dict[str, str]]:
        value = getattr(entry, self.field)
        own = {"id": f"{self.scheme}/{value}", "name": str(self.types[value])}
        return [own, {"id": self.name, "name": self.title}]

    def id_of(self, entry: Any) -> str:
        return f"{self.name}/{entry.slug}"

    def described(self, entry: Any) -> str:
        parts = [self.types[getattr(entry, self.field)], getattr(entry, "locality", ""), country_of(entry)]
        return ", ".join(str(part) for part in parts if part)


def country_of(entry):
    return getattr(entry, "country", None) or ""


class Reconciliation:
    """The service, over the kinds of entries that the directory has."""

    def __init__(self, kinds: Sequence[EntityKind], linked: Mapping[str, str]) -> None:
        self.kinds = {kind.name: kind for kind in kinds}
        self.linked = linked  # name of a table → the kind that its rows are

    @cached_property
    def types(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for kind in self.kinds.values():
            whole = {"id": kind.name, "name": kind.title}
            found[kind.name] = whole
            for value, label in kind.types.items():
                key = f"{kind.scheme}/{value}"
                found[key] = {"id": key, "name": str(label), "broader": [whole]}
        return found

    @cached_property
    def properties(self) -> dict[str, Column]:
        found: dict[str, Column] = {}
        for kind in self.kinds.values():
            found = kind.endpoint.table.columns | found
        return found

    # The manifest

    def manifest(self, request: HttpRequest) -> dict[str, Any]:
        origin = settings.BASE_URL
        service = f"{origin}{reverse('api-reconcile')}".rstrip("/")

        def suggested(what):
            return {
                "service_url": service,
                "service_path": f"/suggest/{what}/",
                "flyout_service_url": service,
                "flyout_service_path": f"/flyout/{what}/?id=${{id}}",
            }

        return {
            "versions": VERSIONS,
            "name": NAME,
            "identifierSpace": f"{origin}/id/",
            "schemaSpace": f"{origin}/id/",
            "documentation": f"{origin}{reverse('api')}",
            "view": {"url": f"{origin}/id/{{{{id}}}}"},
            "defaultTypes": [*self.types.values()],
            "preview": {"url": f"{service}/preview/?id={{{{id}}}}", **PREVIEW},
            "suggest": {what: suggested(what) for what in ("entity", "type", "property")},
            "extend": {"propose_properties": {"service_url": service, "service_path": "/properties/"}},
        }

    # Queries

    def answers(self, request: HttpRequest, text: str) -> dict[str, Any]:
        batch = json_of("queries", text)
        if len(batch) > MOST_QUERIES:
            raise bad_parameters(
                {"queries": f"These are {len(batch)} queries. Send at most {MOST_QUERIES} at once."}
            )
        asked = {key: ReconciliationQuery.read(self, key, query) for key, query in batch.items()}
        charge(request, len(asked))
        return {key: {"result": found} for key, found in self.results(asked).items()}

    def results(self, asked: "Mapping[str, ReconciliationQuery]") -> dict[str, list]:
        matchers = {name: matching.public_matcher_of(kind.model) for name, kind in self.kinds.items()}
        offers = {key: offers_for(query, matchers) for key, query in asked.items()}
        keys: dict[str, set[int]] = {name: set() for name in self.kinds}
        for kind, candidate in chain.from_iterable(offers.values()):
            keys[kind.name].add(candidate.pk)
        found = {name: self.entries(kind, pk__in=keys[name]) for name, kind in self.kinds.items()}
        return {
            key: [
                self.result(
                    kind, found[kind.name][each.pk], each, is_sure=number == 0 and stands_apart(several)
                )
                for number, (kind, each) in enumerate(several)
                if each.pk in found[kind.name]
            ][: asked[key].limit]
            for key, several in offers.items()
        }

    def entries(self, kind: EntityKind, **wanted: Any) -> dict[int, Any]:
        linked = [name for name in ("country",) if hasattr(kind.model, name)]
        rows = kind.model.objects.published().filter(**wanted).select_related(*linked)
        return {row.pk: row for row in rows}

    def result(self, kind: EntityKind, entry: Any, candidate: Candidate, *, is_sure: bool) -> dict[str, Any]:
        return {
            "id": kind.id_of(entry),
            "name": str(entry),
            "description": kind.described(entry),
            "score": round(100 * candidate.score, 1),
            "match": is_sure,
            "type": kind.type_of(entry),
            "features": [{"id": name, "value": True} for name in candidate.why],
        }

    # Entities by their identifiers

    def entity(self, identifier: str) -> tuple[EntityKind, Any] | None:
        """The public entry of that name, or the one in its place."""
        return self.entities_of([identifier]).get(identifier)

    def entities_of(self, identifiers: Iterable[str]) -> dict[str, tuple[EntityKind, Any]]:
        """Identifier → entry, of those that are public or were merged into what is."""
        found: dict[str, tuple[EntityKind, Any]] = {}
        names = [(each, *each.partition("/")[::2]) for each in dict.fromkeys(identifiers)]
        for kind in self.kinds.values():
            slugs = {slug: each for each, name, slug in names if name == kind.name and SLUG.fullmatch(slug)}
            entries = self.entries(kind, slug__in=slugs).values()
            found |= {slugs.pop(entry.slug): (kind, entry) for entry in entries}
            gone = kind.model.objects.filter(slug__in=slugs).values_list("slug", flat=True)
            for slug in gone:
                if survivor := moved_or_gone(kind.model, slug).successor:
                    found[slugs[slug]] = (kind, survivor)
        return found

    def extended(self, request: HttpRequest, text: str) -> dict[str, Any]:
        """What entities say of some properties."""
        ids, columns = self.wanted(json_of("extend", text))
        charge(request, len(ids))
        entities = self.entities_of(ids)
        records = self.records(entities.values())
        linked = self.names_of_linked((column, each) for each in records.values() for column in columns)
        rows = {}
        for identifier in ids:
            known = entities.get(identifier)
            record = records[known[0].name, known[1].slug] if known else {}
            rows[identifier] = {
                column.name: self.cells(column, record.get(column.name), linked) for column in columns
            }
        return {"meta": [self.column_meta(column) for column in columns], "rows": rows}

    def wanted(self, asked: dict[str, Any]) -> tuple[list[str], list[Column]]:
        ids, properties = asked.get("ids"), asked.get("properties")
        if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
            raise bad_parameters({"extend": "Give `ids`: a list of texts."})
        if len(ids) > MOST_ENTITIES:
            raise bad_parameters(
                {"extend": f"These are {len(ids)} ids. Send at most {MOST_ENTITIES} at once."}
            )
        if not isinstance(properties, list) or len(properties) > MOST_PROPERTIES:
            raise bad_parameters({"extend": f"Give `properties`: a list of at most {MOST_PROPERTIES}."})
        names = [each.get("id") if isinstance(each, dict) else None for each in properties]
        if unknown := [name for name in names if not isinstance(name, str) or name not in self.properties]:
            raise bad_parameters({"extend": f"{shortened(str(unknown[0]))}: There is no such property."})
        return ids, [self.properties[name] for name in dict.fromkeys(map(str, names))]

    def records(self, entities: Iterable[tuple[EntityKind, Any]]) -> dict[tuple[str, str], dict]:
        """Kind and slug → record."""
        slugs: dict[str, set[str]] = {}
        for kind, entry in entities:
            slugs.setdefault(kind.name, set()).add(entry.slug)
        return {
            (name, record["slug"]): record
            for name, found in slugs.items()
            for record in self.kinds[name].endpoint.records(found)
        }

    def names_of_linked(self, cells: Iterable[tuple[Column, dict]]) -> dict[tuple[str, str], str]:
        """Kind and slug → name, of the entries that these cells lead to."""
        slugs: dict[str, set[str]] = {}
        for column, record in cells:
            if (name := self.leads_to(column)) and column.name in record:
                slugs.setdefault(name, set()).update(keys_in(record[column.name]))
        found = {}
        for name, wanted in slugs.items():
            rows = self.kinds[name].model.objects.published().filter(slug__in=wanted)
            found |= {(name, slug): label for slug, label in rows.values_list("slug", "name")}
        return found

    def cells(self, column: Column, value: Any, linked: Mapping[tuple[str, str], str]) -> list[dict]:
        if value is None or value == "":
            return []
        values = value if isinstance(value, list) else [value]
        firsts = [next(iter(each.values())) if isinstance(each, dict) else each for each in values]
        kind = self.leads_to(column)
        return [cell(each, kind, linked) for each in firsts if each is not None]

    def leads_to(self, column: Column) -> str | None:
        """The kind of entries that its cells name, or that the rows in them begin with."""
        return self.linked.get(column.links or (column.parts[0].links if column.parts else ""))

    def column_meta(self, column: Column) -> dict[str, Any]:
        name = self.leads_to(column)
        about = {"id": column.name, "name": self.title_of(column)}
        return about | ({"type": {"id": name, "name": self.kinds[name].title}} if name else {})

    def title_of(self, column: Column) -> str:
        return str(column.title or column.name)

    # Suggestions

    def suggested_entities(self, prefix: str, names: Sequence[str], start: int) -> list[dict[str, Any]]:
        most = start + SUGGESTED
        index = autocomplete.name_index(ContentVersion.current())
        kinds = {kind.model: kind for kind in self.kinds.values()}
        wanted = [
            (kinds[type(entry)], entry)
            for entry in index.suggest(prefix, most=MOST_SUGGESTED)
            if type(entry) in kinds
        ]
        shown = [
            (kind, entry)
            for kind, entry in wanted
            if not names or {each["id"] for each in kind.type_of(entry)} & set(names)
        ]
        return [
            {
                "id": kind.id_of(entry),
                "name": str(entry),
                "description": kind.described(entry),
                "notable": kind.type_of(entry),
            }
            for kind, entry in shown[start:most]
        ]

    def suggested_types(self, prefix: str) -> list[dict[str, Any]]:
        return [each for each in self.types.values() if speaks_of(prefix, each["id"], each["name"])]

    def suggested_properties(self, prefix: str) -> list[dict[str, Any]]:
        return [
            self.property(column)
            for column in self.properties.values()
            if speaks_of(prefix, column.name, self.title_of(column))
        ]

    def property(self, column: Column) -> dict[str, Any]:
        about = {"id": column.name, "name": self.title_of(column)}
        return about | ({"description": str(column.meaning)} if column.meaning else {})

    def proposed(self, type_: str, limit: int) -> dict[str, Any]:
        """The properties that entities of a type have."""
        kind = self.kind_of_type(type_)
        columns = kind.endpoint.table.columns if kind else self.properties
        found = [self.property(column) for column in columns.values() if column.name != "slug"]
        return {"properties": found[:limit]} | ({"type": type_} if type_ else {})

    def is_of(self, kind: EntityKind, types: Iterable[str]) -> bool:
        return any(self.kind_of_type(each) is kind for each in types)

    def kind_of_type(self, type_: str) -> EntityKind | None:
        schemes = {kind.scheme: kind for kind in self.kinds.values()}
        return self.kinds.get(type_) or schemes.get(type_.partition("/")[0])

    # Flyouts

    def flyout(self, what: str, identifier: str) -> dict[str, str]:
        found = {"entity": self.entity_card, "type": self.type_card, "property": self.property_card}[what]
        html = found(identifier)
        if html is None:
            raise ProblemError(HTTPStatus.NOT_FOUND)
        return {"id": identifier, "html": html}

    def entity_card(self, identifier: str) -> str | None:
        if not (found := self.entity(identifier)):
            return None
        kind, entry = found
        texts = [kind.described(entry), getattr(entry, "summary", "")]
        lines = format_html_join("", "<p>{}</p>", ((text,) for text in texts if text))
        return format_html("<p><strong>{}</strong></p>{}", entry, lines)

    def type_card(self, identifier: str) -> str | None:
        found = self.types.get(identifier)
        return format_html("<p><strong>{}</strong></p>", found["name"]) if found else None

    def property_card(self, identifier: str) -> str | None:
        column = self.properties.get(identifier)
        if column is None:
            return None
        return format_html("<p><strong>{}</strong></p><p>{}</p>", self.title_of(column), column.meaning or "")


@dataclass(frozen=True)
class ReconciliationQuery:
    """One of a batch, as the matcher takes it."""

    described: Described
    kinds: Sequence[EntityKind]
    types: frozenset[str]
    limit: int

    @classmethod
    def read(cls, service: Reconciliation, key: str, query: Any) -> "ReconciliationQuery":
        if not isinstance(query, dict):
            raise bad_parameters(
                {"queries": f"{shortened(key)}: Give an object with `query`, `properties` or both."}
            )
        text = query.get("query", "")
        properties = query.get("properties", [])
        if not isinstance(text, str) or not isinstance(properties, list) or not (text or properties):
            raise bad_parameters(
                {"queries": f"{shortened(key)}: Give a text as `query`, or a list as `properties`."}
            )
        types = query.get("type") or []
        types = [types] if isinstance(types, str) else types
        if not isinstance(types, list) or not all(isinstance(each, str) for each in types):
            raise bad_parameters(
                {"queries": f"{shortened(key)}: Give `type` as a text, or as a list of texts."}
            )
        known = [each for each in types if each in service.types]
        wanted = types and query.get("type_strict") != "should"
        kinds = [kind for kind in service.kinds.values() if not wanted or service.is_of(kind, known)]
        described = described_by(clean_text(text), properties_of(properties), known)
        return cls(described, kinds, frozenset(known if wanted else ()), limit_of(query.get("limit")))

    def types_of(self, kind: EntityKind) -> set[str]:
        """The terms of the vocabulary of a kind that are asked for; none where the whole kind is."""
        if kind.name in self.types:
            return set()
        return {each.partition("/")[2] for each in self.types if each.startswith(f"{kind.scheme}/")}


def offers_for(
    query: ReconciliationQuery, matchers: Mapping[str, PublicMatcher]
) -> list[tuple[EntityKind, Candidate]]:
    found = [
        (kind, each)
        for kind in query.kinds
        for each in matchers[kind.name].candidates(
            query.described, types=query.types_of(kind), most=MOST_CANDIDATES
        )
    ]
    return sorted(found, key=lambda pair: -pair[1].score)


def described_by(text: str, values: Mapping[str, str], types: Sequence[str]) -> Described:
    own = [each.partition("/")[2] for each in types if "/" in each]
    given = {name: values.get(name, "") for name in COMPARED}
    return matching.described_by(
        given
        | {"name": text, "country_id": given["country"].upper(), "type": own[0] if len(own) == 1 else ""}
    )


def properties_of(properties: Iterable[Any]) -> dict[str, str]:
    """Property → its first value, as the directory writes it."""
    found: dict[str, str] = {}
    for each in properties:
        name = each.get("pid") if isinstance(each, dict) else None
        if isinstance(name, str) and name in COMPARED:
            values = each.get("v")
            texts = [plain_text(value) for value in (values if isinstance(values, list) else [values])]
            found.setdefault(name, next(filter(None, texts), "").removeprefix(prefix_of(name)))
    return found


def prefix_of(name: str) -> str:
    """Of the address that an identifier ends, where it is given whole."""
    column = tables["actors"].columns.get(name)
    return column.rdf[0].prefix if column and column.rdf else ""


def plain_text(value: Any) -> str:
    """Of a value, or of an entity that was reconciled already."""
    if isinstance(value, dict):
        value = value.get("id") or value.get("name")
    return clean_text(value) if isinstance(value, str) else ""


def limit_of(value: Any) -> int:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return int(value) if is_number and 1 <= value <= MOST_CANDIDATES else MOST_CANDIDATES


def stands_apart(offers: Sequence[tuple[EntityKind, Candidate]]) -> bool:
    """Whether the first of these is sure, and the next is not nearly so."""
    scores = [each.score for _kind, each in offers]
    return bool(scores) and scores[0] >= SURE and (len(scores) == 1 or scores[1] < APART)


def cell(value: Any, kind: str | None, linked: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    if kind and (kind, value) in linked:
        return {"id": f"{kind}/{value}", "name": linked[kind, value]}
    if isinstance(value, bool):
        return {"str": str(value).lower()}
    if isinstance(value, int):
        return {"int": value}
    return {"float": value} if isinstance(value, float) else {"str": str(value)}


def speaks_of(prefix: str, *texts: str) -> bool:
    return any(prefix.lower() in text.lower() for text in texts)


def json_of(parameter: str, text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise bad_parameters({parameter: "This is not JSON."}) from None
    if not isinstance(value, dict):
        raise bad_parameters({parameter: "Give an object."})
    return value


def charge(request: HttpRequest, amount: int) -> None:
    """What a batch costs beyond a request."""
    if amount > FOR_ONE and (wait := spend(request, amount / FOR_ONE - 1, settings.API_RATE)):
        raise ProblemError(HTTPStatus.TOO_MANY_REQUESTS, wait=wait)


# Views


def sent(request: HttpRequest) -> Mapping[str, str]:
    """The parameters of a request, by whichever method. An address is short, a form may be long."""
    try:
        params = request.POST if request.method == "POST" else request.GET
    except RequestDataTooBig:
        raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE) from None
    except (BadRequest, MultiPartParserError, TooManyFieldsSent, UnicodeError, ValueError):
        raise bad_parameters({"queries": "This form cannot be read."}) from None
    return params


def answered(body: Mapping[str, Any]) -> HttpResponse:
    """With letters escaped, since keys are told as they came: halves of surrogate pairs too."""
    return JsonResponse(body, json_dumps_params={"separators": (",", ":")})


def service_view(service: Reconciliation) -> Callable:
    """The manifest; candidates for `queries`; values for `extend`."""

    @api_view(methods=(*METHODS, "POST"))
    def view(request):
        params = sent(request)
        refuse_unknown(shortened(name) for name in params.keys() - {"queries", "extend"})
        if "queries" in params:
            return answered(service.answers(request, params["queries"]))
        if "extend" in params:
            return answered(service.extended(request, params["extend"]))
        if request.method == "POST":
            raise bad_parameters({"queries": "Send `queries` or `extend`, as a form."})
        return answered(service.manifest(request))

    return view


def suggest_view(service: Reconciliation, what: str) -> Callable:
    @api_view
    def view(request):
        refuse_unknown(
            shortened(name) for name in request.GET.keys() - {"prefix", "cursor", "type", "type_strict"}
        )
        prefix = clean_text(request.GET.get("prefix", ""))[: matching.LONGEST]
        start = cursor_in(request.GET)
        if what == "entity":
            found = service.suggested_entities(prefix, request.GET.getlist("type"), start) if prefix else []
            return answered({"result": found})
        everything = service.suggested_types if what == "type" else service.suggested_properties
        return answered({"result": everything(prefix)[start:][:MOST_SUGGESTED]})

    return view


def cursor_in(params: Mapping[str, str]) -> int:
    return (
        0 if params.get("cursor", "0") in ("", "0") else whole_parameter(params, "cursor", 1, MOST_SUGGESTED)
    )


def flyout_view(service: Reconciliation, what: str) -> Callable:
    @api_view
    def view(request):
        refuse_unknown(shortened(name) for name in request.GET.keys() - {"id"})
        return answered(service.flyout(what, request.GET.get("id", "")))

    return view


def proposal_view(service: Reconciliation) -> Callable:
    @api_view
    def view(request):
        refuse_unknown(shortened(name) for name in request.GET.keys() - {"type", "limit"})
        limit = whole_parameter(request.GET, "limit", MOST_PROPERTIES, MOST_PROPERTIES)
        return answered(service.proposed(request.GET.get("type", ""), limit))

    return view


def preview_view(service: Reconciliation) -> Callable:
    """Leads to the frame that other sites show as well."""

    @api_view
    def view(request):
        refuse_unknown(shortened(name) for name in request.GET.keys() - {"id"})
        if not (found := service.entity(request.GET.get("id", ""))):
            raise ProblemError(HTTPStatus.NOT_FOUND)
        kind, entry = found
        return HttpResponseRedirect(kind.address(entry))

    return view


# Description


def operations(root: str) -> dict[str, Any]:
    """Path → method → operation, for OpenAPI."""
    queries = schema.parameter("queries", f"A batch of at most {MOST_QUERIES} queries, as JSON.")
    extend = schema.parameter(
        "extend", f"At most {MOST_ENTITIES} `ids` and the `properties` to tell of them, as JSON."
    )
    prefix, cursor = (
        schema.parameter("prefix", "What was typed."),
        schema.parameter(
            "cursor", "How many to leave out.", {"type": "integer", "minimum": 0, "maximum": MOST_SUGGESTED}
        ),
    )
    identifier = schema.parameter("id", "What names it: actor/council-of-europe, type/academia, country.")
    types = schema.parameter("type", "Types that it must be of.", schema.many())
    limit = schema.parameter(
        "limit", "How many.", {"type": "integer", "minimum": 1, "maximum": MOST_PROPERTIES}
    )
    text = {"type": "string"}
    form = {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "properties": {"queries": text, "extend": text}}
            }
        },
    }
    said = "The manifest; or candidates for `queries`; or values for `extend` (Reconciliation API 0.2)"
    found: dict[str, Any] = {
        root: {
            "get": openapi_operation(said, "reconcile", [queries, extend]),
            "post": openapi_operation("As GET, for long batches", "reconcile_batch", [])
            | {"requestBody": form},
        }
    }
    found[root]["post"]["responses"]["413"] = schema.problem_response("The form is too long.")
    for what in ("entity", "type", "property"):
        parameters = [prefix, cursor, types] if what == "entity" else [prefix, cursor]
        found[f"{root}suggest/{what}/"] = {
            "get": openapi_operation(
                f"What begins like this: {what}", f"reconcile_suggest_{what}", parameters
            )
        }
        found[f"{root}flyout/{what}/"] = {
            "get": openapi_operation(
                f"A few words about one: {what}", f"reconcile_flyout_{what}", [identifier]
            )
        }
    found[f"{root}properties/"] = {
        "get": openapi_operation(
            "The properties that entities of a type have",
            "reconcile_properties",
            [schema.parameter("type", "A type."), limit],
        )
    }
    found[f"{root}preview/"] = {
        "get": openapi_operation("Leads to a frame that shows an entity", "reconcile_preview", [identifier])
    }
    found[f"{root}preview/"]["get"]["responses"]["302"] = {"description": "The frame is elsewhere."}
    return found


def openapi_operation(summary: str, name: str, parameters: list[dict]) -> dict[str, Any]:
    described = schema.operation(summary, "reconcile", parameters, {"type": "object"})
    return {"operationId": name} | described
