"""Template tags that draw the marks of actor types."""

from django.template import Library
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from stakeholders.models import ActorType

NONE, CHECKED = mark_safe(' class="none"'), mark_safe(" checked")

register = Library()


@register.inclusion_tag("partials/_shapes.html")
def shapes():
    """The symbols that marks are drawn from, once on each page."""
    return {"types": ActorType}


@register.simple_tag
def shape(actor_type):
    """The mark of an actor type: a shape and a colour."""
    return format_html('<svg class="shape" aria-hidden="true"><use href="#shape-{}"/></svg>', actor_type)


@register.simple_tag
def facet_options(facet, options):
    """The boxes to tick of a facet. A page has 150: a template for each took a fourth of the time of the page."""
    return format_html_join(
        "\n",
        '<label{}><input type="checkbox" name="{}" value="{}"{}> <span>{}{}</span> <span class="count">{}</span></label>',
        [
            (
                "" if option.count else NONE,
                facet.name,
                option.value,
                CHECKED if option.chosen else "",
                shape(option.value) if facet.shaped else "",
                option.label,
                option.count,
            )
            for option in options
        ],
    )
