"""Actors like one another: by shared initiatives and themes, kind of body or place, and country. Told from the columns in
memory, so that it costs milliseconds at 100,000 actors.
"""

from collections.abc import Collection
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from roma_network.search.facet_index import FacetIndex, facet_index_of, first_of_each, having
from stakeholders.filters import ActorFilterSet
from stakeholders.models import Actor, ActorType

# What makes two actors alike, and how much. An initiative of few says more than one of a hundred.
INITIATIVE, THEME, FORM, COUNTRY = 4.0, 1.0, 1.0, 0.5
FEWEST_THEMES = 2  # in common, where there is no initiative
ORGANISATIONS = {ActorType.ROMA_COMMUNITY, ActorType.CIVIL_SOCIETY}  # which look for each other
MOST_NAMED = 2


def kin(type_: str) -> Collection[str]:
    """The types of actor among which one looks for its like."""
    return ORGANISATIONS if type_ in ORGANISATIONS else {type_}


class Alike(NamedTuple):
    """An actor that is like another, and why."""

    actor: Actor
    initiatives: list  # that both take part in, those of few first
    themes: list  # that both work on
    is_of_form: bool
    is_of_country: bool

    @property
    def named(self):
        return self.initiatives[:MOST_NAMED]

    @property
    def further(self):
        return len(self.initiatives) - len(self.named)


class Similar:
    """The actors like this one, which may be a preview; the most alike first."""

    def __init__(self, actor: Actor, initiatives: Collection[int], version: str) -> None:
        """`initiatives` are the keys of those that it takes part in."""
        self.actor = actor
        self.columns: FacetIndex = facet_index_of(ActorFilterSet, version)
        self.themes = {theme.slug: theme for theme in actor.themes.all()}
        self.own = set(initiatives)

    def shared(self, tie: str, name: str, values: Collection, weigh) -> tuple[NDArray, NDArray]:
        """How many of these values each row has, and what they weigh together: `weigh` tells it by how many rows have one."""
        linked = self.columns.ties[tie]
        codes = linked.columns[name].values
        mask = having(linked.columns[name], values)
        order = linked.by_value[name]
        order = first_of_each(linked, name, order[mask[order]])
        sizes = np.bincount(codes[order], minlength=1)
        size = len(self.columns.keys)
        rows = linked.rows[order]
        return np.bincount(rows, minlength=size), np.bincount(
            rows, weights=weigh(sizes[codes[order]]), minlength=size
        )

    @cached_property
    def scores(self) -> NDArray[np.float64]:
        """How alike each row is; 0 where it is not."""
        plain = self.columns.plain
        initiatives, by_initiatives = self.shared(
            "participation", "initiative", self.own, lambda sizes: INITIATIVE / np.log2(1 + sizes)
        )
        themes, by_themes = self.shared(
            "theme", "theme", self.themes, lambda sizes: np.full(len(sizes), THEME)
        )
        scores = (by_initiatives + by_themes).astype(np.float64)  # of no rows they are whole numbers
        if self.actor.form:
            scores += FORM * having(plain["form"], [self.actor.form])
        if self.actor.country_id:
            scores += COUNTRY * having(plain["country"], [self.actor.country_id])
        is_kin = having(plain["type"], kin(self.actor.type)) & having(plain["active"], ["yes"])
        is_alike = is_kin & ((initiatives > 0) | (themes >= min(FEWEST_THEMES, len(self.themes) or 1)))
        is_alike &= self.columns.keys != (self.actor.pk or 0)
        return np.where(is_alike, scores, 0)

    @cached_property
    def places(self) -> NDArray[np.intp]:
        """Where those stand that are alike, the most alike first; of equal ones the better connected."""
        order = self.columns.ordered(ActorFilterSet.sorts["connected"].order)
        order = order[self.scores[order] > 0]
        return order[np.argsort(-self.scores[order], kind="stable")]

    @property
    def count(self) -> int:
        return len(self.places)

    @property
    def abroad(self):
        """The mask of the rows in other countries."""
        return ~having(self.columns.plain["country"], [self.actor.country_id, None])

    def first(self, most: int, named: dict) -> list[Alike]:
        return self.read(self.columns.keys[self.places[:most]].tolist(), named)

    def read(self, keys: list[int], named: dict) -> list[Alike]:
        """These, with the reasons: one query. `named` holds the initiatives by their keys."""
        rows = Actor.objects.select_related("country").in_bulk(keys)
        initiatives, themes = (
            self.of_each(keys, *tie)
            for tie in (("participation", "initiative", self.own), ("theme", "theme", self.themes))
        )
        return [
            Alike(
                rows[key],
                [named[each] for each in initiatives.get(key, ()) if each in named],
                [self.themes[slug] for slug in themes.get(key, ())],
                bool(self.actor.form) and rows[key].form == self.actor.form,
                bool(self.actor.country_id) and rows[key].country_id == self.actor.country_id,
            )
            for key in keys
            if key in rows
        ]

    def of_each(self, keys, tie, name, values):
        """Key → which of these values it has, those that few have first."""
        linked = self.columns.ties[tie]
        codes = linked.columns[name]
        mask = having(codes, values)
        sizes = np.bincount(codes.values[mask], minlength=len(codes.index))
        wanted = self.columns.only(np.array(keys, dtype=np.int64))
        back = {code: value for value, code in codes.index.items()}
        found = {}
        for row, code in zip(
            *(column[mask & wanted[linked.rows]].tolist() for column in (linked.rows, codes.values)),
            strict=True,
        ):
            found.setdefault(int(self.columns.keys[row]), set()).add(code)
        return {
            key: [back[code] for code in sorted(held, key=lambda code: sizes[code])]
            for key, held in found.items()
        }
