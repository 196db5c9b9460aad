"""Rules that compare the facts of an entry, and what they find (data quality). The apps declare theirs in a `consistency.py`.

A rule finds; people judge. What is wrong is mended in the entry; what is true on both sides gets a reason, which stands as
long as both facts do.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from roma_network.core.batches import batches
from roma_network.export.columns import table_of, tables
from roma_network.models import Contradiction, Editorial, Status, loops
from roma_network.models.contradictions import mark_of

Says = dict[str, str]  # what the words of a rule leave open
Find = Callable[[QuerySet], Iterable[tuple[Any, Says]]]  # entries → key of one, what its facts say


@dataclass(frozen=True)
class ConsistencyRule:
    """`text` names both facts."""

    name: str
    model: type[Editorial]
    text: str | Promise
    find: Find


class Finding(NamedTuple):
    rule: ConsistencyRule
    key: Any  # of the entry
    says: Says

    @property
    def text(self) -> str:
        return worded(self.rule.text, self.says)

    @property
    def mark(self) -> str:
        return mark_of(self.says)


rules: list[ConsistencyRule] = []


def rule(name: str, model: type[Editorial], text: str | Promise) -> Callable[[Find], Find]:
    """Declares a function a rule about entries of a model."""

    def declared(find: Find) -> Find:
        rules.append(ConsistencyRule(name, model, text, find))
        return find

    return declared


def span(row: Any) -> str:
    """From when until when, as far as dates tell: whatever has both, and perhaps a last sighting."""
    return f"{row.start or '…'}–{row.end or getattr(row, 'last_seen', '') or '…'}"


def worded(text: str | Promise, says: Says) -> str:
    return str(text) % says


def findings(model: type[Editorial], keys: Iterable[Any] | None = None) -> Iterator[Finding]:
    """What all rules find of the entries of a model, or of some. What is withdrawn contradicts nothing."""
    entries = model.objects.exclude(status=Status.WITHDRAWN).order_by()
    if keys is not None:
        entries = entries.filter(pk__in=list(keys))
    for each in rules:
        if each.model is model:
            yield from found_by(each, entries)


def found_by(each: ConsistencyRule, entries: QuerySet) -> Iterator[Finding]:
    seen = set()
    for key, says in each.find(entries):
        finding = Finding(each, key, says)
        if (key, finding.mark) not in seen:
            seen.add((key, finding.mark))
            yield finding


# What is kept of it


def told_of(entry: Editorial) -> list[dict[str, Any]]:
    """What is kept of an entry: as of its last change by a form, or of the last check."""
    kept = Contradiction.objects.of(table_of(type(entry)), [entry.slug])
    return [{"pk": row.pk, "words": contradiction_text(row), "reason": row.reason} for row in kept]


def contradiction_text(kept: Contradiction) -> str:
    """In words; empty where the rule is no more, or has changed since."""
    model = tables[kept.table].model
    for each in rules:
        if (each.name, each.model) == (kept.rule, model):
            with suppress(KeyError):
                return worded(each.text, kept.says)
    return ""


@transaction.atomic
def keep(
    model: type[Editorial], keys: Iterable[Any] | None = None, watch: Callable[..., Iterable[Finding]] = iter
) -> list[Contradiction]:
    """Find anew, of all entries of a model or of some, and keep what is found. A reason stands while both facts do.

    `watch` wraps the findings, as tqdm does.
    """
    table = table_of(model)
    entries = model.objects.order_by() if keys is None else model.objects.filter(pk__in=list(keys))
    slugs = dict(entries.values_list("pk", "slug"))
    found = {
        (slugs[each.key], each.rule.name, each.mark): each
        for each in watch(findings(model, None if keys is None else slugs))
        if each.key in slugs
    }
    kept = {
        (row.entry, row.rule, row.mark): row
        for row in Contradiction.objects.of(table, None if keys is None else slugs.values())
    }
    for batch in batches([row.pk for place, row in kept.items() if place not in found]):
        Contradiction.objects.filter(pk__in=batch).delete()
    new = [
        Contradiction(table=table.name, entry=entry, rule=name, mark=mark, says=each.says)
        for (entry, name, mark), each in found.items()
        if (entry, name, mark) not in kept
    ]
    Contradiction.objects.bulk_create(new, batch_size=500)
    return [row for place, row in kept.items() if place in found] + new


# A rule of every kind of entry


def find_circles(entries: QuerySet) -> Iterator[tuple[Any, Says]]:
    """Those in one, however it came about: forms and imports refuse to draw it."""
    keys = set(entries.values_list("pk", flat=True))
    for field, path in loops.circles(entries.model, keys):
        rows = entries.model.objects.in_bulk(path)
        for key in sorted(keys.intersection(path)):
            place = path.index(key)
            names = ", ".join(str(rows[other]) for other in [*path[place:], *path[:place]])
            yield key, {"link": str(field.verbose_name), "path": names}


CIRCLE = _("“%(link)s” leads from it over others back to it: %(path)s.")
