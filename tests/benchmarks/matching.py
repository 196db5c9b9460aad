"""What the matcher finds of the real actors when their names are changed as real lists change them.

    uv run python -m tests.benchmarks.matching

Rows: kinds of change. Columns: names that the change alters, share of them for which the actor is among the offers,
share of wrong ones among all offers; with the country, which most lists give, and without it. “Not in the directory”
asks for each actor that its own entry was taken out of: all offers are wrong, told as offers for a hundred names.
"""

import json
import os
import random
import re
import sys
from collections.abc import Callable, Iterable
from typing import NamedTuple

import django

from roma_network.environment import BASE_DIR
from tests.conftest import ENVIRONMENT


class Actor(NamedTuple):
    """An actor of the fixtures."""

    pk: int
    slug: str
    name: str
    acronym: str
    native_name: str
    others: tuple[str, ...]
    type: str
    country: str | None
    country_name: str
    locality: str
    website: str
    email: str


class Asked(NamedTuple):
    """What a list says of an actor."""

    name: str
    website: str = ""
    email: str = ""


def actors() -> list[Actor]:
    rows = {
        name: json.loads((BASE_DIR / "fixtures" / f"{name}.json").read_text())
        for name in ("actor", "actorname", "country")
    }
    countries = {row["pk"]: row["fields"]["name"] for row in rows["country"]}
    others: dict[str, list[str]] = {}
    for row in rows["actorname"]:
        others.setdefault(row["fields"]["actor"][0], []).append(row["fields"]["name"])
    found = []
    for pk, row in enumerate(rows["actor"]):
        fields = row["fields"]
        country = (fields.get("country") or [None])[0]
        texts = [fields.get(name, "") for name in ("name", "acronym", "native_name")]
        found.append(
            Actor(
                pk,
                fields["slug"],
                *texts,
                others=tuple(others.get(fields["slug"], ())),
                type=fields["type"],
                country=country,
                country_name=countries.get(country, ""),
                locality=fields.get("locality", ""),
                website=fields.get("website", ""),
                email=fields.get("email", ""),
            )
        )
    return found


# How lists change a name: None where they cannot. Chance has a seed of its own for each name.

TOWN = re.compile(r"(?:Municipality|City|Town|Commune) of (.+)")
OWN_WORDS = {
    "RO": ("Primăria {}", "Municipiul {}"),
    "SK": ("Obec {}", "Mesto {}"),
    "CZ": ("Město {}", "Obec {}"),
    "IT": ("Comune di {}",),
    "ES": ("Ayuntamiento de {}",),
    "FR": ("Ville de {}", "Mairie de {}"),
    "DE": ("Stadt {}",),
    "GR": ("Dimos {}", "Δήμος {}"),
    "HU": ("{} Önkormányzata",),
    "RS": ("Opština {}", "Grad {}"),
    "BG": ("Община {}",),
    "PT": ("Câmara Municipal de {}", "Município de {}"),
    "SE": ("{} kommun", "{}s stad"),
    "SI": ("Občina {}",),
    "HR": ("Grad {}", "Općina {}"),
    "PL": ("Gmina {}", "Urząd Miasta {}"),
    "MK": ("Opština {}",),
    "AL": ("Bashkia {}",),
    "TR": ("{} Belediyesi",),
}
FORMS = {
    "RO": "ONG",
    "DE": "e.V.",
    "AT": "e. V.",
    "IT": "Onlus",
    "CZ": "z.s.",
    "SK": "o.z.",
    "FR": "ASBL",
    "BE": "vzw",
    "GB": "Ltd.",
    "HU": "Nonprofit Kft.",
    "ES": "S.L.",
}
BODIES = {"civil_society", "roma_community", "business", "academia"}


def council(actor, chance):
    town = TOWN.fullmatch(actor.name)
    return town and f"{town[1]} {chance.choice(['City Council', 'Municipality', 'Town Council', 'Council'])}"


def own_language(actor, chance):
    town, words = TOWN.fullmatch(actor.name), OWN_WORDS.get(actor.country)
    return chance.choice(words).format(town[1]) if town and words else None


def with_place(actor, chance):
    place = actor.locality or actor.country_name
    return f"{actor.name}, {place}" if place and place not in actor.name else None


def with_another_place(actor, chance):
    """A place that the directory does not know of it."""
    places = ["Trnovo", "Lipovec", "Sankt Veit", "Miercurea", "Dolno Selo"]
    return f"{actor.name}, {chance.choice(places)}" if actor.type in BODIES and not actor.locality else None


def and_sign(actor, chance):
    return swapped(actor.name, {" and ": " & ", " & ": " and "})


def centre(actor, chance):
    return swapped(
        actor.name,
        {
            "Centre": "Center",
            "Center": "Centre",
            "isation": "ization",
            "ization": "isation",
            "Programme": "Program",
        }
        | {"Labour": "Labor", "Traveller": "Traveler", "Neighbourhood": "Neighborhood"},
    )


def swapped(name, pairs):
    for old, new in pairs.items():
        if old in name:
            return name.replace(old, new)
    return None


def legal_form(actor, chance):
    return f"{actor.name} {FORMS.get(actor.country, 'NGO')}" if actor.type in BODIES else None


def article(actor, chance):
    return actor.name.removeprefix("The ") if actor.name.startswith("The ") else f"The {actor.name}"


def dropped(actor, chance):
    word = chance.choice(sorted(long_words(actor.name)) or [None])
    if word is None:
        return None
    place = chance.randrange(len(word))
    return actor.name.replace(word, word[:place] + word[place + 1 :], 1)


def doubled(actor, chance):
    word = chance.choice(sorted(long_words(actor.name)) or [None])
    if word is None:
        return None
    place = chance.randrange(len(word))
    return actor.name.replace(word, word[:place] + word[place] + word[place:], 1)


def exchanged(actor, chance):
    word = chance.choice(sorted(long_words(actor.name)) or [None])
    if word is None:
        return None
    place = chance.randrange(len(word) - 1)
    return actor.name.replace(word, word[:place] + word[place + 1] + word[place] + word[place + 2 :], 1)


def long_words(name):
    return [word for word in re.findall(r"[^\W\d_]+", name) if len(word) > 3]


def bracketed(actor, chance):
    """The acronym that the directory knows, or the one that the letters make."""
    if TOWN.fullmatch(actor.name) or "(" in actor.name:
        return None
    letters = "".join(word[0] for word in actor.name.split() if word[0].isupper())
    acronym = actor.acronym or letters
    return f"{actor.name} ({acronym})" if len(acronym) > 1 and acronym != actor.name else None


def first_acronym(actor, chance):
    return f"{actor.acronym} - {actor.name}" if actor.acronym and actor.acronym != actor.name else None


def acronym_alone(actor, chance):
    return actor.acronym if len(actor.acronym) > 2 else None


def capitals(actor, chance):
    return actor.name.upper()


def plain_letters(actor, chance):
    from anyascii import anyascii

    plain = anyascii(actor.name)
    return plain if plain != actor.name else None


def native(actor, chance):
    return actor.native_name or None


def another_name(actor, chance):
    return chance.choice(actor.others) if actor.others else None


def other_order(actor, chance):
    start, of, end = actor.name.partition(" of ")
    return f"{end} {start}" if of else None


def turned_round(actor, chance):
    """As indexes have it: “Glasgow, City of”."""
    start, of, end = actor.name.partition(" of ")
    return f"{end}, {start} of" if of and len(start.split()) == 1 else None


def joined(actor, chance):
    words = actor.name.split()
    return "".join(words) if len(words) == 2 and not TOWN.fullmatch(actor.name) else None


def abbreviated(actor, chance):
    return swapped(
        actor.name,
        {
            "University": "Univ.",
            "Ministry": "Min.",
            "Department": "Dept.",
            "Association": "Assoc.",
            "Institute": "Inst.",
        }
        | {"Directorate-General": "DG", "International": "Int'l", "National": "Nat'l", "Saint": "St."},
    )


def in_country(actor, chance):
    """Bodies of states are called after them."""
    is_named = actor.country_name and actor.country_name not in actor.name
    return (
        f"{actor.name} of {actor.country_name}" if is_named and actor.type == "national_authority" else None
    )


# What a list has beside a name that is none of ours.


def by_website(actor, chance):
    host = re.sub(r"^https?://(www\.)?", "", actor.website)
    path = chance.choice(["", "/", "?lang=en"])
    return Asked(STRANGE, website=f"http://www.{host.rstrip('/')}{path}") if actor.website else None


def by_front_page(actor, chance):
    host = re.match(r"https?://([^/]+)/?$", actor.website)
    return Asked(STRANGE, website=f"https://{host[1]}/en/about-us") if host else None


def by_mailbox(actor, chance):
    return Asked(STRANGE, email=actor.email) if actor.email else None


def by_domain(actor, chance):
    host = re.match(r"https?://(?:www\.)?([^/]+)/?$", actor.website)
    return Asked(STRANGE, email=f"office@{host[1]}") if host else None


STRANGE = "Szürke Kígyó 77x"
CHANGES: dict[str, Callable] = {
    "as it is": lambda actor, chance: actor.name,
    "X City Council for City of X": council,
    "in the words of the country (Comune di X, Obec X)": own_language,
    "name, place": with_place,
    "name, a place that is not known": with_another_place,
    "& for and": and_sign,
    "Center for Centre, -ization": centre,
    "a legal form behind it": legal_form,
    "The": article,
    "a dropped letter": dropped,
    "a doubled letter": doubled,
    "two letters exchanged": exchanged,
    "acronym in brackets": bracketed,
    "acronym before it": first_acronym,
    "acronym alone": acronym_alone,
    "CAPITALS": capitals,
    "without accents": plain_letters,
    "native name": native,
    "one of its other names": another_name,
    "words in another order": other_order,
    "X, City of": turned_round,
    "two words as one": joined,
    "Univ., Min., DG": abbreviated,
    "of its country": in_country,
    "website, another name": by_website,
    "a page of its website, another name": by_front_page,
    "mailbox, another name": by_mailbox,
    "mailbox at its website, another name": by_domain,
}


class Figures(NamedTuple):
    asked: int
    found: int
    offers: int

    @property
    def recall(self):
        return self.found / max(self.asked, 1)

    @property
    def wrong(self):
        return (self.offers - self.found) / max(self.offers, 1)


def asked_by(change: Callable, actor: Actor) -> Asked | None:
    said = change(actor, random.Random(actor.slug))  # noqa: S311
    if not said or (said == actor.name and change is not CHANGES["as it is"]):
        return None
    return said if isinstance(said, Asked) else Asked(said)


def figures(change: Callable, everyone: Iterable[Actor], offers: Callable, *, country: bool) -> Figures:
    """`offers`: actor, what is asked, with country or not → the keys that are offered."""
    count = found = offered = 0
    for actor in everyone:
        if (asked := asked_by(change, actor)) is None:
            continue
        keys = offers(actor, asked, country)
        count += 1
        found += actor.pk in keys
        offered += len(keys)
    return Figures(count, found, offered)


def known(actor: Actor):
    """As the matcher reads it from the database."""
    from roma_network.core import folding
    from roma_network.editorial.matching import Known

    town = actor.locality if actor.type == "local_authority" else ""
    names = folding.searchable([town, actor.name, actor.acronym, actor.native_name, *actor.others])
    return Known(
        actor.pk,
        names.strip("\n\t").split("\n"),
        actor.name,
        acronym=actor.acronym,
        country=actor.country,
        country_name=actor.country_name,
        place=actor.locality,
        type=actor.type,
        values={"website": actor.website, "email": actor.email},
    )


def offers_of(matcher, *, without_itself: bool = False) -> Callable:
    from roma_network.editorial.matching import Described

    def offers(actor, asked, country):
        described = Described(
            [asked.name],
            country=actor.country if country else None,
            type=actor.type if country else "",
            values={"website": asked.website, "email": asked.email},
        )
        excluding = {actor.pk} if without_itself else ()
        return [each.pk for each in matcher.candidates(described, excluding=excluding)]

    return offers


def main():
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    django.setup()
    from roma_network.editorial.matching import Matcher

    everyone = actors()
    matcher = Matcher(map(known, everyone))
    print_table(everyone, offers_of(matcher), offers_of(matcher, without_itself=True))


def print_table(everyone, offers, offers_without):
    write = sys.stdout.write
    write("| change | names | found | wrong offers | without country: found | wrong offers |\n")
    write("| --- | ---: | ---: | ---: | ---: | ---: |\n")
    for title, change in CHANGES.items():
        told, untold = (figures(change, everyone, offers, country=told) for told in (True, False))
        write(
            f"| {title} | {told.asked} | {told.recall:.1%} | {told.wrong:.0%} "
            f"| {untold.recall:.1%} | {untold.wrong:.0%} |\n"
        )
    gone, alone = (
        figures(CHANGES["as it is"], everyone, offers_without, country=told) for told in (True, False)
    )
    write(
        f"| not in the directory | {gone.asked} | | {100 * gone.offers / gone.asked:.0f} for 100 | "
        f"| {100 * alone.offers / alone.asked:.0f} for 100 |\n"
    )


if __name__ == "__main__":
    main()
