"""The matcher (record linkage, entity resolution, fuzzy matching): which entries a described body may be. Forms, imports, work list and reconciliation ask it.

What is said of a body is compared with all entries of a kind by what no two share by chance (identifiers, mailbox,
website), and by names, word by word: a word that few names have weighs more, a word may be misspelt, and places count
little where the entry lies there. Names that have one word each for themselves, a place or a number, are those of two
bodies, and so are a city and what it runs, whatever website they share. Figures: `tests/benchmarks/matching.py`.

An index of all names is made once for each content version. A name is looked up by its rarest words, in less than a
millisecond among 100,000 entries.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import combinations
from math import log
from operator import attrgetter
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import numpy as np
from django.db.models import Value
from django.db.models.functions import StrIndex, Substr
from django.utils.translation import gettext as _
from rapidfuzz.distance import OSA

from roma_network.core import folding
from roma_network.editorial.name_words import (
    BODIES,
    MUNICIPALITY,
    ONE_WORD,
    NameWords,
    is_parted,
    name_words,
    words_in,
    words_of,
)
from roma_network.models import ContentVersion, Editorial, Status
from roma_network.search import following

IDENTIFIERS = ("wikidata", "ror", "isni", "crossref_funder", "corporate_body", "transparency_register")
# Fields of a form that tell entries apart.
WATCHED = ("name", "acronym", "native_name", "website", "email", *IDENTIFIERS)
DESCRIBING = (*WATCHED, "country_id", "type")
LONGEST = 300  # letters of what is compared
ENOUGH = 0.72  # of 1: what is less like is not offered
BEHIND = 0.12  # the best: what is farther behind it is not offered
SURE = 0.97
MOST = 6
COMPARED = 15  # entries of a name that look most alike at first sight
MOST_TOGETHER = 20  # names with one rare word, each of which is compared with each
MOST_SHARING = 5  # of one website; more are parts of one house
LONG = 8  # letters of a word with two slips
MOST_REMEMBERED = 50_000  # words
MOST_HOLDING = 20  # entries of one key; more have it by chance, or in many countries
SHORTEST = 4  # letters of a word that may be misspelt
ANOTHER_BODY = (
    0.75  # of its likeness has a university to a municipality, or the board of one county to that of another
)
RELATED = 0.2  # so like are names that compare at all: of one language, with a telling word in common
COMMONEST = 0.4  # of its weight has the word that half of all local authorities have
OTHER_TYPE = 0.1  # less for what is of another type
STRENGTH = {"website": 0.95, "email": 0.95, "host": 0.75, "acronym": 0.6} | dict.fromkeys(IDENTIFIERS, 1.0)
SHARED_HOST = 0.6
JOINED = 0.95
# Where everybody has pages: such a host names nobody.
PLATFORMS = words_of(
    """facebook.com instagram.com twitter.com x.com linkedin.com youtube.com sites.google.com docs.google.com
    wordpress.com blogspot.com wixsite.com github.io medium.com linktr.ee gmail.com googlemail.com
    yahoo.com hotmail.com outlook.com live.com gmx.de gmx.net web.de mail.ru abv.bg seznam.cz centrum.cz
    azet.sk freemail.hu wp.pl onet.pl libero.it tiscali.it pec.it legalmail.it arubapec.it postecert.it
    orange.fr wanadoo.fr free.fr laposte.net t-online.de proton.me protonmail.com icloud.com"""
)
# Lists do not tell these apart.
TYPES_ALIKE = {
    "roma_community": "civil_society",
    "national_authority": "authority",
    "local_authority": "authority",
}


@dataclass
class Described:
    """What is said of a body. `values`: website, email and identifiers, by the names of their fields."""

    names: Sequence[str]
    acronym: str = ""
    country: str | None = None
    type: str = ""
    values: dict[str, str] = field(default_factory=dict)


class Candidate(NamedTuple):
    """An entry that the described one may be. `score`: of 1. `why`: what says so, the strongest first."""

    pk: int
    score: float
    why: tuple[str, ...]


class Likeness(NamedTuple):
    """How like two names are, of 1. `refuted`: which evidence counts for nothing between bodies called so."""

    score: float = 0
    shared: float = 0  # as `score`, before what tells them apart
    refuted: tuple[str, ...] = ()


class Weighed(NamedTuple):
    """The words of a name, each with its weight; `main` without those in brackets or behind a comma."""

    words: dict[str, float]
    main: frozenset[str]


class Known(NamedTuple):
    """What the index holds of an entry. `names` are folded."""

    pk: int
    names: Sequence[str]
    name: str
    acronym: str = ""
    status: str = ""
    country: str | None = None
    country_name: str = ""
    place: str = ""
    type: str = ""
    values: dict[str, str] = {}


def evidence(values: dict[str, str]) -> set[tuple[str, str]]:
    """What no two bodies share by chance, as kind and value."""
    found = {(name, value) for name in IDENTIFIERS if (value := (values.get(name) or "").strip())}
    email = (values.get("email") or "").strip().lower()
    host, path = site_of(values.get("website") or "")
    if host:
        found.add(("website", f"{host}{path}"))
    if "@" in email:
        found.add(("email", email))
    hosts = {host, email.rpartition("@")[2].removeprefix("www.")} - {"", *PLATFORMS}
    return found | {("host", each) for each in hosts}


def front_page(values: dict[str, str]) -> set[tuple[str, str]]:
    host, path = site_of(values.get("website") or "")
    return {("front page", host)} if host and not path else set()


def site_of(url: str) -> tuple[str, str]:
    """Host and path: http://www.Example.eu/roma/?lang=en and https://example.eu/roma are one."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return "", ""
    return (host, parts.path.rstrip("/")) if host else ("", "")


class Matcher:
    """All entries of a kind, in arrays. A *document* is one name of an entry."""

    def __init__(self, rows: Iterable[Known]) -> None:
        self.numbers: dict[str, int] = {}  # word → its number
        self.places: dict[tuple[str, str], int] = {}  # country and place → the number of its words
        self.place_words: list[tuple[frozenset[str], frozenset[str]]] = []  # with its country, and of that
        pks, countries, types, placed, statuses = [], [], [], [], []
        owners: list[int] = []
        flat: list[int] = []
        lengths: list[int] = []
        full: list[float] = []
        keys: list[tuple[int, int]] = []
        for entry, row in enumerate(rows):
            pks.append(row.pk)
            countries.append(row.country)
            types.append(row.type)
            placed.append(self.place_of(row))
            statuses.append(row.status)
            keys += [(hash(key), entry) for key in evidence(row.values) | front_page(row.values)]
            acronyms = {folding.fold(row.acronym)} if row.acronym else set()
            for words, together, bracketed in documents(row):
                acronyms.update(bracketed)
                keys.append((hash(("joined", together)), entry))
                owners.append(entry)
                lengths.append(len(words))
                flat += [self.numbers.setdefault(word, len(self.numbers)) for word in words]
                full += words.values()
            keys += [(hash(("acronym", acronym)), entry) for acronym in acronyms]
        self.pks = np.array(pks, np.int64)
        self.countries, self.types, self.placed, self.statuses = countries, types, placed, statuses
        self.owners = np.array(owners, np.int32)
        self.country_numbers = {
            code: number for number, code in enumerate(sorted(filter(None, {*countries})), 1)
        }
        numbers = [self.country_numbers.get(code or "", 0) for code in countries]
        self.entry_countries = np.array(numbers, np.int16)
        self.words = list(self.numbers)
        self.flat, self.shares = np.array(flat, np.int32), np.array(full, np.float32)
        self.starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        self.key_hashes, self.key_entries = sorted_keys(keys)
        self.count_words()

    def place_of(self, row):
        key = (row.country or "", row.place)
        if key not in self.places:
            self.places[key] = len(self.place_words)
            of_country = frozenset(words_in(folding.fold(row.country_name)))
            of_place = frozenset(words_in(folding.fold(row.place)))
            self.place_words.append((of_place | of_country, of_country))
        return self.places[key]

    def count_words(self):
        """Which documents hold a word, what it weighs, and what documents weigh."""
        size, amount = len(self.owners), len(self.words)
        holders = np.repeat(np.arange(size, dtype=np.int32), np.diff(self.starts))
        order = np.argsort(self.flat, kind="stable")
        self.holders = holders[order]
        counts = np.bincount(self.flat, minlength=amount)
        self.first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        # As if there were a thousand names more, so that words weigh something in a small directory too.
        self.heaviest = log(1000 + size)
        self.weights = (self.heaviest - np.log(np.maximum(counts, 1))).astype(np.float32)
        if (number := self.numbers.get(MUNICIPALITY)) is not None:
            self.weights[number] *= COMMONEST
        self.sums = np.bincount(holders, self.weights[self.flat] * self.shares, minlength=size)

    # Names

    @cached_property
    def variants(self):
        """Words of which a letter is left out, as hashes in order, each with the place of the word in `spelt`."""
        pairs = [
            (hash(text), place)
            for place, (word, _number) in enumerate(self.spelt)
            if len(word) >= SHORTEST and not has_digit(word)
            for text in without_a_letter(word)
        ]
        return sorted_keys(pairs)

    @cached_property
    def spelt(self):
        """All words with their numbers, and those that are read as one of them: “city” has that of “municipality”."""
        read_as = [(word, self.numbers[same]) for word, same in ONE_WORD.items() if same in self.numbers]
        return [*((word, number) for number, word in enumerate(self.words)), *read_as]

    def similar(self, word: str) -> dict[int, float]:
        """The numbers of the words that this one may be, and how like it they are."""
        found = self.similar_to.get(word)
        if found is None:
            if len(self.similar_to) > MOST_REMEMBERED:
                self.similar_to.clear()
            found = self.similar_to[word] = self.find_similar(word)
        return found

    @cached_property
    def similar_to(self):
        return {}

    def find_similar(self, word):
        known = self.numbers.get(word)
        found = {known: 1.0} if known is not None else {}
        if len(word) >= SHORTEST - 1 and not has_digit(word):
            places = {
                place
                for text in without_a_letter(word)
                for place in values_at(*self.variants, hash(text)).tolist()
            }
            for other, number in map(self.spelt.__getitem__, places):
                found[number] = max(found.get(number, 0), word_likeness(word, other))
        return {number: likeness for number, likeness in found.items() if likeness}

    def weight_of(self, word):
        """That of the word itself, or of the one that it may be a slip of."""
        number = self.numbers.get(word)
        if number is not None:
            return float(self.weights[number])
        return min((float(self.weights[number]) for number in self.similar(word)), default=self.heaviest)

    def alike(self, name: str, country: str | None, also: Iterable[int] = ()) -> dict[int, Likeness]:
        """Entry → how like one of its names this one is. Of `also` it is told as well what of their evidence names refute."""
        read = name_words(name[:LONGEST])
        asked = Weighed(
            {word: share * self.weight_of(word) for word, share in read.words.items()},
            frozenset(word for word, share in read.words.items() if share == 1),
        )
        found: dict[int, Likeness] = {}
        alike = set(self.first_sight(asked.words, country))
        for document in sorted(alike.union(self.documents_of(also))):
            entry = int(self.owners[document])
            likeness = self.likeness(asked, document, entry, country)
            if document not in alike:
                likeness = likeness._replace(score=0)
            found[entry] = better(found.get(entry, Likeness()), likeness)
        for entry in self.holding("joined", read.joined, country):
            found[entry] = better(found.get(entry, Likeness()), Likeness(JOINED, JOINED))
        return found

    def documents_of(self, entries: Iterable[int]) -> Iterable[int]:
        for entry in entries:
            yield from range(*self.owners.searchsorted([entry, entry + 1]).tolist())

    def first_sight(self, asked: dict[str, float], country: str | None) -> list[int]:
        """The documents of a country, or of none, that share the heaviest words with what is asked."""
        left = total = sum(asked.values())
        documents, weights = [], []
        for word, weight in sorted(asked.items(), key=lambda item: -item[1]):
            if 2 * left < ENOUGH * (total + left):  # what holds no heavier word cannot be like it
                break
            left -= weight
            for number, likeness in self.similar(word).items():
                holding = self.holders[self.first[number] : self.first[number + 1]]
                documents.append(holding)
                weights.append(np.full(len(holding), weight * likeness))
        if not documents:
            return []
        seen, shares = np.concatenate(documents), np.concatenate(weights)
        if country:
            is_there = self.is_there(self.entry_countries[self.owners[seen]], country)
            seen, shares = seen[is_there], shares[is_there]
        found, places = np.unique(seen, return_inverse=True)
        shared = np.bincount(places, shares, minlength=len(found))
        rough = shared / (total + self.sums[found])
        if len(found) > COMPARED:
            found = found[np.argpartition(-rough, COMPARED)[:COMPARED]]
        return found.tolist()

    def likeness(self, asked: Weighed, document: int, entry: int, country: str | None) -> Likeness:
        """How like a name is: twice the weight of what both share, of the weight of both."""
        held = self.weighted(document)
        place, country_words = self.place_words[self.placed[entry]]
        pairs = self.paired(asked.words, held.words)
        shared = total = 0.0
        matched = set()
        for word, weight in asked.words.items():
            other, likeness = pairs.get(word, (None, 0))
            if other is None:
                total += 0 if is_of_place(word, place) else weight
                continue
            matched.add(other)
            shared += likeness * weight
            total += weight
        is_there = country is not None and country == self.countries[entry]
        for word, weight in held.words.items():
            if word in matched or not (is_there and is_of_place(word, country_words)):
                total += weight
        shared += sum(likeness * held.words[other] for other, likeness in pairs.values())
        if not total:
            return Likeness()
        own = (
            {word for word in asked.main - pairs.keys() if not is_of_place(word, place)},
            {word for word in held.main - matched if not (is_there and is_of_place(word, country_words))},
        )
        if any(map(has_digit, asked.words.keys() ^ held.words.keys())):  # ROMED 1 and ROMED 2 are two
            return Likeness(0, shared / total, ("host", "website") if pairs else ())
        return told_apart(shared / total, asked.main, held.main, own)

    def paired(self, asked: dict[str, float], held: dict[str, float]) -> dict[str, tuple[str, float]]:
        """Word asked for → the word held that it is, and how like it is."""
        pairs = {word: (word, 1.0) for word in asked if word in held}
        free = [word for word in held if word not in pairs]
        for word in asked:
            if word in pairs or not free:
                continue
            similar = self.similar(word)
            likeness, best = max(
                (similar.get(self.numbers[other]) or long_likeness(word, other), other) for other in free
            )
            if likeness:
                pairs[word] = (best, likeness)
                free.remove(best)
        return pairs

    # All that is said

    def candidates(
        self,
        described: Described,
        *,
        excluding: Collection[int] = (),
        types: Collection[str] = (),
        most: int = MOST,
    ) -> list[Candidate]:
        """The entries that the described one may be, the likeliest first, without those whose keys are in `excluding`.

        `types`: that they must be of one of; any where it is empty.
        """
        doubts: dict[int, dict[str, float]] = {}
        for entry, kind, strength in self.sharing(described):
            doubts.setdefault(entry, {}).setdefault(kind, strength)
        for entry, likeness in self.called_alike(described, list(doubts)).items():
            said = doubts.setdefault(entry, {})
            for kind in likeness.refuted:
                said.pop(kind, None)
            if likeness.score:
                said["name"] = likeness.score
        kind = kind_of_type(described.type)
        found = []
        for entry, said in doubts.items():
            if int(self.pks[entry]) in excluding or (types and self.types[entry] not in types):
                continue
            score = at_once(said.values())
            if kind and self.types[entry] and kind != kind_of_type(self.types[entry]):
                score -= OTHER_TYPE
            if score >= ENOUGH:
                why = tuple(sorted(said, key=said.__getitem__, reverse=True))
                found.append(Candidate(int(self.pks[entry]), round(score, 3), why))
        return foremost(found, most)

    def called_alike(self, described: Described, also: Collection[int]) -> dict[int, Likeness]:
        """Entry → how like one of its names one of those described is."""
        found: dict[int, Likeness] = {}
        for name in dict.fromkeys(filter(None, described.names)):
            for entry, likeness in self.alike(name, described.country, also).items():
                found[entry] = better(found.get(entry, Likeness()), likeness)
        return found

    def sharing(self, described: Described) -> Iterable[tuple[int, str, float]]:
        """Entries that share what no two bodies share by chance, what that is, and how much it says."""
        for kind, value in sorted(evidence(described.values)):
            if kind == "host":
                yield from self.at_host(value)
            elif len(entries := self.holding(kind, value)) <= MOST_SHARING:
                yield from ((entry, kind, STRENGTH[kind]) for entry in entries)
        acronyms = {folding.fold(described.acronym)}.union(
            *(name_words(name).acronyms for name in described.names if name)
        )
        for acronym in sorted(each for each in acronyms if len(each) > 2):
            for entry in self.holding("acronym", acronym, described.country):
                yield entry, "acronym", STRENGTH["acronym"]

    def at_host(self, host: str) -> Iterable[tuple[int, str, float]]:
        """Whose host it is, or who has pages there."""
        entries, owners = self.holding("host", host), self.holding("front page", host)
        if len(owners) == 1:
            yield owners[0], "host", STRENGTH["host"]
        elif len(entries) <= MOST_SHARING:
            yield from ((entry, "host", SHARED_HOST) for entry in entries)

    def holding(self, kind: str, value: str, country: str | None = None) -> list[int]:
        """The first entries that have this key, of a country or of none where one is given."""
        entries = values_at(self.key_hashes, self.key_entries, hash((kind, value)))
        if country:
            entries = entries[self.is_there(self.entry_countries[entries], country)]
        return list(dict.fromkeys(entries[: 2 * MOST_HOLDING].tolist()))[:MOST_HOLDING]

    def is_there(self, countries, country):
        return (countries == self.country_numbers.get(country, -1)) | (countries == 0)

    # Each with each

    def pairs_by_name(self) -> dict[tuple[int, int], float]:
        """Keys of two entries that may be one by their names → how like these are. What is withdrawn is left out.

        Only names that share one of their two rarest words are compared, a slip in it allowed.
        """
        roots = self.roots()
        found: dict[tuple[int, int], float] = {}
        for one, other in self.sharing_a_rare_word(roots):
            entry, second = int(self.owners[one]), int(self.owners[other])
            likeness = self.likeness(self.weighted(one), other, second, self.countries[entry]).score
            if likeness >= ENOUGH:
                first, last = sorted((int(self.pks[entry]), int(self.pks[second])))
                pair = (first, last)
                found[pair] = max(found.get(pair, 0), likeness)
        return found

    def roots(self):
        """Word → the first of those that are a slip apart: only of words that few names have."""
        counts = np.diff(self.first)
        roots = np.arange(len(self.words))
        for number in np.flatnonzero(counts <= MOST_TOGETHER).tolist():
            rare = [each for each in self.similar(self.words[number]) if counts[each] <= MOST_TOGETHER]
            roots[number] = min(roots[each] for each in rare)
        return roots

    def sharing_a_rare_word(self, roots):
        """Pairs of documents of two entries of one country that share much at first sight."""
        together = defaultdict(set)
        for document in range(len(self.owners)):
            numbers = self.flat[self.starts[document] : self.starts[document + 1]]
            if self.statuses[self.owners[document]] != Status.WITHDRAWN:
                for number in numbers[np.argsort(-self.weights[numbers])[:2]].tolist():
                    together[int(roots[number])].add(document)
        pairs = {
            pair
            for documents in together.values()
            if len(documents) <= MOST_TOGETHER
            for pair in combinations(sorted(documents), 2)
        }
        for one, other in sorted(pairs):
            entries = self.owners[one], self.owners[other]
            if entries[0] != entries[1] and not differ(*(self.countries[entry] for entry in entries)):
                yield one, other

    def weighted(self, document: int) -> Weighed:
        start, end = self.starts[document], self.starts[document + 1]
        numbers, shares = self.flat[start:end], self.shares[start:end]
        words = list(map(self.words.__getitem__, numbers.tolist()))
        weights = dict(zip(words, (self.weights[numbers] * shares).tolist(), strict=True))
        return Weighed(
            weights, frozenset(word for word, share in zip(words, shares, strict=True) if share == 1)
        )


class PublicMatcher(NamedTuple):
    """The published entries: all as they once stood, and on top those that changed since."""

    matcher: Matcher
    changed: Matcher
    replaced: frozenset[int] = frozenset()

    def candidates(self, described: Described, *, types: Collection[str], most: int) -> list[Candidate]:
        found = self.matcher.candidates(described, excluding=self.replaced, types=types, most=most)
        return foremost([*found, *self.changed.candidates(described, types=types, most=most)], most)


def foremost(found: Iterable[Candidate], most: int) -> list[Candidate]:
    best = sorted(found, key=attrgetter("score"), reverse=True)[:most]
    return [each for each in best if each.score >= best[0].score - BEHIND]


def documents(row: Known) -> Iterable[NameWords]:
    """The names of an entry."""
    main, place = folding.fold(row.name), folding.fold(row.place) if row.place else ""
    for name in row.names:
        if name == main and is_parted(row.name):
            yield name_words(row.name)
        elif (
            name == main or name != place
        ):  # by which people look for a town, and which is no name of its parts
            yield NameWords(dict.fromkeys(words_in(name), 1.0), name.replace(" ", ""))


def better(one: Likeness, other: Likeness) -> Likeness:
    """Of two names of an entry: what the one refutes that shares more, the other may not."""
    score = max(one.score, other.score)
    return max(one, other, key=attrgetter("shared"))._replace(score=score)


def are_exchanged(own: set[str], others: set[str]) -> bool:
    """Whether one word stands for another, and is not short for it."""
    if len(own) > 1 or len(others) > 1:
        return False
    (one,), (other,) = own, others
    return not (one.startswith(other) or other.startswith(one))


def told_apart(
    shared: float, asked: frozenset[str], held: frozenset[str], own: tuple[set[str], set[str]]
) -> Likeness:
    """How like names are that have these words, and these each for itself."""
    bodies = [BODIES & words for words in (asked, held)]
    bodies = [found - {MUNICIPALITY} if "university" in found else found for found in bodies]  # of a city
    towns = sum(MUNICIPALITY in found for found in bodies)
    is_another = all(bodies) and bodies[0].isdisjoint(bodies[1])
    if shared >= RELATED and all(own):
        # The boards of two counties; or a city and what it runs, which stands on its pages.
        if is_another or towns == 1 or are_exchanged(*own):
            return Likeness(shared * ANOTHER_BODY, shared, ("host", "website"))
        return Likeness(shared, shared, ("host",) if shared < ENOUGH else ())
    return Likeness(shared * ANOTHER_BODY if is_another else shared, shared)


def word_likeness(one: str, other: str) -> float:
    """Of 1; 0 where neither is a slip of the other."""
    if one == other:
        return 1
    longest = max(len(one), len(other))
    if longest < SHORTEST or OSA.distance(one, other, score_cutoff=1) > 1:
        return 0
    return 1 - 1 / longest


def long_likeness(one: str, other: str) -> float:
    """In long words there may be two slips."""
    if min(len(one), len(other)) < LONG:
        return 0
    distance = OSA.distance(one, other, score_cutoff=2)
    return 1 - distance / max(len(one), len(other)) if distance <= 2 else 0


def has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))


def is_of_place(word: str, place: frozenset[str]) -> bool:
    """Whether a word is the place of an entry, or made of it: “Romanian” of “Romania”."""
    return word in place or (
        len(word) > 5 and any(word[:5] == other[:5] for other in place if len(other) > 4)
    )


def at_once(scores: Iterable[float]) -> float:
    """What several reasons come to together."""
    doubt = 1.0
    for score in scores:
        doubt *= 1 - score
    return 1 - doubt


def differ(one: str | None, other: str | None) -> bool:
    """Whether both countries are known, and not the same: each has a Ministry of Education."""
    return bool(one and other and one != other)


def kind_of_type(type_: str) -> str:
    return TYPES_ALIKE.get(type_, type_)


def without_a_letter(word: str) -> list[str]:
    """The word, and what is left of it without any one letter: two words a slip apart share one of these."""
    return [word, *{word[:place] + word[place + 1 :] for place in range(len(word))}]


def sorted_keys(pairs: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    hashes = np.fromiter((key for key, _value in pairs), np.int64, len(pairs))
    values = np.fromiter((value for _key, value in pairs), np.int32, len(pairs))
    order = np.argsort(hashes, kind="stable")
    return hashes[order], values[order]


def values_at(hashes: np.ndarray, values: np.ndarray, key: int) -> np.ndarray:
    return values[hashes.searchsorted(key) : hashes.searchsorted(key, "right")]


def known_rows(model: type[Any], **lookups: Any) -> Iterable[Known]:
    """All entries of a kind, however unfinished, but for those that are merged. This causes a query."""
    columns = {field.name for field in model._meta.concrete_fields}
    rows = model.objects.filter(merge=None, **lookups).order_by("pk")
    rows = rows.annotate(folded_names=Substr("search_text", 1, StrIndex("search_text", Value("\t")) - 1))
    plain = [
        name
        for name in ("acronym", "type", "kind", "country", "country__name", "locality")
        if name.partition("__")[0] in columns
    ]
    given = [name for name in ("website", "email", *IDENTIFIERS) if name in columns]
    for pk, status, name, names, *rest in rows.values_list(
        "pk", "status", "name", "folded_names", *plain, *given
    ).iterator(chunk_size=5000):
        about = dict(zip([*plain, *given], rest, strict=True))
        yield Known(
            pk,
            names.strip("\n").split("\n"),
            name,
            acronym=about.get("acronym", ""),
            status=status,
            country=about.get("country"),
            country_name=about.get("country__name") or "",
            place=about.get("locality", ""),
            type=about.get("type") or about.get("kind", ""),
            values={name: about[name] for name in given},
        )


def reason(kind: str) -> str:
    return {
        "name": _("a similar name"),
        "acronym": _("the same acronym"),
        "website": _("the same website"),
        "email": _("the same mailbox"),
        "host": _("a page or mailbox of the same host"),
        "wikidata": _("the same Wikidata item"),
        "ror": _("the same ROR identifier"),
        "isni": _("the same ISNI"),
        "crossref_funder": _("the same Crossref Funder ID"),
        "corporate_body": _("the same code among EU corporate bodies"),
        "transparency_register": _("the same number in the EU Transparency Register"),
    }[kind]


@lru_cache(maxsize=4)
def matcher_at(version: str, model: type[Editorial]) -> Matcher:
    return Matcher(known_rows(model))


def matcher_of(model: type[Editorial]) -> Matcher:
    """The entries as they stand now."""
    return matcher_at(ContentVersion.current(), model)


def public_matcher_of(model: type[Editorial]) -> PublicMatcher:
    """What is public of them: it follows the log, since an edit is to hold up no reader."""

    def read():
        return PublicMatcher(Matcher(known_rows(model, status=Status.PUBLISHED)), Matcher([]))

    def patched(known, changed):
        paths = [field.name for field in model._meta.concrete_fields if field.name == "country"]
        keys = following.touched(model, changed, paths)
        if keys is None or len(replaced := known.replaced | keys) > following.MOST:
            return None
        rows = known_rows(model, status=Status.PUBLISHED, pk__in=replaced)
        return PublicMatcher(known.matcher, Matcher(rows), replaced)

    return following.followed(("matcher", model), ContentVersion.current(), read, patched)


def described(entry: Editorial) -> Described:
    """What an entry, saved or not, says of itself."""
    return described_by({name: getattr(entry, name, "") or "" for name in DESCRIBING})


def described_by(values: Mapping[str, str | None]) -> Described:
    """What a form or a line of a file says, by the names of fields; the country by its code."""
    said = {name: (values.get(name) or "")[:LONGEST] for name in DESCRIBING}
    return Described(
        names=[said["name"], said["native_name"]] if said["name"] else [said["native_name"], said["acronym"]],
        acronym=said["acronym"],
        country=said["country_id"] or None,
        type=said["type"],
        values={name: said[name] for name in ("website", "email", *IDENTIFIERS)},
    )


def marks(said: Described) -> list[tuple]:
    """What two lines of a file that speak of one body have in common; the kind of reason comes first."""
    found: list[tuple] = [mark for mark in sorted(evidence(said.values)) if mark[0] != "host"]
    words = sorted(name_words(said.names[0]).words)
    return [*found, ("name", *words, said.country)] if words else found
