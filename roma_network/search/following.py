"""Indexes in memory follow the log: of what they hold, a worker reads anew what changed since, and no more.

Where a great many records changed, an index is read anew as a whole, in a thread aside: until it is there the old one
serves on, and what is made of it is not kept for long.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable
from functools import partial
from threading import RLock, Thread
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
from django.core.exceptions import FieldDoesNotExist
from django.db import connection
from django.db.models import Model
from django.utils import timezone
from numpy.typing import NDArray

from roma_network.core.memory import give_back
from roma_network.export.columns import tables
from roma_network.models import ContentVersion, Record

MOST = 300  # records that changed: to read as many one by one takes as long as all at once

Changed = dict[str, set[Any]]  # part → primary keys


class KeptIndex(NamedTuple):
    version: str
    day: Any
    index: Any


LONG = 0.5  # seconds
kept: dict[Hashable, KeptIndex] = {}
behind: dict[Hashable, str] = {}  # index → the version at which an old one served last, while it is read anew
reading = RLock()
log = logging.getLogger(__name__)


def is_behind(version: str) -> bool:
    """Whether something that was answered at this version may have been made of an old index."""
    return version in behind.values()


def aside(work: Callable[[], None]) -> None:
    Thread(target=work, daemon=True).start()


def followed(
    name: Hashable, version: str, build: Callable[[], Any], patch: Callable[[Any, Changed], Any]
) -> Any:
    """The index of this name at this content version, today. `patch` gives one with what changed from one without, or None
    where that is too much.
    """
    today = timezone.localdate()
    with reading:
        known = kept.get(name)
        if known and known.day == today:
            if known.version == version:
                return known.index
            # Within a transaction, as tests have one, numbers may be taken back.
            if not connection.in_atomic_block:
                if number_of(version) <= number_of(known.version):
                    return known.index  # of a database that is ahead of the one which is read now
                changed = changed_since(known.version)
                if changed is not None and (index := patch(known.index, changed)) is not None:
                    kept[name] = KeptIndex(version, today, index)
                    return index
                is_read_already, behind[name] = name in behind, version
                if not is_read_already:
                    aside(partial(read_anew, name, build))
                return kept[name].index
        del known
        kept.pop(name, None)  # before the next one is read: not both in memory at a time
        kept[name] = KeptIndex(version, today, built(build))
        return kept[name].index


def built(build: Callable[[], Any]) -> Any:
    """An index, built. What a large one took on the way is given back, and what stays is looked at by no collector any more,
    which would halt all for a tenth of a second each time. Small ones are not worth that, in a worker that starts.
    """
    start = perf_counter()
    index = build()
    if perf_counter() - start > LONG:
        give_back()
    return index


def read_anew(name: Hashable, build: Callable[[], Any]) -> None:
    """In a thread of its own, with a connection of its own."""
    try:
        version, today = ContentVersion.current(), timezone.localdate()
        index = built(build)
        with reading:
            kept[name] = KeptIndex(version, today, index)
    except Exception:  # the old index serves on, and the next who asks tries again
        log.exception("An index could not be read anew.")
    finally:
        behind.pop(name, None)
        connection.close()


def number_of(version):
    return int(version.partition(".")[0])


def changed_since(version: str) -> Changed | None:
    """The rows whose records changed since a version; None where they are too many."""
    found = Record.objects.filter(number__gt=number_of(version)).values_list("part", "row")
    rows = list(found[: MOST + 1])
    if len(rows) > MOST:
        return None
    changed: Changed = defaultdict(set)
    for part, row in rows:
        if row:
            changed[part].add(int(row) if row.isdecimal() else row)
    return changed


def keys_of(part: str, version: str) -> NDArray[Any]:
    """The primary keys of all rows of a part that are public, in their order."""
    records = Record.objects.public(part)

    def read(found):
        rows = [int(row) if row.isdecimal() else row for row in found.values_list("row", flat=True)]
        return np.sort(np.array(rows, dtype=str if rows and isinstance(rows[0], str) else np.int64))

    def patch(keys, changed):
        if part not in changed:
            return keys
        there = read(records.filter(row__in=map(str, changed[part])))
        return np.sort(np.concatenate([keys[~np.isin(keys, list(changed[part]))], there]))

    return followed(part, version, lambda: read(records), patch)


def part_of(model: type[Model]) -> str:
    return next((table.name for table in tables.values() if table.model is model), "")


def touched(model: type[Model], changed: Changed, paths: Collection[str]) -> set[int] | None:
    """The keys of the rows of a model that changed, or that lead by one of the paths to what did; None for too many."""
    found = set(changed.get(part_of(model), ()))
    for step, target in {each for path in paths for each in steps(model, path)}:
        if keys := changed.get(part_of(target)):
            rows = model._default_manager.filter(**{f"{step}__in": keys}).order_by()
            found.update(rows.values_list("pk", flat=True).distinct()[: MOST + 1])
    return found if len(found) <= MOST else None


def steps(model, path):
    """Pairs of path and model, of the models that a lookup path leads through."""
    taken = []
    for name in path.split("__"):
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            return  # an annotation
        if not field.related_model:
            return
        taken.append(name)
        model = field.related_model
        yield "__".join(taken), model
