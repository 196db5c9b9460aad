"""How to cite an entry of the directory: in words, and for the programs that keep references."""

import json

from django.http import HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

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


def in_words(entry, url):
    values = {
        "name": entry.name,
        "directory": DIRECTORY,
        "day": date_format(timezone.localtime(entry.updated_at), "DATE_FORMAT"),
        "url": url,
    }
    return _("“%(name)s”. %(directory)s, version of %(day)s. %(url)s") % values


def file(entry, url, asked):
    """The reference as a file in one of the formats."""
    content = {"bib": bibtex, "ris": ris, "csl": csl}[asked](entry, url, timezone.localtime(entry.updated_at))
    name = f"{entry.slug}.{'json' if asked == 'csl' else asked}"
    return HttpResponse(
        content, content_type=TYPES[asked], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


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
