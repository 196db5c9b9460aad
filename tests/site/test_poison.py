"""What stands in the database past the boundary, by raw SQL say, costs no page, file, feed, picture or screen."""

import csv
import io
import json
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
import rdflib
from django.contrib.auth.models import User
from django.urls import reverse
from openpyxl import load_workbook

from roma_network.directory.open_data.dataset import PARTS
from roma_network.directory.pictures import network_layout
from roma_network.export import dumps, formats
from tests.html import EMBEDS, EVERY_KIND, NO_PAGE, Page
from tests.site.poison import poisoned

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning"),  # within rdflib
]

ENTRIES = ["/actors/town/", "/initiatives/programme/", "/documents/report/"]
LISTS = ["/actors/", "/initiatives/", "/documents/"]
PICTURES = ["/map/", "/map/initiatives/", "/network/", "/timeline/", "/figures/types/"]
PAGES = {**EVERY_KIND, **NO_PAGE, **EMBEDS} | {
    "actor_detail": "/actors/town/",
    "initiative_detail": "/initiatives/programme/",
    "participants": "/initiatives/programme/participants/",
    "document_detail": "/documents/report/",
    "country_detail": "/countries/RO/",
    "network_around": "/network/town/",
    "embed_network_around": "/embed/network/town/",
    "search": "/search/?q=z",
    "suggest": "/search/suggest/?q=z",
    "embed_actor_detail": "/embed/actors/town/",
    "embed_initiative_detail": "/embed/initiatives/programme/",
}
FILES = [
    *(f"{path}?format={kind}" for path in LISTS for kind in formats.ROWS),
    *(f"{path}?format={kind}" for path in ENTRIES for kind in [*formats.ROWS, *formats.REFERENCES]),
    *(f"{path}?format={kind}" for path in PICTURES for kind in formats.PICTURES),
    *(f"/network/?format={kind}" for kind in formats.GRAPHS),
    *(f"/api/v1/{part}/" for part in ("actors", "initiatives", "documents", "participations", "relations")),
    *(f"/api/v1/{part}/" for part in ("countries", "themes", "sources", "changes")),
    *("/sitemap-initiatives.xml", "/sitemap-countries.xml"),
]
LINKED = ["/id/actor/town", "/id/document/report", "/id/theme/", "/id/theme/theme"]


@pytest.fixture
def entries(db):
    found = poisoned()
    network_layout.compute()
    return found


def check(response, url):
    """Strictly by the rules of its format: what reads it fails, or gives nothing, where it is not well-formed."""
    content, media = response.getvalue(), response["Content-Type"].partition(";")[0]
    found = [read for name, read in READERS.items() if media == name or media.endswith(f"+{name}")]
    assert found, f"How is {media} read?"
    assert all(read(content, url) for read in found), url


def has_even_lines(content, url):
    delimiter = ";" if "csv-semicolon" in url else ","
    lines = csv.reader(io.StringIO(content.decode(), newline=""), delimiter=delimiter)
    return len({len(row) for row in lines}) == 1


def is_archive(content, _url):
    with ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(archive.read(name))  # noqa: S314 (our own)
            elif name.endswith(".json"):
                json.loads(archive.read(name))
    if b"xl/workbook.xml" in content:
        rows = list(load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True))
        return len(rows) > 1
    return True


def is_graph_in(syntax):
    return lambda content, _url: rdflib.Graph().parse(data=content, format=syntax)


def is_xml(content, _url):
    return ElementTree.fromstring(content) is not None  # noqa: S314 (our own)


def is_json(content, _url):
    return json.loads(content) is not None


# Media type, or what stands behind the plus of one → what reads it.
READERS = {
    "xml": is_xml,
    "application/xml": is_xml,
    "application/rdf+xml": is_graph_in("xml"),
    "text/turtle": is_graph_in("turtle"),
    "json": is_json,
    "application/json": is_json,
    "application/jsonl": lambda content, _url: [json.loads(line) for line in content.splitlines()],
    "text/csv": has_even_lines,
    "text/html": lambda content, _url: Page(content.decode()).text("h1"),
    "image/png": lambda content, _url: content.startswith(b"\x89PNG"),
    "application/zip": is_archive,
    formats.ROWS["xlsx"].media_type: is_archive,
    **dict.fromkeys(
        ["text/plain", "application/x-bibtex", "application/x-research-info-systems"],
        lambda content, _url: content.decode() is not None,
    ),
}


def test_every_page_is_shown(entries, client):
    for url in PAGES.values():
        response = client.get(url)
        assert response.status_code == 200, url
        check(response, url)


@pytest.mark.parametrize("url", FILES)
def test_every_file_is_well_formed(entries, client, url):
    response = client.get(url)
    assert response.status_code == 200
    check(response, url)


@pytest.mark.parametrize("media", ["application/rdf+xml", "text/turtle", "application/ld+json"])
def test_every_identifier_is_described(entries, client, media):
    for url in LINKED:
        response = client.get(url, headers={"accept": media})
        assert response["Content-Type"].startswith(media)
        check(response, url)


def test_a_dump_is_well_formed(entries, tmp_path):
    folder = dumps.publish(PARTS, "https://directory.example.eu", folder=tmp_path)
    ElementTree.parse(next(folder.glob("*.rdf")))  # noqa: S314 (our own)
    for name in folder.glob("*.json*"):
        json.loads(name.read_text())


def test_every_screen_of_the_admin_is_shown(entries, client):
    client.force_login(User.objects.create_superuser("superuser"))
    urls = [reverse("admin:index"), reverse("admin:roma_network_source_changelist")]
    for entry in entries:
        name = entry._meta.label_lower.replace(".", "_")
        urls += [reverse(f"admin:{name}_{page}") for page in ("changelist", "duplicates")]
        urls += [reverse(f"admin:{name}_{page}", args=[entry.pk]) for page in ("change", "history")]
        urls += [reverse(f"admin:{name}_changelist") + f"?q={letter}" for letter in ("%0b", "z")]
        nul = reverse(f"admin:{name}_changelist") + "?q=%00"  # which no database holds
        assert client.get(nul).status_code == 400
    for url in urls:
        assert client.get(url, follow=True).status_code == 200, url


def test_rows_that_are_exported_for_an_import_open_in_excel(entries, client):
    client.force_login(User.objects.create_superuser("superuser"))
    url = reverse("admin:stakeholders_actor_changelist")
    keys = [entry.pk for entry in entries[:1]]
    response = client.post(url, {"action": "export_xlsx", "_selected_action": keys})
    assert response.status_code == 200
    assert is_archive(response.getvalue(), url)
