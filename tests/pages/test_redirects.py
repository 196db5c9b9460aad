"""What answers where an entry is not public: its successor, or a tombstone, or that nothing ever was there."""

from xml.etree import ElementTree

import pytest
import time_machine

from initiatives.models import Document, Initiative
from roma_network.editorial import merging, workflow
from roma_network.export import formats
from roma_network.models import Status
from roma_network.pages.http_cache import CACHE_CONTROL, OTHER_ADDRESS
from roma_network.pages.redirects import Fate, moved_or_gone
from stakeholders.models import Actor
from tests import factories
from tests.html import Page

pytestmark = pytest.mark.django_db

FACTORIES = {
    Actor: factories.ActorFactory,
    Initiative: factories.InitiativeFactory,
    Document: factories.DocumentFactory,
}
DAY = "2026-02-03 12:00 +0000"
NAME = "Agency of Facts"
PAGES = ["/actors/once/", "/initiatives/once/"]
FORMATS = ["", *(f"?format={name}" for name in (*formats.ROWS, *formats.REFERENCES, "nonsense"))]
CARDS = [f"/embed{page}" for page in PAGES]
IDENTIFIERS = [f"/id/{kind}/once" for kind in ("actor", "initiative", "document")]

every_kind = pytest.mark.parametrize("model", FACTORIES)
mergeable = pytest.mark.parametrize("model", [Actor, Initiative])


@pytest.fixture
def withdrawn(admin_user):
    """One of each kind, published, withdrawn on the third of February, and edited since."""
    with time_machine.travel("2026-01-01 12:00 +0000") as clock:
        rows = [factories.ActorFactory(slug="once", name=NAME, summary=NAME, website="https://facts.eu")]
        rows.append(factories.InitiativeFactory(slug="once", name=NAME, summary=NAME))
        rows.append(factories.DocumentFactory(slug="once", title=NAME))
        clock.move_to(DAY)
        rows = [withdraw(row, admin_user) for row in rows]
        clock.shift(30 * 24 * 3600)
        for row in rows:
            row.verified_on = "2026-03-01"
            row.save()
    return rows


@pytest.fixture
def merged(admin_user):
    def merge(survivor, old):
        return merging.merge(survivor=survivor, old=old, by=admin_user)

    return merge


def withdraw(row, by):
    return workflow.take(step=workflow.Step.WITHDRAW, entry=row, by=by, reason="Asked for")


def assert_kept_by_caches(response):
    assert response["Cache-Control"] == CACHE_CONTROL
    assert response["ETag"].startswith('W/"')
    assert "Set-Cookie" not in response


def assert_tells_nothing(response):
    assert "Facts" not in response.text
    assert "facts.eu" not in response.text


# Gone


@pytest.mark.parametrize("query", FORMATS)
@pytest.mark.parametrize("url", PAGES)
def test_what_was_withdrawn_is_gone_in_every_format(client, withdrawn, url, query):
    response = client.get(url + query)
    assert response.status_code == 410
    assert_kept_by_caches(response)
    assert_tells_nothing(response)


@pytest.mark.parametrize("url", PAGES)
def test_a_tombstone_is_a_page_of_ours_that_tells_the_day(client, withdrawn, url):
    page = Page(client.get(url).text)
    assert page.text("h1") == "This entry was withdrawn"
    assert "3 February 2026" in page.text("main")
    assert page.all("form[role=search]")


@pytest.mark.parametrize("url", CARDS)
def test_a_card_of_what_was_withdrawn_is_a_tombstone_that_others_may_frame(client, withdrawn, url):
    response = client.get(url)
    assert response.status_code == 410
    assert_kept_by_caches(response)
    assert_tells_nothing(response)
    assert "frame-ancestors *" in response["Content-Security-Policy"]
    assert "X-Frame-Options" not in response
    page = Page(response.text)
    assert "3 February 2026" in page.text("main")
    assert not page.all("nav")


@pytest.mark.parametrize("media", ["text/html", *formats.NEGOTIABLE])
@pytest.mark.parametrize("url", IDENTIFIERS)
def test_an_identifier_of_what_was_withdrawn_is_gone_in_every_media_type(client, withdrawn, url, media):
    response = client.get(url, headers={"Accept": media})
    assert response.status_code == 410
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Accept" not in response.get("Vary", "").split(", ")  # one copy serves all who ask in an outage
    assert_kept_by_caches(response)
    assert_tells_nothing(response)


@pytest.mark.parametrize("url", PAGES)
def test_its_feed_tells_when_it_was_withdrawn(client, withdrawn, url):
    response = client.get(f"{url}?format=atom")
    assert response["Content-Type"].startswith("application/atom+xml")
    atom = "{http://www.w3.org/2005/Atom}"
    [entry] = ElementTree.fromstring(response.content).iter(f"{atom}entry")  # noqa: S314 (our own)
    assert entry.findtext(f"{atom}title") == "Withdrawn"
    assert entry.findtext(f"{atom}updated").startswith("2026-02-03")


@pytest.mark.parametrize("url", [*PAGES, *CARDS, *IDENTIFIERS])
@pytest.mark.parametrize("status", [Status.DRAFT, Status.IN_REVIEW, Status.WITHDRAWN])
def test_what_never_was_public_was_never_there(client, url, status):
    for factory in FACTORIES.values():
        factory(slug="once", status=status)
    response = client.get(url)
    assert response.status_code == 404
    assert "Cache-Control" not in response


@pytest.mark.parametrize("url", [*PAGES, *CARDS, *IDENTIFIERS])
@pytest.mark.parametrize("status", [Status.DRAFT, Status.IN_REVIEW])
def test_what_is_taken_up_again_stays_gone_until_it_is_published(client, withdrawn, url, status):
    for row in withdrawn:
        row.status = status
        row.save()
    assert client.get(url).status_code == 410


@pytest.mark.parametrize("url", [*PAGES, *CARDS, *IDENTIFIERS])
def test_what_is_published_again_is_there_at_once(client, withdrawn, url):
    gone = client.get(url)
    for row in withdrawn:
        row.status = Status.PUBLISHED
        row.save()
    again = client.get(url, headers={"If-None-Match": gone["ETag"]})
    assert again.status_code in (200, 303)
    for row in withdrawn:
        row.status = Status.WITHDRAWN
        row.save()
    assert client.get(url).status_code == 410


# Moved


@mergeable
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/{}/first/", "/{}/third/"),
        ("/{}/second/", "/{}/third/"),
        ("/embed/{}/first/", "/embed/{}/third/"),
    ],
)
def test_what_was_merged_leads_to_the_end_of_all_merges(client, merged, model, old, new):
    first, second, third = (FACTORIES[model](slug=slug) for slug in ("first", "second", "third"))
    merged(second, first)
    merged(third, second)
    room = f"{model._meta.model_name}s"
    response = client.get(f"{old.format(room)}?format=csv&x=%C3%A9")
    assert response.status_code == 301
    assert response["Location"] == f"{new.format(room)}?format=csv&x=%C3%A9"
    assert response["Cache-Control"] == OTHER_ADDRESS  # for it holds what no page takes


BESIDES = [
    ("/initiatives/{}/participants/?format=xlsx", Initiative),
    ("/share/initiative/{}.png", Initiative),
    ("/share/actor/{}.png", Actor),
    ("/network/{}/?format=svg", Actor),
    ("/embed/network/{}/", Actor),
]


@pytest.mark.parametrize(("url", "model"), BESIDES)
def test_what_else_is_told_of_a_merged_entry_is_told_of_its_successor(client, merged, model, url):
    old, new = (FACTORIES[model](slug=slug) for slug in ("old", "new"))
    merged(new, old)
    response = client.get(url.format("old"))
    assert (response.status_code, response["Location"]) == (301, url.format("new"))
    assert client.get(url.format("new")).status_code == 200


@pytest.mark.parametrize(("url", "model"), BESIDES)
def test_what_else_is_told_of_an_entry_is_gone_with_it(client, withdrawn, model, url):
    response = client.get(url.format("once"))
    assert response.status_code == 410
    assert_kept_by_caches(response)
    assert_tells_nothing(response)
    if url.startswith("/embed"):
        assert not Page(response.text).all("nav")


@mergeable
def test_an_identifier_that_was_merged_keeps_its_parameters(client, merged, model):
    old, new = (FACTORIES[model](slug=slug) for slug in ("old", "new"))
    merged(new, old)
    kind = model._meta.model_name
    response = client.get(f"/id/{kind}/old?x=1", headers={"Accept": "text/turtle"})
    assert (response.status_code, response["Location"]) == (301, f"/id/{kind}/new?x=1")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cache-Control"] == OTHER_ADDRESS  # for it holds what no page takes


@mergeable
def test_what_was_merged_into_what_is_withdrawn_is_gone(client, merged, admin_user, model):
    old, new = (FACTORIES[model](slug=slug) for slug in ("old", "new"))
    merged(new, old)
    withdraw(new, admin_user)
    for page in (old.get_absolute_url(), f"{old.get_absolute_url()}?format=atom", new.get_absolute_url()):
        assert client.get(page).status_code == 410, page


NARROWED = [
    ("/actors/?initiative={}&role=lead&page=1", Initiative),
    ("/map/?initiative={}", Initiative),
    ("/network/?initiative={}&role=lead&format=svg", Initiative),
    ("/embed/actors/?initiative={}", Initiative),
    ("/embed/map/?initiative={}", Initiative),
    ("/embed/network/?initiative={}", Initiative),
    ("/initiatives/?actor={}&sort=start&format=csv", Actor),
    ("/map/initiatives/?actor={}", Actor),
    ("/timeline/?actor={}", Actor),
    ("/embed/initiatives/?actor={}", Actor),
    ("/embed/map/initiatives/?actor={}", Actor),
    ("/embed/timeline/?actor={}", Actor),
    ("/documents/?q=report&actor={}", Actor),
    ("/documents/?publisher={}", Actor),
    ("/documents/?initiative={}", Initiative),
    ("/partners/?country=RO&like={}&abroad=yes", Actor),
]


@pytest.mark.parametrize(("url", "model"), NARROWED)
def test_a_list_narrowed_by_what_was_merged_is_that_of_its_successor(client, merged, model, url):
    factories.CountryFactory(code="RO")
    first, second, third = (FACTORIES[model](slug=slug) for slug in ("first", "second", "third"))
    merged(second, first)
    merged(third, second)
    response = client.get(url.format("first"))
    assert (response.status_code, response["Location"]) == (301, url.format("third"))
    assert response["Cache-Control"] == CACHE_CONTROL
    assert client.get(url.format("third")).status_code == 200


def test_successors_in_an_address_come_once_among_all_else_it_says(client, merged):
    factories.ActorFactory(slug="other")
    old, new = (factories.ActorFactory(slug=slug) for slug in ("old", "new"))
    merged(new, old)
    response = client.get("/initiatives/?actor=other&actor=old&actor=new&actor=nobody&colour=r%26d")
    assert response["Location"] == "/initiatives/?actor=new&actor=nobody&actor=other&colour=r%26d"


def test_what_is_unknown_or_withdrawn_narrows_no_list(client, withdrawn, django_assert_max_num_queries):
    for slug in ("once", "nobody", "%00"):
        assert client.get(f"/initiatives/?actor={slug}").status_code == 200
    many = "&".join(f"actor=nobody-{number}" for number in range(500))
    with django_assert_max_num_queries(30):
        assert client.get(f"/initiatives/?{many}").status_code == 200


# For all who answer


@every_kind
def test_the_fate_of_an_entry(admin_user, model):
    assert moved_or_gone(model, "nobody") == moved_or_gone(model, "\0") == Fate(None, None)
    row = FACTORIES[model](slug="row")
    assert moved_or_gone(model, "row") == Fate(None, None)
    with time_machine.travel(DAY):
        withdraw(row, admin_user)
    fate = moved_or_gone(model, "row")
    assert fate.successor is None
    assert fate.withdrawn_at.isoformat().startswith("2026-02-03")


def test_a_withdrawal_without_a_version_is_as_old_as_the_last_change(db):
    row = factories.ActorFactory(slug="row")
    Actor.objects.filter(pk=row.pk).update(status=Status.WITHDRAWN)
    assert moved_or_gone(Actor, "row").withdrawn_at == row.updated_at


@mergeable
def test_the_fate_of_a_merged_entry_is_its_successor(merged, model):
    old, new = (FACTORIES[model](slug=slug) for slug in ("old", "new"))
    merged(new, old)
    assert moved_or_gone(model, "old") == Fate(successor=new)


@mergeable
def test_merges_that_lead_round_in_a_circle_hold_up_nobody(client, model):
    """No merge makes one, but a database can be told anything."""
    one, other = (FACTORIES[model](slug=slug, status=Status.WITHDRAWN) for slug in ("one", "other"))
    merges = model._meta.get_field("merge").related_model.objects
    merges.create(old=one, survivor=other)
    merges.create(old=other, survivor=one)
    assert client.get(one.get_absolute_url()).status_code == 404
