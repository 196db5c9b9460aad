"""Imports beside people who save, each with a connection of their own: nobody waits long, and nothing is lost."""

from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import pytest
from django.contrib.auth.models import User
from django.db import connections

from roma_network.editorial.importing import jobs
from roma_network.editorial.importing.tables import table_named
from roma_network.models import Import
from stakeholders.models import Actor
from tests.editing import address, sent_by
from tests.editorial.test_importing import ACTOR, actor_row, as_csv
from tests.factories import ActorCitationFactory, ActorFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.ignore_template_errors,
]
LINES = 300
LONGEST = (
    10  # seconds that a save may take while tests share the machine; alone it is under 3, see the benchmark
)
SAVES = 10
State = Import.State


@pytest.fixture
def apart():
    """Has steps done in threads whose connections end with them."""

    def closing(step, *args):
        try:
            return step(*args)
        finally:
            connections.close_all()

    with ThreadPoolExecutor() as pool:
        yield lambda step, *args: pool.submit(closing, step, *args)


@pytest.fixture
def colleague():
    actor = ActorFactory(slug="colleague", status="draft")
    ActorCitationFactory(subject=actor)
    return actor


def received(content):
    user = User.objects.get(username="publisher")
    return jobs.receive(table=table_named("actors"), file_name="actors.csv", content=content, by=user)


def work_at(job, state):
    jobs.claim(job, state, "")
    jobs.run(job)


def saves_beside(client, actor, work):
    """How long each save takes that a colleague makes while something is at work; ten at least."""
    times = []
    while not work.done() or len(times) < SAVES:
        sent = sent_by(client.get(address(actor, "change"))) | {"summary": f"Saved {len(times)} times."}
        started = monotonic()
        response = client.post(address(actor, "change"), sent)
        times.append(monotonic() - started)
        assert response.status_code == 302, response.text[:2000]
    work.result()
    return times


def test_colleagues_save_while_a_file_is_checked_and_imported(cast, apart, colleague):
    job = received(as_csv(ACTOR, *[actor_row(f"agency-{n}") for n in range(LINES)]))
    for state, then in ((State.READING, State.CHECKED), (State.WRITING, State.DONE)):
        times = saves_beside(cast["administrator"], colleague, apart(work_at, job, state))
        assert max(times) < LONGEST
        job.refresh_from_db()
        assert (job.state, job.problem) == (then, "")
    assert Actor.objects.count() == LINES + 1
    assert colleague.history.filter(history_user__username="administrator").count() >= 2 * SAVES


def test_colleagues_save_while_an_import_is_taken_back(cast, apart, colleague, monkeypatch):
    job = received(as_csv(ACTOR, *[actor_row(f"agency-{n}") for n in range(LINES)]))
    work_at(job, State.READING)
    write = jobs.Writing.run
    monkeypatch.setattr(jobs.Writing, "run", lambda writing: write(writing) or 1 / 0)
    times = saves_beside(cast["administrator"], colleague, apart(work_at, job, State.WRITING))
    assert max(times) < LONGEST
    assert list(Actor.objects.values_list("slug", flat=True)) == ["colleague"]
    job.refresh_from_db()
    assert job.state == State.CHECKED


def test_who_edits_a_line_of_the_file_meanwhile_is_never_overwritten(cast, apart, colleague):
    """The import stops there, takes back what it wrote, and shows the line anew."""
    changed = [actor_row(f"agency-{n}") for n in range(LINES)]
    job = received(as_csv(ACTOR, *changed, [*actor_row("colleague", summary="From the file.")]))
    work_at(job, State.READING)
    assert (job.state, job.counts["changed"]) == (State.CHECKED, 1)
    times = saves_beside(cast["administrator"], colleague, apart(work_at, job, State.WRITING))
    assert max(times) < LONGEST
    job.refresh_from_db()
    assert "edited since this was checked" in job.problem
    assert list(Actor.objects.values_list("slug", flat=True)) == ["colleague"]
    colleague.refresh_from_db()
    assert colleague.summary.startswith("Saved ")
