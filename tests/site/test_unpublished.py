"""What is not published leaves no trace: with it, every public page and file is what it is without it."""

import json
from urllib.parse import quote

import pytest
import time_machine

from roma_network.directory.open_data.api import ENDPOINTS
from roma_network.export import formats
from roma_network.models import Status
from tests.factories import (
    ActorFactory,
    ActorNameFactory,
    CountryFactory,
    DocumentFactory,
    FundingFactory,
    InitiativeFactory,
    MandateCitationFactory,
    MandateFactory,
    ParticipationFactory,
    RelationFactory,
    ThemeFactory,
)
from tests.html import EMBEDS, EVERY_KIND, NO_PAGE, read

UNPUBLISHED = set(Status) - {Status.PUBLISHED}

of_every_status = pytest.mark.parametrize("status", sorted(UNPUBLISHED))
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_moment")]

HERE = EVERY_KIND | {
    "actor_detail": "/actors/town/",
    "initiative_detail": "/initiatives/programme/",
    "country_detail": "/countries/RO/",
    "document_detail": "/documents/report/",
    "network_around": "/network/town/",
    "partners": "/partners/?like=town",
    "search": "/search/?q=hidden",
}
ASKED = quote(json.dumps({"q0": {"query": "hidden"}, "q1": {"query": "published town"}}))
ADDRESSES = [
    *HERE.values(),
    "/actors/partner/",
    *(
        f"{path}?{query}"
        for path in ("/actors/", "/initiatives/", "/documents/")
        for query in (
            "sort=verified",
            "sort=connected",
            "q=hidden",
            "q=place",
            *(f"format={name}" for name in formats.ROWS),
        )
    ),
    "/actors/?initiative=programme&role=lead",
    "/actors/?initiative=hidden-inside",
    "/initiatives/?actor=town&lead_type=local_authority",
    "/initiatives/?actor=hidden-below&actor_type=academia",
    "/documents/?actor=town&initiative=programme&publisher=town",
    "/documents/?actor=hidden-below&initiative=hidden-inside&publisher=hidden-below&language=rom",
    *(
        f"{path}?format={name}"
        for path in ("/actors/town/", "/initiatives/programme/")
        for name in formats.ROWS
    ),
    *(f"{path}?format={name}" for path in ("/map/", "/network/", "/timeline/") for name in ("svg", "csv")),
    *(NO_PAGE | {"participants": "/initiatives/programme/participants/"}).values(),
    *(url for url in EMBEDS.values() if url.count("/") == 3),
    "/embed/actors/town/",
    "/embed/initiatives/programme/",
    "/embed/network/town/",
    "/partners/?like=hidden-below",
    "/partners/?like=partner&format=csv",
    *(f"/funding/?format={name}" for name in ("csv", "json", "zip", "ttl", "xlsx")),
    "/funding/?funder=hidden-below&recipient=hidden-above&q=hidden",
    *(f"/funding/flow/?format={name}" for name in ("svg", "csv")),
    "/network/town/?format=csv",
    "/countries/?format=csv",
    "/rosters/?format=csv",
    "/initiatives/programme/participants/?format=csv",
    *(f"/api/v1/{name}/" for name in ENDPOINTS),
    "/api/v1/funding/?recipient=hidden-below",
    f"/api/v1/reconcile/?queries={ASKED}",
    "/api/v1/reconcile/suggest/entity/?prefix=hid",
    "/share/actor/town.png",
    "/id/actor/town",
    "/search/?q=published",
    "/search/?q=hiden",
    "/search/suggest/?q=hid",
    "/search/suggest/?q=pub",
]


@pytest.fixture
def one_moment():
    """What is saved anew keeps its times."""
    with time_machine.travel("2026-11-25 12:00 +0000", tick=False):
        yield


class Directory:
    """A published entry of each kind, tied to one another."""

    def __init__(self):
        self.country, self.theme = CountryFactory(code="RO", name="Romania"), ThemeFactory()
        ties = {"country": self.country, "themes": [self.theme]}
        self.town = ActorFactory(slug="town", name="Published town", type="local_authority", **ties)
        self.partner = ActorFactory(slug="partner", name="Published partner", **ties)
        self.stranger = ActorFactory(slug="stranger", name="Published stranger")
        self.programme = InitiativeFactory(
            slug="programme", name="Published programme", countries=[self.country], themes=[self.theme]
        )
        ParticipationFactory(actor=self.town, initiative=self.programme, role="lead")
        ParticipationFactory(actor=self.partner, initiative=self.programme)
        RelationFactory(subject=self.town, target=self.partner)
        self.money = FundingFactory(initiative=self.programme, slug="programme-money")
        self.report = DocumentFactory(
            slug="report",
            title="Published report",
            language="en",
            actors=[self.town],
            initiatives=[self.programme],
        )
        for row in (self.town, self.partner, self.programme):
            row.save()  # so that its ties are on record, as those are that a form writes

    def hide(self, status):
        """Tie unpublished entries to all of it, in every way there is."""
        ties = {"country": self.country, "themes": [self.theme], "status": status, "type": "academia"}
        below = ActorFactory(
            slug="hidden-below", name="Hidden below", locality="Place", parent=self.town, **ties
        )
        above = ActorFactory(slug="hidden-above", name="Hidden above", **ties)
        ActorNameFactory(actor=below, name="Hidden alias")
        change(self.town, parent=above)
        for one, other in ((self.town, below), (above, self.partner), (above, below)):
            RelationFactory(subject=one, target=other, kind="funds")
            RelationFactory(subject=other, target=one, kind="advises")

        about = {"countries": [self.country], "themes": [self.theme], "status": status}
        inside = InitiativeFactory(
            slug="hidden-inside", name="Hidden inside", parent=self.programme, follows=self.programme, **about
        )
        over = InitiativeFactory(slug="hidden-over", name="Hidden over", **about)
        change(self.programme, parent=over, follows=over)
        for role in ("lead", "monitor"):
            ParticipationFactory(actor=below, initiative=self.programme, role=role)
            for actor in (self.town, self.stranger, above):  # no colleagues: what they share is hidden
                ParticipationFactory(actor=actor, initiative=inside, role=role)

        DocumentFactory(
            title="Hidden report",
            publisher=self.town,
            actors=[self.town, below],
            initiatives=[self.programme, inside],
            language="rom",
            is_milestone=True,
            status=status,
        )
        FundingFactory(initiative=inside, funder=self.town, recipient=self.partner)
        change(self.money, funder=above, recipient=below)
        MandateCitationFactory(subject__actor=below, subject__country=self.country)
        self.report.actors.add(below)
        self.report.initiatives.add(inside)
        change(self.report, publisher=below)


def change(row, **fields):
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()


@of_every_status
def test_unpublished_entries_change_no_page_and_no_file(client, status):
    directory = Directory()
    before = {url: client.get(url).getvalue() for url in ADDRESSES}
    told = client.get("/api/v1/changes/").json()["results"]
    directory.hide(status)
    for url in ADDRESSES:
        assert client.get(url).getvalue() == before[url], url
    assert client.get("/api/v1/changes/").json()["results"] == told


TIES = [
    *(f"{path}?role=monitor" for path in ("/actors/", "/initiatives/", "/map/", "/network/", "/timeline/")),
    *(f"{path}?actor=stranger" for path in ("/initiatives/", "/network/", "/timeline/")),
    *(f"/network/?format={name}" for name in ("graphml", "gexf", "csv", "svg")),
    *(f"/map/?format={name}" for name in ("geojson", "csv")),
    *(
        f"/actors/stranger/{query}"
        for query in ("", "?format=json", "?format=ttl", "?format=atom", "?format=zip")
    ),
    *(f"/api/v1/{name}/" for name in ("actors", "initiatives", "participations", "relations", "mandates")),
    "/api/v1/actors/stranger/?include=initiatives",
    "/actors/?initiative=programme&role=monitor",
    "/countries/RO/?format=json",
    "/id/actor/stranger",
]


def test_ties_without_a_source_change_no_page_and_no_file(client):
    directory = Directory()
    everywhere = [*ADDRESSES, *TIES]
    before = {url: client.get(url).getvalue() for url in everywhere}
    told = client.get("/api/v1/changes/").json()["results"]
    for role in ("funder", "monitor"):
        ParticipationFactory(
            actor=directory.stranger, initiative=directory.programme, role=role, sourced=False
        )
    RelationFactory(subject=directory.stranger, target=directory.town, kind="funds", sourced=False)
    RelationFactory(subject=directory.partner, target=directory.stranger, kind="advises", sourced=False)
    MandateFactory(actor=directory.stranger, country=directory.country)
    for url in everywhere:
        assert client.get(url).getvalue() == before[url], url
    assert client.get("/api/v1/changes/").json()["results"] == told


def test_the_same_ties_show_once_a_source_backs_them(client):
    directory = Directory()
    tie = ParticipationFactory(actor=directory.stranger, initiative=directory.programme, role="monitor")
    assert "Published stranger" in read(client, "/initiatives/programme/").text()
    tie.citations.all().delete()
    assert "Published stranger" not in read(client, "/initiatives/programme/").text()


@of_every_status
def test_unpublished_entries_have_no_page(client, status):
    Directory().hide(status)
    for url in ("/actors/hidden-below/", "/initiatives/hidden-inside/"):
        for query in ("", "?format=json"):
            response = client.get(url + query)
            assert response.status_code == 404
            assert "Hidden" not in response.text


def test_the_same_entries_show_everywhere_once_they_are_published(client):
    """Else the tests above would prove little."""
    Directory().hide(Status.PUBLISHED)
    for url in ("/actors/town/", "/initiatives/programme/"):
        text = read(client, url).text()
        for name in ("above", "below", "report") if "town" in url else ("over", "inside", "report"):
            assert f"Hidden {name}" in text, (url, name)
    for url in ("/actors/", "/initiatives/", "/documents/", "/search/?q=hidden", "/countries/RO/", "/"):
        assert "Hidden" in read(client, url).text(), url


@pytest.mark.parametrize("url", ["/actors/town/", "/initiatives/programme/"])
def test_an_entry_withdrawn_is_gone_from_its_address(client, url):
    directory = Directory()
    assert client.get(url).status_code == 200
    change(directory.town, status=Status.WITHDRAWN)
    change(directory.programme, status=Status.WITHDRAWN)
    assert client.get(url).status_code == 410
    assert client.get(f"{url}?format=csv").status_code == 410


def test_a_document_is_found_by_the_name_of_its_publisher_while_that_is_public(client):
    publisher = ActorFactory(name="Agency of Facts")
    DocumentFactory(title="Report", publisher=publisher)
    assert read(client, "/documents/?q=facts").entries == ["Report"]
    change(publisher, status=Status.WITHDRAWN)
    assert read(client, "/documents/?q=facts").entries == []
    change(publisher, status=Status.PUBLISHED)
    assert read(client, "/documents/?q=facts").entries == ["Report"]
