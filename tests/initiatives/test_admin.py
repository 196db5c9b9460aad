import pytest
from django.contrib import admin

from initiatives.models import Document, Initiative, Participation
from roma_network.models import Status
from stakeholders.models import Actor
from tests import factories
from tests.editing import address, messages_on, new_row, queries_of, sent_by

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]


@pytest.fixture
def initiative():
    return factories.InitiativeCitationFactory().subject


def take_part(initiative, actors):
    factories.ParticipationFactory.create_batch(actors, initiative=initiative)


def save(client, entry, **changes):
    page = address(entry, "change")
    return client.post(page, sent_by(client.get(page)) | changes)


def add_row(client, entry, prefix, **fields):
    sent = sent_by(client.get(address(entry, "change")))
    return save(client, entry, **new_row(sent, prefix, **fields))


# Many participations


def test_initiative_costs_the_same_queries_with_few_participations_and_with_many(admin_client):
    few, many = factories.InitiativeFactory.create_batch(
        2,
        parent=factories.InitiativeFactory(),
        follows=factories.InitiativeFactory(),
        countries=factories.CountryFactory.create_batch(3),
    )
    for initiative, actors in ((few, 2), (many, 50)):
        take_part(initiative, actors)
        factories.InitiativeCitationFactory.create_batch(actors // 2, subject=initiative)
        factories.FundingFactory.create_batch(actors // 2, initiative=initiative)
    pages = [address(initiative, "change") for initiative in (few, many)]
    admin_client.get(pages[0])  # fills the cache of content types
    opening = [queries_of(admin_client, page) for page in pages]
    assert opening[0] == opening[1] <= 31
    sent = [sent_by(admin_client.get(page)) for page in pages]
    saving = [
        queries_of(admin_client, page, fields, method="post", status=302)
        for page, fields in zip(pages, sent, strict=True)
    ]
    assert saving[0] == saving[1] <= 80


def test_initiative_with_two_hundred_participations_can_be_saved(admin_client, initiative):
    take_part(initiative, 200)
    changes = {"participations-7-note": "until the pandemic"}
    assert save(admin_client, initiative, **changes).status_code == 302
    assert initiative.participations.count() == 200
    assert initiative.participations.filter(note="until the pandemic").count() == 1


# Participations


def test_participation_is_added_from_either_side(admin_client, initiative):
    actor = factories.ActorCitationFactory().subject
    add_row(admin_client, initiative, "participations", actor=actor.pk, role="lead")
    add_row(admin_client, actor, "participations", initiative=initiative.pk, role="funder", start="2013")
    added = Participation.objects.values_list("initiative", "actor", "role", "start")
    assert set(added) == {(initiative.pk, actor.pk, "lead", ""), (initiative.pk, actor.pk, "funder", "2013")}


def test_actors_show_their_initiatives(admin_client, db):
    request = admin_client.get("/admin/").wsgi_request
    screen = admin.site.get_model_admin(Actor)
    assert Participation in {inline.model for inline in screen.get_inlines(request, None)}


def test_role_given_twice_is_refused(admin_client, initiative):
    known = factories.ParticipationFactory(initiative=initiative, role="lead")
    refused = add_row(admin_client, initiative, "participations", actor=known.actor_id, role="lead")
    assert messages_on(refused) == ["This actor has this role in this initiative already."]


def test_row_that_changes_is_validated(admin_client, initiative):
    factories.ParticipationFactory(initiative=initiative, start="2013")
    refused = save(admin_client, initiative, **{"participations-0-end": "2012"})
    assert messages_on(refused) == ["The end cannot come before the start."]


def test_initiative_links_to_the_sources_of_each_participation(admin_client, initiative):
    take_part(initiative, 1)
    factories.ParticipationCitationFactory(subject=initiative.participations.get())
    page = admin_client.get(address(initiative, "change"))
    link = address(initiative.participations.get(), "change").rstrip("?")
    assert f'<a href="{link}">2 sources</a>' in page.text


def test_participation_needs_a_source(admin_client, initiative):
    sent = sent_by(admin_client.get(address(Participation, "add")))
    sent |= {"initiative": initiative.pk, "actor": factories.ActorFactory().pk, "role": "monitor"}
    refused = admin_client.post(address(Participation, "add"), sent)
    assert messages_on(refused) == ["A link between two entries needs at least one source."]
    sent |= new_row(sent, "citations", source=factories.SourceFactory().pk, facts=["role"])
    assert admin_client.post(address(Participation, "add"), sent).status_code == 302
    assert Participation.objects.get().citations.count() == 1


def test_roster_needs_a_date(admin_client):
    roster = factories.RosterFactory(expected=12, as_of="2015")
    [refused] = messages_on(save(admin_client, roster, as_of=""))
    assert refused == "This field is required."
    assert save(admin_client, roster, as_of="2016").status_code == 302
    assert admin_client.get(address(type(roster))).context["cl"].result_list.get().as_of == "2016"


def test_participation_is_found_by_words_of_both_names(admin_client):
    for name in ("City of Košice", "City of Cork"):
        factories.ParticipationFactory(initiative__name="ROMACT", actor__name=name)
    [found] = admin_client.get(address(Participation, q="kosice romact")).context["cl"].result_list
    assert found.actor.name == "City of Košice"


# Initiatives and documents


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Initiative, {"name": "Roma-Net", "slug": "roma-net", "kind": "network", "summary": "Nine cities."}),
        (Document, {"title": "Roma-Net baseline", "slug": "roma-net", "kind": "study"}),
    ],
    ids=["initiative", "document"],
)
def test_entry_is_published_with_a_source_only(admin_client, model, fields):
    page = address(model, "add")
    admin_client.post(page, sent_by(admin_client.get(page)) | fields | {"_step": "publish"})
    draft = model.objects.get(slug="roma-net", status=Status.DRAFT)
    sent = sent_by(admin_client.get(address(draft, "change")))
    row = new_row(sent, "citations", source=factories.SourceFactory().pk, note="title")
    assert save(admin_client, draft, **row, _step="publish").status_code == 302
    assert model.objects.published().get(slug="roma-net").search_text.startswith("\nroma net")


def test_themes_and_countries_are_saved(admin_client, initiative):
    themes, countries = factories.ThemeFactory.create_batch(2), factories.CountryFactory.create_batch(2)
    save(
        admin_client,
        initiative,
        themes=[theme.pk for theme in themes],
        countries=[country.pk for country in countries],
    )
    assert set(initiative.themes.all()) == set(themes)
    assert set(initiative.countries.all()) == set(countries)


def test_funding_of_nothing_is_refused(admin_client, initiative):
    refused = add_row(admin_client, initiative, "funding", programme="ESF+", amount="0", currency="EUR")
    assert messages_on(refused) == ["An amount is more than zero; leave it empty where it is not known."]


def test_initiative_that_others_follow_cannot_be_deleted(admin_client, initiative):
    initiative = factories.InitiativeFactory(status=Status.DRAFT)
    factories.InitiativeFactory(name="The Successor", follows=initiative)
    assert "The Successor" in admin_client.post(address(initiative, "delete"), {"post": "yes"}).text
    assert Initiative.objects.filter(pk=initiative.pk).exists()


def test_document_is_linked_to_many(admin_client):
    document = factories.DocumentCitationFactory().subject
    actors, initiatives = factories.ActorFactory.create_batch(2), factories.InitiativeFactory.create_batch(2)
    save(
        admin_client,
        document,
        publisher=actors[0].pk,
        actors=[actor.pk for actor in actors],
        initiatives=[initiative.pk for initiative in initiatives],
    )
    assert set(document.actors.all()) == set(actors)
    assert set(document.initiatives.all()) == set(initiatives)
