"""Versions of entries: what is kept, when, and for whom."""

import pytest
from django.contrib.auth.models import User

from initiatives.models import Document, Initiative, Participation
from roma_network import history
from roma_network.models import Status
from stakeholders.models import Actor, Relation
from tests import factories
from tests.editing import address, new_row, sent_by

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]


def save(client, row, **changes):
    page = address(row, "change")
    answer = client.post(page, sent_by(client.get(page)) | changes)
    assert answer.status_code == 302
    return answer


def loaded(factory=factories.ActorCitationFactory, **fields):
    """An entry as fixtures load it: without a history."""
    row = factory(**fields)
    row = getattr(row, "subject", row)
    type(row).history.all().delete()
    return row


# What is kept


def test_an_added_entry_starts_with_one_version(cast):
    page = address(Actor, "add")
    sent = sent_by(cast["curator"].get(page)) | {"name": "Romani Cafe", "slug": "romani-cafe"}
    sent |= {"type": "roma_community", "reason": "Asked for by its board"}
    sent |= new_row(sent, "citations", source=factories.SourceFactory().pk, supports="name")
    cast["curator"].post(page, sent)
    [version] = Actor.objects.get().history.all()
    assert (version.history_type, version.history_user.username) == ("+", "curator")
    assert version.history_change_reason == "Asked for by its board"
    assert history.state_in(version) == history.state_of(Actor.objects.get())
    assert [row["supports"] for row in version.rows["citations"]] == ["name"]


def test_the_first_change_keeps_what_stood_before(cast):
    actor = loaded(subject__name="Before")
    save(cast["curator"], actor, name="After", reason="A new name")
    after, before = actor.history.all()
    assert (before.name, before.history_user, before.history_type) == ("Before", None, "+")
    assert (after.name, after.history_user.username, after.history_type) == ("After", "curator", "~")
    assert before.history_date == actor.updated_at


def test_a_save_in_code_keeps_both_too():
    actor = loaded(subject__name="Before")
    actor.name = "After"
    actor._change_reason = "Renamed in bulk"
    actor.save()
    after, before = actor.history.all()
    assert (before.name, after.name) == ("Before", "After")
    assert after.history_change_reason == "Renamed in bulk"
    assert after.rows == before.rows == history.state_of(actor).rows


@pytest.mark.parametrize("factory", [factories.ActorCitationFactory, factories.InitiativeCitationFactory])
def test_saving_as_it_stands_writes_nothing(cast, factory):
    row = loaded(factory)
    save(cast["curator"], row, reason="Just looking")
    assert not row.history.exists()
    touched = row.updated_at
    row.refresh_from_db()
    assert row.updated_at == touched


def test_an_initiative_of_many_gets_one_version_a_save(cast):
    initiative = loaded(factories.InitiativeCitationFactory)
    factories.ParticipationFactory.create_batch(30, initiative=initiative)
    Actor.history.all().delete()
    save(cast["curator"], initiative, **{"participations-3-note": "until 2020"})
    assert Initiative.history.count() == 2
    notes = [row["note"] for row in initiative.history.first().rows["participations"]]
    assert sorted(notes)[-1] == "until 2020"


def rows_after(client, entry, prefix, **fields):
    sent = sent_by(client.get(address(entry, "change")))
    save(client, entry, **new_row(sent, prefix, **fields))
    return entry.history.first().rows[prefix]


@pytest.mark.parametrize(
    ("factory", "prefix", "fields"),
    [
        (factories.ActorCitationFactory, "names", {"name": "Cafe", "kind": "alias"}),
        (factories.ActorCitationFactory, "citations", {"source": factories.SourceFactory, "supports": "x"}),
        (factories.ActorCitationFactory, "relations", {"target": factories.ActorFactory, "kind": "funds"}),
        (
            factories.ActorCitationFactory,
            "participations",
            {"initiative": factories.InitiativeFactory, "role": "lead"},
        ),
        (factories.InitiativeCitationFactory, "funding", {"programme": "ESF+"}),
        (
            factories.InitiativeCitationFactory,
            "participations",
            {"actor": factories.ActorFactory, "role": "lead"},
        ),
        (
            factories.DocumentCitationFactory,
            "citations",
            {"source": factories.SourceFactory, "supports": "x"},
        ),
    ],
    ids=["name", "source", "relation", "initiative", "funding", "actor", "source of a document"],
)
def test_rows_within_an_entry_belong_to_its_version(cast, factory, prefix, fields):
    entry = loaded(factory)
    fields = {name: value().pk if callable(value) else value for name, value in fields.items()}
    rows = rows_after(cast["curator"], entry, prefix, **fields)
    assert fields.items() <= rows[-1].items()
    assert entry.history.count() == 2


@pytest.mark.parametrize(
    ("factory", "field", "other"),
    [
        (factories.ActorCitationFactory, "themes", factories.ThemeFactory),
        (factories.InitiativeCitationFactory, "themes", factories.ThemeFactory),
        (factories.InitiativeCitationFactory, "countries", factories.CountryFactory),
        (factories.DocumentCitationFactory, "actors", factories.ActorFactory),
        (factories.DocumentCitationFactory, "initiatives", factories.InitiativeFactory),
    ],
    ids=["themes", "themes of an initiative", "countries", "actors", "initiatives"],
)
def test_links_belong_to_a_version(cast, factory, field, other):
    entry, linked = loaded(factory), other()
    save(cast["curator"], entry, **{field: [linked.pk]})
    after, before = entry.history.all()
    assert (before.rows[field], after.rows[field]) == ([], [linked.pk])


def test_a_participation_is_in_the_history_of_both_its_ends(cast):
    tie = factories.ParticipationCitationFactory().subject
    for model in (Actor, Initiative):
        model.history.all().delete()
    save(cast["curator"], tie, note="as a guest", reason="Its report of 2020")
    for entry in (tie.actor, tie.initiative):
        after, before = entry.history.all()
        assert [before.rows["participations"][0]["note"], after.rows["participations"][0]["note"]] == [
            "",
            "as a guest",
        ]
        assert (after.history_change_reason, after.history_user.username) == ("Its report of 2020", "curator")
    cast["curator"].post(address(tie, "delete"), {"post": "yes"})
    assert tie.actor.history.first().rows["participations"] == []
    assert tie.initiative.history.count() == 3


def test_a_participation_added_by_an_actor_is_in_the_history_of_the_initiative(cast):
    actor, initiative = loaded(), loaded(factories.InitiativeCitationFactory)
    rows_after(cast["curator"], actor, "participations", initiative=initiative.pk, role="lead")
    assert initiative.history.first().rows["participations"][0]["actor"] == actor.pk
    assert initiative.history.count() == 2


def test_the_source_of_a_participation_is_in_the_history(cast):
    tie = factories.ParticipationCitationFactory().subject
    Actor.history.all().delete()
    save(cast["curator"], tie, **{"citations-0-supports": "the role"})
    [row] = tie.actor.history.first().rows["participations"]
    assert [citation["supports"] for citation in row["citations"]] == ["the role"]


def test_a_deleted_draft_leaves_a_record(cast):
    actor = loaded(subject__status=Status.DRAFT)
    cast["curator"].post(address(actor, "delete"), {"post": "yes"})
    [version] = Actor.history.all()
    assert (version.history_type, version.history_user.username) == ("-", "curator")


def test_loading_the_directory_writes_no_history(directory):
    assert not any(model.history.exists() for model in (Actor, Initiative, Document))


def test_every_kind_of_row_within_an_entry_belongs_to_its_version():
    owned = {
        model: {
            relation.name
            for relation in model._meta.get_fields()
            if (relation.one_to_many and not relation.related_model.__name__.startswith("Historical"))
            or (relation.many_to_many and relation.concrete)
        }
        for model in (Actor, Initiative, Document, Participation, Relation)
    }
    others = {
        Actor: {"inverse_relations", "children", "publications"},  # told by the other end
        Initiative: {"children", "followers"},
    }
    for model, names in owned.items():
        assert set(model.versioned) == names - others.get(model, set()), model


def test_a_user_who_leaves_leaves_the_history(cast):
    actor = loaded()
    save(cast["curator"], actor, name="After")
    User.objects.get(username="curator").delete()
    assert actor.history.first().history_user is None
