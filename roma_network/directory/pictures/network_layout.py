"""The layout (force-directed) of the network: where everybody stands in its picture. Computed when the content changes, never within a request.

A request that meets a layout older than the content starts the computation in a thread, and is answered with what is
there. Who came since stands beside those it is tied to.
"""

import io
import logging
from datetime import timedelta
from functools import lru_cache
from threading import Thread
from typing import NamedTuple

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from django.utils.timezone import now

from roma_network.directory.pictures import forces
from roma_network.directory.pictures.ties import relations_at, ties_at
from roma_network.models import ContentVersion, Layout

SIDE = 1000  # of the square that all stand in
MOST_LAID_OUT = 1500  # by force; the others stand beside those they are tied to
ROUNDS = 400
FEW_ROUNDS = 150  # for some hundred nodes, which takes some milliseconds
MOST_AT_ONCE = 400  # nodes that are drawn well at once; for more a process of its own is started
REST = timedelta(minutes=10)  # between two computations
AT_MOST = timedelta(minutes=5)  # for one; after that another worker may try
SQUASH = 0.62  # draws what is far out towards the middle, where most stand

log = logging.getLogger(__name__)


class Graph(NamedTuple):
    """Nodes by number, those of actors first: the keys of both, and pairs of numbers."""

    actors: np.ndarray
    initiatives: np.ndarray
    edges: np.ndarray

    @classmethod
    def of(cls, pairs, relations):
        """From pairs of keys: actor and initiative, actor and actor."""
        actors = np.unique(np.concatenate([pairs[:, 0], relations.ravel()]))
        initiatives = np.unique(pairs[:, 1])
        among = np.searchsorted(actors, relations)
        across = np.column_stack(
            [np.searchsorted(actors, pairs[:, 0]), len(actors) + np.searchsorted(initiatives, pairs[:, 1])]
        )
        return cls(actors, initiatives, np.concatenate([across, among]).astype(np.int64).reshape(-1, 2))

    def as_igraph(self):
        import igraph  # here, since it takes memory and few workers ever need it

        return igraph.Graph(n=self.size, edges=self.edges.tolist())

    @property
    def size(self):
        return len(self.actors) + len(self.initiatives)

    @property
    def degrees(self):
        return np.bincount(self.edges.ravel(), minlength=self.size)

    def core(self, most):
        """The numbers of the best connected, in order."""
        return np.sort(np.argsort(-self.degrees, kind="stable")[:most])

    def thinned(self, most):
        """The graph with so many edges at most: in turn the first of each node, the second, and so on."""
        if len(self.edges) <= most:
            return self
        degrees = self.degrees
        ends = np.where(degrees[self.edges[:, 0]] <= degrees[self.edges[:, 1]], *self.edges.T)  # the lesser
        order = np.argsort(ends, kind="stable")
        firsts = np.searchsorted(ends[order], ends[order])
        turns = np.empty(len(order), dtype=np.int64)
        turns[order] = np.arange(len(order)) - firsts
        kept = np.sort(np.argsort(turns, kind="stable")[:most])
        return self._replace(edges=self.edges[kept])

    def only(self, numbers):
        """The graph of these nodes (ascending) and of the edges among them."""
        place = np.full(self.size, -1)
        place[numbers] = np.arange(len(numbers))
        edges = place[self.edges]
        keys = np.concatenate([self.actors, self.initiatives])[numbers]
        border = int(np.searchsorted(numbers, len(self.actors)))
        return Graph(keys[:border], keys[border:], edges[(edges >= 0).all(axis=1)])


class Places(NamedTuple):
    """Keys (ascending) and places of actors and of initiatives: arrays of one and of two columns."""

    actors: np.ndarray
    actor_places: np.ndarray
    initiatives: np.ndarray
    initiative_places: np.ndarray

    def of(self, graph):
        """The places of a graph's nodes, by number: newcomers stand amid those they are tied to, or in the middle."""
        places = np.concatenate(
            [
                looked_up(self.actors, self.actor_places, graph.actors),
                looked_up(self.initiatives, self.initiative_places, graph.initiatives),
            ]
        )
        return settled(places, graph)


def looked_up(keys, places, wanted):
    """The places of `wanted`, and NaN for those without."""
    found = np.full((len(wanted), 2), np.nan)
    if len(keys):
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        known = keys[at] == wanted
        found[known] = places[at[known]]
    return found


def settled(places, graph):
    """`places` with those that are NaN filled: the middle of the neighbours, a little aside."""
    for _round in range(3):
        missing = np.isnan(places[:, 0])
        if not missing.any():
            break
        sums, counts = np.zeros_like(places), np.zeros(len(places))
        for one, other in (graph.edges.T, graph.edges.T[::-1]):
            known = missing[one] & ~missing[other]
            np.add.at(sums, one[known], places[other[known]])
            np.add.at(counts, one[known], 1)
        near = counts > 0
        places[near] = sums[near] / counts[near, None] + aside(len(places))[near]
    places[np.isnan(places[:, 0])] = SIDE / 2
    return places


def aside(number):
    """Small steps in all directions, the same each time."""
    turns = np.arange(number) * 2.399963  # the golden angle: no two on top of one another
    return np.column_stack([np.cos(turns), np.sin(turns)]) * (12 + np.arange(number) % 5 * 4)[:, None]


def whole_graph(version):
    return Graph.of(ties_at(version).pairs(), relations_at(version))


def computed(graph, before=None):
    """Places for all nodes of a graph. Those of `before` are where it starts from, so that the picture stays itself."""
    core = graph.only(graph.core(MOST_LAID_OUT))
    start = before.of(core) if before else None
    pieces = core.as_igraph().connected_components()
    places, corner = np.zeros((core.size, 2)), [0.0, SIDE * 1.0]
    for number, members in enumerate(sorted(pieces, key=len, reverse=True)):
        inner = core.only(np.array(sorted(members)))
        where = drawn(inner, start[sorted(members)] if start is not None and number == 0 else None)
        if number == 0:
            places[sorted(members)] = squashed(where) * SIDE * 0.94
        else:
            places[sorted(members)] = in_a_row(where, corner)
    return places_of(core, places, graph)


def fresh(graph):
    """Places for the nodes of a small graph, whatever the layout of all: each piece, and the pieces side by side.

    A greater one is laid out roughly, until there is a layout of all.
    """
    pieces = sorted(graph.as_igraph().connected_components(), key=len, reverse=True)
    places, corner = np.zeros((graph.size, 2)), [0.0, SIDE * 1.0]
    for number, members in enumerate(pieces):
        inner = graph.only(np.array(sorted(members)))
        is_rough = inner.size > MOST_AT_ONCE
        where = as_places(forces.drawn(inner.size, inner.edges.tolist(), None, FEW_ROUNDS, is_rough))
        if number == 0:
            places[sorted(members)] = spread(where) * SIDE * (0.94 if len(pieces) > 1 else 1)
        else:
            places[sorted(members)] = in_a_row(where, corner)
    return places


def spread(places):
    """Into a square of side 1, in both directions alike."""
    low, high = places.min(axis=0, initial=np.inf), places.max(axis=0, initial=-np.inf)
    return (places - low) / np.maximum(high - low, 1e-9) if len(places) > 1 else places * 0 + 0.5


def drawn(graph, start):
    draw = forces.drawn if graph.size <= MOST_AT_ONCE else forces.drawn_apart
    before = None if start is None else (start / SIDE * 40).tolist()
    return as_places(draw(graph.size, graph.edges.tolist(), before, ROUNDS))


def as_places(pairs):
    return np.array(pairs, dtype=float).reshape(-1, 2)


def squashed(places):
    """Into a square of side 1, its middle half of them, the rest around."""
    middle = np.median(places, axis=0)
    away = places - middle
    distance = np.maximum(np.hypot(*away.T), 1e-9)[:, None]
    away = away / distance * (distance / distance.max()) ** SQUASH
    low, high = away.min(axis=0), away.max(axis=0)
    return (away - low) / np.maximum(high - low, 1e-9) * 0.98 + 0.01


def in_a_row(places, corner, cell=44):
    """A small component in a cell of its own along the lower edge; `corner` moves on."""
    low, high = places.min(axis=0), places.max(axis=0)
    fitted = (places - low) / max((high - low).max(), 1e-9) * (cell - 16) + corner + [8, -cell + 8]
    corner[0] += cell
    if corner[0] > SIDE - cell:
        corner[0], corner[1] = 0.0, corner[1] - cell
    return fitted


def places_of(core, places, graph):
    border = len(core.actors)
    known = Places(core.actors, places[:border], core.initiatives, places[border:])
    filled = known.of(graph)
    border = len(graph.actors)
    return Places(graph.actors, filled[:border], graph.initiatives, filled[border:])


# Kept in the database


def packed(places):
    file = io.BytesIO()
    np.savez_compressed(
        file,
        **{
            name: value.astype(np.float32 if "places" in name else np.int64)
            for name, value in places._asdict().items()
        },
    )
    return file.getvalue()


def unpacked(data):
    with np.load(io.BytesIO(data)) as file:
        return Places(**{name: file[name] for name in Places._fields})


@lru_cache(maxsize=2)
def unpacked_at(version):
    return unpacked(Layout.objects.get(pk=1).places)


def latest():
    """The layout in force and the content version that it shows; None before the first. This causes a query."""
    row = Layout.objects.filter(pk=1).values_list("version", flat=True).first()
    return (unpacked_at(row), row) if row else (None, "")


def compute() -> None:
    """Lay out the network as it stands now, and keep that."""
    version = ContentVersion.current()
    before, _version = latest()
    data = packed(computed(whole_graph(version), before))
    Layout.objects.update_or_create(pk=1, defaults={"version": version, "places": data, "made_at": now()})


def claim():
    """Whether this worker is to compute: nobody else is at it, and the last one has stood for a while."""
    with transaction.atomic():
        row, _is_new = Layout.objects.select_for_update().get_or_create(pk=1)
        is_busy = (
            row.claimed_at
            and row.claimed_at > now() - AT_MOST
            and not (row.made_at and row.made_at > row.claimed_at)
        )
        if is_busy or (row.made_at and row.made_at > now() - REST):
            return False
        row.claimed_at = now()
        row.save()
    return True


def start():
    """Compute in a thread, where that is due. Processes that may only read leave it to `lay_out_network`."""
    if not settings.PUBLIC_ONLY and claim():
        Thread(target=compute_aside, daemon=True).start()


def compute_aside():
    try:
        compute()
    except Exception:  # the picture stays as it was, and another request tries again
        log.exception("The network could not be laid out.")
    finally:
        connection.close()
