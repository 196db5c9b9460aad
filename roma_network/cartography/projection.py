"""Where places stand on a map of Europe (map projection): Lambert's azimuthal equal-area projection, as EPSG:3035 fixes it.

Formulas: IOGP Guidance Note 7-2, "Lambert Azimuthal Equal Area", ellipsoid GRS 1980.
"""

from math import asin, atanh, cos, radians, sin, sqrt
from typing import NamedTuple

AXIS, ECCENTRICITY = 6_378_137.0, 0.0818191910428
CENTRE = (52.0, 10.0)  # degrees north and east
FALSE_EAST, FALSE_NORTH = 4_321_000.0, 3_210_000.0


def q(latitude):
    """The authalic function of a latitude in radians."""
    s, e = sin(latitude), ECCENTRICITY
    return (1 - e * e) * (s / (1 - e * e * s * s) + atanh(e * s) / e)


Q_POLE = q(radians(90))
RADIUS = AXIS * sqrt(Q_POLE / 2)
BETA_0 = asin(q(radians(CENTRE[0])) / Q_POLE)
D = (
    AXIS
    * cos(radians(CENTRE[0]))
    / (sqrt(1 - (ECCENTRICITY * sin(radians(CENTRE[0]))) ** 2) * RADIUS * cos(BETA_0))
)


def project(longitude, latitude):
    """Metres east and north, from degrees."""
    beta, turn = asin(q(radians(latitude)) / Q_POLE), radians(longitude - CENTRE[1])
    scale = RADIUS * sqrt(2 / (1 + sin(BETA_0) * sin(beta) + cos(BETA_0) * cos(beta) * cos(turn)))
    east = FALSE_EAST + scale * D * cos(beta) * sin(turn)
    north = FALSE_NORTH + scale / D * (cos(BETA_0) * sin(beta) - sin(BETA_0) * cos(beta) * cos(turn))
    return east, north


class BoundingBox(NamedTuple):
    west: float
    south: float
    east: float
    north: float

    def holds(self, x: float, y: float) -> bool:
        return self.west <= x <= self.east and self.south <= y <= self.north


CANARIES = BoundingBox(1_500_000, 890_000, 2_080_000, 1_090_000)  # metres
CANARIES_MOVE = (1_060_000, 440_000)  # metres east and north, into an inset south of Portugal


def placed(longitude: float, latitude: float) -> tuple[float, float]:
    """As `project`, with the Canary Islands moved into their inset."""
    east, north = project(longitude, latitude)
    if CANARIES.holds(east, north):
        return east + CANARIES_MOVE[0], north + CANARIES_MOVE[1]
    return east, north
