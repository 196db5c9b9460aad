"""Text folding (normalisation, transliteration): one plain form for all spellings and scripts, by which names are compared and searched.

A row's `search_text` has one folded name a line, then a tab and the rest (places, summary). So
`"\\nfra\\n"` is "a name is exactly fra" and `"\\nfra"` is "a name begins with fra", in one column.
"""

import re
from collections.abc import Iterable

from anyascii import anyascii

from roma_network.core.clean_text import clean_text

LONGEST_NAME = 300
SIGNS = str.maketrans(
    {"ъ": "а", "Ъ": "А", "ь": "", "Ь": ""}
)  # in Bulgarian a vowel, and no letter of its own
NOT_WORD = re.compile(r"[^a-z0-9]+")


def fold(text: object) -> str:
    """Plain lower-case letters and digits: Košice → kosice, Πάτρα → patra, Пловдив → plovdiv."""
    clean = clean_text(str(text))
    plain = clean if clean.isascii() else anyascii(clean.translate(SIGNS))
    return NOT_WORD.sub(" ", plain.lower()).strip()


def searchable(names: Iterable[str], rest: Iterable[str] = ()) -> str:
    folded = dict.fromkeys(filter(None, map(fold, names)))
    return "\n" + "".join(f"{name}\n" for name in folded) + "\t" + " ".join(filter(None, map(fold, rest)))


def words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())
