"""A filtered view as a picture: the same filters and addresses as its list, drawn on the server as SVG.

A page shows the drawing with an equal in words. The drawing alone can be had as a file, and framed by other sites.
"""

import re
from collections.abc import Callable
from functools import cache, wraps
from math import sqrt

from csp.decorators import csp_replace
from django.conf import settings
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.clickjacking import xframe_options_exempt
from font_roboto import Roboto, RobotoBold

from roma_network.core.xml_text import xml_safe
from roma_network.environment import BASE_DIR
from roma_network.export import responses
from roma_network.export.csv_files import csv_line
from roma_network.export.formats import PICTURES
from roma_network.pages.listing import Listing

PIXELS = 1600  # the width of a PNG, unless it would have
MOST_PIXELS = 8_000_000  # in all: its price goes by that
HEAD, FOOT = 44, 32  # units above and beneath the drawing in a file
ANYBODY = ["*"]
LETTERS = [Roboto, RobotoBold]  # where a server has no fonts, names would be missing


class Drawing:
    """What a page with a picture has: the drawing, files of it, and the address of its embed.

    `name` is that of the template `pictures/_<name>.html`, which draws, and of the files. Subclasses say where their
    page, their embed and their files are: `page_url`, `embed_url`, `downloads`.
    """

    name: str
    formats = PICTURES

    def prepare(self):
        """Compute what the drawing, its words and its files share."""

    def respond(self, embedded):
        self.prepare()
        asked = self.formats.get(self.request.GET.get("format"))
        if asked and not embedded:
            return responses.file(getattr(self, f"as_{asked.name}")(), asked, f"roma-{self.name}")
        template = "pictures/embed.html" if embedded else f"pictures/{self.name}.html"
        return render(self.request, template, self.context())

    def context(self):
        return {"picture": self, "drawing": self.drawing, "rejected": self.rejected}

    @property
    def drawing(self):
        return f"pictures/_{self.name}.html"

    @property
    def size(self):
        """Width and height of the drawing, in units."""
        raise NotImplementedError

    @property
    def total_height(self):
        """Of the drawing as a file, with a title above and a line beneath."""
        return self.size[1] + HEAD + FOOT

    @property
    def pixels(self):
        """The width of a PNG."""
        return min(PIXELS, int(sqrt(MOST_PIXELS * self.size[0] / self.total_height)))

    @property
    def caption_y(self):
        return self.total_height - FOOT // 3

    def rows(self):
        """What is drawn, as rows of a table with a heading."""
        raise NotImplementedError

    @property
    def standalone(self):
        """The drawing as a document of its own, in the colours of a bright page."""
        context = {
            "picture": self,
            "drawing": self.drawing,
            "css": rules(),
            "origin": settings.BASE_URL,
        }
        return in_bright_colours(xml_safe(render_to_string("pictures/standalone.svg", context)))

    def as_svg(self):
        return self.standalone

    def as_png(self):
        import resvg_py  # here, since few workers ever draw one

        return bytes(resvg_py.svg_to_bytes(svg_string=self.standalone, width=self.pixels, font_files=LETTERS))

    def as_csv(self):
        return "".join(map(csv_line, self.rows()))


class Picture(Drawing, Listing):  # type: ignore[misc]  # it responds as a drawing does
    """A picture of a filtered list. `address` and `list_address` name picture and list in the URL configuration."""

    address: str
    list_address: str
    streamed = ()
    sorts = ()

    def respond(self, embedded):
        return self.moved or super().respond(embedded)

    @property
    def rejected(self):
        return self.filterset.rejected

    def context(self):
        return super().context() | {"listing": self}

    @property
    def count(self):
        """The number of entries that match."""
        return int(self.tally.mask().sum())

    @property
    def page_url(self):
        """The page of this picture: the same whether it is asked for there or in a frame."""
        return reverse(self.address) + self.query

    @property
    def embed_url(self):
        return reverse(f"embed_{self.address}") + self.query

    @property
    def downloads(self):
        return responses.downloads(reverse(self.address), self.parameters, self.formats)

    @property
    def list_url(self):
        return reverse(self.list_address) + self.query

    def list_url_with(self, name, value):
        """The list with one facet set to this value alone."""
        others = [pair for pair in self.parameters if pair[0] != name]
        return f"{reverse(self.list_address)}?{urlencode([*others, (name, value)])}"


def framed(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let other sites show the answers of a view in a frame."""
    return wraps(view)(xframe_options_exempt(csp_replace({"frame-ancestors": ANYBODY})(view)))


@cache
def rules():
    """The style of drawings alone."""
    return "\n".join(re.findall(r"^  (\.drawing [^{]+\{[^}]+\})", stylesheet("pictures.css"), re.MULTILINE))


@cache
def bright_colours():
    """Name → colour, as on a bright page."""
    bright = stylesheet("base.css").partition("@media screen and (prefers-color-scheme: dark)")[0]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", bright))


def stylesheet(name):
    return (BASE_DIR / "static" / "css" / name).read_text(encoding="utf-8")


def in_bright_colours(svg: str) -> str:
    """With colours in place of their names, as any viewer reads them."""
    return re.sub(r"var\(--([\w-]+)\)", lambda match: bright_colours()[match[1]], svg)
