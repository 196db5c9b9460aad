"""One entry amid its closest neighbours: a small drawing, numbered as the list beneath it, which says the same."""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple, Protocol

MOST = 24
FEWEST = 3  # of a drawing that shows more than the list does
WIDTH, RADIUS, STEP = 720, 125, 26  # units; the step is that between two labels
NEAREST = 0.62  # how near the strongest stands, as a share of the radius


class Sharing(Protocol):
    """An entry that has something in common with the one in the middle."""

    shared: int


class Neighbour(NamedTuple):
    number: int
    entry: object
    kind: str
    x: int
    y: int
    label_x: int
    anchor: str
    line: float

    @property
    def baseline(self):
        return self.y + 5


class Ego(NamedTuple):
    width: int
    height: int
    middle: int
    neighbours: list[Neighbour]

    @property
    def centre(self):
        return self.width // 2


def drawn(entries: Sequence[Sharing]) -> Ego | None:
    """The drawing of entries with `shared`, the closest first; None for few. Half of them stand on either side."""
    if len(entries) < FEWEST:
        return None
    entries = entries[:MOST]
    rows = (len(entries) + 1) // 2
    height = max(rows, 4) * STEP + 20
    strongest = entries[0].shared
    neighbours = []
    for place, entry in enumerate(entries):
        is_right, row = place < rows, place if place < rows else len(entries) - 1 - place
        count = rows if is_right else len(entries) - rows
        y = round(height / 2 + (row - (count - 1) / 2) * STEP)
        reach = sqrt(max(1 - ((y - height / 2) / (height / 2)) ** 2, 0))
        x = round(RADIUS * reach * (NEAREST if entry.shared == strongest else 1)) + 24
        side = 1 if is_right else -1
        centre = WIDTH // 2
        neighbours.append(
            Neighbour(
                place + 1,
                entry,
                getattr(entry, "type", "initiative"),
                centre + side * x,
                y,
                centre + side * (x + 14),
                "start" if is_right else "end",
                round(0.8 + 2.4 * entry.shared / strongest, 1),
            )
        )
    return Ego(WIDTH, height, height // 2, neighbours)
