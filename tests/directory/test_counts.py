"""Every number on a page is true: held against the fixture files, and against the page that it leads to."""

import csv
import io
import itertools
import json
import re
from random import Random
from urllib.parse import urlencode
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from roma_network.core.folding import fold
from roma_network.pages import listing
from stakeholders.models import ActorType
from tests.directory import reckoning
from tests.html import number_in, read, results_at, words_of

PATHS = {"actor": "/actors/", "initiative": "/initiatives/", "document": "/documents/"}
LISTS = PATHS | {"funding": "/funding/"}
MOST_FREQUENT = {
    "initiative",
    "publisher",
    "funder",
    "programme",
    "recipient",
}  # facets that offer their first dozen values only
SAMPLE = 10  # of choices whose every count is looked at
IN_FILES = 34  # of each kind: a hundred that page, files, API and our own reckoning agree on

of_every_kind = pytest.mark.parametrize("kind", LISTS)


@of_every_kind
def test_unfiltered_counts_are_those_of_the_fixtures(directory, client, kind):
    page = read(client, LISTS[kind])
    assert page.count == len(reckoning.rows(kind))
    for facet, shown in page.facets.items():
        true = reckoning.counts(kind, facet, {}, reckoning.values(kind, facet))
        offered = {value: count for value, count in shown.items() if count}
        if facet in MOST_FREQUENT:
            assert offered.items() <= true.items(), facet
            assert sorted(offered.values()) == sorted(true.values())[-len(offered) :], facet
        else:
            assert offered == true, facet


@of_every_kind
def test_a_count_is_what_ticking_its_box_alone_brings(directory, client, kind):
    path = LISTS[kind]
    for facet, shown in read(client, path).facets.items():
        for value, count in shown.items():
            assert results_at(f"{path}?{urlencode({facet: value})}") == count, (facet, value)


def choices(kind, number=SAMPLE):
    """As many different random choices, none of them a named one."""
    found = {in_address(param): param for param in NAMED}
    fresh = ((kind, chosen) for chosen in endless_choices(kind))
    new = (param for param in fresh if found.setdefault(in_address(param), param) is param)
    return list(itertools.islice(new, number))


def endless_choices(kind):
    """Random choices that agree with at least one row, but for a second value here and there."""
    rows = reckoning.rows(kind)
    for seed in itertools.count():
        random = Random(f"{kind} {seed}")  # noqa: S311, choices that every run repeats
        slug = random.choice(sorted(rows))
        facets = {
            name: values
            for tie in reckoning.ties(kind)[slug]
            if tie
            for name, values in random.choice(tie).items()
            if values
        }
        chosen = {}
        for facet in random.sample(sorted(facets), min(len(facets), random.randint(1, 3))):
            chosen[facet] = sorted(facets[facet])
            if random.random() < 0.4:
                chosen[facet].append(random.choice(sorted(reckoning.values(kind, facet))))
        if random.random() < 0.3:
            word = random.choice(fold(rows[slug].get("name") or rows[slug]["title"]).split())
            chosen["q"] = [f'"{word}"']  # as it stands
        if kind != "actor" and random.random() < 0.4:
            chosen[random.choice(["from", "to"])] = [str(random.randint(2005, 2024))]
        yield chosen


NAMED = [
    ("actor", {"initiative": ["romact"], "role": ["participant"], "country": ["RO"]}),
    ("actor", {"initiative": ["leri", "romact"], "role": ["lead", "funder"], "active": ["yes"]}),
    ("actor", {"q": ['"kosice"'], "membership": ["eu_member"]}),
    ("initiative", {"actor_type": ["academia"], "lead_type": ["eu_institution"]}),
    ("initiative", {"actor_type": ["roma_community"], "from": ["2012"], "to": ["2016"], "q": ['"roma"']}),
    ("initiative", {"actor": ["fra"], "lead_type": ["eu_institution"], "status": ["ended", "running"]}),
    ("document", {"actor": ["fra"], "type": ["eu_institution"], "language": ["en"]}),
    ("document", {"initiative": ["leri"], "publisher": ["fra"], "to": ["2020"]}),
]


def in_address(param):
    return f"{PATHS[param[0]]}?{urlencode(param[1], doseq=True)}"


RANDOM = [param for kind in PATHS for param in choices(kind)]
HUNDRED = [param for kind in PATHS for param in choices(kind, IN_FILES)]


@pytest.fixture(params=[*NAMED, *RANDOM], ids=in_address)
def filtered(request):
    """Kind, choice and address of a filtered listing."""
    return (*request.param, in_address(request.param))


def test_each_count_is_what_that_value_alone_would_bring_under_the_other_filters(directory, client, filtered):
    kind, chosen, url = filtered
    page = read(client, url)
    assert page.complaints == {}
    assert page.count == len(reckoning.matching(kind, chosen))
    for facet, shown in page.facets.items():
        assert shown == reckoning.counts(kind, facet, chosen, shown), facet
        assert {value for name, value in page.ticked if name == facet} == set(chosen.get(facet, [])), facet


@pytest.mark.parametrize("param", [*NAMED, *HUNDRED], ids=in_address)
def test_page_files_and_api_hold_the_same_entries(directory, client, param):
    (kind, chosen), url = param, in_address(param)
    slugs = reckoning.matching(kind, chosen)
    files = {name: client.get(f"{url}&format={name}").getvalue() for name in FILES}
    from_csv = [row["slug"] for row in csv.DictReader(io.StringIO(files["csv"].decode()))]
    assert set(from_csv) == slugs
    assert len(from_csv) == len(slugs) == results_at(url) == read(client, url).count
    in_order = {
        "csv-bom": [row["slug"] for row in csv.DictReader(io.StringIO(files["csv-bom"].decode("utf-8-sig")))],
        "csv-semicolon": [
            row["slug"]
            for row in csv.DictReader(io.StringIO(files["csv-semicolon"].decode("utf-8-sig")), delimiter=";")
        ],
        "xlsx": first_column(files["xlsx"]),
        "json": [row["slug"] for row in json.loads(files["json"])],
        "jsonl": [json.loads(row)["slug"] for row in files["jsonl"].splitlines()],
        "geojson": named(kind, [row["id"] for row in json.loads(files["geojson"])["features"]]),
        "jsonld": named(kind, [node["@id"] for node in json.loads(files["jsonld"])["@graph"]]),
        "ttl": named(kind, re.findall(r"^<(.+)>$", files["ttl"].decode(), re.MULTILINE)),
        "rdf": named(kind, re.findall(r'<rdf:Description rdf:about="([^"]+)"', files["rdf"].decode())),
        "api": told_by_api(client, url),
    }
    assert {name: found for name, found in in_order.items() if found != from_csv} == {}
    with ZipFile(io.BytesIO(files["zip"])) as archive:
        rows = csv.DictReader(io.StringIO(archive.read(f"{kind}s.csv").decode()))
    assert [row["slug"] for row in rows] == sorted(from_csv)


FILES = [
    "csv",
    "csv-bom",
    "csv-semicolon",
    "xlsx",
    "json",
    "jsonl",
    "geojson",
    "jsonld",
    "ttl",
    "rdf",
    "zip",
]


def first_column(workbook):
    sheet = load_workbook(io.BytesIO(workbook), read_only=True).active
    return [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]


def named(kind, identifiers):
    """The slugs of the entries of a kind, without their memberships."""
    start = f"http://testserver/id/{kind}/"
    return [name.removeprefix(start) for name in identifiers if name.startswith(start) and "#" not in name]


def told_by_api(client, url):
    """The slugs that the API has for a list, page by page."""
    found, url = [], f"/api/v1{url}&fields=slug&page_size=200"
    while url:
        answer = client.get(url).json()
        found += [row["slug"] for row in answer["results"]]
        url = answer["next"]
    assert answer["count"] == len(found)
    return found


@of_every_kind
def test_a_list_says_about_how_much_its_files_weigh(directory, client, kind):
    listing.weights.clear()
    page = read(client, LISTS[kind])
    [box] = page.all(".downloads")
    units = {"bytes": 1, "KB": 1024, "MB": 1024**2}
    told = {
        words_of(size.prev.prev): float(number) * units[unit]
        for size in box.css(".count")
        for number, unit in [words_of(size).removeprefix("≈").split()]
    }
    assert f"Download these {page.count} entries" in words_of(box)
    for name, url in page.links(".downloads").items():
        if name in told:
            assert told[name] == pytest.approx(len(client.get(url).getvalue()), rel=0.4), name
    without_size = {"zip"} | ({"geojson"} if kind != "actor" else set())
    assert len(told) == len(FILES) - len(without_size)


@of_every_kind
def test_an_unfiltered_file_holds_every_entry(directory, client, kind):
    rows = json.loads(client.get(f"{LISTS[kind]}?format=json").getvalue())
    assert {row["slug"] for row in rows} == reckoning.rows(kind).keys()
    assert len(rows) == len(reckoning.rows(kind))


def assert_links_tell_the_truth(links):
    """Each link that states a number leads to as many entries."""
    told = [(words_of(link), link.attributes["href"]) for link in links]
    wrong = [(text, url, results_at(url)) for text, url in told if number_in(text) != results_at(url)]
    assert wrong == []
    return [url for _, url in told]


def test_tiles_and_sections_of_the_home_page_lead_to_as_many_actors_as_they_say(directory, client):
    page = read(client, "/")
    assert len(assert_links_tell_the_truth(page.all(".tiles a"))) == len(ActorType)
    types = reckoning.counts("actor", "type", {}, ActorType.values)
    onward = [link for link in page.all(".part h3 a") if "/actors/" in link.attributes["href"]]
    assert len(onward) == len(set(ActorType) - {ActorType.BUSINESS})
    assert [number_in(text) for text in page.texts(".part h3 .count")] == [
        types[url.partition("=")[2]] for url in (link.attributes["href"] for link in onward)
    ]


def test_the_home_page_and_the_page_about_the_directory_state_its_size(directory, client):
    for url in ("/", "/about/"):
        text = read(client, url).text()
        countries = len(reckoning.values("actor", "country"))
        assert f"{len(reckoning.rows('actor'))} actors" in text
        assert f"{len(reckoning.rows('initiative'))} initiatives" in text
        assert f"{countries} countries" in text


NUMBERS = {  # of the table of states, in its order
    "initiative": {"status": ["running"]},
    "actor": {"type": ["local_authority"]},
    "actor ": {"type": ["roma_community"]},
    "funding": {},
}


def test_the_table_of_states_states_what_the_fixtures_hold(directory, client):
    page = read(client, "/countries/")
    assert_links_tell_the_truth(page.all("td.number a"))
    lines = page.all("tbody tr")
    assert len(lines) == len(reckoning.rows("country"))
    for line in lines:
        code = line.css_first("th a").attributes["href"].split("/")[2]
        told = [
            [] if cell.css_first(".none") else re.findall(r"(\d+)(?: records?)?$", words_of(cell))
            for cell in line.css("td.number")
        ]
        true = [
            len(reckoning.matching(kind.strip(), {"country": [code]} | more))
            for kind, more in NUMBERS.items()
        ]
        assert [int(number[0]) if number else 0 for number in told] == true, code


def test_the_page_of_each_country_states_what_the_fixtures_hold(directory, client):
    for code in reckoning.rows("country"):
        page = read(client, f"/countries/{code}/")
        chosen = {"country": [code]}
        facts = page.links(".dossier > header > .facts")
        stated = {url.partition("?")[0]: number_in(text) for text, url in facts.items()}
        counts = {kind: len(reckoning.matching(kind, chosen)) for kind in ("actor", "initiative")}
        counts["document"] = len(reckoning.matching("document", {"about": [code]}))
        if not counts["actor"]:
            counts = {}
        assert stated == {PATHS[kind]: count for kind, count in counts.items() if count}
        types = reckoning.counts("actor", "type", chosen, ActorType.values)
        headings = dict(heading.rsplit(" ", 1) for heading in page.texts("main h2"))
        for type_ in ActorType:
            assert int(headings.get(type_.label, 0)) == types[type_], (code, type_)
