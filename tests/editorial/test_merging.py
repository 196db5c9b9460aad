"""Two entries made one: nothing is lost, nothing is there twice, and it can be undone."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission, User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.urls import reverse

from initiatives.models import Initiative, Participation
from roma_network.editorial import merging, revisions
from roma_network.editorial.workflow import RefusedError, Step, take
from roma_network.models import Distinct, Keyed, Status
from stakeholders.models import Actor, ActorMerge, ActorName, Relation
from tests import factories
from tests.editing import address, queries_of, sent_by

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]

FACTORIES = {Actor: factories.ActorFactory, Initiative: factories.InitiativeFactory}
both_kinds = pytest.mark.parametrize("model", FACTORIES, ids=["actor", "initiative"])


@pytest.fixture
def publisher(cast):
    return User.objects.get(username="publisher")


@pytest.fixture
def merged(publisher):
    def merge(survivor, old, **options):
        return merging.merge(survivor=survivor, old=old, by=publisher, **options)

    return merge


def everything():
    """All rows of the directory but for what it derives from them: label → key → columns."""
    return {
        model._meta.label: {
            row["id" if "id" in row else model._meta.pk.name]: row
            for row in model._default_manager.order_by("pk").values(
                *(
                    field.attname
                    for field in model._meta.concrete_fields
                    if field.name not in {"sort_name", "created_at", "updated_at"}
                )
            )
        }
        for model in apps.get_models(include_auto_created=True)
        if issubclass(model, Keyed) or model._meta.auto_created
    }


def cited(factory, **fields):
    return factory(**{f"subject__{name}": value for name, value in fields.items()}).subject


def actors_with_everything():
    """Two actors, each with rows of every kind, of which the other has some too."""
    themes, countries = factories.ThemeFactory.create_batch(3), factories.CountryFactory.create_batch(2)
    source = factories.SourceFactory()
    house = factories.ActorFactory(name="House")
    kept = factories.ActorFactory(
        name="Roma Education Fund", acronym="REF", themes=themes[:2], country=countries[0], parent=house
    )
    old = factories.ActorFactory(
        name="Fund for Roma Education",
        native_name="Romano Fondo",
        native_language="rom",
        themes=themes[1:],
        summary="It pays for schools.",
        website="https://example.eu/ref",
    )
    other, initiative, more = (
        factories.ActorFactory(),
        factories.InitiativeFactory(),
        factories.InitiativeFactory(),
    )
    for actor in (kept, old):
        factories.ActorNameFactory(actor=actor, name="R. E. F.")
        factories.ActorNameFactory(actor=actor)
        factories.ActorCitationFactory(subject=actor)
        factories.ActorCitationFactory(subject=actor, source=source, facts=["place"], note=f"seat of {actor}")
        factories.ActorFactory(parent=actor)
        factories.DocumentFactory(publisher=actor)
        factories.DocumentFactory(actors=[actor])
        factories.RelationFactory(subject=actor, target=other, note=f"by {actor}")
        factories.RelationFactory(subject=other, target=actor)
        part = factories.ParticipationFactory(actor=actor, initiative=initiative, role="lead")
        factories.ParticipationCitationFactory(subject=part, source=source, note=f"leads as {actor}")
    factories.DocumentFactory(actors=[kept, old], title="About both")
    factories.RelationCitationFactory(subject__subject=old, subject__target=kept)
    Participation.objects.filter(actor=kept).update(start="2011", note="first")
    Participation.objects.filter(actor=old).update(start="2011-04", end="2013", note="second")
    cited(factories.ParticipationCitationFactory, actor=old, initiative=more, role="partner")
    return kept, old


def initiatives_with_everything():
    themes, countries = factories.ThemeFactory.create_batch(3), factories.CountryFactory.create_batch(3)
    kept = factories.InitiativeFactory(name="ROMACT", themes=themes[:2], countries=countries[:2])
    old = factories.InitiativeFactory(
        name="Romact programme", themes=themes[1:], countries=countries[1:], start="2013", follows=kept
    )
    actor = factories.ActorFactory()
    for initiative in (kept, old):
        factories.InitiativeCitationFactory(subject=initiative)
        factories.FundingFactory(initiative=initiative, programme="ESF", note="", amount=5)
        factories.FundingFactory(initiative=initiative)
        factories.InitiativeFactory(parent=initiative)
        factories.InitiativeFactory(follows=initiative)
        factories.DocumentFactory(initiatives=[initiative])
        cited(factories.ParticipationCitationFactory, actor=actor, initiative=initiative, role="funder")
        cited(factories.ParticipationCitationFactory, initiative=initiative)
    return kept, old


# What becomes of both


def test_all_that_leads_to_one_actor_leads_to_the_other(merged):
    kept, old = actors_with_everything()
    merged(kept, old, take=["summary", "website"])
    kept.refresh_from_db()
    old.refresh_from_db()
    assert (kept.summary, kept.website, kept.acronym) == (
        "It pays for schools.",
        "https://example.eu/ref",
        "REF",
    )
    assert (kept.status, old.status) == (Status.PUBLISHED, Status.WITHDRAWN)
    assert [kept.themes.count(), old.themes.count()] == [3, 0]
    assert [kept.children.count(), old.children.count()] == [2, 0]
    assert [kept.publications.count(), kept.documents.count(), old.documents.count()] == [2, 3, 0]
    assert sorted(kept.citations.values_list("note", flat=True)) == [
        "",
        "",
        "seat of Roma Education Fund; seat of Fund for Roma Education",
    ]
    names = {row.name: row for row in kept.names.all()}
    assert names["Romano Fondo"].language == "rom"
    assert {"Fund for Roma Education", "R. E. F."} < names.keys()
    assert len(names) == 5
    for field in merging.ties(Actor):
        assert not field.model._default_manager.filter(**{field.name: old}).exists(), field


def test_the_same_part_becomes_one_with_the_dates_notes_and_sources_of_both(merged):
    kept, old = actors_with_everything()
    merged(kept, old)
    lead = kept.participations.get(role="lead")
    assert (lead.start, lead.end, lead.note) == ("2011-04", "2013", "first; second")
    notes = list(lead.citations.values_list("note", flat=True))
    assert notes == ["", "leads as Roma Education Fund; leads as Fund for Roma Education", ""]
    assert kept.participations.count() == 2


def test_the_same_relation_becomes_one_and_one_between_both_goes(merged):
    kept, old = actors_with_everything()
    merged(kept, old)
    relation = kept.relations.get()
    assert relation.note == "by Roma Education Fund; by Fund for Roma Education"
    assert relation.citations.count() == 2
    assert kept.inverse_relations.count() == 1
    assert Relation.objects.count() == 2


def test_all_that_leads_to_one_initiative_leads_to_the_other(merged):
    kept, old = initiatives_with_everything()
    merged(kept, old, take=["start", "name"])
    kept.refresh_from_db()
    assert (kept.name, kept.start, kept.follows) == ("Romact programme", "2013", None)
    assert [kept.themes.count(), kept.countries.count(), kept.documents.count()] == [3, 3, 2]
    assert [kept.funding.count(), kept.participations.count(), kept.citations.count()] == [3, 3, 2]
    assert [kept.children.count(), kept.followers.published().count()] == [2, 2]


def test_dates_that_contradict_are_both_kept(merged):
    first = factories.ParticipationFactory(start="2011")
    second = factories.ParticipationFactory(initiative=first.initiative, start="2014", end="2015")
    merged(first.actor, second.actor)
    first.refresh_from_db()
    assert (first.start, first.end, first.note) == ("2011", "2015", "also given as start: 2014")


def test_amounts_that_contradict_must_be_settled_first(merged):
    first = factories.FundingFactory(amount=1, programme="ESF")
    second = factories.FundingFactory(amount=2, programme="ESF")
    before = everything()
    with pytest.raises(RefusedError, match="amount"):
        merged(first.initiative, second.initiative)
    assert everything() == before


def test_texts_too_long_for_one_field_are_refused(merged):
    first = factories.ParticipationFactory(note="a" * 200)
    second = factories.ParticipationFactory(initiative=first.initiative, note="b" * 200)
    with pytest.raises(RefusedError, match="at most 300"):
        merged(first.actor, second.actor)
    assert Participation.objects.count() == 2


def test_a_part_of_the_other_becomes_a_part_of_its_house(merged):
    house = factories.ActorFactory()
    old = factories.ActorFactory(parent=house)
    kept = factories.ActorFactory(parent=old)
    merged(kept, old)
    kept.refresh_from_db()
    assert kept.parent == house


def test_a_merge_that_would_lead_round_in_a_circle_is_refused(merged):
    old = factories.ActorFactory()
    between = factories.ActorFactory(parent=old, name="Between")
    kept = factories.ActorFactory(parent=between)
    with pytest.raises(RefusedError, match="Between"):
        merged(kept, old)


def test_every_column_that_leads_to_an_entry_is_moved_or_left_for_a_reason():
    """Another table that leads to actors or initiatives must be thought of here."""
    left = {"ActorMerge", "InitiativeMerge"}
    for model in FACTORIES:
        relations = [
            row for row in model._meta.get_fields(include_hidden=True) if row.auto_created and row.is_relation
        ]
        leading = {row.field for row in relations if row.field.many_to_one or row.field.one_to_one}
        rest = {field.model.__name__ for field in leading - set(merging.ties(model))}
        assert {name for name in rest if not name.startswith("Historical")} <= left


# Who may, and which


@pytest.mark.parametrize("role", ["visitor", "curator"])
def test_only_publishers_merge(cast, role):
    kept, old = factories.ActorFactory.create_batch(2)
    page = reverse("admin:stakeholders_actor_merge", args=[kept.pk, old.pk])
    for answer in (cast[role].get(page), cast[role].post(page)):
        assert answer.status_code in (302, 403)
    assert old.merged_into is None
    if role == "curator":
        with pytest.raises(PermissionDenied):
            merging.merge(survivor=kept, old=old, by=User.objects.get(username=role))


@pytest.mark.parametrize(
    ("stays", "goes"), [("draft", "published"), ("withdrawn", "published"), ("withdrawn", "draft")]
)
def test_what_is_public_is_never_hidden_behind_what_is_not(merged, stays, goes):
    kept, old = (factories.ActorFactory(status=status) for status in (stays, goes))
    with pytest.raises(RefusedError):
        merged(kept, old)


def test_nothing_is_merged_with_itself_or_twice(merged):
    kept, old, third = factories.ActorFactory.create_batch(3)
    with pytest.raises(RefusedError):
        merged(kept, kept)
    merged(kept, old)
    for pair in ((old, third), (third, old)):
        with pytest.raises(RefusedError):
            merged(*(Actor.objects.get(pk=entry.pk) for entry in pair))
    with pytest.raises(IntegrityError):
        ActorMerge.objects.update(old=kept)


def test_the_old_entry_is_left_alone_from_then_on(cast, merged, publisher):
    kept, old = factories.ActorFactory.create_batch(2)
    merged(kept, old)
    old = Actor.objects.get(pk=old.pk)
    page = cast["publisher"].get(address(old, "change"))
    assert address(kept, "change").rstrip("?") in page.text
    assert "Undo the merge" in page.text
    assert cast["publisher"].post(address(old, "change"), {"name": "Another"}).status_code == 403
    with pytest.raises(RefusedError, match=kept.name):
        take(step=Step.PUBLISH, entry=old, by=publisher)
    found = cast["publisher"].get(
        reverse("admin:autocomplete"),
        {"term": "actor", "app_label": "stakeholders", "model_name": "relation", "field_name": "target"},
    )
    assert [row["text"] for row in found.json()["results"]] == [kept.name]


# Addresses and search


@both_kinds
def test_the_old_address_leads_to_the_survivor_until_it_is_undone(client, merged, publisher, model):
    entries = [FACTORIES[model](slug=slug) for slug in ("first", "second", "third")]
    urls = [entry.get_absolute_url() for entry in entries]
    merges = [merged(entries[1], entries[0]), merged(entries[2], entries[1])]
    for url in urls[:2]:
        answer = client.get(url, {"format": "csv"})
        assert (answer.status_code, answer["Location"]) == (301, f"{urls[2]}?format=csv")
        assert "max-age=0" in answer["Cache-Control"]
    for merge in reversed(merges):
        merging.undo(merge=merge, by=publisher)
    assert [client.get(url).status_code for url in urls] == [200, 200, 200]


def test_an_address_without_a_public_heir_is_not_found(client, merged):
    kept, old = factories.ActorFactory.create_batch(2, status=Status.DRAFT)
    merged(kept, old)
    assert client.get(old.get_absolute_url()).status_code == 404
    assert client.get("/actors/never-was/").status_code == 404


@both_kinds
def test_a_slug_is_never_given_to_another(merged, model):
    kept, old = FACTORIES[model](), FACTORIES[model](slug="old")
    merged(kept, old)
    with pytest.raises(IntegrityError):
        FACTORIES[model](slug="old")


@both_kinds
def test_the_search_finds_the_old_name(client, merged, model):
    kept, old = FACTORIES[model](name="Košice Centre"), FACTORIES[model](name="Prešov House")
    merged(kept, old)
    page = client.get("/search/", {"q": "presov house"}).text
    assert kept.get_absolute_url() in page
    assert old.get_absolute_url() not in page


@both_kinds
def test_the_search_finds_the_name_that_the_survivor_gave_up(client, merged, model):
    kept, old = FACTORIES[model](name="Košice Centre"), FACTORIES[model](name="Prešov House")
    merged(kept, old, take=["name"])
    for words in ("kosice centre", "presov house"):
        assert kept.get_absolute_url() in client.get("/search/", {"q": words}).text


# Undoing


@pytest.mark.parametrize("make", [actors_with_everything, initiatives_with_everything])
@pytest.mark.parametrize("take", [[], ["name", "summary", "website", "start"]], ids=["kept", "taken"])
def test_undoing_brings_back_every_row_as_it_was(merged, publisher, make, take):
    kept, old = make()
    take = [name for name in take if hasattr(kept, name)]
    before = everything()
    states = [revisions.state_of(entry) for entry in (kept, old)]
    merge = merged(kept, old, take=take)
    assert everything() != before
    merging.undo(merge=merge, by=publisher, reason="Two after all")
    assert everything() == before
    entries = [type(kept).objects.get(pk=entry.pk) for entry in (kept, old)]
    assert [revisions.state_of(entry) for entry in entries] == states
    assert [entry.history.first().history_change_reason for entry in entries] == ["Two after all"] * 2


def test_what_was_added_since_stays_with_the_survivor(merged, publisher):
    kept, old = actors_with_everything()
    merge = merged(kept, old)
    name = factories.ActorNameFactory(actor=kept, name="Since then")
    Actor.objects.filter(pk=kept.pk).update(locality="Budapest")
    merging.undo(merge=merge, by=publisher)
    kept.refresh_from_db()
    assert (kept.locality, ActorName.objects.get(pk=name.pk).actor) == ("Budapest", kept)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda kept: kept.participations.filter(role="lead").update(note="third"), "note"),
        (lambda kept: kept.participations.get(role="partner").delete(), "was removed"),
        (lambda kept: Actor.objects.filter(pk=kept.pk).update(summary="Else"), "summary"),
        (lambda kept: kept.names.filter(name="Romano Fondo").update(kind="former"), "kind"),
        (lambda kept: kept.children.update(parent=None), "part of"),
    ],
    ids=["changed", "removed", "column", "name", "child"],
)
def test_what_was_changed_since_stands_in_the_way(cast, merged, publisher, change, words):
    kept, old = actors_with_everything()
    merge = merged(kept, old, take=["summary"])
    change(kept)
    before = everything()
    with pytest.raises(RefusedError, match=words):
        merging.undo(merge=merge, by=publisher)
    assert everything() == before
    assert words in cast["publisher"].get(reverse("admin:stakeholders_actor_unmerge", args=[old.pk])).text


def test_a_later_merge_is_undone_first(merged, publisher):
    first, second, third = factories.ActorFactory.create_batch(3)
    merge = merged(second, first)
    merged(third, second)
    with pytest.raises(RefusedError, match="undo that first"):
        merging.undo(merge=type(merge).objects.get(pk=merge.pk), by=publisher)


def test_only_publishers_undo(cast, merged):
    kept, old = factories.ActorFactory.create_batch(2)
    merge = merged(kept, old)
    page = reverse("admin:stakeholders_actor_unmerge", args=[old.pk])
    assert cast["curator"].post(page).status_code == 403
    with pytest.raises(PermissionDenied):
        merging.undo(merge=merge, by=User.objects.get(username="curator"))


# History


def test_the_history_of_all_who_changed_tells_of_it(merged):
    kept, old = actors_with_everything()
    merged(kept, old, reason="One body")
    initiative = kept.participations.get(role="partner").initiative
    for entry in (kept, old, initiative, *kept.children.all()[1:], *kept.publications.all()[1:]):
        version = entry.history.first()
        assert (version.history_change_reason, version.history_user.username) == ("One body", "publisher"), (
            entry
        )
        assert revisions.state_in(version) == revisions.state_of(type(entry).objects.get(pk=entry.pk))


# The pages


@both_kinds
def test_a_publisher_chooses_field_by_field_and_undoes_it(cast, model):
    kept = FACTORIES[model](name="One", acronym="ON", website="https://one.example.eu/")
    old = FACTORIES[model](name="Two", acronym="TW", summary="It teaches.")
    client, names = cast["publisher"], f"admin:{model._meta.app_label}_{model._meta.model_name}"
    answer = client.post(address(model), {"action": "merge_two", "_selected_action": [kept.pk, old.pk]})
    page = reverse(f"{names}_merge", args=[kept.pk, old.pk])
    assert answer["Location"] == page
    shown = client.get(page)
    choices = {choice.name: choice for choice in shown.context["choices"]}
    sent = {name: "old" if choice.takes_theirs else "survivor" for name, choice in choices.items()}
    assert sent == {"name": "survivor", "acronym": "survivor", "website": "survivor", "summary": "old"}
    sent |= {"acronym": "old", "version": shown.context["token"], "reason": "One body"}
    assert client.post(page, sent)["Location"] == address(kept, "change").rstrip("?")
    kept.refresh_from_db()
    assert (kept.name, kept.acronym, kept.summary) == ("One", "TW", "It teaches.")
    assert "It took the place of" in client.get(address(kept, "change")).text
    client.post(reverse(f"{names}_unmerge", args=[old.pk]))
    kept.refresh_from_db()
    assert (kept.acronym, kept.summary, model.objects.get(pk=old.pk).status) == ("ON", "", "published")


def test_two_that_changed_meanwhile_are_shown_again(cast):
    kept, old = factories.ActorFactory.create_batch(2)
    page = reverse("admin:stakeholders_actor_merge", args=[kept.pk, old.pk])
    token = cast["publisher"].get(page).context["token"]
    Actor.objects.filter(pk=old.pk).update(summary="New")
    answer = cast["publisher"].post(page, {"version": token})
    assert answer.status_code == 409
    assert "Somebody saved one of the two meanwhile" in answer.text
    assert Actor.objects.get(pk=old.pk).merged_into is None


def test_a_refused_merge_says_why_on_its_page(cast):
    kept, old = factories.ActorFactory(status="draft"), factories.ActorFactory()
    page = reverse("admin:stakeholders_actor_merge", args=[kept.pk, old.pk])
    answer = cast["publisher"].post(page, {"version": cast["publisher"].get(page).context["token"]})
    assert "Only a published entry can take the place of a published one." in answer.text


def test_merging_asks_for_exactly_two(cast):
    factories.ActorFactory.create_batch(3)
    keys = list(Actor.objects.values_list("pk", flat=True))
    for chosen in (keys, keys[:1]):
        answer = cast["publisher"].post(
            address(Actor), {"action": "merge_two", "_selected_action": chosen}, follow=True
        )
        assert "Select two entries" in answer.text


# Likely duplicates


def likely(client, model=Actor, **values):
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_likely")
    return [row["label"] for row in client.get(url, values).json()["entries"]]


@pytest.mark.parametrize(
    "values",
    [
        {"name": "Mesto Košice"},
        {"name": "kosice mesto"},
        {"name": "Mesto Kosise"},
        {"website": "http://www.Example.eu/kosice?lang=en"},
        {"wikidata": "Q1"},
        {"ror": "02qsmb048"},
        {"transparency_register": "123-01"},
        {"name": "Cassovia town"},
    ],
    ids=lambda values: next(iter(values.values())),
)
def test_what_may_be_the_same_is_found_while_typing(cast, values):
    known = factories.ActorFactory(
        name="Mesto Košice",
        website="https://example.eu/kosice/",
        wikidata="Q1",
        ror="02qsmb048",
        transparency_register="123-01",
        status=Status.DRAFT,
    )
    factories.ActorNameFactory(actor=known, name="Cassovia Town")
    factories.ActorFactory(name="Mesto Prešov", website="https://example.eu/presov/", wikidata="Q11")
    assert likely(cast["curator"], **values) == ["Mesto Košice"]
    assert likely(cast["curator"], pk=known.pk, **values) == []


def test_what_merely_resembles_is_left_out(cast):
    country = factories.CountryFactory(code="RO")
    factories.ActorFactory(name="Ministry of Education", country=country)
    factories.ActorFactory(name="ROMED 2 network")
    assert likely(cast["curator"], name="Ministry of Education", country="XK") == []
    assert likely(cast["curator"], name="Ministry of Education", country="RO") == ["Ministry of Education"]
    assert likely(cast["curator"], name="ROMED 1 network") == []
    assert likely(cast["curator"], name="", website="") == []
    assert likely(cast["curator"], website="http://[") == []


def test_initiatives_have_likely_duplicates_too(cast):
    factories.InitiativeFactory(name="ROMACT programme")
    assert likely(cast["curator"], Initiative, name="Programme Romact") == ["ROMACT programme"]


@pytest.mark.parametrize("page", ["likely", "duplicates"])
def test_likely_duplicates_are_for_curators(cast, client, page):
    url = reverse(f"admin:stakeholders_actor_{page}")
    assert cast["visitor"].get(url).status_code == 302
    client.force_login(User.objects.create_user("staff", is_staff=True))
    assert client.get(url).status_code == 403


def test_a_save_warns_without_any_script(cast):
    known = factories.ActorFactory(name="Roma Education Fund")
    page = address(Actor, "add")
    sent = sent_by(cast["curator"].get(page)) | {
        "name": "Roma Educaton Fund",
        "slug": "ref",
        "type": "academia",
    }
    answer = cast["curator"].post(page, sent | {"_continue": "yes"}, follow=True)
    assert "It may be in the directory already: " in answer.text
    assert answer.text.count(address(known, "change").rstrip("?")) == 2
    assert "Compare and merge…</a>" not in answer.text
    new = Actor.objects.get(slug="ref")
    assert "Compare and merge…</a>" in cast["publisher"].get(address(new, "change")).text
    again = cast["curator"].post(address(new, "change"), sent_by(answer), follow=True)
    assert "It may be in the directory already: " not in again.text


def test_likely_pairs_are_a_work_list(cast):
    pairs = [
        factories.ActorFactory(name="Roma Education Fund"),
        factories.ActorFactory(name="Roma Educaton Fund", status=Status.DRAFT),
        factories.ActorFactory(name="Sinti House", website="https://example.eu/house"),
        factories.ActorFactory(name="Maison des Sintis", website="http://example.eu/house/"),
    ]
    factories.ActorFactory(name="Roma Education Fund", status=Status.WITHDRAWN)
    page = cast["publisher"].get(address(Actor, "duplicates"))
    found = [{pair["first"]["label"], pair["second"]["label"]} for pair in page.context["pairs"]]
    assert found == [{pairs[2].name, pairs[3].name}, {pairs[0].name, pairs[1].name}]
    assert reverse("admin:stakeholders_actor_merge", args=[pairs[0].pk, pairs[1].pk]) in page.text
    assert "A publisher can merge them." in cast["curator"].get(address(Actor, "duplicates")).text


def test_the_work_list_costs_the_same_queries_however_long(cast):
    factories.ActorFactory.create_batch(2, name="Roma House")
    cast["curator"].get(address(Actor, "duplicates"))
    factories.ActorFactory()
    few = queries_of(cast["curator"], address(Actor, "duplicates"))
    factories.ActorFactory.create_batch(10, name="Sinti Centre")
    assert queries_of(cast["curator"], address(Actor, "duplicates")) == few


def pairs_on(client):
    return [pair["keys"] for pair in client.get(address(Actor, "duplicates")).context["pairs"]]


def test_what_is_told_apart_leaves_the_list_until_that_is_taken_back(cast):
    one, other, third = (
        factories.ActorFactory(name=name, website="https://example.eu/") for name in ("One", "Other", "Third")
    )
    pairs = [[one.pk, other.pk], [one.pk, third.pk], [other.pk, third.pk]]
    assert sorted(pairs_on(cast["curator"])) == pairs
    page = address(Actor, "duplicates")
    for _twice in range(2):
        assert cast["curator"].post(page, {"entry": [other.pk, one.pk]}).status_code == 302
    assert sorted(pairs_on(cast["publisher"])) == pairs[1:]
    form = cast["curator"].get(address(one, "change"))
    assert [row["entry"] for row in form.context["likely"]] == [third]
    [said] = cast["curator"].get(page).context["apart"]
    assert said["said"].by.username == "curator"
    cast["curator"].post(page, {"said": said["said"].pk})
    assert sorted(pairs_on(cast["curator"])) == pairs


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"entry": ["x", "1"]},
        {"entry": ["7"]},
        {"entry": ["1", "9" * 30]},
        {"said": "x"},
        {"said": "9" * 30},
    ],
)
def test_nonsense_tells_nothing_apart(cast, sent):
    assert cast["curator"].post(address(Actor, "duplicates"), sent).status_code == 302
    assert not Distinct.objects.exists()


def test_only_those_who_edit_tell_apart(cast, client):
    one, other = (
        factories.ActorFactory(website="https://a.eu"),
        factories.ActorFactory(website="https://a.eu"),
    )
    sent = {"entry": [one.pk, other.pk]}
    cast["visitor"].post(address(Actor, "duplicates"), sent)
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_actor"))
    client.force_login(reader)
    assert client.post(address(Actor, "duplicates"), sent).status_code == 403
    assert not Distinct.objects.exists()
