"""Lists as readers use them: search, filter, sort, turn pages, and survive a mistyped address."""

import re
from itertools import product
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import time_machine
from django.test.utils import override_script_prefix
from django.urls import reverse

from roma_network.pages.listing import PAGE_SIZE
from stakeholders.models import Actor, ActorType
from tests.factories import (
    ActorFactory,
    ActorNameFactory,
    CountryFactory,
    DocumentFactory,
    FundingFactory,
    InitiativeFactory,
    ParticipationFactory,
    ThemeFactory,
)
from tests.html import LISTINGS, Page, read, results_at

FILTERSETS = {reverse(name): filterset for name, filterset in LISTINGS.items()}
LISTS = ("/actors/", "/initiatives/", "/documents/")

COUNTRIES = (("HU", "Hungary"), ("GR", "Greece"), ("IT", "Italy"), ("RO", "Romania"))

pytestmark = pytest.mark.django_db
of_every_list = pytest.mark.parametrize("path", LISTS)


def entries(client, url):
    return read(client, url).entries


def query(url):
    return parse_qsl(urlsplit(url).query)


# Filters


@pytest.fixture
def actors():
    """One actor for each pair of type and country, named after both."""
    countries = [CountryFactory(code=code, name=code) for code in ("RO", "SK")]
    for type_, country in product(("academia", "business"), countries):
        ActorFactory(name=f"{type_} {country.name}", type=type_, country=country)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("", ["academia RO", "academia SK", "business RO", "business SK"]),
        ("type=academia", ["academia RO", "academia SK"]),
        ("type=academia&type=business", ["academia RO", "academia SK", "business RO", "business SK"]),
        ("type=academia&country=SK", ["academia SK"]),
        ("type=academia&type=business&country=SK", ["academia SK", "business SK"]),
        ("type=academia&country=SK&country=RO", ["academia RO", "academia SK"]),
        ("type=academia&q=SK", ["academia SK"]),
        ("type=civil_society", []),
    ],
)
def test_values_of_one_group_widen_and_groups_narrow(client, actors, filters, found):
    assert entries(client, f"/actors/?{filters}") == found


def test_the_vocabulary_of_entries_holds_what_stands_for_them_in_the_column():
    programme = InitiativeFactory(slug="programme", name="Programme")
    facet = LISTINGS["actor_list"].base_filters["initiative"]
    facet.model = Actor
    assert facet.vocabulary(["programme", "nothing"]) == {"programme": ("Programme", programme.pk)}


def test_initiative_and_role_speak_of_one_participation(client):
    leri, romact = InitiativeFactory(slug="leri"), InitiativeFactory(slug="romact")
    leads = ActorFactory(name="Leads LERI")
    elsewhere = ActorFactory(name="Leads ROMACT and is a partner in LERI")
    ParticipationFactory(actor=leads, initiative=leri, role="lead")
    ParticipationFactory(actor=elsewhere, initiative=leri, role="partner")
    ParticipationFactory(actor=elsewhere, initiative=romact, role="lead")

    page = read(client, "/actors/?initiative=leri&role=lead")
    assert page.entries == ["Leads LERI"]
    assert page.facets["role"]["partner"] == 1
    assert page.facets["initiative"] == {"leri": 1, "romact": 1}


def test_types_of_participants_and_of_the_lead_are_told_apart(client):
    initiative = InitiativeFactory(name="Led by a town")
    ParticipationFactory(initiative=initiative, actor__type="local_authority", role="lead")
    ParticipationFactory(initiative=initiative, actor__type="academia", role="partner")
    assert entries(client, "/initiatives/?actor_type=academia") == ["Led by a town"]
    assert entries(client, "/initiatives/?actor_type=academia&lead_type=local_authority") == ["Led by a town"]
    assert entries(client, "/initiatives/?lead_type=academia") == []


def test_every_theme_and_country_of_an_initiative_counts_it_once(client):
    themes = [ThemeFactory(slug="health"), ThemeFactory(slug="housing")]
    countries = [CountryFactory(code="RO", name="Romania"), CountryFactory(code="SK", name="Slovakia")]
    InitiativeFactory(name="Both", themes=themes, countries=countries)
    page = read(client, "/initiatives/?theme=health&theme=housing&country=RO&country=SK")
    assert page.count == 1
    assert page.facets["theme"] == {"health": 1, "housing": 1}
    assert page.facets["country"] == {"RO": 1, "SK": 1}


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("from=2013", ["2010–2014", "2014–2015", "running"]),
        ("from=2012", ["2010–2014", "2014–2015", "running", "since 2012"]),
        ("from=2015", ["2014–2015", "running"]),
        ("from=2026", ["running"]),
        ("from=2027", []),
        ("unseen=2013", ["since 2012"]),
        ("unseen=2012", []),
        ("to=2010", ["2010–2014"]),
        ("to=2012", ["2010–2014", "since 2012"]),
        ("from=2012&to=2013", ["2010–2014", "running", "since 2012"]),
        ("from=2014&to=2014", ["2010–2014", "2014–2015", "running"]),
        ("from=2015&to=2009", []),
    ],
)
@time_machine.travel("2026-11-25 12:00 +0000")
def test_years_keep_the_initiatives_that_ran_in_any_of_them(client, filters, found):
    """One with no known end lasts until it was last seen, or today where it still runs."""
    InitiativeFactory(name="running", start="2013", last_seen="2024")
    InitiativeFactory(name="2010–2014", start="2010-12-31", end="2014-01")
    InitiativeFactory(name="2014–2015", start="2014", end="2015")
    InitiativeFactory(name="since 2012", start="2012-06")
    InitiativeFactory(name="undated")
    assert entries(client, f"/initiatives/?{filters}") == found


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("from=2012", ["2013-01-01", "2012"]),
        ("to=2012", ["2012", "2011-12-31"]),
        ("from=2012&to=2012", ["2012"]),
    ],
)
def test_years_keep_the_documents_dated_in_them(client, filters, found):
    for date in ("2012", "2013-01-01", "2011-12-31", ""):
        DocumentFactory(title=date or "undated", date=date)
    assert entries(client, f"/documents/?{filters}") == found


PHASES = {
    ("2027", ""): "planned",
    ("2026-12", "2027"): "planned",
    ("2026-11-26", ""): "planned",
    ("2026-11-25", ""): "running",
    ("2026-11", ""): "running",
    ("2026", ""): "running",
    ("2020", ""): "unknown",
    ("2020", "2026"): "running",
    ("2020", "2026-11"): "running",
    ("2020", "2026-11-25"): "running",
    ("2020", "2026-11-24"): "ended",
    ("2020", "2026-10"): "ended",
    ("2020", "2025"): "ended",
    ("", "2025"): "ended",
    ("", "2027"): "running",
    ("", ""): "unknown",
}
SIGHTINGS = {
    "2023": "running",  # a bare year counts as its last day
    "2023-11": "running",
    "2023-11-25": "running",
    "2023-11-24": "unknown",
    "2023-10": "unknown",
    "2022": "unknown",
}


@time_machine.travel("2026-11-25 12:00 +0000")
def test_status_follows_from_the_dates_as_exact_as_they_are(client):
    """A thing that lasts until "2026" has not ended in 2026."""
    for start, end in PHASES:
        InitiativeFactory(name=f"{start}/{end}", start=start, end=end)
    for phase in set(PHASES.values()):
        expected = {f"{start}/{end}" for (start, end), says in PHASES.items() if says == phase}
        page = read(client, f"/initiatives/?status={phase}")
        assert set(page.entries) == expected
        assert page.facets["status"][phase] == len(expected)


@time_machine.travel("2026-11-25 12:00 +0000")
def test_what_was_seen_within_three_years_runs(client):
    for seen in SIGHTINGS:
        InitiativeFactory(name=seen, start="2010", last_seen=seen)
        InitiativeFactory(name=f"{seen} without a start", last_seen=seen)
    for phase in ("running", "unknown"):
        expected = [seen for seen, says in SIGHTINGS.items() if says == phase]
        page = read(client, f"/initiatives/?status={phase}")
        assert set(page.entries) == {*expected, *(f"{seen} without a start" for seen in expected)}
        assert page.facets["status"][phase] == len(page.entries)


@time_machine.travel("2028-02-29 12:00 +0000")
def test_three_years_before_a_leap_day(client):
    InitiativeFactory(name="Seen", last_seen="2025-02-28")
    assert entries(client, "/initiatives/?status=running") == ["Seen"]


@pytest.mark.parametrize("kind", ["survey", "event", "publication"])
@time_machine.travel("2026-11-25 12:00 +0000")
def test_moments_took_place_in_their_year(client, kind):
    for start in ("2008", "2026", "2027", "2026-11-24"):
        InitiativeFactory(name=start, kind=kind, start=start)
    InitiativeFactory(name="Seen 2003", kind=kind, last_seen="2003-01")
    assert entries(client, "/initiatives/?status=ended") == ["2008", "2026-11-24", "Seen 2003"]
    assert entries(client, "/initiatives/?status=running") == ["2026"]
    assert entries(client, "/initiatives/?status=planned") == ["2027"]
    assert entries(client, "/initiatives/?from=2009") == ["2026", "2026-11-24", "2027"]


@time_machine.travel("2026-11-25 12:00 +0000")
def test_a_follower_that_has_begun_ends_a_policy(client):
    cases = {
        "followed": {"start": "2020"},
        "followed by one that was seen": {"last_seen": "2023-01-09"},
        "to be followed": {"start": "2027"},
        "followed by a draft": {"start": "2020", "status": "draft"},
        "followed by what has no date": {},
    }
    for name, follower in cases.items():
        policy = InitiativeFactory(name=name, kind="policy_framework", start="2012", end="2030")
        InitiativeFactory(name="follower", follows=policy, kind="campaign", **follower)
    project = InitiativeFactory(name="project", kind="project", start="2012", end="2030")
    InitiativeFactory(name="follower", follows=project, start="2020")
    ended = ["followed", "followed by one that was seen"]
    assert entries(client, "/initiatives/?status=ended&kind=policy_framework") == ended
    assert entries(client, "/initiatives/?status=running&kind=policy_framework&kind=project") == [
        "followed by a draft",
        "followed by what has no date",
        "project",
        "to be followed",
    ]
    assert "followed" not in entries(client, "/initiatives/?from=2021&kind=policy_framework")


def test_an_open_question_is_a_filter(client):
    for factory, path in ((ActorFactory, "actors"), (InitiativeFactory, "initiatives")):
        factory(name="Open", doubt="Does it still exist?")
        factory(name="Settled")
        assert entries(client, f"/{path}/?has=doubt") == ["Open"]
        assert entries(client, f"/{path}/?lacks=doubt") == ["Settled"]
    DocumentFactory(title="Open", doubt="Who wrote it?")
    page = read(client, "/documents/?has=doubt")
    assert page.entries == ["Open"]
    assert "Open question Who wrote it?" in page.text()


def test_a_form_is_a_filter(client):
    ActorFactory(name="City", form="city")
    ActorFactory(name="Not said")
    page = read(client, "/actors/?form=city")
    assert (page.entries, page.facets["form"]["city"]) == (["City"], 1)


@time_machine.travel("2026-11-25 23:30 +0000")
def test_the_day_turns_at_midnight_in_brussels(client):
    InitiativeFactory(name="Begins on 26 November", start="2026-11-26")
    assert entries(client, "/initiatives/?status=running") == ["Begins on 26 November"]


@time_machine.travel("2026-11-25 12:00 +0000")
def test_an_actor_is_closed_once_its_last_day_is_over(client):
    for closed in ("2025", "2026", "2026-11-24", "2026-11-25", ""):
        ActorFactory(name=f"Closed {closed}", closed=closed)
    successor = {"successor": ActorFactory(name="Successor"), "successor_kind": "renamed"}
    ActorFactory(name="Former", **successor)
    ActorFactory(name="Soon to be former", closed="2027", **successor)
    assert entries(client, "/actors/?active=no") == ["Closed 2025", "Closed 2026-11-24", "Former"]
    assert entries(client, "/actors/?active=yes") == [
        "Closed",
        "Closed 2026",
        "Closed 2026-11-25",
        "Soon to be former",
        "Successor",
    ]


def test_entries_of_one_acronym_are_told_apart_in_a_filter(client):
    for name, acronym in (("Monitor 2017", "RCM"), ("Monitor 2021", "RCM"), ("Another", "AN")):
        ParticipationFactory(initiative__name=name, initiative__acronym=acronym)
    shown = read(client, "/actors/").texts("label:has([name=initiative])")
    assert sorted(shown) == ["AN 1", "Monitor 2017 1", "Monitor 2021 1"]


def test_actors_are_told_apart_by_how_they_are_reached_and_a_mailbox_stands_on_the_card(client):
    ActorFactory(name="Both", email="info@both.example", website="https://both.example")
    ActorFactory(name="Website", website="https://website.example")
    ActorFactory(name="Neither")
    page = read(client, "/actors/?sort=name")
    assert page.facets["contact"] == {"mailbox": 1, "website": 1, "none": 1}
    assert page.addresses(".entry .facts") == ["mailto:info@both.example"]
    for way, name in (("mailbox", "Both"), ("website", "Website"), ("none", "Neither")):
        assert entries(client, f"/actors/?contact={way}") == [name]


def test_documents_by_or_about_an_actor_are_found_together(client):
    fra = ActorFactory(slug="fra")
    DocumentFactory(title="By", publisher=fra)
    DocumentFactory(title="About", actors=[fra], publisher=ActorFactory(slug="other"))
    DocumentFactory(title="By and about", publisher=fra, actors=[fra])
    DocumentFactory(title="Neither")
    assert entries(client, "/documents/?actor=fra&sort=name") == ["About", "By", "By and about"]
    assert read(client, "/documents/?actor=fra").facets["publisher"] == {"fra": 2, "other": 1}


# Search


@pytest.mark.parametrize(
    "text",
    [
        "Košice",
        "kosice",
        "KOŠICE",
        "koŝice",
        "Кошице",
        "Коши",
        "ΔΉΜΟΣ Στ",
        "δημος στ",
        "mesto",
        "KE-1",
        "Kaschau",
        "slovensko kosice",
    ],
)
def test_an_actor_is_found_by_any_name_in_any_script(client, text):
    actor = ActorFactory(
        name="City of Košice",
        acronym="KE-1",
        native_name="Mesto Košice",
        native_language="sk",
        locality="Slovensko",
    )
    for name in ("Кошице", "Kaschau", "Δήμος Στ"):
        ActorNameFactory(actor=actor, name=name)
    ActorFactory(name="City of Žilina")
    assert entries(client, f"/actors/?{urlencode({'q': text})}") == ["City of Košice"]


def test_the_longest_title_can_be_searched_for_as_a_whole(client):
    title = " ".join(["Resolution", *map(str, range(99))])[:300].strip()
    DocumentFactory(title=title)
    assert entries(client, f"/documents/?{urlencode({'q': title})}") == [title]


def test_latin_letters_find_a_cyrillic_name_and_cyrillic_ones_a_latin_name(client):
    ActorFactory(name="Plovdiv")
    ActorFactory(name="Община Пловдив")
    for text in ("Plovdiv", "Пловдив"):
        assert set(entries(client, f"/actors/?q={text}")) == {"Plovdiv", "Община Пловдив"}


@pytest.mark.parametrize("path", [*LISTS, "/search/"])
def test_words_to_leave_out_may_stand_alone(client, path):
    for name in ("Kept", "Also kept", "Left out"):
        ActorFactory(name=name)
        InitiativeFactory(name=name)
        DocumentFactory(title=name)
    found = entries(client, f"{path}?q=-left")
    times = 3 if path == "/search/" else 1
    assert found == ["Also kept"] * times + ["Kept"] * times


def test_initiatives_and_documents_are_searched_too(client):
    InitiativeFactory(name="Building political will", acronym="ROMACT")
    DocumentFactory(title="A Union of Equality", publisher=ActorFactory(name="Commission européenne"))
    assert entries(client, "/initiatives/?q=romact") == ["Building political will"]
    assert entries(client, "/documents/?q=equality+europeenne") == ["A Union of Equality"]


# Order


def test_the_exact_acronym_comes_first_in_a_search(client):
    ActorFactory(name="AFRA network")
    ActorFactory(name="Fra Angelico Foundation")
    ActorFactory(name="Agency for Fundamental Rights", acronym="FRA")
    assert entries(client, "/actors/?q=fra") == [
        "Agency for Fundamental Rights",
        "Fra Angelico Foundation",
        "AFRA network",
    ]
    assert entries(client, "/actors/?q=fra&sort=name")[0] == "AFRA network"


def test_names_are_sorted_without_regard_to_accents_and_capitals(client):
    for name in ("Élan", "Zebra", "eland", "Ábc"):
        ActorFactory(name=name)
    assert entries(client, "/actors/") == ["Ábc", "Élan", "eland", "Zebra"]


def orders(page):
    return [option.attributes["value"] for option in page.all("select[name=sort] option")]


@of_every_list
def test_relevance_is_an_order_of_searches_only(client, path):
    assert "relevance" not in orders(read(client, path))
    assert "relevance" in orders(read(client, f"{path}?q=roma"))
    assert read(client, f"{path}?sort=relevance").complaints == {}


def test_the_best_connected_come_first_unless_another_order_is_asked_for(client):
    for name, number in (("Alone", 0), ("Busy", 2), ("Member", 1)):
        actor = ActorFactory(name=name)
        for place in range(number):
            ParticipationFactory(actor=actor, initiative=InitiativeFactory(name=f"{name} {place}"))
    assert entries(client, "/actors/") == ["Busy", "Member", "Alone"]
    assert entries(client, "/actors/?sort=name") == ["Alone", "Busy", "Member"]


def test_authorities_are_sorted_by_their_place(client):
    ActorFactory(name="Municipality of Zlín", type="local_authority", form="city", locality="Zlín")
    ActorFactory(name="Town of Aitos", type="local_authority", form="city", locality="Aitos")
    ActorFactory(name="Forum")
    assert entries(client, "/actors/?sort=name") == ["Aitos", "Forum", "Zlín"]


@pytest.mark.parametrize(
    ("name", "form", "locality", "called"),
    [
        ("City of Košice", "city", "Košice", "Košice City or town"),
        ("Municipality of Beşiktaş", "municipality", "Istanbul", "Beşiktaş Municipality"),
        ("Emilia-Romagna Region", "region", "Bologna", "Emilia-Romagna Region"),
        ("Region of Andalusia", "region", "Seville", "Andalusia Region, county or province"),
        ("Association of Municipalities", "network", "Sofia", "Association of Municipalities"),
        ("Newcastle City Council", "city", "Newcastle upon Tyne", "Newcastle City Council"),
    ],
)
def test_an_authority_is_called_by_the_place_that_it_is_of(client, db, name, form, locality, called):
    ActorFactory(name=name, type="local_authority", form=form, locality=locality)
    assert read(client, "/actors/").text(".entry h3") == called


def test_the_card_of_an_initiative_says_what_matters(client):
    initiative = InitiativeFactory(name="Homes", kind="project", start="2014", end="2017-04-20")
    initiative.countries.add(*(CountryFactory(code=code, name=name) for code, name in COUNTRIES))
    initiative.themes.add(ThemeFactory(name="Housing"))
    funder = ActorFactory(name="Directorate-General", acronym="DG JUST")
    ParticipationFactory(initiative=initiative, actor=funder, role="funder")
    card = read(client, "/initiatives/").tree.css_first(".entry")
    facts = [" ".join(item.text().split()) for item in card.css(".facts li")]
    assert facts[:4] == [
        "Project",
        "Greece, Hungary, Italy and 1 more",
        "2014 – 20 April 2017",
        "Ended",
    ]
    assert facts[5:] == ["Housing", "Funded by DG JUST"]


def test_the_order_in_force_is_the_one_selected(client):
    def selected(url):
        (option,) = read(client, url).all("select[name=sort] option[selected]")
        return option.attributes["value"]

    assert selected("/actors/") == "connected"
    assert selected("/actors/?q=roma") == "relevance"
    assert selected("/actors/?q=roma&sort=name") == "name"
    assert selected("/documents/") == "newest"


def test_what_was_verified_or_changed_last_comes_first(client):
    for name, changed, verified in [
        ("Changed in March", "2026-03-01", None),
        ("Verified in April", "2026-01-01", "2026-04-01"),
        ("Verified in February, changed in May", "2026-05-01", "2026-02-01"),
    ]:
        with time_machine.travel(f"{changed} 12:00 +0000"):
            ActorFactory(name=name, verified_on=verified)
    assert entries(client, "/actors/?sort=verified") == [
        "Verified in February, changed in May",
        "Verified in April",
        "Changed in March",
    ]


def test_the_most_connected_come_first_and_a_second_role_adds_nothing(client):
    shared, other = InitiativeFactory(name="Shared"), InitiativeFactory(name="Alone")
    one, two = ActorFactory(name="In one, twice"), ActorFactory(name="In two")
    for role in ("lead", "funder", "monitor"):
        ParticipationFactory(actor=one, initiative=shared, role=role)
    for initiative in (shared, other):
        ParticipationFactory(actor=two, initiative=initiative)
    assert entries(client, "/actors/?sort=connected") == ["In two", "In one, twice"]
    assert entries(client, "/initiatives/?sort=connected") == ["Shared", "Alone"]


def test_initiatives_sort_by_start_and_documents_by_date_newest_first(client):
    for date in ("2012", "2013-05-01", ""):
        InitiativeFactory(name=f"Start {date}", start=date)
        DocumentFactory(title=f"Date {date}", date=date)
    assert entries(client, "/initiatives/?sort=start") == ["Start 2013-05-01", "Start 2012", "Start"]
    assert entries(client, "/documents/") == ["Date 2013-05-01", "Date 2012", "Date"]


# Pages


@pytest.fixture
def three_pages(db):
    """Actors enough for three pages, the last with one."""
    return [ActorFactory(name=f"Actor {n:03}").name for n in range(2 * PAGE_SIZE + 1)]


def test_pages_show_every_entry_once(client, three_pages):
    pages = [read(client, f"/actors/?page={number}") for number in (1, 2, 3)]
    assert [name for page in pages for name in page.entries] == three_pages
    assert {page.count for page in pages} == {len(three_pages)}


def test_titles_tell_filters_and_pages_apart(client, three_pages):
    def title(url):
        return read(client, url).text("title").partition(" – ")[0]

    assert title("/actors/") == "51 actors"
    assert title("/actors/?type=civil_society") == "51 actors: Civil society"
    assert title("/actors/?type=civil_society&page=2") == "51 actors: Civil society, page 2"


def test_a_facet_shows_what_is_frequent_or_chosen_and_folds_the_rest(client, db):
    for number, kind in enumerate(ActorType.values):
        ActorFactory.create_batch(number, type=kind)

    def values(page, where):
        return {each.attributes["value"] for each in page.all(f"{where} input[name=type]")}

    page = read(client, "/actors/")
    assert values(page, "details[data-facet=type]") == set(ActorType.values[:3])
    page = read(client, f"/actors/?type={ActorType.values[1]}")
    assert values(page, "details[data-facet=type]") == {ActorType.values[0], ActorType.values[2]}
    assert values(page, ".facet") == set(ActorType.values)


def test_page_links_lead_on_and_back_and_keep_the_filters(client, three_pages):
    page = read(client, "/actors/?type=civil_society&q=actor&page=2")
    links = page.links(".pagination")
    assert query(links["Next"]) == [("q", "actor"), ("type", "civil_society"), ("page", "3")]
    assert query(links["Previous"]) == query(links["1"]) == [("q", "actor"), ("type", "civil_society")]
    (current,) = page.all(".pagination [aria-current=page]")
    assert current.text() == "2"
    assert "Next" not in read(client, links["Next"]).links(".pagination")
    assert "Previous" not in read(client, links["Previous"]).links(".pagination")


@pytest.mark.parametrize(
    ("number", "shown"),
    [("4", 3), ("999999999999", 3), ("0", 3), ("-1", 3), ("two", 1), ("1.5", 1), ("²", 1)],
)
def test_a_page_that_is_not_there_is_reported_and_another_shown(client, three_pages, number, shown):
    page = read(client, f"/actors/?page={number}&type=civil_society")
    assert list(page.complaints) == [f"page={number}"]
    (current,) = page.all(".pagination [aria-current=page]")
    assert current.text() == str(shown)
    assert page.ticked == {("type", "civil_society")}


def test_the_only_page_has_no_page_links(client):
    ActorFactory()
    assert read(client, "/actors/").links(".pagination") == {}


# Chips and links


def test_each_chip_drops_its_own_choice_and_the_page_number(client, three_pages):
    url = "/actors/?q=actor&type=academia&type=civil_society&sort=verified&page=2"
    page = read(client, url)
    assert page.chips.keys() == {"actor", "Civil society", "Academia"}
    kept = [pair for pair in query(url) if pair[0] != "page"]
    for label, pair in [
        ("actor", ("q", "actor")),
        ("Civil society", ("type", "civil_society")),
        ("Academia", ("type", "academia")),
    ]:
        assert query(page.chips[label]) == [other for other in kept if other != pair]


def test_all_filters_are_dropped_at_once(client, actors):
    page = read(client, "/actors/?type=academia&country=SK")
    (clear,) = page.all(".chips a.clear")
    assert clear.attributes["href"] == "/actors/"


def test_the_form_sends_the_choice_without_the_page_number(client, three_pages):
    page = read(client, "/actors/?type=civil_society&page=2")
    fields = {field.attributes["name"] for field in page.all("form.listing [name]")}
    assert "type" in fields
    assert "page" not in fields


def test_downloads_carry_the_filters(client, three_pages):
    links = read(client, "/actors/?type=civil_society&sort=name&page=2").links(".downloads")
    for format_ in ("csv", "json"):
        assert query(links[format_.upper()]) == [
            ("type", "civil_society"),
            ("sort", "name"),
            ("format", format_),
        ]


@pytest.mark.parametrize("prefix", ["", "/directory"])
@pytest.mark.parametrize("path", ["/actors/", "/initiatives/"])
def test_the_line_to_copy_leads_to_the_same_list(client, actors, path, prefix):
    InitiativeFactory(name="Business")
    with override_script_prefix(f"{prefix}/"):
        text = client.get(f"{path}?q=business", SCRIPT_NAME=prefix).text
    [box] = Page(text).all(".embed textarea")
    assert re.findall(r'src="([^"]+)"', box.text()) == [f"http://testserver{prefix}/embed{path}?q=business"]


@of_every_list
def test_an_empty_result_says_what_to_do(client, path):
    page = read(client, f"{path}?q=nowhere+to+be+found")
    assert page.count == 0
    links = page.addresses(".empty")
    assert path in links
    assert "/search/?q=nowhere%20to%20be%20found" in links
    assert page.chips == {"nowhere to be found": path}


@pytest.mark.parametrize(
    ("url", "filtered"),
    [("?type=academia", True), ("?q=x", True), ("?sort=name", True), ("?page=2", False), ("", False)],
)
def test_search_engines_take_a_filtered_list_for_no_page_of_its_own(client, three_pages, url, filtered):
    page = read(client, f"/actors/{url}")
    robots = [meta.attributes["content"] for meta in page.all("meta[name=robots]")]
    (canonical,) = page.all("link[rel=canonical]")
    assert (robots == ["noindex, follow"]) == filtered
    if filtered:
        assert canonical.attributes["href"] == "http://testserver/actors/"


# Addresses with mistakes


BAD = {
    "/actors/": {
        "type": ["towns", "0", "ACADEMIA"],
        "country": ["ZZ", "Atlantis"],
        "membership": ["eu"],
        "theme": ["none"],
        "initiative": ["no-such-initiative"],
        "role": ["boss"],
        "office": ["porter"],
        "active": ["maybe"],
        "contact": ["telephone"],
        "form": ["castle"],
        "has": ["members"],
        "lacks": ["nothing"],
    },
    "/initiatives/": {
        "actor_type": ["towns"],
        "lead_type": ["lead"],
        "kind": ["dream"],
        "status": ["done"],
        "country": ["XX"],
        "theme": ["none"],
        "actor": ["no-such-actor"],
        "from": ["last year", "999", "3000", "2011-04", "-5", "20111"],
        "to": ["soon"],
        "unseen": ["long"],
        "has": ["coordinates"],
        "lacks": ["coordinates"],
    },
    "/documents/": {
        "kind": ["rumour"],
        "type": ["towns"],
        "country": ["XX"],
        "publisher": ["nobody"],
        "language": ["xx"],
        "actor": ["nobody"],
        "initiative": ["nothing"],
        "from": ["soon"],
        "to": ["0"],
        "has": ["pages"],
        "lacks": ["pages"],
        "about": ["XX"],
    },
    "/funding/": {
        "funder": ["nobody"],
        "programme": ["none"],
        "country": ["XX"],
        "theme": ["weather"],
        "recipient_type": ["towns"],
        "recipient": ["nobody"],
        "kind": ["gift"],
        "initiative": ["nothing"],
        "from": ["soon"],
        "to": ["0"],
    },
}
OF_ALL = {
    "q": ["—", "x" * 301],
    "sort": ["random", "-name"],
    "format": ["exe", "CSV"],
    "colour": ["red"],
    "Type": [""],
}
CASES = [
    (path, name, value) for path in BAD for name, values in (BAD[path] | OF_ALL).items() for value in values
]


@pytest.mark.parametrize(("path", "name", "value"), CASES)
def test_a_value_that_cannot_be_used_is_reported_and_the_rest_still_counts(client, path, name, value):
    ActorFactory(name="Kept")
    FundingFactory(initiative=InitiativeFactory(name="Kept"))
    DocumentFactory(title="Kept")
    rest = f"sort={list(FILTERSETS[path].sorts)[-1]}" if name == "q" else "q=kept"
    page = read(client, f"{path}?{urlencode({name: value})}&{rest}")
    ((said, reason),) = page.complaints.items()
    assert said.startswith(f"{name}={value[:20]}")
    assert reason
    assert page.entries == ["Kept"]


def test_every_filter_has_a_bad_value_here():
    for name, filterset in LISTINGS.items():
        assert (BAD[reverse(name)] | OF_ALL).keys() >= filterset.base_filters.keys()


def test_good_values_beside_a_bad_one_still_count(client, actors):
    page = read(client, "/actors/?type=academia&type=towns&country=SK&country=XX")
    assert list(page.complaints) == ["type=towns", "country=XX"]
    assert page.entries == ["academia SK"]
    assert page.ticked == {("type", "academia"), ("country", "SK")}
    assert page.chips.keys() == {"Academia", "SK"}


def test_a_repeated_value_counts_once(client, actors):
    page = read(client, "/actors/?type=academia&type=academia")
    assert len(page.chips) == 1
    assert page.count == 2


@of_every_list
def test_marks_that_other_sites_add_to_links_pass_in_silence(client, path):
    page = read(client, f"{path}?utm_source=newsletter&fbclid=1&gclid=2&mc_cid=3")
    assert page.complaints == {}
    assert page.chips == {}


@of_every_list
def test_a_form_sent_with_empty_fields_filters_nothing(client, path):
    fields = {field.attributes["name"] for field in read(client, path).all("form.listing [name]")}
    page = read(client, f"{path}?{urlencode(dict.fromkeys(fields, ''))}")
    assert page.complaints == {}
    assert page.chips == {}


@pytest.mark.parametrize("url", ["/", "/actors/", "/about/"])
def test_an_address_of_thousands_of_mistakes_does_not_fill_the_page_with_them(client, url):
    page = read(client, f"{url}?{urlencode([(f'name{n}', n) for n in range(2_000)])}")
    assert 1 < len(page.complaints) < 100


@pytest.mark.parametrize("url", ["/", "/countries/", "/about/", "/actors/fra/", "/initiatives/leri/"])
def test_pages_without_filters_report_what_they_cannot_use(client, url):
    ActorFactory(slug="fra")
    InitiativeFactory(slug="leri")
    assert list(read(client, f"{url}?type=academia&utm_medium=mail").complaints) == ["type=academia"]


@pytest.mark.parametrize("code", ["RO", "ro", "Ro"])
def test_codes_of_countries_may_be_small_letters(directory, client, code):
    assert read(client, f"/actors/?country={code}").count == read(client, "/actors/?country=RO").count
    assert read(client, f"/actors/?country={code}").complaints == {}


@pytest.mark.parametrize(("of_the_eu", "code"), [("EL", "GR"), ("UK", "GB"), ("el", "GR")])
def test_the_codes_of_the_eu_are_understood(directory, client, of_the_eu, code):
    expected = read(client, f"/actors/?country={code}")
    found = read(client, f"/actors/?country={of_the_eu}&country={code}")
    assert (found.count, found.complaints) == (expected.count, {})
    assert client.get(f"/api/v1/initiatives/?country={of_the_eu}").json()["count"] == results_at(
        f"/initiatives/?country={code}"
    )
    assert client.get(f"/countries/{of_the_eu}/")["Location"] == f"/countries/{code}/"
