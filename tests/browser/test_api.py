"""The API over HTTP, against its own description."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

pytestmark = pytest.mark.browser

EXAMPLES = 20  # of addresses, for each operation


def test_it_keeps_to_its_description(server, directory):
    """Every operation, with parameters of all kinds: no server error, no answer that is not described.

    Slugs and codes that do not exist are refused by design, and no schema can list those that do.
    """
    described = schemathesis.openapi.from_url(f"{server}/api/v1/openapi.json")
    tried = 0
    for operation in described.get_all_operations():

        @settings(
            max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(operation.ok().as_strategy())
        def holds(case):
            case.call_and_validate(excluded_checks=[positive_data_acceptance])

        holds()
        tried += 1
    assert tried == 25
