"""Views that only tell, and so need no CSRF token: whatever else is asked of them is refused before a cookie or a token is looked for."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from roma_network.core.problems import is_asked_by_program, problem

METHODS = ("GET", "HEAD")


def read_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @csrf_exempt
    @wraps(view)
    def answered(request, *args, **kwargs):
        return view(request, *args, **kwargs) if request.method in METHODS else not_allowed(request)

    return answered


def not_allowed(request: HttpRequest) -> HttpResponse:
    if is_asked_by_program(request):
        response = problem(405, _("What is here can only be read."))
    else:
        response = render(request, "405.html", status=405)
    response["Allow"] = ", ".join(METHODS)
    return response
