"""What a first visit sends over the wire: the page and all that it asks for."""

import gzip
import re
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders

from initiatives.models import Document, Initiative
from roma_network.pages.static_files import as_sent
from stakeholders.models import Actor, Country

KB = 1024
SAMPLE = 20


def weight(client, address):
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    html = gzip.decompress(answer.content).decode()
    named = set(re.findall(r'(?:stylesheet|icon)" href="/static/([^"]+)"|script src="/static/([^"]+)"', html))
    return len(answer.content) + sum(weight_of_file(style or script) for style, script in named)


def weight_of_file(name):
    """As WhiteNoise sends it to a browser that has an encrypted connection."""
    content = Path(finders.find(name)).read_bytes()
    return len(brotli.compress(as_sent(name, content)))


@pytest.mark.parametrize(
    ("most", "address"),
    [
        (45 * KB, "/"),
        (20 * KB, "/actors/"),
        (20 * KB, "/initiatives/"),
        (20 * KB, "/documents/"),
        (20 * KB, "/documents/?type=national_authority"),  # the heaviest of those filtered by one value
        (20 * KB, "/documents/?sort=name"),
        (20 * KB, "/documents/?kind=strategy"),
        (20 * KB, "/countries/"),
        (20 * KB, "/funding/"),
        (20 * KB, "/rosters/"),
        (20 * KB, "/partners/?like=kosice-sk"),
        (20 * KB, "/search/?q=roma"),
        (25 * KB, "/actors/fra/"),
        (25 * KB, "/actors/kosice-sk/"),
        (25 * KB, "/documents/fra-roma-travellers-13-countries-2025/"),
    ],
)
def test_a_first_visit_is_light(client, directory, most, address):
    assert 5 * KB < weight(client, address) < most


@pytest.mark.parametrize("model", [Actor, Initiative, Document, Country])
def test_nine_in_ten_dossiers_of_a_kind_are_light(client, directory, model):
    rows = list((model.objects if model is Country else model.objects.published()).order_by("pk"))
    sample = rows[:: len(rows) // SAMPLE]
    heavy = [row for row in sample if weight(client, row.get_absolute_url()) > 25 * KB]
    assert len(heavy) <= len(sample) / 10
