import pytest

from roma_network.models import Status
from tests import factories
from tests.browser import axe
from tests.browser.conftest import PHONE
from tests.html import EMBEDS, EVERY_KIND

pytestmark = pytest.mark.browser

ADDRESSES = [
    *EVERY_KIND.values(),
    *EMBEDS.values(),
    "/actors/?q=roma&type=academia&country=CZ&country=XK&theme=education&page=99",
    "/actors/?q=nothing+is+called+so",
    "/actors/?contry=RO",
    "/actors/fra/",
    "/actors/council-of-europe/",
    "/actors/kosice-sk/",
    "/initiatives/?q=roma&status=running",
    "/initiatives/romact/",
    "/countries/RO/",
    "/countries/?membership=candidate&sort=money",
    "/funding/?country=RO",
    "/funding/?theme=culture-remembrance&theme=education",
    "/partners/",
    "/search/",
    "/search/?q=qwrtzpsdf",
    "/map/?type=local_authority&country=RO",
    "/network/?q=nothing+is+called+so",
    "/embed/actors/?type=academia",
    "/embed/figures/themes/",
    "/no-such-page/",
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


def test_a_withdrawn_entry_serves_everybody(browser, server, transactional_db):
    gone = factories.ActorFactory()
    gone.status = Status.WITHDRAWN
    gone.save()
    page = browser.new_page(base_url=server, viewport={"width": PHONE, "height": 800})
    assert page.goto(gone.get_absolute_url()).status == 410
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert axe.violations(page) == []
    page.close()


OPENED = {  # what lies hidden at first → the button that opens it
    "/actors/fra/": ".markers button",
    "/initiatives/leri/": ".files .menu",
    "/countries/": "button[popovertarget=go]",
    "/actors/": "button[popovertarget=filters], #views .menu",
    "/about/": "button[popovertarget=places], button[popovertarget=more]",
}


@pytest.mark.parametrize("address", OPENED)
def test_what_opens_serves_everybody(page, address):
    page.goto(address)
    page.locator(OPENED[address]).filter(visible=True).first.click()
    page.locator("#filters").evaluate_all(
        "all => all.forEach((each) => { each.scrollTop = each.scrollHeight; })"
    )
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert axe.violations(page) == []


def test_axe_does_find_what_is_wrong(page):
    page.goto("/about/")
    page.evaluate("document.querySelector('main').append(new Image())")
    page.evaluate("document.querySelector('main p').style.setProperty('color', 'silver')")
    found = axe.violations(page)
    assert [rule.partition(":")[0] for rule in found] == ["color-contrast", "image-alt"]
