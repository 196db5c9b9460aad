"""The whole directory as dated files (snapshots): written to a folder of their own, whole or not at all, with their checksums.

A dump holds tidy tables as CSV, the same in a Frictionless data package, everything as JSON and as linked data, and
what changed since the dump before.
"""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from hashlib import blake2b, file_digest
from itertools import tee, zip_longest
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

import orjson
from django.utils.timezone import localdate

from roma_network.environment import VAR_DIR
from roma_network.export import datapackage, formats, linked_tables
from roma_network.export.columns import Kind, Table
from roma_network.export.csv_files import csv_lines
from roma_network.export.records import Records, as_text
from roma_network.export.terms import Terms

FOLDER = VAR_DIR / "dumps"
KEPT = timedelta(days=14)  # each day; of each month the first for good
SUMS, CHANGES, PACKAGE, EVERYTHING = "SHA256SUMS", "changes.json", "directory.zip", "directory.json"
NOTES = "notes.json"  # on what was removed later
REMOVED = "[removed]"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Dump(NamedTuple):
    """One that is there: its day, name, size in bytes and checksum of each file, and notes on what was removed later."""

    day: str
    files: list[tuple[str, int, str]]
    notes: list[dict[str, str]]


def publish(
    parts: Sequence[datapackage.Part],
    origin: str,
    *,
    folder: Path | None = None,
    day: date | None = None,
    progress: Callable[[str], object] = lambda name: None,
) -> Path:
    """Write a dump of today, in place of an earlier one of the same day, and drop what is old."""
    folder, name = folder or FOLDER, (day or localdate()).isoformat()
    with place_for(folder, name) as target:
        write_tables(target, parts, progress)
        write_linked(target, parts, origin)
        write_package(target, parts, name)
        write_changes(target, parts, folder, name)
    for old in outdated(days(folder), date.fromisoformat(name)):
        shutil.rmtree(folder / old)
    return folder / name


@contextmanager
def place_for(folder: Path, name: str) -> Iterator[Path]:
    """Where the files of a dump are written. It takes its place once all are there, with their checksums, or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    target = Path(tempfile.mkdtemp(prefix=".", dir=folder))
    try:
        yield target
        write_sums(target)
        target.chmod(0o755)
        put(target, folder / name)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise


def outdated(found: Sequence[str], today: date) -> list[str]:
    """The days whose dumps are not kept: addresses that papers cite are those of the first of a month."""
    firsts = {day[:7]: day for day in reversed(found)}
    return [day for day in found if day < (today - KEPT).isoformat() and day != firsts[day[:7]]]


def write_tables(target, parts, progress):
    """The CSV files and `directory.json`, in one reading of the database. The latter has a record on each line, parts and
    records in the order of what they are known by, so that a copy which is kept up to date can be compared with it.
    """
    made = linked_tables.within(part.table for part in parts)
    with ExitStack() as stack:
        everything = stack.enter_context((target / EVERYTHING).open("w", encoding="utf-8"))
        sides = linked_tables.Sides(
            made, {each.name: stack.enter_context(table_file(target, each.name)) for each in made}
        )
        start = "{"
        for part in sorted(parts, key=lambda part: part.table.name):
            everything.write(f'{start}\n"{part.table.name}": [')
            records = sides.passing(part.table, noted(part, everything))
            with table_file(target, part.table.name) as file:
                file.writelines(csv_lines(linked_tables.Flat(part.table), records, ""))
            everything.write("\n]")
            start = ","
            progress(part.table.name)
        everything.write("\n}\n")


def table_file(target, name):
    return (target / f"{name}.csv").open("w", encoding="utf-8", newline="")


def noted(part, everything):
    """The records of a part, each written down as it passes."""
    start = "\n"
    for text in part.records.texts():
        everything.write(start + text)
        start = ",\n"
        yield orjson.loads(text)


def lines_in(path):
    """The records of a `directory.json`, as pairs of the name of the table and a line of JSON."""
    name = None
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.startswith('"'):
                name = line[1:].partition('"')[0]
            elif line.startswith('{"'):
                yield name, line.rstrip().removesuffix(",")


def write_linked(target, parts, origin):
    """Each thing once: rows that have a table of their own are told there. Made once, and written in each way as it passes."""
    tables = {part.table.name: part.table for part in parts if part.table.rdf_types}
    ways = formats.LINKED_DATA.values()
    copies = tee(resources_in(target / EVERYTHING, tables, origin), len(ways))
    pieces = [each.write_triples(resources) for each, resources in zip(ways, copies, strict=True)]
    with ExitStack() as stack:
        places = [target / f"directory.{each.suffix}" for each in ways]
        files = [stack.enter_context(place.open("w", encoding="utf-8")) for place in places]
        for together in zip_longest(*pieces, fillvalue=""):
            for file, piece in zip(files, together, strict=True):
                file.write(piece)


def resources_in(path, tables, origin):
    terms = Terms(origin, told=tables)
    yield formats.licence_of(origin)
    for name, line in lines_in(path):
        if table := tables.get(name):
            record = orjson.loads(line)
            terms.note(table, record)
            yield from table.resources(record, origin, told=tables)
    yield from terms.resources()


def write_package(target, parts, day):
    """The CSV files and their description."""
    with ZipFile(target / PACKAGE, "w", ZIP_DEFLATED) as archive:
        archive.writestr(datapackage.DESCRIPTION, datapackage.descriptor(parts, day))
        for path in sorted(target.glob("*.csv")):
            archive.write(path, path.name)


def write_changes(target, parts, folder, day):
    """What came, went and changed since the dump before, by key."""
    since = max((each for each in days(folder) if each < day), default=None)
    now_there = states(target / EVERYTHING, parts)
    was_there = states(folder / since / EVERYTHING, parts) if since else {}
    told = {}
    for part in parts:
        now, was = (found.get(part.table.name, {}) for found in (now_there, was_there))
        told[part.table.name] = {
            "added": sorted(now.keys() - was.keys()),
            "removed": sorted(was.keys() - now.keys()),
            "changed": sorted(key for key in now.keys() & was.keys() if now[key] != was[key]),
        }
    text = json.dumps({"since": since, "changes": told}, ensure_ascii=False, indent=1)
    (target / CHANGES).write_text(text + "\n", encoding="utf-8")


def states(path, parts):
    """Table → key of a row → a digest of it."""
    keys = {part.table.name: part.table.keys for part in parts}
    found = {name: {} for name in keys}
    for name, line in lines_in(path):
        if name in keys:
            record = orjson.loads(line)
            key = " ".join(str(record[column]) for column in keys[name])
            found[name][key] = blake2b(line.encode(), digest_size=8).digest()
    return found


def write_sums(target):
    lines = []
    for path in sorted(target.iterdir()):
        with path.open("rb") as file:
            lines.append(f"{file_digest(file, 'sha256').hexdigest()}  {path.name}\n")
    (target / SUMS).write_text("".join(lines), encoding="utf-8")


def put(new, place):
    """`new` in the place of what may be there, with no moment without either."""
    if not place.exists():
        new.rename(place)
        return
    old = place.with_name(f".old-{new.name}")
    place.rename(old)
    new.rename(place)
    shutil.rmtree(old)


def days(folder: Path | None = None) -> list[str]:
    """The days of which there are dumps, the earliest first. What else lies in the folder is passed over."""
    folder = folder or FOLDER
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if is_dump(path))


def is_dump(path):
    return bool(DAY.fullmatch(path.name)) and os.access(path / SUMS, os.R_OK)


def latest(folder: Path | None = None) -> Iterator[Dump]:
    """The dumps that are there, the latest first."""
    return (dump_of(day, folder) for day in reversed(days(folder)))


def dump_of(day: str, folder: Path | None = None) -> Dump:
    place = (folder or FOLDER) / day
    sums = (line.split("  ") for line in (place / SUMS).read_text(encoding="utf-8").splitlines())
    files = [(name, (place / name).stat().st_size, digest) for digest, name in sums]
    return Dump(day, files, notes_of(place))


def notes_of(place: Path) -> list[dict[str, str]]:
    path = place / NOTES
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


# What is removed later


class PastRecords(Records):
    """The records of a table as a dump holds them, without a text that is to go."""

    def __init__(self, table: Table, path: Path, unwanted: str) -> None:
        super().__init__(table)
        self.path, self.unwanted = path, unwanted

    def texts(self) -> Iterator[str]:
        for name, line in lines_in(self.path):
            if name == self.table.name:
                record = orjson.loads(line)
                yield as_text(lacking(self.table) | without(self.unwanted, record))


class PastPart(NamedTuple):
    table: Table
    records: Records
    links: list[str] | None


def lacking(table: Table) -> dict[str, Any]:
    """What columns hold that came after the dump: nothing."""
    many = (Kind.LINKS, Kind.TEXTS, Kind.ROWS)
    return {name: [] if column.kind in many else None for name, column in table.columns.items()}


def without(unwanted: str, value: Any) -> Any:
    """A value of a record: a text that is unwanted goes whole, one that holds it says that something was removed."""
    if isinstance(value, dict):
        return {name: without(unwanted, each) for name, each in value.items()}
    if isinstance(value, list):
        return [without(unwanted, each) for each in value if each != unwanted]
    if isinstance(value, str):
        return "" if value == unwanted else value.replace(unwanted, REMOVED)
    return value


def redact(
    parts: Sequence[datapackage.Part], origin: str, unwanted: str, note: str, *, folder: Path | None = None
) -> Iterator[str]:
    """Write each dump that holds a text anew without it, and give its day. `note` is public: why, without the text itself."""
    folder = folder or FOLDER
    for day in days(folder):
        old = folder / day
        if unwanted in (old / EVERYTHING).read_text(encoding="utf-8"):
            rewrite(old, parts, origin, unwanted, note)
            yield day


def rewrite(old, parts, origin, unwanted, note):
    there = parts_in(old / EVERYTHING)
    past = [
        PastPart(part.table, PastRecords(part.table, old / EVERYTHING, unwanted), part.links)
        for part in parts
        if part.table.name in there
    ]
    notes = [*notes_of(old), {"on": localdate().isoformat(), "note": note}]
    with place_for(old.parent, old.name) as target:
        write_tables(target, past, lambda name: None)
        write_linked(target, past, origin)
        write_package(target, past, old.name)
        shutil.copyfile(old / CHANGES, target / CHANGES)
        (target / NOTES).write_text(json.dumps(notes, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def parts_in(path):
    """The names of the tables of a `directory.json`."""
    with path.open(encoding="utf-8") as file:
        return {line[1:].partition('"')[0] for line in file if line.startswith('"')}
