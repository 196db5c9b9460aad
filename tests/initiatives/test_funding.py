"""Money as a list, as flows and on cards: who gave how much to whom, for what, when and where."""

import csv
import io

import pytest
from django.core.exceptions import ValidationError

from tests.factories import (
    ActorFactory,
    CountryFactory,
    FundingFactory,
    InitiativeFactory,
    ParticipationFactory,
    ThemeFactory,
)
from tests.html import read, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def grant():
    return FundingFactory(
        initiative=InitiativeFactory(name="Houses", slug="houses"),
        amount=2_500_000,
        kind="grant",
        programme="ESF Plus",
        funder=ActorFactory(name="Giver", slug="giver", type="eu_institution"),
        recipient=ActorFactory(name="Taker", type="civil_society"),
        country=CountryFactory(code="RO", name="Romania"),
        start="2021",
        end="2024",
    )


def rows(client, query=""):
    return [words_of(each) for each in read(client, f"/funding/{query}").all(".entries .grant")]


def test_a_row_says_who_gave_how_much_to_whom_for_what_when_and_where(client, grant):
    [row] = rows(client)
    for part in ("€ 2,500,000", "Houses", "Granted", "From Giver", "ESF Plus", "To Taker", "Romania"):
        assert part in row


def test_a_funder_whose_programme_is_called_the_same_is_named_once(client, grant):
    grant.programme = grant.funder.name
    grant.save()
    for address in ("/funding/", "/funding/flow/", grant.initiative.get_absolute_url()):
        shown = read(client, address).texts(".entry.grant .facts, section .ties > li, aside dd")
        assert sum(each.count(grant.funder.name) for each in shown) == 1, address
    grant.funder.status = "draft"
    grant.funder.save()
    assert grant.programme in read(client, grant.initiative.get_absolute_url()).text("aside dl")


def test_a_row_without_a_funder_names_those_of_its_initiative(client):
    ParticipationFactory(
        initiative=FundingFactory(amount=None).initiative, actor=ActorFactory(name="Payer"), role="funder"
    )
    [row] = rows(client)
    assert "Amount not known" in row
    assert "Funders of the initiative: Payer" in row


def test_a_funder_that_is_not_public_shows_nowhere(client, grant):
    grant.funder.status = "draft"
    grant.funder.save()
    for url in (
        "/funding/",
        "/funding/flow/",
        "/funding/?format=csv",
        "/funding/flow/?format=csv",
        "/initiatives/",
    ):
        assert b"giver" not in client.get(url).getvalue().lower(), url


@pytest.mark.parametrize("side", ["funder", "recipient"])
@pytest.mark.parametrize(("published", "slug"), [(False, "houses-2021"), (True, "houses-hidden-town-2021")])
def test_a_slug_names_no_actor_that_never_was_public(side, published, slug):
    actor = ActorFactory(slug="hidden-town", status="published" if published else "draft")
    FundingFactory.build(initiative=InitiativeFactory(), slug=slug, **{side: actor}).full_clean()
    if not published:
        row = FundingFactory.build(initiative=InitiativeFactory(), slug="houses-hidden-town", **{side: actor})
        with pytest.raises(ValidationError, match="is not public"):
            row.full_clean()


@pytest.mark.parametrize("words", ["ESF Plus", "houses giver", "taker", "HOUSES"])
def test_money_is_found_by_programme_initiative_funder_and_recipient(client, grant, words):
    FundingFactory(programme="Other")
    assert len(rows(client, f"?q={words}")) == 1
    assert rows(client, f"?q={words} nothing") == []


@pytest.mark.parametrize(("query", "n"), [("from=2024", 1), ("from=2025", 0), ("to=2021", 1), ("to=2020", 0)])
def test_years_are_those_of_the_money(client, grant, query, n):
    assert len(rows(client, f"?{query}")) == n


def test_money_of_an_initiative_in_one_country_is_for_that_country(client):
    country = CountryFactory(code="SK", name="Slovakia")
    FundingFactory(initiative=InitiativeFactory(name="Here", countries=[country]))
    FundingFactory(initiative=InitiativeFactory(name="Wide", countries=[country, CountryFactory()]))
    assert ["Here" in row for row in rows(client, "?country=SK")] == [True]


def test_no_money_is_in_a_sum_twice_and_none_is_lost_with_a_sum_that_is_not_added(client):
    broader = FundingFactory(amount=90_000_000, kind="broader")
    FundingFactory(amount=4_000_000, within=broader)
    whole = FundingFactory(amount=5_000_000)
    FundingFactory(amount=2_000_000, within=whole)
    assert "€ 9,000,000" in client.get("/funding/").text
    assert "add up to 9 million" in client.get("/figures/").text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?funder=giver&funder=bank", ["Bank € 40,000 1 of 1", "Giver € 2,500,000 1 of 2"]),
        ("?country=RO&country=SK", ["Romania € 2,500,000 1 of 2", "Slovakia – 0 of 0"]),
        ("?theme=housing&theme=health", ["health € 2,540,000 2 of 3", "housing € 2,540,000 2 of 3"]),
        ("?funder=giver", []),
        ("?funder=giver&country=RO", []),
    ],
)
def test_what_is_chosen_of_one_kind_is_added_up_side_by_side(client, grant, query, expected):
    houses = grant.initiative
    houses.themes.set([ThemeFactory(slug=slug, name=slug) for slug in ("housing", "health")])
    CountryFactory(code="SK", name="Slovakia")
    FundingFactory(initiative=houses, funder=grant.funder, country=grant.country, amount=1_000, within=grant)
    FundingFactory(initiative=houses, funder=ActorFactory(name="Bank", slug="bank"), amount=40_000)
    assert [words_of(row) for row in read(client, f"/funding/{query}").all(".compared tbody tr")] == expected


def test_side_by_side_no_currency_is_left_out(client, grant):
    FundingFactory(funder=grant.funder, amount=7_000, currency="HRK")
    FundingFactory(funder=ActorFactory(name="Bank", slug="bank"), amount=9_000, currency="SEK")
    rows = read(client, "/funding/?funder=giver&funder=bank").all(".compared tbody tr")
    assert [words_of(row) for row in rows] == ["Bank SEK 9,000 1 of 1", "Giver € 2,500,000 HRK 7,000 2 of 2"]


def test_flows_lead_from_funder_to_recipient_and_stand_in_words_beside(client, grant):
    FundingFactory(amount=None, programme="Unknown programme")
    page = read(client, "/funding/flow/")
    assert "Giver → ESF Plus → Houses → Taker: € 2,500,000" in page.texts(".flow .stream title")
    assert len(page.all(".flow .unknown")) == 1
    known, unknown = page.texts("section[aria-labelledby=in-words] li")
    assert known == "€ 2,500,000 Houses From Giver , ESF Plus To Taker"
    assert unknown.startswith("amount not known")
    found = list(csv.DictReader(io.StringIO(client.get("/funding/flow/?format=csv").getvalue().decode())))
    assert [row["amount"] for row in found] == ["2500000", ""]


def test_flows_are_filtered_as_the_list_is(client, grant):
    FundingFactory(programme="Other")
    assert read(client, "/funding/flow/?country=RO").count == 1
    assert client.get("/funding/flow/?format=svg&country=RO").status_code == 200
    assert read(client, "/funding/flow/?country=XX").complaints.keys() == {"country=XX"}


def test_cards_say_how_much_and_from_whom(client, grant):
    FundingFactory(initiative=grant.initiative, amount=9_000_000, kind="broader")
    [card] = read(client, "/initiatives/").texts(".entry")
    assert "€ 2,500,000 (Granted)" in card
    assert "Funded by Giver" in card


def test_an_initiative_is_found_by_its_programme_until_that_goes(client, grant):
    assert read(client, "/initiatives/?q=ESF Plus").entries == ["Houses"]
    grant.delete()
    InitiativeFactory(name="Another ESF Plus")
    assert read(client, "/initiatives/?q=ESF Plus").entries == ["Another ESF Plus"]


def test_participants_are_had_as_a_file_with_role_type_and_country(client):
    initiative, country = InitiativeFactory(slug="leri"), CountryFactory(code="SK")
    town = ActorFactory(slug="town", type="local_authority", country=country)
    ParticipationFactory(initiative=initiative, actor=town, role="lead")
    ParticipationFactory(initiative=initiative, actor=ActorFactory(status="draft"))
    url = "/initiatives/leri/participants/"
    [line] = csv.DictReader(io.StringIO(client.get(f"{url}?format=csv").getvalue().decode()))
    assert [line[name] for name in ("actor", "role", "type", "country")] == [
        "town",
        "lead",
        "local_authority",
        "SK",
    ]
    assert client.get(f"{url}?format=xlsx").status_code == 200
    assert client.get(url)["Content-Type"].startswith("text/csv")
    assert client.get("/initiatives/nothing/participants/?format=csv").status_code == 404
    assert f"{url}?format=csv" in read(client, "/initiatives/leri/").addresses("#files")
