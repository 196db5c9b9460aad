"""Text as it is kept (sanitising, Unicode normalisation): one form for each letter, and nothing in it that a reader cannot see."""

import re
import unicodedata

BREAKS = re.compile(r"\r\n|[\r\v\f\x85\u2028\u2029]")  # U+000B is Word's Shift+Enter
# Control characters, halves of surrogate pairs, what Unicode says is no character, and what has no width but changes
# how its neighbours look: soft hyphens, marks and overrides of the direction of reading, tags.
UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e"
    r"\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e007f"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
# Within a word of these scripts (Arabic, Syriac, those of India, Burmese, Khmer, Mongolian) joiners are spelling.
JOINED = r"[\u0600-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u18af]"
JOINERS = re.compile(rf"[\u200c\u200d](?:(?<!{JOINED}.)|(?!(?=\w){JOINED}))")
SPACES = re.compile(r"[^\S\n]+")
LINE_ENDS = re.compile(r" ?\n ?")
EMPTY_LINES = re.compile(r"\n{3,}")


def clean_text(text: str, *, multiline: bool = False) -> str:
    """`text` in NFC, without what cannot be seen, with single spaces; line breaks stay where there may be several lines."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    text = BREAKS.sub("\n", text)
    text = JOINERS.sub("", composed(UNSEEN.sub("", text)))
    text = composed(text)  # again, where letter and accent now are neighbours
    if not multiline:
        text = text.replace("\n", " ")
    text = LINE_ENDS.sub("\n", SPACES.sub(" ", text))
    return EMPTY_LINES.sub("\n\n", text).strip()


def composed(text):
    return unicodedata.normalize("NFC", text)
