"""Where the first result stands, and how long dossiers are before anything is opened."""

import re

import pytest
from django.db.models import Count

from initiatives.models import Document, Initiative, Roster
from stakeholders.models import Actor, Country
from tests.browser.conftest import DESK, PHONE

pytestmark = pytest.mark.browser

FIRST = {PHONE: 360, DESK: 300}  # pixels from the top
HEADER = {PHONE: 60, DESK: 64}
LISTS = {
    "/actors/": ".entries > li",
    "/actors/?country=SK&theme=housing": ".entries > li",
    "/initiatives/": ".entries > li",
    "/documents/": ".entries > li",
    "/funding/": ".entries > li",
    "/partners/?like=kosice-sk": ".entries > li",
    "/search/?q=roma+organisations+in+slovakia": ".entry",
    "/countries/": "table",
    "/rosters/": "table",
    "/map/": "svg.map",
    "/network/?country=SK": "svg.network",
    "/network/fra/": "svg.network",
    "/timeline/": ".timeline-box",
    "/funding/flow/": "svg.flow",
    "/figures/": ".bars",
}


@pytest.mark.parametrize("address", LISTS)
def test_the_first_result_is_seen_at_once(page, address):
    page.goto(address)
    width = page.viewport_size["width"]
    assert page.locator("header").first.bounding_box()["height"] <= HEADER[width]
    assert page.locator(f"main {LISTS[address]}").first.bounding_box()["y"] < FIRST[width]


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_states_are_cards_where_a_table_has_no_room_and_stay_a_table_to_who_hears_them(page):
    page.goto("/countries/")
    table = page.get_by_role("table")
    first = table.get_by_role("row").nth(1)
    assert table.evaluate("table => table.parentElement.scrollWidth <= table.parentElement.clientWidth")
    edges = first.get_by_role("cell").evaluate_all(
        "all => all.map((cell) => cell.getBoundingClientRect().right)"
    )
    assert (len(edges), max(edges) <= PHONE) == (10, True)
    assert table.get_by_role("columnheader").count() == 11
    assert first.get_by_role("rowheader").count() == 1
    assert first.get_by_role("cell", name=re.compile("^Contact point ")).count() == 1
    page.get_by_role("button", name="Go to a country").click()
    page.locator("#go").get_by_role("link", name="Slovakia").click()
    page.wait_for_url("**/countries/SK/")


def test_the_header_works_without_scripts_and_has_room_for_a_choice_of_languages(browser, server, directory):
    for width in (PHONE, DESK):
        page = browser.new_page(
            base_url=server, viewport={"width": width, "height": 800}, java_script_enabled=False
        )
        page.goto("/about/")
        places = page.locator("#places")
        if width == PHONE:
            assert not places.is_visible()
            page.get_by_role("button", name="Menu").click()
        else:
            page.get_by_role("button", name="More").click()
        assert places.get_by_role("link", name="Timeline").is_visible()
        page.close()
        page = browser.new_page(base_url=server, viewport={"width": width, "height": 800})
        page.goto("/about/")
        page.locator("#places > ul").evaluate(
            "list => { list.append(list.firstElementChild.cloneNode(true)); }"
        )
        assert page.locator("header").bounding_box()["height"] <= HEADER[width]
        page.close()


@pytest.mark.parametrize("page", [DESK], indirect=True)
@pytest.mark.parametrize("address", ["/actors/fra/", "/initiatives/leri/"])
def test_the_side_column_of_a_dossier_stays(page, address):
    page.goto(address)
    side = page.locator(".side").first
    page.evaluate("scrollTo({top: 1500, behavior: 'instant'})")
    assert 0 <= side.bounding_box()["y"] <= 40


@pytest.mark.parametrize("address", ["/actors/fra/", "/initiatives/leri/"])
def test_facts_come_before_the_files(page, address):
    page.goto(address)
    facts, files = (page.locator(f".side > {each}").first.bounding_box() for each in ("dl", ".files"))
    assert facts["y"] + facts["height"] <= files["y"] or facts["x"] + facts["width"] <= files["x"]
    body = page.locator(".detail > .body").bounding_box()
    if page.viewport_size["width"] == PHONE:
        assert body["y"] + body["height"] <= files["y"]


def test_a_source_opens_beside_its_fact_without_scripts(browser, server, directory):
    page = browser.new_page(
        base_url=server, viewport={"width": DESK, "height": 800}, java_script_enabled=False
    )
    page.goto("/actors/fra/")
    marker = page.locator(".summary .markers button").first
    marker.click()
    note = page.locator(".note:popover-open")
    there, here = note.bounding_box(), marker.bounding_box()
    assert there["y"] - here["y"] - here["height"] < 20
    assert abs(there["x"] - here["x"]) < there["width"]
    page.keyboard.press("Escape")
    assert note.count() == 0
    page.close()


def test_the_timeline_opens_at_today_and_keeps_its_years_in_sight(page):
    page.goto("/timeline/")
    box = page.locator(".timeline-box").bounding_box()
    assert box["x"] < page.locator("svg.timeline .now").bounding_box()["x"] < box["x"] + box["width"]
    page.locator(".timeline-box").evaluate("box => { box.scrollTop = 900; }")
    assert abs(page.locator(".years-above").bounding_box()["y"] - box["y"]) < 3


def with_most(rows, *ties):
    """Of each of these ties the entry that has the most."""
    return [rows.annotate(number=Count(tie)).order_by("-number", "pk").first() for tie in ties]


@pytest.mark.parametrize("page", [DESK], indirect=True)
def test_no_dossier_is_longer_than_eight_screens(page):
    longest = [
        *with_most(Actor.objects.published(), "participations", "relations", "citations"),
        *with_most(Initiative.objects.published(), "participations", "citations", "funding"),
        *with_most(Document.objects.published(), "initiatives", "actors", "citations"),
        *with_most(Country.objects, "actors", "initiatives", "documents", "mandates"),
        *with_most(Roster.objects, "lines"),
    ]
    for entry in dict.fromkeys(longest):
        page.goto(entry.get_absolute_url())
        assert page.evaluate("document.documentElement.scrollHeight") <= 8 * 800, entry


@pytest.mark.parametrize("page", [DESK], indirect=True)
@pytest.mark.parametrize(("address", "most"), [("/initiatives/leri/", 5), ("/timeline/", 4)])
def test_a_page_prints_on_few_sheets(page, address, most):
    page.goto(address)
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) <= most
