"""A question put to the search page, as a reader does, and what stands there."""

import re
from urllib.parse import urlencode

from selectolax.lexbor import LexborHTMLParser

ADDRESS = re.compile(r"/(actor|initiative|document)s/([\w-]+)/$|/(countr)ies/([A-Z]{2})/$")


def asked_of_the_page(client, text):
    """Kind and slug (or code) of the results, in their order."""
    page = LexborHTMLParser(client.get(f"/search/?{urlencode({'q': text})}").content)
    return [entry_in(item) for item in page.css(".found > .entry")]


def entry_in(item):
    link = item.css_first("h3 a")
    match = ADDRESS.match(link.attributes["href"]) if link else None
    if match is None:
        return "document", item.attributes["id"]
    return (match[1], match[2]) if match[1] else ("country", match[4])
