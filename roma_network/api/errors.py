"""Errors of the API, as RFC 9457 describes them (problem details)."""

from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

MEDIA_TYPE = "application/problem+json"


class ProblemError(Exception):
    """An answer that says what is wrong. `errors` maps parameters to reasons."""

    def __init__(
        self, status: HTTPStatus, title: str = "", *, errors: Mapping[str, Any] | None = None, wait: int = 0
    ) -> None:
        super().__init__(title or status.phrase)
        self.status, self.title, self.errors, self.wait = status, title or status.phrase, errors, wait

    def response(self) -> HttpResponse:
        body: dict[str, Any] = {"type": "about:blank", "title": self.title, "status": self.status}
        if self.errors:
            body["errors"] = [
                {"parameter": name, "detail": str(reason)} for name, reason in self.errors.items()
            ]
        headers = {"Retry-After": str(self.wait)} if self.wait else {}
        return JsonResponse(body, status=self.status, headers=headers, content_type=MEDIA_TYPE)


def bad_request(errors: Mapping[str, Any]) -> ProblemError:
    """A 400 that names each parameter that cannot be used."""
    return ProblemError(
        HTTPStatus.BAD_REQUEST, "This address cannot be answered as it stands.", errors=errors
    )


def told_as_problems(view: Callable) -> Callable:
    """Have a view answer in JSON whatever goes wrong."""

    @wraps(view)
    def inner(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except ProblemError as problem:
            return problem.response()
        except Http404:
            return ProblemError(HTTPStatus.NOT_FOUND).response()

    return inner
