"""Template tags that draw actors in lists, and the marks of their types."""

from html import escape

from django.template import Library
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from roma_network.pages import template_tags as tags
from stakeholders.models import ActorType

NONE, CHECKED = ' class="none"', " checked"

register = Library()


@register.inclusion_tag("partials/_shapes.html")
def shapes():
    """The symbols that marks are drawn from, once on each page."""
    return {"types": ActorType}


@register.simple_tag
def shape(actor_type):
    """The mark of an actor type: a shape and a colour."""
    return SafeString(
        f'<svg class="shape" aria-hidden="true"><use href="#shape-{escape(actor_type)}"/></svg>'
    )


@register.simple_tag
def actor_card(actor):
    """An actor in a list. A page has 25: a template for each took a fourth of the time of the page."""
    names = "".join(native_names(actor))
    return SafeString(
        f'<li class="entry">\n<h3>{heading(actor)}</h3>\n{names}'
        f"{tags.fact_list(facts_on_card(actor))}<p>{escape(actor.summary)}</p>\n</li>\n"
    )


def heading(actor):
    """An authority by its place, all others by their name."""
    place_name = actor.place_name
    behind = (
        f' <span class="acronym">{escape(actor.get_form_display())}</span>'
        if place_name
        else tags.acronym(actor)
    )
    link = f'<a href="{actor.get_absolute_url()}">{escape(place_name or actor.name)}</a>'
    return f"{shape(actor.type)}{link}{behind}"


def native_names(actor):
    """The whole name of an authority, and the name in its own language."""
    if actor.place_name:
        yield f'<p class="native">{escape(actor.name)}</p>\n'
    if actor.native_name:
        yield f'<p class="native" lang="{escape(actor.native_language)}" dir="auto">{escape(actor.native_name)}</p>\n'


def facts_on_card(actor):
    yield str(actor.type_name)
    if where := tags.place(actor):
        yield where
    if count := getattr(actor, "initiative_count", 0):
        yield ngettext("%(n)s initiative", "%(n)s initiatives", count) % {"n": count}
    if actor.email:
        yield format_html('<a href="mailto:{}">{}</a>', actor.email, actor.email)
    if actor.closed:
        yield format_html("{} {}", _("Closed"), tags.partial_date(actor.closed))
    if actor.successor and actor.successor.is_published:
        today = pgettext("the body that stands where another stood", "today {}")
        link = '<a href="{}">{}</a>'
        yield format_html(today, format_html(link, actor.successor.get_absolute_url(), actor.successor.name))


@register.simple_tag
def facet_options(facet, options):
    """The boxes to tick of a facet. A page has 150: a template for each took a fourth of the time of the page."""
    name = escape(facet.name)
    return SafeString(
        "\n".join(
            f"<label{'' if option.count else NONE}>"
            f'<input type="checkbox" name="{name}" value="{escape(option.value)}"{CHECKED if option.chosen else ""}> '
            f"<span>{shape(option.value) if facet.shaped else ''}{escape(option.label)}</span> "
            f'<span class="count">{option.count}</span></label>'
            for option in options
        )
    )
