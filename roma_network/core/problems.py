"""Errors as programs read them (RFC 9457, problem details), at the addresses of the API."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

API = "/api/"
MEDIA_TYPE = "application/problem+json"


def is_asked_by_program(request: HttpRequest) -> bool:
    return request.path.startswith(API)


def problem(
    status: int, detail: Any = "", *, title: str = "", errors: Mapping[str, Any] | None = None
) -> HttpResponse:
    """`errors` maps parameters that cannot be used to reasons."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title or HTTPStatus(status).phrase,
        "status": int(status),
    }
    if detail:
        body["detail"] = str(detail)
    if errors:
        body["errors"] = [{"parameter": name, "detail": str(reason)} for name, reason in errors.items()]
    headers = {"Access-Control-Allow-Origin": "*"}
    return JsonResponse(body, status=status, content_type=MEDIA_TYPE, headers=headers)
