"""A budget of queries that is overdrawn says which queries they are, and whence they come."""

import pytest

from stakeholders.models import Actor
from tests.costs import Cost, Query, counted, explained, shape_of
from tests.editing import address, queries_of
from tests.factories import ActorFactory


def cost_of(*shapes):
    return Cost([Query(shape, "a.py:1 in a") for shape in shapes])


def test_a_cost_is_a_number_that_tells_what_it_stands_for(admin_client):
    ActorFactory()
    cost = queries_of(admin_client, address(Actor))
    assert 3 < cost < 20
    text = "\n".join(explained("<=", cost, 3))
    assert text.startswith(f"<= {cost} queries:\n")
    assert 'SELECT … FROM "stakeholders_actor"' in text
    assert "in changelist_view" in text or "in get_queryset" in text or "roma_network/admin/" in text


def test_what_is_over_is_told_for_each_address():
    found = explained("==", {"/actors/": cost_of("A", "B", "A")}, {})
    assert found == [
        "/actors/ 3 queries:",
        "   2 × A (a.py:1 in a)",
        "   1 × B (a.py:1 in a)",
    ]


def test_of_two_costs_the_difference_is_told():
    left, right = cost_of("A", "A", "A", "B"), cost_of("A", "B")
    assert left.beyond(right) == 2
    assert [line for line in explained("==", left, right) if "×" in line] == ["   2 × A (a.py:1 in a)"]


def test_other_comparisons_are_left_to_pytest():
    assert explained("==", {"a": 1}, {}) is explained("==", 1, 2) is None


@pytest.mark.parametrize(
    ("sql", "shape"),
    [
        (
            'SELECT "a"."x", "a"."y" FROM "a" WHERE "a"."x" IN (%s, %s)',
            'SELECT … FROM "a" WHERE "a"."x" IN (…)',
        ),
        ('INSERT INTO "a" ("x", "y") VALUES (%s, %s), (%s, %s)', 'INSERT INTO "a" ("x", "y") VALUES (…)'),
        ('RELEASE SAVEPOINT "s1_x2"', "RELEASE SAVEPOINT"),
        ("UPDATE " + "a" * 200, "UPDATE " + "a" * 143 + "…"),
    ],
)
def test_statements_that_differ_in_their_values_have_one_shape(sql, shape):
    assert shape_of(sql) == shape


def test_as_many_are_counted_as_are_asked(db, django_assert_num_queries):
    with counted() as queries, django_assert_num_queries(2):
        list(Actor.objects.all())
        Actor.objects.count()
    assert Cost(queries) == 2
