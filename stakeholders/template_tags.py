"""Template tags that draw the marks of actor types."""

from django.template import Library
from django.utils.html import format_html

from stakeholders.models import ActorType

register = Library()


@register.inclusion_tag("partials/_shapes.html")
def shapes():
    """The symbols that marks are drawn from, once on each page."""
    return {"types": ActorType}


@register.simple_tag
def shape(actor_type):
    """The mark of an actor type: a shape and a colour."""
    return format_html('<svg class="shape" aria-hidden="true"><use href="#shape-{}"/></svg>', actor_type)
