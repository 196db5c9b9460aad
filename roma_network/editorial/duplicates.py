"""Deduplication: pairs of entries that may be one as a work list, and pairs of which a curator said that they are two."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from itertools import combinations, islice
from typing import NamedTuple

from django.contrib.auth.models import User

from roma_network.editorial import matching
from roma_network.editorial.matching import Described
from roma_network.models import ContentVersion, Distinct, Editorial, Status

MOST_PAIRS = 200
MOST_SHARING = 5  # of one address or identifier; more are parts of one house
TELLING = ("website", "email", *matching.IDENTIFIERS)


class Likely(NamedTuple):
    entry: Editorial
    why: str


class Pair(NamedTuple):
    first: Editorial
    second: Editorial
    why: str


def like(model: type[Editorial], described: Described, *, key: int | None = None) -> list[Likely]:
    """The entries that the described one may be, but for itself and what it was told apart from."""
    excluding = others(model, key) if key else ()
    found = matching.matcher_of(model).candidates(described, excluding=excluding)
    entries = model.objects.in_bulk([each.pk for each in found])
    return [Likely(entries[each.pk], matching.reason(each.why[0])) for each in found if each.pk in entries]


def like_entry(entry: Editorial) -> list[Likely]:
    """The entries that a saved one may be the same as."""
    return like(type(entry), matching.described(entry), key=entry.pk)


# The work list


@lru_cache(maxsize=4)
def pairs_at(version: str, model: type[Editorial]) -> dict[tuple[int, int], str]:
    found: dict[tuple[int, int], str] = {}
    sharing = defaultdict(list)
    for row in matching.known_rows(model):
        if row.status != Status.WITHDRAWN:
            for kind, value in matching.evidence(row.values):
                sharing[kind, value].append(row.pk)
    for (kind, _value), keys in sorted(sharing.items()):
        if kind in TELLING and len(keys) <= MOST_SHARING:
            for pair in combinations(keys, 2):
                found.setdefault(pair, kind)
    by_name = matching.matcher_of(model).pairs_by_name()
    for pair in sorted(by_name, key=by_name.__getitem__, reverse=True):
        found.setdefault(pair, "name")
    return found


def pairs_of(model: type[Editorial]) -> dict[tuple[int, int], str]:
    """Keys of two entries that may be one, the lesser first → what says so. What was told apart is left out."""
    apart = told_apart(model)
    pairs = pairs_at(ContentVersion.current(), model)
    return {pair: kind for pair, kind in pairs.items() if pair not in apart}


def likely_pairs(
    model: type[Editorial], pairs: dict[tuple[int, int], str], most: int = MOST_PAIRS
) -> list[Pair]:
    """The first of `pairs`, as entries. This causes a query."""
    chosen = dict(islice(pairs.items(), most))
    entries = model.objects.in_bulk({key for pair in chosen for key in pair})
    return [
        Pair(entries[one], entries[other], matching.reason(kind))
        for (one, other), kind in chosen.items()
        if one in entries and other in entries
    ]


# What was told apart


def told_apart(model: type[Editorial]) -> set[tuple[int, int]]:
    """Pairs of keys, the lesser first, of which a curator said that they are two entries. This causes a query."""
    return set(Distinct.objects.filter(kind=model._meta.label).values_list("first", "second"))


def others(model: type[Editorial], key: int) -> set[int]:
    """The keys of the entry itself, and of those of which a curator said that they are others."""
    return {key}.union(*(pair for pair in told_apart(model) if key in pair))


def tell_apart(model: type[Editorial], keys: Iterable[int], *, by: User) -> None:
    """Note that two entries are not the same, once however often it is said."""
    first, second = sorted(keys)
    Distinct.objects.get_or_create(kind=model._meta.label, first=first, second=second, defaults={"by": by})
