"""Programs that others open our files with: they find in them what JSON says."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from roma_network.directory.open_data.dataset import PARTS
from roma_network.editorial.importing import parsing
from roma_network.environment import BASE_DIR
from roma_network.export import dumps
from tests.export.awkward import awkward
from tests.html import EMBEDS, EVERY_KIND
from tests.site.poison import poisoned

pytestmark = [pytest.mark.foreign, pytest.mark.django_db]
HERE = Path(__file__).parent
MODULES = BASE_DIR / "var/npm/node_modules"
CHECKER = MODULES / "vnu-jar/build/dist/vnu.jar"


def output_of(*command, **options):
    done = subprocess.run(
        list(map(str, command)), capture_output=True, check=False, text=True, timeout=300, **options
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def node(script, *arguments):
    return json.loads(
        output_of("node", HERE / script, *arguments, env={"NODE_PATH": MODULES, "PATH": "/usr/bin:/bin"})
    )


def library(name, path):
    return json.loads(
        output_of("uv", "run", "--quiet", "--no-project", "--script", HERE / "libraries.py", name, path)
    )


@pytest.fixture
def files(client, tmp_path):
    """Gives the path of a file that an address answers with."""

    def saved(url):
        path = tmp_path / f"file.{url.rpartition('=')[2]}"
        path.write_bytes(client.get(url).getvalue())
        return path

    return saved


def keys(client, url):
    return [record["slug"] for record in json.loads(client.get(f"{url}?format=json").getvalue())]


WORKBOOK_READERS = {
    "SheetJS": lambda path: node("workbook.cjs", "xlsx", path),
    "ExcelJS": lambda path: node("workbook.cjs", "exceljs", path),
    "pandas": lambda path: library("pandas", path),
    "polars": lambda path: library("polars", path),
    "xlsx2csv": lambda path: library("xlsx2csv", path),
}


@pytest.mark.parametrize("reader", WORKBOOK_READERS)
def test_workbooks_are_read(client, files, reader):
    awkward()
    heading, *rows = WORKBOOK_READERS[reader](files("/actors/?format=xlsx"))
    records = json.loads(client.get("/actors/?format=json").getvalue())
    assert [row[heading.index("slug")] for row in rows] == [record["slug"] for record in records]
    names = [row[heading.index("name")].replace("_x005F_", "_") for row in rows]
    assert names == [record["name"] for record in records]
    days = [str(row[heading.index("verified_on")] or "")[:10] for row in rows]
    assert days == [record["verified_on"] or "" for record in records] or reader == "xlsx2csv"


@pytest.mark.parametrize("reader", ["pandas", "polars"])
def test_tables_are_read(client, files, reader):
    awkward()
    heading, *rows = library(reader, files("/actors/?format=csv"))
    assert [row[heading.index("slug")] for row in rows] == keys(client, "/actors/")


@pytest.mark.parametrize("reader", WORKBOOK_READERS)
def test_what_came_past_the_boundary_hinders_no_reader(client, files, reader):
    poisoned()
    assert len(WORKBOOK_READERS[reader](files("/actors/?format=xlsx"))) == 3


@pytest.fixture
def libreoffice(tmp_path):
    """Convert a file to another format."""
    program = shutil.which("soffice")
    if not program:
        pytest.skip("needs LibreOffice")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"

    def convert(place, to):
        output_of(program, profile, "--headless", "--convert-to", to, "--outdir", tmp_path, place)
        return tmp_path / f"{place.stem}.{to.partition(':')[0]}"

    return convert


@pytest.mark.parametrize("suffix", ["ods", "xls", "xlsx"])
def test_what_libreoffice_saves_can_be_imported(libreoffice, tmp_path, suffix):
    place = tmp_path / "towns.csv"
    place.write_text('slug,name,founded\nx,Köln,973\ny,"A; ""B""",1996-05\n', encoding="cp1252")
    with libreoffice(place, suffix).open("rb") as file:
        headings, _encoding, rows = parsing.read(file, 10)
        assert headings == ["slug", "name", "founded"]
        assert [cells[:2] for _line, cells in rows] == [["x", "Köln"], ["y", 'A; "B"']]


def test_libreoffice_reads_a_workbook(client, files, libreoffice):
    awkward()
    place = files("/actors/?format=xlsx")
    text = libreoffice(place, "csv:Text - txt - csv (StarCalc):44,34,76").read_text(encoding="utf-8")
    assert all(key in text for key in keys(client, "/actors/"))
    assert "=1+1" in text
    assert "2026-01-02" in text


@pytest.mark.parametrize("form", ["zip", "xlsx"])
def test_java_reads_archives_as_they_come(files, form):
    if not shutil.which("java"):
        pytest.skip("needs Java")
    awkward()
    found = output_of("java", HERE / "Entries.java", files(f"/actors/?format={form}")).splitlines()
    sizes = {name: int(size) for name, size in (line.rsplit(" ", 1) for line in found)}
    assert all(sizes.values())
    assert {"xl/worksheets/sheet1.xml"} < sizes.keys() or {"actors.csv", "datapackage.json"} < sizes.keys()


def test_the_package_of_a_dump_is_read(tmp_path):
    awkward()
    folder = dumps.publish(PARTS, "https://directory.example.eu", folder=tmp_path)
    found = library("datapackage", folder / dumps.PACKAGE)
    everything = json.loads((folder / dumps.EVERYTHING).read_text())
    assert {name: len(rows) for name, rows in everything.items()}.items() <= found.items()


def test_n3_reads_turtle(client, files):
    import rdflib

    awkward()
    path = files("/actors/?format=ttl")
    assert node("triples.cjs", path) == len(rdflib.Graph().parse(path, format="turtle"))


def test_every_kind_of_page_is_valid_html(client, directory, tmp_path):
    pages = EVERY_KIND | EMBEDS | {"mistake": "/actors/?contry=RO", "not_found": "/no-such-page/"}
    for name, address in pages.items():
        (tmp_path / f"{name}.html").write_bytes(client.get(address).content)
    assert output_of("java", "-jar", CHECKER, "--stdout", *sorted(tmp_path.glob("*.html"))) == ""
