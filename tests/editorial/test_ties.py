"""Links between entries, their money and mandates: what is public is deleted by publishers alone, with a reason, whichever way."""

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages

from initiatives.models import Funding, Initiative, Participation
from roma_network.editorial import work_lists
from roma_network.models import Status
from stakeholders.models import Actor, Mandate, Relation
from tests import factories
from tests.editing import address, messages_on, new_row, sent_by

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]

DRAFT, PUBLISHED, WITHDRAWN = Status.DRAFT, Status.PUBLISHED, Status.WITHDRAWN
REASON = "It never took part"


def participation(status=PUBLISHED, **fields):
    actor = factories.ActorCitationFactory(subject__status=status).subject
    initiative = factories.InitiativeCitationFactory().subject
    return factories.ParticipationCitationFactory(
        subject__actor=actor, subject__initiative=initiative, **fields
    ).subject


def relation(status=PUBLISHED):
    subject = factories.ActorCitationFactory(subject__status=status).subject
    return factories.RelationCitationFactory(subject__subject=subject).subject


def funding(status=PUBLISHED):
    initiative = factories.InitiativeCitationFactory(subject__status=status).subject
    return factories.FundingCitationFactory(subject__initiative=initiative).subject


def mandate(status=PUBLISHED):
    actor = factories.ActorCitationFactory(subject__status=status).subject
    return factories.MandateCitationFactory(subject__actor=actor).subject


# Of what entry's form it is a row, and under which name.
HOLDERS = {
    Participation: ("actor", "participations"),
    Relation: ("subject", "relations"),
    Funding: ("initiative", "funding"),
    Mandate: ("actor", "mandates"),
}


def holder(tie):
    field, name = HOLDERS[type(tie)]
    return getattr(tie, field), name


def by_page(client, tie, reason):
    return client.post(address(tie, "delete"), {"post": "yes", "reason": reason})


def by_list(client, tie, reason):
    chosen = {"action": "delete_selected", "_selected_action": [tie.pk], "post": "yes", "reason": reason}
    return client.post(address(type(tie)), chosen)


def by_row(client, tie, reason):
    """The box in the form of an entry."""
    entry, name = holder(tie)
    page = address(entry, "change")
    sent = sent_by(client.get(page)) | {f"{name}-0-DELETE": "on", "reason": reason}
    return client.post(page, sent)


def by_restoring(client, tie, reason):
    """A version from before there was the tie."""
    entry, name = holder(tie)
    entry.save()
    version = entry.history.first()
    version.rows[name] = []
    version.save()
    url = f"{address(entry, 'history').rstrip('?')}{version.history_id}/"
    return client.post(url, {"version": client.get(url).context["token"], "reason": reason})


every_way = pytest.mark.parametrize("way", [by_page, by_list, by_row, by_restoring])
every_kind = pytest.mark.parametrize("make", [participation, relation, funding, mandate])


@every_way
@every_kind
@pytest.mark.parametrize(
    ("role", "status", "reason", "gone"),
    [
        ("curator", PUBLISHED, REASON, False),
        ("curator", DRAFT, "", True),
        ("curator", WITHDRAWN, "", True),
        ("publisher", PUBLISHED, REASON, True),
        ("publisher", PUBLISHED, " ", False),
        ("publisher", DRAFT, "", True),
        ("administrator", PUBLISHED, REASON, True),
    ],
)
def test_who_may_delete_which(cast, way, make, role, status, reason, gone):
    tie = make(status)
    way(cast[role], tie, reason)
    assert type(tie).objects.exists() is not gone
    if gone and status == PUBLISHED:
        for entry in (tie.initiative, tie.actor) if make is participation else (holder(tie)[0],):
            version = entry.history.first()
            assert (version.history_user.username, version.history_change_reason) == (role, REASON)


@every_kind
def test_the_form_of_a_curator_offers_no_box_for_what_is_public(cast, make):
    tie = make()
    entry, _name = holder(tie)
    boxes = {
        role: cast[role]
        .get(address(entry, "change"))
        .text.count('title="Public: publishers alone delete it."')
        for role in ("curator", "publisher")
    }
    assert boxes == {"curator": 1, "publisher": 0}
    removal = f'href="{address(tie, "delete").rstrip("?")}"'
    assert removal not in cast["curator"].get(address(tie, "change")).text
    assert removal in cast["publisher"].get(address(tie, "change")).text


def test_a_refused_box_says_why(cast):
    tie = participation()
    answer = by_row(cast["curator"], tie, REASON)
    assert str(tie) in messages_on(answer)[0]
    assert "Give a reason" in messages_on(by_row(cast["publisher"], tie, ""))[0]


def test_a_list_is_deleted_whole_or_not_at_all(cast):
    public, draft = participation(), participation(DRAFT)
    chosen = {"action": "delete_selected", "_selected_action": [public.pk, draft.pk]}
    for step in ({}, {"post": "yes", "reason": REASON}):
        answer = cast["curator"].post(address(Participation), chosen | step)
        *_earlier, told = [str(message) for message in get_messages(answer.wsgi_request)]
        assert str(public) in told
        assert str(draft) not in told
    assert Participation.objects.count() == 2


def test_a_list_asks_for_the_reason_first(cast):
    ties = [participation(), participation(DRAFT)]
    chosen = {"action": "delete_selected", "_selected_action": [tie.pk for tie in ties]}
    asked = cast["publisher"].post(address(Participation), chosen)
    assert [str(tie) in asked.text for tie in ties] == [True, True]
    refused = cast["publisher"].post(address(Participation), chosen | {"post": "yes", "reason": " "})
    assert "Give a reason" in refused.text
    assert Participation.objects.count() == 2
    answer = cast["publisher"].post(address(Participation), chosen | {"post": "yes", "reason": REASON})
    assert answer.status_code == 302
    assert not Participation.objects.exists()


def test_a_curator_cannot_empty_the_directory(cast, directory):
    total = Participation.objects.count()
    chosen = {
        "action": "delete_selected",
        "select_across": "1",
        "index": "0",
        "post": "yes",
        "reason": REASON,
    }
    for model in HOLDERS:
        before, row = model.objects.count(), model.objects.first()
        answer = cast["curator"].post(address(model), chosen | {"_selected_action": [row.pk]})
        assert "publishers alone" in str(next(iter(get_messages(answer.wsgi_request))))
        assert model.objects.count() == before
    assert total > 1000
    assert Actor.objects.exists()
    assert Initiative.objects.exists()


@pytest.mark.parametrize("role", ["curator", "publisher"])
def test_a_saved_tie_keeps_its_ends(cast, role):
    """Else a curator could lead a public tie to a draft, and take it away from there without right or reason."""
    tie = factories.ParticipationCitationFactory().subject
    draft = factories.ActorFactory(status="draft")
    page = address(tie, "change")
    sent = sent_by(cast[role].get(page)) | {"actor": draft.pk, "initiative": tie.initiative_id}
    assert cast[role].post(page, sent).status_code == 302
    tie.refresh_from_db()
    assert tie.actor != draft


@pytest.mark.parametrize("unseen", ["\u200b", "\u2060\u202e", "\xad", " \u200b "])
def test_a_reason_that_cannot_be_seen_is_none(cast, unseen):
    tie = factories.ParticipationCitationFactory().subject
    page = address(tie, "delete")
    cast["publisher"].post(page, {"post": "yes", "reason": unseen})
    assert type(tie).objects.filter(pk=tie.pk).exists()
    withdrawal = {"action": "withdraw", "_selected_action": tie.actor.pk, "reason": unseen}
    cast["publisher"].post("/admin/stakeholders/actor/", withdrawal)
    tie.actor.refresh_from_db()
    assert tie.actor.is_published


# Their sources


def typed_in(count=3, **fields):
    """An initiative whose participations were typed into its form."""
    initiative = factories.InitiativeCitationFactory().subject
    for _number in range(count):
        factories.ParticipationFactory(initiative=initiative, sourced=False, **fields)
    return initiative


def test_one_source_is_given_for_all_that_have_none(cast):
    initiative, source = typed_in(), factories.SourceFactory()
    kept = factories.ParticipationFactory(initiative=initiative)
    client, page = cast["curator"], address(initiative, "change")
    answer = client.get(page)
    assert "Readers do not see the links to other entries that have no source." in answer.text
    other = factories.ActorFactory()
    sent = sent_by(answer) | {"tie_source": source.pk, "reason": "From the list of partners"}
    sent |= new_row(sent, "participations", actor=other.pk, role="lead")
    assert client.post(page, sent).status_code == 302
    ties = initiative.participations.all()
    cited = {tie.pk: [(each.source, each.facts) for each in tie.citations.all()] for tie in ties}
    assert len(cited) == 5
    assert source not in [each for each, _facts in cited.pop(kept.pk)]
    assert all(each == [(source, ["role"])] for each in cited.values())
    assert "that have no source." not in client.get(page).text
    version = initiative.history.first()
    assert version.history_change_reason == "From the list of partners"
    assert [len(row["citations"]) for row in version.rows["participations"]] == [1] * 5
    assert other.history.first().rows["participations"][0]["citations"]


def test_relations_and_mandates_of_an_actor_get_it_too(cast):
    actor, source = factories.ActorCitationFactory().subject, factories.SourceFactory()
    factories.RelationFactory(subject=actor, sourced=False)
    factories.MandateFactory(actor=actor)
    factories.ParticipationFactory(actor=actor, sourced=False)
    page = address(actor, "change")
    client = cast["curator"]
    assert client.post(page, sent_by(client.get(page)) | {"tie_source": source.pk}).status_code == 302
    rows = [*actor.relations.all(), *actor.mandates.all(), *actor.participations.all()]
    assert [row.citations.get().facts for row in rows] == [["kind"], ["office"], ["role"]]


def test_those_without_stand_on_work_lists(cast):
    initiative, fine = typed_in(1), factories.ParticipationFactory()
    [tie] = initiative.participations.all()
    assert list(work_lists.on("bare-tie", Initiative.objects)) == [initiative]
    assert list(work_lists.on("bare-tie", Actor.objects)) == [tie.actor]
    listed = cast["curator"].get(address(Participation, sources="none")).context["cl"].result_list
    assert list(listed) == [tie]
    assert fine in cast["curator"].get(address(Participation)).context["cl"].result_list


def test_who_may_only_look_is_offered_no_source(cast):
    page = address(typed_in(), "change")
    user = User.objects.create_user("reader", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_initiative"))
    cast["visitor"].force_login(user)
    answer = cast["visitor"].get(page)
    assert "Readers do not see the links" in answer.text
    assert "tie_source" not in answer.text
