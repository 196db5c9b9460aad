"""Two people edit one entry: the second to save sees both versions, and loses nothing."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client

from initiatives.models import Participation
from roma_network.models import Status
from stakeholders.models import Actor
from tests import factories
from tests.editing import address, new_row, sent_by

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]


@pytest.fixture
def actor():
    return factories.ActorCitationFactory(subject__name="Before", subject__locality="Cork").subject


def opened(client, row):
    return sent_by(client.get(address(row, "change")))


def send(client, row, sent):
    return client.post(address(row, "change"), sent)


def meet(cast, row, theirs, yours):
    """A curator and a publisher open one form; the curator saves first. The answer to the publisher."""
    first, second = opened(cast["curator"], row), opened(cast["publisher"], row)
    assert send(cast["curator"], row, change(first, theirs)).status_code == 302
    return send(cast["publisher"], row, change(second, yours))


def change(sent, changes):
    return changes(sent) if callable(changes) else sent | changes


def clashes_on(page):
    assert page.status_code == 409
    return {clash.what: (clash.theirs, clash.yours, clash.is_yours_kept) for clash in page.context["clashes"]}


def again(cast, row, page, **changes):
    answer = send(cast["publisher"], row, sent_by(page) | changes)
    assert answer.status_code == 302
    row.refresh_from_db()


def test_both_versions_of_a_field_are_shown_and_the_second_can_save_on_top(cast, actor):
    page = meet(cast, actor, {"name": "Theirs"}, {"name": "Yours"})
    assert clashes_on(page) == {"Name": ("Theirs", "Yours", True)}
    assert "curator saved it on" in page.text
    assert 'value="Yours"' in page.text
    actor.refresh_from_db()
    assert actor.name == "Theirs"
    again(cast, actor, page)
    assert actor.name == "Yours"
    assert [version.name for version in actor.history.all()][:2] == ["Yours", "Theirs"]


def test_a_field_that_one_of_the_two_changed_is_not_undone(cast, actor):
    page = meet(cast, actor, {"locality": "Košice"}, {"name": "Yours"})
    assert clashes_on(page) == {
        "Locality": ("Košice", "Cork", False),
        "Name": ("Before", "Yours", True),
    }
    again(cast, actor, page)
    assert (actor.name, actor.locality) == ("Yours", "Košice")


def test_whoever_sends_the_same_is_told_so(cast, actor):
    page = meet(cast, actor, {"name": "Same"}, {"name": "Same"})
    assert clashes_on(page) == {}
    assert "What you sent is what stands already." in page.text


def test_a_third_version_in_between_is_seen_too(cast, actor):
    page = meet(cast, actor, {"name": "Theirs"}, {"name": "Yours"})
    send(cast["administrator"], actor, opened(cast["administrator"], actor) | {"name": "Third"})
    assert clashes_on(send(cast["publisher"], actor, sent_by(page)))["Name"] == ("Third", "Yours", True)


def test_links_are_compared(cast, actor):
    theirs, yours = factories.ThemeFactory(name="Housing"), factories.ThemeFactory(name="Health")
    page = meet(cast, actor, {"themes": [str(theirs.pk)]}, {"themes": [str(yours.pk)]})
    assert clashes_on(page) == {"Themes": ("Housing", "Health", True)}
    again(cast, actor, page)
    assert list(actor.themes.all()) == [yours]


def test_a_step_taken_meanwhile_is_told(cast):
    draft = factories.ActorCitationFactory(subject__status="draft", subject__summary="It teaches.").subject
    page = meet(cast, draft, {"_step": "submit"}, {"name": "Yours"})
    assert clashes_on(page)["Status"] == ("In review", "Draft", False)
    again(cast, draft, page)
    assert (draft.name, draft.status) == ("Yours", "in_review")


def test_a_form_without_a_version_overwrites_nothing(cast, actor):
    sent = opened(cast["publisher"], actor) | {"name": "Yours"}
    del sent["version"]
    assert clashes_on(send(cast["publisher"], actor, sent))["Name"] == ("Before", "Yours", True)
    actor.refresh_from_db()
    assert actor.name == "Before"


def test_a_change_past_the_history_is_noticed(cast, actor):
    sent = opened(cast["publisher"], actor) | {"name": "Yours"}
    Actor.objects.filter(pk=actor.pk).update(locality="Košice")
    assert clashes_on(send(cast["publisher"], actor, sent)) == {
        "Name": ("Before", "Yours", True),
        "Locality": ("Košice", "Cork", True),
    }


# Rows within the entry


@pytest.fixture
def initiative():
    tie = factories.ParticipationFactory(
        actor__name="City of Cork", actor__status=Status.DRAFT, note="at first"
    )
    factories.InitiativeCitationFactory(subject=tie.initiative)
    return tie.initiative


NOTE = "Participation: City of Cork, Partner, note"


def test_rows_that_both_changed_are_compared_field_by_field(cast, initiative):
    page = meet(
        cast,
        initiative,
        {"participations-0-note": "theirs", "participations-0-start": "2011"},
        {"participations-0-note": "yours"},
    )
    start = NOTE.replace("note", "start")
    assert clashes_on(page) == {NOTE: ("theirs", "yours", True), start: ("2011", "", False)}
    again(cast, initiative, page)
    assert list(Participation.objects.values_list("note", "start")) == [("yours", "2011")]


def test_a_row_changed_from_its_other_end_is_noticed(cast, initiative):
    sent = opened(cast["publisher"], initiative) | {"participations-0-note": "yours"}
    actor = Actor.objects.get(name="City of Cork")
    factories.ActorCitationFactory(subject=actor)
    send(cast["curator"], actor, opened(cast["curator"], actor) | {"participations-0-note": "theirs"})
    assert clashes_on(send(cast["publisher"], initiative, sent)) == {NOTE: ("theirs", "yours", True)}


def test_a_row_that_they_removed_comes_back_if_you_changed_it(cast, initiative):
    page = meet(cast, initiative, {"participations-0-DELETE": "on"}, {"participations-0-note": "yours"})
    [clash] = clashes_on(page).values()
    assert (clash[0], clash[2]) == ("removed", True)
    assert not Participation.objects.exists()
    again(cast, initiative, page)
    [tie] = Participation.objects.all()
    assert (tie.actor.name, tie.role, tie.note) == ("City of Cork", "partner", "yours")


def test_a_row_that_they_removed_stays_away_if_you_did_not_touch_it(cast, initiative):
    page = meet(cast, initiative, {"participations-0-DELETE": "on"}, {"name": "Yours"})
    assert ("removed", False) in [(theirs, kept) for theirs, _, kept in clashes_on(page).values()]
    again(cast, initiative, page)
    assert not Participation.objects.exists()
    assert initiative.name == "Yours"


def test_a_row_that_you_remove_is_shown_as_they_changed_it(cast, initiative):
    page = meet(cast, initiative, {"participations-0-note": "theirs"}, {"participations-0-DELETE": "on"})
    theirs, yours, kept = clashes_on(page)["Participation: City of Cork, Partner"]
    assert "theirs" in theirs
    assert (yours, kept) == ("removed", True)
    again(cast, initiative, page, **{"participations-0-DELETE": "on"})
    assert not Participation.objects.exists()


def test_rows_that_both_added_are_both_kept(cast, actor):
    def adding(name):
        return lambda sent: sent | new_row(sent, "names", name=name, kind="alias")

    page = meet(cast, actor, adding("Theirs"), adding("Yours"))
    assert clashes_on(page) == {"Other name: Theirs": ("Theirs; Also known as", "", False)}
    again(cast, actor, page)
    assert sorted(actor.names.values_list("name", flat=True)) == ["Theirs", "Yours"]


def test_a_tie_on_its_own_page_is_guarded_too(cast, initiative):
    tie = initiative.participations.get()
    factories.ParticipationCitationFactory(subject=tie)
    page = meet(cast, tie, {"note": "theirs"}, {"note": "yours"})
    assert clashes_on(page) == {"Note": ("theirs", "yours", True)}
    again(cast, tie, page)
    assert tie.note == "yours"


def test_fields_of_rows_do_not_touch_those_of_the_entry_that_have_their_names(cast, initiative):
    type(initiative).objects.update(start="2013-10", end="2019")
    page = meet(cast, initiative, {"participations-0-note": "theirs"}, {"acronym": "YRS"})
    again(cast, initiative, page)
    assert (initiative.start, initiative.end, initiative.acronym) == ("2013-10", "2019", "YRS")
    assert initiative.participations.get().note == "theirs"


# Two real connections


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_the_same_moment_one_wins_and_the_other_is_told(initiative):
    names = ["first", "second"]
    clients, sent = {}, {}
    for name in names:
        clients[name] = Client()
        clients[name].force_login(User.objects.create_superuser(name))
        sent[name] = opened(clients[name], initiative) | {
            "name": f"By the {name}",
            "participations-0-note": name,
        }

    def save(name):
        try:
            return send(clients[name], initiative, sent[name]).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        codes = dict(zip(names, pool.map(save, names), strict=True))
    assert sorted(codes.values()) == [302, 409]
    initiative.refresh_from_db()
    winner = next(name for name in names if codes[name] == 302)
    assert initiative.name == f"By the {winner}"
    assert initiative.participations.get().note == winner
    assert initiative.history.first().history_user.username == winner
