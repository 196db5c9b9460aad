"""Verification, work lists and the first page of the admin."""

from datetime import date

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from time_machine import travel

from initiatives.models import Document, Initiative
from roma_network.editorial import work_lists
from roma_network.editorial.work_lists import Worklist
from roma_network.models import Import, ImportedRow, Status
from stakeholders.models import Actor
from tests import factories
from tests.editing import address, queries_of, sent_by

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]

TODAY = travel("2026-03-31 12:00", tick=False)


def cited(**fields):
    fields = {f"subject__{name}": value for name, value in fields.items()}
    return factories.ActorCitationFactory(**fields).subject


def listed(client, worklist, model=Actor):
    return list(client.get(address(model, work=worklist)).context["cl"].result_list)


# Verification


@TODAY
def test_an_entry_is_verified_with_one_click_that_saves_too(cast):
    actor = cited()
    page = address(actor, "change")
    sent = sent_by(cast["curator"].get(page)) | {"_verify": "today", "acronym": "RC"}
    assert cast["curator"].post(page, sent).status_code == 302
    actor.refresh_from_db()
    assert (actor.verified_on, actor.acronym) == (date(2026, 3, 31), "RC")
    assert actor.history.first().history_user.username == "curator"
    assert "Last checked against its sources on 31 March 2026." in cast["curator"].get(page).text


@TODAY
def test_many_are_verified_at_once_but_for_those_without_a_source(cast):
    actors = [cited(), cited(), factories.ActorFactory()]
    answer = cast["curator"].post(
        address(Actor), {"action": "verify", "_selected_action": [actor.pk for actor in actors]}
    )
    assert Actor.objects.filter(verified_on="2026-03-31").count() == 2
    refused, done = [str(message) for message in get_messages(answer.wsgi_request)]
    assert "It has no source to be checked against." in refused
    assert done == "2 entries were changed."


def test_the_day_of_verification_cannot_be_typed(cast):
    actor = cited()
    page = address(actor, "change")
    cast["curator"].post(page, sent_by(cast["curator"].get(page)) | {"verified_on": "2026-01-01"})
    actor.refresh_from_db()
    assert actor.verified_on is None


def test_a_visitor_verifies_nothing(cast):
    actor = cited()
    cast["visitor"].post(address(actor, "change"), {"_verify": "today"})
    cast["visitor"].post(address(Actor), {"action": "verify", "_selected_action": [actor.pk]})
    actor.refresh_from_db()
    assert actor.verified_on is None


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 3, 31), 12, date(2025, 3, 31)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 12, 1), 24, date(2024, 12, 1)),
    ],
)
def test_months_before(day, months, before):
    assert work_lists.months_before(day, months) == before


# Work lists


@TODAY
@pytest.mark.parametrize("months", [12, 6])
def test_what_is_due_is_listed_oldest_first(cast, settings, months):
    settings.VERIFY_AFTER_MONTHS = months
    days = {12: "2025-03-31", 6: "2025-09-30"}
    late, latest = cited(verified_on=days[months]), cited(verified_on="2020-01-01")
    cited(verified_on="2026-03-30")
    cited(verified_on="2019-01-01", status=Status.WITHDRAWN)
    cited()
    assert listed(cast["curator"], Worklist.DUE) == [latest, late]
    assert "It is due again." in cast["curator"].get(address(late, "change")).text


@pytest.mark.parametrize(
    ("worklist", "fields"),
    [
        (Worklist.NEVER, {"verified_on": None}),
        (Worklist.NO_COORDINATES, {"latitude": None, "longitude": None}),
        (Worklist.NO_SUMMARY, {"summary": ""}),
        (Worklist.DOUBT, {"doubt": "Does it still exist?"}),
    ],
)
def test_a_work_list_holds_what_lacks_something(cast, worklist, fields):
    whole = {"verified_on": "2026-01-01", "latitude": 1, "longitude": 1, "summary": "It teaches."}
    cited(**whole)
    lacking = cited(**whole | fields)
    cited(**whole | fields | {"status": Status.WITHDRAWN})
    assert listed(cast["curator"], worklist) == [lacking]


@pytest.mark.parametrize(
    ("factory", "model"),
    [
        (factories.ActorCitationFactory, Actor),
        (factories.InitiativeCitationFactory, Initiative),
        (factories.DocumentCitationFactory, Document),
    ],
)
def test_what_has_no_source_is_listed(cast, factory, model):
    factory()
    lacking = {
        Actor: factories.ActorFactory,
        Initiative: factories.InitiativeFactory,
        Document: factories.DocumentFactory,
    }[model]()
    assert listed(cast["curator"], Worklist.NO_SOURCE, model) == [lacking]


def test_an_unknown_work_list_is_no_error(cast):
    actor = cited()
    assert listed(cast["curator"], "everything") == [actor]


# The first page


def first_page(client):
    return client.get("/admin/")


def test_what_waits_depends_on_the_role(cast):
    mine, others, review = (
        factories.ActorFactory(status=Status.DRAFT, name="Mine"),
        factories.InitiativeFactory(status=Status.DRAFT, name="Of others"),
        factories.DocumentFactory(status=Status.IN_REVIEW, title="In review"),
    )
    assert others.history.count() == 1
    mine.history.update(history_user=User.objects.get(username="curator"))
    waiting = {
        role: [row["label"] for row in first_page(cast[role]).context["waiting"]]
        for role in ("curator", "publisher")
    }
    assert waiting == {"curator": ["Mine"], "publisher": ["In review"]}
    assert address(review, "change").rstrip("?") in first_page(cast["publisher"]).text


def test_what_waits_for_review_is_shown_whatever_was_imported(cast):
    """5,000 drafts of one file once hid it. What a curator wrote by hand is shown beside them too."""
    by = User.objects.get(username="publisher")
    job = Import.objects.create(table="actors", file_name="list.csv", by=by)
    imported = factories.ActorFactory.create_batch(30, status=Status.DRAFT)
    ImportedRow.objects.bulk_create(ImportedRow(owner=job, key=actor.pk) for actor in imported)
    written = factories.ActorFactory(status=Status.DRAFT, name="By hand")
    factories.ActorFactory(status=Status.IN_REVIEW, name="In review")
    Actor.history.update(history_user=by)
    first_page(cast["publisher"])
    before = queries_of(cast["publisher"], "/admin/")
    labels = [row["label"] for row in first_page(cast["publisher"]).context["waiting"]]
    assert labels == ["In review", written.name]
    factories.ActorFactory.create_batch(10, status=Status.DRAFT)
    assert queries_of(cast["publisher"], "/admin/") == before <= 15


@TODAY
def test_figures_lead_to_lists_of_that_length(cast):
    country = factories.CountryFactory()
    cited(country=country, verified_on="2020-01-01")
    factories.ActorFactory(status=Status.DRAFT, summary="It teaches.", latitude=1, longitude=1)
    factories.ActorFactory(status=Status.WITHDRAWN, country=country)
    factories.InitiativeCitationFactory()
    factories.DocumentFactory(status=Status.IN_REVIEW)
    page = first_page(cast["curator"])
    lines = [line for table in page.context["tables"] for line in table.lines] + page.context["statuses"]
    figures = [figure for line in lines for figure in line.figures if figure.count]
    assert len(figures) > 20
    for figure in figures:
        found = cast["curator"].get(figure.url).context["cl"].result_count
        withdrawn = cast["curator"].get(figure.url + "&status__exact=withdrawn").context["cl"].result_count
        assert figure.count == (found if "status__exact" in figure.url else found - withdrawn), figure.url


def test_the_latest_changes_tell_who_and_why(cast):
    actor = cited(name="Before")
    page = address(actor, "change")
    cast["curator"].post(page, sent_by(cast["curator"].get(page)) | {"name": "After", "reason": "A new name"})
    changes = first_page(cast["publisher"]).text.split("Latest changes")[1]
    assert changes.index("After") < changes.index("curator") < changes.index("A new name")


def test_the_first_page_costs_few_queries_however_much_there_is(cast):
    first_page(cast["publisher"])
    few = queries_of(cast["publisher"], "/admin/")
    for _ in range(12):
        cited(country=factories.CountryFactory())
        factories.InitiativeFactory(status=Status.IN_REVIEW)
    # Own drafts apart from what is in review cost one; files that wait, and those whose rows are drafts, one each.
    assert queries_of(cast["publisher"], "/admin/") == few <= 15


def test_staff_without_a_role_see_an_empty_first_page(client):
    client.force_login(User.objects.create_user("staff", is_staff=True))
    page = first_page(client)
    assert page.status_code == 200
    assert (page.context["waiting"], page.context["tables"]) == ([], [])


# The guide


def test_the_guide_is_for_staff(cast):
    assert cast["visitor"].get("/admin/guide/")["Location"].startswith("/admin/login/")
    guide = cast["curator"].get("/admin/guide/").text
    assert 'href="/admin/guide/"' in first_page(cast["curator"]).text
    offered = cast["publisher"].get(address(cited(status=Status.DRAFT), "change")).text
    for button in (
        "Save: Send for review",
        "Save: Publish",
        "Save: I checked this against its sources today",
    ):
        assert button in guide
        assert button in offered
