"""Imports beside people who save: nobody waits long, nothing is lost, and it is all or nothing."""

from threading import Thread
from time import monotonic

import pytest
from django.db import connections

from roma_network.editorial.importing import jobs
from roma_network.editorial.importing.dry_run import tables
from stakeholders.models import Actor
from tests.editing import address, sent_by
from tests.editorial.test_importing import ACTOR, actor_row, as_csv
from tests.factories import ActorCitationFactory, ActorFactory

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True)]
LONGEST = 3  # seconds that a save may take
SAVES = 10


def received(publisher_user, content):
    return jobs.receive(table=tables["actors"], file_name="actors.csv", content=content, by=publisher_user)


class Apart(Thread):
    """Something done in a thread with a connection of its own; what fails there fails the test."""

    def __init__(self, step, *args):
        super().__init__()
        self.step, self.args, self.failure = step, args, None
        self.start()

    def run(self):
        try:
            self.step(*self.args)
        except Exception as error:
            self.failure = error
        finally:
            connections.close_all()

    def wait(self):
        self.join()
        if self.failure:
            raise self.failure


@pytest.fixture
def importing(cast, django_user_model):
    """Have a file read, checked and imported, as far as `state`, in a thread like that of a worker."""

    def through(job, state):
        jobs.claim(job, state, "")
        jobs.run(job)

    return through


def saves_beside(client, actor, work):
    """How long each save takes that a colleague makes while something is at work; ten at least."""
    times = []
    while work.is_alive() or len(times) < SAVES:
        sent = sent_by(client.get(address(actor, "change"))) | {"summary": f"Saved {len(times)}."}
        started = monotonic()
        response = client.post(address(actor, "change"), sent)
        times.append(monotonic() - started)
        assert response.status_code == 302, response.text[:2000]
    return times


@pytest.mark.parametrize("number", [1200])
def test_colleagues_save_while_a_file_is_checked_and_imported(cast, importing, django_user_model, number):
    actor = ActorFactory(slug="colleague", status="draft")
    ActorCitationFactory(subject=actor)
    publisher = django_user_model.objects.get(username="publisher")
    job = received(publisher, as_csv(ACTOR, *[actor_row(f"agency-{n}") for n in range(number)]))
    for state in ("reading", "writing"):
        work = Apart(importing, job, state)
        times = saves_beside(cast["administrator"], actor, work)
        work.wait()
        assert max(times) < LONGEST
        job.refresh_from_db()
        assert job.problem == ""
    assert job.state == "done"
    assert Actor.objects.count() == number + 1
    actor.refresh_from_db()
    assert actor.history.count() > 2 * SAVES
