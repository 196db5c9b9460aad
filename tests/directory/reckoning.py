"""The directory reckoned anew from its fixture files, in plain Python: what the numbers on pages are held against.

A row has *ties*, each a list of linked things; a linked thing has facets, each a set of values. A row matches when
for every tie some *one* linked thing has a chosen value of each chosen facet.
"""

import json
from collections import defaultdict
from functools import cache

from django.utils.timezone import localdate

from roma_network.core.folding import fold
from roma_network.environment import BASE_DIR

FOLDER = BASE_DIR / "fixtures"

# Of links to entries: the kind that they lead to. A row is nothing without those in the second.
LINKS = {"parent": "", "follows": "initiative", "publisher": "actor", "funder": "actor", "recipient": "actor"}
ENDS = {"actor": "actor", "initiative": "initiative"}
RELATION_ENDS = {"subject": "actor", "target": "actor"}  # elsewhere a subject is what is cited for
WAYS = {"mailbox": "email", "website": "website"}  # to reach an actor, the nearest first
LISTS = {"actors": "actor", "initiatives": "initiative"}


@cache
def stored(model):
    """Natural key (a text) → fields of each object of a fixture file."""
    items = json.loads((FOLDER / f"{model}.json").read_text())
    return {
        item.get("pk") or item["fields"].get("slug") or number: item["fields"]
        for number, item in enumerate(items)
    }


def is_public(model, key):
    return stored(model)[one(key)]["status"] == "published"


@cache
def rows(model):
    """As `stored`, of what readers see: published entries, and rows and links between such."""
    ends = RELATION_ENDS if model == "relation" else ENDS
    return {
        name: public_part(model, row)
        for name, row in stored(model).items()
        if row.get("status", "published") == "published"
        and all(is_public(kind, row[end]) for end, kind in ends.items() if end in row)
    }


def public_part(model, row):
    hidden = {link for link, kind in LINKS.items() if link in row and not is_public(kind or model, row[link])}
    lists = {
        name: [key for key in row[name] if is_public(kind, key)]
        for name, kind in LISTS.items()
        if name in row
    }
    return {name: value for name, value in row.items() if name not in hidden} | lists


def one(key):
    """The text in a natural key of one part: ["fra"] → "fra"."""
    return key[0] if key else None


def some(key):
    """What a natural key of one part names, as a set of one or none."""
    return {key[0]} if key else set()


def every(keys):
    return [{one(key)} for key in keys or []]


@cache
def linked(model, field):
    """Key → the rows of a fixture file whose `field` leads to it."""
    found = defaultdict(list)
    for row in rows(model).values():
        if field in row:
            found[one(row[field])].append(row)
    return found


def actor_ties(slug, row):
    country = some(row.get("country"))
    yield [{"type": {row["type"]}}]
    yield [{"form": {row["form"]} if "form" in row else set()}]
    is_former = is_over(row.get("closed")) or ("successor_kind" in row and "closed" not in row)
    yield [{"active": {"no" if is_former else "yes"}}]
    yield [{"contact": {next((way for way in WAYS if row.get(WAYS[way])), "none")}}]
    yield [{"country": country}]
    yield [{"membership": {rows("country")[code]["membership"] for code in country}}]
    yield [{"theme": theme} for theme in every(row.get("themes"))]
    yield [
        {"initiative": {one(part["initiative"])}, "role": {part["role"]}}
        for part in linked("participation", "actor")[slug]
    ]
    yield [{"office": {mandate["office"]}} for mandate in linked("mandate", "actor")[slug]]


def initiative_ties(slug, row):
    parts = linked("participation", "initiative")[slug]
    types = [(part, rows("actor")[one(part["actor"])]["type"]) for part in parts]
    yield [{"kind": {row["kind"]}}]
    yield [{"status": {phase(row)}}]
    yield [{"country": country} for country in every(row.get("countries"))]
    yield [{"theme": theme} for theme in every(row.get("themes"))]
    yield [{"actor_type": {type_}} for _, type_ in types]
    yield [{"lead_type": {type_}} for part, type_ in types if part["role"] == "lead"]
    yield [{"actor": {one(part["actor"])}} for part in parts]


def document_ties(_, row):
    publisher = some(row.get("publisher"))
    yield [{"kind": {row["kind"]}}]
    yield [{"language": {row["language"]} if "language" in row else set()}]
    yield [{"initiative": initiative} for initiative in every(row.get("initiatives"))]
    yield [{"about": country} for country in every(row.get("countries"))]
    yield [{"actor": actor} for actor in [*every(row.get("actors")), publisher]]
    for slug in publisher:
        actor = rows("actor")[slug]
        yield [{"publisher": publisher, "type": {actor["type"]}, "country": some(actor.get("country"))}]


def funding_ties(_, row):
    initiative = rows("initiative")[one(row["initiative"])]
    reached, recipient = initiative.get("countries", []), some(row.get("recipient"))
    yield [{"funder": some(row.get("funder"))}]
    yield [{"programme": {row["programme"]} if "programme" in row else set()}]
    yield [{"country": some(row.get("country")) or ({one(reached[0])} if len(reached) == 1 else set())}]
    yield [{"theme": theme} for theme in every(initiative.get("themes"))]
    yield [{"recipient": recipient}]
    yield [{"recipient_type": {rows("actor")[slug]["type"] for slug in recipient}}]
    yield [{"kind": {row["kind"]} if "kind" in row else set()}]
    yield [{"initiative": {one(row["initiative"])}}]


TIES = {
    "actor": actor_ties,
    "initiative": initiative_ties,
    "document": document_ties,
    "funding": funding_ties,
}


@cache
def ties(model):
    """Slug → the ties of each row of a kind."""
    return {slug: list(TIES[model](slug, row)) for slug, row in rows(model).items()}


def is_over(day):
    """Whether a partial date has passed, to its very end."""
    today = localdate().isoformat()
    return bool(day) and day < today[: len(day)]


def has_come(day):
    return day <= localdate().isoformat()


def begun(row):
    return row.get("start") or row.get("last_seen", "")


def taken_over(row):
    """When the first policy that follows one began, if one has, else an empty text."""
    dates = map(begun, linked("initiative", "follows")[row["slug"]])
    found = sorted(date for date in dates if date and has_come(date))
    return found[0] if found and row.get("kind") == "policy_framework" else ""


def until(row):
    end, over = row.get("end", ""), taken_over(row)
    if over and (not end or end > over):
        return over
    return begun(row) if not end and row.get("kind") in ("survey", "event", "publication") else end


def seen(row):
    return row.get("last_seen") or row.get("start", "")


def is_recent(day):
    """Whether what was seen then may be called running."""
    today = localdate()
    earliest = today.replace(year=today.year - 3).isoformat()
    return bool(day) and day >= earliest[: len(day)]


def phase(row):
    if taken_over(row) or is_over(until(row)):
        return "ended"
    if not has_come(row.get("start", "")):
        return "planned"
    return "running" if until(row) or is_recent(seen(row)) else "unknown"


@cache
def text_of(model, slug):
    """All that a search looks at, folded."""
    row = rows(model)[slug]
    texts = [row.get(field, "") for field in ("name", "title", "acronym", "native_name", "locality")]
    if model == "document":
        texts.append(rows("actor")[one(row["publisher"])]["name"] if "publisher" in row else "")
    else:
        texts += [row.get("summary", ""), row.get("native_summary", "")]
    if model == "initiative":
        texts += [funding.get("programme", "") for funding in linked("funding", "initiative")[slug]]
    if model == "actor":
        texts += [name["name"] for name in linked("actorname", "actor")[slug]]
        texts.append(rows("country")[one(row["country"])]["name"] if "country" in row else "")
    return "\n".join(map(fold, texts))


def lasts(row):
    """Until when it is known to have run."""
    if not until(row) and phase(row) == "running":
        return max(seen(row), localdate().isoformat())
    return until(row) or seen(row)


def in_years(model, row, first, last):
    if model == "document":
        start = lasted = row.get("date", "")
    else:
        start, lasted = row.get("start", ""), lasts(row)
    if first and not lasted[:4] >= first:
        return False
    return not last or bool(start and start[:4] <= last)


def matching(model, chosen, among=None):
    """The slugs of the rows that match a choice: parameter → list of values."""
    facets = {
        name: set(values) for name, values in chosen.items() if name not in ("q", "from", "to", "unseen")
    }
    words = [word for text in chosen.get("q", []) for word in fold(text).split()]
    years = [one(chosen.get(name)) for name in ("from", "to")]
    return {
        slug
        for slug, row in rows(model).items()
        if (among is None or slug in among)
        and all(word in text_of(model, slug) for word in words)
        and in_years(model, row, *years)
        and holds(ties(model)[slug], facets)
    }


def holds(ties_of_row, facets):
    """Whether each chosen facet is met, those of one tie by one linked thing."""
    met = set()
    for tie in ties_of_row:
        asked = {name for thing in tie for name in thing} & facets.keys()
        if asked and any(all(thing[name] & facets[name] for name in asked) for thing in tie):
            met |= asked
    return met == facets.keys()


def values(model, facet):
    """All values of a facet that occur."""
    return {
        value
        for of_row in ties(model).values()
        for tie in of_row
        for thing in tie
        for value in thing.get(facet, ())
    }


def counts(model, facet, chosen, candidates):
    """Value → how many rows match when the choice in `facet` is this value alone."""
    others = matching(model, {name: values for name, values in chosen.items() if name != facet})
    return {value: len(matching(model, chosen | {facet: [value]}, among=others)) for value in candidates}
