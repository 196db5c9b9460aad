import pytest

from roma_network.ops import fixtures
from tests import constraints
from tests.factories import ContradictionFactory, SourceFactory
from tests.initiatives.test_constraints import CASES as INITIATIVES
from tests.stakeholders.test_constraints import CASES as STAKEHOLDERS

CASES = {
    "roma_network_source_url_is_http": (
        SourceFactory,
        [{"url": "http://example.eu/"}, {"url": "https://example.eu/"}],
        [{"url": "ftp://example.eu/"}],
    ),
    "roma_network_source_origin_is_known": (
        SourceFactory,
        [{"origin": "official"}, {"origin": "mirror"}],
        [{"origin": "hearsay"}],
    ),
    "roma_network_contradiction_once": (
        ContradictionFactory,
        [{"rule": "closed"}, lambda row, other: {"entry": other.entry, "mark": "another"}],
        [lambda row, other: {"entry": other.entry}],
    ),
}


@pytest.mark.django_db
@constraints.allowed(CASES)
def test_allowed(name, factory, change):
    constraints.assert_allowed(name, factory, change)


@pytest.mark.django_db
@constraints.refused(CASES)
def test_refused(name, factory, change):
    constraints.assert_refused(name, factory, change)


def test_every_constraint_of_every_model_is_tested_both_ways():
    named = {constraint.name for model in fixtures.models() for constraint in model._meta.constraints}
    cases = CASES | STAKEHOLDERS | INITIATIVES
    assert named == set(cases)
    assert [name for name, (_, allowed, refused) in cases.items() if not (allowed and refused)] == []
