"""What a page is about, for search engines: JSON-LD in the words of schema.org, as a block of data within the page.

It is taken from the linked data of the same entry: no column is declared for it. A block of data runs no script, so the
Content Security Policy stays as it is.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString

from roma_network.export.columns import Table
from roma_network.export.rdf import Iri, Resource
from roma_network.export.records import Records

CONTEXT, PREFIX, SAME = "https://schema.org", "schema:", "owl:sameAs"
ESCAPED = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


def of_entry(table: Table, key: int, url: str) -> SafeString:
    """The block of the page at `url` on a public row, or nothing where it is not public."""
    record = next(iter(Records(table, [key])), None)
    if record is None:
        return SafeString()
    resources = {each.subject: each for each in table.resources(record, settings.BASE_URL)}
    return block({**as_schema_org(next(iter(resources.values())), resources), "url": url})


def as_schema_org(resource: Resource, others: Mapping[Iri, Resource]) -> dict[str, Any]:
    """What schema.org has words for, with the nodes that only this resource leads to within it."""
    found: dict[str, list] = {}
    for name, value in resource.statements:
        if name == "rdf:type" and value.value.startswith(PREFIX):
            found.setdefault("@type", []).append(value.value.removeprefix(PREFIX))
        elif name.startswith(PREFIX) or name == SAME:
            found.setdefault(name.partition(":")[2], []).append(plain_value(name, value, others))
    return {"@id": resource.subject.value} | {
        name: values[0] if len(values) == 1 else values for name, values in found.items()
    }


def plain_value(name, value, others):
    if value in others:
        return as_schema_org(others[value], others)
    return {"@id": value.value} if isinstance(value, Iri) and name != SAME else value.value


def block(data: Mapping[str, Any]) -> SafeString:
    """No value can end the block: what could is escaped."""
    text = json.dumps({"@context": CONTEXT, **data}, ensure_ascii=False).translate(ESCAPED)
    return SafeString(f'<script type="application/ld+json">{text}</script>')


def of_dataset(name: str, description: str, licence: str, files: Iterable[tuple[str, str]]) -> SafeString:
    """The block of the page of the data set; of its files the address and the media type."""
    downloads = [
        {"@type": "DataDownload", "contentUrl": url, "encodingFormat": media_type}
        for url, media_type in files
    ]
    return block(
        {
            "@type": "Dataset",
            "@id": f"{settings.BASE_URL}/data/#dataset",
            "name": name,
            "description": description,
            "url": f"{settings.BASE_URL}/data/",
            "license": licence,
            "isAccessibleForFree": True,
            "distribution": downloads,
        }
    )
