"""Errors as programs read them (RFC 9457), at the addresses of the API."""

from http import HTTPStatus

from django.http import JsonResponse

API = "/api/"
PROBLEM = "application/problem+json"


def is_asked_by_program(request):
    return request.path.startswith(API)


def problem(status, detail):
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": str(detail),
    }
    return JsonResponse(
        body, status=status, content_type=PROBLEM, headers={"Access-Control-Allow-Origin": "*"}
    )
