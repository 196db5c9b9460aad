import pickle

import pytest

from roma_network.core.choices import AnnotatedChoices


class Size(AnnotatedChoices):
    adverb: str
    sign: str

    SMALL = "small", "slightly", "·", "Small"
    LARGE = "large", "greatly", "●", "Large"


def test_a_member_has_all_that_stands_beside_it():
    assert (Size.LARGE.value, Size.LARGE.adverb, Size.LARGE.sign, Size.LARGE.label) == (
        "large",
        "greatly",
        "●",
        "Large",
    )
    assert Size("small") is Size.SMALL == "small"
    assert Size.choices == [("small", "Small"), ("large", "Large")]
    assert pickle.loads(pickle.dumps(Size.SMALL)) is Size.SMALL  # noqa: S301 (our own)


@pytest.mark.parametrize("member", ["huge", ("huge", "Huge"), ("huge", "hugely", "Huge")])
def test_a_member_without_it_stops_the_import(member):
    with pytest.raises(TypeError, match="Sizes “huge” needs a value, adverb, sign and a label"):
        type(Size)("Sizes", (AnnotatedChoices,), body(member))


def body(member):
    names = type(Size).__prepare__("Sizes", (AnnotatedChoices,))
    names["__annotations__"] = Size.__annotations__
    names["HUGE"] = member
    return names
