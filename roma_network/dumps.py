"""The whole directory as dated files: written to a folder of their own, whole or not at all, with their checksums.

A dump holds tidy tables as CSV, the same in a Frictionless data package, everything as JSON and as linked data, and
what changed since the dump before.
"""

import json
import os
import shutil
import tempfile
from hashlib import file_digest
from itertools import chain
from pathlib import Path
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.timezone import localdate

from roma_network import exports
from roma_network.environment import VAR_DIR

FOLDER = VAR_DIR / "dumps"
KEPT = 12
SUMS, CHANGES, PACKAGE = "SHA256SUMS", "changes.json", "directory.zip"
LICENCE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0 International",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
CHUNK = 500


class Part(NamedTuple):
    """A table of the dump. `keys` identify a row; `links` maps columns to the table whose key they hold."""

    table: exports.Table
    rows: object  # a function that gives the query set
    keys: tuple[str, ...]
    links: dict[str, str]


class Dump(NamedTuple):
    """One that is there: its day, and name, size in bytes and checksum of each file."""

    day: str
    files: list[tuple[str, int, str]]


def publish(parts, origin, *, folder=None, day=None, kept=KEPT, progress=lambda name: None):
    """Write a dump of today, in place of an earlier one of the same day, and drop all but the latest `kept`."""
    folder, day = folder or FOLDER, (day or localdate()).isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    target = Path(tempfile.mkdtemp(prefix=".", dir=folder))
    try:
        records = {part.table.name: list(records_of(part)) for part in parts}
        for part in parts:
            progress(part.table.name)
            write_csv(target / f"{part.table.name}.csv", part.table, records[part.table.name])
        write_json(target / "directory.json", records)
        write_linked(target, parts, records, origin)
        write_package(target, parts, day)
        before = [each for each in days(folder) if each < day]
        earlier = folder / before[-1] / "directory.json" if before else None
        write_json(target / CHANGES, changes(parts, records, earlier, before[-1] if before else None))
        write_sums(target)
        target.chmod(0o755)
        put(target, folder / day)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    for old in days(folder)[:-kept]:
        shutil.rmtree(folder / old)
    return folder / day


def records_of(part):
    for row in part.rows().iterator(chunk_size=CHUNK):
        yield part.table.record(row)


def write_csv(path, table, records):
    with path.open("w", encoding="utf-8", newline="") as file:
        for line in exports.csv_lines(table, records, ""):
            file.write(line)


def write_json(path, data):
    path.write_text(
        json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def write_linked(target, parts, records, origin):
    for kind in ("ttl", "jsonld", "rdf"):
        lines = exports.LINKED[kind]
        resources = chain.from_iterable(
            part.table.resources(record, origin)
            for part in parts
            if part.table.kind
            for record in records[part.table.name]
        )
        with (target / f"directory.{kind}").open("w", encoding="utf-8") as file:
            file.writelines(lines(distinct(resources)))


def distinct(resources):
    """Each subject once: a membership is told by both its ends."""
    seen = set()
    for resource in resources:
        if resource.subject not in seen:
            seen.add(resource.subject)
            yield resource


def write_package(target, parts, day):
    """The CSV files and their description, as Frictionless Data describes it."""
    descriptor = {
        "profile": "tabular-data-package",
        "name": "roma-integration-directory",
        "title": "Who works on Roma integration in Europe",
        "version": day,
        "licenses": [LICENCE],
        "resources": [resource_of(part) for part in parts],
    }
    with ZipFile(target / PACKAGE, "w", ZIP_DEFLATED) as archive:
        archive.writestr("datapackage.json", json.dumps(descriptor, indent=1))
        for part in parts:
            archive.write(target / f"{part.table.name}.csv", f"{part.table.name}.csv")


def resource_of(part):
    name = part.table.name
    return {
        "name": name,
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "schema": {
            "fields": [
                {"name": column, "type": part.table.types.get(column, "string")}
                for column in part.table.columns
            ],
            "primaryKey": list(part.keys),
            "foreignKeys": [
                {"fields": [column], "reference": {"resource": other, "fields": [field]}}
                for column, (other, field) in part.links.items()
            ],
        },
    }


def changes(parts, records, earlier, since):
    """What came, went and changed since the dump before, by key."""
    before = json.loads(earlier.read_text(encoding="utf-8")) if earlier and earlier.is_file() else {}
    found = {}
    for part in parts:
        name = part.table.name
        now_there = {key_of(part, row): plain(row) for row in records[name]}
        was_there = {key_of(part, row): row for row in before.get(name, [])}
        found[name] = {
            "added": sorted(now_there.keys() - was_there.keys()),
            "removed": sorted(was_there.keys() - now_there.keys()),
            "changed": sorted(
                key for key in now_there.keys() & was_there.keys() if now_there[key] != was_there[key]
            ),
        }
    return {"since": since, "changes": found}


def plain(row):
    return json.loads(json.dumps(row, cls=DjangoJSONEncoder))


def key_of(part, row):
    return " ".join(str(row[column]) for column in part.keys)


def write_sums(target):
    lines = []
    for path in sorted(target.iterdir()):
        with path.open("rb") as file:
            lines.append(f"{file_digest(file, 'sha256').hexdigest()}  {path.name}\n")
    (target / SUMS).write_text("".join(lines))


def put(new, place):
    """`new` in the place of what may be there, with no moment without either."""
    if not place.exists():
        new.rename(place)
        return
    old = place.with_name(f".old-{new.name}")
    place.rename(old)
    new.rename(place)
    shutil.rmtree(old)


def days(folder=None):
    """The days of which there are dumps, the earliest first."""
    folder = folder or FOLDER
    if not folder.is_dir():
        return []
    return sorted(
        entry.name for entry in os.scandir(folder) if entry.is_dir() and not entry.name.startswith(".")
    )


def latest(folder=None):
    """The dumps that are there, the latest first."""
    folder = folder or FOLDER
    found = []
    for day in reversed(days(folder)):
        sums = dict(reversed(line.split("  ")) for line in (folder / day / SUMS).read_text().splitlines())
        found.append(
            Dump(day, [(name, (folder / day / name).stat().st_size, digest) for name, digest in sums.items()])
        )
    return found
