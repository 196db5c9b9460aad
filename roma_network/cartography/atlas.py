"""Maps: the shapes of countries, and where places stand on them. `draw_atlas` made the shapes."""

import json
import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from roma_network.cartography.projection import CANARIES, CANARIES_MOVE, placed

FOLDER = Path(__file__).parent / "shapes"
NUMBER = re.compile(r"-?[0-9]+")
GRID = 40  # lines across a country, on which a place for its name is looked for


Window = tuple[int, int, int, int]  # x, y, width and height, in units


class Frame(NamedTuple):
    """A window on the projected plane: its upper left corner and the size of a unit in metres, its sides in units."""

    west: float
    north: float
    unit: float
    width: int
    height: int

    @classmethod
    def around(cls, points: Collection[tuple[float, float]], longest_side: int, margin: int = 10) -> "Frame":
        """The frame around points, its longer side so many units."""
        xs, ys = [x for x, _y in points], [y for _x, y in points]
        unit = max(max(xs) - min(xs), max(ys) - min(ys)) / (longest_side - 2 * margin)
        width, height = (round((max(side) - min(side)) / unit) + 2 * margin for side in (xs, ys))
        return cls(
            round(min(xs) - margin * unit), round(max(ys) + margin * unit), round(unit, 2), width, height
        )

    def at(self, east: float, north: float) -> tuple[float, float]:
        """Units from the left and from the top."""
        return (east - self.west) / self.unit, (self.north - north) / self.unit

    def place(self, longitude: float, latitude: float) -> tuple[int, int] | None:
        """As `at`, from degrees, in whole units; None where it is not on the map."""
        x, y = map(round, self.at(*placed(longitude, latitude)))
        return (x, y) if 0 <= x <= self.width and 0 <= y <= self.height else None


EUROPE = Frame(west=2_540_000, north=5_440_000, unit=4_500, width=1_080, height=920)


@lru_cache
def shapes(name: str) -> dict[str, Any] | None:
    """What `draw_atlas` wrote: of "europe", or of a country by its code. None where there is no such map."""
    path = FOLDER / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


@lru_cache
def middles() -> dict[str, tuple[int, int]]:
    """Code → where a name stands in a country on the map of Europe: the place in its largest part that is farthest from
    its borders, wide ones before high ones.
    """
    countries = shapes("europe")["countries"]  # type: ignore[index]  # this map is always there
    return {code: middle(max(path.split("z"), key=len)) for code, path in countries.items()}


def middle(part):
    west, north, east, south = bounds(part)
    ring = np.array(points(part), dtype=float)
    ends = np.roll(ring, -1, axis=0)
    best, place = -1.0, ((west + east) // 2, (north + south) // 2)
    for y in np.linspace(north, south, GRID)[1:-1]:
        crosses = (ring[:, 1] > y) != (ends[:, 1] > y)
        (x1, y1), (x2, y2) = ring[crosses].T, ends[crosses].T
        at = np.sort(x1 + (y - y1) / (y2 - y1) * (x2 - x1))
        for left, right in zip(at[::2], at[1::2], strict=True):
            x = (left + right) / 2
            room = min((right - left) / 2, 2 * np.hypot(ring[:, 0] - x, ring[:, 1] - y).min())
            if room > best:
                best, place = room, (round(x), round(y))
    return place


def inset(frame: Frame) -> Window:
    """The box around the Canary Islands: x, y, width and height."""
    east, north = CANARIES_MOVE
    left, bottom = map(round, frame.at(CANARIES.west + east, CANARIES.south + north))
    right, top = map(round, frame.at(CANARIES.east + east, CANARIES.north + north))
    return left, top, right - left, bottom - top


def window(places: Collection[tuple[int, int]], margin: int = 60, least: int = 300) -> Window:
    """A part of the map of Europe around places: x, y, width and height, a third wider than high at least."""
    xs, ys = [x for x, _y in places], [y for _x, y in places]
    width = max(max(xs) - min(xs) + 2 * margin, least)
    height = max(max(ys) - min(ys) + 2 * margin, least, width * 2 // 3)
    left, top = (min(xs) + max(xs) - width) // 2, (min(ys) + max(ys) - height) // 2
    return left, top, width, height


def window_of(paths: Collection[str], windows: Collection[Window] = ()) -> Window:
    """The part of the map of Europe around other windows and the main parts of countries: without what lies far from these."""
    boxes = [bounds(max(path.split("z"), key=len)) for path in paths]
    boxes += [(left, top, left + width, top + height) for left, top, width, height in windows]
    west, north = min(box[0] for box in boxes), min(box[1] for box in boxes)
    east, south = max(box[2] for box in boxes), max(box[3] for box in boxes)
    margin = 16
    width = max(east - west + 2 * margin, 150)
    height = max(south - north + 2 * margin, width * 2 // 3)
    width = max(width, height * 10 // 11)
    left = max(min((west + east - width) // 2, EUROPE.width - width), 0)
    top = max(min((north + south - height) // 2, EUROPE.height - height), 0)
    return left, top, min(width, EUROPE.width), min(height, EUROPE.height)


def land_within(window: Window) -> str:
    """The paths of what lies within a part of the map of Europe, in one."""
    drawn = shapes("europe")
    return "".join(
        part
        for path in (*drawn["countries"].values(), drawn["others"])  # type: ignore[index]  # this map is always there
        for part in parts_within(path, window)
    )


def parts_within(path: str, window: Window) -> Iterator[str]:
    """The parts of a path that lie, in part at least, in a window."""
    left, top, width, height = window
    for part in path.split("z"):
        if part:
            west, north, east, south = bounds(part)
            if west < left + width and east > left and north < top + height and south > top:
                yield f"{part}z"


@lru_cache(maxsize=4096)
def bounds(part):
    """The box around one ring of a path as `draw_atlas` writes it."""
    xs, ys = zip(*points(part), strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def points(part):
    start, steps = part[1:].split("l")
    x, y = map(int, start.split())
    numbers = list(map(int, NUMBER.findall(steps)))
    return list(zip(accumulate(numbers[::2], initial=x), accumulate(numbers[1::2], initial=y), strict=True))
