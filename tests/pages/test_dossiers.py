"""What the pages of entries share: long lists fold with their count, sources open beside the fact."""

import pytest

from roma_network.pages.footnotes import Footnote
from roma_network.pages.template_tags import folded, markers
from tests import factories
from tests.html import read


@pytest.mark.parametrize(("length", "shown"), [(0, 0), (8, 8), (10, 10), (11, 8), (30, 8)])
def test_a_list_is_folded_where_that_hides_more_than_two(length, shown):
    first, rest = folded(range(length), 8)
    assert len(first) == shown
    assert [*first, *rest] == list(range(length))


def test_the_first_marker_of_a_note_is_where_its_way_back_leads():
    note = Footnote(3, None)
    first, second = markers([note]), markers([note])
    assert 'id="marker-3" popovertarget="note-3"' in first
    assert "id=" not in second


def test_sources_beyond_ten_are_folded_with_their_count(client, db):
    actor = factories.ActorFactory()
    for _ in range(14):
        factories.ActorCitationFactory(subject=actor, facts=["name"])
    page = read(client, actor.get_absolute_url())
    assert len(page.all(".notes > ol > li [popover]")) == 14
    assert page.text(".notes summary") == "4 more sources"


def test_bodies_with_the_same_acronym_name_one_another(client, db):
    council, _coalition = (
        factories.ActorFactory(slug=slug, name=name, acronym="RCC")
        for slug, name in (("council", "Regional Cooperation Council"), ("coalition", "Roma Civic Coalition"))
    )
    factories.ActorFactory(name="Draft", acronym="RCC", status="draft")
    factories.ActorFactory.create_batch(2, acronym="")
    links = read(client, council.get_absolute_url()).links(".side dl")
    assert links.get("Roma Civic Coalition") == "/actors/coalition/"
    assert "Draft" not in links
    without = factories.ActorFactory(acronym="")
    assert "Same acronym" not in read(client, without.get_absolute_url()).text(".side")
