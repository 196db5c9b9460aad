"""Constraints both ways: what each lets through and what it refuses, in the database and in a form.

A case reads `constraint name: (factory, allowed changes, refused changes)`. A change is a dictionary of
fields, or makes one from the row and another one like it.
"""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction

from roma_network.editorial.importing.constraints import violations
from roma_network.models import Status

DATES = ["", "1996", "1996-02", "1996-02-29"]
NOT_DATES = ["96", "1996-13", "1996-00", "1996-2", "1996-02-32", "1996-02-00", "02/1996", "1996-"]


def parameters(cases, way):
    return [
        pytest.param(name, factory, change, id=f"{name}-{number}")
        for name, (factory, *ways) in cases.items()
        for number, change in enumerate(ways[way])
    ]


def allowed(cases):
    return pytest.mark.parametrize(("name", "factory", "change"), parameters(cases, 0))


def refused(cases):
    return pytest.mark.parametrize(("name", "factory", "change"), parameters(cases, 1))


def assert_allowed(name, factory, change):
    assert name in constraints(factory)
    row, stored, fields = changed_row(factory, change)
    row.full_clean()
    assert violations(type(row), [row]) == {}
    assert stored.update(**fields) == 1


def assert_refused(name, factory, change):
    constraint = constraints(factory)[name]
    row, stored, fields = changed_row(factory, change)
    with pytest.raises(ValidationError):
        row.full_clean()
    with pytest.raises(ValidationError) as error:
        row.validate_constraints()
    assert error.value.messages == [constraint.violation_error_message]
    if isinstance(constraint, models.CheckConstraint):
        assert violations(type(row), [factory(), row]) == {1: [constraint]}
    with pytest.raises(IntegrityError, match=complaint(constraint)), transaction.atomic():
        stored.update(**fields)


def changed_row(factory, change):
    """A row changed in memory, the row as stored (to write past all that Python would say), and the change."""
    row, other = factory(), factory()
    stored = type(row).objects.filter(pk=row.pk)
    fields = change(row, other) if callable(change) else change
    for field, value in fields.items():
        setattr(row, field, value)
    return row, stored, fields


def complaint(constraint):
    """What the database says: SQLite names the columns of a unique constraint, and not the constraint."""
    if connection.vendor == "sqlite" and isinstance(constraint, models.UniqueConstraint):
        return "UNIQUE constraint failed"
    return constraint.name


def constraints(factory):
    return {constraint.name: constraint for constraint in factory._meta.model._meta.constraints}


# Cases that several models share


def known(table, factory, field, *vocabularies, blank=False):
    """With `blank` it may be empty, too."""
    allowed, refused = [value for each in vocabularies for value in each.values], ["x"]
    (allowed if blank else refused).append("")
    changes = [[{field: value} for value in values] for values in (allowed, refused)]
    return {f"{table}_{field}_is_known": (factory, *changes)}


def dates(table, factory, field, required=False):
    name = f"{table}_{field}_is_a_date"
    right = [date for date in DATES if date or not required]
    return {name: (factory, [{field: date} for date in right], [{field: date} for date in NOT_DATES])}


def in_order(table, factory, earlier, later):
    right = [("", ""), ("2011", ""), ("", "2011"), ("2011", "2011"), ("2011-04", "2011"), ("2011", "2011-04")]
    right += [("2011-04-05", "2011-04"), ("2011-04-05", "2011-04-05"), ("2011-04-05", "2012")]
    wrong = [("2011", "2010"), ("2011-04", "2010"), ("2011", "2010-12"), ("2011-04-05", "2011-04-04")]
    changes = [[{earlier: first, later: last} for first, last in pairs] for pairs in (right, wrong)]
    return {f"{table}_{later}_not_before_{earlier}": (factory, *changes)}


def slugged(table, factory):
    return {
        f"{table}_slug_once": (
            factory,
            [{"slug": None}, {"slug": "romact-2023"}],
            [lambda row, other: {"slug": other.slug}],
        ),
        f"{table}_slug_is_part_of_an_address": (
            factory,
            [{"slug": None}, {"slug": "a"}, {"slug": "romact-2023-2"}],
            [{"slug": slug} for slug in ("", "a.b", "A", "-a", "a--b", "ä", "a b")],
        ),
    }


def editorial(table, factory):
    return known(table, factory, "status", Status) | {
        f"{table}_slug_is_part_of_an_address": (
            factory,
            [{"slug": "a"}, {"slug": "city-of-glasgow"}, {"slug": "2011-romed"}],
            [{"slug": slug} for slug in ("", "a.b", "a_b", "A", "-a", "a-", "a--b", "ä", "a b", "a/b")],
        ),
        f"{table}_published_has_a_date": (
            factory,
            [{"status": "published"}, {"status": "draft", "published_at": None}],
            [{"published_at": None}],
        ),
    }


def citation(table, factory):
    return {
        f"{table}_cites_once": (
            factory,
            [lambda row, other: {"subject": other.subject}, lambda row, other: {"source": other.source}],
            [lambda row, other: {"subject": other.subject, "source": other.source}],
        ),
        f"{table}_backs_something": (
            factory,
            [{"facts": [], "note": "in passing"}, {"note": ""}],
            [{"facts": [], "note": ""}],
        ),
        **dates(table, factory, "checked_on"),
    }
