"""Whatever a person can see, a program can have: linked data, identifiers, feeds, sitemaps, references."""

import csv
import io
import json
import re
from datetime import UTC, datetime
from xml.etree import ElementTree
from zipfile import ZipFile

import feedparser
import frictionless
import pytest
import rdflib
import time_machine
from django.utils.timezone import localdate
from openpyxl import load_workbook
from rdflib.namespace import DCTERMS, FOAF, ORG, OWL, PROV, RDF, SKOS

from initiatives.models import Document, DocumentKind, Initiative, Participation
from roma_network.core.clean_text import clean_text
from roma_network.directory.open_data.dataset import PARTS
from roma_network.editorial import merging
from roma_network.export import linked_tables
from roma_network.models import Record, Status
from stakeholders.models import Actor, Country
from tests import factories
from tests.html import EVERY_KIND, read, results_at

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning"),  # within rdflib
]

HOST = "http://testserver"
OF_ONE_THING = {"search", "figure", "partners", "network_around"}  # pages that lists and other pages lead to
PARSERS = {"ttl": "turtle", "jsonld": "json-ld", "rdf": "xml"}
MEDIA = {"ttl": "text/turtle", "jsonld": "application/ld+json", "rdf": "application/rdf+xml"}
SCHEMA = rdflib.Namespace("https://schema.org/")
ATOM = "{http://www.w3.org/2005/Atom}"
AWKWARD = 'Town "Ć" \\ <b>&amp;</b>\n\tnew line \x7f é 🙂 \u2028'


def graph(client, url, kind, **headers):
    return rdflib.Graph().parse(data=client.get(url, headers=headers).getvalue(), format=PARSERS[kind])


def called(kind, slug):
    return rdflib.URIRef(f"{HOST}/id/{kind}/{slug}")


# Linked data


@pytest.mark.parametrize(
    "path", ["/actors/?country=RO", "/initiatives/?theme=education", "/documents/?kind=report"]
)
def test_all_forms_say_the_same(directory, client, path):
    said = [set(graph(client, f"{path}&format={kind}", kind)) for kind in PARSERS]
    assert said[0] == said[1] == said[2]
    assert len(said[0]) > 100


def test_whatever_stands_in_a_text_comes_through(client):
    factories.ActorFactory(
        slug="town", name=AWKWARD.replace("\n", " "), summary=AWKWARD, website="https://example.eu/a|b?c={d}"
    )
    for kind in PARSERS:
        found = graph(client, "/actors/town/?format=" + kind, kind)
        [summary] = found.objects(called("actor", "town"), SCHEMA.description)
        assert str(summary).split() == clean_text(AWKWARD, multiline=True).split(), kind
        assert list(found.objects(called("actor", "town"), FOAF.page)) == [
            rdflib.URIRef("https://example.eu/a%7Cb?c=%7Bd%7D")
        ]


def test_what_is_said_of_an_actor(directory, client):
    found = graph(client, "/actors/fra/?format=ttl", "ttl")
    fra = called("actor", "fra")
    actor = Actor.objects.get(slug="fra")
    assert (fra, RDF.type, ORG.Organization) in found
    assert (fra, SKOS.prefLabel, rdflib.Literal(actor.name)) in found
    assert (fra, ORG.classification, called("type", "eu_institution")) in found
    sources = {rdflib.URIRef(url) for url in actor.citations.values_list("source__url", flat=True)}
    assert set(found.objects(fra, PROV.wasDerivedFrom)) == sources
    if actor.wikidata:
        assert (fra, OWL.sameAs, rdflib.URIRef(f"http://www.wikidata.org/entity/{actor.wikidata}")) in found


def test_which_source_backs_which_fact(client):
    actor = factories.ActorFactory(slug="town", founded="1996", website="https://example.eu")
    cited = factories.ActorCitationFactory(subject=actor, facts=["founded", "website"], note="by its board")
    factories.ActorCitationFactory(subject=actor, facts=["name"])
    for kind in PARSERS:
        found = graph(client, f"/actors/town/?format={kind}", kind)
        town, source = called("actor", "town"), rdflib.URIRef(cited.source.url)
        assert len(set(found.objects(town, PROV.qualifiedDerivation))) == 2
        [derivation] = found.subjects(PROV.entity, source)
        assert (town, PROV.qualifiedDerivation, derivation) in found
        assert (derivation, RDF.type, PROV.Derivation) in found
        facts = {called("fact", "founded"), called("fact", "website")}
        assert set(found.objects(derivation, DCTERMS.subject)) == facts
        assert (derivation, SKOS.note, rdflib.Literal("by its board", lang="en")) in found
        for fact in facts:
            assert client.get(fact, headers={"accept": "text/html"})["Location"].startswith("/data/#fact-")
            term = graph(client, fact, "ttl", accept="text/turtle")
            assert (fact, RDF.type, SKOS.Concept) in term


def test_files_say_what_each_source_backs(client):
    cited = factories.ActorCitationFactory(
        facts=["name", "founded"], note="by its board", source__origin="official"
    )
    [record] = json.loads(client.get("/actors/?format=json").getvalue())
    assert record["sources"] == [
        {
            "url": cited.source.url,
            "facts": ["name", "founded"],
            "note": "by its board",
            "checked_on": "",
            "title": cited.source.title,
            "publisher": cited.source.publisher,
            "origin": "official",
        }
    ]
    [row] = csv.DictReader(io.StringIO(client.get("/actors/?format=csv").getvalue().decode()))
    assert json.loads(row["sources"]) == record["sources"]


def test_a_question_across_the_whole_directory(directory, client):
    """Which actors lead an initiative? As SPARQL over Turtle, and as the list answers it."""
    found = graph(client, "/actors/?format=ttl", "ttl")
    rows = found.query(
        "PREFIX org: <http://www.w3.org/ns/org#> SELECT DISTINCT ?actor WHERE "
        f"{{ ?tie org:member ?actor ; org:role <{HOST}/id/role/lead> . ?actor a org:Organization }}"
    )
    assert len(rows) == results_at("/actors/?role=lead")
    assert len(set(found.subjects(RDF.type, ORG.Membership))) == Participation.objects.public().count()


def test_every_country_has_its_code_in_the_authority_table(directory, client):
    found = graph(client, "/actors/?format=ttl", "ttl")
    codes = {str(place).rpartition("/")[2] for place in found.objects(None, DCTERMS.spatial)}
    assert {"ROU", "GBR", "GRC", "1A0"} < codes
    assert len(codes) == Country.objects.filter(actors__status=Status.PUBLISHED).distinct().count()


# Spreadsheets


def test_a_workbook_holds_what_the_table_holds(client):
    factories.ActorFactory(slug="town", name="=1+1", summary=AWKWARD + "\x0b", latitude=45.5, longitude=-20)
    sheet = load_workbook(io.BytesIO(client.get("/actors/?format=xlsx").getvalue())).active
    heading, row = sheet.iter_rows(values_only=True)
    values = dict(zip(heading, row, strict=True))
    assert values["slug"] == "town"
    assert values["name"] == "=1+1"
    assert (values["latitude"], values["longitude"]) == (45.5, -20)
    assert "\x0b" not in values["summary"]
    assert sheet.freeze_panes == "A2"


# Linked tables


@pytest.mark.parametrize(
    "url",
    [
        "/actors/?country=RO&theme=education",
        "/initiatives/?actor_type=academia",
        "/documents/?kind=report&language=en",
        "/actors/fra/",
        "/initiatives/leri/",
        "/actors/?q=nothing+at+all+of+this",
        "/rosters/",
    ],
)
def test_a_view_is_a_valid_package_of_linked_tables(directory, client, tmp_path, url):
    path = tmp_path / "view.zip"
    response = client.get(f"{url}{'&' if '?' in url else '?'}format=zip")
    assert response["Content-Type"] == "application/zip"
    path.write_bytes(response.getvalue())
    report = frictionless.validate(str(path))
    assert report.valid, [error.message for task in report.tasks for error in task.errors][:5]
    # A roster leads to entries, and none of these to the roster.
    left_out = set() if url == "/rosters/" else {"rosters", "roster_lines"}
    assert {task.name for task in report.tasks} == tables_of_a_package() - left_out


def tables_of_a_package():
    parts = [part.table for part in PARTS]
    return {table.name for table in [*parts, *linked_tables.within(parts)]}


def test_a_package_holds_what_its_rows_lead_to_and_no_more(client, tmp_path):
    tie = factories.ParticipationCitationFactory(
        subject__actor__slug="town", subject__initiative__slug="programme"
    ).subject
    factories.ParticipationFactory(actor__slug="partner", initiative=tie.initiative)
    relation = factories.RelationFactory(subject=tie.actor, target__slug="friend")
    factories.DocumentFactory(slug="report", actors=[tie.actor])
    factories.ParticipationFactory(actor__slug="stranger", initiative__slug="elsewhere")
    factories.ActorCitationFactory(subject__slug="other-stranger")
    archive = ZipFile(io.BytesIO(client.get("/actors/town/?format=zip").getvalue()))
    tables = {
        name: list(csv.DictReader(io.TextIOWrapper(archive.open(f"{name}.csv"), "utf-8")))
        for name in ("actors", "initiatives", "participations", "relations", "documents", "sources")
    }
    assert [row["slug"] for row in tables["actors"]] == ["town"]
    assert [row["slug"] for row in tables["initiatives"]] == ["programme"]
    assert [(row["initiative"], row["actor"]) for row in tables["participations"]] == [("programme", "town")]
    assert [row["target"] for row in tables["relations"]] == ["friend"]
    assert [row["slug"] for row in tables["documents"]] == ["report"]
    cited = [row.citations.get().source.url for row in (tie, relation)]
    assert sorted(row["url"] for row in tables["sources"]) == sorted(cited)


# Identifiers


@pytest.mark.parametrize(
    ("kind", "slug", "page"), [("actor", "fra", "/actors/fra/"), ("initiative", "leri", "/initiatives/leri/")]
)
def test_people_are_led_to_the_page_and_programs_get_data(directory, client, kind, slug, page):
    response = client.get(
        f"/id/{kind}/{slug}", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    )
    assert (response.status_code, response["Location"]) == (303, page)
    assert "Accept" in response["Vary"]
    for form, media in MEDIA.items():
        response = client.get(f"/id/{kind}/{slug}", headers={"Accept": media})
        assert response["Content-Type"].partition(";")[0] == media
        assert response["Access-Control-Allow-Origin"] == "*"
        found = rdflib.Graph().parse(data=response.getvalue(), format=PARSERS[form])
        assert (called(kind, slug), SKOS.prefLabel, None) in found


def test_a_roster_has_an_identifier_and_one_without_a_source_has_none(client):
    factories.RosterFactory(slug="contact-points", title="Contact points")
    factories.RosterFactory(slug="hearsay", sourced=False)
    assert client.get("/id/roster/contact-points")["Location"] == "/rosters/contact-points/"
    response = client.get("/id/roster/contact-points", headers={"accept": "text/turtle"})
    found = rdflib.Graph().parse(data=response.getvalue(), format="turtle")
    assert (called("roster", "contact-points"), rdflib.SDO.name, None) in found
    assert client.get("/id/roster/hearsay").status_code == 404


def test_a_document_is_named_too(directory, client):
    response = client.get("/documents/?format=json")
    slug = json.loads(response.getvalue())[0]["slug"]
    found = graph(client, f"/id/document/{slug}", "ttl", accept="text/turtle")
    assert (called("document", slug), DCTERMS.title, None) in found


def test_an_identifier_outlives_a_merge(client, admin_user):
    old, new = factories.ActorFactory(slug="old"), factories.ActorFactory(slug="new")
    merging.merge(survivor=new, old=old, by=admin_user, reason="Twice")
    response = client.get("/id/actor/old", headers={"Accept": "text/turtle"})
    assert (response.status_code, response["Location"]) == (301, "/id/actor/new")


@pytest.mark.parametrize("status", set(Status) - {Status.PUBLISHED})
def test_what_is_not_published_has_no_identifier(client, status):
    factories.ActorFactory(slug="hidden", status=status)
    for media in MEDIA.values():
        assert client.get("/id/actor/hidden", headers={"Accept": media}).status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        "/id/actor/nobody",
        "/id/document/nothing",
        "/id/nothing/fra",
        "/id/nothing/",
        "/id/type/boss",
        "/id/actor/",
    ],
)
def test_what_there_is_not_is_not_found(client, url):
    assert client.get(url).status_code == 404


@pytest.mark.parametrize(
    "accept", ["", "nonsense", "*/*;q=x", "text/turtle;q=0, */*", "a" * 5000, ",,,;;;", "\u00e9/\u00e9"]
)
def test_any_accept_header_is_answered(client, accept):
    factories.ActorFactory(slug="town")
    assert client.get("/id/actor/town", headers={"Accept": accept}).status_code in (200, 303)


@pytest.mark.parametrize(
    "accept",
    [
        "text/turtle;charset=utf-8",
        'text/turtle; profile="https://example.eu/a;b"; q=0.9, text/html;q=0.1',
        "text/html;charset=utf-8;q=0.2, text/turtle;version=1.1",
    ],
)
def test_parameters_of_a_media_type_change_nothing(client, accept):
    factories.ActorFactory(slug="town")
    response = client.get("/id/actor/town", headers={"Accept": accept})
    assert response["Content-Type"].startswith("text/turtle")


@pytest.mark.parametrize("scheme", ["type", "role", "theme", "kind", "document-kind"])
def test_every_term_that_data_names_is_defined(directory, client, scheme):
    used = set()
    for path, form in (("/actors/", "ttl"), ("/initiatives/", "ttl"), ("/documents/", "ttl")):
        found = graph(client, f"{path}?format={form}", form)
        used |= {term for term in found.objects() if str(term).startswith(f"{HOST}/id/{scheme}/")}
    used.discard(called(scheme, ""))  # the vocabulary itself
    defined = graph(client, f"/id/{scheme}/", "ttl", accept="text/turtle")
    assert used
    assert used <= set(defined.subjects(RDF.type, SKOS.Concept))
    response = client.get(next(iter(used)).removeprefix(HOST))
    assert response.status_code == 303
    assert results_at(response["Location"])


# Feeds


def entries(client, url):
    root = ElementTree.fromstring(client.get(url).content)  # noqa: S314 (our own)
    assert root.tag == f"{ATOM}feed"
    return [
        (entry.find(f"{ATOM}id").text, entry.find(f"{ATOM}updated").text)
        for entry in root.iter(f"{ATOM}entry")
    ]


def test_a_feed_holds_what_its_list_holds_the_latest_first(client):
    for number in range(3):
        factories.ActorFactory(slug=f"town-{number}", type="academia", verified_on=f"2027-01-0{number + 1}")
    factories.ActorFactory(type="business")
    found = entries(client, "/actors/?type=academia&format=atom")
    assert [key for key, _updated in found] == [f"{HOST}/id/actor/town-{number}" for number in (2, 1, 0)]
    assert found[0][1].startswith("2027-01-03")


def test_feeds_are_valid_and_say_what_they_are(client, admin_user):
    for number in range(60):
        factories.ActorFactory(slug=f"town-{number}", type="academia", summary="1 < 2 & <b>not bold</b>")
    old = factories.ActorFactory(slug="old")
    merging.merge(survivor=Actor.objects.get(slug="town-1"), old=old, by=admin_user, reason="Twice")
    url = "/actors/?type=academia&format=atom"
    first = feedparser.parse(client.get(url).content)
    assert not first.bozo
    assert first.feed.title == "Actors: latest verified or changed (type=academia)"
    assert first.feed.author_detail.name
    assert "CC BY 4.0" in first.feed.rights
    links = {link.rel: link.href for link in first.feed.links}
    assert links["alternate"] == f"{HOST}/actors/?type=academia"
    assert links["self"] == first.feed.id == f"{HOST}{url}"
    assert first.entries[0].summary_detail.type == "text/plain"
    assert first.entries[0].summary == "1 < 2 & <b>not bold</b>"
    assert "previous" not in links
    second = feedparser.parse(client.get(links["next"].removeprefix(HOST)).content)
    assert {link.rel for link in second.feed.links} == {"alternate", "self", "first", "previous"}
    assert {entry.id for entry in first.entries + second.entries} == {
        f"{HOST}/id/actor/town-{number}" for number in range(60)
    }
    root = ElementTree.fromstring(client.get(url).content)  # noqa: S314 (our own)
    [tombstone] = tombstones(root)
    assert tombstone.get("ref") == f"{HOST}/id/actor/old"


def tombstones(root):
    return root.iter("{http://purl.org/atompub/tombstones/1.0}deleted-entry")


def test_a_feed_tells_of_what_was_deleted_and_when(client):
    factories.ActorFactory(slug="deleted")
    factories.ActorFactory(slug="draft", status="draft")
    assert client.get("/actors/").status_code == 200
    with time_machine.travel("2027-01-03 12:00:00+00:00", tick=False):
        Actor.objects.filter(slug__in=["deleted", "draft"]).delete()
        root = ElementTree.fromstring(client.get("/actors/?format=atom").content)  # noqa: S314 (our own)
    found = [(each.get("ref"), each.get("when")) for each in tombstones(root)]
    assert found == [(f"{HOST}/id/actor/deleted", "2027-01-03T12:00:00+00:00")]


@pytest.mark.parametrize(
    "url", ["/actors/?type=academia", "/initiatives/", "/documents/?kind=report", "/actors/fra/"]
)
def test_pages_tell_of_their_feed(directory, client, url):
    [link] = read(client, url).all('link[type="application/atom+xml"]')
    response = client.get(link.attributes["href"])
    assert response["Content-Type"].startswith("application/atom+xml")
    assert entries(client, link.attributes["href"])
    assert client.get(link.attributes["href"], headers={"If-None-Match": response["ETag"]}).status_code == 304


def told(client, url):
    """Title and summary of the entries of a feed, the latest first, each with an identifier of its own."""
    root = ElementTree.fromstring(client.get(url).content)  # noqa: S314 (our own)
    found = list(root.iter(f"{ATOM}entry"))
    assert len({entry.find(f"{ATOM}id").text for entry in found}) == len(found)
    times = [entry.find(f"{ATOM}updated").text for entry in found]
    assert times == sorted(times, reverse=True)
    assert root.find(f"{ATOM}updated").text == times[0]
    return [(entry.findtext(f"{ATOM}title"), entry.findtext(f"{ATOM}summary") or "") for entry in found]


def test_the_feed_of_an_entry_tells_what_became_of_it(client, admin_user):
    with time_machine.travel("2026-01-01 12:00 +0000") as clock:
        town = factories.ActorFactory(slug="town", name="Town")
        clock.shift(60)
        town.summary, town.website = "It changed.", "https://town.example.eu"
        town.save()
        clock.shift(60)
        town.verified_on = "2026-01-01"
        town.save()
        clock.shift(60)
        old = factories.ActorFactory(slug="old", name="Old town")
        clock.shift(60)
        merging.merge(survivor=town, old=old, by=admin_user, reason="Twice")
    found = told(client, "/actors/town/?format=atom")
    assert found[-3:] == [("Verified", ""), ("Changed", "Website, Summary"), ("New", "")]
    assert ("Merged", "It took the place of “old”.") in found
    response = client.get("/actors/old/?format=atom")
    assert (response.status_code, response["Location"]) == (301, "/actors/town/?format=atom")


@pytest.mark.parametrize(
    ("factory", "path"),
    [(factories.ActorFactory, "/actors"), (factories.InitiativeFactory, "/initiatives")],
)
def test_a_feed_says_that_its_entry_was_withdrawn_and_came_back(client, factory, path):
    row = factory(slug="town", name="Once public")
    row.status = Status.WITHDRAWN
    row.save()
    assert told(client, f"{path}/town/?format=atom") == [("Withdrawn", "")]
    assert "Once public" not in client.get(f"{path}/town/?format=atom").text
    row.status = Status.PUBLISHED
    row.save()
    assert [title for title, _ in told(client, f"{path}/town/?format=atom")] == [
        "Published again",
        "Withdrawn",
        "New",
    ]


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.PUBLISHED}))
def test_what_was_never_public_has_no_feed(client, status):
    factories.ActorFactory(slug="hidden", status=status)
    assert client.get("/actors/hidden/?format=atom").status_code == 404


def test_a_feed_does_not_tell_of_ties_that_are_not_public(client):
    programme = factories.InitiativeFactory(slug="programme")
    programme.summary = "It changed."
    programme.save()
    before = told(client, "/initiatives/programme/?format=atom")
    hidden = factories.InitiativeFactory(status=Status.DRAFT)
    factories.ParticipationFactory(initiative=programme, actor__status=Status.DRAFT)
    programme.parent = hidden
    programme.save()
    assert told(client, "/initiatives/programme/?format=atom") == before


# Found by others


def test_sitemaps_name_every_public_page_once(directory, client):
    names = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    index = ElementTree.fromstring(client.get("/sitemap.xml").content)  # noqa: S314
    found = []
    for section in index.iter(f"{names}loc"):
        response = client.get(section.text.removeprefix(HOST))
        assert "X-Robots-Tag" not in response
        found += [place.text for place in ElementTree.fromstring(response.content).iter(f"{names}loc")]  # noqa: S314
    assert len(found) == len(set(found))
    for model in (Actor, Initiative, Document):
        expected = {f"{HOST}{row.get_absolute_url()}" for row in model.objects.published()}
        assert expected <= set(found)
    pages = {url for name, url in EVERY_KIND.items() if name not in OF_ONE_THING}
    assert {f"{HOST}{url}" for url in pages} <= set(found)
    alternates = [
        {link.get("hreflang"): link.get("href") for link in page.iter("{http://www.w3.org/1999/xhtml}link")}
        for page in ElementTree.fromstring(client.get("/sitemap-pages.xml").content)  # noqa: S314
    ]
    assert all(found == {"en": found["en"], "x-default": found["en"]} for found in alternates)
    assert all(client.get(url.removeprefix(HOST)).status_code == 200 for url in found if url.count("/") == 4)


def test_the_date_of_a_page_in_a_sitemap_is_that_of_its_last_visible_change(client):
    actor = factories.ActorFactory(slug="town")
    factories.ActorFactory(slug="other")
    Record.objects.settled().update(at=datetime(2026, 1, 2, tzinfo=UTC))
    factories.ParticipationCitationFactory(subject__actor=actor)
    text = client.get("/sitemap-actors.xml").text
    found = dict(re.findall(r"<loc>[^<]*/actors/(\w+)/</loc>.*?<lastmod>([^<]*)</lastmod>", text, re.DOTALL))
    assert found == {"other": "2026-01-02", "town": localdate().isoformat()}


def test_robots_are_kept_from_combinations_and_told_of_the_sitemap(client):
    text = client.get("/robots.txt").text
    assert "Disallow: /*?" in text
    assert f"Sitemap: {HOST}/sitemap.xml" in text


def test_weaknesses_can_be_reported(client):
    lines = dict(line.split(": ", 1) for line in client.get("/.well-known/security.txt").text.splitlines())
    assert lines["Contact"] == "mailto:directory@example.eu"
    assert lines["Canonical"] == f"{HOST}/.well-known/security.txt"
    assert lines["Expires"] > "2026"


def test_browsers_can_search_here(client):
    [link] = read(client, "/").all('link[rel="search"]')
    root = ElementTree.fromstring(client.get(link.attributes["href"]).content)  # noqa: S314
    [address] = root.iter("{http://a9.com/-/spec/opensearch/1.1/}Url")
    assert address.get("template") == f"{HOST}/search/?q={{searchTerms}}"


def test_an_entry_points_to_its_data(directory, client):
    page = read(client, "/actors/fra/")
    links = {
        link.attributes.get("type"): link.attributes["href"] for link in page.all('link[rel="alternate"]')
    }
    assert graph(client, links["application/ld+json"], "jsonld")
    assert graph(client, links["text/turtle"], "ttl")
    [canonical] = page.all('link[rel="canonical"]')
    assert canonical.attributes["href"] == f"{HOST}/actors/fra/"
    [title] = page.all('meta[property="og:title"]')
    assert title.attributes["content"] == Actor.objects.get(slug="fra").name


# References


def test_an_entry_can_be_cited(client):
    factories.ActorFactory(slug="town", name="Town & Co_{1} 100%")
    page = read(client, "/actors/town/")
    links = page.links(".cite")
    assert f"{HOST}/id/actor/town" in page.text(".cite")
    bibtex = client.get(links["BibTeX"]).text
    assert r"title = {{Town \& Co\_\{1\} 100\%}}" in bibtex
    assert f"url = {{{HOST}/id/actor/town}}" in bibtex
    ris = dict(line.split("  - ") for line in client.get(links["RIS"]).text.splitlines())
    assert (ris["TI"], ris["UR"]) == ("Town & Co_{1} 100%", f"{HOST}/id/actor/town")
    [item] = json.loads(client.get(links["CSL-JSON"]).text)
    assert (item["title"], item["URL"]) == ("Town & Co_{1} 100%", f"{HOST}/id/actor/town")


# Embeds


@pytest.mark.parametrize(
    "url", ["/actors/?type=academia&q=roma", "/initiatives/", "/actors/fra/", "/initiatives/leri/"]
)
def test_entries_and_lists_can_be_framed_elsewhere(directory, client, url):
    page = read(client, url)
    [box] = page.all(".embed textarea")
    address = box.text().partition('src="http://testserver')[2].partition('"')[0]
    response = client.get(address)
    assert "frame-ancestors *" in response["Content-Security-Policy"]
    assert "X-Frame-Options" not in response
    embed = read(client, address)
    assert any(link.startswith(url.partition("?")[0]) for link in embed.addresses())
    assert "CC BY 4.0" in embed.text()
    if page.all("#results"):
        assert embed.entries == page.entries[:10]
    else:
        assert page.text("h1").startswith(embed.entries[0])
    assert len(response.content) < 10_000


def test_an_embed_is_a_page_whatever_its_address_asks_for(client):
    factories.ActorFactory()
    response = client.get("/embed/actors/?format=csv&page=7")
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.PUBLISHED}))
def test_no_card_shows_what_is_not_published(client, status):
    factories.ActorFactory(slug="hidden", status=status)
    factories.InitiativeFactory(slug="hidden", status=status)
    assert client.get("/embed/actors/hidden/").status_code == 404
    assert client.get("/embed/initiatives/hidden/").status_code == 404


def test_a_country_that_the_authority_table_does_not_know_is_named_by_its_page(client):
    factories.ActorFactory(slug="town", country=factories.CountryFactory(code="QO"))
    assert b"http://testserver/countries/QO/>" in client.get("/actors/?format=ttl").getvalue()
    assert client.get("/actors/").status_code == 200


def test_a_document_is_cited_as_the_work_that_it_is(client):
    fra = factories.ActorFactory(name="Agency & Co")
    factories.DocumentFactory(
        slug="survey",
        title="Übersicht <2024>",
        kind="report",
        date="2024-10",
        language="de",
        publisher=fra,
        url="https://example.org/survey.pdf",
    )
    page = read(client, "/documents/survey/")
    links = page.links(".cite")
    assert "Agency & Co. “Übersicht <2024>”. October 2024. https://example.org/survey.pdf" in page.text(
        ".cite"
    )
    bibtex = client.get(links["BibTeX"]).text
    assert bibtex.startswith("@report{survey,")
    assert r"author = {{Agency \& Co}}" in bibtex
    ris = dict(line.split("  - ") for line in client.get(links["RIS"]).text.splitlines())
    assert (ris["TY"], ris["AU"], ris["DA"], ris["LA"]) == ("RPRT", "Agency & Co,", "2024/10", "de")
    [item] = json.loads(client.get(links["CSL-JSON"]).text)
    assert (item["type"], item["author"]) == ("report", [{"literal": "Agency & Co"}])
    assert item["issued"] == {"date-parts": [[2024, 10]]}


def test_a_work_without_date_publisher_or_address_is_cited_all_the_same(client):
    factories.DocumentFactory(slug="bare", title="Bare", date="", publisher=None, url="")
    reference = read(client, "/documents/bare/").text(".cite")
    assert f"“Bare”. {HOST}/id/document/bare" in reference
    [item] = json.loads(client.get("/documents/bare/?format=csl").text)
    assert not {"author", "issued", "publisher"} & item.keys()
    assert "AU  -" not in client.get("/documents/bare/?format=ris").text


@pytest.mark.parametrize("kind", DocumentKind)
def test_each_kind_of_document_has_a_medium(client, kind):
    factories.DocumentFactory(slug="paper", kind=kind)
    assert client.get("/documents/paper/?format=bib").text.startswith("@")


# Structured data


def structured(page):
    [block] = page.all('script[type="application/ld+json"]')
    return json.loads(block.text())


def test_pages_tell_search_engines_what_they_are_about(client):
    actor = factories.ActorFactory(slug="town", name="Town </script><b>", latitude=48.2, longitude=16.4)
    initiative = factories.InitiativeFactory(slug="work", start="2014")
    document = factories.DocumentFactory(slug="paper", title="Paper", language="ro", publisher=actor)
    town, work, paper = (
        structured(read(client, each.get_absolute_url())) for each in (actor, initiative, document)
    )
    assert (town["@type"], town["name"]) == ("Organization", "Town </script><b>")
    assert town["@id"] == f"{HOST}/id/actor/town"
    assert town["location"]["latitude"] == "48.2"
    assert (work["@type"], work["startDate"]) == ("Project", "2014")
    assert (paper["@type"], paper["inLanguage"]) == ("CreativeWork", "ro")
    assert paper["publisher"] == {"@id": f"{HOST}/id/actor/town"}


def test_the_page_of_the_data_tells_them_of_the_data_set(client):
    found = structured(read(client, "/data/"))
    assert (found["@type"], found["license"]) == ("Dataset", "https://creativecommons.org/licenses/by/4.0/")
