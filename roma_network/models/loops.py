"""Links from a row to another of its kind (part of, follows, successor …) must never lead round in a circle (acyclic graphs).

Two people who each save half of a circle would see none. So whoever draws such a link holds a lock from before the
look until the transaction ends. It is taken before that of the content version, which every transaction takes at its end.
"""

from collections.abc import Collection, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models
from django.utils.translation import gettext as _

from roma_network.core.batches import batches

LOCK = 0x100_905  # one of PostgreSQL's advisory locks, which the directory uses for nothing else


class LoopError(IntegrityError):
    """A constraint that no database can hold by itself."""


def upward(model: type[models.Model]) -> list[models.ForeignKey]:
    """The links of a model to rows of its own."""
    return [field for field in model._meta.concrete_fields if field.related_model is model]  # type: ignore[misc]  # links


def hold() -> None:
    """Let nobody else draw such links until the transaction ends. SQLite has one writer at a time by itself."""
    if connection.vendor == "postgresql" and connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def circle(field: models.ForeignKey, key: int, target: int | None) -> list[int]:
    """The keys that lead round if the row `key` led to `target`, from it on; none if it would not come back to it."""
    path, stored = [key], field.model._default_manager
    while target and target not in path:
        path.append(target)
        target = stored.values_list(field.attname, flat=True).filter(pk=target).first()
    return path if target == key else []


def circles(
    model: type[models.Model], keys: Collection[int] | None = None
) -> Iterator[tuple[models.ForeignKey, list[int]]]:
    """Each circle that is stored, with the link that makes it; with `keys`, those that one of these leads into."""
    for field in upward(model):
        leads = targets(field, keys)
        seen: set[int] = set()
        for start in keys or list(leads):
            path: list[int] = []
            key = start
            while key in leads and key not in seen:
                seen.add(key)
                path.append(key)
                key = leads[key]
            if key in path:
                yield field, path[path.index(key) :]


def targets(field: models.ForeignKey, keys: Collection[Any] | None, by: str = "pk") -> dict[Any, Any]:
    """Row → the one that it leads to: of all rows, or of these and whatever they come to. `by`: what stands for a row."""
    rows = field.model._default_manager.exclude(**{field.name: None}).order_by()
    linked = rows.values_list(by, f"{field.name}__{by}")
    if keys is None:
        return dict(linked)
    found: dict[Any, Any] = {}
    ahead = set(keys)
    while ahead:
        more: dict[Any, Any] = {}
        for batch in batches(ahead):
            more |= dict(linked.filter(**{f"{by}__in": batch}))
        found |= more
        ahead = set(more.values()) - found.keys()
    return found


def refuse(model: type[models.Model], keys: Collection[int]) -> None:
    """After a write that is not checked row by row."""
    for field, path in circles(model, keys):
        raise LoopError(words(field, path))


def check(row: models.Model) -> None:
    """Refuse a row whose links, where they are not as they are stored, would lead round."""
    fields = [field for field in upward(type(row)) if getattr(row, field.attname)] if row.pk else []
    if not fields:
        return
    names = [field.attname for field in fields]
    stored = type(row)._default_manager.filter(pk=row.pk).values(*names).first() or {}
    changed = [field for field in fields if stored.get(field.attname) != getattr(row, field.attname)]
    if changed:
        hold()
    found = {
        field.name: words(field, path)
        for field in changed
        if (path := circle(field, row.pk, getattr(row, field.attname)))
    }
    if found:
        raise ValidationError(found)


def words(field: models.ForeignKey, keys: Collection[int]) -> str:
    rows = field.model._default_manager.in_bulk(keys)
    return circle_in_words(field, [rows[key] for key in keys if key in rows])


def circle_in_words(field: models.ForeignKey, path: Collection[Any]) -> str:
    words = {"column": field.verbose_name, "path": ", ".join(map(str, path))}
    return _("Then these would lead round in a circle (%(column)s): %(path)s.") % words
