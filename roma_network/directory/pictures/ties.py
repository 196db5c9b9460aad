"""Who takes part in what, as columns in memory: the pictures count and link with them."""

from array import array
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from initiatives.models import Participation, Role
from stakeholders.models import Actor, ActorType, Relation

CHUNK = 5000


class Ties(NamedTuple):
    """Public participations: the keys of actor and initiative, and the place of the role among `Role`."""

    actors: np.ndarray
    initiatives: np.ndarray
    roles: np.ndarray

    def among(self, **wanted):
        """The ties whose values are among these, column by column: `actors=keys`."""
        mask = np.ones(len(self.actors), dtype=bool)
        for name, values in wanted.items():
            mask &= np.isin(getattr(self, name), values)
        return Ties(*(column[mask] for column in self))

    def pairs(self):
        """Each actor and initiative once, whatever the roles: an array of two columns."""
        return np.unique(np.column_stack([self.actors, self.initiatives]), axis=0)

    def counts(self):
        """Actor → number of its initiatives."""
        actors, counts = np.unique(self.pairs()[:, 0], return_counts=True)
        return dict(zip(actors.tolist(), counts.tolist(), strict=True))


@lru_cache(maxsize=1)
def ties_at(version):
    places = {role: place for place, role in enumerate(Role)}
    columns = array("q"), array("q"), array("b")
    rows = Participation.objects.public().order_by().values_list("actor_id", "initiative_id", "role")
    for actor, initiative, role in rows.iterator(chunk_size=CHUNK):
        for column, value in zip(columns, (actor, initiative, places[role]), strict=True):
            column.append(value)
    return Ties(*map(np.array, columns))


@lru_cache(maxsize=1)
def counts_at(version):
    """Actor → number of its initiatives, of all ties."""
    return ties_at(version).counts()


@lru_cache(maxsize=1)
def every_relation_at(version):
    """The keys of both actors of each public relation: an array of two columns."""
    rows = Relation.objects.public().order_by().values_list("subject_id", "target_id")
    return np.array(list(rows), dtype=np.int64).reshape(-1, 2)


@lru_cache(maxsize=1)
def relations_at(version):
    """Pairs of keys of actors with a public relation, each once, the lesser key first."""
    return np.unique(np.sort(every_relation_at(version), axis=1), axis=0)


class Locality(NamedTuple):
    """A regional or local authority that has its place on a map."""

    pk: int
    name: str
    slug: str
    country: str
    longitude: float
    latitude: float
    precision: str
    town: str


@lru_cache(maxsize=1)
def localities_at(version):
    """Key → locality."""
    rows = Actor.objects.published().filter(type=ActorType.LOCAL_AUTHORITY, latitude__isnull=False)
    columns = ("pk", "name", "slug", "country", "longitude", "latitude", "precision", "locality")
    return {row[0]: Locality(*row) for row in rows.values_list(*columns).iterator(chunk_size=CHUNK)}
