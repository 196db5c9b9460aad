"""The address that probes ask for whether this process can serve pages (health check)."""

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from roma_network.core.read_only import read_only
from roma_network.ops import replicas


@never_cache
@read_only
def health(request: HttpRequest) -> HttpResponse:
    """200 while public pages can be read from a database, else 503. Each database is named with its state."""
    versions = {alias: replicas.version_at(alias) for alias in [DEFAULT_DB_ALIAS, *settings.REPLICAS]}
    dead = [replicas.replica_name(alias) for alias, version in versions.items() if not version]
    text = "".join(f"{alias} unreachable\n" for alias in dead) or "ok\n"
    status = 200 if any(versions.values()) else 503
    return HttpResponse(text, content_type="text/plain", status=status)
