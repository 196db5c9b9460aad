"""What a question asks for (query understanding, entity linking): its words become countries, places, themes, types, roles, kinds, phases, years and names.

The rest stays words. Words in quotation marks, and those behind a minus, are taken as they stand.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import snowballstemmer

from roma_network.core.folding import fold
from roma_network.search import full_text
from roma_network.search.vocabulary import Meaning, vocabulary

DOTTED = re.compile(r"\b(?:\w\.){2,}\w?(?!\w)")  # E.R.I.O.
DIGRAPHS = re.compile("ae|oe|ue")  # Zuerich
YEAR = re.compile(r"(?:19|20)\d\d")
MOST_WORDS = 40  # of a question that are looked at
LONGEST_NAME = 12  # in words
SHORTEST_STEM = 4
STEMMERS = {
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "nl": "dutch",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}
SPOKEN_IN = {
    "bg": "BG",
    "cs": "CZ",
    "da": "DK",
    "de": "DE",
    "el": "GR",
    "es": "ES",
    "et": "EE",
    "fi": "FI",
    "fr": "FR",
    "hu": "HU",
    "it": "IT",
    "lt": "LT",
    "lv": "LV",
    "mk": "MK",
    "nb": "NO",
    "nl": "NL",
    "pl": "PL",
    "pt": "PT",
    "ro": "RO",
    "sk": "SK",
    "sl": "SI",
    "sq": "AL",
    "sv": "SE",
    "tr": "TR",
    "uk": "UA",
}
# Letters that only this one of the languages has.
LETTERS = {
    "cs": "ěřů",
    "de": "ß",
    "es": "ñ",
    "hu": "őű",
    "mk": "ѓќѕ",
    "pl": "łśźż",
    "pt": "ãõ",
    "ro": "șț",
    "ru": "ыэё",
    "sk": "ľĺŕ",
    "tr": "ğı",
    "uk": "іїє",
}
SCRIPTS = {
    "bg": ["CYRILLIC"],
    "el": ["GREEK"],
    "mk": ["CYRILLIC"],
    "ru": ["CYRILLIC"],
    "sr": ["LATIN", "CYRILLIC"],
    "uk": ["CYRILLIC"],
}
CERTAIN = 1.3  # times the votes of the next
MOST_LANGUAGES = 2
ASKS_NOTHING = {"idle", "topic", "who", "near"}
NEUTRAL = 0.8  # votes for a name, which is of no language
FOREIGN = 0.4  # votes for the language of a word, of those for the likely one
TRANSCRIBED = 0.5  # how clearly a word says it that is typed in another script than its language has
CLEAR = 0.75  # how much of a word a beginning must say to stand against the name of an entry


@dataclass(frozen=True)
class Token:
    typed: str
    folded: str


@dataclass(frozen=True)
class Concept:
    """A thing that entries must have, as the question names it."""

    meaning: Meaning
    tokens: tuple[int, ...]  # where it stands
    typed: str
    folded: str
    words: tuple[str, ...] = ()  # any of which says it, in an entry's text
    stem: str = ""

    @property
    def kind(self) -> str:
        return self.meaning.kind


@dataclass(frozen=True)
class Question:
    tokens: tuple[Token, ...] = ()
    concepts: tuple[Concept, ...] = ()
    optional: tuple[Concept, ...] = ()  # what is better had
    unwanted: tuple[str, ...] = ()
    folded: str = ""
    language: str = ""  # the likely one, or empty
    languages: tuple[str, ...] = ()  # those that it may be of, two where they are near to one another
    asks_who: bool = False
    asks_where: bool = False
    where: frozenset[int] = frozenset()  # the words that ask for what is near

    def __bool__(self) -> bool:
        return bool(self.folded or self.unwanted)

    def without(self, concept: Concept) -> str:
        """The question less this part of it."""
        return " ".join(token.typed for at, token in enumerate(self.tokens) if at not in concept.tokens)

    @property
    def as_it_stands(self) -> str:
        """The question with each word to be taken as it stands."""
        return " ".join(f'"{token.typed}"' for token in self.tokens)

    @property
    def asks_for_actors(self) -> bool:
        """Of its own words, or of those of a role: “who finances”."""
        facets = [facet for concept in self.concepts for facet in concept.meaning.facets]
        if self.asks_who or any((facet.model, facet.name) == ("actor", "type") for facet in facets):
            return True
        first = vocabulary().tree.whole.get(self.folded.partition(" ")[0])
        return first is not None and any(meaning.kind == "who" for meaning in first.meanings)

    @property
    def is_understood(self) -> bool:
        return any(concept.kind != "word" or len(concept.words) > 1 for concept in self.concepts)


Called = Callable[[str], tuple]  # a folded name → the entries that bear it


def understand(text: str, called: Called) -> Question:
    literal, tokens = split(text)
    words = tuple(token.folded for token in tokens)
    known = vocabulary()
    votes = votes_of(tokens, known)
    languages = likely(votes)
    language = languages[0] if len(languages) == 1 else ""
    found = list(readings(tokens, known, language, votes, called))
    concepts = [concept for concept in found if concept.kind not in ASKS_NOTHING]
    kinds = {concept.kind for concept in found}
    required = [concept for concept in concepts if concept.kind != "optional"]
    if not required and not literal.wanted and not kinds & {"near"}:
        # Nothing but words that ask for nothing: then they are what is looked for.
        topics = [concept for concept in found if concept.kind == "topic"] or found
        required = [as_word(concept) for concept in topics if concept.kind != "optional"]
        required = required or [as_word(concept, concept.words) for concept in concepts]
    phrases = [as_phrase(term) for term in literal.wanted]
    return Question(
        tokens=tuple(tokens),
        concepts=tuple(phrases + [with_stem(concept, language, tokens) for concept in simplified(required)]),
        optional=tuple(concept for concept in concepts if concept.kind == "optional"),
        unwanted=literal.unwanted,
        folded=" ".join([*literal.wanted, *words]),
        language=language,
        languages=languages,
        asks_who="who" in kinds,
        asks_where="near" in kinds,
        where=frozenset(at for concept in found if concept.kind == "near" for at in concept.tokens),
    )


def split(text):
    """What is to be taken as it stands, and the other words."""
    wanted, unwanted, tokens = [], [], []
    for part in full_text.PART.finditer(undotted(text)):
        phrase = part["phrase"] or part["typographic"]
        if part["minus"]:
            unwanted.extend([fold(phrase)] if phrase else fold(part["word"] or "").split())
        elif phrase:
            wanted.append(fold(phrase))
        else:
            tokens.extend(tokens_of(part["word"] or ""))
    literal = full_text.Query(
        tuple(dict.fromkeys(filter(None, wanted))), tuple(dict.fromkeys(filter(None, unwanted)))
    )
    return literal, tokens[:MOST_WORDS]


def undotted(text: str) -> str:
    """With acronyms as one word: ERIO for E.R.I.O."""
    return DOTTED.sub(lambda match: match[0].replace(".", ""), text)


def tokens_of(word):
    folded = fold(word).split()
    if len(folded) == 1:
        return [Token(word.strip(",;:.?!¿¡()"), folded[0])]
    parts = re.findall(r"[^\W_]+", word)
    return [Token(part, each) for part in parts for each in fold(part).split()]


def votes_of(tokens, known):
    """Language → votes. A word of many languages says little of each."""
    votes: Counter[str] = Counter()
    for token in tokens:
        script = script_of(token.typed)
        languages = set(known.languages.get(token.folded, ()))
        for node, quality in known.tree.following(token.folded):
            if quality > CLEAR:
                languages.update(*node.meanings.values())
        if "sh" in languages:
            languages = languages - {"sh"} | {"sr"}
        languages = {language for language in languages - {""} if is_written(language, script)}
        for language in languages:
            votes[language] += 1 / len(languages)
        if token.typed.islower():  # else it may be a name
            votes.update(language for language, letters in LETTERS.items() if set(letters) & set(token.typed))
    return votes


def likely(votes):
    """The one likely language, or two that are near to one another; none where there are more."""
    most = max(votes.values(), default=0)
    found = tuple(language for language, number in votes.most_common() if number * CERTAIN >= most)
    return found if len(found) <= MOST_LANGUAGES else ()


def is_written(language, script):
    return script in SCRIPTS.get(language, ["LATIN"]) or not language


def script_of(word):
    """The first word of the name of its first letter: LATIN, GREEK, CYRILLIC."""
    return unicodedata.name(word[:1] or " ", "").partition(" ")[0]


def readings(tokens, known, language, votes, called):
    """The parts of a question one after another, each as long as can be."""
    at = 0
    while at < len(tokens):
        length, meaning, quality, vote = best_reading(tokens, at, known, votes)
        named, entries = entries_called(tokens, at, called)
        is_common = language in known.languages.get(tokens[at].folded, ()) and tokens[at].typed.islower()
        if (
            entries
            and (named > length or quality < CLEAR or vote < FOREIGN)
            and (named > 1 or not is_common or len(tokens) == 1)
        ):
            length, meaning = named, Meaning("entry", words=entries)
        if year := years_at(tokens, at):
            length, meaning = year
        if meaning is None:
            word = tokens[at].folded
            meaning = Meaning("idle") if word in known.stop_words else Meaning("word", word)
        where = tuple(range(at, at + length))
        folded = " ".join(token.folded for token in tokens[at : at + length])
        typed = " ".join(token.typed for token in tokens[at : at + length])
        words_of = meaning.words if meaning.kind in ("place", "word", "optional") else ()
        yield Concept(meaning, where, typed, folded, tuple(dict.fromkeys((folded, *words_of))))
        at += length


def best_reading(tokens, start, known, votes):
    """Number of words, meaning, and how clearly they say it."""
    top = max(votes.values(), default=0) or 1
    script = script_of(tokens[start].typed)
    found = []
    for length, quality, node in walk(tokens, start, known.tree):
        for meaning, languages in node.meanings.items():
            vote = NEUTRAL if "" in languages else max(votes[language] for language in languages) / top
            spoken = {language for language in languages if is_written(language, script)}
            clear = quality if spoken else min(quality, TRANSCRIBED)
            found.append((length, 2 * clear + 1.2 * vote, clear, vote, meaning))
    if not found:
        return 1, None, 0, 0
    length, _, quality, vote, meaning = max(found, key=lambda row: row[:4])
    return length, meaning, quality, vote


def walk(tokens, at, node, length=0, quality=1.0):
    """Every way into the tree of words from here: number of words, how clearly, and the node."""
    if node.meanings:
        yield length, quality, node
    if at < len(tokens):
        for word in spellings(tokens[at].folded):
            for child, clear in node.following(word):
                yield from walk(tokens, at + 1, child, length + 1, min(quality, clear))


def spellings(word):
    """A word, and with ü where ue may stand for it."""
    plain = DIGRAPHS.sub(lambda match: match[0][0], word)
    return (word,) if plain == word else (word, plain)


def entries_called(tokens, at, called):
    """The longest name of an entry that begins here: its number of words, and the entries."""
    words = [token.folded for token in tokens[at : at + LONGEST_NAME]]
    for length in range(len(words), 0, -1):
        if entries := called(" ".join(words[:length])):
            return length, entries
    return 0, ()


def years_at(tokens, at):
    """Years side by side: 2014, or 2014-2020."""
    if not YEAR.fullmatch(tokens[at].folded):
        return None
    years = [tokens[at].folded]
    if at + 1 < len(tokens) and YEAR.fullmatch(tokens[at + 1].folded):
        years.append(tokens[at + 1].folded)
    return len(years), Meaning("year", f"{min(years)}-{max(years)}")


def simplified(concepts):
    """Without what another part says already: who funds projects is an actor, not a project."""
    has_role = any(facet.name == "role" for concept in concepts for facet in concept.meaning.facets)
    once = {}
    for concept in concepts:
        if not (has_role and concept.kind == "model"):
            once.setdefault((concept.kind, concept.meaning.value), concept)
    return list(once.values())


def as_word(concept, words=()):
    return replace(concept, meaning=Meaning("word", concept.folded), words=words or (concept.folded,))


def as_phrase(term):
    return Concept(Meaning("phrase", term), (), term, term, (term,))


def with_stem(concept, language, tokens):
    """A word with what its other forms begin with, and its spelling without digraphs."""
    if concept.kind != "word":
        return concept
    words = dict.fromkeys(spelling for word in concept.words for spelling in spellings(word))
    return replace(concept, words=tuple(words), stem=stem_of(concept, language))


def stem_of(concept, language):
    word = concept.folded
    if " " in word or len(word) <= SHORTEST_STEM:
        return ""
    if name := STEMMERS.get(language or "en"):
        stem = fold(stemmer(name).stemWord(concept.typed.lower()))
    else:
        stem = word[: max(SHORTEST_STEM, len(word) - 2)]
    return stem if SHORTEST_STEM <= len(stem) < len(word) and word.startswith(stem) else ""


@cache
def stemmer(name):
    return snowballstemmer.stemmer(name)
