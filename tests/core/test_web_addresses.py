"""Addresses that readers are led to: which are taken, and that the link checker can ask for all of these."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db.models import URLField

from initiatives.models import Document, Initiative
from roma_network.core.hosts import ascii_host
from roma_network.core.web_addresses import WebAddressField, validate_web_address
from roma_network.editorial.link_checker import LinkChecker
from roma_network.models import Link, Source
from stakeholders.models import Actor

TAKEN = [
    "https://example.eu",
    "http://example.eu/a/b.html?c=d&e=[f]#g",
    "HTTPS://Example.EU/",
    "http://my_host/",
    "https://my_host.example.eu:8443/x",
    "https://bücher.example/straße",
    "https://οδός.gr/",
    "https://пример.испытание/път",
    "https://xn--bcher-kva.example/",
    "http://192.0.2.1/",
    "http://[2001:db8::1]:8000/",
    "https://example.eu./",
]
REFUSED = {
    "": "begins with http",
    "example.eu": "begins with http",
    "ftp://example.eu/": "begins with http",
    "javascript:alert(1)//https://": "begins with http",
    "data:text/html,x": "begins with http",
    "//example.eu": "begins with http",
    "https://user:secret@example.eu/": "user name",
    "https://user@example.eu/": "user name",
    "https://@example.eu/": "user name",
    "https://example.eu\\@evil.example/": "backslash",
    "https://exam\u200bple.eu/": "200B",
    "https://example.eu/\u202efdp.exe": "202E",
    "https://example.eu/a\u00adb": "00AD",
    "https://example.eu/a b": "0020",
    "https://example.eu/\nx": "000A",
    "https://example.eu/\0": "0000",
    "https://exa\u200dmple.eu/": "200D",
    "https://": "no name of a site",
    "https:///path": "no name of a site",
    "https://exa mple/": "0020",
    "https://-example.eu/": "no name of a site",
    "https://example..eu/": "no name of a site",
    "https://exam'ple.eu/": "no name of a site",
    "https://example.eu:port/": "no address",
    "https://example.eu:99999/": "no address",
    "https://[::1/": "no address",
}


@pytest.mark.parametrize("address", TAKEN)
def test_an_address_is_taken_by_forms_imports_and_the_link_checker(address, monkeypatch):
    validate_web_address(address)
    assert Actor._meta.get_field("website").formfield(assume_scheme="https").clean(address) == address
    asked = []

    async def request(self, method, url):
        asked.append(url)
        return 200, None, None

    monkeypatch.setattr(LinkChecker, "request", request)
    with (
        ThreadPoolExecutor() as pool
    ):  # of its own, since a browser test before may have left a loop in this thread
        outcome = pool.submit(asyncio.run, LinkChecker("test").outcome_of(address)).result()
    assert outcome.state == Link.State.WORKS
    [url] = asked
    assert url.scheme in ("http", "https")
    assert url.host
    assert not url.userinfo


@pytest.mark.parametrize(("address", "reason"), REFUSED.items(), ids=map(ascii, REFUSED))
def test_an_address_is_refused_and_says_why(address, reason):
    with pytest.raises(ValidationError, match=reason) as error:
        validate_web_address(address)
    assert "%(" not in str(error.value.messages)


def test_a_form_adds_what_nobody_types():
    assert Actor._meta.get_field("website").formfield(assume_scheme="https").clean("my_host.eu/x ") == (
        "https://my_host.eu/x"
    )


def test_every_public_address_is_such_a_field():
    fields = [field for model in (Actor, Initiative, Document, Source) for field in model._meta.fields]
    addresses = [field for field in fields if isinstance(field, URLField)]
    assert len(addresses) == 5
    assert all(isinstance(field, WebAddressField) for field in addresses)


@pytest.mark.parametrize("host", ["a b.example", "..", "exa/mple", "ü" * 64 + ".example"])
def test_no_host_is_called_so(host):
    with pytest.raises(ValueError):  # noqa: PT011 (of several kinds)
        ascii_host(host)
