"""Deduplication (record linkage): which entries may be the same: by name in any spelling, by website, by identifier.

All names of a kind are read in one narrow query for each content version; comparing one text with 120,000 names
takes some hundredths of a second.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property, lru_cache
from itertools import combinations
from typing import NamedTuple
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.db.models import Value
from django.db.models.functions import StrIndex, Substr
from django.utils.translation import gettext as _
from rapidfuzz import process
from rapidfuzz.distance import OSA

from roma_network.core import folding
from roma_network.models import ContentVersion, Distinct, Editorial, Status

IDENTIFIERS = ("wikidata", "ror", "transparency_register")
WATCHED = (
    "name",
    "acronym",
    "native_name",
    "website",
    *IDENTIFIERS,
)  # fields of a form that tell entries apart
ALIKE = 0.86  # of 1
SHORTEST = 5  # letters of a name that may be misspelt
NEIGHBOURS = 4  # in the order of names, to each of which a name is compared
MOST_ALIKE = 6
MOST_SHARING = 5  # of one address or identifier; more are parts of one house
MOST_PAIRS = 200


class Likely(NamedTuple):
    entry: object
    why: str


class Pair(NamedTuple):
    first: object
    second: object
    why: str


class Row(NamedTuple):
    pk: int
    names: str
    status: str
    country: str | None
    website: str
    wikidata: str
    ror: str
    transparency_register: str

    @property
    def keys(self):
        """What no two entries share by chance."""
        return keys_of({name: getattr(self, name) for name in ("website", *IDENTIFIERS)})


def keys_of(values):
    found = {(name, value) for name in IDENTIFIERS if (value := (values.get(name) or "").strip())}
    if site := site_of(values.get("website") or ""):
        found.add(("website", site))
    return found


def site_of(url):
    """Host and path: http://www.Example.eu/roma/?lang=en and https://example.eu/roma are one."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    host = (parts.hostname or "").removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}" if host else ""


def in_order(name):
    """The words of a folded name sorted: “Ministry of Education” and “Education Ministry of” are one."""
    return " ".join(sorted(name.split()))


def digits(name):
    return sorted(word for word in name.split() if any(letter.isdigit() for letter in word))


def are_alike(one, other):
    """Whether two names, their words sorted, may be one: ROMED 1 and ROMED 2 are not."""
    if one == other:
        return True
    likeness = OSA.normalized_similarity(one, other, score_cutoff=ALIKE)
    return likeness > 0 and min(len(one), len(other)) >= SHORTEST and digits(one) == digits(other)


class DuplicateIndex:
    """All entries of a kind, however unfinished, but for those that are merged."""

    def __init__(self, model):
        self.model = model
        self.rows = list(compared_rows(model))

    @cached_property
    def names(self):
        """Names with their words sorted, each with the place of its entry."""
        return [
            (in_order(name), place)
            for place, row in enumerate(self.rows)
            for name in row.names.split("\n")
            if name
        ]

    @cached_property
    def by_key(self):
        found = defaultdict(list)
        for place, row in enumerate(self.rows):
            for key in row.keys:
                found[key].append(place)
        return found

    def like(self, values, *, names, country=None, excluding=()):
        """The entries that may be the one with these `values` and `names`, and why; the surest first.

        Entries whose keys are in `excluding` are known to be others.
        """
        reasons = {}
        for kind, value in sorted(keys_of(values)):
            for place in self.by_key.get((kind, value), ())[: MOST_ALIKE + 1]:
                reasons.setdefault(place, reason(kind))
        for name in filter(None, map(in_order, map(folding.fold, names))):
            for place in self.called(name):
                if not differ(country, self.rows[place].country):
                    reasons.setdefault(place, reason("name"))
        return self.likely_of(
            {place: why for place, why in reasons.items() if self.rows[place].pk not in excluding}
        )

    def called(self, name):
        """Places of entries with a name like this one, the closest first."""
        if len(name) < SHORTEST:
            return [place for other, place in self.names if other == name][:MOST_ALIKE]
        matches = process.extract(
            name, self.texts, scorer=OSA.normalized_similarity, score_cutoff=ALIKE, limit=4 * MOST_ALIKE
        )
        return [self.names[number][1] for other, _score, number in matches if are_alike(name, other)]

    def near(self, values, *, names, country=None):
        """As `like`, for thousands of entries: of similar names it sees those that stand close in order."""
        reasons = {}
        for kind, value in sorted(keys_of(values)):
            for place in self.by_key.get((kind, value), ())[: MOST_ALIKE + 1]:
                reasons.setdefault(place, reason(kind))
        for name in filter(None, map(in_order, map(folding.fold, names))):
            middle = bisect_left(self.ordered, (name,))
            for other, place in self.ordered[max(middle - NEIGHBOURS, 0) : middle + NEIGHBOURS]:
                if are_alike(name, other) and not differ(country, self.rows[place].country):
                    reasons.setdefault(place, reason("name"))
        return self.likely_of(reasons)

    def likely_of(self, reasons):
        places = list(reasons)[:MOST_ALIKE]
        found = self.entries(places) if places else {}
        return [Likely(found[place], reasons[place]) for place in places if place in found]

    @cached_property
    def ordered(self):
        return sorted(self.names)

    @cached_property
    def texts(self):
        return [name for name, _place in self.names]

    def entries(self, places):
        """Place → entry. This causes a query."""
        rows = self.model.objects.in_bulk([self.rows[place].pk for place in places])
        return {place: rows[self.rows[place].pk] for place in places if self.rows[place].pk in rows}

    @cached_property
    def pairs(self):
        """Places of two entries that may be one → why. What is withdrawn is left out."""
        found = {}
        living = [place for place, row in enumerate(self.rows) if row.status != Status.WITHDRAWN]
        for (kind, _value), sharing in sorted(self.by_key.items()):
            places = [place for place in sharing if self.rows[place].status != Status.WITHDRAWN]
            if len(places) <= MOST_SHARING:
                for pair in combinations(places, 2):
                    found.setdefault(pair, kind)
        mains = sorted(
            (in_order(self.rows[place].names.strip("\n").partition("\n")[0]), place) for place in living
        )
        plains = sorted((self.rows[place].names, place) for place in living)
        for ordered in (
            mains,
            [(in_order(names.strip("\n").partition("\n")[0]), place) for names, place in plains],
        ):
            for number, (name, place) in enumerate(ordered):
                for other, neighbour in ordered[number + 1 : number + 1 + NEIGHBOURS]:
                    pair = (min(place, neighbour), max(place, neighbour))
                    differing = differ(self.rows[place].country, self.rows[neighbour].country)
                    if not differing and pair not in found and are_alike(name, other):
                        found[pair] = "name"
        return found

    def pairs_besides(self, apart):
        """`pairs` without those whose keys are in `apart`."""
        rows = self.rows
        return {
            pair: kind
            for pair, kind in self.pairs.items()
            if tuple(sorted(rows[place].pk for place in pair)) not in apart
        }

    def likely_pairs(self, pairs, most=MOST_PAIRS):
        """The first of `pairs`, as entries. This causes a query."""
        chosen = list(pairs.items())[:most]
        entries = self.entries({place for pair, _kind in chosen for place in pair})
        return [
            Pair(entries[one], entries[other], reason(kind))
            for (one, other), kind in chosen
            if one in entries and other in entries
        ]


def differ(one, other):
    """Whether both countries are known, and not the same: each has a Ministry of Education."""
    return bool(one and other and one != other)


def reason(kind):
    return {
        "name": _("a similar name"),
        "website": _("the same website"),
        "wikidata": _("the same Wikidata item"),
        "ror": _("the same ROR identifier"),
        "transparency_register": _("the same number in the EU Transparency Register"),
    }[kind]


def compared_rows(model):
    end = StrIndex("search_text", Value("\t")) - 1
    rows = (
        model.objects.filter(merge=None).annotate(folded_names=Substr("search_text", 1, end)).order_by("pk")
    )
    columns = {field.name: field.attname for field in model._meta.concrete_fields}
    wanted = ("country", "website", *IDENTIFIERS)
    present = [name for name in wanted if name in columns]
    values = rows.values_list("pk", "folded_names", "status", *(columns[name] for name in present))
    for pk, names, status, *rest in values.iterator(chunk_size=5000):
        given = dict(zip(present, rest, strict=True))
        yield Row(pk, names, status, *(given.get(name, "") for name in wanted))


@lru_cache(maxsize=4)
def index_at(version, model):
    return DuplicateIndex(model)


def index_of(model: type[Editorial]) -> DuplicateIndex:
    """The entries as they stand now."""
    return index_at(ContentVersion.current(), model)


def told_apart(model: type[Editorial]) -> set[tuple[int, int]]:
    """Pairs of keys, the lesser first, of which a curator said that they are two entries. This causes a query."""
    return set(Distinct.objects.filter(kind=model._meta.label).values_list("first", "second"))


def others(model: type[Editorial], key: int) -> set[int]:
    """The keys of the entry itself, and of those of which a curator said that they are others."""
    return {key}.union(*(pair for pair in told_apart(model) if key in pair))


def tell_apart(model: type[Editorial], keys: Iterable[int], *, by: User) -> None:
    """Note that two entries are not the same, once however often it is said."""
    first, second = sorted(keys)
    Distinct.objects.get_or_create(kind=model._meta.label, first=first, second=second, defaults={"by": by})


def like(entry: Editorial) -> list[Likely]:
    """The entries that a saved one may be the same as."""
    values = {name: getattr(entry, name, "") for name in WATCHED}
    names = entry.searched_names()[:3] if hasattr(entry, "native_name") else entry.searched_names()
    return index_of(type(entry)).like(
        values,
        names=names,
        country=getattr(entry, "country_id", None),
        excluding=others(type(entry), entry.pk),
    )
