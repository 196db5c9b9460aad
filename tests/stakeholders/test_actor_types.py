"""What actor types look like: a shape and a colour each, which nothing else has."""

import re

import pytest

from roma_network.environment import BASE_DIR
from stakeholders.models import ActorType
from tests.html import read

CSS = BASE_DIR / "static" / "css"
DARK = "@media screen and (prefers-color-scheme: dark)"
BRIGHT_PAGE, DARK_PAGE = (
    dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", part))
    for part in (CSS / "base.css").read_text().split(DARK)
)
TEXT, GRAPHICS = 4.5, 3  # contrasts that WCAG asks for at level AA
NEEDED = dict.fromkeys(ActorType.values, GRAPHICS) | {"control": GRAPHICS, "ink": TEXT, "soft": TEXT}
in_each_scheme = pytest.mark.parametrize("colours", [BRIGHT_PAGE, DARK_PAGE], ids=["bright", "dark"])


def contrast(one, other):
    """As WCAG defines it."""
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    red, green, blue = (linear(int(digits[place : place + 2], 16) / 255) for place in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(channel):
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def test_contrast_is_reckoned_as_wcag_does():
    assert contrast("#fff", "#000000") == pytest.approx(21)
    assert contrast("#767676", "#fff") == pytest.approx(4.54, abs=0.005)


@in_each_scheme
def test_every_type_stands_out_from_the_page(colours):
    assert set(NEEDED) - set(colours) == set()
    too_faint = {
        name: (on, round(contrast(colours[name], colours[on]), 2))
        for name, needed in NEEDED.items()
        for on in ("paper", "surface")
        if contrast(colours[name], colours[on]) < needed
    }
    assert too_faint == {}


@in_each_scheme
def test_a_number_can_be_read_on_every_type(colours):
    assert {name for name in ActorType if contrast(colours[name], colours["paper"]) < TEXT} == set()


@in_each_scheme
def test_no_two_types_share_a_colour(colours):
    assert len({colours[name] for name in ActorType}) == len(ActorType)
    assert len({type_.shape for type_ in ActorType}) == len(ActorType)


def test_drawings_use_the_colour_of_a_type_for_nothing_else():
    named = set(re.findall(r"var\(--([\w-]+)\)", (CSS / "pictures.css").read_text()))
    assert "ink" in named
    assert named & set(ActorType) == set()


@pytest.mark.parametrize("address", ["/", "/embed/actors/"])
def test_the_symbols_of_a_page_are_those_of_the_types(db, client, address):
    symbols = read(client, address).all("svg.shapes symbol")
    assert [
        (symbol.attributes["id"], path.attributes["fill"], path.attributes["d"])
        for symbol in symbols
        for path in symbol.css("*")[1:]
    ] == [(f"shape-{type_}", f"var(--{type_})", type_.shape) for type_ in ActorType]
