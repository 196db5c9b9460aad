"""Autocomplete (typeahead) and spelling correction: what a reader may mean while typing, and when a word is misspelt.

All names of published entries stand in one folded text, the best connected entry first. Scanning it takes some
milliseconds at 120,000 names, the same on both databases. It is built once in each worker, and follows the log from then on.
"""

import re
from array import array
from bisect import bisect_right
from collections import Counter, defaultdict
from functools import cached_property
from itertools import islice

import numpy as np
from django.db.models import Value
from django.db.models.functions import StrIndex, Substr
from rapidfuzz import process
from rapidfuzz.distance import OSA

from roma_network.models import Editorial
from roma_network.search import following, full_text

CLOSE = 200  # entries compared by how a word stands in their names
SCANNED = 2000  # entries looked at for words that stand apart
MOST_CALLED = 20  # entries of one name
# What stands around the text in a name: the whole name, whole words at its start or within it, beginnings of words.
AROUND = (("\n", "\n"), ("\n", " "), (" ", "\n"), (" ", " "), ("\n", ""), (" ", ""))
NEARLY = 0.88
RANKS = (0, 1, 2, 2, 1, 3, 4)  # of AROUND, and of words that stand apart
SHORTEST_CALL = 4  # letters: what is shorter is mostly the beginning of a name that is typed
WELL_KNOWN = 30  # ties
ALIKE = 0.65  # of 1: “rommed” and “romed” are 0.83


class Texts:
    """A list of texts as one: of short ones, objects would take five times as much memory."""

    def __init__(self, parts):
        self.text = "".join(parts)
        self.starts = array("q", [*starts_of(parts), len(self.text)])

    def __len__(self):
        return len(self.starts) - 1

    def __getitem__(self, place):
        return self.text[self.starts[place] : self.starts[place + 1]]


class NameIndex:
    """The names of all published entries. `rows`: (model, key, slug, names as in `search_text`, weight).

    The best known come first, and of these the shortest.
    """

    def __init__(self, rows):
        rows = sorted(rows, key=lambda row: (-row[4], len(row[3])))
        self.models = [row[0] for row in rows]
        self.keys, self.weights = (array("q", [row[column] for row in rows]) for column in (1, 4))
        self.slugs, self.names = (Texts([row[column] for row in rows]) for column in (2, 3))

    def patched(self, changed, fresh):
        """An index in which the entries in `changed`, pairs of model and key, are as in `fresh`, rows of these."""
        pairs = enumerate(zip(self.models, self.keys, strict=True))
        held = [place for place, pair in pairs if pair[1] in changed and pair[0] in changed[pair[1]]]
        if sorted(map(self.told, held)) == sorted(
            (key, slug, text) for _model, key, slug, text, _weight in fresh
        ):
            return self
        gone = set(held)
        rows = [
            (
                self.models[place],
                self.keys[place],
                self.slugs[place],
                self.names[place],
                self.weights[place],
            )
            for place in range(len(self.keys))
            if place not in gone
        ]
        return NameIndex([*rows, *fresh])

    def told(self, place):
        return self.keys[place], self.slugs[place], self.names[place]

    def suggest(self, text, most=8):
        """Entries, the closest first: by how `text` stands in a name, and last those that hold its words apart.

        Those that are called exactly so have `is_called`; those that begin so and are known to many, `is_well_known`; those
        that hold the words apart, `is_apart`.
        """
        query = full_text.Query.parse(text)
        if not query.wanted:
            return []
        found = self.levels(query.text)
        if len(found) < most:
            found = dict.fromkeys(self.scan_apart(query.wanted, most), len(AROUND)) | found
        allowed = [place for place in found if not any(term in self.names[place] for term in query.unwanted)]
        # Of names that begin so, the best known first, whether the word ends there or not: "rom" is ROMACT and ROMED.
        ranks = (1, *RANKS[1:]) if len(query.text) < SHORTEST_CALL else RANKS
        places = sorted(allowed, key=lambda place: (ranks[found[place]], place))[:most]
        entries = self.entries(places)
        for place, entry in zip(places, entries, strict=True):
            entry.is_called = found[place] == 0 and (ranks[0] == 0 or place == places[0])
            entry.is_apart = found[place] == len(AROUND)
            entry.is_well_known = ranks[found[place]] <= 1 and self.weights[place] >= WELL_KNOWN
        return entries

    def levels(self, text):
        """Place → which of AROUND is the first that a name shows, among entries with a word that begins with `text`."""
        places = {}
        for start in "\n ":
            hits = list(self.scan(start + text, CLOSE))
            if len(hits) == CLOSE:  # the whole name may stand behind so many longer ones
                hits += self.scan(f"{start}{text}\n", CLOSE)
            places |= dict.fromkeys(hits)
        return {place: self.level(self.names[place], text) for place in places}

    def level(self, names, text):
        return next(level for level, (start, end) in enumerate(AROUND) if start + text + end in names)

    def entries(self, places):
        """What stands at these places. This causes a query for each kind of entry."""
        keys = defaultdict(list)
        for place in places:
            keys[self.models[place]].append(self.keys[place])
        rows = {model: model.objects.in_bulk(found) for model, found in keys.items()}
        return [rows[self.models[place]][self.keys[place]] for place in places]

    def scan(self, pattern, most):
        """Places of the first entries whose names hold `pattern`, each once."""
        text, starts, position = self.names.text, self.names.starts, 0
        for _ in range(most):
            position = text.find(pattern, position)
            if position < 0:
                return
            place = bisect_right(starts, position) - 1
            yield place
            if place + 1 == len(self.names):
                return
            position = starts[place + 1]

    def scan_apart(self, terms, most):
        """Places of entries whose names hold all of `terms`, wherever they stand."""
        places = self.scan(max(terms, key=len), SCANNED)
        return islice((place for place in places if all(term in self.names[place] for term in terms)), most)

    @cached_property
    def words(self):
        """Word → how many names have it."""
        words = (match[0] for match in re.finditer(r"\w+", self.names.text))
        return Counter(word for word in words if len(word) > 2 and not word.isdigit())

    @cached_property
    def called_so(self):
        """Hashes of names, sorted, and the place of the entry that bears each: a dictionary takes ten times as much memory."""
        names = self.names.text.split("\n")
        places = np.searchsorted(self.names.starts, starts_of(names, 1), side="right") - 1
        hashes = np.fromiter(map(hash, names), dtype=np.int64, count=len(names))
        order = np.argsort(hashes, kind="stable")
        order = order[hashes[order] != hash("")]  # names stand between two breaks of a line
        return hashes[order], places[order].astype(np.int32)

    def called(self, name):
        """Model, key and slug of the entries that bear this folded name."""
        hashes, places = self.called_so
        first, last = (np.searchsorted(hashes, hash(name), side=side) for side in ("left", "right"))
        found = [place for place in places[first:last].tolist() if f"\n{name}\n" in self.names[place]]
        return tuple(
            (self.models[place], self.keys[place], self.slugs[place]) for place in found[:MOST_CALLED]
        )

    def alike(self, text):
        """Model, key and slug of an entry that is called nearly so."""
        names = filter(None, self.names.text.split("\n"))
        found = process.extractOne(text, names, scorer=OSA.normalized_similarity, score_cutoff=NEARLY)
        return self.called(found[0])[:1] if found else ()

    def similar(self, word):
        """The words of all names that are most like `word`; of equally similar ones the most frequent first.

        Where the first letter is another, it is the same word only if all else is nearly so.
        """
        found = process.extract(
            word, self.words.keys(), scorer=OSA.normalized_similarity, limit=4, score_cutoff=ALIKE
        )
        found = [row for row in found if row[0][0] == word[0] or row[1] >= NEARLY]
        return [
            other for other, *_ in sorted(found, key=lambda row: (-round(row[1], 2), -self.words[row[0]]))
        ]


def starts_of(parts, between=0):
    """Where each of these stands in the text that they make, with so many letters between."""
    lengths = np.fromiter(map(len, parts), dtype=np.int64, count=len(parts)) + between
    return np.cumsum(lengths) - lengths


def name_index(version: str) -> NameIndex:
    """The names as they stand at this content version."""
    return following.followed("names", version, lambda: NameIndex(name_rows()), patched)


def name_rows(keys=None):
    """Of all entries, or of those with these keys: model → keys."""
    for model in Editorial.__subclasses__():
        lookups = {} if keys is None else {"pk__in": keys.get(model, ())}
        weights = model.objects.filter(**lookups).weights()
        end = StrIndex("search_text", Value("\t")) - 1
        rows = (
            model.objects.published().filter(**lookups).annotate(folded_names=Substr("search_text", 1, end))
        )
        found = rows.order_by().values_list("pk", "slug", "folded_names")
        for key, slug, text in found.iterator(chunk_size=5000):
            yield model, key, slug, text, weights.get(key, 0)


def patched(index, changed):
    parts = {model: changed.get(following.part_of(model), set()) for model in Editorial.__subclasses__()}
    by_key = defaultdict(set)
    for model, keys in parts.items():
        for key in keys:
            by_key[key].add(model)
    return index.patched(by_key, list(name_rows(parts))) if by_key else index
