"""The values that listings filter by, as columns in memory: each facet is counted in milliseconds at 100,000 rows.

They are read once a day in each worker process, and follow the log from then on (see `following`). In SQL the same counts
took a second at that size, on either database, for every facet has to look at nearly every row.
"""

from array import array
from collections import namedtuple
from collections.abc import Hashable, Iterable
from copy import copy
from typing import Any, NamedTuple, Protocol

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from roma_network.search import following

CHUNK = 5000

Codes = namedtuple("Codes", "index values")  # value → code; the code of each row

Mask = NDArray[np.bool_]


class Listed(Protocol):
    """What an index is built of: `facets.ListingFilterSet`, which stands on this module."""

    base_filters: Any
    degrees: dict[str, tuple[str, str] | None]
    depends_on: tuple[str, ...]

    @classmethod
    def all_rows(cls) -> Any: ...


class Pairs(NamedTuple):
    """A value of a column of linked rows and an owner of a row that has it, each once, by value."""

    rows: NDArray[np.int32]  # where the owner of each stands in the table
    bounds: NDArray[np.intp]  # where those of each value begin, and end


class LinkedRows:
    """Rows linked to those of the table: an actor's participations, with the columns of each."""

    def __init__(self, rows, columns):
        self.rows = rows  # where the owner of each linked row stands in the table
        self.columns = columns
        self.pairs_known = {}
        # Linked rows by value, then owner: so an owner that has a value twice is seen to, without sorting again.
        self.by_value = {
            name: np.lexsort((rows, codes.values)).astype(np.int32) for name, codes in columns.items()
        }

    def patched(self, stays, places, rows, columns):
        """With linked rows in the place of those whose owners do not stay; `places` is where each owner stands now."""
        old = stays[self.rows]
        new = copy(self)
        new.pairs_known = {}
        new.rows = np.concatenate([places[self.rows[old]], rows])
        new.columns = {name: joined(codes, old, columns[name].values) for name, codes in self.columns.items()}
        numbers = np.cumsum(old) - 1  # of those that stay, which keep their order
        new.by_value = {
            name: merged(
                numbers[order[old[order]]], np.count_nonzero(old), new.rows, new.columns[name].values
            )
            for name, order in self.by_value.items()
        }
        return new

    def has_still(self, stays, rows, columns):
        """Whether the owners that do not stay, which stand where they stood, have what they had."""
        was = ~stays[self.rows]
        return sorted_rows(
            self.rows[was], [codes.values[was] for codes in self.columns.values()]
        ) == sorted_rows(rows, [codes.values for codes in columns.values()])

    def pairs(self, name):
        if name not in self.pairs_known:
            order = first_of_each(self, name, self.by_value[name])
            codes = self.columns[name]
            bounds = np.searchsorted(codes.values[order], np.arange(len(codes.index) + 1))
            self.pairs_known[name] = Pairs(self.rows[order], bounds)
        return self.pairs_known[name]


def sorted_rows(rows, columns):
    return sorted(zip(rows.tolist(), *(values.tolist() for values in columns), strict=True))


def joined(codes, stays, values):
    return Codes(codes.index, np.concatenate([codes.values[stays], values]))


def merged(order, count, rows, values):
    """The order of all linked rows by value and owner, of that of the first `count` and some more behind them."""
    place = values.astype(np.int64) * (rows.max(initial=0) + 1) + rows
    more = count + np.argsort(place[count:], kind="stable")
    return np.insert(order, np.searchsorted(place[order], place[more]), more).astype(np.int32)


class FacetIndex:
    """The published rows of one listing. Masks are arrays of bool, one for each row, in the order of `keys`."""

    def __init__(self, filterset_class):
        self.published = filterset_class.all_rows().published()
        self.facets = {
            name: facet
            for name, facet in filterset_class.base_filters.items()
            if getattr(facet, "listed", False)
        }
        self.keys, self.plain = self.read(self.published.order_by("pk"), self.of_tie(""))
        self.ties = {}
        for via in dict.fromkeys(facet.via for facet in self.facets.values() if facet.via):
            keys, columns = self.read_linked(via, Q())
            self.ties[via] = LinkedRows(self.places(keys), columns)
        self.orders = {}
        self.degrees = filterset_class.degrees
        self.degrees_known = {}

    def of_tie(self, via):
        return {name: facet for name, facet in self.facets.items() if facet.via == via}

    def read_linked(self, via, condition, known=None):
        tied = self.of_tie(via)
        visible = next(iter(tied.values())).visible
        return self.read(self.published.filter(condition).filter(visible).order_by(), tied, known)

    def read(self, rows, facets, known=None):
        """Keys and the columns of `facets`, streamed. What values are called goes on from columns that are `known`."""
        paths = [facet.column for facet in facets.values()]
        keys, codes = array("q"), [array("i") for _ in paths]
        indexes = [known[name].index if known else {} for name in facets]
        for key, *row in rows.values_list("pk", *paths).iterator(chunk_size=CHUNK):
            keys.append(key)
            for value, index, column in zip(row, indexes, codes, strict=True):
                column.append(index.setdefault(value, len(index)))
        values = [np.array(column, dtype=np.int32) for column in codes]
        columns = [Codes(*column) for column in zip(indexes, values, strict=True)]
        return np.array(keys, dtype=np.int64), dict(zip(facets, columns, strict=True))

    def patched(self, changed):
        """An index in which the rows with these primary keys are as they are now. This one stays as it was."""
        if not changed:  # or None: too many
            return None if changed is None else self
        new, condition = copy(self), Q(pk__in=changed)
        stays = ~np.isin(self.keys, list(changed))
        fresh, columns = self.read(
            self.published.filter(condition).order_by("pk"), self.of_tie(""), self.plain
        )
        keys = np.concatenate([self.keys[stays], fresh])
        order = np.argsort(keys, kind="stable")
        new.keys = keys[order]
        new.plain = {
            name: Codes(codes.index, joined(codes, stays, columns[name].values).values[order])
            for name, codes in self.plain.items()
        }
        places = np.full(len(self.keys), -1, dtype=np.int32)
        places[stays] = new.places(self.keys[stays])
        has_same_keys = np.array_equal(new.keys, self.keys)
        new.ties = {}
        for via, tie in self.ties.items():
            owners_, linked = self.read_linked(via, condition, tie.columns)
            rows = new.places(owners_)
            is_as_it_was = has_same_keys and tie.has_still(stays, rows, linked)
            new.ties[via] = tie if is_as_it_was else tie.patched(stays, places, rows, linked)
        new.degrees_known = {
            name: new.counted(self.degrees_known[name], stays, places, condition)
            for name, tie in self.degrees.items()
            if tie is None and name in self.degrees_known
        }
        new.orders = {
            order: self.ordered_anew(order, stays, places, changed, new)
            for order in self.orders
            if self.is_indexed(order)
        }
        return new

    def is_indexed(self, order):
        """Whether the database finds a place in this order without sorting all rows."""
        first = [name for index in self.published.model._meta.indexes for name in index.fields[1:2]]
        return order[0].removeprefix("-") in first

    def ordered_anew(self, order, stays, places, changed, new):
        """An order in which the rows that changed stand before those that follow them, which the database names."""
        known = self.orders[order]
        known = places[known[stays[known]]]
        names = [*order, "slug"]
        others = self.published.exclude(pk__in=changed).order_by(*names)
        rows = list(
            self.published.filter(pk__in=changed).order_by(*names).values_list("pk", *map(plain_name, names))
        )
        before = []
        for _key, *values in rows:
            after = others.filter(follows(names, values)).values_list("pk", flat=True).first()
            place = len(known) if after is None else np.flatnonzero(known == new.places(np.array([after])))[0]
            before.append(int(place))
        return np.insert(
            known,
            np.array(before, dtype=np.int64),
            new.places(np.array([row[0] for row in rows], dtype=np.int64)),
        )

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
        if order not in self.orders and order[0] in self.degrees:
            places = self.ordered(order[1:])
            self.orders[order] = places[np.argsort(-self.degree(order[0])[places], kind="stable")]
        if order not in self.orders:
            keys = self.published.for_sorting().order_by(*order, "slug").values_list("pk", flat=True)
            self.orders[order] = self.places(np.fromiter(keys.iterator(chunk_size=CHUNK), dtype=np.int64))
        return self.orders[order]

    def degree(self, name):
        """How many are tied to each row, by the name of the sort: counted here in milliseconds, or in SQL in a second, once."""
        if name not in self.degrees_known:
            if tie := self.degrees[name]:
                self.degrees_known[name] = degrees(self, self.ties[tie[0]], tie[1])
            else:
                nothing = np.zeros(0, dtype=np.int32)
                self.degrees_known[name] = self.counted(nothing, nothing, nothing, Q())
        return self.degrees_known[name]

    def counted(self, known, stays, places, condition):
        """The degrees of all rows: those `known` of the ones that stay, the others from the database."""
        found = np.zeros(len(self.keys), dtype=np.int32)
        found[places[stays]] = known[stays]
        weights = self.published.model.objects.published().filter(condition).weights()
        keys, numbers = np.array(list(weights.items()), dtype=np.int64).reshape(-1, 2).T
        is_known = np.isin(keys, self.keys)
        found[self.places(keys[is_known])] = numbers[is_known]
        return found

    def with_degrees(self, rows):
        """The same entries, primary key → entry, each with how many are tied to it under the name of the sort."""
        places = self.places(np.array(list(rows), dtype=np.int64))
        for name in self.degrees:
            for key, number in zip(
                self.keys[places].tolist(), self.degree(name)[places].tolist(), strict=True
            ):
                setattr(rows[key], plain_name(name), number)
        return rows


def plain_name(name):
    return name.removeprefix("-")


def follows(names, values):
    """That a row comes after one with these values."""
    condition, alike = Q(), Q()
    for name, value in zip(names, values, strict=True):
        condition |= alike & Q(**{f"{plain_name(name)}__{beyond(name)}": value})
        alike &= Q(**{plain_name(name): value})
    # Said already, but not so that a database would look for it in an index.
    return condition & Q(**{f"{plain_name(names[0])}__{beyond(names[0])}e": values[0]})


def beyond(name):
    return "lt" if name.startswith("-") else "gt"


def having(codes: Codes, values: Iterable[Hashable]) -> Mask:
    """The mask of the rows of a column that have one of `values`."""
    wanted = np.zeros(len(codes.index), dtype=bool)
    wanted[[codes.index[value] for value in values if value in codes.index]] = True
    return wanted[codes.values]


def owners(columns: FacetIndex, tie: LinkedRows, mask: Mask) -> Mask:
    """The mask of the table's rows that own one of the linked rows in `mask`."""
    owned = np.zeros(len(columns.keys), dtype=bool)
    owned[tie.rows[mask]] = True
    return owned


def owners_of(columns: FacetIndex, tie: LinkedRows, name: str, values: Iterable[Hashable]) -> Mask:
    """The mask of the table's rows that own a linked row with one of `values`."""
    owned = np.zeros(len(columns.keys), dtype=bool)
    rows, bounds = tie.pairs(name)
    last = len(bounds) - 1  # what is called by this code and later ones no row has
    for code in (tie.columns[name].index.get(value, last) for value in values):
        if code < last:
            owned[rows[bounds[code] : bounds[code + 1]]] = True
    return owned


def count(codes: Codes, mask: Mask, most: int | None = None, also: Iterable[Hashable] = ()) -> dict[Any, int]:
    """Value → number of rows in `mask`: of all, or of the `most` frequent and those that are equal to the last, and `also`."""
    return by_value(codes, np.bincount(codes.values[mask], minlength=len(codes.index)), most, also)


def count_owners(
    tie: LinkedRows,
    name: str,
    mask: Mask,
    linked: Mask | None = None,
    most: int | None = None,
    also: Iterable[Hashable] = (),
) -> dict[Any, int]:
    """Value of the tie's column → number of the table's rows in `mask` that own a linked row with it; one of those in `linked`.

    `most` and `also` as above.
    """
    codes = tie.columns[name]
    counts = np.zeros(len(codes.index), dtype=np.int64)
    if linked is None:
        rows, bounds = tie.pairs(name)
        if len(there := np.flatnonzero(np.diff(bounds))):
            counts[there] = np.add.reduceat(mask[rows], bounds[there], dtype=np.int32)
    else:
        order = tie.by_value[name]
        order = first_of_each(tie, name, order[(mask[tie.rows] & linked)[order]])
        counts += np.bincount(codes.values[order], minlength=len(counts))
    return by_value(codes, counts, most, also)


def first_of_each(tie: LinkedRows, name: str, order: NDArray[Any]) -> NDArray[Any]:
    """Of linked rows in the order of value and owner, the first of each pair."""
    values, rows = tie.columns[name].values[order], tie.rows[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (values[1:] != values[:-1]) | (rows[1:] != rows[:-1])
    return order[first]


def degrees(columns: FacetIndex, tie: LinkedRows, name: str) -> NDArray[np.intp]:
    """How many different values of the tie's column each row of the table has."""
    return np.bincount(tie.pairs(name).rows, minlength=len(columns.keys))


def foremost_keys(
    columns: FacetIndex, mask: Mask, weights: NDArray[Any], order: Iterable[str], most: int
) -> list[int]:
    """The keys of the `most` rows in `mask` with the greatest weights; of equal ones those first in `order`."""
    places = columns.ordered(order)
    places = places[mask[places]]
    best = places[np.argsort(-weights[places], kind="stable")[:most]]
    return columns.keys[best[weights[best] > 0]].tolist()


def by_value(codes, counts, most, also):
    least = 1 if most is None or len(counts) <= most else max(np.partition(counts, -most)[-most], 1)
    values = list(codes.index)
    found = {values[code]: int(counts[code]) for code in np.flatnonzero(counts >= least)}
    return found | {value: int(counts[codes.index[value]]) for value in also if value in codes.index}


def facet_index_of(filterset_class: type[Listed], version: str) -> FacetIndex:
    """The columns at this content version, today."""
    return following.followed(
        filterset_class,
        version,
        lambda: FacetIndex(filterset_class),
        lambda index, changed: index.patched(
            following.touched(index.published.model, changed, paths_of(filterset_class))
        ),
    )


def paths_of(filterset_class):
    """The lookups by which a list depends on other rows than its own."""
    fields = (facet.field_name for facet in filterset_class.base_filters.values())
    return [*filterset_class.depends_on, *filter(None, fields)]
