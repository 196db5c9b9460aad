"""All that can be searched, in memory: a search reads 20 MB in some milliseconds, where SQL took a tenth of a second.

The texts of a model's published rows are read once for each content version in each worker process, at the first
search. What is found, and in which order, is exactly what `search.matches` and `search.rank` say in SQL.
"""

import re
from array import array
from threading import Lock

import numpy as np

from roma_network.core import folding
from roma_network.models import Editorial
from roma_network.search import full_text

CHUNK = 5000
FEW = 500  # rows are looked at one by one
END = "\r"  # of a row: no folded text holds it
WHOLE, START, START_OF_ANOTHER, WITHIN, ELSEWHERE = range(5)  # how the words stand in a row's names

kept = {}
reading = Lock()


class TextIndex:
    """`rows`: pairs of key and `search_text`, in the order of names. Rows are named by their places in it."""

    def __init__(self, rows):
        keys, starts, name_ends, texts, position = array("q"), array("q"), array("q"), [], 0
        for key, text in rows:
            keys.append(key)
            starts.append(position)
            name_ends.append(position + max(text.find("\n", 1), 1))
            texts.append(text + END)
            position += len(text) + len(END)
        self.text = "".join(texts)
        self.keys, self.starts, self.name_ends = map(np.array, (keys, starts, name_ends))
        self.ends = np.append(self.starts[1:], position)

    def search(self, text):
        """The keys of the rows that hold all that `text` asks for, the closest first."""
        query = full_text.Query.parse(text)
        rows = np.arange(len(self.keys))
        in_name = np.ones(len(rows), dtype=bool)
        for term in sorted(query.wanted, key=len, reverse=True):
            rows, positions = self.holding(term, rows)
            in_name[rows] &= positions < self.name_ends[rows]
        for term in query.unwanted:
            rows = np.setdiff1d(rows, self.holding(term, rows)[0], assume_unique=True)
        if query.wanted:
            rows = rows[np.argsort(self.ranks(query.text, rows, in_name[rows]), kind="stable")]
        return self.keys[rows]

    def ranks(self, text, rows, in_name):
        shapes = np.full(len(self.keys), ELSEWHERE)
        shapes[rows[in_name]] = WITHIN
        begun, positions = self.holding(f"\n{text}", rows)
        shapes[begun] = np.where(positions == self.starts[begun], START, START_OF_ANOTHER)
        shapes[self.holding(f"\n{text}\n", begun)[0]] = WHOLE
        lengths = np.maximum(self.name_ends - self.starts - 1, 0)
        return shapes[rows] * folding.LONGEST_NAME + lengths[rows]

    def holding(self, term, rows):
        """Those of `rows` (ascending) that hold `term`, and where it stands first in each."""
        if len(rows) <= FEW:
            ends = zip(self.starts[rows].tolist(), self.ends[rows].tolist(), strict=True)
            positions = np.array([self.text.find(term, *row) for row in ends], dtype=np.int64)
            return rows[positions >= 0], positions[positions >= 0]
        # Each match takes in the rest of its row, so that a row is found once.
        matches = re.finditer(f"{re.escape(term)}[^{END}]*", self.text)
        positions = np.fromiter((match.start() for match in matches), dtype=np.int64)
        found = np.searchsorted(self.starts, positions, side="right") - 1
        wanted = np.isin(found, rows, assume_unique=True)
        return found[wanted], positions[wanted]


def text_index_of(model: type[Editorial], version: str) -> TextIndex:
    """The texts as they stand at this content version."""
    with reading:
        known, texts = kept.pop(model, (None, None))
        if known != version:
            texts = None  # before the next ones are read: not both in memory at a time
            rows = model.objects.published().order_by("sort_name", "slug").values_list("pk", "search_text")
            texts = TextIndex(rows.iterator(chunk_size=CHUNK))
        kept[model] = (version, texts)
    return texts
