"""The whole directory as files: complete, checked, whole or not at all."""

import json
from datetime import date
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import frictionless
import pyshacl
import pytest
import rdflib
from django.core.management import CommandError, call_command
from rdflib.namespace import DCAT, DCTERMS, ORG, OWL, PROV, RDF, VOID

from initiatives.models import Participation
from roma_network.directory.open_data.dataset import PARTS
from roma_network.export import dumps, linked_tables
from roma_network.export.records import is_public
from roma_network.models import Source, Status
from stakeholders.models import Actor
from tests import factories
from tests.html import read

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning"),  # within rdflib
    pytest.mark.filterwarnings("ignore:Dataset\\.:DeprecationWarning"),  # within pyshacl
]

ORIGIN = "https://directory.example.eu"
MADE = linked_tables.within(part.table for part in PARTS)  # of rows within cells
SHAPES = Path(__file__).parent / "dcat_ap.ttl"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(dumps, "FOLDER", tmp_path / "dumps")
    return tmp_path / "dumps"


def publish(**options):
    return dumps.publish(PARTS, ORIGIN, **options)


def test_a_dump_holds_all_that_is_public(directory, folder):
    place = publish()
    everything = json.loads((place / "directory.json").read_text())
    assert len(everything["actors"]) == Actor.objects.published().count()
    assert len(everything["participations"]) == Participation.objects.public().count()
    assert len(everything["sources"]) == Source.objects.filter(is_public(Source)).count()
    graphs = [
        set(rdflib.Graph().parse(place / f"directory.{kind}", format=parser))
        for kind, parser in (("ttl", "turtle"), ("jsonld", "json-ld"), ("rdf", "xml"))
    ]
    assert graphs[0] == graphs[1] == graphs[2]
    assert len(graphs[0]) > 20_000


def test_the_package_holds_what_it_describes(directory, folder):
    report = frictionless.validate(str(publish() / dumps.PACKAGE))
    assert report.valid, [error.message for task in report.tasks for error in task.errors][:5]
    assert report.stats["tasks"] == len(PARTS) + len(MADE)


def test_the_checksums_are_those_of_the_files(folder):
    factories.ActorCitationFactory()
    place = publish()
    lines = [line.split("  ") for line in (place / dumps.SUMS).read_text().splitlines()]
    assert {name for _digest, name in lines} == {path.name for path in place.iterdir()} - {dumps.SUMS}
    for digest, name in lines:
        assert sha256((place / name).read_bytes()).hexdigest() == digest


def test_what_changed_since_the_last_time_is_told(folder):
    kept, changing, going = (factories.ActorFactory(slug=slug) for slug in ("kept", "changing", "going"))
    publish(day=date(2026, 1, 1))
    Actor.objects.filter(pk=changing.pk).update(summary="It changed.")
    Actor.objects.filter(pk=going.pk).update(status=Status.WITHDRAWN)
    factories.ActorFactory(slug="new")
    told = json.loads((publish(day=date(2026, 1, 2)) / dumps.CHANGES).read_text())
    assert told["since"] == "2026-01-01"
    assert told["changes"]["actors"] == {"added": ["new"], "removed": ["going"], "changed": ["changing"]}
    assert kept.slug not in json.dumps(told)


def test_each_day_is_kept_for_two_weeks_and_the_first_of_a_month_for_good(folder):
    for day in ("2026-01-03", "2026-01-04", "2026-02-01", "2026-02-02", "2026-02-16", "2026-02-16"):
        publish(day=date.fromisoformat(day))
    assert dumps.days() == ["2026-01-03", "2026-02-01", "2026-02-02", "2026-02-16"]
    publish(day=date(2026, 3, 10))
    assert dumps.days() == ["2026-01-03", "2026-02-01", "2026-03-10"]
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def test_a_file_can_be_read_in_parts_and_asked_for_again(client, folder):
    factories.ActorFactory()
    place = publish()
    whole = (place / "actors.csv").read_bytes()
    response = client.get("/data/latest/actors.csv", headers={"Accept-Encoding": "gzip"})
    assert response.getvalue() == whole
    assert response["Content-Length"] == str(len(whole))
    assert response["ETag"] == f'"{sha256(whole).hexdigest()}"'
    for headers in ({"If-None-Match": response["ETag"]}, {"If-Modified-Since": response["Last-Modified"]}):
        assert client.get("/data/latest/actors.csv", headers=headers).status_code == 304
    for asked, part in {"0-3": whole[:4], "5-": whole[5:], "-6": whole[-6:], "2-999999": whole[2:]}.items():
        response = client.get(f"/data/{place.name}/actors.csv", headers={"Range": f"bytes={asked}"})
        assert (response.status_code, response.getvalue()) == (206, part)
        assert response["Content-Length"] == str(len(part))
        assert response["Content-Range"].endswith(f"/{len(whole)}")
    changed = {"Range": "bytes=0-3", "If-Range": '"another"'}
    assert client.get("/data/latest/actors.csv", headers=changed).status_code == 200
    assert client.get("/data/latest/actors.csv", headers={"Range": "bytes=999999-"}).status_code == 416
    assert client.get("/data/latest/actors.csv", headers={"Range": "bytes=0-1,4-5"}).status_code == 200


@pytest.mark.ignore_template_errors
def test_what_should_not_have_been_public_is_removed_from_all_dumps(client, folder):
    unwanted = "jo.doe@example.org"
    actor = factories.ActorFactory(slug="town", email=unwanted, summary=f"Write to {unwanted}: it answers.")
    factories.ActorFactory(slug="other", email="info@example.org")
    citation = factories.ActorCitationFactory(subject=actor)
    first = publish(day=date(2026, 1, 1))
    Actor.objects.filter(pk=actor.pk).update(email="", summary="A town.")
    second = publish(day=date(2026, 1, 2))
    before = {path.name: path.read_bytes() for path in second.iterdir()}
    was = json.loads((first / "directory.json").read_text())
    call_command("redact_dumps", unwanted, note="A mailbox was that of a person.", verbosity=0)
    assert {path.name: path.read_bytes() for path in second.iterdir()} == before
    for path in first.iterdir():
        if path.suffix == ".zip":
            with ZipFile(path) as archive:
                assert not any(unwanted.encode() in archive.read(name) for name in archive.namelist())
        assert unwanted.encode() not in path.read_bytes(), path.name
    for line in (first / dumps.SUMS).read_text().splitlines():
        digest, _space, name = line.partition("  ")
        assert sha256((first / name).read_bytes()).hexdigest() == digest
    now = json.loads((first / "directory.json").read_text())
    town = next(row for row in now["actors"] if row["slug"] == "town")
    assert (town["email"], town["summary"]) == ("", "Write to [removed]: it answers.")
    assert [row["url"] for row in town["sources"]] == [citation.source.url]
    others = [[row for row in found["actors"] if row["slug"] != "town"] for found in (was, now)]
    assert others[0] == others[1]
    assert {name: rows for name, rows in was.items() if name != "actors"} == {
        name: rows for name, rows in now.items() if name != "actors"
    }
    assert frictionless.validate(str(first / dumps.PACKAGE)).valid
    assert "A mailbox was that of a person." in read(client, "/data/").text("main")


def test_a_dump_of_before_a_column_came_can_be_written_anew(folder):
    factories.ActorFactory(slug="town", email="jo.doe@example.org")
    place = publish(day=date(2026, 1, 1)) / "directory.json"
    text = place.read_text().replace('"doubt":"",', "")
    place.write_text(text.replace('"documents": [', '"unknown": ['))
    assert list(dumps.redact(PARTS, ORIGIN, "jo.doe@example.org", "Why")) == ["2026-01-01"]
    [town] = json.loads(place.read_text())["actors"]
    assert (town["email"], town["doubt"]) == ("", None)


def test_the_note_does_not_tell_what_was_removed(folder):
    with pytest.raises(CommandError):
        call_command("redact_dumps", "jo.doe@example.org", note="jo.doe@example.org was a person's.")


def test_a_dump_that_fails_leaves_nothing_and_the_last_one_stands(folder, monkeypatch):
    place = publish(day=date(2026, 1, 1))
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    monkeypatch.setattr(dumps, "write_sums", lambda target: 1 / 0)
    for day in (1, 2):
        with pytest.raises(ZeroDivisionError):
            publish(day=date(2026, 1, day))
    assert [path.name for path in folder.iterdir()] == ["2026-01-01"]
    assert {path.name: path.read_bytes() for path in place.iterdir()} == before


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.PUBLISHED}))
def test_what_is_not_published_is_in_no_file(folder, status):
    tie = factories.ParticipationCitationFactory().subject
    hidden = factories.ActorFactory(slug="hidden-one", name="Hidden one", status=status)
    factories.ActorCitationFactory(subject=hidden, source__url="https://hidden-one.example.eu/")
    factories.ParticipationCitationFactory(subject__actor=hidden, subject__initiative=tie.initiative)
    factories.RelationCitationFactory(subject__subject=hidden, subject__target=tie.actor)
    place = publish()
    for path in place.iterdir():
        if path.name != dumps.PACKAGE:
            assert "hidden" not in path.read_text().lower(), path.name
    with ZipFile(place / dumps.PACKAGE) as archive:
        assert all(b"hidden" not in archive.read(name).lower() for name in archive.namelist())


def test_the_page_offers_the_files(client, folder):
    assert "No dump has been published yet." in client.get("/data/").text
    factories.ActorFactory(slug="town")
    call_command("publish_dump", verbosity=0)
    page = read(client, "/data/")
    links = {name: url for name, url in page.links().items() if url.startswith("/data/2")}
    assert {"actors.csv", "directory.zip", "directory.ttl", "SHA256SUMS"} <= links.keys()
    for url in links.values():
        response = client.get(url)
        assert response.status_code == 200
        assert response["Access-Control-Allow-Origin"] == "*"
        assert b"".join(response.streaming_content)
        response.close()


@pytest.mark.parametrize(
    "path",
    [
        "2026-01-01/secret",
        "../settings.py",
        "..%2F..%2Fpyproject.toml",
        "2026-01-01/..%2FSHA256SUMS",
        ".tmp/actors.csv",
        "%00/%00",
    ],
)
def test_no_other_file_is_given(client, folder, path):
    publish(day=date(2026, 1, 1))
    assert client.get(f"/data/{path}").status_code == 404


def test_portals_find_the_catalogue(client, folder):
    factories.ActorFactory()
    publish()
    graph = rdflib.Graph().parse(data=client.get("/data/catalog.ttl").content, format="turtle")
    [dataset] = graph.objects(None, DCAT.dataset)
    assert (dataset, RDF.type, DCAT.Dataset) in graph
    for needed in (DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCAT.contactPoint, DCAT.theme):
        assert list(graph.objects(dataset, needed)), needed
    distributions = set(graph.objects(dataset, DCAT.distribution))
    assert len(distributions) == len(PARTS) + len(MADE) + 6
    for each in distributions:
        [url] = graph.objects(each, DCAT.downloadURL)
        response = client.get(str(url).removeprefix("http://testserver"))
        [size] = graph.objects(each, DCAT.byteSize)
        assert len(b"".join(response.streaming_content)) == int(size)
        response.close()


@pytest.mark.parametrize("published", [True, False])
def test_the_catalogue_is_what_dcat_ap_asks_for(client, folder, published):
    factories.ActorFactory()
    if published:
        publish()
    graph = rdflib.Graph().parse(data=client.get("/data/catalog.ttl").content, format="turtle")
    conforms, _report, text = pyshacl.validate(graph, shacl_graph=str(SHAPES), advanced=False)
    assert conforms, text
    less = rdflib.Graph() + graph
    less.remove((None, DCTERMS.title, None))
    assert not pyshacl.validate(less, shacl_graph=str(SHAPES), advanced=False)[0]


def test_crawlers_find_what_the_linked_data_holds(directory, client, folder):
    publish()
    graph = rdflib.Graph().parse(data=client.get("/.well-known/void").content, format="turtle")
    dataset = rdflib.URIRef("http://testserver/data/#dataset")
    partitions = {
        graph.value(each, VOID["class"]): int(graph.value(each, VOID.entities))
        for each in graph.objects(dataset, VOID.classPartition)
    }
    assert partitions[ORG.Organization] == Actor.objects.published().count()
    participations = Participation.objects.public().count()
    assert int(graph.value(dataset, VOID.entities)) == sum(partitions.values()) + participations
    data = rdflib.Graph()
    for url in graph.objects(dataset, VOID.dataDump):
        if url.endswith(".ttl"):
            response = client.get(str(url).removeprefix("http://testserver"))
            data.parse(data=b"".join(response.streaming_content), format="turtle")
            response.close()
    assert len(partitions) == 4
    here = str(graph.value(dataset, VOID.uriSpace)).replace("http://testserver", ORIGIN)
    for of_class, number in partitions.items():
        assert sum(subject.startswith(here) for subject in set(data.subjects(RDF.type, of_class))) == number
    links = {
        str(graph.value(graph.value(each, VOID.objectsTarget), VOID.uriSpace)): int(
            graph.value(each, VOID.triples)
        )
        for each in graph.objects(dataset, VOID.subset)
    }
    for space, number in links.items():
        assert number == sum(str(target).startswith(space) for target in data.objects(None, OWL.sameAs))
    entries = {str(subject) for subject in data.subjects(PROV.wasDerivedFrom)}
    assert all(subject.startswith(here) for subject in entries)


def test_what_others_put_into_the_folder_is_passed_over(directory, folder, client):
    others = ["lost+found", "2026-01-01", "2026-01-02-old", "2026-13-45", "notes"]
    for name in others:
        (folder / name).mkdir(parents=True)
    (folder / "2026-01-03").write_text("")
    for day in (date(2026, 3, 1), date(2026, 3, 2), date(2026, 4, 2)):
        publish(day=day)
    assert dumps.days() == ["2026-03-01", "2026-04-02"]
    assert client.get("/data/").status_code == 200
    assert client.get("/data/lost+found/SHA256SUMS").status_code == 404
    assert {path.name for path in folder.iterdir()} == {*others, "2026-01-03", "2026-03-01", "2026-04-02"}
