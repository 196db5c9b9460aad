"""Any list, and any entry, as an Atom feed of what was verified or changed last."""

from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed, rfc3339_date
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _

from roma_network.core.web_addresses import absolute
from roma_network.core.xml_text import xml_safe
from roma_network.export.formats import LICENCE, LICENCE_LINK
from roma_network.export.rdf import identifier
from roma_network.models import Record

MOST = 50
DIRECTORY = "Roma integration directory"


class AtomFeed(Atom1Feed):
    """By RFC 4287, with pages (RFC 5005), tombstones (RFC 6721) and summaries that are no markup."""

    def __init__(self, *, pages=(), gone=(), **texts):
        super().__init__(**safe(texts))
        self.pages, self.gone = pages, gone

    def add_item(self, **texts):
        super().add_item(**safe(texts))

    def root_attributes(self):
        return super().root_attributes() | {"xmlns:at": "http://purl.org/atompub/tombstones/1.0"}

    def add_root_elements(self, handler):
        super().add_root_elements(handler)
        for rel, url in self.pages:
            handler.addQuickElement("link", "", {"rel": rel, "href": url})
        for key, at in self.gone:
            handler.addQuickElement("at:deleted-entry", "", {"ref": key, "when": rfc3339_date(at)})

    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item | {"description": None})
        if item["description"]:
            handler.addQuickElement("summary", item["description"], {"type": "text"})


def safe(texts):
    return {name: xml_safe(text) if isinstance(text, str) else text for name, text in texts.items()}


def list_feed(request, queryset, table):
    """The answer with the rows of `queryset`, which are of `table`, that were touched last."""
    number = page_in(request)
    start = (number - 1) * MOST
    rows = list(queryset.with_touched().order_by("-touched", "-updated_at", "slug")[start : start + MOST + 1])
    title = _("%(what)s: latest verified or changed") % {
        "what": capfirst(queryset.model._meta.verbose_name_plural)
    }
    atom = atom_feed(
        request,
        f"{title} ({chosen})" if (chosen := query_without(request, "format", "page")) else title,
        pages=pages(request, number, is_last=len(rows) <= MOST),
        gone=gone(table) if number == 1 else (),
    )
    for row in rows[:MOST]:
        verified = row.verified_on and make_aware(datetime.combine(row.verified_on, time(12)))
        atom.add_item(
            title=str(row),
            link=absolute(row.get_absolute_url()),
            description=getattr(row, "summary", ""),
            unique_id=identifier(settings.BASE_URL, table.kind, row.slug).value,
            updateddate=max(filter(None, [row.updated_at, verified])),
            pubdate=row.published_at,
        )
    return feed_answer(atom)


def page_in(request):
    text = request.GET.get("page", "")
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 6 and int(text) else 1


def query_without(request, *names):
    """What an address asks for, less these parameters."""
    return urlencode(
        [(name, value) for name, values in request.GET.lists() for value in values if name not in names]
    )


def pages(request, number, *, is_last):
    """The pages around one: relation and address."""
    query = query_without(request, "page")
    around = {"first": 1, "previous": number - 1, "next": 0 if is_last else number + 1}
    return [
        (rel, absolute(f"{request.path}?{query}{f'&page={to}' if to > 1 else ''}"))
        for rel, to in around.items()
        if to
    ]


def gone(table):
    """What readers may have and should drop: whatever the log says to be public no more, the latest first."""
    rows = Record.objects.settled().filter(part=table.name, body=None).order_by("-number")
    return [
        (identifier(settings.BASE_URL, table.kind, key).value, at)
        for key, at in rows.values_list("key", "at")[:MOST]
    ]


def atom_feed(request: HttpRequest, title: str, **more: Any) -> AtomFeed:
    """A feed with nothing in it yet. It leads to the page that shows the same."""
    query = query_without(request, "format", "page")
    url = absolute(request.get_full_path())
    return AtomFeed(
        title=title,
        link=absolute(f"{request.path}?{query}" if query else request.path),
        description="",
        feed_url=url,
        feed_guid=url,
        language="en",
        author_name=DIRECTORY,
        author_link=absolute("/"),
        feed_copyright=LICENCE,
        **more,
    )


def feed_answer(atom: Atom1Feed) -> HttpResponse:
    return HttpResponse(
        atom.writeString("utf-8"),
        content_type="application/atom+xml; charset=utf-8",
        headers={"Link": LICENCE_LINK},
    )
