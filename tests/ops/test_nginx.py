"""nginx's cache is emptied once readers must not be shown an old copy, and only then."""

import io
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic, sleep

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction

from initiatives.models import Document, Initiative
from roma_network.editorial import merging, workflow
from roma_network.environment import BASE_DIR
from roma_network.models import Editorial, Status
from roma_network.ops import nginx
from stakeholders.models import Actor
from tests import factories
from tests.editing import address, sent_by

ENTRIES = [Actor, Initiative, Document]


@pytest.fixture
def purges(settings, monkeypatch):
    """Each time that the cache was emptied."""
    settings.NGINX_PURGE_URLS = ["http://127.0.0.1:1/"]
    found = []

    def purge():
        found.append(None)

    monkeypatch.setattr(nginx, "purge", purge)
    return found


@pytest.fixture
def committed(db, purges, django_capture_on_commit_callbacks):
    """How often the cache is emptied by what a function does, once that is committed."""

    def count(write):
        del purges[:], connection.run_on_commit[:]
        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            write()
        return len(purges)

    return count


def saved(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


# When


def stepped(row, by):
    workflow.take(step=workflow.Step.WITHDRAW, entry=row, by=by, reason="Asked for")


HIDING = {
    "withdrawal": stepped,
    "withdrawal by a plain save": lambda town, by: saved(town, status=Status.WITHDRAWN),
    "withdrawal in sets": lambda town, by: Actor.objects.filter(pk=town.pk).update(status=Status.WITHDRAWN),
    "withdrawal of many": lambda town, by: Actor.objects.bulk_update(
        [renamed(town, "status", Status.WITHDRAWN)], ["status"]
    ),
    "merge": lambda town, by: merging.merge(survivor=factories.ActorFactory(), old=town, by=by),
    "deletion": lambda town, by: town.delete(),
    "deletion in sets": lambda town, by: Actor.objects.filter(pk=town.pk).delete(),
    "slug": lambda town, by: saved(town, slug="other"),
    "mailbox": lambda town, by: saved(town, email="office@example.eu"),
    "mailbox taken away": lambda town, by: saved(town, email=""),
    "website": lambda town, by: saved(town, website="https://other.example.eu"),
    "place": lambda town, by: saved(town, locality="Elsewhere"),
    "coordinates": lambda town, by: saved(town, latitude=1.0, longitude=2.0),
    "import": lambda town, by: Actor.objects.bulk_create(
        [renamed(town, "email", "office@example.eu")],
        update_conflicts=True,
        unique_fields=["pk"],
        update_fields=["email", "updated_at"],
    ),
}
SHOWING = {
    "nothing": lambda town, by: None,
    "saved as it was": lambda town, by: saved(town),
    "summary": lambda town, by: saved(town, summary="New"),
    "summary in sets": lambda town, by: Actor.objects.filter(pk=town.pk).update(summary="New"),
    "verification": lambda town, by: saved(town, verified_on="2026-01-01"),
    "new entry": lambda town, by: factories.ActorFactory(),
    "new entries": lambda town, by: Actor.objects.bulk_create(
        [factories.ActorFactory.build(status=Status.DRAFT)]
    ),
    "draft changed": lambda town, by: saved(
        factories.ActorFactory(status=Status.DRAFT), email="office@example.eu", status=Status.PUBLISHED
    ),
    "draft deleted": lambda town, by: factories.ActorFactory(status=Status.DRAFT).delete(),
    "tie": lambda town, by: factories.ParticipationFactory(actor=town),
    "search": lambda town, by: Actor.objects.all().refresh_search(),
}


def renamed(row, name, value):
    setattr(row, name, value)
    return row


@pytest.fixture
def town(db):
    return factories.ActorFactory(
        slug="town", email="info@example.eu", website="https://example.eu", latitude=45.5, longitude=25.5
    )


@pytest.mark.parametrize("write", HIDING.values(), ids=HIDING)
def test_what_hides_something_empties_the_cache_once(committed, town, admin_user, write):
    assert committed(lambda: write(town, admin_user)) == 1


@pytest.mark.parametrize("write", SHOWING.values(), ids=SHOWING)
def test_other_edits_leave_the_cache_to_help_out_in_an_outage(committed, town, admin_user, write):
    assert committed(lambda: write(town, admin_user)) == 0


@pytest.mark.parametrize("model", ENTRIES)
def test_a_withdrawal_and_its_end_empty_the_cache(committed, model):
    row = {
        Actor: factories.ActorFactory,
        Initiative: factories.InitiativeFactory,
        Document: factories.DocumentFactory,
    }[model]()
    assert committed(lambda: saved(row, status=Status.WITHDRAWN)) == 1
    assert committed(lambda: saved(row, status=Status.PUBLISHED)) == 1  # else its tombstone would come back


def test_a_merge_that_is_undone_empties_the_cache(committed, town, admin_user):
    merge = merging.merge(survivor=factories.ActorFactory(), old=town, by=admin_user)
    assert committed(lambda: merging.undo(merge=merge, by=admin_user)) == 1


def test_what_is_rolled_back_empties_nothing(committed, town):
    def write():
        with transaction.atomic():
            saved(town, email="")
            transaction.set_rollback(True)

    assert committed(write) == 0


def test_many_withdrawals_of_one_transaction_empty_it_once(committed, admin_user):
    rows = factories.ActorFactory.create_batch(5)
    assert committed(lambda: [stepped(row, admin_user) for row in rows]) == 1


def test_nothing_waits_where_there_is_no_nginx(committed, settings, town):
    settings.NGINX_PURGE_URLS = []
    assert committed(lambda: saved(town, email="")) == 0


def test_the_form_of_an_entry_empties_it(cast, committed, town):
    factories.ActorCitationFactory(subject=town)
    page = cast["publisher"].get(address(town, "change"))
    sent = sent_by(page) | {"email": "office@example.eu"}
    assert committed(lambda: cast["publisher"].post(address(town, "change"), sent)) == 1
    town.refresh_from_db()
    assert town.email == "office@example.eu"


def test_every_column_by_which_somebody_is_reached_is_declared():
    assert {model for model in Editorial.__subclasses__() if not model._meta.abstract} == set(ENTRIES)
    for model in ENTRIES:
        kinds = (models.URLField, models.EmailField, models.FloatField)
        reached = {field.name for field in model._meta.concrete_fields if isinstance(field, kinds)}
        assert reached <= set(model.contact_fields), model
        assert set(model.contact_fields) <= {field.name for field in model._meta.concrete_fields}


# How


class Cache(BaseHTTPRequestHandler):
    """Answers as nginx does: there is something in two folders, of which one is written to at first."""

    def do_MOVE(self):
        self.note("MOVE", self.headers["Destination"])
        self.answer({"/7/": 201, "/9/": self.server.of_nine}.get(self.path, 404))

    def do_DELETE(self):
        self.note("DELETE")
        self.answer(500 if self.server.asked.count(("DELETE", "/7-0/")) == 1 else 204)

    def note(self, *what):
        self.server.asked.append((what[0], self.path, *what[1:]))

    def do_GET(self):
        self.answer(403)

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args):
        pass


@pytest.fixture
def cache(settings):
    with ThreadingHTTPServer(("127.0.0.1", 0), Cache) as server:
        server.asked, server.of_nine = [], 201
        thread = Thread(target=server.serve_forever)
        thread.start()
        settings.NGINX_PURGE_URLS = [f"http://127.0.0.1:{server.server_port}/"]
        yield server
        server.shutdown()
        thread.join()


MOVES = [("MOVE", f"/{name}/", f"/{name}-0/") for name in "0123456789abcdef"]
DELETIONS = [("DELETE", "/7-0/"), ("DELETE", "/7-0/"), ("DELETE", "/9-0/")]  # one again, as it was not empty


def test_every_folder_is_hidden_before_any_is_deleted(cache, monkeypatch):
    monkeypatch.setattr(nginx, "PLACES", 1)
    assert nginx.empty()
    assert cache.asked == MOVES + DELETIONS


def test_who_withdraws_waits_until_all_is_hidden_and_no_longer(cache, monkeypatch):
    monkeypatch.setattr(nginx, "PLACES", 1)
    monkeypatch.setattr(nginx, "AGAIN_AFTER", ())
    nginx.purge()
    assert cache.asked[:16] == MOVES
    end = monotonic() + 10
    while len(cache.asked) < 19 and monotonic() < end:
        sleep(0.01)
    assert cache.asked == MOVES + DELETIONS


def test_the_cache_is_emptied_again_a_little_later(settings, monkeypatch):
    settings.NGINX_PURGE_URLS = ["http://127.0.0.1:1/"]
    emptied = []
    monkeypatch.setattr(nginx, "empty", lambda: emptied.append(None))
    monkeypatch.setattr(nginx, "hide", lambda client: emptied.append(None))
    monkeypatch.setattr(nginx, "AGAIN_AFTER", (1, 1.1))
    for _time in range(3):
        nginx.purge()
    assert len(emptied) == 3
    for timer in nginx.timers:
        timer.join()
    assert len(emptied) == 3 + 2


def test_a_folder_that_is_not_deleted_is_told(cache, caplog):
    cache.of_nine = 403
    assert not nginx.empty()
    assert "purge_cache" in caplog.text
    with pytest.raises(CommandError, match="not emptied"):
        call_command("purge_cache")


def test_nginx_that_is_down_keeps_no_curator_from_withdrawing(settings, caplog, monkeypatch):
    settings.NGINX_PURGE_URLS = ["http://127.0.0.1:1/"]
    monkeypatch.setattr(nginx, "AGAIN_AFTER", ())
    nginx.purge()
    assert "may come back in an outage" in caplog.text
    assert not nginx.answers(settings.NGINX_PURGE_URLS[0])


def test_folders_are_those_that_nginx_makes():
    [levels] = re.findall(r"levels=(\S+)", (BASE_DIR / "roma_network/ops/deployment/nginx.conf").read_text())
    assert 16 ** int(levels[0]) == len(nginx.FOLDERS)


def test_the_command_empties_it(cache):
    call_command("purge_cache", stdout=io.StringIO())
    assert len(cache.asked) > len(MOVES)
    assert nginx.answers(nginx.settings.NGINX_PURGE_URLS[0])
