"""The editorial life of an entry, on every path that leads from one status to another."""

import pytest
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.messages import get_messages
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from initiatives.models import Document, Initiative
from roma_network.editorial import workflow
from roma_network.editorial.workflow import IncompleteError, RefusedError, Step
from roma_network.models import Status
from stakeholders.models import Actor, ActorType
from tests import factories
from tests.editing import address, messages_on, new_row, sent_by

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]

DRAFT, IN_REVIEW, PUBLISHED, WITHDRAWN = Status
OPEN = {
    "curator": {DRAFT: ["submit"], IN_REVIEW: [], PUBLISHED: [], WITHDRAWN: ["reopen"]},
    "publisher": {
        DRAFT: ["submit", "publish"],
        IN_REVIEW: ["publish", "send_back"],
        PUBLISHED: ["withdraw"],
        WITHDRAWN: ["publish", "reopen"],
    },
}
OPEN["administrator"] = OPEN["publisher"]
ENDS = {
    "submit": IN_REVIEW,
    "publish": PUBLISHED,
    "send_back": DRAFT,
    "withdraw": WITHDRAWN,
    "reopen": DRAFT,
}
every_role = pytest.mark.parametrize("role", OPEN)
every_status = pytest.mark.parametrize("status", Status)
every_step = pytest.mark.parametrize("step", Step)


def entry(status=DRAFT, **fields):
    fields = {"summary": "It teaches.", "status": status} | fields
    return factories.ActorCitationFactory(subject=factories.ActorFactory(**fields)).subject


def status_of(row):
    return type(row).objects.get(pk=row.pk).status


def press(client, row, step, reason="", **changes):
    page = address(row, "change")
    sent = sent_by(client.get(page)) | {"_step": step, "reason": reason} | changes
    return client.post(page, sent)


def act(client, action, *rows, **more):
    sent = {"action": action, "_selected_action": [row.pk for row in rows]} | more
    return client.post(address(type(rows[0])), sent)


def told(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


# Steps by themselves


@every_role
@every_status
@every_step
def test_a_step_is_taken_by_whom_it_is_open_to_and_by_nobody_else(cast, role, status, step):
    row, by = entry(status), User.objects.get(username=role)
    assert (step in OPEN[role][status]) == (step in workflow.steps_open(to=by, entry=row))
    if step in OPEN[role][status]:
        assert workflow.take(step=step, entry=row, by=by, reason="moved").status == ENDS[step]
    else:
        with pytest.raises((RefusedError, PermissionDenied)):
            workflow.take(step=step, entry=row, by=by, reason="moved")
        assert status_of(row) == status


@every_step
def test_a_visitor_takes_no_step(step):
    with pytest.raises(PermissionDenied):
        workflow.take(step=step, entry=entry(), by=AnonymousUser(), reason="moved")


def test_a_step_looks_at_the_status_of_now(cast):
    row = entry(IN_REVIEW)
    Actor.objects.filter(pk=row.pk).update(status=DRAFT)
    with pytest.raises(RefusedError, match="It is “Draft” by now"):
        workflow.take(step="send_back", entry=row, by=User.objects.get(username="publisher"), reason="late")


def test_the_first_publication_is_dated_once(cast):
    publisher = User.objects.get(username="publisher")
    row = workflow.take(step="publish", entry=entry(), by=publisher)
    first = row.published_at
    assert first
    row = workflow.take(step="withdraw", entry=row, by=publisher, reason="closed")
    assert workflow.take(step="publish", entry=row, by=publisher).published_at == first


# What keeps an entry from the public


@pytest.mark.parametrize(
    ("row", "gaps"),
    [
        (lambda: factories.ActorFactory(status=DRAFT), {"citations", "summary"}),
        (lambda: entry(summary=""), {"summary"}),
        (lambda: entry(type=ActorType.LOCAL_AUTHORITY), {"country"}),
        (lambda: entry(type=ActorType.NATIONAL_AUTHORITY), {"country"}),
        (lambda: entry(type=ActorType.EU_INSTITUTION), set()),
        (lambda: factories.InitiativeFactory(status=DRAFT), {"citations", "summary"}),
        (lambda: factories.DocumentFactory(status=DRAFT), {"citations"}),
    ],
    ids=["bare", "no summary", "local", "national", "EU", "initiative", "document"],
)
def test_gaps(cast, row, gaps):
    row = row()
    assert set(row.gaps()) == gaps
    if gaps:
        with pytest.raises(IncompleteError) as refusal:
            workflow.take(step="publish", entry=row, by=User.objects.get(username="publisher"))
        assert set(refusal.value.gaps) == gaps
        assert status_of(row) == DRAFT


def test_the_form_lists_what_is_missing_and_leads_there(cast):
    row = factories.ActorFactory(status=DRAFT, type=ActorType.LOCAL_AUTHORITY)
    page = cast["curator"].get(address(row, "change")).text
    for place in ("citations-group", "id_summary", "id_country"):
        assert f'<a href="#{place}">' in page
        assert f'id="{place}"' in page


def test_a_refused_publication_keeps_what_was_typed(cast):
    row = factories.ActorFactory(status=DRAFT)
    answer = press(cast["publisher"], row, "publish", acronym="RC")
    assert answer["Location"] == address(row, "change").rstrip("?")
    assert "It is not complete enough to be public: " in told(answer)[0]
    row.refresh_from_db()
    assert (row.acronym, row.status) == ("RC", DRAFT)


# By the form


@every_role
@every_status
def test_the_form_offers_the_steps_that_are_open(cast, role, status):
    page = cast[role].get(address(entry(status), "change"))
    assert page.context["steps"] == OPEN[role][status]
    for step in Step:
        assert (f'value="{step}"' in page.text) is (step in OPEN[role][status])


def test_a_story_from_the_first_draft_to_withdrawal(cast):
    page = address(Actor, "add")
    sent = sent_by(cast["curator"].get(page)) | {"name": "Romani Cafe", "slug": "romani-cafe"}
    sent |= {"type": "roma_community", "summary": "A café.", "_step": "submit"}
    sent |= new_row(sent, "citations", source=factories.SourceFactory().pk, facts=["name"])
    assert cast["curator"].post(page, sent).status_code == 302
    row = Actor.objects.get()
    assert row.status == IN_REVIEW
    for role, step, reason, status in [
        ("publisher", "send_back", "No address", DRAFT),
        ("curator", "submit", "", IN_REVIEW),
        ("publisher", "publish", "", PUBLISHED),
        ("publisher", "withdraw", "It closed", WITHDRAWN),
        ("curator", "reopen", "", DRAFT),
    ]:
        absent = 410 if row.published_at else 404
        assert cast["visitor"].get(row.get_absolute_url()).status_code == (
            200 if row.is_published else absent
        )
        assert press(cast[role], row, step, reason).status_code == 302
        row.refresh_from_db()
        assert row.status == status


@pytest.mark.parametrize(("status", "step"), [(IN_REVIEW, "send_back"), (PUBLISHED, "withdraw")])
def test_some_steps_ask_for_a_reason(cast, status, step):
    row = entry(status)
    refused = press(cast["publisher"], row, step, acronym="RC")
    assert messages_on(refused) == ["Give a reason: it is kept in the history."]
    assert 'value="RC"' in refused.text
    assert status_of(row) == status


@pytest.mark.parametrize("step", ["publish", "send_back", "withdraw"])
def test_a_curator_cannot_send_the_step_of_a_publisher(cast, step):
    row = entry(IN_REVIEW)
    assert press(cast["curator"], row, step, "because", acronym="RC").status_code == 403
    row.refresh_from_db()
    assert (row.status, row.acronym) == (IN_REVIEW, "")


@every_role
@pytest.mark.parametrize("model", [Actor, Initiative, Document])
def test_a_status_that_is_sent_is_not_heard(cast, role, model):
    row = {
        Actor: factories.ActorFactory,
        Initiative: factories.InitiativeFactory,
        Document: factories.DocumentFactory,
    }[model](status=DRAFT)
    page = address(row, "change")
    sent = sent_by(cast[role].get(page)) | {"status": PUBLISHED, "published_at": "2020-01-01"}
    assert cast[role].post(page, sent).status_code == 302
    assert status_of(row) == DRAFT


def test_a_visitor_is_sent_to_the_login(cast):
    row = entry()
    answer = cast["visitor"].post(address(row, "change"), {"_step": "publish"})
    assert answer["Location"].startswith("/admin/login/")
    assert status_of(row) == DRAFT


def test_an_unknown_step_saves_and_no_more(cast):
    row = entry()
    assert press(cast["publisher"], row, "conjure", acronym="RC").status_code == 302
    row.refresh_from_db()
    assert (row.acronym, row.status) == ("RC", DRAFT)


# By the list


def test_many_are_sent_for_review_at_once(cast):
    rows = [entry(), entry(), entry(PUBLISHED)]
    answer = act(cast["curator"], "send_for_review", *rows)
    assert [status_of(row) for row in rows] == [IN_REVIEW, IN_REVIEW, PUBLISHED]
    refused, done = told(answer)
    assert "It is “Published” by now." in refused
    assert done == "2 entries were changed."


def test_publishing_many_leaves_out_what_is_incomplete(cast):
    rows = [entry(IN_REVIEW), factories.ActorFactory(status=IN_REVIEW)]
    act(cast["publisher"], "publish", *rows)
    assert [status_of(row) for row in rows] == [PUBLISHED, IN_REVIEW]


def test_withdrawing_many_asks_for_the_reason_first(cast):
    rows = [entry(PUBLISHED), entry(PUBLISHED)]
    asked = act(cast["publisher"], "withdraw", *rows)
    assert 'name="reason"' in asked.text
    assert "Give a reason" in act(cast["publisher"], "withdraw", *rows, reason=" ").text
    assert [status_of(row) for row in rows] == [PUBLISHED, PUBLISHED]
    act(cast["publisher"], "withdraw", *rows, reason="They merged")
    assert [status_of(row) for row in rows] == [WITHDRAWN, WITHDRAWN]
    assert {row.history.first().history_change_reason for row in rows} == {"They merged"}


@pytest.mark.parametrize("action", ["publish", "withdraw"])
def test_a_curator_has_no_action_of_a_publisher(cast, action):
    row = entry(IN_REVIEW if action == "publish" else PUBLISHED)
    assert f'value="{action}"' not in cast["curator"].get(address(Actor)).text
    before = row.status
    act(cast["curator"], action, row, reason="because")
    assert status_of(row) == before


# Deletion


@every_role
@pytest.mark.parametrize(
    ("fields", "gone"),
    [
        ({"status": DRAFT}, True),
        ({"status": IN_REVIEW}, False),
        ({"status": PUBLISHED}, False),
        ({"status": WITHDRAWN}, False),
        ({"status": DRAFT, "published_at": "2024-05-01T12:00Z"}, False),
    ],
    ids=["draft", "in review", "published", "withdrawn", "once published"],
)
def test_only_a_draft_that_never_was_public_can_be_deleted(cast, role, fields, gone):
    by_page, by_list = entry(**fields), entry(**fields)
    page = address(by_page, "delete")
    assert cast[role].post(page, {"post": "yes"}).status_code == (302 if gone else 403)
    act(cast[role], "delete_selected", by_list, post="yes")
    assert Actor.objects.exists() is not gone


def test_one_that_stays_keeps_the_others_from_being_deleted(cast):
    rows = [entry(), entry(PUBLISHED)]
    answer = act(cast["publisher"], "delete_selected", *rows, post="yes")
    assert "withdraw what is" in told(answer)[0]
    assert Actor.objects.count() == 2


def test_deleting_a_draft_leaves_what_it_is_linked_to(cast):
    tie = factories.ParticipationFactory(actor__status=DRAFT)
    cast["curator"].post(address(tie.actor, "delete"), {"post": "yes"})
    assert not Actor.objects.filter(pk=tie.actor_id).exists()
    assert Initiative.objects.filter(pk=tie.initiative_id).exists()


def test_nothing_that_was_public_goes_with_something_else(cast):
    kept = entry(PUBLISHED, country=factories.CountryFactory())
    url = reverse(admin_urlname(kept.country._meta, "delete"), args=[kept.country_id])
    assert kept.name in cast["administrator"].post(url, {"post": "yes"}).text
    assert Actor.objects.filter(pk=kept.pk).exists()
