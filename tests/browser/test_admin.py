"""The admin as curators meet it: every page of ours serves everybody, and their tasks are done by hand."""

import csv
from collections import namedtuple
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from roma_network import fixtures
from roma_network.environment import BASE_DIR
from stakeholders.models import Actor
from tests.browser import axe
from tests.browser.conftest import DESK, PHONE
from tests.editing import address

pytestmark = pytest.mark.browser

GUIDE = BASE_DIR / "static" / "img" / "guide"
SOURCE = "https://example.org/about | name and seat | Example | About us"

Desk = namedtuple("Desk", "page user")


@pytest.fixture
def desk(request, browser, server, transactional_db):
    """A publisher before a browser, in a wide window unless the test asks for another, with a directory to edit."""
    fixtures.load()
    user = User.objects.create_user("publisher", is_staff=True)
    user.groups.set(Group.objects.filter(name="publisher"))
    client = Client()
    client.force_login(user)
    window = {"width": getattr(request, "param", DESK), "height": 800}
    context = browser.new_context(base_url=server, viewport=window)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server}])
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield Desk(page, user)
    context.close()
    assert errors == []


def serves_everybody(page):
    wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    found = [] if wide <= window else [f"{wide} px wide in a window of {window}"]
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += axe.violations(page)
    page.emulate_media(color_scheme="light")
    return found


def table(path, *rows):
    headings = ["slug", "name", "type", "country", "summary", "sources"]
    with Path(path).open("w", newline="") as file:
        csv.writer(file).writerows([headings, *rows])
    return path


def row(slug, **values):
    usual = {
        "name": slug.title(),
        "type": "civil_society",
        "country": "RO",
        "summary": "It works.",
        "sources": SOURCE,
    }
    return [slug, *(usual | values).values()]


@pytest.mark.parametrize("desk", [PHONE, DESK], indirect=True)
def test_a_file_is_sent_looked_at_and_imported(desk, tmp_path):
    page = desk.page
    page.goto(address(Actor))
    page.get_by_role("link", name="Import").click()
    page.set_input_files("input[type=file]", table(tmp_path / "bad.csv", row("amaro", type="ministry")))
    page.get_by_role("button", name="Send and check").click()
    page.get_by_text("Nothing can be imported while there are mistakes").wait_for()
    assert "“ministry” is none of" in page.locator(".versions").inner_text()
    assert serves_everybody(page) == []
    page.get_by_role("link", name="Send another file").click()
    page.set_input_files(
        "input[type=file]",
        table(
            tmp_path / "good.csv",
            row("amaro"),
            row("fra", name="Agency for Rights", type="eu_institution", country="AT"),
        ),
    )
    page.get_by_role("button", name="Send and check").click()
    page.get_by_label("Reason").fill("From the yearbook")
    assert page.locator(".outcomes").inner_text().split()[:4] == ["1", "New", "1", "Changed"]
    assert serves_everybody(page) == []
    page.get_by_role("button", name="Import all of it").click()
    page.get_by_text("All of it was imported").wait_for()
    assert serves_everybody(page) == []
    amaro = Actor.objects.get(slug="amaro")
    assert amaro.history.get().history_change_reason == "From the yearbook"
