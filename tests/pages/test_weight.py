"""What a first visit sends over the wire: the page and all that it asks for."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from roma_network.pages.static_files import condensed

KB = 1024


def weight(client, address):
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    html = gzip.decompress(answer.content).decode()
    named = set(re.findall(r'(?:stylesheet|icon)" href="/static/([^"]+)"|script src="/static/([^"]+)"', html))
    return len(answer.content) + sum(weight_of_file(style or script) for style, script in named)


def weight_of_file(name):
    content = Path(finders.find(name)).read_bytes()
    return len(gzip.compress(condensed(content) if name.endswith(".css") else content, 9))


@pytest.mark.parametrize(
    ("most", "addresses"),
    [
        (20 * KB, ["/actors/", "/initiatives/", "/documents/"]),
        (45 * KB, ["/"]),
        (
            25 * KB,
            ["/actors/fra/", "/actors/kosice-sk/", "/documents/fra-roma-travellers-13-countries-2025/"],
        ),
    ],
)
def test_a_first_visit_is_light(client, directory, most, addresses):
    for address in addresses:
        assert 5 * KB < weight(client, address) < most, address
