import pytest
from django.contrib.auth.models import Permission, User

from roma_network.models import Status
from stakeholders.models import Actor, ActorName, Country, Relation
from tests import factories
from tests.editing import address, messages_on, new_row, queries_of, sent_by

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]


@pytest.fixture
def cited_actor():
    return factories.ActorCitationFactory().subject


@pytest.fixture
def curator(client):
    """May edit actors, and has been given nothing else."""
    user = User.objects.create_user("curator", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["add_actor", "change_actor"]))
    client.force_login(user)
    return user


def adding(client, **fields):
    blank = sent_by(client.get(address(Actor, "add")))
    return blank | {"name": "Romani Cafe", "slug": "romani-cafe", "type": "roma_community"} | fields


def save(client, actor, **changes):
    page = address(actor, "change")
    return client.post(page, sent_by(client.get(page)) | changes)


def listed(client, model, q):
    return [row.name for row in client.get(address(model, q=q)).context["cl"].result_list]


def offered(client, field, term):
    query = {"app_label": "stakeholders", "model_name": "actor", "field_name": field, "term": term}
    return [row["text"] for row in client.get("/admin/autocomplete/", query).json()["results"]]


# Publishing


def test_actor_is_added_with_two_sources_and_published(cast):
    client = cast["publisher"]
    sent = adding(client, summary="A café.", _step="publish")
    for fact in ("name", "place"):
        sent |= new_row(sent, "citations", source=factories.SourceFactory().pk, facts=[fact])
    assert client.post(address(Actor, "add"), sent).status_code == 302
    actor = Actor.objects.get(slug="romani-cafe")
    assert actor.published_at
    assert [citation.facts for citation in actor.citations.all()] == [["name"], ["place"]]


def test_draft_needs_no_source(client, curator):
    assert client.post(address(Actor, "add"), adding(client)).status_code == 302
    assert Actor.objects.get().status == Status.DRAFT


def test_published_actor_keeps_its_last_source(client, curator, cited_actor):
    refused = save(client, cited_actor, **{"citations-0-DELETE": "on"})
    assert messages_on(refused) == ["A published entry needs at least one source."]
    assert cited_actor.citations.exists()


def test_last_source_can_be_replaced(client, curator, cited_actor):
    sent = sent_by(client.get(address(cited_actor, "change")))
    row = new_row(sent, "citations", source=factories.SourceFactory(title="Newer").pk, facts=["name"])
    assert save(client, cited_actor, **row, **{"citations-0-DELETE": "on"}).status_code == 302
    assert [citation.source.title for citation in cited_actor.citations.all()] == ["Newer"]


def test_withdrawn_actor_may_lose_its_last_source(client, curator):
    cited_actor = factories.ActorCitationFactory(subject__status=Status.WITHDRAWN).subject
    assert save(client, cited_actor, **{"citations-0-DELETE": "on"}).status_code == 302
    assert not cited_actor.citations.exists()


# The address


def test_slug_of_a_draft_can_change(client, curator):
    draft = factories.ActorFactory(status=Status.DRAFT)
    save(client, draft, slug="better")
    draft.refresh_from_db()
    assert draft.slug == "better"


@pytest.mark.parametrize("status", [Status.PUBLISHED, Status.WITHDRAWN])
def test_slug_stays_once_published(client, curator, cited_actor, status):
    cited_actor.status = status
    cited_actor.save()
    slug = cited_actor.slug
    assert save(client, cited_actor, slug="other").status_code == 302
    cited_actor.refresh_from_db()
    assert cited_actor.slug == slug


@pytest.mark.parametrize(("status", "shown"), [(Status.PUBLISHED, True), (Status.WITHDRAWN, False)])
def test_only_a_published_actor_links_to_its_public_page(admin_client, cited_actor, status, shown):
    cited_actor.status = status
    cited_actor.save()
    page = admin_client.get(address(cited_actor, "change"))
    assert ("View on site" in page.text) is shown


def test_view_on_site_leads_to_the_public_page(admin_client, cited_actor):
    link = admin_client.get(address(cited_actor, "change")).context["absolute_url"]
    assert admin_client.get(link)["Location"].endswith(cited_actor.get_absolute_url())


# Constraints


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"latitude": "48.7"}, "Give latitude, longitude and their precision, or none of them."),
        (
            {"latitude": "91", "longitude": "0", "precision": "city"},
            "A latitude lies between -90 and 90.",
        ),
        (
            {"latitude": "48", "longitude": "21"},
            "Give latitude, longitude and their precision, or none of them.",
        ),
        ({"native_name": "Romani"}, "Give the native name together with its language."),
        ({"founded": "2011", "closed": "2010"}, "It cannot have closed before it was founded."),
        ({"founded": "5.4.2011"}, "“5.4.2011” is not a date. Write 2011, 2011-04 or 2011-04-05."),
        ({"wikidata": "1234"}, "Write a Wikidata item as Q and digits: Q1234."),
    ],
    ids=["one coordinate", "out of range", "no precision", "no language", "order", "date", "wikidata"],
)
def test_constraint_speaks_in_the_form(client, curator, fields, message):
    refused = client.post(address(Actor, "add"), adding(client, **fields))
    assert message in messages_on(refused)


def test_taken_slug_is_refused(client, curator, cited_actor):
    refused = client.post(address(Actor, "add"), adding(client, slug=cited_actor.slug))
    assert messages_on(refused) == ["Actor with this Slug already exists."]


def test_name_listed_twice_is_refused(client, curator):
    sent = adding(client)
    for _ in range(2):
        sent |= new_row(sent, "names", name="Cafe Romani", kind="alias")
    refused = client.post(address(Actor, "add"), sent)
    assert "Please correct the duplicate data for name." in messages_on(refused)


def test_saved_name_typed_again_is_refused(client, curator, cited_actor):
    factories.ActorNameFactory(actor=cited_actor, name="Cafe Romani")
    sent = sent_by(client.get(address(cited_actor, "change")))
    refused = save(client, cited_actor, **new_row(sent, "names", name="Cafe Romani", kind="former"))
    assert messages_on(refused) == ["This name is listed already."]


# Searching


@pytest.mark.parametrize("q", ["kosice", "KOŠICE", "Kosice city"])
def test_search_is_folded(admin_client, q):
    factories.ActorFactory(name="City of Košice")
    factories.ActorFactory(name="City of Cork")
    assert listed(admin_client, Actor, q) == ["City of Košice"]


def test_closest_names_come_first(admin_client):
    for name in ("Friends of FRA", "Fra Angelico Centre", "FRA"):
        factories.ActorFactory(name=name)
    assert listed(admin_client, Actor, "fra") == ["FRA", "Fra Angelico Centre", "Friends of FRA"]
    assert offered(admin_client, "parent", "fra") == ["FRA", "Fra Angelico Centre", "Friends of FRA"]


def test_chosen_column_orders_what_is_found(admin_client):
    for name in ("FRA", "Fra Angelico Centre", "Friends of FRA"):
        factories.ActorFactory(name=name)
    found = admin_client.get(address(Actor, q="fra", o="-1")).context["cl"].result_list
    assert [actor.name for actor in found] == ["Friends of FRA", "Fra Angelico Centre", "FRA"]


def test_country_is_found_folded(admin_client):
    factories.CountryFactory(code="TR", name="Türkiye")
    factories.CountryFactory(code="FR", name="France")
    assert listed(admin_client, Country, "turk") == offered(admin_client, "country", "turk") == ["Türkiye"]
    assert listed(admin_client, Country, "fr") == ["France"]


def test_alias_from_the_form_is_found_and_lost_with_it(admin_client, cited_actor):
    sent = sent_by(admin_client.get(address(cited_actor, "change")))
    save(admin_client, cited_actor, **new_row(sent, "names", name="Združenie Rómov", kind="alias"))
    assert listed(admin_client, Actor, "zdruzenie romov") == [cited_actor.name]
    save(admin_client, cited_actor, **{"names-0-name": "Спілка"})
    assert listed(admin_client, Actor, "zdruzenie romov") == []
    assert listed(admin_client, Actor, "спілка") == [cited_actor.name]
    save(admin_client, cited_actor, **{"names-0-DELETE": "on"})
    assert listed(admin_client, Actor, "спілка") == []
    assert not ActorName.objects.exists()


# Rows within an actor


def fill(actor, rows):
    factories.ActorNameFactory.create_batch(rows, actor=actor)
    factories.ActorCitationFactory.create_batch(rows, subject=actor)
    for relation in [
        *factories.RelationFactory.create_batch(rows, subject=actor),
        *factories.RelationFactory.create_batch(rows, target=actor),
    ]:
        factories.RelationCitationFactory(subject=relation)
    for participation in factories.ParticipationFactory.create_batch(rows, actor=actor):
        factories.ParticipationCitationFactory(subject=participation)


def test_actor_costs_the_same_queries_with_few_rows_and_with_many(admin_client):
    few, many = factories.ActorFactory.create_batch(
        2, parent=factories.ActorFactory(), country=factories.CountryFactory()
    )
    fill(few, 2)
    fill(many, 20)
    pages = [address(actor, "change") for actor in (few, many)]
    admin_client.get(pages[0])  # fills the cache of content types
    opening = [queries_of(admin_client, page) for page in pages]
    assert opening[0] == opening[1] <= 31
    sent = [sent_by(admin_client.get(page)) for page in pages]
    saving = [
        queries_of(admin_client, page, fields, method="post", status=302)
        for page, fields in zip(pages, sent, strict=True)
    ]
    assert saving[0] == saving[1] <= 123


def test_saving_as_it_stands_changes_no_row(admin_client):
    actor = factories.ActorFactory()
    fill(actor, 2)
    before = [list(getattr(actor, name).values()) for name in ("names", "citations", "relations")]
    assert save(admin_client, actor).status_code == 302
    assert [list(getattr(actor, name).values()) for name in ("names", "citations", "relations")] == before


def test_source_of_a_saved_citation_stays(admin_client, cited_actor):
    citation = cited_actor.citations.get()
    other = factories.SourceFactory()
    changes = {"citations-0-source": other.pk, "citations-0-note": "seat"}
    assert save(admin_client, cited_actor, **changes).status_code == 302
    [saved] = cited_actor.citations.all()
    assert (saved.pk, saved.source_id, saved.note) == (citation.pk, citation.source_id, "seat")


def test_inverse_relations_are_for_reading(admin_client, cited_actor):
    relation = factories.RelationFactory(target=cited_actor, note="as found")
    changes = {"inverse_relations-0-note": "altered", "inverse_relations-0-DELETE": "on"}
    assert save(admin_client, cited_actor, **changes).status_code == 302
    relation.refresh_from_db()
    assert relation.note == "as found"


def test_curator_of_actors_sees_no_ties_that_are_not_theirs(client, curator, cited_actor):
    factories.RelationFactory(subject=cited_actor)
    inlines = client.get(address(cited_actor, "change")).context["inline_admin_formsets"]
    assert [inline.formset.prefix for inline in inlines] == ["names", "citations", "mandates"]


def test_relation_to_itself_is_refused(admin_client, cited_actor):
    sent = sent_by(admin_client.get(address(cited_actor, "change")))
    refused = save(
        admin_client, cited_actor, **new_row(sent, "relations", kind="funds", target=cited_actor.pk)
    )
    assert messages_on(refused) == ["An actor cannot have a relation to itself."]


# Relations


def test_relation_needs_a_source(admin_client):
    subject, target = factories.ActorFactory.create_batch(2)
    sent = sent_by(admin_client.get(address(Relation, "add")))
    sent |= {"subject": subject.pk, "kind": "funds", "target": target.pk}
    refused = admin_client.post(address(Relation, "add"), sent)
    assert messages_on(refused) == ["A link between two entries needs at least one source."]
    sent |= new_row(sent, "citations", source=factories.SourceFactory().pk, note="grant of 2020")
    assert admin_client.post(address(Relation, "add"), sent).status_code == 302
    assert Relation.objects.get().citations.count() == 1


def test_relation_is_found_by_words_of_both_names(admin_client):
    factories.RelationFactory(subject__name="Obec Šaľa", target__name="Rada Evropy")
    factories.RelationFactory(subject__name="Obec Šaľa", target__name="Magistrát")
    [found] = admin_client.get(address(Relation, q="sala rada")).context["cl"].result_list
    assert found.target.name == "Rada Evropy"


# Countries


def test_country_keeps_its_code(admin_client):
    country = factories.CountryFactory()
    sent = {"code": "ZZ", "name": "Renamed", "membership": "other"}
    assert admin_client.post(address(country, "change"), sent).status_code == 302
    assert list(Country.objects.values_list("code", "name")) == [(country.code, "Renamed")]


def test_country_with_actors_cannot_be_deleted(admin_client):
    country = factories.ActorFactory(country=factories.CountryFactory(), name="Kept Actor").country
    refused = admin_client.post(address(country, "delete"), {"post": "yes"})
    assert "Kept Actor" in refused.text
    assert Country.objects.exists()


def test_theme_keeps_its_slug(admin_client):
    theme = factories.ThemeFactory(slug="education")
    assert admin_client.post(address(theme, "change"), {"name": "Schools", "slug": "x"}).status_code == 302
    theme.refresh_from_db()
    assert (theme.name, theme.slug) == ("Schools", "education")


# Mailboxes


def saved_mailbox(client, actor, email, reason=""):
    page = address(actor, "change")
    sent = sent_by(client.get(page)) | {"email": email, "reason": reason, "_continue": "yes"}
    return client.post(page, sent, follow=True)


def test_a_persons_mailbox_is_refused_unless_a_reason_tells_that_it_is_none(cast):
    actor = factories.ActorFactory(name="Roma House", status=Status.DRAFT)
    answer = saved_mailbox(cast["curator"], actor, "anna.kovacs@example.org")
    assert "looks like a person" in answer.context["adminform"].form.errors["email"][0]
    answer = saved_mailbox(cast["curator"], actor, "anna.kovacs@example.org", "Named after the house.")
    actor.refresh_from_db()
    assert actor.email == "anna.kovacs@example.org"
    assert actor.history.first().history_change_reason == "Named after the house."
    # What was settled is not asked again.
    assert "errornote" not in saved_mailbox(cast["curator"], actor, "anna.kovacs@example.org").text


def test_a_mailbox_that_nothing_tells_of_is_saved_with_a_warning(cast):
    actor = factories.ActorFactory(name="Roma House", status=Status.DRAFT)
    answer = saved_mailbox(cast["curator"], actor, "annakovacs@example.org")
    assert "may be a person" in answer.text
    assert "functional mailbox: make sure" in saved_mailbox(cast["curator"], actor, "qwertz@example.org").text
    assert "make sure" not in saved_mailbox(cast["curator"], actor, "romahouse@example.org").text
