"""Indexes in memory follow the log: of what they hold, a worker reads anew what changed since, and no more.

Where a great many records changed, an index is read anew as a whole.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable
from threading import RLock
from typing import Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from roma_network.export.columns import tables
from roma_network.models import Record

MOST = 300  # records that changed: to read as many one by one takes as long as all at once

Changed = dict[str, set[Any]]  # part → primary keys


class Kept(NamedTuple):
    version: str
    day: Any
    index: Any


kept: dict[Hashable, Kept] = {}
reading = RLock()


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
                    kept[name] = Kept(version, today, index)
                    return index
        del known
        kept.pop(name, None)  # before the next one is read: not both in memory at a time
        kept[name] = Kept(version, today, build())
        return kept[name].index


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
