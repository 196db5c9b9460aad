"""What answers at the address of an entry: its page, or the file, feed or reference that is asked for."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from roma_network.changes import entry_feed
from roma_network.core.web_addresses import absolute
from roma_network.export import formats, references, responses, structured_data
from roma_network.export.columns import Table
from roma_network.models import Editorial
from roma_network.pages.redirects import instead_of

Refer = Callable[[Any], references.Reference]


def respond(
    request: HttpRequest, table: Table, slug: str, refer: Refer, page: Callable[..., HttpResponse]
) -> HttpResponseBase:
    """`page` draws the entry. Where it is not public, what answers in its place."""
    model: Any = table.model
    entry = model.objects.published().for_detail().filter(slug=slug).first()
    if entry is None:
        return entry_feed.feed_of_withdrawn(request, table, slug) or instead_of(request, model, slug)
    file = (
        references.requested(request, refer(entry))
        or entry_feed.requested(request, table, entry)
        or responses.requested(request, table, model.objects.filter(pk=entry.pk))
    )
    return file or page(request, entry)


def context_of(table: Table, entry: Editorial, refer: Refer) -> dict[str, Any]:
    """What the pages of all entries show."""
    path = entry.get_absolute_url()  # type: ignore[attr-defined]  # each kind has its own
    return {
        "structured_data": structured_data.of_entry(table, entry.pk, absolute(path)),
        **references.page_context(path, refer(entry)),
        "downloads": responses.downloads(path, offered=formats.offered_for(table)),
    }
