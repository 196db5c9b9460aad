"""The table of states and the dossiers: derived from mandates, entries and ties, and every number that of its list."""

import csv
import io
from datetime import date
from urllib.parse import parse_qsl, urlsplit

import pytest
from openpyxl import load_workbook

from initiatives.money import total
from stakeholders.models import Country, Sought
from tests.factories import (
    ActorCitationFactory,
    ActorFactory,
    CountryFactory,
    DocumentFactory,
    FundingFactory,
    InitiativeFactory,
    MandateCitationFactory,
    MandateFactory,
    ParticipationFactory,
    RosterLineFactory,
    SourceFactory,
)
from tests.html import number_in, read, results_at, words_of


def cells(client, code, url="/countries/"):
    """Heading → what the line of a country holds there."""
    page = read(client, url)
    headings = page.texts(".states thead th")
    [line] = [
        row
        for row in page.all(".states tbody tr")
        if row.css_first("th a").attributes["href"] == f"/countries/{code}/"
    ]
    return dict(zip(headings, map(words_of, line.css("th, td")), strict=True))


@pytest.fixture
def country(db):
    return CountryFactory(code="RO", name="Romania", membership="eu_member")


def mandate(country, **fields):
    return MandateCitationFactory(subject=MandateFactory(country=country, **fields)).subject


def strategy(country, start, *, lead=None, **fields):
    lead = lead or ActorFactory(type="national_authority", country=country)
    found = InitiativeFactory(kind="policy_framework", start=start, countries=[country], **fields)
    ParticipationFactory(initiative=found, actor=lead, role="lead")
    return found


# Which number of a line → the list that it counts.
LISTED = {
    0: "/initiatives/?country={}&status=running",
    1: "/actors/?type=local_authority&country={}",
    2: "/actors/?type=roma_community&country={}",
    3: "/funding/?country={}",
}


def test_every_number_of_the_table_is_that_of_its_list(directory, client):
    lines = read(client, "/countries/").all(".states tbody tr")
    assert len(lines) == Country.objects.count()
    for line in lines:
        code = line.css_first("th a").attributes["href"].split("/")[2]
        cells = line.css("td.number")
        assert len(cells) == len(LISTED)
        for place, address in LISTED.items():
            link, url = cells[place].css_first("a"), address.format(code)
            if link:
                assert number_in(words_of(link)) == results_at(url), url
                assert sorted(parse_qsl(urlsplit(link.attributes["href"]).query)) == sorted(
                    parse_qsl(urlsplit(url).query)
                )
            else:
                assert results_at(url) == 0, url


def test_every_sum_of_the_table_is_that_of_its_list(directory, client):
    lines = [line for line in read(client, "/countries/").all(".states tbody tr") if line.css(".money")]
    assert len(lines) > 20
    for line in lines:
        url = line.css_first('a[href^="/funding/"]').attributes["href"]
        sums = [words_of(each) for each in line.css(".money")]
        assert sums == read(client, url).texts(".total .money"), url


@pytest.mark.parametrize("code", ["RO", "XK", "BE", "GB"])
def test_every_number_of_a_dossier_is_that_of_its_list(directory, client, code):
    page = read(client, f"/countries/{code}/")
    for link in page.all("article header a[href^='/']"):
        words, url = words_of(link), urlsplit(link.attributes["href"])
        if words[:1].isdigit() and dict(parse_qsl(url.query)):
            assert number_in(words) == results_at(link.attributes["href"]), words
    for line in page.all(".tallies li"):
        assert int(line.css_first("b").text()) == results_at(line.css_first("a").attributes["href"])


def test_offices_come_from_mandates_that_have_not_ended(country, client):
    body = ActorFactory(
        name="Agency",
        acronym="ANR",
        country=country,
        website="https://anr.example.eu/",
        email="info@anr.example.eu",
    )
    mandate(country, actor=body, office="contact_point")
    mandate(country, actor=ActorFactory(name="Former"), office="contact_point", end="2019")
    mandate(country, actor=ActorFactory(status="draft", name="Draft"), office="equality_body")
    found = cells(client, "RO")
    assert found["Contact point"] == "ANR anr.example.eu info@anr.example.eu"
    assert "info<wbr>@anr<wbr>.example<wbr>.eu" in client.get("/countries/").text
    assert found["Equality body"] == "none listed"


def test_a_gap_says_when_somebody_looked(country, client):
    mandate(country, actor=None, office="equality_body", searched_on=date(2026, 11, 25))
    found = cells(client, "RO")
    assert found["Equality body"] == "none found, looked on 25 Nov 2026"
    page = read(client, "/countries/RO/")
    assert "none found, looked on 25 Nov 2026" in page.text("article header")
    assert "Equality body: none found, looked on 25 Nov 2026" in page.texts("[aria-labelledby=gaps] li")


def test_a_search_for_anything_that_a_dossier_expects_is_told_with_its_day(country, client):
    body = ActorFactory(type="national_authority", country=country)
    ActorCitationFactory(subject=body, source=SourceFactory(accessed_on=date(2026, 11, 20)))
    mandate(country, actor=body, office="contact_point")
    strategy(country, "2022", lead=body, end="2090")
    days = {sought: date(2026, 11, day) for day, sought in enumerate([*Sought.values, "equality_body"], 1)}
    for sought, day in days.items():
        mandate(country, actor=None, office=sought, searched_on=day)
    told = dict(
        line.split(": ") for line in read(client, "/countries/RO/").texts("[aria-labelledby=gaps] li")
    )
    labels = {sought: str(Sought(sought).label) for sought in Sought.values} | {
        "equality_body": "Equality body"
    }
    del labels["strategy"], labels["running_initiative"]  # there is one
    assert told == {
        label: f"none found, looked on {days[sought].day} Nov 2026" for sought, label in labels.items()
    }
    found = cells(client, "RO")
    assert found["Commission, latest report"] == "none found, looked on 5 Nov 2026"
    assert found["Civil Monitor, latest report"] == "none found, looked on 6 Nov 2026"
    assert found["Money known"] == "none found, looked on 10 Nov 2026"


def test_a_dossier_with_few_says_that_somebody_looked_for_more(country, client):
    ActorFactory(type="roma_community", country=country)
    assert "beside" not in read(client, "/countries/RO/").text("[aria-labelledby=gaps]")
    mandate(country, actor=None, office="roma_organisation", searched_on=date(2026, 11, 25))
    looked = "Roma organisations beside the 1 listed: none found, looked on 25 Nov 2026"
    assert looked in read(client, "/countries/RO/").texts("[aria-labelledby=gaps] li")
    ActorFactory.create_batch(4, type="roma_community", country=country)
    assert "beside" not in read(client, "/countries/RO/").text("[aria-labelledby=gaps]")


@pytest.mark.parametrize("field", [{"type": "academia"}, {"type": "civil_society", "form": "museum"}])
def test_universities_and_museums_are_expected_of_a_country(country, client, field):
    assert "Universities and museums: none listed" in read(client, "/countries/RO/").texts(
        "[aria-labelledby=gaps] li"
    )
    ActorFactory(country=country, **field)
    assert "Universities and museums" not in read(client, "/countries/RO/").text("[aria-labelledby=gaps]")


def test_a_dossier_lists_all_that_is_missing_with_the_day_of_reading(country, client):
    assert "Roma organisations: none listed" in read(client, "/countries/RO/").texts(
        "[aria-labelledby=gaps] li"
    )
    body = ActorFactory(type="national_authority", country=country, website="https://anr.example.eu/")
    ActorCitationFactory(subject=body, source=SourceFactory(accessed_on=date(2026, 11, 20)))
    mandate(country, actor=body, office="contact_point")
    strategy(country, "2022", lead=body, end="2090")
    looked = "none found, looked on 20 Nov 2026"
    assert read(client, "/countries/RO/").texts("[aria-labelledby=gaps] li") == [
        f"Equality body: {looked}",
        f"Report of the European Commission: {looked}",
        f"Report of the Roma Civil Monitor: {looked}",
        f"Local authorities: {looked}",
        f"Roma organisations: {looked}",
        f"Money for this country alone: {looked}",
        f"Universities and museums: {looked}",
        f"Mailbox of the contact point: {looked}",
        f"Text of the strategy: {looked}",
    ]
    found = cells(client, "RO")
    assert found["Commission, latest report"] == found["Civil Monitor, latest report"] == looked


def test_a_report_on_all_member_states_is_one_on_each(country, client):
    CountryFactory(code="RS", name="Serbia", membership="candidate")
    commission = ActorFactory(slug="european-commission", name="European Commission")
    framework = InitiativeFactory(kind="policy_framework")
    DocumentFactory(
        title="On all", kind="report", publisher=commission, date="2024-09", initiatives=[framework]
    )
    DocumentFactory(
        title="Of a project",
        kind="report",
        publisher=commission,
        date="2025",
        initiatives=[InitiativeFactory()],
    )
    assert cells(client, "RO")["Commission, latest report"] == "September 2024 on all member states"
    assert cells(client, "RS")["Commission, latest report"] == "none listed"
    DocumentFactory(title="On it", kind="report", publisher=commission, date="2020", countries=[country])
    assert cells(client, "RO")["Commission, latest report"] == "2020"


def test_a_strategy_is_in_force_until_it_ends_or_a_follower_starts(country, client):
    old = strategy(country, "2012", name="Old", last_seen="2026")
    new = strategy(country, "2021", name="New", end="2090", follows=old)
    DocumentFactory(title="Text", kind="strategy", initiatives=[new])
    strategy(country, "2091", name="Planned")
    InitiativeFactory(
        kind="policy_framework", start="2020", end="2090", countries=[country], name="Of a city"
    )
    found = cells(client, "RO")
    assert found["Strategy in force"] == "2021 – 2090 text Before it: from 2012"


def test_a_strategy_without_an_end_says_when_it_was_last_seen(country, client):
    lead = ActorFactory(type="national_authority", country=country)
    strategy(country, "2005", lead=lead, name="First", last_seen="2017")
    assert cells(client, "RO")["Strategy in force"] == "from 2005 last seen 2017"
    strategy(country, "2018", lead=lead, name="Second", end="2020")
    assert cells(client, "RO")["Strategy in force"] == "none listed Before it: 2018 – 2020"


def test_reports_are_those_on_the_country_by_the_two(country, client):
    commission = ActorFactory(slug="european-commission", name="European Commission")
    part = ActorFactory(name="DG Justice", parent=commission)
    about = {"countries": [country], "kind": "report"}
    DocumentFactory(title="Older", publisher=commission, date="2014", **about)
    DocumentFactory(title="Newer", publisher=part, date="2019-05", **about)
    monitored = DocumentFactory(title="Monitored", publisher=commission, date="2022", **about)
    RosterLineFactory(country=country, document=monitored)
    DocumentFactory(
        title="Elsewhere", publisher=commission, kind="report", date="2023", countries=[CountryFactory()]
    )
    found = cells(client, "RO")
    assert found["Commission, latest report"] == "May 2019"
    assert found["Civil Monitor, latest report"] == "2022"


def test_states_are_filtered_and_sorted_and_a_bad_value_is_named(directory, client):
    page = read(client, "/countries/?membership=candidate&sort=authorities")
    numbers = [int(words_of(row.css("td.number")[1])) for row in page.all(".states tbody tr")]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == Country.objects.filter(membership="candidate").count()
    assert page.text("[aria-sort]") == "Local authorities"
    page = read(client, "/countries/?membership=none&sort=bad&colour=red")
    assert page.complaints.keys() == {"membership=none", "sort=bad", "colour=red"}


def test_files_hold_the_states_that_the_page_shows(directory, client):
    url = "/countries/?membership=eu_member&sort=roma"
    names = read(client, url).texts(".states tbody th")
    rows = list(csv.DictReader(io.StringIO(client.get(f"{url}&format=csv").getvalue().decode())))
    assert [row["name"] for row in rows] == names
    sheet = load_workbook(io.BytesIO(client.get(f"{url}&format=xlsx").getvalue()), read_only=True).active
    assert [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)] == names


def test_money_is_added_once_and_what_is_unknown_stands_beside(country, client):
    whole = FundingFactory(amount=100, country=country)
    FundingFactory(amount=40, within=whole, country=country)
    FundingFactory(amount=7, currency="HUF", country=country)
    FundingFactory(amount=900, kind="broader", country=country)
    only = InitiativeFactory(countries=[country])
    FundingFactory(initiative=only, amount=None)
    FundingFactory(initiative=InitiativeFactory(countries=[country, CountryFactory()]), amount=5)
    assert cells(client, "RO")["Money known"] == "€ 100 HUF 7 5 records"
    said = read(client, "/funding/?country=RO").text(".total")
    assert "1 record states no amount" in said
    assert "1 is part of another amount" in said
    assert "not for Roma alone" in said


def test_a_part_counts_where_the_whole_is_not_among_the_rows():
    rows = [(2, 40, "EUR", "", 1), (3, 10, "EUR", "", 2)]
    assert [each.amount for each in total(rows).sums] == [40]
    assert [each.amount for each in total([(1, None, "EUR", "", None), *rows]).sums] == [40]
    assert [each.amount for each in total([(1, 90, "EUR", "", None), *rows]).sums] == [90]
