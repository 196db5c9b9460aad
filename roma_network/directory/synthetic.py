"""A made-up directory of any size, for measurements. All of it is marked as such, and it never mixes with real entries.

Each entry takes its shape from a real one in the fixtures, drawn by chance: its type, country and themes, and which
fields it fills. So the shares are the real directory's. Names and texts are put together from `synthetic.toml`.
"""

import json
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random

from anyascii import anyascii
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model

from initiatives.models import (
    Document,
    DocumentCitation,
    Funding,
    FundingCitation,
    Initiative,
    InitiativeCitation,
    Participation,
    ParticipationCitation,
    Role,
    Roster,
    RosterCitation,
    RosterLine,
    RosterRule,
)
from roma_network.changes import log
from roma_network.core.folding import fold
from roma_network.models import Editorial, Keyed, Source, Status
from roma_network.ops import fixtures
from stakeholders.models import (
    Actor,
    ActorCitation,
    ActorName,
    ActorType,
    Country,
    Mandate,
    MandateCitation,
    NameKind,
    Precision,
    Relation,
    RelationCitation,
    Theme,
)

FEWEST = 10
PROGRAMME = "Synthetic programme"
SLUG = "synthetic-"
SITE = "https://synthetic.example.org/"
NOTE = "Synthetic entry, made up for measurements."
BATCH = 2000
VOCABULARY = (Country, Theme)
SOURCES = 40
LINES = 5  # of a roster
TODAY = datetime(2026, 1, 1, tzinfo=UTC)  # not the day it runs on: a seed gives the same directory for ever
HUBS = 1.3  # Pareto's exponent. The lower, the more participations fall on a few actors and initiatives.
MOST_FUNDERS = 4  # of an initiative, as in the fixtures
STATUSES = {Status.PUBLISHED: 94, Status.DRAFT: 3, Status.IN_REVIEW: 1, Status.WITHDRAWN: 2}
SAID = ["name and seat", "role", "dates", "partners and budget", "what it does"]
RELATED_LANGUAGES = {"ca": "es", "cnr": "bs", "lb": "de", "no": "nb"}
# Nine rows in ten say no more than which others belong together. They are stored as plain columns: as instances of
# their models they take twice the time of all the rest.
TIES = {
    ActorName: ("actor_id", "name", "kind", "language"),
    Funding: ("id", "initiative_id", "slug", "amount_eur", "programme", "note"),
    Participation: ("id", "initiative_id", "actor_id", "role", "start", "end", "note"),
    Mandate: ("id", "slug", "country_id", "office", "actor_id", "start", "end", "note"),
    Relation: ("id", "subject_id", "kind", "target_id", "note"),
    Actor.themes.through: ("actor_id", "theme_id"),
    Initiative.themes.through: ("initiative_id", "theme_id"),
    Initiative.countries.through: ("initiative_id", "country_id"),
    Document.actors.through: ("document_id", "actor_id"),
    Document.initiatives.through: ("document_id", "initiative_id"),
} | dict.fromkeys(
    (
        ActorCitation,
        InitiativeCitation,
        DocumentCitation,
        FundingCitation,
        MandateCitation,
        ParticipationCitation,
        RelationCitation,
        RosterCitation,
    ),
    ("subject_id", "source_id", "facts", "supports"),
)
ABOVE_COUNTRIES = (ActorType.EU_INSTITUTION, ActorType.INTERNATIONAL_ORGANISATION)
TEMPLATES = {
    ActorType.NATIONAL_AUTHORITY: "state",
    ActorType.LOCAL_AUTHORITY: "local",
    ActorType.ROMA_COMMUNITY: "roma",
    ActorType.ACADEMIA: "study",
}


def is_synthetic(model):
    """The rows of a model that this module made, as a lookup."""
    return {"slug__startswith": SLUG} if issubclass(model, Editorial) else {"url__startswith": SITE}


def real_entries() -> dict[object, int]:
    """Number of real entries, by the plural name of their model."""
    counts = {
        model._meta.verbose_name_plural: model.objects.exclude(**is_synthetic(model)).count()
        for model in (Actor, Initiative, Document, Source)
    }
    return {name: count for name, count in counts.items() if count}


def sizes(actors: int) -> dict[type[Keyed], int]:
    """How many entries of each kind a directory of so many actors holds."""
    return {
        Actor: actors,
        Initiative: actors // 5,
        Participation: 3 * actors,
        Relation: actors // 10,
        Document: actors // 10,
    }


@transaction.atomic
def replace(actors: int, seed: int, progress: Callable[[int], object]) -> None:
    """Make a directory in place of an earlier synthetic one. `progress` is told how many entries were stored."""
    with log.compared_afterwards():
        clear()
        store(Directory(sizes(actors), seed).rows(), progress)
        with connection.cursor() as cursor:
            numbered: list[type[Model]] = [Source, Funding, Mandate, Roster, *sizes(actors)]
            for statement in connection.ops.sequence_reset_sql(no_style(), numbered):
                cursor.execute(statement)
            cursor.execute("ANALYZE")


def clear():
    models = [model for model in fixtures.models() if model not in VOCABULARY]
    links = [field.remote_field.through for model in models for field in model._meta.many_to_many]
    # What refers to the entries goes too, such as merges: PostgreSQL empties all of them or none.
    referring = [relation.related_model for model in models for relation in model._meta.related_objects]
    tables = {model._meta.db_table for model in [*models, *links, *referring]}
    connection.ops.execute_sql_flush(
        connection.ops.sql_flush(no_style(), sorted(tables), reset_sequences=True)
    )


def store(rows, progress):
    """Insert pairs of model and row in sets. Keys are checked when the transaction ends, so any order will do."""
    waiting = defaultdict(list)
    for model, row in rows:
        waiting[model].append(row)
        if len(waiting[model]) == BATCH:
            insert(model, waiting.pop(model), progress)
    for model, left in waiting.items():
        insert(model, left, progress)


def insert(model, rows, progress):
    if model in TIES:
        insert_columns(model, rows)
    else:
        model.objects.bulk_create(rows)
    if model in sizes(0):
        progress(len(rows))


def insert_columns(model, rows):
    quote = connection.ops.quote_name
    table, columns = quote(model._meta.db_table), ", ".join(map(quote, TIES[model]))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            values = ", ".join(["%s"] * len(TIES[model]))
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({values})", rows)  # noqa: S608


class Directory:
    def __init__(self, size, seed):
        self.size = size
        self.random = Random(seed)  # noqa: S311 (nothing here is secret)
        self.words = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
        self.shapes = defaultdict(list)
        for model, fields in fixtures.rows():
            self.shapes[model].append(fields)
        self.countries, self.themes = map(
            vocabulary_rows, VOCABULARY, (self.shapes[Country], self.shapes[Theme])
        )
        self.languages = self.languages_by_country()
        self.roles = self.roles_by_type()
        self.funders, self.funders_owed = Counter(), 0
        self.parts = {
            field: Counter(shape[field][0] for shape in self.shapes[Participation])
            for field in ("actor", "initiative")
        }
        self.funded = 0  # initiatives so far
        self.actors = []  # name, type and status, by primary key less one
        self.weights = {Actor: [], Initiative: []}

    def rows(self):
        """Pairs of model and row, of all models. What others point at has its primary key already."""
        for pk in range(1, SOURCES + 1):
            publisher = "Nobody: made up for measurements"
            yield (
                Source,
                Source(pk=pk, url=f"{SITE}sources/{pk}", title=f"Synthetic source {pk}", publisher=publisher),
            )
        for model, make in (
            (Actor, self.actor),
            (Initiative, self.initiative),
            (Document, self.document),
        ):
            for pk in range(1, self.size[model] + 1):
                yield from make(pk)
        yield from self.participations()
        yield from self.relations()
        yield from self.mandates()
        yield from self.rosters()

    # Actors

    def actor(self, pk):
        shape = self.random.choice(self.shapes[Actor])
        country = self.countries.get(shape.get("country", [None])[0])
        language = self.language(shape, country)
        (name, native, other), place = self.names(shape["type"], language)
        actor = Actor(
            pk=pk,
            name=name,
            acronym=acronym(name) if "acronym" in shape else "",
            type=shape["type"],
            country=country,
            parent_id=self.random.randrange(1, pk) if "parent" in shape and pk > 1 else None,
            website=f"{SITE}actors/{pk}" if "website" in shape else "",
            email=f"info@{pk}.synthetic.example.org" if "email" in shape else "",
            summary=self.summary(place, shape),
            **self.life(pk, name),
            **self.lifetime(shape),
        )
        if "native_name" in shape and native != name:
            actor.native_name, actor.native_language = native, language
        if "locality" in shape:
            actor.locality = place
        if "latitude" in shape:
            actor.latitude = round(shape["latitude"] + self.random.gauss(0, 0.4), 4)
            actor.longitude = round(shape["longitude"] + self.random.gauss(0, 0.6), 4)
            actor.precision = Precision.CITY
        names = self.other_names(pk, other, language)
        # Or refreshing would query them.
        actor._prefetched_objects_cache = {"names": [ActorName(name=name) for _, name, *_ in names]}
        actor.refresh_search()
        self.actors.append((name, actor.type, actor.status))
        self.weights[Actor].append(self.weight("actor", shape))
        yield Actor, actor
        yield from ((ActorName, row) for row in names)
        yield from self.themed(Actor, pk, shape)
        yield from self.citations(ActorCitation, pk, most=3)

    def names(self, type_, language):
        """The name in English, in the language itself and in another wording there; and the place, in Latin letters."""
        words, english = self.words["languages"][language], self.words["languages"]["en"]
        place = "".join(self.random.choice(words[part]) for part in ("before", "stem", "end"))
        place = place[0].upper() + place[1:]
        # Greek and Cyrillic names stand in Latin letters in English, all others as they are.
        latin = place if place[0] < "Ͱ" else anyascii(place).replace("'", "")
        cause = self.random.randrange(len(english["cause"]))
        if type_ in ABOVE_COUNTRIES or type_ == ActorType.BUSINESS:
            templates = self.words["company" if type_ == ActorType.BUSINESS else "above"]
            first, other = self.random.sample(templates, 2)
            named = {"place": latin, "cause": english["cause"][cause]}
            return (first.format(**named), first.format(**named), other.format(**named)), latin
        kind = TEMPLATES.get(type_, "group")
        first, other = self.random.sample(range(len(english[kind])), 2)

        def full(words, choice, place):
            if kind == "group":
                return f"{words['group'][choice]} {words['cause'][cause]} – {place}"
            if kind == "state":
                return f"{words['state'][choice]} – {place}"
            return words[kind][choice].format(place=place)

        return (full(english, first, latin), full(words, first, place), full(words, other, place)), latin

    def other_names(self, pk, other, language):
        if self.random.random() * len(self.shapes[Actor]) > len(self.shapes[ActorName]):
            return []
        kind = self.random.choice(NameKind.values)
        return [(pk, other, kind, language if kind == NameKind.TRANSLATION else "")]

    def language(self, shape, country):
        known = self.words["languages"]
        native = shape.get("native_language", "")
        native = RELATED_LANGUAGES.get(native, native)
        if native in known:
            return native
        return self.random.choice(self.languages[country.pk] if country else list(known))

    def languages_by_country(self):
        """Country → the languages in which its real actors have names, as often as they do, or English."""
        languages = defaultdict(list)
        for shape in self.shapes[Actor]:
            language = shape.get("native_language", "")
            language = RELATED_LANGUAGES.get(language, language)
            if "country" in shape and language in self.words["languages"]:
                languages[shape["country"][0]].append(language)
        return {code: languages[code] or ["en"] for code in self.countries}

    def lifetime(self, shape):
        if self.random.random() < 0.02:
            return {"founded": self.date(1950, 2014, 4), "closed": self.date(2015, 2025, 7)}
        return {"founded": self.date(1950, 2024, len(shape["founded"])) if "founded" in shape else ""}

    def date(self, first, last, length):
        day = datetime(self.random.randint(first, last), 1, 1, tzinfo=UTC) + timedelta(
            days=self.random.randrange(365)
        )
        return day.date().isoformat()[:length]

    # Initiatives and documents

    def initiative(self, pk):
        shape = self.random.choice(self.shapes[Initiative])
        place, cause = self.place(), self.random.choice(self.words["languages"]["en"]["cause"])
        kind = Initiative(kind=shape["kind"]).get_kind_display()
        name = self.random.choice(self.words["initiative"]).format(kind=kind, cause=cause, place=place)
        years = "–".join(dict.fromkeys(shape[end][:4] for end in ("start", "end") if end in shape))
        name = f"{name} {years}".strip()
        initiative = Initiative(
            pk=pk,
            name=name,
            acronym="".join(self.random.sample(self.words["syllables"], 3)) if "acronym" in shape else "",
            kind=shape["kind"],
            summary=self.summary(place, shape),
            start=shape.get("start", ""),
            end=shape.get("end", ""),
            website=f"{SITE}initiatives/{pk}" if "website" in shape else "",
            parent_id=self.random.randrange(1, pk) if "parent" in shape and pk > 1 else None,
            follows_id=self.random.randrange(1, pk) if "follows" in shape and pk > 1 else None,
            **self.life(pk, name),
        )
        is_funded = self.random.random() * len(self.shapes[Initiative]) < len(self.shapes[Funding])
        funding = [Funding(programme=PROGRAMME)] if is_funded else []
        initiative._prefetched_objects_cache = {"merged": [], "funding": funding}  # as above
        initiative.refresh_search()
        self.weights[Initiative].append(self.weight("initiative", shape))
        yield Initiative, initiative
        yield from self.themed(Initiative, pk, shape)
        for (code,) in shape.get("countries", []):
            yield Initiative.countries.through, (pk, code)
        if is_funded:
            amount = round(self.random.lognormvariate(13, 1.5))
            self.funded += 1
            yield Funding, (self.funded, pk, f"{SLUG}{pk}", amount, PROGRAMME, "")
            yield from self.citations(FundingCitation, self.funded)
        yield from self.citations(InitiativeCitation, pk, most=2)

    def document(self, pk):
        shape = self.random.choice(self.shapes[Document])
        publisher, *subjects = self.some(Actor, 1 + len(shape.get("actors", [])))
        theme = self.random.choice(list(self.themes.values()))
        kind = Document(kind=shape["kind"]).get_kind_display()
        template = self.random.choice(self.words["document"])
        title = template.format(kind=kind, theme=theme.name, place=self.place())
        document = Document(
            pk=pk,
            title=f"{title} (synthetic)",
            kind=shape["kind"],
            date=shape.get("date", ""),
            url=f"{SITE}documents/{pk}" if "url" in shape else "",
            format=shape.get("format", ""),
            language=shape.get("language", ""),
            publisher=self.named(publisher) if "publisher" in shape else None,
            **self.life(pk, title),
        )
        document.refresh_search()
        yield Document, document
        for actor in set(subjects):
            yield Document.actors.through, (pk, actor)
        for initiative in set(self.some(Initiative, len(shape.get("initiatives", [])))):
            yield Document.initiatives.through, (pk, initiative)
        yield from self.citations(DocumentCitation, pk, most=2)

    def named(self, pk):
        """An actor with its name and status and no more: all that the search text of a document takes of it."""
        name, _type, status = self.actors[pk - 1]
        return Actor(pk=pk, name=name, status=status)

    # Ties

    def participations(self):
        """One for each initiative, the rest as chance and the weights have it; but no actor has more for the number of initiatives
        than any real one, unless there are too few of all.
        """
        size, seen, held = self.size[Participation], set(), Counter()
        most = max(self.size[Initiative] * self.largest_share, FEWEST * size / self.size[Actor])
        initiatives = [*range(1, self.size[Initiative] + 1)]
        while len(seen) < size:
            asked = size - len(seen)
            initiatives += self.some(Initiative, max(asked - len(initiatives), 0))
            for initiative, actor in zip(initiatives[:asked], self.some(Actor, asked), strict=True):
                if held[actor] >= most:
                    continue
                role = self.role(initiative, actor)
                if (initiative, actor, role) not in seen:
                    seen.add((initiative, actor, role))
                    held[actor] += 1
                    self.funders[initiative] += role == Role.FUNDER
                    yield from self.participation(len(seen), initiative, actor, role)
            initiatives = []

    @property
    def largest_share(self):
        """How many participations one actor really has at most for each initiative."""
        return max(self.parts["actor"].values()) / len(self.shapes[Initiative])

    def role(self, initiative, actor):
        """As actors of its type have it; but no initiative has more funders than any real one: others have those instead."""
        roles, others = self.roles[self.actors[actor - 1][1]]
        role = self.random.choice(roles)
        if role == Role.FUNDER and self.funders[initiative] >= MOST_FUNDERS:
            self.funders_owed += 1
            return self.random.choice(others)
        if self.funders_owed and len(others) < len(roles) and not self.funders[initiative]:
            self.funders_owed -= 1
            return Role.FUNDER
        return role

    def participation(self, pk, initiative, actor, role):
        shape = self.random.choice(self.shapes[Participation])
        start, end = shape.get("start", ""), shape.get("end", "")
        note = "Synthetic." if "note" in shape else ""
        yield Participation, (pk, initiative, actor, role, start, end, note)
        yield from self.citations(ParticipationCitation, pk)

    def relations(self):
        seen = set()
        while len(seen) < self.size[Relation]:
            subject, target = self.some(Actor, 2)
            kind = self.random.choice(self.shapes[Relation])["kind"]
            if subject != target and (subject, kind, target) not in seen:
                seen.add((subject, kind, target))
                yield Relation, (len(seen), subject, kind, target, "")
                yield from self.citations(RelationCitation, len(seen))

    def mandates(self):
        """As many for the number of actors as are really held, each by another actor; one at least."""
        size, shapes = self.size[Actor], [shape for shape in self.shapes[Mandate] if shape.get("actor")]
        number = max(1, size * len(shapes) // len(self.shapes[Actor]))
        for pk, actor in enumerate(self.random.sample(range(1, size + 1), number), start=1):
            shape = self.random.choice(shapes)
            start, end = shape.get("start", ""), shape.get("end", "")
            yield Mandate, (pk, f"{SLUG}{pk}", *shape["country"], shape["office"], actor, start, end, "")
            yield from self.citations(MandateCitation, pk)

    def rosters(self):
        """One of its own lines alone, and one of who takes part in an initiative."""
        [initiative] = self.some(Initiative, 1)
        filled = {RosterRule.LISTED: None, RosterRule.PARTICIPANTS: initiative}
        for pk, (rule, initiative) in enumerate(filled.items(), start=1):
            yield (
                Roster,
                Roster(
                    pk=pk,
                    slug=f"{SLUG}{pk}",
                    title=f"Synthetic roster {pk}",
                    expected=2 * LINES,
                    as_of=f"{TODAY:%Y-%m-%d}",
                    note=NOTE,
                    rule=rule,
                    initiative_id=initiative,
                ),
            )
            expected = {
                self.actors[actor - 1][0]: actor
                for actor in self.random.sample(range(1, self.size[Actor] + 1), LINES)
            }
            for name, actor in expected.items():
                yield RosterLine, RosterLine(roster_id=pk, name=name, actor_id=actor)
            yield from self.citations(RosterCitation, pk)

    def roles_by_type(self):
        """Actor type → the roles of its real actors, as often as they have them; and those but for funders."""
        types = {shape["slug"]: shape["type"] for shape in self.shapes[Actor]}
        roles = defaultdict(list)
        for shape in self.shapes[Participation]:
            roles[types[shape["actor"][0]]].append(shape["role"])
        return {kind: (real, [role for role in real if role != Role.FUNDER]) for kind, real in roles.items()}

    def weight(self, field, shape):
        return self.parts[field][shape["slug"]] * self.random.paretovariate(HUBS)

    def some(self, model, number):
        """Primary keys of so many entries, with repetition, the well connected more often."""
        total = self.weights[model]
        if isinstance(total, list):
            # Complete by now: one sum serves all draws.
            total = self.weights[model] = tuple(accumulate(total))
        return self.random.choices(range(1, self.size[model] + 1), cum_weights=total, k=number)

    # What all entries share

    def life(self, pk, name):
        status = self.random.choices(list(STATUSES), weights=STATUSES.values())[0]
        created = TODAY - timedelta(minutes=self.random.randrange(1, 1_000_000))
        updated = created + (TODAY - created) * self.random.random()
        public = status in (Status.PUBLISHED, Status.WITHDRAWN)
        return {
            "slug": f"{SLUG}{pk}-{fold(name).replace(' ', '-')}"[:80].rstrip("-"),
            "status": status,
            "created_at": created,
            "published_at": created if public else None,
            "updated_at": updated,
            "verified_on": updated.date() if public and self.random.random() < 0.5 else None,
        }

    def place(self):
        language = self.random.choice(list(self.words["languages"]))
        return self.names(ActorType.LOCAL_AUTHORITY, language)[1]

    def summary(self, place, shape):
        themes = [self.themes[slug].name.lower() for (slug,) in shape.get("themes", [])] or ["inclusion"]
        sentences = [
            self.random.choice(self.words["about"]),
            *self.random.sample(self.words["more"], self.random.randrange(3)),
        ]
        text = " ".join(
            sentence.format(theme=self.random.choice(themes), place=place) for sentence in sentences
        )
        return f"{text} {NOTE}"

    def themed(self, model, pk, shape):
        for (slug,) in shape.get("themes", []):
            yield model.themes.through, (pk, self.themes[slug].pk)

    def citations(self, model, pk, most=1):
        first, number = self.random.randrange(SOURCES), self.random.randrange(most)
        for source in range(first, first + number + 1):
            facts = json.dumps(self.random.choice(self.shapes[model])["facts"])
            yield model, (pk, source % SOURCES + 1, facts, self.random.choice(SAID))


def vocabulary_rows(model, shapes):
    """The rows of a vocabulary by natural key, those of the fixtures among them."""
    model.objects.bulk_create([model(**shape) for shape in shapes], ignore_conflicts=True)
    return {row.natural_key()[0]: row for row in model.objects.all()}


def acronym(name):
    return "".join(anyascii(word)[0] for word in name.replace("-", " ").split() if word[0].isupper())
