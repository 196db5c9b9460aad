"""Indexes that follow the log are what they would be if they were read anew."""

import numpy as np
import pytest
from django.db import connection

from initiatives.filters import DocumentFilterSet, InitiativeFilterSet
from roma_network.models import ContentVersion, Editorial, Record
from roma_network.search import autocomplete, facet_index, following, text_index
from stakeholders.filters import ActorFilterSet
from stakeholders.models import Actor, Country
from tests import factories
from tests.changes.test_log import Hand, small_directory  # noqa: F401, a fixture

pytestmark = pytest.mark.django_db(transaction=True)
FILTERSETS = (ActorFilterSet, InitiativeFilterSet, DocumentFilterSet)
ORDERS = {each: tuple(next(iter(each.sorts.values())).order) for each in FILTERSETS}


def indexes():
    version = ContentVersion.current()
    facets = {each: facet_index.facet_index_of(each, version) for each in FILTERSETS}
    for each, index in facets.items():
        index.ordered(ORDERS[each])
    return (
        facets,
        {model: text_index.text_index_of(model, version) for model in Editorial.__subclasses__()},
        autocomplete.name_index(version),
    )


def values_of(codes):
    named = {code: value for value, code in codes.index.items()}
    return [named[code] for code in codes.values.tolist()]


def told(found):
    """All that indexes hold, in a form that can be compared."""
    facets, texts, names = found
    for each, index in facets.items():
        yield each, index.keys.tolist(), {name: values_of(codes) for name, codes in index.plain.items()}
        yield index.keys[index.ordered(ORDERS[each])].tolist()
        for via, tie in index.ties.items():
            columns = {name: values_of(codes) for name, codes in tie.columns.items()}
            rows = [index.keys[row] for row in tie.rows]
            yield via, sorted(zip(rows, *columns.values(), strict=True), key=str)
            for name, order in tie.by_value.items():
                codes = tie.columns[name].values
                assert (np.diff(codes[order].astype(np.int64) * len(index.keys) + tie.rows[order]) >= 0).all()
                assert sorted(order.tolist()) == list(range(len(rows)))
    for model, index in texts.items():
        texts = model.objects.published().values_list("search_text", flat=True)
        for word in sorted({word for text in texts for word in text.split()}):
            by_key = zip(
                index.keys.tolist(),
                index.standing(word).tolist(),
                index.in_names(word).tolist(),
                index.lengths.tolist(),
                strict=True,
            )
            yield model, word, sorted(by_key)
    yield sorted(zip(names.keys, names.slugs, names.names, strict=True))


def test_whatever_is_done_indexes_follow(small_directory):  # noqa: F811
    following.kept.clear()
    hand, patched = Hand(7, small_directory), indexes()
    for number in range(120):
        hand.do()
        if number % 4 == 0:
            patched = indexes()
            following.kept.clear()
            anew = indexes()
            for one, other in zip(told(patched), told(anew), strict=True):
                assert one == other


def test_an_edit_reads_one_row_anew(django_assert_max_num_queries):
    actors = factories.ActorFactory.create_batch(5)
    version = ContentVersion.current()
    before = facet_index.facet_index_of(ActorFilterSet, version)
    actors[2].type = "academia"
    actors[2].save()
    after = facet_index.facet_index_of(ActorFilterSet, ContentVersion.current())
    assert after is not before
    assert after.plain["type"].index is before.plain["type"].index  # what values are called goes on
    assert values_of(after.plain["type"]).count("academia") == 1
    assert values_of(before.plain["type"]).count("academia") == 0


def test_a_list_follows_what_its_facets_lead_to():
    country = factories.CountryFactory(membership="other")
    actor = factories.ActorFactory(country=country)
    facet_index.facet_index_of(ActorFilterSet, ContentVersion.current())
    Country.objects.filter(pk=country.pk).update(membership="candidate")
    assert not Record.objects.filter(part="actors", number__gt=Record.objects.get(part="countries").number)
    found = facet_index.facet_index_of(ActorFilterSet, ContentVersion.current())
    assert values_of(found.plain["membership"]) == ["candidate"]
    assert found.keys.tolist() == [actor.pk]


def test_after_a_great_many_changes_the_old_index_serves_until_another_is_read(client, monkeypatch):
    started = []
    monkeypatch.setattr(following, "MOST", 3)
    monkeypatch.setattr(following, "aside", started.append)
    factories.ActorFactory.create_batch(5)
    assert "5 actors" in client.get("/actors/").text
    Actor.objects.update(type="academia")
    factories.ActorFactory()
    page = client.get("/actors/")
    assert "5 actors" in page.text
    assert "max-age=0, s-maxage=10" in page["Cache-Control"]
    assert "ETag" not in page
    monkeypatch.setattr(connection, "close", lambda: None)  # it is no thread of its own here
    for work in started:
        work()
    assert not following.behind
    factories.ActorFactory()
    page = client.get("/actors/")
    assert "7 actors" in page.text
    assert "ETag" in page


def test_the_rows_of_a_part_follow(client):
    ties = factories.ParticipationFactory.create_batch(3)
    assert client.get("/api/v1/participations/").json()["count"] == 3
    ties[1].delete()
    factories.ParticipationFactory(actor=ties[0].actor)
    answer = client.get("/api/v1/participations/?cursor=&page_size=2").json()
    assert answer["count"] == 3
    assert len(client.get(answer["next"]).json()["results"]) == 1
