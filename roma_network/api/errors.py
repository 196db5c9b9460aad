"""Errors of the API, told as problem details."""

from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from roma_network.core.problems import problem


class ProblemError(Exception):
    """An answer that says what is wrong. `errors` maps parameters to reasons."""

    def __init__(
        self, status: HTTPStatus, title: str = "", *, errors: Mapping[str, Any] | None = None, wait: int = 0
    ) -> None:
        super().__init__(title or status.phrase)
        self.status, self.title, self.errors, self.wait = status, title, errors, wait

    def response(self) -> HttpResponse:
        response = problem(self.status, title=self.title, errors=self.errors)
        if self.wait:
            response["Retry-After"] = str(self.wait)
        return response


def bad_parameters(errors: Mapping[str, Any]) -> ProblemError:
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
        except ProblemError as error:
            return error.response()
        except Http404:
            return ProblemError(HTTPStatus.NOT_FOUND).response()

    return inner
