"""What the pages of the real directory tell, held against its fixture files, and how their parts hang together."""

import json
import re
from collections import Counter, defaultdict
from itertools import pairwise
from random import Random
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import QueryDict
from django.urls import resolve

from initiatives.models import Document
from roma_network.directory.pictures.figures import FIGURES
from roma_network.pages.listing import PAGE_SIZE
from tests.directory.reckoning import every, linked, one, rows
from tests.factories import ActorFactory, InitiativeFactory
from tests.html import EVERY_KIND, LISTINGS, Page, number_in, words_of

ENTRIES = [
    ("actor", "european-commission"),
    ("actor", "fra"),
    ("actor", "ergo-network"),
    ("actor", "cluj-napoca-ro"),
    ("actor", "country-xk"),
    ("actor", "abrantes-pt"),
    ("initiative", "leri"),
    ("initiative", "romact"),
    ("initiative", "romed2"),
    ("initiative", "eu-roma-strategic-framework-2030"),
    ("initiative", "academy-of-romani-studies"),
]
PAGES = [
    *dict.fromkeys([*EVERY_KIND.values(), *(f"/{kind}s/{slug}/" for kind, slug in ENTRIES)]),
    "/actors/?type=academia&initiative=leri&page=2&q=no+such+thing&colour=red",
    "/initiatives/?actor_type=academia&q=roma&page=2",
    "/documents/?publisher=fra",
    "/countries/RO/",
    "/search/",
    "/search/?q=no+such+thing",
    "/no/such/page",
]

of_every_entry = pytest.mark.parametrize(("kind", "slug"), ENTRIES)
of_every_page = pytest.mark.parametrize("url", PAGES)
pytestmark = pytest.mark.usefixtures("directory")


pages = {}


def read(client, url):
    """A page, drawn once: no test here changes what it shows."""
    if url not in pages:
        pages[url] = Page(client.get(url).text)
    return pages[url]


def name_of(kind, slug):
    return rows(kind)[slug]["name"]


def sections(page, level="h3"):
    """Heading, less its count → the names of the entries linked in the list below it, and in what of that is folded."""
    found = {}
    for heading in page.all(f"main {level}:has(+ ul, + div)"):
        links = [link for each in under(heading) for link in each.css("li > a")]
        title = words_of(heading)
        count = heading.css_first(".count")
        found[title.removesuffix(words_of(count)).strip() if count else title] = [
            words_of(link) for link in links
        ]
    return found


def under(heading):
    """The elements behind a heading, up to the next."""
    element = heading
    while (element := element.next) and not re.fullmatch("h[1-6]", element.tag):
        if not element.tag.startswith("-"):  # white space
            yield element


def facts(page):
    """Term → description of the facts beside an entry."""
    return {
        words_of(group.css_first("dt")).rstrip(" 0123456789"): " ".join(map(words_of, group.css("dd")))
        for group in page.all("aside dl > div")
    }


# Home


def test_home_answers_in_the_order_of_the_commissions_own_page(client):
    page = read(client, "/")
    assert page.texts("main h2") == [
        "Key players",
        "EU countries and institutions",
        "Roma involvement",
        "Civil society",
        "Regional and local authorities",
        "International organisations",
        "Academia",
        "Milestones of European policy",
        "By country",
        "By theme",
        "Latest verified or changed",
    ]
    first_form, first_heading = page.all("main form[role=search], main h2")[:2]
    assert first_form.tag == "form"
    assert first_heading.tag == "h2"


def test_each_section_of_home_names_its_main_actors_and_initiatives(client):
    page = read(client, "/")
    parts = page.all(".part")
    assert len(parts) == 6
    for part in parts:
        assert part.css_first("p").text().strip()
        paths = Counter(link.attributes["href"].split("/")[1] for link in part.css(".ties a"))
        assert paths["initiatives"] >= 1
        assert paths["actors"] >= 3


def test_key_players_are_those_that_curators_chose(client):
    chosen = defaultdict(set)
    for slug, row in rows("actor").items():
        if row.get("featured"):
            chosen[row["type"]].add(slug)
    for type_, slugs in chosen.items():
        (section,) = [
            each.parent.parent
            for each in read(client, "/").all(".part h3 a")
            if f"/actors/?type={type_}" in each.html
        ]
        shown = {urlsplit(link.attributes["href"]).path.split("/")[2] for link in section.css(".ties a")}
        assert shown >= slugs if len(slugs) <= 4 else shown <= slugs


def test_each_entry_stands_in_one_section_of_home(client):
    links = [link.attributes["href"] for link in read(client, "/").all(".parts .ties a")]
    assert len(links) == len(set(links)) > 40


def test_countries_and_themes_on_home_have_their_counts(client):
    page = read(client, "/")
    true = Counter(one(row["country"]) for row in rows("actor").values() if row.get("country"))
    shown = {
        item.css_first("a").attributes["href"].split("/")[2]: int(words_of(item.css_first(".count")))
        for item in page.all("section[aria-labelledby=countries] li")
    }
    assert shown == true
    labelled = {words_of(text) for text in page.all(".hero svg text")}
    assert {f"Romania {true['RO']}", f"Spain {true['ES']}"} <= labelled


def test_milestones_run_from_the_communication_of_2011_to_the_2030_framework_and_on(client):
    true = sorted(
        (row["date"], row["title"], row["url"])
        for row in rows("document").values()
        if row.get("is_milestone")
    )
    shown = [
        (
            item.css_first("time").attributes["datetime"],
            words_of(item.css_first("a")),
            item.css_first("a").attributes["href"],
        )
        for item in read(client, "/").all(".milestones > li")
    ]
    assert shown == true
    assert shown[0][0] == "2011-04-05"
    assert "2020-10-07" in [date for date, _, _ in shown]


def test_a_milestone_says_its_kind_its_format_and_where_it_stands(client):
    first = read(client, "/").texts(".milestones > li")[0]
    for said in ("5 April 2011", "Communication", "Web page", "eur-lex.europa.eu"):
        assert said in first


def test_latest_entries_lead_to_themselves(client):
    links = read(client, "/").addresses("section[aria-labelledby=latest]")
    assert len(links) == 6
    for url in links:
        assert_leads_somewhere(client, url)


# Initiatives


def test_leri_shows_its_localities_by_country_and_that_sources_count_21_or_22(client):
    page = read(client, "/initiatives/leri/")
    assert {"21", "22"} <= set(page.text(".summary").replace(".", "").split())
    localities = [
        part["actor"][0]
        for part in linked("participation", "initiative")["leri"]
        if part["role"] == "participant"
    ]
    by_country = defaultdict(set)
    for slug in localities:
        actor = rows("actor")[slug]
        by_country[rows("country")[one(actor["country"])]["name"]].add(actor["locality"])
    shown = sections(page, "h4")
    assert {country: set(names) for country, names in shown.items()} == by_country
    assert sum(map(len, shown.values())) == len(localities) == 22
    drawn = len(page.all("figure .dot"))
    assert drawn < 22
    assert "Rakytník" in page.text("figure figcaption")  # whose coordinates nobody knows
    assert list(shown) == sorted(shown)


def test_romact_shows_all_of_its_municipalities(client):
    page = read(client, "/initiatives/romact/")
    participants = [
        rows("actor")[one(part["actor"])]["locality"]
        for part in linked("participation", "initiative")["romact"]
        if part["role"] == "participant"
    ]
    shown = [name for names in sections(page, "h4").values() for name in names]
    assert Counter(shown) == Counter(participants)
    assert len(shown) > 100


@pytest.mark.parametrize("slug", [slug for kind, slug in ENTRIES if kind == "initiative"])
def test_an_initiative_counts_its_actors_by_role(client, slug):
    true = Counter(part["role"] for part in linked("participation", "initiative")[slug])
    headings = [text.rsplit(" ", 1) for text in read(client, f"/initiatives/{slug}/").texts("h2[id^=role-]")]
    assert {role.lower().removesuffix("s"): int(count) for role, count in headings} == {
        role.removesuffix("y") + "ie" if role.endswith("y") and true[role] > 1 else role: count
        for role, count in true.items()
    }


def test_predecessors_and_follow_ups_are_linked_both_ways(client):
    pairs = [(slug, one(row["follows"])) for slug, row in rows("initiative").items() if "follows" in row]
    assert ("romed2", "romed") in pairs
    for later, earlier in [("romed2", "romed"), *pairs[:5]]:
        assert name_of("initiative", earlier) in facts(read(client, f"/initiatives/{later}/"))["Follows"]
        assert name_of("initiative", later) in facts(read(client, f"/initiatives/{earlier}/"))["Followed by"]


def test_a_whole_and_its_parts_are_linked_both_ways(client):
    whole = read(client, "/initiatives/fra-multi-annual-roma-programme/")
    parts = {row["name"] for row in linked_parts("initiative", "fra-multi-annual-roma-programme")}
    assert set(sections(whole, "h2")["Parts of it"]) == parts
    assert (
        name_of("initiative", "fra-multi-annual-roma-programme")
        in facts(read(client, "/initiatives/leri/"))["Part of"]
    )

    whole = read(client, "/actors/european-commission/")
    parts = {row["name"] for row in linked_parts("actor", "european-commission")}
    assert set(sections(whole, "h2")["Parts of it"]) == parts
    assert name_of("actor", "european-commission") in facts(read(client, "/actors/dg-eac/"))["Part of"]


def linked_parts(kind, slug):
    return [row for row in rows(kind).values() if row.get("parent") == [slug]]


def test_funding_is_told_in_euro_with_its_programme_and_note(client):
    funding = facts(read(client, "/initiatives/romact/"))["Funding"]
    assert "€ 1,700,000" in funding
    assert "ROMACT 9: €1.7 million for 20 months from January 2023." in funding
    assert (
        "Interreg Danube Transnational Programme"
        in facts(read(client, "/initiatives/dream-road/"))["Funding"]
    )


# Actors

WORDING = {
    "cooperates_with": ("Cooperates with", "Cooperates with"),
    "funds": ("Funds", "Funded by"),
    "monitors": ("Monitors", "Monitored by"),
    "advises": ("Advises", "Advised by"),
    "member_of": ("Member of", "Members"),
    "supports": ("Supports", "Supported by"),
}


@pytest.mark.parametrize("slug", [slug for kind, slug in ENTRIES if kind == "actor"])
def test_an_actor_shows_its_relations_as_read_from_its_side(client, slug):
    true = defaultdict(set)
    for place, (end, other_end) in enumerate((("subject", "target"), ("target", "subject"))):
        for relation in linked("relation", end)[slug]:
            true[WORDING[relation["kind"]][place]].add(name_of("actor", one(relation[other_end])))
    shown = sections(read(client, f"/actors/{slug}/"))
    assert {
        kind: set(shown.get(kind, [])) for pair in WORDING.values() for kind in pair if kind in shown
    } == true


@pytest.mark.parametrize("slug", [slug for kind, slug in ENTRIES if kind == "actor"])
def test_an_actor_shows_its_initiatives_by_role(client, slug):
    true = defaultdict(set)
    for part in linked("participation", "actor")[slug]:
        true[part["role"].capitalize()].add(name_of("initiative", one(part["initiative"])))
    shown = sections(read(client, f"/actors/{slug}/"))
    assert {role: set(shown[role]) for role in true} == true


def test_an_actor_shows_who_is_most_often_in_the_same_initiatives(client):
    shared = Counter()
    for part in {one(part["initiative"]) for part in linked("participation", "actor")["fra"]}:
        shared.update(
            {one(other["actor"]) for other in linked("participation", "initiative")[part]} - {"fra"}
        )
    items = read(client, "/actors/fra/").all("section[aria-labelledby=colleagues] li")
    told = [
        (item.css_first("a").attributes["href"].split("/")[2], number_in(words_of(item.css_first(".aside"))))
        for item in items
    ]
    assert [n for _, n in told] == sorted(shared.values(), reverse=True)[: len(told)]
    assert all(shared[slug] == n for slug, n in told)


def test_names_in_other_languages_say_which(client):
    for url in ("/actors/acharnes-gr/", "/actors/?q=acharnes"):
        (native,) = read(client, url).all("main .native[lang]")
        assert native.attributes["lang"] == "el"
        assert native.text() == "Δήμος Αχαρνών"


def test_kosovo_bears_its_footnote_wherever_it_is_named(client):
    for url in (
        "/countries/XK/",
        "/actors/country-xk/",
        "/countries/",
        "/actors/?country=XK",
        "/search/?q=kosovo",
    ):
        page = read(client, url)
        assert "Kosovo*" in page.text()
        assert "UNSCR 1244/1999" in page.text("body")


# What actors and initiatives share


@of_every_entry
def test_documents_of_an_entry_are_shown_newest_first(client, kind, slug):
    concerned = [
        row
        for row in rows("document").values()
        if {slug} in every(row.get(f"{kind}s")) or (kind == "actor" and one(row.get("publisher")) == slug)
    ]
    shown = [item.attributes["id"] for item in read(client, f"/{kind}s/{slug}/").all(".entries > .entry")]
    dates = sorted((row.get("date", "") for row in concerned), reverse=True)
    assert [rows("document")[shown_slug].get("date", "") for shown_slug in shown] == dates[: len(shown)]
    assert {*shown} <= {row["slug"] for row in concerned}
    assert len(shown) == min(len(concerned), 10)


def sources_of(kind, slug, documents):
    """The addresses of all sources behind what the page of an entry shows."""
    for citation in linked(f"{kind}citation", "subject")[slug]:
        yield one(citation["source"])
    for citation in rows("participationcitation").values():
        if citation["subject"][kind == "actor"] == slug:
            yield one(citation["source"])
    for citation in rows("relationcitation").values():
        if kind == "actor" and slug in citation["subject"][:2]:
            yield one(citation["source"])
    for document in documents:
        for citation in linked("documentcitation", "subject")[document]:
            yield one(citation["source"])


@of_every_entry
def test_every_source_is_a_note_and_every_note_is_cited(client, kind, slug):
    page = read(client, f"/{kind}s/{slug}/")
    notes = page.all(".notes > ol > li > [popover]")
    assert [note.attributes["id"] for note in notes] == [f"note-{n}" for n in range(1, len(notes) + 1)]
    documents = [item.attributes["id"] for item in page.all(".entries > .entry")]
    listed = [note.css_first("a").attributes["href"] for note in notes]
    assert set(listed) == set(sources_of(kind, slug, documents))
    assert len(listed) == len(set(listed))
    markers = page.all(".markers button")
    assert {each.attributes["popovertarget"] for each in markers} == {note.attributes["id"] for note in notes}
    back = [note.css_first(".back").attributes["href"] for note in notes]
    assert back == [f"#marker-{n}" for n in range(1, len(notes) + 1)]
    assert {f"#{each.attributes['id']}" for each in markers if "id" in each.attributes} == set(back)


def test_every_fact_and_every_tie_has_a_marker(client):
    page = read(client, "/actors/european-commission/")
    ties = page.all("section[aria-labelledby=initiatives] li, section[aria-labelledby=relations] li")
    assert ties
    assert [words_of(tie) for tie in ties if not tie.css(".markers button")] == []
    assert page.all(".summary .markers button")


@of_every_entry
def test_an_entry_says_how_far_it_is_verified_and_offers_itself_as_data(client, kind, slug):
    page = read(client, f"/{kind}s/{slug}/")
    assert (
        page.text(".verified")
        == "Compiled from its sources on 25 November 2026; not yet verified by a curator."
    )
    links = page.links("aside .downloads")
    (row,) = json.loads(client.get(links["JSON"]).getvalue())
    assert row["slug"] == slug
    assert client.get(links["CSV"]).status_code == 200


@pytest.mark.parametrize(
    ("factory", "path"), [(ActorFactory, "/actors/"), (InitiativeFactory, "/initiatives/")]
)
def test_a_verified_entry_names_the_day(client, factory, path):
    factory(slug="checked", verified_on="2026-03-01")
    page = read(client, f"{path}checked/")
    assert page.text(".verified") == "Verified against its sources on 1 March 2026."


# How pages hang together


@of_every_page
def test_headings_form_an_outline_and_ids_are_unique(client, url):
    page = read(client, url)
    levels = [int(heading.tag[1]) for heading in page.all("h1, h2, h3, h4, h5, h6")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(level <= before + 1 for before, level in pairwise(levels))
    assert all(words_of(heading) for heading in page.all("h1, h2, h3, h4"))

    ids = Counter(element.attributes["id"] for element in page.all("[id]"))
    assert [id_ for id_, n in ids.items() if n > 1] == []
    referred = {address[1:] for address in page.addresses() if address.startswith("#")}
    for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls", "list"):
        referred |= {id_ for element in page.all(f"[{name}]") for id_ in element.attributes[name].split()}
    referred |= {use.attributes["href"][1:] for use in page.all("use")}
    assert referred - ids.keys() == set()


@of_every_page
def test_who_has_no_mouse_can_skip_the_filters_of_a_page(client, url):
    page = read(client, url)
    skips = [link.attributes["href"] for link in page.all("body > a.skip")]
    assert skips[0] == "#main"
    assert len(skips) > 1 or not page.all("form.listing #filters")
    for address in skips[1:]:
        [target] = page.all(address)
        assert "tabindex" in target.attributes
        if "/network" in url or "/map" in url or "timeline" in url or "flow" in url:
            assert len(target.css("a[href], button, input")) == len(target.css("svg a[href]")) > 0
        else:
            assert not target.css("#filters, #q")


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("/actors/kosice-sk/", "/network/kosice-sk/"),
        ("/actors/fra/", "/network/fra/"),
        ("/initiatives/leri/", "/network/?initiative=leri"),
        ("/initiatives/romact/", "/network/?initiative=romact"),
    ],
)
def test_a_dossier_leads_to_its_picture_early(client, url, link):
    page = read(client, url)
    stops = page.all("main :is(a[href], button):not(svg a)")  # a link skips what is drawn
    assert link in [stop.attributes.get("href") for stop in stops[:30]]
    if page.all(".detail > header svg a"):
        assert page.addresses(".detail > header figure")[0] == "#facts"


@of_every_page
def test_pages_are_named_described_and_labelled(client, url):
    page = read(client, url)
    assert page.text("head title").endswith("– Roma integration directory")
    (described,) = page.all("meta[name=description]")
    assert described.attributes["content"]
    assert page.tree.css_first("html").attributes["lang"] == "en"
    assert [words_of(link) or link.html for link in page.all("a") if not link.text().strip()] == []
    ids = {label.attributes.get("for") for label in page.all("label")}
    for field in page.all("input:not([type=hidden]), select, textarea"):
        named = field.attributes.get("id") in ids - {None} or field.attributes.get("aria-label")
        assert named or inside(field, "label"), field.html


def inside(element, tag):
    while element := element.parent:
        if element.tag == tag:
            return True
    return False


def test_pages_have_titles_of_their_own(client):
    titles = Counter(read(client, url).text("head title") for url in EVERY_KIND.values())
    assert max(titles.values()) == 1


def assert_leads_somewhere(client, url):
    """The link leads to a page that knows all of its address, down to the fragment. Lists are not drawn for that."""
    address = urlsplit(url)
    if address.path.startswith(settings.STATIC_URL):
        assert finders.find(address.path.removeprefix(settings.STATIC_URL)), url
        return
    match = resolve(address.path)
    if match.url_name in LISTINGS:
        filterset = LISTINGS[match.url_name](QueryDict(address.query))
        assert not filterset.rejected, url
        slugs = filterset.qs.values_list("slug", flat=True)[:PAGE_SIZE]
        assert slugs, url
        assert not address.fragment or address.fragment in slugs, url
    elif match.url_name == "figure":
        assert match.kwargs["slug"] in FIGURES, url
    elif "slug" in match.kwargs and match.url_name not in ("roster", "network_around"):
        kind = "initiative" if match.url_name == "participants" else match.url_name.removesuffix("_detail")
        assert match.kwargs["slug"] in rows(kind), url
    elif "code" in match.kwargs:
        assert match.kwargs["code"] in rows("country"), url
    else:
        assert client.get(url).status_code == 200, url


def test_every_internal_link_on_every_kind_of_page_leads_somewhere(client):
    links = set()
    for url in PAGES:
        page = read(client, url)
        # Where nothing is found, there may be nothing with one filter less either.
        links |= {*page.addresses()} - {*page.addresses(".chips")}
    internal = {link for link in links if link.startswith("/")}
    elsewhere = ("https://", "http://", "mailto:", "#")
    assert [link for link in links - internal if not link.startswith(elsewhere)] == []
    assert len(internal) > 500
    for url in internal:
        assert_leads_somewhere(client, url)


def test_any_entry_has_a_page(client):
    random = Random(7)  # noqa: S311, a sample that every run repeats
    for kind in ("actor", "initiative"):
        for slug in random.sample(sorted(rows(kind)), 10):
            assert read(client, f"/{kind}s/{slug}/").text("h1").startswith(name_of(kind, slug))


def test_the_address_of_a_document_shows_it(client):
    """It is a search for the title, so long titles and those with signs that searches know are the ones to fail."""
    documents = sorted(Document.objects.all(), key=lambda document: len(document.title))
    chosen = documents[:10] + documents[-20:]
    chosen += [document for document in documents if re.search(r"[\"“”„]|(^| )[-–]", document.title)]
    assert len(set(chosen)) > 40
    for document in set(chosen):
        assert_leads_somewhere(client, document.get_absolute_url())
