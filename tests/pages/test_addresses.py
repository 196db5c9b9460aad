"""Whatever says the same is one address; what a page does not take is told, and kept nowhere."""

import pytest
from django.core.cache import cache
from django.urls import get_resolver

from roma_network.pages.addresses import canonical
from tests.factories import ActorFactory
from tests.html import patterns, read


@pytest.mark.parametrize(
    ("path", "sent", "query", "is_canonical", "is_kept"),
    [
        ("/actors/", "", "", True, True),
        ("/actors/", "type=academia&country=SK", "type=academia&country=SK", True, True),
        ("/actors/", "country=SK&type=academia", "type=academia&country=SK", False, True),
        ("/actors/", "country=SK&country=RO&country=SK", "country=RO&country=SK", False, True),
        ("/actors/", "q=&type=&sort=&page=%20", "", False, True),
        ("/actors/", "q=one&q=two", "q=two", False, True),
        ("/actors/", "q=a+b", "q=a+b", True, True),
        ("/actors/", "q=a%20b", "q=a+b", False, True),
        ("/actors/", "%71=a", "q=a", False, True),
        ("/actors/", "utm_x=1&q=a&fbclid=2", "q=a", False, True),
        ("/actors/", "sort=no&page=99", "sort=no&page=99", True, True),
        ("/actors/", "colour=red&q=a", "q=a&colour=red", False, False),
        ("/actors/", "colour=red", "colour=red", False, False),
        ("/actors/", "colour=red&format=csv&q=a&page=7", "q=a&format=csv", False, True),
        ("/actors/", "colour=red&format=nothing", "format=nothing&colour=red", False, False),
        ("/timeline/", "format=png&utm_x=7", "format=png", False, True),
        ("/figures/types/", "format=png&type=academia", "format=png", False, True),
        ("/about/", "x=1", "x=1", False, False),
        ("/search/", "exact=1&q=a", "q=a&exact=1", False, False),
        (
            "/api/v1/actors/",
            "page_size=2&cursor=&fields=slug",
            "cursor=&fields=slug&page_size=2",
            False,
            True,
        ),
        ("/nowhere/", "b=1", "b=1", False, False),
    ],
)
def test_what_says_the_same_is_one_address(rf, path, sent, query, is_canonical, is_kept):
    address = canonical(rf.get(f"{path}?{sent}"))
    assert (address.query, address.is_canonical, address.is_kept) == (query, is_canonical, is_kept)
    again = canonical(rf.get(f"{path}?{query}"))
    assert (again.query, again.is_kept) == (query, is_kept)


def kept():
    return {key for key in cache.store.entries if "answer-" in key}


def test_an_address_with_tracking_is_answered_from_the_canonical_one(client, db):
    ActorFactory(type="academia")
    first = client.get("/actors/?q=&type=academia&page=1")
    before = kept()
    for query in ("type=academia&page=1&utm_source=x", "page=1&type=academia&gclid=7"):
        answer = client.get(f"/actors/?{query}")
        assert answer.content == first.content
        assert answer["ETag"] == first["ETag"]
        assert answer["Cache-Control"] == "private, max-age=0"
    assert kept() == before
    assert client.get("/actors/?type=academia&page=1")["Cache-Control"].startswith("public")


def test_an_address_with_what_a_page_does_not_take_is_kept_nowhere(client, db):
    for number in range(3):
        page = read(client, f"/actors/?colour={number}")
        assert page.complaints.keys() == {f"colour={number}"}
        assert client.get(f"/about/?colour={number}")["Cache-Control"].startswith("private")
    assert not kept()


def test_links_of_a_list_are_canonical(client, db, rf):
    ActorFactory.create_batch(30, type="academia")
    page = read(client, "/actors/?type=academia&q=actor&sort=name")
    links = [each for each in page.links("main").values() if each.startswith("/actors/?")]
    assert len(links) > 5
    assert [link for link in links if not canonical(rf.get(link)).is_canonical] == []


def test_every_view_that_is_kept_says_what_it_takes_and_costs():
    found = [
        each.callback for each in patterns(get_resolver()) if getattr(each.callback, "reads_directory", False)
    ]
    assert len(found) > 30
    for view in found:
        assert view.takes is None or "format" in view.takes or view.costs.keys() == {""}
        assert all(cost >= 0 for cost in view.costs.values())
        assert "" in view.costs
