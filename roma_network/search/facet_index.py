"""The values that listings filter by, as columns in memory: each facet is counted in milliseconds at 100,000 rows.

They are read once for each content version and day in each worker process. In SQL the same counts took a second at
that size, on either database, for every facet has to look at nearly every row.
"""

from array import array
from collections import namedtuple
from collections.abc import Hashable, Iterable
from threading import Lock
from typing import Any, Protocol

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

CHUNK = 5000

Codes = namedtuple("Codes", "index values")  # value → code; the code of each row

Mask = NDArray[np.bool_]

kept = {}
building = Lock()


class Listed(Protocol):
    """What an index is built of: `facets.ListingFilterSet`, which stands on this module."""

    base_filters: Any

    @classmethod
    def all_rows(cls) -> Any: ...


class LinkedRows:
    """Rows linked to those of the table: an actor's participations, with the columns of each."""

    def __init__(self, rows, columns):
        self.rows = rows  # where the owner of each linked row stands in the table
        self.columns = columns
        # Linked rows by value, then owner: so an owner that has a value twice is seen to, without sorting again.
        self.by_value = {name: np.lexsort((rows, codes.values)) for name, codes in columns.items()}


class FacetIndex:
    """The published rows of one listing. Masks are arrays of bool, one for each row, in the order of `keys`."""

    def __init__(self, filterset_class):
        self.published = filterset_class.all_rows().published()
        facets = {
            name: facet
            for name, facet in filterset_class.base_filters.items()
            if getattr(facet, "listed", False)
        }
        plain = {name: facet for name, facet in facets.items() if not facet.via}
        self.keys, self.plain = self.read(self.published.order_by("pk"), plain)
        self.ties = {}
        for via in dict.fromkeys(facet.via for facet in facets.values() if facet.via):
            tied = {name: facet for name, facet in facets.items() if facet.via == via}
            visible = next(iter(tied.values())).visible
            keys, columns = self.read(self.published.filter(visible).order_by(), tied)
            self.ties[via] = LinkedRows(self.places(keys), columns)
        self.orders = {}

    def read(self, rows, facets):
        """Keys and the columns of `facets`, streamed."""
        paths = [facet.column for facet in facets.values()]
        keys, indexes, codes = array("q"), [{} for _ in paths], [array("i") for _ in paths]
        for key, *row in rows.values_list("pk", *paths).iterator(chunk_size=CHUNK):
            keys.append(key)
            for value, index, column in zip(row, indexes, codes, strict=True):
                column.append(index.setdefault(value, len(index)))
        columns = [Codes(*column) for column in zip(indexes, map(np.array, codes), strict=True)]
        return np.array(keys), dict(zip(facets, columns, strict=True))

    def places(self, keys):
        """Where rows stand, by their primary keys, an array; keys of other rows are left out."""
        places = np.searchsorted(self.keys, keys).astype(np.int32)
        known = places < len(self.keys)
        known[known] = self.keys[places[known]] == keys[known]
        return places[known]

    def all(self):
        return np.ones(len(self.keys), dtype=bool)

    def only(self, keys):
        """The mask of the rows with these primary keys."""
        mask = np.zeros(len(self.keys), dtype=bool)
        mask[self.places(keys)] = True
        return mask

    def ordered(self, order):
        """Where rows stand in the order of a sort: sorted by the database, once."""
        order = tuple(order)
        if order not in self.orders:
            keys = self.published.for_sorting().order_by(*order, "slug").values_list("pk", flat=True)
            self.orders[order] = self.places(np.fromiter(keys.iterator(chunk_size=CHUNK), dtype=np.int64))
        return self.orders[order]


def having(codes: Codes, values: Iterable[Hashable]) -> Mask:
    """The mask of the rows of a column that have one of `values`."""
    wanted = np.zeros(len(codes.index), dtype=bool)
    wanted[[codes.index[value] for value in values if value in codes.index]] = True
    return wanted[codes.values]


def owners(columns, tie, mask):
    """The mask of the table's rows that own one of the linked rows in `mask`."""
    owned = np.zeros(len(columns.keys), dtype=bool)
    owned[tie.rows[mask]] = True
    return owned


def count(codes: Codes, mask: Mask) -> dict[Any, int]:
    """Value → number of rows in `mask`."""
    return by_value(codes, np.bincount(codes.values[mask], minlength=len(codes.index)))


def count_owners(tie: LinkedRows, name: str, mask: Mask) -> dict[Any, int]:
    """Value of the tie's column → number of the table's rows that own a linked row in `mask` with it."""
    order, codes = tie.by_value[name], tie.columns[name]
    order = first_of_each(tie, name, order[mask[order]])
    return by_value(codes, np.bincount(codes.values[order], minlength=len(codes.index)))


def first_of_each(tie, name, order):
    """Of linked rows in the order of value and owner, the first of each pair."""
    values, rows = tie.columns[name].values[order], tie.rows[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (values[1:] != values[:-1]) | (rows[1:] != rows[:-1])
    return order[first]


def degrees(columns: FacetIndex, tie: LinkedRows, name: str) -> NDArray[np.intp]:
    """How many different values of the tie's column each row of the table has."""
    order = first_of_each(tie, name, tie.by_value[name])
    return np.bincount(tie.rows[order], minlength=len(columns.keys))


def foremost(
    columns: FacetIndex, mask: Mask, weights: NDArray[Any], order: Iterable[str], most: int
) -> list[int]:
    """The keys of the `most` rows in `mask` with the greatest weights; of equal ones those first in `order`."""
    places = columns.ordered(order)
    places = places[mask[places]]
    best = places[np.argsort(-weights[places], kind="stable")[:most]]
    return columns.keys[best[weights[best] > 0]].tolist()


def by_value(codes, counts):
    return {value: int(counts[code]) for value, code in codes.index.items() if counts[code]}


def facet_index_of(filterset_class: type[Listed], version: str) -> FacetIndex:
    """The columns at this content version, today."""
    state = (version, timezone.localdate())
    with building:
        known, columns = kept.get(filterset_class, (None, None))
        if known != state:
            columns = FacetIndex(filterset_class)
            kept[filterset_class] = (state, columns)
    return columns
