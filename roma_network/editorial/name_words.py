"""The words by which names of bodies are compared (tokens, stop words): “The City Council of Košice (KE), Slovakia” is that of “Mesto Košice”.

Lists differ in how they write one name: kinds of bodies in their own languages, British and American spelling, legal
forms, articles, an acronym or a place behind the name. What says nothing about which body it is goes, what says the
same becomes one word.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from roma_network.core import folding
from roma_network.core.folding import words_of

ASIDE = 0.3  # of the weight of a word, where it stands in brackets or behind a comma
MOST_ASIDE = 4  # words behind a comma: more are a part of the name
ACRONYM = re.compile(r"[^\W_][\w/&.\-]{1,14}")
BRACKETS = re.compile(r"[(\[]([^)\]]*)[)\]]")
DASH = re.compile(r"\s+[-–—|/:]+\s+")
LISTED = re.compile(r"&|\b(?:and|et|und|y|e|i|si|a|och|en|og)\b")  # a comma before these parts a list


# Words that any name may have or lack.
FILLING = words_of(
    """a an the of for and in on at to by with from as de du des d la le les l et en el los las y di della
    dello delle del dei degli da do dos das e und der die das den fur fuer von van het een voor op ter
    och i av til og ja si al ale ai pe pentru cu za za u s z w o na dla sa ze ve ke pri tou tis ton kai
    gia te me ne per por para con su"""
)
LEGAL_FORMS = words_of(
    """ev ggmbh gmbh ug ltd limited llc inc plc cic scio onlus aps odv ets ass asbl vzw aisbl ivzw srl sro spa
    ngo ong zs zu os ops oz nno doo dd ry rs sa bv nv kft nkft kht nonprofit kozhasznu egyesulet amke
    mtu mittetulundusuhing vsi vsj bnf zoo pp snc scs coop scoop sccl ipss anbi asso np ryf"""
)
MUNICIPALITY = "municipality"
SAME = {
    MUNICIPALITY: """
        borough metropolitan municipal municipalities city town council commune communal comune comuna communa municipio
        municipiul municipi municipiu ayuntamiento ajuntament concello camara prefeitura mairie
        ville gemeente gemeinde marktgemeinde stadtgemeinde stadt landeshauptstadt hansestadt
        magistrat stadtverwaltung kommune kommun stad kunta kaupunki mesto mestsky obec obecni
        obecny opstina opcina opcine obcina grad gradska gmina miasto miasta miejski urzad urad
        primaria primarie oras orasul orasului comunei dimos demos belediyesi belediye buyuksehir
        obshtina obshtinata obshchina opshtina rada gromada hromada dimoy bashkia bashkise komuna
        savivaldybe novads novada dome pasvaldiba vald linn linnavalitsus onkormanyzat onkormanyzata
        polgarmesteri hivatal varos kozseg mestna dimou
        """,
    "ministry": "min ministerstvo ministarstvo ministerul ministerium bundesministerium ministere ministerio ministero "
    "ministerie ministerstwo ministerija ministria ministri miniszterium miniszteriuma ministeriet departementet "
    "ypourgeio ypoyrgeio bakanligi ministerium ministeerium",
    "university": "univ universitat universite universita universidad universidade universitatea universiteit univerzita "
    "univerzitet univerza sveuciliste uniwersytet universitet universitetet yliopisto egyetem panepistimio universiteti "
    "universitetas universitate ulikool universitas",
    "association": "assoc assn associazione association asociacion associacao asociatia associacio asociace asociacija "
    "sdruzeni zdruzenie zdruzenje udruzenje udruga verein vereniging forening stowarzyszenie shoqata sdruzhenie zdruzhenie udruzhenje "
    "syllogos somateio yhdistys egyesulete dernegi obcianske",
    "foundation": "fdn fundacion fundacio fundacao fundatia fondation fondazione fondacija fondatsija fondatsia fondatsiya stiftung "
    "stichting stiftelse stiftelsen nadace nadacia fundacja alapitvany alapitvanya zaklada saatio vakfi idryma fond "
    "fondacioni",
    "institute": "inst instituto institutul istituto instytut institut institoyto institutt instituut instituti institutet",
    "center": "centre centro centrum centar centru center zentrum kozpont kozpontja qendra tsentar keskus keskuse kentro "
    "centra merkezi centr",
    "organization": "org organisation organisations organizations organizacija organizacia organizace organizatia "
    "organizacja organizacion organizzazione",
    "department": "dept dep",
    "agency": "agentia agencia agenzia agencija agentur agence agentschap agentura",
    "international": "intl",
    "national": "natl narodni nationala nacional nationale nazionale nacionalni",
    "committee": "cttee comite comitato komitee",
    "region": "regione regiune regiao kraj krajsky",
    "county": "judetul judet consiliul zupanija megye lan",
    "saint": "st sv sveti svety",
    "program": "programme programmes programs programul programa",
    "project": "projects projekt proiect proyecto progetto",
    "labor": "labour",
    "defense": "defence",
    "neighborhood": "neighbourhood",
    "traveler": "traveller travellers travelers",
    "gypsy": "gypsies",
    "policy": "policies",
}
# Of these a name has one: what is called a university is no municipality.
BODIES = frozenset(
    [
        MUNICIPALITY,
        "ministry",
        "university",
        "association",
        "foundation",
        "institute",
        "agency",
        "region",
        "county",
    ]
)
ONE_WORD = {word: same for same, words in SAME.items() for word in words_of(words)}
PHRASES = {
    ("directorate", "general"): "dg",
    ("european", "union"): "eu",
    ("united", "nations"): "un",
    ("int", "l"): "international",
    ("nat", "l"): "national",
    ("mis", "ka"): MUNICIPALITY,
    ("tsent", "r"): "center",
}
SPELLINGS = ((re.compile(r"isation(s?)$"), r"ization\1"), (re.compile(r"(?<=\w{4})ise$"), "ize"))


class NameWords(NamedTuple):
    """`words`: each with its weight, 1 or less; `acronyms` stand in brackets behind the name."""

    words: dict[str, float]
    joined: str
    acronyms: tuple[str, ...] = ()


@lru_cache(maxsize=1_000)  # whoever asks for a body reads each of its names several times
def name_words(name: str) -> NameWords:
    """Of a name as it is written."""
    if not is_parted(name):
        folded = folding.fold(name)
        return NameWords(dict.fromkeys(words_in(folded), 1.0), without_spaces(folded))
    asides = [text.strip() for text in BRACKETS.findall(name)]
    acronyms = list(filter(is_acronym, asides))
    head, *rest = DASH.split(BRACKETS.sub(" ", name).strip())
    if rest and is_acronym(head):  # “REF – Roma Education Fund”
        acronyms.append(head)
        asides.append(head)
        head, *rest = rest
    head, places = parted_by_commas(head)
    folded = folding.fold(head)
    words = dict.fromkeys(words_in(folded), 1.0)
    for text in [*asides, *rest, *places]:
        words = dict.fromkeys(words_in(folding.fold(text)), ASIDE) | words
    return NameWords(words, without_spaces(folded), tuple(map(folding.fold, acronyms)))


def without_spaces(folded: str) -> str:
    """So that “RomanoKher” is “Romano Kher”."""
    return folded.replace(" ", "")


def is_parted(name: str) -> bool:
    return any(mark in name for mark in ",([|") or bool(DASH.search(name))


def is_acronym(text: str) -> bool:
    return bool(ACRONYM.fullmatch(text)) and sum(map(str.isupper, text)) > 1


def parted_by_commas(name: str) -> tuple[str, list[str]]:
    """What a name begins with, and what is added: a place, an owner."""
    asides: list[str] = []
    while "," in name:
        start, _comma, end = name.rpartition(",")
        if not start.strip() or len(end.split()) > MOST_ASIDE or LISTED.search(end.lower()):
            break
        name, asides = start, [*asides, end]
    return name, asides


def words_in(folded: str) -> list[str]:
    """Of a folded text, each once, in their order."""
    found = list(map(one_spelling, in_phrases(with_initials_joined(folded.split()))))
    telling = [word for word in found if word not in FILLING]
    plain = [word for word in telling if word not in LEGAL_FORMS]
    # Names may be made of nothing else: Comune di Asso, Comune di Ton.
    best = next((words for words in (plain, telling) if set(words) - {MUNICIPALITY}), found)
    return list(dict.fromkeys(best))


@lru_cache(maxsize=20_000)
def one_spelling(word: str) -> str:
    for pattern, text in SPELLINGS:
        word = pattern.sub(text, word)
    return ONE_WORD.get(word, word)


def with_initials_joined(words: Iterable[str]) -> list[str]:
    """“e v” of “e.V.” is one word, so is “r e f” of “R. E. F.”."""
    found: list[str] = []
    initials = ""
    for word in [*words, ""]:
        if len(word) == 1:
            initials += word
            continue
        found += [initials] if initials else []
        initials = ""
        found += [word] if word else []
    return found


def in_phrases(words: list[str]) -> list[str]:
    found: list[str] = []
    for word in words:
        if found and (phrase := PHRASES.get((found[-1], word))):
            found[-1] = phrase
        else:
            found.append(word)
    return found
