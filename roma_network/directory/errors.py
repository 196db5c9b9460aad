"""The pages of errors: 400, 403, 404, 500; at the addresses of the API what programs read."""

import sys

from django.db import InterfaceError, OperationalError
from django.shortcuts import render
from django.utils.translation import gettext as _

from roma_network.core.problems import is_asked_by_program, problem
from roma_network.ops import replicas


def bad_request(request, exception):
    return error(request, 400, _("The request could not be understood."))


def forbidden(request, exception):
    return error(request, 403, _("This is not for everybody."))


def not_found(request, exception):
    return error(request, 404, _("There is nothing at this address."))


def server_error(request):
    """A failure of ours; or of the database, which passes."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        return replicas.unavailable(request)
    return error(request, 500, _("Something went wrong here. It has been noted."))


def error(request, status, detail):
    if is_asked_by_program(request):
        return problem(status, detail)
    return render(request, f"{status}.html", status=status)
