"""The pages of errors: 400, 403, 404, 500."""

import sys

from django.db import InterfaceError, OperationalError
from django.shortcuts import render

from roma_network.ops import replicas


def bad_request(request, exception):
    return render(request, "400.html", status=400)


def forbidden(request, exception):
    return render(request, "403.html", status=403)


def not_found(request, exception):
    return render(request, "404.html", status=404)


def server_error(request):
    """A failure of ours; or of the database, which passes."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        return replicas.unavailable(request)
    return render(request, "500.html", status=500)
