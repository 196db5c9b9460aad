"""Any list, and any entry, as an Atom feed of what was verified or changed last."""

from datetime import datetime, time

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _

from roma_network.core.web_addresses import absolute
from roma_network.core.xml_text import xml_safe
from roma_network.export.rdf import identifier

MOST = 50


class SafeAtomFeed(Atom1Feed):
    def __init__(self, **texts):
        super().__init__(**safe(texts))

    def add_item(self, **texts):
        super().add_item(**safe(texts))


def safe(texts):
    return {name: xml_safe(text) if isinstance(text, str) else text for name, text in texts.items()}


def feed(request, queryset, kind):
    """The answer with the rows of `queryset` that were touched last; `kind` is as in their identifiers."""
    atom = atom_feed(request, _("Roma integration directory: latest verified or changed"))
    for row in queryset.with_touched().order_by("-touched", "-updated_at", "slug")[:MOST]:
        verified = row.verified_on and make_aware(datetime.combine(row.verified_on, time(12)))
        atom.add_item(
            title=str(row),
            link=absolute(row.get_absolute_url()),
            description=getattr(row, "summary", ""),
            unique_id=identifier(settings.BASE_URL, kind, row.slug).value,
            updateddate=max(filter(None, [row.updated_at, verified])),
            pubdate=row.published_at,
        )
    return answer(atom)


def atom_feed(request: HttpRequest, title: str) -> SafeAtomFeed:
    """A feed with nothing in it yet."""
    url = absolute(request.get_full_path())
    return SafeAtomFeed(
        title=title,
        link=absolute(request.path),
        description="",
        feed_url=url,
        feed_guid=url,
        language="en",
    )


def answer(atom: Atom1Feed) -> HttpResponse:
    return HttpResponse(atom.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
