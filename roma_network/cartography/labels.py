"""Names on maps that do not collide (label placement): the weightier first, each at the least zoom at which it has room."""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np

# The height of a letter in thousandths of a map's width, level by level: what `pictures.css` makes of them is some
# 12 pixels wherever names of a level show.
SIZES = (37, 22, 13.5, 6.5)
LETTER = 0.56  # the width of one, of its height, in the usual fonts at a guess
AROUND = (
    ("middle", 0, -1),
    ("start", 1, 0),
    ("end", -1, 0),
    ("middle", 0, 1),
)  # of a mark: above, right, left, below
UPON = (("middle", 0, 0),)
BASELINE = {-1: "-.35em", 0: ".35em", 1: "1em"}


class Name(NamedTuple):
    """A name to be placed. `gap` is the radius of the mark that it stands beside; without one it stands upon its place.
    One without a text is a mark that others are to keep clear of.
    """

    text: str
    x: float
    y: float
    gap: float = 0
    short: str = ""


class Label(NamedTuple):
    """Shown from a level on; a short one `until` the level at which the whole name has room."""

    text: str
    x: int
    y: int
    anchor: str
    shift: str
    level: int
    until: int | None = None


Rectangle = tuple[float, float, float, float]  # west, north, east, south


def place_labels(names: Collection[Name], width: float, frame: Rectangle) -> list[Label]:
    """Labels for the names that have room within a frame, in a drawing so many units wide."""
    waiting = [name for name in names if name.text]
    marks = np.array([around(name) for name in names if name.gap]).reshape(-1, 4)
    found: dict[Name, Label] = {}
    labels: list[Label] = []
    for level, share in enumerate(SIZES, 1):
        size = share * width / 1000
        for name in waiting:
            others = [box_of(label, size) for owner, label in found.items() if owner != name]
            taken = np.array([*others, *(marks if name.gap else ())]).reshape(-1, 4)
            before = found.get(name)
            if before and before.text == name.text:
                continue
            for label in ways(name, level):
                box = box_of(label, size)
                if before and label.text == before.text:
                    break
                if is_within(box, frame) and not meets_any(box, taken):
                    if before:
                        labels[labels.index(before)] = before._replace(until=level)
                    found[name] = label
                    labels.append(label)
                    break
    return labels


def around(name):
    return name.x - name.gap, name.y - name.gap, name.x + name.gap, name.y + name.gap


def is_within(box, frame):
    return box[0] >= frame[0] and box[1] >= frame[1] and box[2] <= frame[2] and box[3] <= frame[3]


def meets_any(box, others):
    west, north, east, south = box
    return bool(
        (
            (west < others[:, 2]) & (others[:, 0] < east) & (north < others[:, 3]) & (others[:, 1] < south)
        ).any()
    )


def ways(name, level):
    """How and where a name may stand."""
    for text in filter(None, (name.text, name.short)):
        for anchor, side, rise in AROUND if name.gap else UPON:
            x, y = name.x + side * (name.gap + 2), name.y + rise * name.gap
            yield Label(text, round(x), round(y), anchor, BASELINE[rise], level)


def box_of(label, size):
    width = len(label.text) * LETTER * size
    west = label.x - {"start": 0, "middle": width / 2, "end": width}[label.anchor]
    base = label.y + float(label.shift.removesuffix("em")) * size
    return west, base - size * 0.8, west + width, base + size * 0.25
