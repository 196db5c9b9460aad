"""Full-text search in SQL: what a query asks for, matching and ranking, over the column that `core.folding` describes."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Case, Expression, IntegerField, Q, Value, When
from django.db.models.functions import Length

from roma_network.core.folding import LONGEST_NAME, fold

PART = re.compile(
    r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|“(?P<typographic>[^“”]*)”|(?P<word>[^\s"“”]+))'
)


@dataclass(frozen=True)
class Query:
    """What a reader asks for: folded words and phrases that must occur, and such that must not."""

    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]

    @classmethod
    def parse(cls, text):
        """`roma "social housing" -health`: the words of a phrase stand together, a minus leaves out."""
        wanted, unwanted = [], []
        for part in PART.finditer(text):
            phrase = part["phrase"] or part["typographic"]
            terms = [fold(phrase)] if phrase else fold(part["word"] or "").split()
            (unwanted if part["minus"] else wanted).extend(terms)
        return cls(tuple(dict.fromkeys(filter(None, wanted))), tuple(dict.fromkeys(filter(None, unwanted))))

    @property
    def text(self):
        """The wanted terms in their order, as one folded text."""
        return " ".join(self.wanted)

    def __bool__(self):
        return bool(self.wanted or self.unwanted)


def matches(text: str, columns: Collection[str] = ("search_text",)) -> Q:
    """All that `text` asks for, anywhere in the row; `columns` of related rows serve a row that has none itself."""
    query = Query.parse(text)
    condition = Q()
    for term in query.wanted:
        condition &= anywhere(term, columns)
    for term in query.unwanted:
        condition &= ~anywhere(term, columns)
    return condition


def anywhere(term, columns):
    return reduce(or_, (Q(**{f"{column}__contains": term}) for column in columns))


def rank(text: str) -> Expression:
    """The lower, the closer: a whole name, the start of the name, the start of another, all in the name, elsewhere.

    Each step is wide enough for the length of the name to decide within it: the shorter, the closer.
    """
    query = Query.parse(text)
    if not query.wanted:
        return Value(0)
    in_name = Q()
    for term in query.wanted:
        in_name &= Q(sort_name__contains=term)
    shapes = [
        Q(search_text__contains=f"\n{query.text}\n"),
        Q(sort_name__startswith=query.text),
        Q(search_text__contains=f"\n{query.text}"),
        in_name,
    ]
    steps = [When(shape, then=Value(place * LONGEST_NAME)) for place, shape in enumerate(shapes)]
    step = Case(*steps, default=Value(len(shapes) * LONGEST_NAME), output_field=IntegerField())
    return step + Length("sort_name")
