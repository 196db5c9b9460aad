"""Search without HTTP: folding, the text that is searched, matching and ranking.

A row's `search_text` has one folded name a line, then a tab and the rest (places, summary). So
`"\\nfra\\n"` is "a name is exactly fra" and `"\\nfra"` is "a name begins with fra", in one column.
"""

import re
from functools import reduce
from operator import or_

from anyascii import anyascii
from django.db.models import Case, IntegerField, Q, Value, When

NOT_WORD = re.compile(r"[^a-z0-9]+")


def fold(text):
    """Plain lower-case letters and digits: Košice → kosice, Πάτρα → patra, Пловдив → plovdiv."""
    return NOT_WORD.sub(" ", anyascii(text).lower()).strip()


def searchable(names, rest=()):
    folded = dict.fromkeys(filter(None, map(fold, names)))
    return "\n" + "".join(f"{name}\n" for name in folded) + "\t" + " ".join(filter(None, map(fold, rest)))


def matches(text, columns=("search_text",)):
    """Every word of `text` somewhere in the row; `columns` of related rows serve a row that has none itself."""
    condition = Q()
    for word in dict.fromkeys(fold(text).split()):
        condition &= reduce(or_, (Q(**{f"{column}__contains": word}) for column in columns))
    return condition


def rank(text):
    """The lower, the closer: a whole name, the start of the name, the start of another, all in the name, elsewhere."""
    folded = fold(text)
    in_name = Q()
    for word in folded.split():
        in_name &= Q(sort_name__contains=word)
    shapes = [
        Q(search_text__contains=f"\n{folded}\n"),
        Q(sort_name__startswith=folded),
        Q(search_text__contains=f"\n{folded}"),
        in_name,
    ]
    return Case(
        *(When(shape, then=Value(place)) for place, shape in enumerate(shapes)),
        default=Value(len(shapes)),
        output_field=IntegerField(),
    )
