"""Rosters: what closed lists of others hold, what of it is here, and what is missing by name."""

import csv
import io
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from initiatives.models import Roster
from roma_network.directory.completeness.rosters import EVERY_FORMAT
from roma_network.models import Record
from roma_network.pages.template_tags import written_date
from tests import factories
from tests.html import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_states():
    return [
        factories.CountryFactory(code=code, name=name, membership="eu_member")
        for code, name in (("RO", "Romania"), ("SK", "Slovakia"))
    ]


def items(page, part):
    return [item.text(strip=True) for item in page.all(f"section[aria-labelledby={part}] li")]


def page_of(client, **fields):
    return read(client, factories.RosterFactory(**fields).get_absolute_url())


def test_offices_are_expected_of_each_state(two_states, client):
    body = factories.ActorFactory(name="Agency for Roma", type="national_authority", country=two_states[0])
    factories.MandateCitationFactory(
        subject__actor=body, subject__country=two_states[0], subject__office="contact_point"
    )
    page = page_of(client, rule="office", office="contact_point")
    assert "1 of 2 here" in page.text("h1")
    assert items(page, "missing") == ["Slovakia"]
    assert items(page, "here") == ["Romania:Agency for Roma"]


def test_strategies_are_those_in_force(two_states, client):
    lead = factories.ActorFactory(type="national_authority", country=two_states[1])
    for name, end in (("Old", "2012"), ("New", "2090")):
        strategy = factories.InitiativeFactory(
            name=name, kind="policy_framework", start="2010", end=end, countries=[two_states[1]]
        )
        factories.ParticipationFactory(initiative=strategy, actor=lead, role="lead")
    assert items(page_of(client, rule="strategy"), "here") == ["Slovakia:New"]


def test_participants_are_told_by_ties_and_what_no_source_names_is_counted(client):
    initiative = factories.InitiativeFactory(name="LERI")
    for name, role, status in (
        ("Town", "participant", "published"),
        ("Hidden town", "participant", "draft"),
        ("Payer", "funder", "published"),
        ("Helper", "partner", "published"),
    ):
        actor = factories.ActorFactory(name=name, status=status)
        factories.ParticipationFactory(initiative=initiative, actor=actor, role=role)
    page = page_of(client, rule="participants", initiative=initiative, role="participant", expected=22)
    assert "1 of 22 here" in page.text("h1")
    assert "21 are missing" in page.text("main")
    assert items(page, "here") == ["Town"]
    page = page_of(client, rule="participants", initiative=initiative)
    assert items(page, "here") == ["Helper", "Town"]


def test_members_are_told_by_relations(client):
    network = factories.ActorFactory(name="Network")
    member = factories.ActorFactory(name="Member")
    factories.RelationFactory(subject=member, target=network, kind="member_of")
    factories.RelationFactory(subject=network, target=member, kind="supports")
    assert items(page_of(client, rule="members", actor=network), "here") == ["Member"]


def test_documents_are_acts_of_a_publisher_or_of_a_kind(client):
    council = factories.ActorFactory(name="Council")
    for title, kind, date, publisher in (
        ("Conclusions", "resolution", "2008", council),
        ("Early conclusions", "resolution", "1989", council),
        ("Study", "study", "2010", council),
        ("Judgment", "judgment", "2010", None),
    ):
        factories.DocumentFactory(title=title, kind=kind, date=date, publisher=publisher)
    assert items(page_of(client, rule="documents", actor=council, since="2005"), "here") == ["Conclusions"]
    page = page_of(client, rule="documents", document_kind="judgment")
    assert items(page, "here") == ["Judgment"]
    assert page.text("h1").endswith("1 here")
    assert "not stated" in read(client, "/rosters/").text("table")


def test_a_line_is_the_entry_that_it_names_or_that_the_rule_finds_under_its_name(client):
    initiative = factories.InitiativeFactory()
    named = factories.ActorFactory(name="City of Košice")
    for actor in (named, factories.ActorFactory(name="Ostrava"), factories.ActorFactory(name="Brno")):
        factories.ParticipationFactory(initiative=initiative, actor=actor)
    hidden = factories.ActorFactory(status="draft")
    roster = factories.RosterFactory(rule="participants", initiative=initiative)
    for name, actor in (("Kosice", named), ("OSTRAVA", None), ("Prešov", hidden), ("Sofia", None)):
        factories.RosterLineFactory(roster=roster, name=name, actor=actor)
    page = read(client, roster.get_absolute_url())
    assert items(page, "here") == ["Brno", "Kosice:City of Košice", "OSTRAVA:Ostrava"]
    assert items(page, "missing") == ["Prešov", "Sofia"]


def test_a_roster_says_who_counted_and_when(client):
    roster = factories.RosterFactory(expected=130, as_of="2014-05", note="Cities and regions.", sourced=False)
    assert client.get(roster.get_absolute_url()).status_code == 404
    factories.RosterCitationFactory(
        subject=roster, facts=["expected", "as_of"], source__title="The Alliance counts"
    )
    page = read(client, roster.get_absolute_url())
    assert "130 expected" in page.text("main .facts")
    assert "as of May 2014 , as its source says" in page.text("main .facts")
    assert "Cities and regions." in page.text("main")
    assert "The Alliance counts" in page.text(".notes")
    assert "May 2014" in read(client, "/rosters/").text("table")


def test_a_list_whose_source_bears_no_date_is_as_of_the_day_of_reading(client):
    page = page_of(client, as_of="2026-11-28")
    assert "as of 28 November 2026 , when its source was read" in page.text("main .facts")


def test_a_list_that_nobody_counts_says_so(two_states, client):
    facts = page_of(client, rule="office", office="contact_point").text("main .facts")
    assert "No source that was read says how many there are." in facts


def test_every_list_has_a_source_a_date_and_a_number_where_one_counts(directory, client):
    told = {row["slug"]: row for row in client.get("/api/v1/rosters/").json()["results"]}
    file = client.get("/rosters/?format=csv").getvalue().decode("utf-8-sig")
    filed = {row["slug"]: row for row in csv.DictReader(file.splitlines())}
    rosters = Roster.objects.prefetch_related("citations__source")
    assert {roster.slug for roster in rosters} == told.keys() == filed.keys()
    for roster in rosters:
        cited = {fact for citation in roster.citations.all() for fact in citation.facts}
        days = {str(citation.source.accessed_on) for citation in roster.citations.all()}
        assert cited, roster
        assert ("expected" in cited) == bool(roster.expected), roster
        assert "as_of" in cited or roster.as_of in days, roster
        assert roster.as_of == told[roster.slug]["as_of"] == filed[roster.slug]["as_of"]
        facts = read(client, roster.get_absolute_url()).text("main .facts")
        assert ("expected" if roster.expected else "no source that was read says how many") in facts.lower()
        assert f"as of {written_date(roster.as_of)}".lower() in facts.lower()


def test_a_list_of_lists_and_files(two_states, client):
    factories.RosterFactory(slug="equality-bodies", title="Bodies", rule="office", office="equality_body")
    assert "0" in read(client, "/rosters/").text("table")
    lines = client.get("/rosters/lines/").getvalue().decode("utf-8").splitlines()
    assert "equality-bodies,Slovakia,SK,," in lines
    assert client.get("/rosters/equality-bodies/?format=csv").getvalue().decode("utf-8").splitlines() == lines


@pytest.mark.parametrize("form", EVERY_FORMAT)
def test_every_format_holds_all_rosters(client, form):
    factories.RosterLineFactory(roster__slug="towns", actor=factories.ActorFactory(slug="kosice-sk"))
    file = client.get(f"/rosters/?format={form}").getvalue()
    if form == "zip":
        with ZipFile(io.BytesIO(file)) as archive:
            assert b"towns" in archive.read("rosters.csv")
            assert b"kosice-sk" in archive.read("roster_lines.csv")
            assert b"kosice-sk" in archive.read("actors.csv")
    elif form == "xlsx":
        sheet = load_workbook(io.BytesIO(file), read_only=True).active
        assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["slug", "towns"]
    else:
        assert b"towns" in file
        assert b"kosice-sk" in file


def test_an_unknown_roster_is_not_found(client):
    assert client.get("/rosters/unknown/").status_code == 404


def test_reports_of_a_cycle_are_one_a_state(directory, client):
    page = read(client, "/rosters/civil-monitor-2020/")
    assert "27 of 27 here" in page.text("h1")
    assert read(client, "/rosters/contact-points/").all("section[aria-labelledby=here] li")


def test_its_record_tells_its_lines_and_is_numbered_anew_when_one_changes(client):
    town = factories.ActorFactory(slug="kosice-sk")
    roster = factories.RosterFactory(slug="towns", title="Towns")
    line = factories.RosterLineFactory(roster=roster, name="Kosice")
    told = {"name": "Kosice", "country": None, "actor": None, "initiative": None, "document": None}
    [row] = client.get("/api/v1/rosters/").json()["results"]
    assert row["lines"] == [told]
    before = Record.objects.get(part="rosters", key="towns").number
    line.actor = town
    line.save()
    [row] = client.get("/api/v1/rosters/").json()["results"]
    assert row["lines"] == [told | {"actor": "kosice-sk"}]
    changes = client.get(f"/api/v1/changes/?after={before}").json()["results"]
    assert [each["id"] for each in changes if each["part"] == "rosters"] == ["towns"]


def test_figures_show_how_much_of_each_list_is_here(client):
    whole, half = (factories.RosterFactory(title=title, expected=4) for title in ("Whole", "Half"))
    for roster, number in ((whole, 4), (half, 1)):
        for _ in range(number):
            factories.RosterLineFactory(roster=roster, actor=factories.ActorFactory())
    rows = client.get("/figures/rosters/?format=csv").content.decode().splitlines()
    assert rows == ["List,Here,Missing", "Half,1,3", "Whole,4,0"]
    page = read(client, "/figures/rosters/")
    assert "Complete: 1 of 2 lists." in page.text("main")
    assert {link.attributes["href"] for link in page.all("table.figure td a")} == {
        roster.get_absolute_url() for roster in (whole, half)
    }
