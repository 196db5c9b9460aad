"""All that can be searched, in memory: a search reads 20 MB in some milliseconds, where SQL took a tenth of a second.

The texts of a model's published rows are read in each worker process at the first search, and follow the log from then on
(see `following`). What holds a word is exactly what `full_text.matches` says in SQL.
"""

import re
from array import array
from bisect import bisect_left
from enum import IntEnum
from functools import cached_property

import numpy as np

from roma_network.models import Editorial
from roma_network.search import following

CHUNK = 5000
MOST_KEPT = 100  # words
END = "\r"  # of a row: no folded text holds it
SPACE, LINE, NAMES_END = ord(" "), ord("\n"), ord("\t")
IS_BREAK = np.isin(np.arange(128), [ord(letter) for letter in " \n\t\r"])


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


class TextIndex:
    """`rows`: pairs of key and `search_text`, in the order of names. Rows are named by their places in it."""

    def __init__(self, rows):
        keys, starts, texts, position = array("q"), array("q"), [], 0
        for key, text in rows:
            keys.append(key)
            starts.append(position)
            texts.append((text + END).encode())
            position += len(texts[-1])
        self.text = b"".join(texts)
        self.standings = {}
        self.keys, self.starts = map(np.array, (keys, starts))
        self.ends = np.append(self.starts[1:], position)[: len(self.starts)]

    def patched(self, changed, rows):
        """An index without the rows with these keys, and with `rows` where their names put them."""
        if not changed:
            return self
        stays = np.flatnonzero(~np.isin(self.keys, list(changed)))
        places = [self.place_of(text, stays) for _key, text in rows]
        starts, ends = self.starts[stays], self.ends[stays]
        pieces, last = [], 0
        for (_key, text), place in sorted(zip(rows, places, strict=True), key=lambda pair: pair[1]):
            pieces += [*self.pieces(starts[last:place], ends[last:place]), (text + END).encode()]
            last = place
        pieces += self.pieces(starts[last:], ends[last:])
        return TextIndex.of(b"".join(pieces), self, stays, places, rows)

    def pieces(self, starts, ends):
        """The texts of rows, those that stand side by side as one."""
        if not len(starts):
            return []
        breaks = np.flatnonzero(starts[1:] != ends[:-1]) + 1
        firsts, lasts = np.append(0, breaks), np.append(breaks, len(starts)) - 1
        return [self.text[start:end] for start, end in zip(starts[firsts], ends[lasts], strict=True)]

    def place_of(self, text, stays):
        """Before which of the rows that stay a text belongs, by its name."""
        return bisect_left(stays, name_in(text), key=lambda row: name_in(self.text_at(row)))

    def text_at(self, row):
        return self.text[self.starts[row] : self.ends[row]].decode()

    @classmethod
    def of(cls, text, old, stays, places, rows):
        new = cls(())
        order = sorted(range(len(rows)), key=places.__getitem__)
        at = np.array([places[number] for number in order], dtype=np.int64)
        rows = [rows[number] for number in order]
        lengths = np.insert((old.ends - old.starts)[stays], at, [len(text) + len(END) for _key, text in rows])
        new.text = text
        new.keys = np.insert(old.keys[stays], at, [key for key, _text in rows])
        new.ends = np.cumsum(lengths)
        new.starts = new.ends - lengths
        return new

    @cached_property
    def letters(self):
        """The text as codes: what stands before and behind many places is looked up at once."""
        return np.frombuffer(self.text, dtype=np.uint8)

    def standing(self, word):
        """How each row holds a word at best: see `Standing`. Words that questions share are kept."""
        if word not in self.standings:
            for last in list(self.standings)[:-MOST_KEPT]:
                self.standings.pop(last, None)
            self.standings[word] = self.found(word)
        return self.standings[word]

    def found(self, word):
        positions, rows = self.places_of(word)
        begun = IS_BREAK[self.letters[positions - 1]]
        whole = begun & IS_BREAK[self.letters[positions + len(word)]]
        named = positions < self.names_ends[rows]
        found = np.zeros(len(self.keys), dtype=np.int8)
        np.maximum.at(found, rows, Standing.PART + named + 2 * begun + 2 * whole)
        return found

    def holds(self, word):
        """Whether any row does."""
        return word.encode() in self.text

    def in_names(self, phrase):
        """How each row holds a phrase in its names at best: see `InName`."""
        positions, rows = self.places_of(phrase)
        before, behind = self.letters[positions - 1], self.letters[positions + len(phrase)]
        begins = InName.BEGINS + (behind == SPACE) + 2 * (behind == LINE)
        holds = np.where(before == LINE, begins, InName.WITHIN * (before == SPACE))
        found = np.zeros(len(self.keys), dtype=np.int8)
        np.maximum.at(found, rows, holds * (positions < self.names_ends[rows]))
        return found

    def places_of(self, text):
        """Where a text stands, and in which row each time."""
        positions = np.fromiter(self.starts_of(text.encode()), dtype=np.int64)
        return positions, np.searchsorted(self.starts, positions, side="right") - 1

    def starts_of(self, text):
        """Where a text stands. A pattern finds what is frequent faster; phrases are rare, and found in half the time without."""
        if b" " not in text:
            yield from (match.start() for match in re.finditer(re.escape(text), self.text))
            return
        place = self.text.find(text)
        while place >= 0:
            yield place
            place = self.text.find(text, place + len(text))

    @cached_property
    def names_ends(self):
        """Where the names of each row end, all of them."""
        return np.flatnonzero(self.letters == NAMES_END)


def name_in(text):
    return text[1 : max(text.find("\n", 1), 1)]


def text_index_of(model: type[Editorial], version: str) -> TextIndex:
    """The texts as they stand at this content version."""

    def read(**lookups):
        rows = model.objects.published().filter(**lookups).order_by("sort_name", "slug")
        return rows.values_list("pk", "search_text").iterator(chunk_size=CHUNK)

    return following.followed(
        model,
        version,
        lambda: TextIndex(read()),
        lambda index, changed: index.patched(
            keys := changed.get(following.part_of(model), ()), list(read(pk__in=keys))
        ),
    )
