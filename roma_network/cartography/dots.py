"""Places marked on a map (markers)."""

from typing import NamedTuple


class Dot(NamedTuple):
    """A place on the map, `radius` in units."""

    name: str
    label: str
    url: str
    x: int
    y: int
    radius: float
    weight: int
    town: str = ""  # what stands beside it on the map
