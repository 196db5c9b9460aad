"""What staff see of an entry before the public does, and which of its facts lack a source."""

import pytest
from django.contrib.auth.models import User
from selectolax.lexbor import LexborHTMLParser

from roma_network.models import Status
from stakeholders.models import Actor
from tests import factories
from tests.editing import address

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]

FACTORIES = {
    "actor": factories.ActorCitationFactory,
    "initiative": factories.InitiativeCitationFactory,
    "document": factories.DocumentCitationFactory,
}
every_kind = pytest.mark.parametrize("kind", FACTORIES)


def draft(kind, **fields):
    fields = {"status": Status.DRAFT} | fields
    return FACTORIES[kind](**{f"subject__{name}": value for name, value in fields.items()}).subject


def preview(row):
    return address(row, "preview").rstrip("?")


def main_of(page):
    return LexborHTMLParser(page.text).css_first("main").text(separator=" ", strip=True)


@every_kind
def test_staff_preview_what_is_not_public(cast, kind):
    row = draft(kind)
    assert f'href="{preview(row)}"' in cast["curator"].get(address(row, "change")).text
    page = cast["curator"].get(preview(row))
    assert page.status_code == 200
    assert str(row) in main_of(page)
    assert page["X-Robots-Tag"] == "noindex"
    assert {"no-store", "private"} <= {part.strip() for part in page["Cache-Control"].split(",")}
    assert "ETag" not in page


@every_kind
def test_others_see_no_preview(cast, client, kind):
    row = draft(kind)
    assert cast["visitor"].get(preview(row))["Location"].startswith("/admin/login/")
    client.force_login(User.objects.create_user("reader"))
    assert client.get(preview(row))["Location"].startswith("/admin/login/")
    client.force_login(User.objects.create_user("staff", is_staff=True))
    assert client.get(preview(row)).status_code == 403
    if kind != "document":
        assert cast["curator"].get(row.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("kind", ["actor", "initiative"])
def test_a_preview_is_the_page_that_will_be_public(cast, kind):
    tie = factories.ParticipationCitationFactory().subject
    hidden = factories.ParticipationFactory(**{kind: getattr(tie, kind)})
    other = {"actor": "initiative", "initiative": "actor"}[kind]
    type(getattr(hidden, other)).objects.filter(pk=getattr(hidden, f"{other}_id")).update(status=Status.DRAFT)
    row = getattr(tie, kind)
    FACTORIES[kind](subject=row)
    if kind == "actor":
        factories.RelationCitationFactory(subject__subject=row)
        factories.RelationCitationFactory(subject__target=row)
        factories.ParticipationFactory(initiative=tie.initiative)
    public = main_of(cast["visitor"].get(row.get_absolute_url()))
    type(row).objects.filter(pk=row.pk).update(status=Status.WITHDRAWN)
    assert main_of(cast["curator"].get(preview(row))) == public
    assert getattr(hidden, other).name not in public
    assert getattr(tie, other).name in public


@every_kind
def test_the_preview_of_what_is_public_leads_there(cast, kind):
    row = draft(kind, status=Status.PUBLISHED)
    assert cast["curator"].get(preview(row))["Location"] == row.get_absolute_url()
    assert preview(row) not in cast["curator"].get(address(row, "change")).text


def test_a_preview_writes_nothing(cast):
    row = draft("actor")
    cast["curator"].get(preview(row))
    assert Actor.objects.get(pk=row.pk).published_at is None
    assert row.history.count() == 1


# Facts without a source


def unsourced(client, row):
    return client.get(address(row, "change")).context["unsourced"]


def test_the_form_says_which_facts_no_citation_names(cast):
    row = draft("actor", locality="Cork", founded="1996", website="https://example.eu", summary="It teaches.")
    factories.ActorNameFactory(actor=row)
    row.citations.update(facts=["name", "type", "founded", "summary"])
    assert unsourced(cast["curator"], row) == {
        "id_locality": "Place",
        "names-group": "Other names",
        "id_website": "Website",
    }
    page = cast["curator"].get(address(row, "change")).text
    for place in ("id_locality", "names-group", "id_website"):
        assert f'<a href="#{place}">' in page
        assert f'id="{place}"' in page
    factories.ActorCitationFactory(subject=row, facts=["place", "website", "other_names"])
    assert unsourced(cast["curator"], row) == {}


def test_the_form_of_an_initiative_says_so_too(cast):
    row = draft("initiative", start="2013", summary="Nine cities.", countries=[factories.CountryFactory()])
    factories.FundingFactory(initiative=row)
    row.citations.update(facts=["name", "start", "funding"])
    assert unsourced(cast["curator"], row) == {
        "id_kind": "Kind",
        "id_summary": "Summary",
        "id_countries": "Countries",
    }


def test_what_the_entry_does_not_say_needs_no_source(cast):
    assert unsourced(cast["curator"], factories.ActorFactory(status=Status.DRAFT)) == {
        "id_name": "Name",
        "id_type": "Type",
    }
