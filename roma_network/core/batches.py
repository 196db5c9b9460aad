"""Many things, some at a time: as many as one statement of SQL should hold."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

BATCH = 500


def batches(items: Iterable[Any], size: int = BATCH) -> Iterator[list[Any]]:
    items = items if isinstance(items, Sequence) else list(items)
    for start in range(0, len(items), size):
        yield list(items[start : start + size])
