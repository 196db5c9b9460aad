import re
from functools import partial

import pytest
from axes.models import AccessAttempt, AccessLog
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from factory import SubFactory

from initiatives.models import Document, Funding, Initiative, Participation, Roster
from roma_network.models import Contradiction, Keyed, Link, Source, Status
from stakeholders.models import Actor, Country, Mandate, Relation, Theme
from tests import factories
from tests.editing import address, queries_of, sent_by
from tests.html import Page

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]

FACTORIES = {
    Actor: partial(
        factories.ActorCitationFactory,
        subject__status=Status.DRAFT,  # what was published once cannot be deleted
        subject__country=SubFactory(factories.CountryFactory),
    ),
    Country: factories.CountryFactory,
    Document: partial(
        factories.DocumentCitationFactory,
        subject__status=Status.DRAFT,
        subject__publisher=SubFactory(factories.ActorFactory),
    ),
    Funding: factories.FundingCitationFactory,
    Initiative: partial(factories.InitiativeCitationFactory, subject__status=Status.DRAFT),
    Mandate: factories.MandateCitationFactory,
    Participation: factories.ParticipationCitationFactory,
    Relation: factories.RelationCitationFactory,
    Roster: partial(
        factories.RosterCitationFactory, subject__initiative=SubFactory(factories.InitiativeFactory)
    ),
    Source: factories.ActorCitationFactory,
    Theme: factories.ThemeFactory,
}
FOUND_BY = {Funding: "initiative", Mandate: "actor", Roster: "initiative"}  # whose names the search knows
READ_ONLY = {Link}
FOUND = {Contradiction}  # by rules: nobody adds or deletes one
ACCESS = {AccessAttempt, AccessLog, Group, LogEntry, StaticDevice, TOTPDevice, User}

every_model = pytest.mark.parametrize("model", FACTORIES, ids=lambda model: model._meta.model_name)


def pages(model):
    FACTORIES[model]()
    return [
        address(model),
        address(model, q="kosice"),
        address(model, "add"),
        address(model.objects.first(), "change"),
        address(model.objects.first(), "delete"),
        address(model.objects.first(), "history"),
    ]


@pytest.fixture
def staff(client):
    user = User.objects.create_user("staff", is_staff=True)
    client.force_login(user)
    return user


def test_the_sweep_knows_every_screen():
    assert set(admin.site._registry) == FACTORIES.keys() | READ_ONLY | FOUND | ACCESS


def test_every_model_of_the_directory_can_be_edited():
    models = {model for model in apps.get_models() if issubclass(model, Keyed)}
    screens = [admin.site.get_model_admin(model) for model in FACTORIES]
    within = {inline.model for screen in screens for inline in screen.inlines}
    assert models == FACTORIES.keys() | FOUND | within


@every_model
def test_superuser_opens_every_page(admin_client, model):
    for page in pages(model):
        assert admin_client.get(page).status_code == 200, page


@every_model
def test_every_form_is_answered(admin_client, model):
    """What was saved is saved again as it stands; nothing at all is refused in words."""
    FACTORIES[model]()
    sent = sent_by(admin_client.get(address(model.objects.first(), "change")))
    assert admin_client.post(address(model.objects.first(), "change"), sent).status_code == 302
    empty = sent_by(admin_client.get(address(model, "add")))
    assert admin_client.post(address(model, "add"), empty).context["errors"]


@every_model
def test_every_page_obeys_the_security_policy(admin_client, model):
    for page in pages(model):
        response = admin_client.get(page)
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert not re.findall(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", response.text), page


@every_model
def test_anonymous_is_sent_to_the_login(client, model):
    for page in pages(model):
        response = client.get(page)
        assert response.status_code == 302
        assert response["Location"].startswith("/admin/login/?next=")


@every_model
def test_staff_without_permission_sees_nothing(client, staff, model):
    for page in pages(model):
        assert client.get(page).status_code == 403, page


@every_model
def test_staff_who_may_view_cannot_change(client, staff, model):
    staff.user_permissions.add(Permission.objects.get(codename=f"view_{model._meta.model_name}"))
    opened, searched, add, change, delete, history = pages(model)
    for page in (opened, searched, change, history):
        assert client.get(page).status_code == 200, page
    assert 'type="submit" value="Save"' not in client.get(change).text
    for page in (add, change, delete):
        assert client.post(page).status_code == 403, page


@every_model
# To count what a filter would find, Django reads the choices of all filters anew: three queries for each of eight.
@pytest.mark.parametrize(("extra", "limit"), [({}, 12), ({"_facets": "True"}, 28)], ids=["plain", "counts"])
def test_a_list_costs_the_same_queries_for_one_row_and_for_many(admin_client, model, extra, limit):
    FACTORIES[model]()
    factories.CountryFactory()  # a filter is shown where there is something to choose
    row = model.objects.first()
    word = str(getattr(row, FOUND_BY[model]) if model in FOUND_BY else row).split()[0]
    lists = [address(model, **extra), address(model, q=word, **extra)]
    admin_client.get(lists[0])  # fills the cache of content types
    for_one = [queries_of(admin_client, page) for page in lists]
    for _ in range(20):
        FACTORIES[model]()
    assert [queries_of(admin_client, page) for page in lists] == for_one
    assert max(for_one) <= limit
    assert admin_client.get(lists[1]).context["cl"].result_count > 20


def test_the_site_has_its_name(admin_client):
    assert "Roma integration directory" in admin_client.get("/admin/").text


# Sources


def test_the_first_page_begins_with_what_curators_work_on_and_names_each_section(admin_client):
    sections = Page(admin_client.get("/admin/").text).texts("#content-main caption")
    assert sections[:3] == ["Who: actors", "What: initiatives and documents", "Sources"]
    assert {"Log-ins", "Second factor: recovery codes", "Second factor: phones"} < set(sections)
    assert not [name for name in sections if "_" in name or name == "Axes"]


def test_source_is_counted_over_all_that_cites_it(admin_client):
    source = factories.ActorCitationFactory().source
    factories.DocumentCitationFactory(source=source)
    factories.ParticipationCitationFactory.create_batch(2, source=source)
    [listed] = admin_client.get(address(Source)).context["cl"].queryset
    assert listed.citation_count == 4


def test_cited_source_cannot_be_deleted(admin_client):
    source = factories.ActorCitationFactory(note="seat in Brussels").source
    assert "seat in Brussels" in admin_client.get(address(source, "delete")).text
    assert admin_client.post(address(source, "delete"), {"post": "yes"}).status_code == 200
    assert Source.objects.filter(pk=source.pk).exists()


@every_model
@pytest.mark.parametrize(
    "value", ["\0", "a\0b", "9" * 20, "99999", "-5"], ids=["nul", "within", "long", "year", "negative"]
)
def test_a_list_is_never_broken_by_what_a_filter_is_asked_for(admin_client, model, value):
    FACTORIES[model]()
    changelist = admin_client.get(address(model)).context["cl"]
    names = {name for spec in changelist.filter_specs for name in spec.expected_parameters()}
    dates = [f"{changelist.date_hierarchy}__year"] if changelist.date_hierarchy else []
    for name in [*names, *dates, "id__in", "q", "p", "o", "_facets"]:
        assert admin_client.get(address(model, **{name: value})).status_code < 500, name


def test_an_action_for_a_row_that_cannot_be_is_refused(admin_client):
    FACTORIES[Theme]()
    chosen = {"action": "delete_selected", "_selected_action": "9" * 20}
    assert admin_client.post(address(Theme), chosen).status_code == 400


@pytest.mark.parametrize("value", ["abc", "-1", "9" * 21, "\0", "1.5"])
@pytest.mark.parametrize("name", ["tie_source", "parent", "successor", "country"])
def test_what_is_no_key_of_a_row_is_refused_by_the_form(admin_client, name, value):
    actor = factories.ActorFactory()
    sent = sent_by(admin_client.get(address(actor, "change")))
    response = admin_client.post(address(actor, "change"), sent | {name: value})
    assert response.status_code == 200
    assert name in response.context["adminform"].form.errors
    assert admin_client.post(address(Actor, "add"), {"name": "x", name: value}).status_code == 200


def test_an_address_of_others_leads_to_the_first_page_after_logging_in(client, admin_user):
    sent = {"username": "admin", "password": "password", "next": "//example.org/"}
    response = client.post("/admin/login/", sent)
    assert response["Location"] == "/admin/"
