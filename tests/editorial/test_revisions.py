"""Versions of entries: what is kept, when, and for whom."""

import pytest
from django.contrib.auth.models import Permission, User

from initiatives.models import Document, Initiative, Participation
from roma_network.editorial import revisions
from roma_network.models import Status
from stakeholders.models import Actor, Relation
from tests import factories
from tests.editing import address, new_row, queries_of, sent_by

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
    sent |= new_row(sent, "citations", source=factories.SourceFactory().pk, facts=["name"])
    cast["curator"].post(page, sent)
    [version] = Actor.objects.get().history.all()
    assert (version.history_type, version.history_user.username) == ("+", "curator")
    assert version.history_change_reason == "Asked for by its board"
    assert revisions.state_in(version) == revisions.state_of(Actor.objects.get())
    assert [row["facts"] for row in version.rows["citations"]] == [["name"]]


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
    assert after.rows == before.rows == revisions.state_of(actor).rows


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
        (
            factories.ActorCitationFactory,
            "citations",
            {"source": factories.SourceFactory, "facts": ["website", "founded"], "note": "x"},
        ),
        (factories.ActorCitationFactory, "relations", {"target": factories.ActorFactory, "kind": "funds"}),
        (
            factories.ActorCitationFactory,
            "participations",
            {"initiative": factories.InitiativeFactory, "role": "lead"},
        ),
        (factories.InitiativeCitationFactory, "funding", {"programme": "ESF+", "currency": "EUR"}),
        (
            factories.InitiativeCitationFactory,
            "participations",
            {"actor": factories.ActorFactory, "role": "lead"},
        ),
        (
            factories.DocumentCitationFactory,
            "citations",
            {"source": factories.SourceFactory, "facts": ["date"], "note": "x"},
        ),
    ],
    ids=["name", "source", "relation", "initiative", "funding", "actor", "source of a document"],
)
def test_rows_within_an_entry_belong_to_its_version(cast, factory, prefix, fields):
    entry = loaded(factory)
    fields = {name: value().pk if callable(value) else value for name, value in fields.items()}
    rows = rows_after(cast["curator"], entry, prefix, **fields)
    assert {name: rows[-1][name] for name in fields} == fields
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
    cast["publisher"].post(address(tie, "delete"), {"post": "yes", "reason": "Never took part"})
    assert tie.initiative.history.count() == 3
    for entry in (tie.actor, tie.initiative):
        assert entry.history.first().rows["participations"] == []
        assert entry.history.first().history_change_reason == "Never took part"


def test_a_participation_added_by_an_actor_is_in_the_history_of_the_initiative(cast):
    actor, initiative = loaded(), loaded(factories.InitiativeCitationFactory)
    rows_after(cast["curator"], actor, "participations", initiative=initiative.pk, role="lead")
    assert initiative.history.first().rows["participations"][0]["actor"] == actor.pk
    assert initiative.history.count() == 2


def test_the_source_of_a_participation_is_in_the_history(cast):
    tie = factories.ParticipationCitationFactory().subject
    Actor.history.all().delete()
    save(cast["curator"], tie, **{"citations-0-facts": ["role", "start"], "citations-0-note": "the role"})
    [row] = tie.actor.history.first().rows["participations"]
    assert [(citation["facts"], citation["note"]) for citation in row["citations"]] == [
        (["role", "start"], "the role")
    ]


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
        Actor: {  # told by the other end
            "inverse_relations",
            "children",
            "predecessors",
            "publications",
            "funding_given",
            "funding_received",
            "merged",
            "rosters",
            "roster_lines",
        },
        Initiative: {"children", "followers", "modelled", "merged", "rosters", "roster_lines"},
        Document: {"roster_lines"},
    }
    for model, names in owned.items():
        assert set(model.versioned) == names - others.get(model, set()), model


def test_a_user_who_leaves_leaves_the_history(cast):
    actor = loaded()
    save(cast["curator"], actor, name="After")
    User.objects.get(username="curator").delete()
    assert actor.history.first().history_user is None


# Reading


def differences_on(page):
    return [
        [(difference.what, difference.old, difference.new) for difference in version.differences]
        for version in page.context["versions"]
    ]


def test_the_history_tells_who_changed_what_when_and_why(cast):
    actor = loaded(subject__name="Before", subject__country=None)
    country, theme = factories.CountryFactory(name="Slovakia"), factories.ThemeFactory(name="Housing")
    save(
        cast["curator"],
        actor,
        name="After",
        type="academia",
        country=country.pk,
        themes=[theme.pk],
        founded="1996",
        reason="Its annual report",
        **{"citations-0-facts": ["summary", "themes"], "citations-0-note": "all of it"},
    )
    page = cast["curator"].get(address(actor, "history"))
    source = actor.citations.get().source
    latest, first = differences_on(page)
    assert first == []
    assert latest == [
        ("Name", "Before", "After"),
        ("Type", "Civil society", "Academia"),
        ("Country", "", "Slovakia"),
        ("Founded", "", "1996"),
        ("Themes", "", "Housing"),
        (f"Citation: {source}, facts", "Name", "Summary, Themes"),
        (f"Citation: {source}, note", "", "all of it"),
    ]
    for text in ("curator", "Its annual report", "the directory itself", "the version of now"):
        assert text in page.text


def test_rows_that_came_and_went_are_told_in_full(cast):
    actor = loaded()
    sent = sent_by(cast["curator"].get(address(actor, "change")))
    save(cast["curator"], actor, **new_row(sent, "names", name="Cafe", kind="former", language="en"))
    save(cast["curator"], actor, **{"names-0-DELETE": "on"})
    removed, added, _ = differences_on(cast["curator"].get(address(actor, "history")))
    assert added == [("Other name: Cafe", "", "Cafe; Formerly; en")]
    assert removed == [("Other name: Cafe", "Cafe; Formerly; en", "")]


def test_what_a_version_points_to_may_be_gone(cast):
    gone = factories.ActorFactory(status=Status.DRAFT)
    document = loaded(factories.DocumentCitationFactory)
    save(cast["curator"], document, actors=[gone.pk])
    pk = gone.pk
    cast["curator"].post(address(gone, "delete"), {"post": "yes"})
    page = cast["curator"].get(address(document, "history"))
    assert f"no longer there ({pk})" in page.text
    version = document.history.get(rows__actors=[pk])
    cast["curator"].post(restoring(document, version), token_on(cast["curator"], document, version))
    assert list(document.actors.all()) == []


def test_a_long_history_comes_in_pages_of_few_queries(cast):
    actor = loaded()
    for number in range(25):
        actor.name = f"Name {number}"
        actor.save()
    page = address(actor, "history")
    cast["curator"].get(page)  # the first request of a session notes that it is used
    assert queries_of(cast["curator"], page) <= 12
    assert len(cast["curator"].get(page).context["versions"]) == 20
    older = cast["curator"].get(address(actor, "history", p=2)).context["versions"]
    assert [version.name for version in older][-2:] == ["Name 0", actor.history.last().name]


# Restoring


def restoring(entry, version):
    return f"{address(entry, 'history').rstrip('?')}{version.history_id}/"


def token_on(client, entry, version):
    return {"version": client.get(restoring(entry, version)).context["token"], "reason": "As it was"}


def bring_back(client, entry, version):
    return client.post(restoring(entry, version), token_on(client, entry, version))


def test_any_version_can_be_restored_with_all_its_rows(cast):
    actor = loaded(subject__name="Before", subject__themes=[factories.ThemeFactory()])
    factories.ActorNameFactory(actor=actor)
    for tie in (
        factories.RelationCitationFactory(subject__subject=actor).subject,
        factories.ParticipationCitationFactory(subject__actor=actor).subject,
    ):
        tie.note = "as found"
        tie.save()
    Actor.history.all().delete()
    before = revisions.state_of(actor)
    gone = {f"{prefix}-0-DELETE": "on" for prefix in ("names", "relations", "participations")}
    save(cast["publisher"], actor, name="After", themes=[], reason="Another one", **gone)
    actor.refresh_from_db()
    assert revisions.state_of(actor) != before
    assert bring_back(cast["curator"], actor, actor.history.last()).status_code == 302
    actor.refresh_from_db()
    assert revisions.state_of(actor) == before
    latest = actor.history.first()
    assert (latest.history_user.username, latest.history_change_reason) == ("curator", "As it was")
    assert actor.history.count() == 3
    assert actor.search_text.startswith("\nbefore\n")
    initiative = actor.participations.get().initiative
    assert initiative.history.first().history_change_reason == "As it was"


def test_restoring_says_first_what_would_change(cast):
    actor = loaded(subject__name="Before")
    save(cast["curator"], actor, name="After")
    page = cast["curator"].get(restoring(actor, actor.history.last()))
    assert [tuple(difference) for difference in page.context["differences"]] == [("Name", "After", "Before")]


def test_restoring_leaves_status_and_address_alone(cast):
    actor = loaded(subject__status=Status.DRAFT, subject__slug="early", subject__summary="It teaches.")
    first = revisions.write(actor, revisions.state_of(actor), kind="+")
    save(cast["publisher"], actor, slug="late", _step="publish")
    bring_back(cast["curator"], actor, first)
    actor.refresh_from_db()
    assert (actor.slug, actor.status) == ("late", Status.PUBLISHED)


def test_a_published_entry_is_not_restored_to_a_time_without_sources(cast):
    actor = loaded(factories.ActorFactory, name="Before", status=Status.DRAFT)
    first = revisions.write(actor, revisions.state_of(actor), kind="+")
    factories.ActorCitationFactory(subject=actor)
    Actor.objects.filter(pk=actor.pk).update(status=Status.PUBLISHED, published_at=actor.updated_at)
    answer = bring_back(cast["curator"], actor, first)
    assert "It has no source" in cast["curator"].get(answer["Location"]).text
    assert actor.citations.exists()


def test_a_change_meanwhile_is_not_overwritten_by_restoring(cast):
    actor = loaded(subject__name="Before")
    save(cast["curator"], actor, name="After")
    version = actor.history.last()
    sent = token_on(cast["curator"], actor, version)
    save(cast["publisher"], actor, name="Later")
    assert cast["curator"].post(restoring(actor, version), sent).status_code == 409
    actor.refresh_from_db()
    assert actor.name == "Later"


def test_who_may_not_change_may_not_restore(cast, client):
    actor = loaded(subject__name="Before")
    save(cast["curator"], actor, name="After")
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_actor"))
    client.force_login(reader)
    version = actor.history.last()
    assert "Restore this version" not in client.get(address(actor, "history")).text
    assert client.get(restoring(actor, version)).status_code == 403
    assert client.post(restoring(actor, version), {"version": ""}).status_code == 403
    assert cast["visitor"].get(restoring(actor, version)).status_code == 302


def test_a_version_of_another_entry_is_not_found(cast):
    one, other = loaded(), loaded()
    save(cast["curator"], other, name="After")
    assert cast["curator"].get(restoring(one, other.history.first())).status_code == 404
