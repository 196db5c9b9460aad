"""How to cite an entry of the directory: in words, and for the programs that keep references."""

import json

from django.http import HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from roma_network.export import responses
from roma_network.export.rdf import identifier, origin_of

FORMATS = {"bib": "BibTeX", "ris": "RIS", "csl": "CSL-JSON"}
TYPES = {
    "bib": "application/x-bibtex; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "csl": "application/vnd.citationstyles.csl+json",
}
DIRECTORY = "Roma integration directory"
SPECIAL = {letter: f"\\{letter}" for letter in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def requested(request, entry, kind):
    """The reference that `?format=` asks for as a file, or None where it asks for none."""
    asked = request.GET.get("format")
    if asked not in FORMATS:
        return None
    url, day = address(request, entry, kind), timezone.localtime(entry.updated_at)
    content = {"bib": bibtex, "ris": ris, "csl": csl}[asked](entry, url, day)
    name = f"{entry.slug}.{'json' if asked == 'csl' else asked}"
    return HttpResponse(
        content, content_type=TYPES[asked], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def page_context(request, entry, kind):
    """What the page of an entry shows: the reference in words, and the addresses of its files."""
    return {
        "reference": in_words(entry, address(request, entry, kind)),
        "references": responses.downloads(entry.get_absolute_url(), formats=FORMATS),
    }


def address(request, entry, kind):
    return identifier(origin_of(request), kind, entry.slug).value


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
