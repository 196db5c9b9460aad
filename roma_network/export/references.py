"""How to cite a page of the directory, or a work that it lists: in words, and for the programs that keep references.

BibTeX as biblatex reads it, RIS, and CSL-JSON, which Zotero and others read.
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

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


class Medium(NamedTuple):
    """What each program calls a kind of work."""

    bibtex: str
    ris: str
    csl: str


WEB_PAGE = Medium("online", "ELEC", "webpage")


class Reference(NamedTuple):
    """What is cited. `author` is a body, never a person; `date` a partial date, empty where it is not known."""

    key: str
    title: str
    words: str
    url: str
    author: str = ""
    container: str = ""  # what it is a part of
    date: str = ""
    language: str = ""
    medium: Medium = WEB_PAGE


def of_entry(entry: Editorial, kind: str) -> Reference:
    """The directory's page on an entry, in the version of the day on which it was last changed."""
    url, day = identifier(settings.BASE_URL, kind, entry.slug).value, timezone.localtime(entry.updated_at)
    values = {
        "name": entry.name,  # type: ignore[attr-defined]  # actors and initiatives have one
        "directory": DIRECTORY,
        "day": date_format(day, "DATE_FORMAT"),
        "url": url,
    }
    words = _("“%(name)s”. %(directory)s, version of %(day)s. %(url)s") % values
    return Reference(entry.slug, values["name"], words, url, DIRECTORY, DIRECTORY, f"{day:%Y-%m-%d}")


def requested(request: HttpRequest, reference: Reference) -> HttpResponse | None:
    """The reference that `?format=` asks for as a file, or None where it asks for none."""
    asked = formats.REFERENCES.get(request.GET.get("format"))  # type: ignore[arg-type]  # None is no format
    return responses.file(WRITERS[asked.name](reference), asked, reference.key) if asked else None


def page_context(path: str, reference: Reference) -> dict[str, Any]:
    """What the page of an entry shows: the reference in words, and the addresses of its files."""
    return {
        "reference": reference.words,
        "references": responses.downloads(path, offered=formats.REFERENCES),
    }


def bibtex(reference: Reference) -> str:
    fields = {
        "title": f"{{{escaped(reference.title)}}}",
        "author": f"{{{escaped(reference.author)}}}" if reference.author and not reference.container else "",
        "organization": escaped(reference.container),
        "date": reference.date,
        "langid": reference.language,
        "url": reference.url,
    }
    lines = (f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@{reference.medium.bibtex}{{{reference.key},\n{''.join(lines)}}}\n"


def escaped(text: str) -> str:
    return "".join(SPECIAL.get(letter, letter) for letter in text)


def ris(reference: Reference) -> str:
    return "".join(f"{tag}  - {value}\r\n" for tag, value in ris_lines(reference) if value or tag == "ER")


def ris_lines(reference: Reference) -> Iterator[tuple[str, str]]:
    yield "TY", reference.medium.ris
    yield "TI", reference.title
    if not reference.container:
        yield "AU", f"{reference.author}," if reference.author else ""  # the comma: a name of one part
    yield "T2", reference.container
    yield "PB", reference.author
    yield "DA", f"{reference.date.replace('-', '/')}"
    yield "PY", reference.date[:4]
    yield "LA", reference.language
    yield "UR", reference.url
    yield "ER", ""


def csl(reference: Reference) -> str:
    issued = [int(part) for part in reference.date.split("-") if part]
    item = {
        "id": reference.key,
        "type": reference.medium.csl,
        "title": reference.title,
        "author": [{"literal": reference.author}] if reference.author and not reference.container else [],
        "container-title": reference.container,
        "publisher": reference.author,
        "issued": {"date-parts": [issued]} if issued else {},
        "language": reference.language,
        "URL": reference.url,
    }
    filled = {name: value for name, value in item.items() if value}
    return json.dumps([filled], ensure_ascii=False, indent=1) + "\n"


WRITERS = {"bib": bibtex, "ris": ris, "csl": csl}
