"""Footnotes: sources as numbered notes, beside the facts that they back."""

import re
from collections import namedtuple
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db.models import Value

from roma_network.core import folding
from roma_network.models import Source

SOURCE_FIELDS = ("pk", "url", "title", "publisher", "accessed_on")
Cited = namedtuple("Cited", "source_id source supports")


class Citing(Protocol):
    """A row that can be told what is cited for it."""

    pk: Any
    cited: list[Cited]


@dataclass
class Footnote:
    """One source of a page. `supports` collects what its citations back."""

    number: int
    source: object
    supports: list[str] = field(default_factory=list)


class Footnotes:
    """The notes of one page, numbered in the order in which they are first cited."""

    def __init__(self):
        self.by_source = {}

    def __iter__(self):
        return iter(self.by_source.values())

    def __len__(self):
        return len(self.by_source)

    def cite(self, citations):
        """The notes of these citations, in order, each once."""
        return sorted(
            {note.number: note for note in map(self.note, citations)}.values(), key=lambda note: note.number
        )

    def note(self, citation):
        note = self.by_source.setdefault(
            citation.source_id, Footnote(len(self.by_source) + 1, citation.source)
        )
        if citation.supports not in note.supports:
            note.supports.append(citation.supports)
        return note

    def beside(self, citations, facts):
        """Fact → its notes, numbered in the order of `facts`, which is that of the page.

        `facts` maps each fact to beginnings of words by which a citation may name it: a citation says in words what
        it supports (“founded 1996; seat in Brussels”). What names none of the facts backs the "summary".
        """
        words = {fact: [f" {folding.fold(word)}" for word in found if word] for fact, found in facts.items()}
        backed = {fact: [] for fact in facts}
        for citation in citations:
            for part in re.split(r"[;,]| and ", citation.supports):
                text = f" {folding.fold(part)}"
                named = [fact for fact, starts in words.items() if any(start in text for start in starts)]
                for fact in named or ["summary"]:
                    backed[fact].append(citation)
        return {fact: self.cite(found) for fact, found in backed.items()}

    def number(self, groups):
        """Give each row of `groups` (heading → rows) its `notes`, in the order of the page; empty groups go."""
        for rows in groups.values():
            for row in rows:
                row.notes = self.cite(row.cited)
        return {heading: rows for heading, rows in groups.items() if rows}


def read_citations(*lists: Collection[Citing]) -> None:
    """Give the rows of these lists, each of one model, what is `cited` for them: one query for all."""
    lists = [rows for rows in lists if rows]
    by_row = {(place, row.pk): row for place, rows in enumerate(lists) for row in rows}
    for row in by_row.values():
        row.cited = []
    queries = [citations_of(rows, place) for place, rows in enumerate(lists)]
    if queries:
        for place, _pk, subject, supports, *source in sorted(queries[0].union(*queries[1:], all=True)):
            cited = Cited(source[0], Source(**dict(zip(SOURCE_FIELDS, source, strict=True))), supports)
            by_row[place, subject].cited.append(cited)


def citations_of(rows, place):
    model = type(rows[0])._meta.get_field("citations").related_model
    columns = ("pk", "subject", "supports", *(f"source__{name}" for name in SOURCE_FIELDS))
    return (
        model.objects.filter(subject__in=rows)
        .order_by()
        .annotate(place=Value(place))
        .values_list("place", *columns)
    )
