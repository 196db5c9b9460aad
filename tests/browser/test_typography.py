"""What a reader's eye and a screen reader's voice meet: text in pictures, markers, numbers in margins, dots, suggestions."""

import pytest

from initiatives.models import Initiative
from stakeholders.models import Actor
from tests.browser.conftest import ARGUMENTS, DESK, PHONE
from tests.html import EMBEDS, EVERY_KIND

pytestmark = pytest.mark.browser

PICTURES = [
    "/",
    "/actors/fra/",
    "/initiatives/leri/",
    "/countries/RO/",
    "/map/",
    "/map/initiatives/",
    "/network/",
    "/network/fra/",
    "/timeline/",
    "/figures/",
    "/funding/flow/",
]

DRAWN = [  # the others say what they show in words around the drawing
    "/",
    "/initiatives/leri/",
    "/map/",
    "/network/",
    "/network/fra/",
    "/timeline/",
    "/funding/flow/",
]

# Pixels of each text that is drawn, as it is seen.
SIZES = """() => [...document.querySelectorAll("main svg text")].filter((text) => {
  const style = getComputedStyle(text);
  return text.checkVisibility({visibilityProperty: true}) && text.textContent.trim() && style.fill !== "none";
}).map((text) => [parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a, text.textContent])"""


@pytest.mark.parametrize("address", PICTURES)
def test_text_in_pictures_can_be_read(page, address):
    page.goto(address)
    assert [text for pixels, text in page.evaluate(SIZES) if pixels < 11] == []


@pytest.fixture(scope="module")
def for_weak_eyes(browser, server):
    """A browser whose reader has set text to twice its size."""
    large = browser.browser_type.launch(
        executable_path="/usr/bin/chromium", args=[*ARGUMENTS, "--blink-settings=defaultFontSize=32"]
    )
    yield large
    large.close()


def opened(browser, server, width, address):
    page = browser.new_page(base_url=server, viewport={"width": width, "height": 800})
    page.goto(address)
    return page


@pytest.mark.parametrize("width", [320, PHONE, DESK])
def test_text_at_twice_its_size_still_fits(for_weak_eyes, server, directory, width):
    page = opened(for_weak_eyes, server, width, "/")
    too_wide = []
    for address in [*EVERY_KIND.values(), *EMBEDS.values(), "/actors/fra/", "/initiatives/romact/"]:
        page.goto(address)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            too_wide.append(address)
    assert too_wide == []
    assert page.locator("header").first.bounding_box()["height"] < 300
    page.close()


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("address", DRAWN)
def test_text_in_pictures_grows_with_that_of_the_reader(
    browser, for_weak_eyes, server, directory, width, address
):
    usual, large = (opened(each, server, width, address) for each in (browser, for_weak_eyes))
    sizes = [min(pixels for pixels, _text in page.evaluate(SIZES)) for page in (usual, large)]
    usual.close()
    large.close()
    assert sizes[1] > 1.2 * sizes[0]


NAMES_CUT_OFF = """box => {
  const [left, right] = [box.getBoundingClientRect().left, box.getBoundingClientRect().right];
  return [...box.querySelectorAll("svg.timeline :is(a .label, .kind)")].filter((name) => name.checkVisibility())
    .map((name) => [name, name.getBoundingClientRect()])
    .filter(([, at]) => at.right > left && at.left < right && at.left < left).map(([name]) => name.textContent);
}"""


def test_names_in_a_timeline_begin_where_they_are_seen(page):
    page.goto("/timeline/")
    box = page.locator(".timeline-box")
    for scrolled in (0, -200, -400):
        box.evaluate("(box, left) => { box.scrollLeft = left; }", scrolled)
        page.wait_for_timeout(100)
        assert box.evaluate(NAMES_CUT_OFF) == []
    assert box.locator("svg.timeline a .label").filter(visible=True).count() > 100


def test_names_in_a_timeline_keep_clear_of_one_another(page):
    page.goto("/timeline/")
    page.wait_for_timeout(100)
    assert (
        page.evaluate("""() => {
      const rows = Map.groupBy([...document.querySelectorAll("svg.timeline a .label")].filter((name) => name.checkVisibility()),
        (name) => name.getAttribute("y"));
      return [...rows.values()].flatMap((names) => names.map((name) => [name.textContent, name.getBoundingClientRect()])
        .sort(([, one], [, other]) => one.left - other.left)
        .filter(([, at], place, row) => place && row[place - 1][1].right > at.left).map(([text]) => text));
    }""")
        == []
    )


def test_a_star_is_not_cut_off(page):
    page.goto("/initiatives/leri/")
    star = page.locator("svg.ego").first
    outside = star.evaluate("""star => {
      const box = star.closest(".ego-box").getBoundingClientRect();
      return [...star.querySelectorAll("circle")].map((each) => each.getBoundingClientRect())
        .filter((mark) => mark.width && (mark.left < box.left - 1 || mark.right > box.right + 1)).length;
    }""")
    assert outside == 0


@pytest.mark.parametrize("address", ["/actors/fra/", "/initiatives/leri/"])
def test_a_marker_stays_with_its_word(page, address):
    page.goto(address)
    alone = page.locator("main .markers:visible").evaluate_all("""all => all.filter((markers) => {
      const range = document.createRange();
      let before = markers.previousSibling;
      while (before && !before.textContent.trim()) before = before.previousSibling;
      if (!before) return false;
      range.selectNodeContents(before);
      const word = [...range.getClientRects()].at(-1);
      const room = markers.parentElement.clientWidth;
      if (!word || word.width + markers.offsetWidth > room) return false; // a column too narrow for both
      return markers.querySelector("button").getBoundingClientRect().top > word.bottom;
    }).map((markers) => markers.parentElement.textContent.trim())""")
    assert alone == []


@pytest.mark.parametrize(
    "address", ["/actors/kosice-sk/", "/actors/european-commission/", "/initiatives/romact/"]
)
def test_no_gap_parts_markers_from_a_comma_behind_them(page, address):
    page.goto(address)
    gaps = page.locator("main .markers:visible").evaluate_all("""all => all.flatMap((markers) => {
      const [button, next] = [[...markers.querySelectorAll("button")].at(-1), markers.nextSibling];
      if (!next || !/^\\s*[,;.:)]/.test(next.textContent)) return [];
      const [number, mark] = [document.createRange(), document.createRange()];
      number.selectNodeContents(button);
      mark.setStart(next, 0);
      mark.setEnd(next, 1);
      const gap = mark.getBoundingClientRect().left - number.getBoundingClientRect().right;
      return gap > 2 ? [markers.parentElement.textContent.trim()] : [];
    })""")
    assert gaps == []


def test_numbers_of_sources_keep_within_the_page(page):
    page.goto("/initiatives/leri/")
    page.locator(".notes summary").evaluate_all("all => all.forEach(each => each.click())")
    assert page.locator(".notes li").count() > 10
    room, digit = page.locator(".notes ol").first.evaluate("""list => {
      const style = getComputedStyle(list);
      const canvas = document.createElement("canvas").getContext("2d");
      canvas.font = style.font;
      return [parseFloat(style.paddingInlineStart), canvas.measureText("100. ").width];
    }""")
    assert digit <= room


def test_dots_between_facts_are_not_read_aloud(page):
    page.goto("/actors/")
    assert (
        page.locator(".facts li").first.evaluate("item => getComputedStyle(item, '::before').content")
        == '"·" / ""'
    )
    assert "·" not in page.locator("#results .facts").first.aria_snapshot()


def test_no_line_of_facts_begins_or_ends_with_a_dot(page):
    page.goto("/initiatives/")
    seen = page.locator(".facts").evaluate_all("""all => all.flatMap((list) => {
      const left = list.getBoundingClientRect().left;
      return [...list.children].map((item) => item.getBoundingClientRect().left - left);
    }).filter((indent) => indent > 0.5 && indent < 12)""")
    assert seen == []  # an item stands at the start, where its dot is cut off, or with room for it
    assert page.locator(".facts").first.evaluate("list => getComputedStyle(list).overflow") == "clip"


def test_one_suggestion_is_one(page):
    page.goto("/")
    box = page.locator("main").get_by_role("combobox")
    page.route(
        "**/search/suggest/?*",
        lambda route: route.fulfill(
            json={"suggestions": [{"label": "FRA", "kind": "Actor", "url": "/actors/fra/"}]}
        ),
    )
    box.press_sequentially("fra", delay=20)
    page.get_by_role("option").first.wait_for()
    assert page.locator("main .suggestions + *").first.inner_text() == "1 suggestion"


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_names_in_other_scripts_keep_their_direction_and_language(page):
    actor = Actor.objects.published().exclude(native_name="").first()
    page.goto(actor.get_absolute_url())
    name = page.locator(".native").first
    assert (name.get_attribute("dir"), name.get_attribute("lang")) == ("auto", actor.native_language)


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_without_popovers_and_anchors_all_lies_open(page):
    """As a browser sees it that knows neither: the rules for these are taken away."""
    page.goto(Initiative.objects.get(slug="leri").get_absolute_url())
    note = page.locator(".notes .note").first
    page.evaluate(
        """() => { for (const each of document.querySelectorAll("[popover]")) each.removeAttribute("popover"); }"""
    )
    assert note.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
