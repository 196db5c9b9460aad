"""The map on the page of an actor."""

from roma_network.cartography import atlas

DOT = 0.035  # of the width


def locator_map(actor):
    """Where an actor lies in its country. None without coordinates, or where the map of Europe does not show it."""
    land = atlas.shapes("europe")["countries"].get(actor.country_id)
    place = land and actor.latitude is not None and atlas.EUROPE.place(actor.longitude, actor.latitude)
    if not place:
        return None
    left, top, width, height = window = atlas.window_of([land])
    if not (left <= place[0] <= left + width and top <= place[1] <= top + height):
        return None
    return {
        "window": window,
        "land": "".join(atlas.parts_within(land, window)),
        "place": place,
        "radius": round(DOT * width, 1),
    }
