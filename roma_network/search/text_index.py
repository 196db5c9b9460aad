"""Full-text index in memory, inverted and positional: each word with the places where it stands.

A search looks through the words that there are, a small part of all text, and then at the places of those that hold what is
searched for. The texts of a model's published rows are read in each worker process at the first search, and follow the log
from then on (see `following`): rows that changed since stand in a small segment beside the large one, where they are passed over.
What holds a word is exactly what `full_text.matches` says in SQL.
"""

import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import IntEnum
from itertools import count
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from roma_network.models import Editorial
from roma_network.search import following

CHUNK = 5000
MOST_KEPT = 100  # words
MOST_RECENT = 1000  # rows: they are read through anew at each edit
BREAK = "\n"  # around each word of a vocabulary
LINE = "|"  # a word of its own before, between and behind names; no folded text holds it

Numbers = NDArray[np.int32]
Mask = NDArray[np.bool_]
Levels = NDArray[np.int8]


class Standing(IntEnum):
    """How a row holds a word: whole words before beginnings, those before parts, each in a name before elsewhere."""

    ABSENT = 0
    PART = 1
    PART_OF_NAME = 2
    BEGUN = 3
    BEGUN_IN_NAME = 4
    WHOLE = 5
    WHOLE_IN_NAME = 6


class InName(IntEnum):
    """How a name of a row holds a phrase, from the beginning of a word on."""

    ABSENT = 0
    WITHIN = 1
    BEGINS = 2
    BEGINS_IN_WORDS = 3
    WHOLE = 4


class Found(NamedTuple):
    """Numbers of words of the vocabulary that hold a text, or places where it stands, that of its first word."""

    at: Numbers
    begun: Mask  # whether the text begins with the beginning of a word
    ended: Mask  # whether it ends with the end of one


class Segment:
    """The words of some rows, pairs of key and `search_text`. A place is that of a word among all words of them."""

    def __init__(self, rows: Iterable[tuple[int, str]]) -> None:
        vocabulary: dict[str, int] = defaultdict(count().__next__)
        keys, (words, starts, names_ends, lengths) = array("q"), (array("i") for _ in range(4))
        for key, text in rows:
            names, _, rest = text.partition("\t")
            keys.append(key)
            lengths.append(len(names))
            starts.append(len(words))
            words.extend(map(vocabulary.__getitem__, names.replace("\n", f" {LINE} ").split()))
            names_ends.append(len(words))
            words.extend(map(vocabulary.__getitem__, rest.split()))
        self.keys, self.starts, self.names_ends, self.lengths = map(
            np.array, (keys, starts, names_ends, lengths)
        )
        of_places = np.array(words)
        self.places = np.argsort(of_places, kind="stable").astype(np.int32)  # by word
        self.firsts = np.append(0, np.cumsum(np.bincount(of_places, minlength=len(vocabulary))))
        self.text = f"{BREAK}{BREAK.join(vocabulary)}{BREAK}".encode()
        self.letters = np.frombuffer(self.text, dtype=np.uint8)
        self.breaks = np.flatnonzero(self.letters == ord(BREAK)).astype(np.int32)
        self.lines = self.places_of(self.words(LINE, begun=True, ended=True).at)
        self.standings: dict[str, Levels] = {}

    def standing(self, text: str) -> Levels:
        """How each row holds a word or phrase at best: see `Standing`. What questions share is kept."""
        if text not in self.standings:
            for last in list(self.standings)[:-MOST_KEPT]:
                self.standings.pop(last, None)
            at, begun, ended = self.found(text)
            rows, named = self.rows_of(at)
            levels = Standing.PART + named + 2 * begun + 2 * (begun & ended)
            self.standings[text] = self.best_of_rows(rows, levels)
        return self.standings[text]

    def in_names(self, text: str) -> Levels:
        """How each row holds a word or phrase in its names at best: see `InName`."""
        at, begun, ended = self.found(text)
        at, ended = at[begun], ended[begun]
        rows, named = self.rows_of(at)
        at, rows, ended = at[named], rows[named], ended[named]
        begins = InName.BEGINS + ended + (ended & are_in(self.lines, at + 1 + text.count(" ")))
        return self.best_of_rows(rows, np.where(are_in(self.lines, at - 1), begins, InName.WITHIN))

    def rows_of(self, places):
        """The row of each place, and whether it is in one of its names."""
        rows = np.searchsorted(self.starts, places, side="right") - 1
        return rows, places < self.names_ends[rows]

    def best_of_rows(self, rows, levels):
        best = np.zeros(len(self.keys), dtype=np.int8)
        np.maximum.at(best, rows, levels.astype(np.int8))
        return best

    def found(self, text):
        """Where a text stands, from any letter of a word to any letter of a word."""
        words = text.split(" ")
        if len(words) > 1:
            return self.phrase(words)
        number, begun, ended = self.words(text)
        counts = self.firsts[number + 1] - self.firsts[number]
        return Found(self.places_of(number), np.repeat(begun, counts), np.repeat(ended, counts))

    def phrase(self, words):
        """Where words follow one another. The rarest is looked up, and what stands around it compared."""
        last = len(words) - 1
        steps = [self.words(word, begun=n > 0, ended=n < last) for n, word in enumerate(words)]
        counts = [(self.firsts[step.at + 1] - self.firsts[step.at]).sum() for step in steps]
        order = np.argsort(counts)
        places = self.places_of(steps[order[0]].at) - order[0]
        places = places[(places >= 0) & (places < len(self.places) - last)]
        for number in order[1:] if len(places) else ():
            places = places[self.hold(places + number, steps[number].at)]
        first, final = steps[0], steps[last]
        return Found(
            places,
            self.hold(places, first.at[first.begun]),
            self.hold(places + last, final.at[final.ended]),
        )

    def hold(self, places, words):
        """Which places hold one of these words."""
        if len(words) == 1:
            return are_in(self.places_of(words), places)
        held = np.zeros(len(self.places), dtype=bool)
        held[self.places_of(words)] = True
        return held[places]

    def places_of(self, words):
        """All places of these words."""
        firsts, counts = self.firsts[words], self.firsts[words + 1] - self.firsts[words]
        behind = np.cumsum(counts)
        within = np.arange(counts.sum()) - np.repeat(behind - counts, counts)
        return self.places[np.repeat(firsts, counts) + within]

    def words(self, part, *, begun=False, ended=False):
        """The words that hold a part, each once; only those that begin or end with it."""
        pattern = (BREAK * begun + part + BREAK * ended).encode()
        found = (match.start() for match in re.finditer(re.escape(pattern), self.text))
        at = np.fromiter(found, dtype=np.int32) + begun
        numbers = np.searchsorted(self.breaks, at) - 1
        is_first = np.diff(numbers, prepend=-1) > 0
        at = at[is_first]
        behind = self.letters[at + len(part)]
        return Found(numbers[is_first], self.letters[at - 1] == ord(BREAK), behind == ord(BREAK))


def are_in(known: Numbers, places: Numbers) -> Mask:
    """Which places are among those known, which are sorted."""
    return known[np.searchsorted(known, places) % max(len(known), 1)] == places


class TextIndex:
    """The texts of rows: those of a large segment that are not `gone`, and those that changed since it was made."""

    def __init__(
        self, base: Segment, recent: Mapping[int, str] | None = None, gone: frozenset[int] = frozenset()
    ) -> None:
        self.base, self.recent, self.gone = base, recent or {}, gone
        self.stays = ~np.isin(base.keys, list(gone))
        self.changed = Segment(self.recent.items())
        self.keys = self.of_all(base.keys, self.changed.keys)
        self.lengths = self.of_all(base.lengths, self.changed.lengths)  # of names

    def of_all(self, large, small):
        return np.concatenate([large[self.stays], small]) if self.gone else large

    def patched(self, changed: Iterable[int], rows: Iterable[tuple[int, str]]) -> "TextIndex | None":
        """An index with `rows` in the place of those with the keys that changed; None where they have become too many."""
        changed = set(changed)
        if not changed:
            return self
        gone = self.gone | changed
        if len(gone) > MOST_RECENT:
            return None
        stays = {key: text for key, text in self.recent.items() if key not in changed}
        return TextIndex(self.base, stays | dict(rows), gone)

    def standing(self, text: str) -> Levels:
        return self.of_all(self.base.standing(text), self.changed.standing(text))

    def in_names(self, text: str) -> Levels:
        return self.of_all(self.base.in_names(text), self.changed.in_names(text))

    def holds(self, text: str) -> bool:
        """Whether any row does."""
        return bool(self.standing(text).any())


def text_index_of(model: type[Editorial], version: str) -> TextIndex:
    """The texts as they stand at this content version."""

    def read(**lookups):
        rows = model.objects.published().filter(**lookups).order_by("pk")
        return rows.values_list("pk", "search_text").iterator(chunk_size=CHUNK)

    return following.followed(
        model,
        version,
        lambda: TextIndex(Segment(read())),
        lambda index, changed: index.patched(
            keys := changed.get(following.part_of(model), ()), read(pk__in=keys)
        ),
    )
