"""What the small scripts add to forms that work without them."""

import json
import re

import pytest

from roma_network.environment import BASE_DIR

pytestmark = pytest.mark.browser
ACTORS = [
    row["fields"]
    for row in json.loads((BASE_DIR / "fixtures" / "actor.json").read_text(encoding="utf-8"))
    if row["fields"]["status"] == "published"
]


def heading(*types, country=None):
    """What the list of these actors of the real directory says."""
    chosen = [row for row in ACTORS if not types or row["type"] in types]
    return f"{sum(country in (None, *(row.get('country') or ())) for row in chosen)} actors"


def open_group(page, name):
    """All values of a facet; on a narrow page in the sheet with the filters."""
    sheet = page.get_by_role("button", name="Filters")
    if sheet.is_visible():
        sheet.click()
    page.locator(f"details[data-facet={name}] > summary").click()


def focused(page):
    return page.evaluate("[document.activeElement.name, document.activeElement.value]")


def test_ticking_a_box_shows_the_new_results_and_keeps_focus_and_history(page):
    page.goto("/actors/")
    open_group(page, "type")
    page.locator("input[name=type][value=academia]").focus()
    page.keyboard.press("Space")
    page.wait_for_url("**/actors/?type=academia")
    page.get_by_role("heading", name=heading("academia")).wait_for()
    assert page.locator("#status").text_content() == heading("academia")
    assert focused(page) == ["type", "academia"]
    page.locator("input[name=type][value=business]").check()
    page.get_by_role("heading", name=heading("academia", "business")).wait_for()
    page.go_back()
    page.get_by_role("heading", name=heading("academia")).wait_for()
    page.go_back()
    page.get_by_role("heading", name=heading()).wait_for()
    assert page.url.endswith("/actors/")


def test_a_mistake_in_the_address_is_no_longer_reported_once_it_is_gone(page):
    page.goto("/actors/?contry=RO")
    assert "contry" in page.locator("#problems").inner_text()
    open_group(page, "type")
    page.locator("input[name=type][value=academia]").check()
    page.get_by_role("heading", name=heading("academia")).wait_for()
    assert page.locator("#problems").inner_text() == ""


def test_a_long_group_can_be_narrowed(page):
    page.goto("/actors/")
    open_group(page, "country")
    country = page.locator("details[data-facet=country]")
    country.get_by_role("searchbox").fill("turk")
    assert country.locator("label:visible").all_inner_texts() == [
        f"Türkiye\n{heading(country='TR').split()[0]}"
    ]
    page.keyboard.press("Enter")
    assert page.url.endswith("/actors/")
    country.get_by_label("Türkiye").check()
    page.get_by_role("heading", name=heading(country="TR")).wait_for()
    assert country.get_by_role("searchbox").input_value() == "turk"


def test_what_is_typed_meanwhile_is_not_wiped_by_a_late_answer(page):
    page.goto("/actors/")
    open_group(page, "type")
    page.route("**/actors/?*", lambda route: (page.locator("#q").fill("kosice"), route.continue_()))
    page.locator("input[name=type][value=academia]").check()
    page.get_by_role("heading", name=heading("academia")).wait_for()
    assert page.locator("#q").input_value() == "kosice"


def test_a_chip_is_removed_without_a_reload_and_the_focus_goes_on(page):
    page.goto("/actors/?type=academia&country=SK")
    page.evaluate("document.body.dataset.same = 'yes'")
    page.get_by_role("link", name="Remove the filter Type of actor: Academia").press("Enter")
    page.get_by_role("heading", name=heading(country="SK")).wait_for()
    assert page.evaluate("document.body.dataset.same") == "yes"
    assert page.evaluate("document.activeElement.textContent").startswith("Remove the filter Country")
    assert page.title().startswith(f"{heading(country='SK')}: Slovakia")


def test_a_tick_in_the_sheet_of_filters_tells_how_many_results_it_leaves(page):
    page.goto("/actors/")
    open_group(page, "type")
    page.locator("input[name=type][value=academia]").check()
    page.get_by_role("button", name=f"Show {heading('academia').split()[0]} results").wait_for()
    assert page.locator("input[name=type][value=academia]").is_visible()


def test_the_search_box_offers_entries_to_the_keyboard(page):
    page.goto("/")
    box = page.locator("main").get_by_role("combobox")
    box.press_sequentially("romac", delay=20)
    page.get_by_role("option").first.wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true]")
    assert box.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    assert "ROMACT" in chosen.inner_text()
    page.keyboard.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    assert box.input_value() == "romac"
    box.press_sequentially("t", delay=20)
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/initiatives/romact/")


def test_a_slip_of_the_pen_is_offered_its_entry(page):
    page.goto("/search/")
    page.locator("main").get_by_role("combobox").fill("eurocites")
    page.get_by_role("option").first.wait_for()
    assert "Eurocities" in page.get_by_role("option").first.inner_text()
    page.keyboard.press("Enter")
    page.get_by_text("Showing results for eurocities").wait_for()


@pytest.fixture
def still(page, browser, server):
    """A page without scripts."""
    context = browser.new_context(
        base_url=server, java_script_enabled=False, viewport={"width": 390, "height": 800}
    )
    yield context.new_page()
    context.close()


def test_everything_works_without_scripts(still):
    still.goto("/actors/")
    open_group(still, "type")
    still.locator("input[name=type][value=academia]").check()
    still.get_by_role("button", name=re.compile("Show .* results")).click()
    assert still.get_by_role("heading", name=heading("academia")).is_visible()
    still.get_by_role("link", name="Remove the filter Type of actor: Academia").click()
    assert still.get_by_role("heading", name=heading()).is_visible()
    still.locator("#q").fill("romed")
    still.locator("#q").press("Enter")
    assert still.url.startswith(still.evaluate("location.origin") + "/actors/?q=romed")


# Pictures


def view_of(page):
    return [float(number) for number in page.locator("svg.network").get_attribute("viewBox").split()]


def test_a_network_is_zoomed_and_moved_by_keys_and_buttons(page):
    page.goto("/network/fra/")
    whole = view_of(page)
    page.locator("svg.network a[tabindex='0']").focus()
    page.keyboard.press("+")
    assert view_of(page)[2] < whole[2]
    page.get_by_role("button", name="Upwards").click()
    moved = view_of(page)
    page.get_by_role("button", name="Downwards").click()
    assert view_of(page)[1] > moved[1]
    page.get_by_role("button", name="Whole").click()
    assert view_of(page) == whole
    page.get_by_role("button", name="Nearer").click()
    assert view_of(page)[2] < whole[2]


NAMES = """svg => [...svg.parentElement.querySelectorAll(".over .name-on-map")].filter((name) => name.checkVisibility())
  .map((name) => [name.textContent, name.getBoundingClientRect().toJSON()])"""


def test_names_in_a_network_keep_their_size_and_nearer_there_are_more(page):
    page.goto("/network/fra/")
    far = page.locator("svg.network").evaluate(NAMES)
    page.get_by_role("button", name="Nearer").click()
    page.get_by_role("button", name="Nearer").click()
    near = page.locator("svg.network").evaluate(NAMES)
    assert len({text for text, _box in near} - {text for text, _box in far}) > 0
    for names in (far, near):
        assert {round(box["height"]) for _text, box in names} == {round(far[0][1]["height"])}
        boxes = [box for _text, box in names]
        for place, one in enumerate(boxes):
            for other in boxes[place + 1 :]:
                wide = min(one["right"], other["right"]) - max(one["left"], other["left"])
                tall = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
                assert wide <= 4 or tall <= 5


def test_a_network_lights_up_who_is_tied_to_the_mark_with_the_focus(page):
    page.goto("/network/fra/")
    page.locator("svg.network a[tabindex='0']").focus()
    assert page.locator(".lit-edges").count() == 1
    assert page.locator(".marks.faded").count() == 1


def test_a_network_starts_from_a_question(page):
    page.goto("/network/")
    questions = page.get_by_role("navigation", name="Questions to begin with")
    questions.get_by_role("link", name="Spain").click()
    page.wait_for_url("**/network/?type=local_authority&type=roma_community&country=ES")
    assert page.locator("svg.network:visible a").count() > 3


def test_a_map_fits_what_is_chosen(page):
    land = page.locator("svg.map a[aria-label^=Slovakia] .land").first
    page.goto("/map/")
    whole = land.bounding_box()["width"]
    page.goto("/map/?country=SK")
    assert land.bounding_box()["width"] > 4 * whole


def test_arrow_keys_walk_along_ties_and_enter_opens(page):
    page.goto("/network/fra/")
    assert page.locator("svg.network a[tabindex='0']").count() == 1
    page.locator("svg.network a[tabindex='0']").focus()
    name = page.locator(".card").inner_text()
    assert "tie" in name
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert page.locator(".card").inner_text() != name
    assert page.locator(".ring").evaluate("ring => ring.getBoundingClientRect().width") >= 23.9
    assert page.locator("svg.network a[tabindex='0']").count() == 1
    page.keyboard.press("Escape")
    assert page.locator(".card").inner_text() == ""
    assert (page.locator(".lit-edges").count(), page.locator(".ring").count()) == (0, 1)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/(actors|initiatives)/[a-z0-9-]+/$"))


REACHED = """() => {
  const drawing = document.querySelector("svg[data-zoom]");
  const first = drawing.querySelector("a[tabindex='0']");
  const reached = new Set([first]);
  for (const mark of reached) {
    for (const key of ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]) {
      mark.focus();
      mark.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
      reached.add(document.activeElement);
    }
  }
  return reached.size / drawing.querySelectorAll("a").length;
}"""


PAGED = """() => {
  const drawing = document.querySelector("svg[data-zoom]");
  const links = [...drawing.querySelectorAll("a")];
  const after = (key) => {
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    return links.indexOf(document.activeElement);
  };
  const order = [after("Home"), ...links.slice(1).map(() => after("PageDown"))];
  return [order.every((at, turn) => at === turn), after("PageDown") === 0, after("PageUp") === after("End")];
}"""


@pytest.mark.parametrize("address", ["/network/kosice-sk/", "/network/fra/", "/network/?country=ES"])
def test_arrow_keys_come_to_what_hangs_on_a_hub_alone(page, address):
    """Most of all marks: how many more depends on where they came to lie. Page Down has the others."""
    page.goto(address)
    page.locator("svg.network a[tabindex='0']").focus()
    assert page.evaluate(REACHED) > 0.6


@pytest.mark.parametrize("address", ["/network/kosice-sk/", "/map/?country=SK"])
def test_page_keys_go_through_all_marks_in_their_order(page, address):
    page.goto(address)
    page.locator("svg[data-zoom=on] a[tabindex='0']").focus()
    assert page.evaluate(PAGED) == [True, True, True]


def test_who_comes_nearer_keeps_sight_of_the_mark_with_the_focus(page):
    page.goto("/network/fra/")
    page.locator("svg.network a").first.focus()
    for _step in range(5):
        page.keyboard.press("+")
    ring, drawing = page.locator(".ring").bounding_box(), page.locator("svg.network").bounding_box()
    for start, size in (("x", "width"), ("y", "height")):
        assert drawing[start] <= ring[start] + ring[size] / 2 <= drawing[start] + drawing[size]


def test_from_near_by_a_finger_moves_the_drawing_and_not_the_page(browser, server, directory):
    context = browser.new_context(base_url=server, viewport={"width": 390, "height": 800}, has_touch=True)
    page = context.new_page()
    page.goto("/network/fra/")
    drawing = page.locator("svg.network")
    drawing.evaluate("drawing => drawing.scrollIntoView({block: 'center', behavior: 'instant'})")
    box = drawing.bounding_box()
    finger = context.new_cdp_session(page)

    def swipe_up():
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        for kind, rise in [("touchStart", 0), ("touchMove", 40), ("touchMove", 80), ("touchMove", 120)]:
            points = [{"x": x, "y": y - rise}]
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
            page.wait_for_timeout(30)
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.wait_for_timeout(500)  # a scroll runs out
        return view_of(page)[1], page.evaluate("scrollY")

    before = page.evaluate("scrollY")
    y, scrolled = swipe_up()
    assert (y, scrolled > before) == (0, True)
    drawing.evaluate("drawing => drawing.scrollIntoView({block: 'center', behavior: 'instant'})")
    page.get_by_role("button", name="Nearer").evaluate("button => button.click()")
    page.wait_for_timeout(300)
    y, before = view_of(page)[1], page.evaluate("scrollY")
    moved, scrolled = swipe_up()
    assert (moved > y, scrolled) == (True, before)
    context.close()


@pytest.mark.parametrize("address", ["/map/", "/network/"])
def test_a_link_skips_to_the_picture_and_one_tab_leads_into_it_and_one_out(page, address):
    page.goto(address)
    for key in ("Tab", "Tab", "Enter", "Tab"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.closest('svg a[href]') !== null")
    assert page.locator(".ring").count() == 1
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('svg') === null")


def test_places_too_close_stand_together_until_there_is_room(page):
    page.goto("/map/")
    together = page.locator(".cluster").count()
    assert together > 5
    drawn = page.locator("svg.map a:has(.dot):visible").count()
    page.get_by_role("button", name="Nearer").click()
    page.get_by_role("button", name="Nearer").click()
    page.get_by_role("button", name="Nearer").click()
    assert page.locator("svg.map a:has(.dot):visible").count() > drawn


STRAY = """() => {
  const dots = [...document.querySelectorAll("a.within .dot")].map((dot) => [dot.cx.baseVal.value, dot.cy.baseVal.value]);
  return [...document.querySelectorAll(".cluster circle")].filter(({ cx, cy }) =>
    !dots.some(([x, y]) => Math.hypot(x - cx.baseVal.value, y - cy.baseVal.value) < 1)).length;
}"""


def test_places_together_are_drawn_where_they_lie(page):
    page.goto("/map/?country=SK")
    assert page.locator(".cluster").count() > 1
    assert page.evaluate(STRAY) == 0


MEETINGS = """() => {
  const seen = [...document.querySelectorAll(".name-on-map, .cluster circle")].filter((each) => each.checkVisibility());
  const boxes = seen.map((each) => [each, each.getBoundingClientRect()]);
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 4
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 5;
  return boxes.flatMap(([one, a], place) => boxes.slice(place + 1).filter(([other, b]) =>
    (one.matches("text") || other.matches("text")) && meet(a, b)).map(([other]) => one.textContent + "/" + other.textContent));
}"""


def test_names_on_a_map_keep_clear_of_one_another_and_of_places_together(page):
    for address in ("/map/", "/map/?country=SK"):
        page.goto(address)
        assert page.locator(".cluster").count() > 1
        assert page.locator(".name-on-map:visible").count() > 3
        assert page.evaluate(MEETINGS) == []
        page.get_by_role("button", name="Nearer").click()
        assert page.evaluate(MEETINGS) == []


def test_a_filter_changes_the_picture_without_a_new_page(page):
    page.goto("/network/")
    marks = page.locator("svg.network a").count()
    open_group(page, "type")
    page.locator("input[name=type][value=academia]").check()
    page.get_by_role("heading", name=heading("academia")).wait_for()
    assert page.locator("svg.network a").count() < marks
    assert "type=academia" in page.url
    assert page.locator("svg.network[data-zoom=on]:visible").count() == 1


def test_a_large_network_keeps_no_reader_waiting(page):
    page.add_init_script(
        "window.tasks = []; new PerformanceObserver((list) => list.getEntries().forEach((entry) =>"
        " tasks.push(entry.duration))).observe({type: 'longtask', buffered: true})"
    )
    page.goto("/network/")
    if page.viewport_size["width"] > 700:  # a phone is offered neighbourhoods instead
        page.locator(".dense svg.network a[tabindex='0']").focus()
        for key in ["+", "+", "ArrowLeft", "ArrowDown", "-", "0"]:
            page.keyboard.press(key)
    page.wait_for_timeout(200)
    assert [task for task in page.evaluate("tasks") if task > 250] == []  # 50 on a quiet machine


def test_a_small_screen_is_shown_the_surroundings_of_one_entry(page):
    page.goto("/network/")
    drawn = page.locator("svg.network:visible")
    assert (drawn.count(), page.locator("svg.network").count()) == (1, 2)
    if page.viewport_size["width"] < 700:
        assert drawn.locator("a").count() < 120
        assert drawn.bounding_box()["y"] < 360
        page.locator("figcaption:visible a").click()
        page.wait_for_url(re.compile("/network/[a-z-]+/$"))
    else:
        assert drawn.locator("a").count() > 1000


def test_a_first_tap_says_what_a_place_is_and_a_second_opens_it(browser, server, directory):
    context = browser.new_context(base_url=server, viewport={"width": 390, "height": 800}, has_touch=True)
    page = context.new_page()
    page.goto("/map/?type=academia")  # without towns, which lie above
    land = page.locator("svg.map a[aria-label^=Romania] .land")
    land.evaluate("land => land.scrollIntoView({block: 'center', behavior: 'instant'})")
    box = land.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.touchscreen.tap(*middle)
    page.locator(".card a").wait_for()
    assert "/map/" in page.url
    page.touchscreen.tap(*middle)
    page.wait_for_url(re.compile("/(actors|countries)/"))
    context.close()


def test_the_first_page_is_whole_without_scripts(still):
    still.goto("/")
    assert still.locator(".doors a").all_inner_texts() == [
        "Find partners",
        "A country’s policy",
        "Follow the money",
        "Get the data",
        "Correct an entry",
    ]
    assert still.locator("svg.map a").count() > 30
    assert still.locator("svg.map .name-on-map").filter(visible=True).count() > 10
    still.locator("main [name=q]").fill("romact")
    still.locator("main [name=q]").press("Enter")
    still.wait_for_url("**/search/?q=romact")


def test_pictures_stand_without_scripts(still):
    still.goto("/network/")
    assert still.locator("svg.network a").count() > 1000
    assert not still.get_by_role("button", name="Nearer").is_visible()
    still.goto("/map/?theme=education")
    assert still.get_by_role("navigation", name="See as").get_by_role("link", name="List").is_visible()
