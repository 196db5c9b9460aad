"""Tags and filters that every template of the directory has at hand."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from django.template import Library
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext, to_locale
from django.utils.translation import gettext as _

from roma_network.core.web_addresses import absolute
from roma_network.pages.share import PARTS, TITLES

register = Library()

DATE_FORMATS = {4: "Y", 7: "YEAR_MONTH_FORMAT", 10: "DATE_FORMAT"}


register.simple_tag(absolute)


@register.simple_tag(takes_context=True)
def share(context):
    """What other sites show of a fixed page: filtered, it is that of its list."""
    match = context["request"].resolver_match
    name = match and PARTS.get(match.url_name, match.url_name)
    if name not in TITLES:
        return ""
    return format_html_join(
        "\n    ",
        '<meta property="og:{}" content="{}">',
        [
            ("title", TITLES[name]),
            ("url", absolute(reverse(name))),
            ("image", absolute(reverse("share_page", args=[name]))),
        ],
    )


@register.filter
def language_name(code: str) -> str:
    """The name of a language in the reader's own: "ro" → Romanian."""
    try:
        name = Locale.parse(code, sep="-").get_language_name(to_locale(get_language() or "en"))
    except (UnknownLocaleError, ValueError):
        name = None
    return name or code


@register.simple_tag
def in_language(code, link=True):
    """The attributes of a text in a language, and of the link to what is in that language; none where it is not known."""
    if not code:
        return ""
    return format_html(
        ' lang="{}" dir="auto" hreflang="{}"' if link else ' lang="{}" dir="auto"',
        *[code] * (2 if link else 1),
    )


@register.filter
def partial_date(value: str) -> str:
    """A partial date as readers write it, no more exact than it is: "2011-04" → April 2011."""
    return format_html('<time datetime="{}">{}</time>', value, written_date(value)) if value else ""


def written_date(value: str) -> str:
    """A partial date in words alone."""
    return date_format(date.fromisoformat((value + "-01-01")[:10]), DATE_FORMATS[len(value)]) if value else ""


@register.filter
def folded(rows, most):
    """What of a long list is shown at once, and what is folded: nothing where that would hide two or three."""
    rows = list(rows)
    return (rows, []) if len(rows) <= most + 2 else (rows[:most], rows[most:])


@register.filter
def period(row: Any, backed: dict[str, list] | None = None) -> str:
    """From start to end of an initiative or a participation, as far as known. With `backed`, each with its notes."""
    backed = backed or {"start": [], "end": []}
    if row.start and row.start == row.end:
        return format_html("{}{}", partial_date(row.start), markers(backed["start"], backed["end"]))
    start, end = (
        format_html("{}{}", date, markers(backed[name])) if date else ""
        for name, date in (("start", partial_date(row.start)), ("end", partial_date(row.end)))
    )
    if start and end:
        is_in_words = max(len(row.start), len(row.end)) > len("2014")
        return format_html("{} – {}" if is_in_words else "{}–{}", start, end)
    if start:
        return format_html(_("from {}"), start)
    return format_html(_("until {}"), end) if end else ""


@register.simple_tag
def few(entries: Iterable[Any], most: int = 3) -> str:
    """Their names, of many the first: “Hungary, Romania and 5 more”."""
    entries = list(entries)
    shown = ", ".join(str(getattr(entry, "short_name", entry)) for entry in entries[:most])
    left = len(entries) - most
    if left <= 0:
        return shown
    return ngettext("%(shown)s and %(n)d more", "%(shown)s and %(n)d more", left) % {
        "shown": shown,
        "n": left,
    }


@register.filter
def money(row: Any) -> str:
    """An amount with its currency, as readers write it: € 1,700,000."""
    sign = {"EUR": "€"}.get(row.currency, row.currency)
    return f"{sign} {floatformat(row.amount, '0g')}"


@register.filter
def hostname(url):
    """What a reader recognises of an address: www.coe.int → coe.int."""
    return urlsplit(url).netloc.removeprefix("www.")


@register.filter
def breakable(text):
    """A host or a mailbox in a narrow column: it breaks at its dots, not within a word."""
    return format_html_join(mark_safe("<wbr>"), "{}", ((part,) for part in re.split(r"(?=[.@])", text)))


@register.simple_tag
def place(actor: Any) -> str:
    """Where an actor sits: locality, country, or both."""
    country = actor.country.label if actor.country else ""
    if actor.locality and country:
        return _("%(locality)s, %(country)s") % {"locality": actor.locality, "country": country}
    return actor.locality or country


def fact_list(facts: Iterable[str]) -> str:
    """The short facts of a card, beside one another."""
    items = "".join(f"<li>{conditional_escape(fact)}</li>" for fact in facts)
    return SafeString(f'<ul class="facts">{items}</ul>\n')


@register.simple_tag
def acronym(entry: Any) -> str:
    """The acronym behind a name that does not hold it already."""
    if not entry.acronym or entry.acronym in entry.name:
        return ""
    return format_html(' <span class="acronym">{}</span>', entry.acronym)


@register.simple_tag
def markers(*lists):
    """Raised numbers that open the notes, to stand behind a fact, or behind several that are one to readers."""
    notes = sorted(
        {note.number: note for notes in lists for note in notes}.values(), key=lambda note: note.number
    )
    buttons = format_html_join(
        "", '<button{} popovertarget="note-{}" aria-label="{}">{}</button>', map(marker, notes)
    )
    return format_html('<sup class="markers">{}</sup>', buttons) if notes else ""


def marker(note):
    place = "" if note.is_marked else format_html(' id="marker-{}"', note.number)
    note.is_marked = True
    return place, note.number, _("Source %(number)d") % {"number": note.number}, note.number


@register.simple_tag
def cited(row, *facts):
    """The markers of these facts of a row, on pages that give rows their notes."""
    backed = getattr(row, "backed", {})
    return markers(*(backed.get(fact, ()) for fact in facts))


@register.simple_tag(takes_context=True)
def broken(context, url):
    """A warning behind a link that has not worked for some days, with a way to an archived copy."""
    if url not in context.get("dead_links", ()):
        return ""
    return format_html(
        ' <span class="broken">{} <a href="{}" rel="external">{}</a></span>',
        _("Broken link."),
        f"https://web.archive.org/web/{url}",
        _("Look in the Internet Archive"),
    )


@register.simple_tag(takes_context=True)
def nav_link(context, url_name, label):
    """A link of the main navigation, marked where it leads to this page or to its list."""
    url, path = reverse(url_name), context["request"].path
    current = "page" if path == url else "true" if path.startswith(url) else None
    attribute = format_html(' aria-current="{}"', current) if current else ""
    return format_html('<a href="{}"{}>{}</a>', url, attribute, label)
