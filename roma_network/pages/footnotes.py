"""Footnotes: sources as numbered notes, beside the facts that they back."""

from collections import namedtuple
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db.models import Value

from roma_network.models import Source, fact_titles, facts_of

SOURCE_FIELDS = ("pk", "url", "title", "publisher", "accessed_on", "origin", "archive_url", "language")
Cited = namedtuple("Cited", "source_id source facts note checked_on vocabulary")


class Citing(Protocol):
    """A row that can be told what is cited for it."""

    pk: Any
    cited: list[Cited]


@dataclass
class Footnote:
    """One source of a page, with what its citations say. `alone` holds the titles of facts that rest on copies only.

    `is_marked` once a marker stands on the page: the first is where the way back from the note leads.
    """

    number: int
    source: object
    facts: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)
    alone: list[str] = field(default_factory=list)
    is_marked: bool = False

    @property
    def checked_on(self) -> str:
        """The day since which all that it backs here is checked; empty where some of it is not."""
        return min(self.checks, default="")


class Footnotes:
    """The notes of one page, numbered in the order in which they are first cited."""

    def __init__(self):
        self.by_source = {}

    def __iter__(self):
        return iter(self.by_source.values())

    def __len__(self):
        return len(self.by_source)

    def note(self, citation):
        note = self.by_source.get(citation.source_id)
        if note is None:
            note = self.by_source[citation.source_id] = Footnote(len(self.by_source) + 1, citation.source)
        add(note.facts, fact_titles(citation, citation.facts))
        add(note.texts, filter(None, [citation.note]))
        add(note.checks, [citation.checked_on])
        return note

    def beside(self, citations, facts, order=()):
        """Fact → its notes, numbered in the order of the page: `order`, then the other `facts`; then those that back none."""
        places = {fact: place for place, fact in enumerate(dict.fromkeys([*order, *facts]))}
        noted = [
            (citation.facts, self.note(citation))
            for citation in sorted(citations, key=lambda citation: first(citation, places))
        ]
        self.mark_copies(citations)
        return {fact: in_order(note for backs, note in noted if fact in backs) for fact in places}

    def mark_copies(self, citations):
        """Note which facts of a row rest on nothing but copies."""
        mirrors = [citation for citation in citations if citation.source.is_mirror]
        others = {fact for citation in citations if citation not in mirrors for fact in citation.facts}
        for citation in mirrors:
            alone = [fact for fact in citation.facts if fact not in others]
            add(self.note(citation).alone, fact_titles(citation, alone))

    def number(self, groups):
        """Give each row of `groups` (heading → rows) the notes of its facts, in the order of the page; empty groups go."""
        for rows in groups.values():
            for row in rows:
                row.backed = self.beside(row.cited, facts_of.value(type(row)))
        return {heading: rows for heading, rows in groups.items() if rows}


def first(citation, places):
    """The place on the page of the first fact that it names."""
    return min((places[fact] for fact in citation.facts if fact in places), default=len(places))


def in_order(notes):
    return sorted({note.number: note for note in notes}.values(), key=lambda note: note.number)


def add(texts, more):
    """Each once, in the order in which they come."""
    texts += [text for text in dict.fromkeys(more) if text not in texts]


def read_citations(*lists: Sequence[Citing]) -> None:
    """Give the rows of these lists, each of one model, what is `cited` for them: one query for all."""
    lists = [rows for rows in lists if rows]
    by_row = {(place, row.pk): row for place, rows in enumerate(lists) for row in rows}
    for row in by_row.values():
        row.cited = []
    queries = [citations_of(rows, place) for place, rows in enumerate(lists)]
    vocabularies = [facts_of.value(type(rows[0])) for rows in lists]  # type: ignore[arg-type]  # rows of models
    if queries:
        for place, _pk, subject, facts, note, checked_on, *source in sorted(
            queries[0].union(*queries[1:], all=True)
        ):
            found = Source(**dict(zip(SOURCE_FIELDS, source, strict=True)))
            by_row[place, subject].cited.append(
                Cited(found.pk, found, facts, note, checked_on, vocabularies[place])
            )


def citations_of(rows, place):
    model = type(rows[0])._meta.get_field("citations").related_model
    columns = ("pk", "subject", "facts", "note", "checked_on", *(f"source__{name}" for name in SOURCE_FIELDS))
    return (
        model.objects.filter(subject__in=rows)
        .order_by()
        .annotate(place=Value(place))
        .values_list("place", *columns)
    )
