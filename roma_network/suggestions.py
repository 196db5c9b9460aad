"""What a reader may mean while typing, and when a word is misspelt.

All names of published entries stand in one folded text, the best connected entry first. Scanning it takes some
milliseconds at 120,000 names, the same on both databases. It is built once for each content version.
"""

from array import array
from bisect import bisect_right
from collections import Counter, namedtuple
from functools import cached_property, lru_cache
from itertools import islice, product

from django.db.models import Value
from django.db.models.functions import StrIndex, Substr
from rapidfuzz import process
from rapidfuzz.distance import OSA

from roma_network import search
from roma_network.models import Editorial

SCANNED = 2000  # entries looked at for words that stand apart
GUESSES = 16
# What stands around the text in a name: the whole name, whole words at its start or within it, beginnings of words.
AROUND = (("\n", "\n"), ("\n", " "), (" ", "\n"), (" ", " "), ("\n", ""), (" ", ""))
ALIKE = 0.65  # of 1: “rommed” and “romed” are 0.83

Suggestion = namedtuple("Suggestion", "model slug label")


class Names:
    """The names of all published entries. `rows`: (suggestion, names as in `search_text`), the best known first."""

    def __init__(self, rows):
        self.entries, names = [], []
        self.starts, position = array("L"), 0
        for suggestion, text in rows:
            self.entries.append(suggestion)
            self.starts.append(position)
            names.append(text)
            position += len(text)
        self.text = "".join(names)

    def suggest(self, text, most=8):
        """Entries, the closest first: by how `text` stands in a name, and last those that hold its words apart."""
        query = search.Query.parse(text)
        if not query.wanted:
            return []
        found = {}
        for start, end in AROUND:
            found |= dict.fromkeys(self.scan(start + query.text + end, SCANNED if query.unwanted else most))
        if len(found) < most:
            found |= dict.fromkeys(self.scan_apart(query.wanted, most))
        allowed = (
            place for place in found if not any(term in self.names_at(place) for term in query.unwanted)
        )
        return [self.entries[place] for place in islice(allowed, most)]

    def called(self, text, most=8):
        """How many entries have a name that is `text`, up to `most`; `suggest` has them first."""
        return len(list(self.scan(f"\n{search.Query.parse(text).text}\n", most)))

    def scan(self, pattern, most):
        """Places of the first entries whose names hold `pattern`, each once."""
        position = 0
        for _ in range(most):
            position = self.text.find(pattern, position)
            if position < 0:
                return
            place = bisect_right(self.starts, position) - 1
            yield place
            if place + 1 == len(self.starts):
                return
            position = self.starts[place + 1]

    def scan_apart(self, terms, most):
        """Places of entries whose names hold all of `terms`, wherever they stand."""
        places = self.scan(max(terms, key=len), SCANNED)
        return islice(
            (place for place in places if all(term in self.names_at(place) for term in terms)), most
        )

    def names_at(self, place):
        end = self.starts[place + 1] if place + 1 < len(self.starts) else len(self.text)
        return self.text[self.starts[place] : end]

    @cached_property
    def words(self):
        """Word → how many names have it."""
        return Counter(word for word in self.text.split() if len(word) > 2 and not word.isdigit())

    def correct(self, text):
        """`text` with each word that no name holds replaced by a similar one, or None where nothing is similar."""
        words = search.fold(text).split()
        choices = [[word] if word in self.text else self.similar(word) for word in words]
        guesses = [" ".join(guess) for guess in islice(product(*choices), GUESSES)]
        best = next(filter(self.suggest, guesses), next(iter(guesses), None))
        return best if best != " ".join(words) else None

    def similar(self, word):
        """The words of all names that are most like `word`; of equally similar ones the most frequent first."""
        found = process.extract(
            word, self.words.keys(), scorer=OSA.normalized_similarity, limit=4, score_cutoff=ALIKE
        )
        return [
            other for other, *_ in sorted(found, key=lambda row: (-round(row[1], 2), -self.words[row[0]]))
        ]


@lru_cache(maxsize=1)
def names(version):
    """The names as they stand at this content version."""
    rows = [row for model in Editorial.__subclasses__() for row in rows_of(model)]
    rows.sort(key=lambda row: (-row[2], len(row[1])))
    return Names((suggestion, text) for suggestion, text, _weight in rows)


def rows_of(model):
    weights = model.objects.weights()
    end = StrIndex("search_text", Value("\t")) - 1
    rows = model.objects.published().annotate(folded_names=Substr("search_text", 1, end))
    for key, slug, label, text in rows.values_list(
        "pk", "slug", model.label_field, "folded_names"
    ).iterator():
        yield Suggestion(model._meta.model_name, slug, label), text, weights.get(key, 0)
