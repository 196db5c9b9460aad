"""The map on the page of an initiative."""

from roma_network.cartography import atlas
from roma_network.cartography.dots import Dot
from stakeholders.models import ActorType

FEWEST_DOTS = 3  # of a map worth drawing
DOT = 5  # units


def initiative_map(participations):
    """What the page of an initiative draws: where its towns and regions are, on a part of Europe. None for few."""
    found, missing = {}, {}
    for actor in (row.actor for row in participations):
        if actor.type == ActorType.LOCAL_AUTHORITY:
            is_known = actor.latitude is not None
            place = atlas.EUROPE.place(actor.longitude, actor.latitude) if is_known else None
            if place is None:
                missing[actor.pk] = actor.locality or actor.name
            else:
                found[actor.pk] = Dot(actor.name, actor.name, actor.get_absolute_url(), *place, DOT, 1)
    if len(found) < FEWEST_DOTS:
        return None
    window = atlas.window([(dot.x, dot.y) for dot in found.values()])
    return {
        "window": window,
        "land": atlas.land_within(window),
        "dots": list(found.values()),
        "missing": list(missing.values()),
    }
