"""How to cite an entry of the directory: in words, and for the programs that keep references."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from roma_network.export import formats, responses
from roma_network.export.atom import DIRECTORY
from roma_network.export.rdf import identifier
from roma_network.models import Editorial

SPECIAL = {letter: f"\\{letter}" for letter in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def requested(request: HttpRequest, entry: Editorial, kind: str) -> HttpResponse | None:
    """The reference that `?format=` asks for as a file, or None where it asks for none."""
    asked = formats.REFERENCES.get(request.GET.get("format"))  # type: ignore[arg-type]  # None is no format
    if asked is None:
        return None
    url, day = address(request, entry, kind), timezone.localtime(entry.updated_at)
    return responses.file(WRITERS[asked.name](entry, url, day), asked, entry.slug)


def page_context(request: HttpRequest, entry: Editorial, kind: str) -> dict[str, Any]:
    """What the page of an entry shows: the reference in words, and the addresses of its files."""
    return {
        "reference": in_words(entry, address(request, entry, kind)),
        "references": responses.downloads(entry.get_absolute_url(), offered=formats.REFERENCES),  # type: ignore[attr-defined]  # each kind has its own
    }


def address(request, entry, kind):
    return identifier(settings.BASE_URL, kind, entry.slug).value


def in_words(entry, url):
    values = {
        "name": entry.name,
        "directory": DIRECTORY,
        "day": date_format(timezone.localtime(entry.updated_at), "DATE_FORMAT"),
        "url": url,
    }
    return _("“%(name)s”. %(directory)s, version of %(day)s. %(url)s") % values


def bibtex(entry, url, day):
    name = "".join(SPECIAL.get(letter, letter) for letter in entry.name)
    return (
        f"@online{{{entry.slug},\n  title = {{{{{name}}}}},\n  organization = {{{DIRECTORY}}},\n"
        f"  date = {{{day:%Y-%m-%d}}},\n  url = {{{url}}},\n}}\n"
    )


def ris(entry, url, day):
    lines = [
        ("TY", "WEB"),
        ("TI", entry.name),
        ("T2", DIRECTORY),
        ("PB", DIRECTORY),
        ("DA", f"{day:%Y/%m/%d}"),
        ("PY", f"{day:%Y}"),
        ("UR", url),
        ("ER", ""),
    ]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in lines)


def csl(entry, url, day):
    item = {
        "id": entry.slug,
        "type": "webpage",
        "title": entry.name,
        "container-title": DIRECTORY,
        "publisher": DIRECTORY,
        "issued": {"date-parts": [[day.year, day.month, day.day]]},
        "URL": url,
    }
    return json.dumps([item], ensure_ascii=False, indent=1) + "\n"


WRITERS = {"bib": bibtex, "ris": ris, "csl": csl}
