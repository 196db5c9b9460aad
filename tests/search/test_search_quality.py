"""Whether people find what they look for, on the real directory: the first entry of the page, and the first five."""

import re
from collections import defaultdict
from urllib.parse import urlencode

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.search.search_queries import QUERIES

ENTRY = re.compile(r"/(?:actors|initiatives|countries)/([\w-]+)/$|/documents/\?.*#([\w-]+)$")


def found(client, query):
    """The entries on the page of results, in its order."""
    page = LexborHTMLParser(client.get(f"/search/?{urlencode({'q': query})}").content)
    links = (link.attributes["href"] for link in page.css(".found .ties a, .found h3 a"))
    return list(dict.fromkeys(match[1] or match[2] for match in map(ENTRY.search, links) if match))


@pytest.fixture
def places(directory, client):
    """Query → place of the entry that should come first, counted from 1."""
    results = {query: found(client, query) for query, _ in QUERIES}
    return {
        query: results[query].index(wanted) + 1 if wanted in results[query] else 0
        for query, wanted in QUERIES
    }


def test_people_find_what_they_look_for(places):
    misses = defaultdict(list)
    for query, place in places.items():
        misses["first"] += [query] if place != 1 else []
        misses["first five"] += [query] if not 1 <= place <= 5 else []
    assert len(QUERIES) >= 60
    assert len(misses["first"]) <= 0.05 * len(QUERIES), misses
    assert len(misses["first five"]) <= 0.01 * len(QUERIES), misses
