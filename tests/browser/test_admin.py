"""The admin as curators meet it: every page of ours serves everybody, and their tasks are done by hand."""

import csv
import os
from collections import namedtuple
from pathlib import Path

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from initiatives.models import Document, Initiative, Participation
from roma_network.editorial import merging
from roma_network.environment import BASE_DIR
from roma_network.models import Link, Source, Status
from roma_network.ops import fixtures
from stakeholders.models import Actor, Relation
from tests import factories
from tests.browser import axe
from tests.browser.conftest import DESK, PHONE
from tests.editing import address

pytestmark = pytest.mark.browser

GUIDE = BASE_DIR / "static" / "img" / "guide"
SOURCE = "https://example.org/about | name, place | seat in Cluj | Example | About us"

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
    context = browser.new_context(base_url=server, viewport=window, reduced_motion="reduce")
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server}])
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield Desk(page, user)
    context.close()
    assert errors == []


def serves_everybody(page, *, schemes=("light", "dark")):
    wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    found = [] if wide <= window else [f"{wide} px wide in a window of {window}"]
    for scheme in schemes:
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
    page.get_by_text("No line can be imported as it is").wait_for()
    assert "“ministry” is none of" in page.locator(".versions").inner_text()
    assert serves_everybody(page) == []
    page.locator(".breadcrumbs").get_by_role("link", name="Import").click()
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
    page.get_by_text("It was imported").wait_for()
    assert serves_everybody(page) == []
    amaro = Actor.objects.get(slug="amaro")
    assert amaro.history.get().history_change_reason == "From the yearbook"


def test_every_list_and_form_serves_everybody(desk):
    """Of all models, for who may do everything: among them accounts, groups, imports and vocabularies."""
    page = desk.page
    User.objects.filter(pk=desk.user.pk).update(is_superuser=True)
    addresses = ["/admin/password_change/", reverse("admin:second_factor_set_up")]
    for model in site._registry:
        addresses.append(address(model))
        if model._meta.app_label == "auth":  # its forms are Django's own, whose widgets are not all labelled
            continue
        if row := model.objects.first():
            addresses.append(address(row, "change"))
        addresses.append(address(model, "add"))
    failing = {}
    for width, scheme in ((PHONE, "dark"), (DESK, "light")):
        page.set_viewport_size({"width": width, "height": 800})
        for url in addresses:
            if page.goto(url).status == 403:  # nobody adds these by hand
                assert "/add/" in url
            elif found := serves_everybody(page, schemes=[scheme]) + cut_columns(page):
                failing[width, url] = found
    assert failing == {}


def cut_columns(page):
    """Lists of which a wide window does not show all columns."""
    tables = page.locator("#changelist .results").evaluate_all(
        "all => all.map((each) => [each.scrollWidth, each.clientWidth])"
    )
    return [
        f"{all_} px in {room}" for all_, room in tables if all_ > room and page.viewport_size["width"] == DESK
    ]


def test_every_kind_of_page_serves_everybody(desk):
    page = desk.page
    fra, cahroma = Actor.objects.get(slug="fra"), Actor.objects.exclude(slug="fra").first()
    draft = factories.ActorCitationFactory(subject__status=Status.DRAFT, subject__name="FRA Agency").subject
    gone = factories.ActorFactory(name="Went into FRA")
    merging.merge(survivor=fra, old=gone, by=desk.user, reason="Twice")
    version = fra.history.latest("history_date")
    kept = {Actor: fra, Initiative: Initiative.objects.first(), Document: Document.objects.first()}
    ties = [Participation, Relation, Source]
    addresses = [
        "/admin/",
        "/admin/guide/",
        address(Link),
        *(address(model, name) for model in [*kept, *ties] for name in ("changelist", "add")),
        *(address(row, "change") for row in [*kept.values(), *(tie.objects.first() for tie in ties), draft]),
        address(draft, "preview"),
        address(fra, "history"),
        reverse("admin:stakeholders_actor_restore", args=[fra.pk, version.pk]),
        address(Actor, "duplicates"),
        reverse("admin:stakeholders_actor_merge", args=[fra.pk, cahroma.pk]),
        address(gone, "unmerge"),
        address(gone, "change"),
        address(Actor, "import"),
    ]
    failing = {}
    for width, scheme in ((PHONE, "light"), (DESK, "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        for url in addresses:
            assert page.goto(url).status == 200, url
            if found := serves_everybody(page, schemes=[scheme]):
                failing[width, url] = found
    assert failing == {}


@pytest.mark.parametrize("desk", [PHONE, DESK], indirect=True)
def test_no_word_of_the_first_page_is_broken(desk):
    desk.page.goto("/admin/")
    heights = desk.page.locator(".figures tbody th").evaluate_all("all => all.map(one => one.offsetHeight)")
    assert len(heights) > 20
    assert max(heights) < 100


def test_entries_that_may_be_the_same_are_listed_while_typing(desk):
    desk.page.goto(address(Actor, "add"))
    desk.page.fill("#id_name", "The Council of Europe")
    desk.page.get_by_role("link", name="Council of Europe", exact=True).wait_for()


def test_the_pictures_of_the_guide_can_be_made(desk, tmp_path):
    """With `GUIDE_PICTURES=1` in the environment they replace those of the guide."""
    page, folder = desk.page, GUIDE if os.environ.get("GUIDE_PICTURES") else tmp_path
    page.set_viewport_size({"width": 960, "height": 600})

    def picture(name, url="", top=""):
        if url:
            page.goto(url)
        if top:
            page.locator(top).first.evaluate("place => place.scrollIntoView()")
        page.screenshot(path=folder / f"{name}.png")

    waiting = factories.ActorFactory(
        name="Romani Design Archive", slug="romani-design-archive", status=Status.IN_REVIEW, summary=""
    )
    fra = Actor.objects.get(slug="fra")
    twin = factories.ActorFactory(name="EU Agency for Fundamental Rights", slug="eu-agency", acronym="")
    picture("first-page", "/admin/")
    picture("entry", address(waiting, "change"))
    picture("work-list", address(Actor, work="never"))
    picture("merge", reverse("admin:stakeholders_actor_merge", args=[fra.pk, twin.pk]))
    page.goto(address(fra, "change"))
    other = page.context.new_page()
    other.goto(address(fra, "change"))
    other.locator("#id_acronym").fill("FRA (EU)")
    other.locator("#id_reason").fill("As it writes itself")
    other.get_by_role("button", name="Save and continue editing").first.click()
    other.get_by_text("was changed successfully").wait_for()
    other.close()
    page.locator("#id_acronym").fill("EU FRA")
    page.get_by_role("button", name="Save and continue editing").first.click()
    picture("clash", top=".clashes")
    picture("history", address(fra, "history"))
    page.goto(address(Actor, "import"))
    changed = row("fra", name="Agency for Rights", type="eu_institution", country="AT")
    page.set_input_files("input[type=file]", table(tmp_path / "actors.csv", row("amaro"), changed))
    page.get_by_role("button", name="Send and check").click()
    page.locator(".outcomes").wait_for()
    picture("import")
    page.goto(address(Actor, "import"))
    foreign = tmp_path / "foreign.csv"
    foreign.write_text("Title;Class;State\nRomani Library;Library;Romania\n")
    page.set_input_files("input[type=file]", foreign)
    page.get_by_role("button", name="Send and check").click()
    page.locator("#headings").wait_for()
    picture("import-columns")
    made = {path.stem for path in folder.glob("*.png")}
    assert made == {path.stem for path in GUIDE.glob("*.png")}
    assert all(f"img/guide/{name}.png" in page.request.get("/admin/guide/").text() for name in made)
