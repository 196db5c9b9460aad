"""Sources as numbered notes, beside the facts that they back."""

import re
from dataclasses import dataclass, field

from roma_network import search


@dataclass
class Note:
    """One source of a page. `supports` collects what its citations back."""

    number: int
    source: object
    supports: list[str] = field(default_factory=list)


class Notes:
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
        note = self.by_source.setdefault(citation.source_id, Note(len(self.by_source) + 1, citation.source))
        if citation.supports not in note.supports:
            note.supports.append(citation.supports)
        return note

    def beside(self, citations, facts):
        """Fact → its notes, numbered in the order of `facts`, which is that of the page.

        `facts` maps each fact to beginnings of words by which a citation may name it: a citation says in words what
        it supports (“founded 1996; seat in Brussels”). What names none of the facts backs the "summary".
        """
        words = {fact: [f" {search.fold(word)}" for word in found if word] for fact, found in facts.items()}
        backed = {fact: [] for fact in facts}
        for citation in citations:
            for part in re.split(r"[;,]| and ", citation.supports):
                text = f" {search.fold(part)}"
                named = [fact for fact, starts in words.items() if any(start in text for start in starts)]
                for fact in named or ["summary"]:
                    backed[fact].append(citation)
        return {fact: self.cite(found) for fact, found in backed.items()}

    def first(self, rows, most):
        """The first rows of a queryset, each with its notes, and whether there are `more`."""
        found = list(rows[: most + 1])
        shown = self.number({"rows": found[:most]}).get("rows", [])
        return {"rows": shown, "more": len(found) > most}

    def number(self, groups):
        """Give each row of `groups` (heading → rows) its `notes`, in the order of the page; empty groups go."""
        for rows in groups.values():
            for row in rows:
                row.notes = self.cite(row.citations.all())
        return {heading: rows for heading, rows in groups.items() if rows}
