"""Maps, network, timeline and figures: what they draw is what the lists hold, in every form that they come in."""

import csv
import io
import json
import re
from collections import Counter
from functools import partial
from xml.etree import ElementTree

import networkx
import numpy as np
import pytest
import resvg_py
import time_machine
from django.core.cache import cache
from django.core.management import call_command
from django.http import QueryDict
from django.urls import reverse

from initiatives.models import Initiative, Participation
from roma_network.cartography import atlas
from roma_network.cartography.projection import project
from roma_network.directory.pictures import maps, network, network_layout
from roma_network.directory.pictures.figures import FIGURES
from roma_network.models import ContentVersion, Layout, Status
from stakeholders.models import Actor, Country, Relation
from tests import factories
from tests.html import EMBEDS, EVERY_KIND, PICTURES, Page, number_in, read, results_at, words_of

pytestmark = pytest.mark.django_db

SVG = "{http://www.w3.org/2000/svg}"
FILTERED = {
    "map": "?type=local_authority&theme=education",
    "initiative_map": "?actor_type=academia",
    "network": "?country=BG&country=RO",
    "timeline": "?kind=programme&theme=education",
}
of_every_picture = pytest.mark.parametrize("name", PICTURES)
of_every_view = pytest.mark.parametrize("name", FILTERED)


def file(client, name, kind):
    response = client.get(
        f"{EVERY_KIND[name]}{FILTERED.get(name, '')}{'&' if name in FILTERED else '?'}format={kind}"
    )
    assert response.status_code == 200
    assert response["Content-Disposition"].endswith(f'.{kind}"')
    return response.content


def csv_rows(client, name):
    return list(csv.DictReader(io.StringIO(file(client, name, "csv").decode())))


# Every picture


@of_every_picture
def test_a_drawing_is_a_document_of_its_own(directory, client, name):
    root = ElementTree.fromstring(file(client, name, "svg"))  # noqa: S314 (our own)
    assert root.tag == f"{SVG}svg"
    text = ElementTree.tostring(root, encoding="unicode")
    assert "var(" not in text
    assert " style=" not in text
    assert [
        each.get("href") for each in root.iter(f"{SVG}a") if not each.get("href").startswith("http")
    ] == []
    assert root.find(f"{SVG}title").text


@of_every_picture
def test_a_drawing_comes_as_png(directory, client, name):
    data = file(client, name, "png")
    assert data.startswith(b"\x89PNG")
    width, height = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    assert width == 1600 or width * height > 7_900_000
    assert width * height < 8_010_000
    assert len(data) > 10_000


@of_every_picture
def test_names_are_drawn_where_the_server_has_no_fonts(directory, client, name, monkeypatch):
    drawn = partial(resvg_py.svg_to_bytes, skip_system_fonts=True)
    monkeypatch.setattr(resvg_py, "svg_to_bytes", drawn)
    with_names = file(client, name, "png")
    cache.clear()
    monkeypatch.setattr(resvg_py, "svg_to_bytes", lambda **options: drawn(**options | {"font_files": []}))
    assert len(with_names) > len(file(client, name, "png")) + 3_000


@of_every_picture
def test_other_sites_may_frame_the_embed_and_nothing_else(directory, client, name):
    embed, page = client.get(EMBEDS[f"embed_{name}"]), client.get(EVERY_KIND[name])
    assert "frame-ancestors *" in embed["Content-Security-Policy"]
    assert "X-Frame-Options" not in embed
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"
    assert "CC BY 4.0" in embed.text
    assert EVERY_KIND[name] in embed.text


@of_every_picture
def test_the_line_to_copy_leads_to_the_same_view(directory, client, name):
    page = read(client, EVERY_KIND[name] + FILTERED.get(name, ""))
    [box] = page.all(".embed textarea")
    [address] = re.findall(r'src="http://testserver([^"]+)"', box.text())
    assert client.get(address).status_code == 200
    assert address == EMBEDS[f"embed_{name}"] + FILTERED.get(name, "")


@of_every_view
def test_a_picture_counts_what_its_list_counts(directory, client, name):
    page = read(client, EVERY_KIND[name] + FILTERED[name])
    link = page.links(".views")["List"]
    assert page.count == results_at(link) == read(client, link).count
    assert 0 < page.count < read(client, EVERY_KIND[name]).count


@of_every_view
def test_an_unusable_filter_is_said_and_the_picture_stands(directory, client, name):
    page = read(client, f"{EVERY_KIND[name]}?country=ZZ&colour=red")
    assert set(page.complaints) == {"country=ZZ", "colour=red"}
    assert page.all("svg.drawing")


@pytest.mark.parametrize("name", [*(name for name in PICTURES if name != "network_around"), "figures"])
def test_an_empty_directory_has_pictures_too(client, name):
    network_layout.compute()
    assert client.get(EVERY_KIND[name]).status_code == 200
    if name in PICTURES:
        for kind in ("svg", "csv"):
            assert client.get(f"{EVERY_KIND[name]}?format={kind}").status_code == 200


@pytest.mark.parametrize("name", [*EVERY_KIND])
def test_no_page_uses_a_style_attribute(directory, client, name):
    assert read(client, EVERY_KIND[name]).all("[style]") == []


# Maps


def test_the_projection_is_that_of_the_guidance_note():
    """IOGP Guidance Note 7-2 gives this example for EPSG:3035."""
    assert project(5, 50) == pytest.approx((3_962_799.45, 2_999_718.85), abs=0.01)


def test_every_country_of_the_directory_in_europe_has_a_shape(directory):
    codes = set(Country.objects.values_list("code", flat=True)) - {"US"}
    assert set(atlas.shapes("europe")["countries"]) == codes
    for code in codes:
        shape = atlas.shapes(code)
        frame = atlas.Frame(**shape["frame"])
        assert shape["path"].startswith("M")
        assert max(frame.width, frame.height) <= 460
    assert atlas.shapes("US") is None


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ((34.1, 45.2), "UA"),
        ((33.4, 35.3), "CY"),
        ((33.0, 34.9), "CY"),
        ((20.9, 42.6), "XK"),
        ((-15.6, 28.0), "ES"),
    ],
    ids=["Crimea", "the north of Cyprus", "the south of Cyprus", "Kosovo", "Gran Canaria"],
)
def test_disputed_and_distant_places_stand_where_they_should(place, code):
    point = atlas.EUROPE.place(*place)
    owners = [
        name
        for name, path in atlas.shapes("europe")["countries"].items()
        if any(is_within(point, ring) for ring in rings(path))
    ]
    assert owners == [code]


def rings(path):
    for part in filter(None, path.split("z")):
        start, steps = part[1:].split("l")
        numbers = list(map(int, atlas.NUMBER.findall(steps)))
        yield np.cumsum(
            [list(map(int, start.split())), *zip(numbers[::2], numbers[1::2], strict=True)], axis=0
        ).tolist()


def is_within(point, ring):
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


@pytest.mark.parametrize("name", ["map", "initiative_map"])
def test_every_number_of_a_map_is_the_length_of_the_list_behind_it(directory, client, name):
    page = read(client, EVERY_KIND[name] + FILTERED[name])
    links = page.all("td.number a")
    assert len(links) > 5
    for link in links:
        assert results_at(link.attributes["href"]) == number_in(link.text())
    drawn = {land.attributes["aria-label"] for land in page.all("svg.map a:has(.land)")}
    for row in page.all("main tbody tr"):
        words = words_of(row)
        assert (
            any(
                label.startswith(words.rpartition(" ")[0] + ": " + words.rpartition(" ")[2])
                for label in drawn
                if "United States" not in words
            )
            or "United States" in words
        )


@pytest.mark.parametrize(
    ("address", "is_there"),
    [("/", True), ("/map/", True), ("/map/?country=ES", True), ("/map/?country=PT", False)],
)
def test_a_map_shows_the_box_of_the_canary_islands_whole_or_not_at_all(directory, client, address, is_there):
    page = read(client, address)
    boxes = page.all("svg.map .inset")
    assert bool(boxes) == is_there
    if address != "/":
        assert ("In the box: the Canary Islands." in page.text("figcaption")) == is_there
    [group] = page.all("svg.map > g[transform]")
    scale, left, top = map(float, re.findall(r"-?[\d.]+", group.attributes["transform"]))
    _left, _top, width, height = map(float, page.all("svg.map")[0].attributes["viewBox"].split())
    for box in boxes:
        x, y, across, down = (float(box.attributes[name]) for name in ("x", "y", "width", "height"))
        assert 0 <= (x + left) * scale < (x + across + left) * scale <= width
        assert 0 <= (y + top) * scale < (y + down + top) * scale <= height


@pytest.mark.parametrize(
    ("query", "is_said"), [("", True), ("?country=PT", True), ("?country=SK", False), ("?country=ES", False)]
)
def test_a_map_names_islands_that_it_leaves_out_where_they_would_be(directory, client, query, is_said):
    assert ("Madeira" in client.get(f"/map/{query}").text) is is_said


def test_a_network_leads_on_to_those_with_more_ties_than_here_alone(directory, client):
    def ways(address):
        return [link.text() for link in read(client, address).all("nav.ways a")]

    assert ways("/network/")[:3] == ["EC", "CoE", "ERGO"]
    assert ways("/network/kosice-sk/") == ["all actors", "EC", "CoE"]


def test_the_map_of_the_first_page_cuts_no_country_off(directory, client):
    [picture] = read(client, "/").all("svg.map")
    scale = float(re.findall(r"[\d.]+", picture.css_first("g").attributes["transform"])[0])
    paths = [land.attributes["d"] for land in picture.css("path.land") if land.attributes["d"]]
    edges = [atlas.bounds(max(path.split("z"), key=len)) for path in paths]
    assert len(edges) > 40
    assert min(west for west, *_ in edges) > 0
    assert max(east for *_, east, _south in edges) * scale < int(picture.attributes["width"])


def test_shades_stand_for_about_as_many_countries_each():
    assert maps.classes([]) == []
    assert maps.classes([0, 0]) == []
    assert maps.classes([7, 7]) == [(7, 7)]
    assert maps.classes([1, 2, 3, 4, 5, 6, 7, 8, 9, 100]) == [(1, 2), (3, 4), (5, 6), (7, 8), (9, 100)]
    ranges = maps.classes([1, 2, 3, 4, 5, 6, 7, 8, 9, 100])
    assert [maps.shade_of(count, ranges) for count in (0, 1, 4, 100)] == [0, 1, 2, 5]


def test_towns_are_drawn_by_the_number_of_their_initiatives(client):
    towns = [
        factories.ActorFactory(type="local_authority", name=f"Town {n}", latitude=45 + n, longitude=20)
        for n in range(3)
    ]
    factories.ActorFactory(type="academia", latitude=47, longitude=8)
    hidden = factories.InitiativeFactory(status=Status.DRAFT)
    for number, town in enumerate(towns):
        factories.ParticipationFactory(actor=town, initiative=hidden)
        for _ in range(number):
            factories.ParticipationFactory(actor=town)
    page = read(client, "/map/")
    labels = {dot.attributes["aria-label"] for dot in page.all("svg.map a:has(.dot)")}
    assert labels == {"Town 1: 1 initiative", "Town 2: 2 initiatives"}


@pytest.mark.parametrize(
    ("precision", "shown"),
    [("city", ""), ("district", " (middle of the district)"), ("region", " (middle of the region)")],
)
def test_a_circle_says_what_it_stands_for_where_that_is_no_town(client, precision, shown):
    town = factories.ActorFactory(
        type="local_authority", name="Šaca", latitude=48, longitude=21, precision=precision
    )
    factories.ParticipationFactory(actor=town)
    [dot] = read(client, "/map/").all("svg.map a:has(.dot)")
    assert dot.attributes["aria-label"] == f"Šaca: 1 initiative{shown}"


def test_many_towns_are_narrowed_to_the_best_connected_and_that_is_said(client, monkeypatch):
    monkeypatch.setattr("roma_network.directory.pictures.maps.dots.__defaults__", (2,))
    for number in range(4):
        town = factories.ActorFactory(type="local_authority", latitude=45 + number, longitude=20)
        factories.ParticipationFactory(actor=town)
    page = read(client, "/map/")
    assert len(page.all("svg.map a:has(.dot)")) == 2
    assert "2 towns and regions with the most initiatives are drawn, of 4" in page.text()


def test_a_country_and_an_initiative_have_maps_of_their_own(directory, client):
    page = read(client, "/countries/RO/")
    shown = [dot.attributes["href"] for dot in page.all("svg.country-map a")]
    towns = Actor.objects.published().filter(type="local_authority", country="RO", latitude__isnull=False)
    assert set(shown) == {town.get_absolute_url() for town in towns}
    page = read(client, "/initiatives/leri/")
    towns = Participation.objects.filter(
        initiative__slug="leri", actor__type="local_authority", actor__latitude__isnull=False
    )
    assert len(page.all(".small-map svg a")) == towns.values("actor").distinct().count() > 15
    assert not read(client, "/countries/US/").all("svg.country-map")


# Network


def edges_of(client, query=""):
    rows = csv.DictReader(io.StringIO(client.get(f"/network/?format=csv{query}").content.decode()))
    return {(row["source"], row["target"]) for row in rows}


def test_the_network_holds_each_public_tie_once(directory, client):
    ties = Participation.objects.public().values_list("actor__slug", "initiative__slug").distinct()
    expected = {(f"actor/{actor}", f"initiative/{initiative}") for actor, initiative in ties}
    found = edges_of(client)
    assert {pair for pair in found if pair[1].startswith("initiative/")} == expected
    page = read(client, "/network/")
    assert len(page.all(".dense svg.network a")) == len({end for pair in found for end in pair})
    every = client.get("/network/?format=csv").content.decode().splitlines()[1:]
    assert f"{len(every)} ties" in page.text()


def test_a_filter_narrows_the_network_and_its_ties(directory, client):
    found = edges_of(client, "&initiative=romact&role=participant")
    towns = Participation.objects.filter(initiative__slug="romact", role="participant").values_list(
        "actor__slug", flat=True
    )
    assert {pair for pair in found if pair[1].startswith("initiative/")} == {
        (f"actor/{slug}", "initiative/romact") for slug in towns
    }


@pytest.mark.parametrize(
    ("kind", "read_file"), [("graphml", networkx.read_graphml), ("gexf", networkx.read_gexf)]
)
def test_researchers_open_the_files_of_the_network(directory, client, tmp_path, kind, read_file):
    path = tmp_path / f"network.{kind}"
    path.write_bytes(client.get(f"/network/?format={kind}").content)
    graph = read_file(path)
    rows = list(csv.DictReader(io.StringIO(client.get("/network/?format=csv").content.decode())))
    assert sorted(graph.edges(keys=False)) == sorted((row["source"], row["target"]) for row in rows)
    assert graph.is_directed()
    told = Counter((data["kind"], data["role"]) for _one, _other, data in graph.edges(data=True))
    assert sum(told.values()) == Participation.objects.public().count() + Relation.objects.public().count()
    assert told["relation", "funds"] == Relation.objects.public().filter(kind="funds").count()
    fra = graph.nodes["actor/fra"]
    assert fra["type"] == "eu_institution"
    assert "education" in fra["themes"]
    _node, values = next(iter(graph.nodes(data=True)))
    assert values["url"].startswith("http://testserver/")
    assert values["label"] in {row["source_name"] for row in rows} | {row["target_name"] for row in rows}
    assert {data["kind"] for _one, _other, data in graph.edges(data=True)} <= {"participation", "relation"}


def test_what_the_network_says_in_words_is_so(directory, client):
    page = read(client, "/network/")
    graph = networkx.Graph(edges_of(client))
    [best, *_] = page.all(".numbered > li")
    slug = best.css_first("a").attributes["href"].split("/")[2]
    assert number_in(best.css_first(".count").text()) == graph.degree(f"actor/{slug}")
    actors = [degree for node, degree in graph.degree if node.startswith("actor/")]
    assert graph.degree(f"actor/{slug}") == max(actors)
    parts = sorted(map(len, networkx.connected_components(graph)), reverse=True)
    assert f"They fall into {len(parts)} parts; the largest has {parts[0]} of them." in page.text()


def test_a_large_network_shows_its_core_and_says_so(directory, client, monkeypatch):
    monkeypatch.setattr("roma_network.directory.pictures.network.MOST_NODES", 50)
    page = read(client, "/network/")
    assert len(page.all("svg.network a")) == 50
    assert "the 50 best connected are drawn" in page.text()


def test_too_many_lines_are_thinned_and_nobody_is_left_alone():
    everybody = network_layout.Graph.of(
        np.array([(a, i) for a in range(30) for i in range(100, 120)]), np.empty((0, 2), dtype=int)
    )
    thin = everybody.thinned(60)
    assert len(thin.edges) == 60
    assert thin.degrees[:30].min() >= 1 or thin.degrees[30:].min() >= 1
    assert everybody.thinned(600).edges.tolist() == everybody.edges.tolist()


def small_network():
    tie = factories.ParticipationFactory()
    factories.RelationFactory(subject=tie.actor)
    factories.ParticipationFactory(initiative=tie.initiative)
    return tie


def test_a_layout_is_computed_aside_and_kept_until_the_content_changes(client, monkeypatch):
    started = []
    monkeypatch.setattr(network_layout, "start", lambda: started.append(ContentVersion.current()))
    monkeypatch.setattr(network, "MOST_FRESH", 0)
    small_network()
    page = client.get("/network/")
    assert len(Page(page.text).all("svg.network a")) == 4  # roughly
    assert "ETag" not in page
    assert len(started) == 1
    assert client.get("/network/").content == page.content
    assert len(started) == 1
    call_command("lay_out_network", verbosity=0)
    cache.clear()  # as after some seconds
    page = client.get("/network/")
    assert len(Page(page.text).all("svg.network a")) == 4
    assert "ETag" in page
    assert len(started) == 1
    factories.ParticipationFactory(actor=Actor.objects.first())
    page = client.get("/network/")
    assert len(Page(page.text).all("svg.network a")) == 5
    assert len(started) == 2


def test_a_small_network_is_laid_out_for_itself_in_any_process(client, monkeypatch):
    monkeypatch.setattr(network_layout, "start", lambda: pytest.fail("It waits for nobody."))
    small_network()
    page = client.get("/network/")
    assert len(Page(page.text).all("svg.network a")) == 4
    assert "ETag" in page


def test_the_surroundings_of_an_actor_are_those_it_meets(client, directory):
    page = read(client, "/network/fra/")
    links = {link.attributes["href"] for link in page.all("svg.network a")}
    assert {"/actors/fra/", "/initiatives/leri/"} <= links
    assert len([link for link in links if link.startswith("/actors/")]) <= network.MOST_COLLEAGUES + 1
    assert client.get("/network/no-such-actor/").status_code == 404


def test_one_worker_computes_and_rests():
    assert network_layout.claim()
    assert not network_layout.claim()
    network_layout.compute()
    assert not network_layout.claim()
    Layout.objects.update(made_at=None, claimed_at=None)
    assert network_layout.claim()


def test_nobody_stands_on_top_of_another_or_out_of_the_picture():
    small_network()
    graph = network_layout.whole_graph(ContentVersion.current())
    places = network_layout.computed(graph).of(graph)
    assert len({tuple(place) for place in places.round().tolist()}) == graph.size == 4
    assert 0 <= places.min() <= places.max() <= network_layout.SIDE


def test_a_great_layout_is_drawn_by_a_process_of_its_own(monkeypatch):
    small_network()
    graph = network_layout.whole_graph(ContentVersion.current())
    at_once = network_layout.computed(graph)
    monkeypatch.setattr(network_layout, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(network_layout.forces, "drawn", lambda *graph: pytest.fail("It holds up this one."))
    apart = network_layout.computed(graph)
    assert all(np.array_equal(one, other) for one, other in zip(at_once, apart, strict=True))


def test_who_came_later_stands_beside_those_it_is_tied_to():
    tie = small_network()
    before = network_layout.computed(network_layout.whole_graph(ContentVersion.current()))
    late = factories.ParticipationFactory(initiative=tie.initiative).actor
    graph = network_layout.whole_graph(ContentVersion.current())
    places = before.of(graph)
    new = int(np.searchsorted(graph.actors, late.pk))
    old = len(graph.actors) + int(np.searchsorted(graph.initiatives, tie.initiative.pk))
    assert 0 < np.hypot(*(places[new] - places[old])) < 40


def test_a_layout_survives_being_kept():
    small_network()
    places = network_layout.computed(network_layout.whole_graph(ContentVersion.current()))
    kept = network_layout.unpacked(network_layout.packed(places))
    for one, other in zip(places, kept, strict=True):
        assert np.allclose(one, other, atol=0.01)


# Neighbours


def test_the_drawing_of_neighbours_is_numbered_as_the_list_beneath(directory, client):
    page = read(client, "/initiatives/romact/")
    [drawing] = page.all("svg.ego")
    assert "aria-hidden" in drawing.attributes
    numbers = [words_of(each) for each in page.all("svg.ego .figure-in")]
    listed = page.all("section:has(#related) .numbered > li")
    assert numbers == [str(number) for number in range(1, len(listed) + 1)]
    assert len(listed) <= 24
    boxes = [
        (int(each.attributes["y"]), each.attributes["text-anchor"]) for each in page.all("svg.ego .beside")
    ]
    assert len(set(boxes)) == len(boxes)


# Timeline


@time_machine.travel("2026-11-25 12:00 +0000")
def test_bars_reach_from_start_to_end(client):
    factories.InitiativeFactory(name="Closed", start="2010", end="2012-06", kind="project")
    factories.InitiativeFactory(name="Open", start="2015-03", last_seen="2025", kind="project")
    factories.InitiativeFactory(name="Silent", start="2015-03", last_seen="2018", kind="project")
    factories.InitiativeFactory(name="Survey", start="2011", kind="survey")
    policy = factories.InitiativeFactory(name="Policy", start="2005", kind="policy_framework")
    factories.InitiativeFactory(name="Next policy", start="2010", kind="policy_framework", follows=policy)
    factories.InitiativeFactory(name="Undated", start="", end="", kind="project")
    page = read(client, "/timeline/")
    says = {
        words_of(bar.css_first("title")): bar.css_first("polygon").attributes["points"]
        for bar in page.all("svg.timeline a:has(.bar)")
    }
    silent = "Silent, from 2015, last seen in 2018, end not known"
    assert {name: len(points.split()) for name, points in says.items()} == {
        "Closed, from 2010 to 2012": 4,
        "Open, from 2015 on": 5,
        silent: 4,
        "Survey, 2011": 4,
        "Policy, from 2005 to 2010": 4,
        "Next policy, from 2010, last seen in 2010, end not known": 4,
    }
    fading = [words_of(bar.css_first("title")) for bar in page.all("svg.timeline a:has(.faded)")]
    assert fading == [silent, "Next policy, from 2010, last seen in 2010, end not known"]
    assert "Dates not known 1 Undated" in page.text()


def test_a_name_in_the_timeline_is_cut_only_where_it_has_no_room(client):
    name = "A name of some eighty letters, which has as much room as there are years before it"
    factories.InitiativeFactory(name=name, start="2024-01", end="2025-01", kind="project")
    factories.InitiativeFactory(name="Policy", start="2000", end="2001", kind="policy_framework")
    policy = factories.InitiativeFactory(name=f"{name}, once", start="2003", kind="policy_framework")
    factories.InitiativeFactory(name="Next", start="2007", kind="policy_framework", follows=policy)
    shown = read(client, "/timeline/").texts("svg.timeline a:has(.bar) > text")
    assert name in shown
    [cut] = [each for each in shown if each.endswith("…")]
    assert f"{name}, once".startswith(cut[:-1])


def test_years_narrow_the_timeline_as_they_narrow_the_list(directory, client):
    page = read(client, "/timeline/?from=2005&to=2010")
    assert page.count == results_at("/initiatives/?from=2005&to=2010") < read(client, "/timeline/").count


def test_what_followed_is_an_arrow_and_a_sentence(directory, client):
    page = read(client, "/timeline/")
    followed = (
        Initiative.objects.published()
        .exclude(start="", last_seen="")
        .filter(follows__status=Status.PUBLISHED)
        .exclude(follows__start="", follows__last_seen="")
    )
    arrows = {
        arrow.attributes["d"] for arrow in page.all("svg.timeline .follows")
    }  # each with all of its chain
    assert len(arrows) == followed.count() > 5
    assert "ROMED2 follows ROMED1" in page.text()


def test_a_long_timeline_shows_the_best_connected(client, monkeypatch):
    monkeypatch.setattr("roma_network.directory.pictures.timeline.MOST_BARS", 2)
    ties = [factories.ParticipationFactory(initiative__start="2010") for _ in range(2)]
    factories.InitiativeFactory(start="2011")
    page = read(client, "/timeline/")
    assert page.count == 3
    shown = {bar.attributes["href"] for bar in page.all("svg.timeline a:has(.bar)")}
    assert shown == {tie.initiative.get_absolute_url() for tie in ties}


# Figures


@pytest.mark.parametrize("slug", sorted(FIGURES.keys() - {"rosters"}))  # whose lists are no lists of entries
def test_every_figure_is_the_length_of_the_list_behind_it(directory, client, slug):
    page = read(client, reverse("figure", args=[slug]))
    links = page.all("table.figure a")
    assert len(links) >= 10
    for link in links:
        assert results_at(link.attributes["href"]) == number_in(link.text()), link.attributes["href"]


@time_machine.travel("2026-11-25 12:00 +0000")
def test_years_count_what_may_have_ended_apart(client):
    factories.InitiativeFactory(start="2010", last_seen="2012")
    factories.InitiativeFactory(start="2010", last_seen="2024")
    factories.InitiativeFactory(start="2011", kind="survey")
    rows = csv.DictReader(io.StringIO(client.get("/figures/years/?format=csv").content.decode()))
    counted = {row["Year"]: (row["All"], row["End not known"]) for row in rows}
    assert {year: counted[year] for year in ("2026", "2013", "2012", "2011", "2010")} == {
        "2026": ("1", "1"),
        "2013": ("1", "1"),
        "2012": ("2", "0"),
        "2011": ("3", "0"),
        "2010": ("2", "0"),
    }


def test_figures_that_are_nought_are_so(directory, client):
    rows = list(csv.DictReader(io.StringIO(client.get("/figures/types/?format=csv").content.decode())))
    assert results_at("/actors/?country=RO") == int(
        next(row for row in rows if row["Country"] == "Romania")["All"]
    )
    assert next(row for row in rows if row["Country"] == "Romania")["EU institutions"] == "0"
    assert results_at("/actors/?type=eu_institution&country=RO") == 0


def test_an_unknown_figure_is_not_found(client):
    assert client.get("/figures/nothing/").status_code == 404
    assert client.get("/embed/figures/nothing/").status_code == 404


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("has=website", {"with"}),
        ("lacks=website", {"without"}),
        ("has=website&has=founded", {"with", "founded"}),
    ],
)
def test_entries_can_be_narrowed_by_what_they_have(client, query, expected):
    factories.ActorFactory(slug="with", website="https://example.eu/")
    factories.ActorFactory(slug="without", website="")
    factories.ActorFactory(slug="founded", website="", founded="2001")
    if query == "lacks=website":
        expected = {"without", "founded"}
    rows = json.loads(client.get(f"/actors/?{query}&format=json").getvalue())
    assert {row["slug"] for row in rows} == expected
    assert read(client, f"/actors/?{query}").count == len(expected)
    assert QueryDict(query)


@pytest.mark.parametrize("name", ["map", "initiative_map"])
def test_a_map_of_one_country_counts_and_exports_that_country_alone(directory, client, name):
    url = f"{EVERY_KIND[name]}?country=SK"
    lines = client.get(f"{url}&format=csv").getvalue().decode().splitlines()[1:]
    assert [line.split(",")[0] for line in lines] == ["SK"]
    places = client.get(f"{url}&format=geojson").json()["features"]
    assert places
    assert {place["properties"]["country"] for place in places} == {"SK"}
    page = read(client, url)
    assert page.count == int(lines[0].split(",")[2])
    shaded = page.all(".map .land:not(.shade-0)")
    assert len(shaded) == 1


def test_a_figure_says_first_what_it_shows_and_leaves_out_columns_without_anything(client):
    for number, code, name in ((3, "RO", "Romania"), (2, "ES", "Spain")):
        country = factories.CountryFactory(code=code, name=name)
        factories.ActorFactory.create_batch(number, type="academia", country=country)
    page = read(client, "/figures/types/")
    assert page.text("main .summary") == "Most: Romania (3), then Spain (2)."
    assert page.texts(".bars li span") == ["Romania", "Spain"]
    assert page.texts("table.figure thead th") == ["Country", "All", "Academia"]


def test_what_follows_stands_in_one_row_and_its_arrow_shows_with_it(client):
    first = factories.InitiativeFactory(kind="policy_framework", name="First", start="2001", end="2005")
    factories.InitiativeFactory(
        kind="policy_framework", name="Second", start="2012", end="2020", follows=first
    )
    factories.InitiativeFactory(kind="policy_framework", name="Other", start="2013", end="2020")
    page = read(client, "/timeline/")
    links = {each.css_first("text").text(): each for each in page.all("svg.timeline a:has(.bar)")}
    heights = {name: each.css_first("text").attributes["y"] for name, each in links.items()}
    assert heights["First"] == heights["Second"] != heights["Other"]
    assert [name for name, each in links.items() if each.css(".follows")] == ["First", "Second"]


def test_every_fixed_page_and_entry_has_a_picture_for_those_who_share_it(client, directory):
    for url in ("/", "/map/?country=RO", "/actors/fra/", "/initiatives/leri/", "/countries/RO/"):
        said = {
            tag.attributes["property"]: tag.attributes["content"]
            for tag in read(client, url).all("meta[property^='og:']")
        }
        assert said["og:title"]
        assert said["og:url"].endswith(url.partition("?")[0])
        picture = client.get("/share/" + said["og:image"].partition("/share/")[2])
        assert picture.headers["Content-Type"] == "image/png"
        assert picture.content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("/rosters/", "/rosters/"),
        ("/rosters/contact-points/", "/rosters/"),
        ("/funding/flow/", "/funding/flow/"),
        ("/figures/types/", "/figures/"),
        ("/network/fra/", "/network/"),
    ],
)
def test_a_part_of_a_page_is_shared_as_the_whole(client, directory, url, whole):
    [said] = read(client, url).all("meta[property='og:url']")
    assert said.attributes["content"].endswith(whole)


def test_a_network_of_one_tie_says_so(client):
    factories.ParticipationFactory()
    assert "1 actor and 1 initiative with 1 tie." in client.get("/network/").text
