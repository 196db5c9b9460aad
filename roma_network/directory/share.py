"""Pictures of pages for other sites that link to them (Open Graph): name, type, place and numbers, drawn by resvg."""

from textwrap import wrap
from typing import NamedTuple

from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from initiatives.models import Document, Initiative
from roma_network.core.xml_text import xml_safe
from roma_network.directory import home
from roma_network.pages.http_cache import public
from roma_network.pages.pictures import LETTERS, in_bright_colours
from roma_network.pages.redirects import instead_of
from roma_network.pages.share import TITLES
from roma_network.pages.template_tags import place
from stakeholders.models import Actor, Country

WIDTH, HEIGHT = 1200, 630  # pixels, as the networks ask for
LINES = (
    (26, 76),
    (34, 58),
    (46, 44),
)  # letters in a line, and their height: the largest of which three lines suffice
MOST_LINES = 3
COST = {"": 30}


class Share(NamedTuple):
    """A picture: what is largest, what stands above and beneath it, and the type whose shape it bears."""

    title: str
    above: str = ""
    beneath: str = ""
    type: str = ""

    @property
    def lines(self):
        """The title in lines, each with its place, and their height."""
        letters, size = next(
            (each for each in LINES if len(wrap(self.title, each[0])) <= MOST_LINES), LINES[-1]
        )
        parts = wrap(self.title, letters)[:MOST_LINES]
        return [(220 + size + row * round(size * 1.2), part) for row, part in enumerate(parts)], size


def of_actor(actor):
    number = actor.participations.with_public("initiative").values("initiative").distinct().count()
    initiatives = ngettext("%(n)d initiative", "%(n)d initiatives", number) % {"n": number}
    return Share(actor.name, actor.type_name, joined(place(actor), initiatives if number else ""), actor.type)


def of_initiative(initiative):
    number = initiative.participations.with_public("actor").values("actor").distinct().count()
    actors = ngettext("%(n)d actor", "%(n)d actors", number) % {"n": number}
    years = "–".join(dict.fromkeys(filter(None, [initiative.start[:4], initiative.end[:4]])))
    return Share(initiative.name, initiative.get_kind_display(), joined(years, actors if number else ""))


def of_document(document):
    publisher = document.publisher.name if document.publisher and document.publisher.is_published else ""
    return Share(document.title, document.get_kind_display(), joined(document.date[:4], publisher))


def of_country(country):
    number = country.actors.published().count()
    actors = ngettext("%(n)d actor", "%(n)d actors", number) % {"n": number}
    return Share(country.label, country.membership_name, actors if number else "")


KINDS = {
    "actor": (Actor.objects.published().select_related("country"), "slug", of_actor),
    "initiative": (Initiative.objects.published(), "slug", of_initiative),
    "document": (Document.objects.published().select_related("publisher"), "slug", of_document),
    "country": (Country.objects.all(), "code", of_country),
}


def joined(*parts):
    return "  ·  ".join(filter(None, parts))


@public(costs=COST)
def entry(request, kind, slug):
    if kind not in KINDS:
        raise Http404
    rows, field, share_of = KINDS[kind]
    row = rows.all().filter(**{field: slug}).first()
    if row is None and field == "slug":
        return instead_of(request, rows.model, slug)
    if row is None:
        raise Http404
    return drawn(share_of(row))


@public(costs=COST)
def page(request, name):
    if name not in TITLES:
        raise Http404
    totals = home.totals(request.content_version)
    said = _("%(actors)d actors, %(initiatives)d initiatives and %(countries)d countries") % totals
    return drawn(Share(str(TITLES[name]), "", said))


def drawn(share):
    import resvg_py  # here, since few workers ever draw one

    lines, size = share.lines
    context = {"share": share, "lines": lines, "size": size, "width": WIDTH, "height": HEIGHT}
    svg = in_bright_colours(xml_safe(render_to_string("pictures/share.svg", context)))
    image = bytes(resvg_py.svg_to_bytes(svg_string=svg, width=WIDTH, font_files=LETTERS))
    return HttpResponse(image, content_type="image/png")
