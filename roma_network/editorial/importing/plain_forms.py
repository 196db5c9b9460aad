"""Cells as the directory writes them: what lists of others say in words, signs and formats of their own.

Each function gives back what it does not understand, for the column to refuse.
"""

import re
import unicodedata
from functools import cache
from urllib.parse import unquote

from roma_network.core import folding

MONTHS = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
DAY_FIRST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
YEAR_FIRST = re.compile(r"(\d{4})[./](\d{1,2})(?:[./](\d{1,2}))?")
MONTH_AND_YEAR = re.compile(r"(\d{1,2})[./-](\d{4})")
IN_WORDS = re.compile(r"(?:(\d{1,2})\.?\s+)?([a-z]{3,9})\.?,?\s+(\d{4})")
MIDNIGHT = re.compile(r"[T ]00:00(:00(\.0+)?)?(Z|\+00:00)?$")
YEAR_AS_NUMBER = re.compile(r"(\d{4})\.0+")
DECIMAL = re.compile(r"[+-]?\d+,\d+°?")
GROUPED = re.compile(r"\d{1,3}(?:(?P<mark>[ .,'’])\d{3})(?:(?P=mark)\d{3})*(?:[.,]00?)?")
WEB = re.compile(r"(?:https?://)?(?:www\.)?[\w-]+(?:\.[\w-]+)+/", re.IGNORECASE)
NOT_SLUG = re.compile(r"[^a-z0-9]+")
YES, NO = {"yes", "true", "1", "x"}, {"no", "false", "0", ""}
LONGEST_SLUG = 80


def partial_date(given: str) -> str:
    """1.5.2001, 2001/5, May 2001 and the like. 3/4/2001 may be of March or of April: that stays as it is."""
    said = YEAR_AS_NUMBER.sub(r"\1", MIDNIGHT.sub("", given))
    if found := DAY_FIRST.fullmatch(said):
        day, mark, month, year = found.groups()
        if mark != "." and int(month) > 12 >= int(day):
            day, month = month, day
        elif mark != "." and day != month and int(day) <= 12:
            return given
        return f"{year}-{month:0>2}-{day:0>2}"
    if found := YEAR_FIRST.fullmatch(said):
        return "-".join(f"{part:0>2}" for part in found.groups() if part)
    if found := MONTH_AND_YEAR.fullmatch(said):
        return f"{found[2]}-{found[1]:0>2}"
    if (found := IN_WORDS.fullmatch(said.lower())) and (month := month_number(found[2])):
        return "-".join(filter(None, [found[3], f"{month:02}", found[1] and f"{found[1]:0>2}"]))
    return said


def month_number(word):
    return next((n for n, name in enumerate(MONTHS, 1) if name.startswith(word)), None)


def decimal(given: str) -> str:
    said = given.replace("−", "-").removesuffix("°")
    return said.replace(",", ".") if DECIMAL.fullmatch(said) else said


def whole_number(given: str) -> str:
    """1 500 000, 1.500.000 and 1,500,000.00 are one number."""
    said = re.sub(r"^(eur|€)\s*|\s*(eur|€)$", "", given.replace("\xa0", " "), flags=re.IGNORECASE)
    if found := GROUPED.fullmatch(said):
        return re.sub(r"\D", "", re.sub(r"[.,]00?$", "", said) if found["mark"] else said)
    return re.sub(r"(?<=\d)\.0+$", "", said)


def end_of_address(given: str) -> str:
    """An identifier, where the address that it ends is given: https://ror.org/02qsmb048."""
    if WEB.match(given):
        return unquote(given.rstrip("/").rpartition("/")[2].partition("?")[0].partition("#")[0])
    return given


def web_address(given: str) -> str:
    return f"https://{given}" if given and "://" not in given and WEB.match(f"{given}/") else given


def mailbox(given: str) -> str:
    said = given.removeprefix("mailto:").strip("<> ")
    return said.partition("?")[0] if given.startswith("mailto:") else said


def boolean(given: str) -> str:
    said = given.casefold()
    return "True" if said in YES else "False" if said in NO else given


@cache
def slug(given: str) -> str:
    """For a name in whatever script."""
    return NOT_SLUG.sub("-", folding.fold(given))[:LONGEST_SLUG].strip("-")


def shown(given: str) -> str:
    """With marks for what cannot be seen."""
    return "".join(
        f"⟨U+{ord(letter):04X}⟩"
        if unicodedata.category(letter) in ("Cc", "Cf", "Zs") and letter not in " \n"
        else letter
        for letter in given
    )
