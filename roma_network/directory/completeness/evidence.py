"""How many facts have a source of their own: of all that is public, by table and fact."""

from typing import NamedTuple

from django.db.models import Count

from roma_network.export.records import logged_tables, public_rows
from roma_network.search import following

FEW = 10_000  # facts of one kind: they are counted while a reader waits


class Backed(NamedTuple):
    """How many rows state a fact, and for how many of these a citation names it."""

    stated: int
    cited: int


def backed_facts(version):
    """Table → fact → how well it is backed, at this content version; of very many facts, lately."""

    def patched(backed, changed):
        most = max(fact.stated for facts in backed.values() for fact in facts.values())
        return count_all() if most < FEW else None

    return following.followed("evidence", version, count_all, patched)


def count_all():
    return {table.name: counted(table, public_rows(table)) for table in logged_tables() if table.facts}


def counted(table, rows):
    counts = {}
    for name, fact in table.facts.items():
        counts[f"stated_{name}"] = Count("pk", filter=fact.is_stated)
        counts[f"cited_{name}"] = Count("pk", filter=fact.presence.present)
    found = rows.aggregate(**counts)
    return {name: Backed(found[f"stated_{name}"], found[f"cited_{name}"]) for name in table.facts}


def in_all(version):
    """Of all tables and facts together."""
    found = [each for facts in backed_facts(version).values() for each in facts.values()]
    return Backed(sum(each.stated for each in found), sum(each.cited for each in found))
