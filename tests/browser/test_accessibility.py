import pytest

from tests.browser import axe

pytestmark = pytest.mark.browser

ADDRESSES = [
    "/",
    "/actors/",
    "/actors/?q=roma&type=academia&country=CZ&country=XK&theme=education&page=99",
    "/actors/?q=nothing+is+called+so",
    "/actors/fra/",
    "/initiatives/",
    "/initiatives/?q=roma&status=running",
    "/initiatives/leri/",
    "/initiatives/romact/",
    "/documents/",
    "/countries/",
    "/countries/RO/",
    "/countries/XK/",
    "/countries/?membership=candidate&sort=money",
    "/funding/",
    "/funding/?country=RO",
    "/funding/flow/",
    "/partners/",
    "/partners/?like=kosice-sk",
    "/actors/kosice-sk/",
    "/search/?q=roma",
    "/about/",
    "/accessibility/",
    "/privacy/",
    "/no-such-page/",
    "/map/",
    "/map/?type=local_authority&country=RO",
    "/network/",
    "/network/?q=nothing+is+called+so",
    "/timeline/",
    "/figures/",
    "/figures/types/",
    "/embed/map/",
    "/embed/actors/?type=academia",
    "/embed/actors/fra/",
    "/api/v1/",
    "/data/",
    "/embed/network/?type=academia",
    "/embed/figures/themes/",
    "/actors/council-of-europe/",
    "/admin/login/",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_kind_of_page_serves_everybody(page, address):
    page.goto(address)
    wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= window
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert axe.violations(page) == []


def test_axe_does_find_what_is_wrong(page):
    page.goto("/about/")
    page.evaluate("document.querySelector('main').append(new Image())")
    page.evaluate("document.querySelector('main p').style.setProperty('color', 'silver')")
    found = axe.violations(page)
    assert [rule.partition(":")[0] for rule in found] == ["color-contrast", "image-alt"]
