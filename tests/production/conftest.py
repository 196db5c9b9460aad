"""A cluster for all tests of one run, since it takes a quarter of a minute to build."""

from contextlib import contextmanager

import pytest

from tests.production.cluster import PASSWORD, Cluster
from tests.production.load import PAGES, ask, connection


@contextmanager
def built(**options):
    """With a curator's account, and every page asked for once."""
    with Cluster(**options) as cluster:
        create = f"from django.contrib.auth.models import User; User.objects.create_superuser('curator', password='{PASSWORD}')"
        cluster.manage("shell", "-c", create)
        fill_cache(cluster)
        yield cluster


def fill_cache(cluster):
    """Have nginx keep every page, as it does after some days of use."""
    for number, path in enumerate(PAGES):
        server = connection(cluster.ports["https"], f"127.1.{number}.1")  # by many, as rates are limited
        assert ask(server, path).status == 200, path
        server.close()


@pytest.fixture(scope="session")
def cluster():
    with built() as cluster:
        yield cluster
