"""Nothing that a curator types becomes markup: every text field, on every page, file, feed and screen of the admin."""

import csv
import io
import json
from xml.etree import ElementTree

import pytest
from django.contrib.auth.models import User
from django.db import models
from django.urls import reverse

from roma_network.export import formats
from roma_network.export.csv_files import FORMULA
from roma_network.models import Source
from stakeholders.models import Actor
from tests import factories
from tests.html import EMBEDS, EVERY_KIND, NO_PAGE, Page

pytestmark = pytest.mark.django_db

MARK = "mark-7f3a"
MARKUP = f"</title></textarea></script><script>alert('{MARK}')</script><img src={MARK} onerror=alert(1)>\"' onload=alert(2) x='{{{{7*7}}}}"
SHORT = f"<b id={MARK}>\"'"
SPECIAL = {"slug", "status", "token", "sort_name", "search_text"}


@pytest.fixture
def marked():
    """An entry of each kind, tied to one another, with markup in each field that takes text."""
    country, theme = factories.CountryFactory(code="RO"), factories.ThemeFactory(slug="theme")
    town = factories.ActorFactory(
        slug="town",
        country=country,
        themes=[theme],
        latitude=45,
        longitude=25,
        native_name="Oraș",
        native_language="ro",
        native_summary="Rezumat",
        native_summary_language="ro",
        native_summary_origin="machine",
    )
    factories.ActorNameFactory(actor=town)
    programme = factories.InitiativeFactory(slug="programme", countries=[country], themes=[theme])
    other = factories.ParticipationFactory(initiative=programme, actor__slug="partner").actor
    tie = factories.ParticipationCitationFactory(subject__actor=town, subject__initiative=programme).subject
    relation = factories.RelationCitationFactory(subject__subject=town, subject__target=other).subject
    factories.ActorCitationFactory(subject=town)
    factories.InitiativeCitationFactory(subject=programme)
    factories.DocumentFactory(
        slug="report", actors=[town], initiatives=[programme], publisher=town, is_milestone=True
    )
    programme.funding.create(programme="Programme", note="Note", funder=town, recipient=other)
    factories.MandateCitationFactory(subject__actor=town, subject__country=country)
    for model in {
        type(town),
        type(programme),
        type(tie),
        type(relation),
        Source,
        *related(town),
        *related(programme),
    }:
        mark(model)
    for model in (Actor, type(programme)):
        model.objects.refresh_search()
    for entry in model_rows(town, programme):
        entry.save()  # a version for the history
    return town, programme


def related(row):
    return {
        each.related_model
        for each in row._meta.related_objects
        if each.related_model._meta.app_label in ("stakeholders", "initiatives")
    }


def mark(model):
    """Markup in every column that holds free text, straight into the database."""
    for field in model._meta.concrete_fields:
        is_text = isinstance(field, (models.CharField, models.TextField)) and not isinstance(
            field, (models.URLField, models.EmailField)
        )
        is_free = is_text and not field.choices and field.name not in SPECIAL and not is_checked(model, field)
        if is_free:
            text = MARKUP if (field.max_length or 10_000) >= len(MARKUP) else SHORT
            if (field.max_length or 10_000) >= len(text):
                rows = (
                    model._default_manager.exclude(**{field.name: ""})
                    if is_tied(model, field)
                    else model._default_manager
                )
                rows.update(**{field.name: text})


def is_checked(model, field):
    """Whether a constraint leaves no room for markup."""
    patterns = [
        str(constraint.condition)
        for constraint in model._meta.constraints
        if hasattr(constraint, "condition")
    ]
    unique = field.unique or any(
        field.name in getattr(constraint, "fields", ()) for constraint in model._meta.constraints
    )
    return unique or any(
        f"('{field.name}__regex" in pattern or f"('{field.name}__in" in pattern for pattern in patterns
    )


def is_tied(model, field):
    """Whether a constraint has the column filled only where another is."""
    return any(f"'{field.name}'" in str(getattr(each, "condition", "")) for each in model._meta.constraints)


def model_rows(*rows):
    return [type(row).objects.get(pk=row.pk) for row in rows]


def assert_harmless(response, url):
    content = response.getvalue().decode("utf-8", "replace")
    if response["Content-Type"].startswith("text/html"):
        page = Page(content)
        assert not page.all(
            f"script:not([src], [type='application/ld+json']), [onerror], [onload], img[src={MARK}], b#{MARK}"
        ), url
    elif "jsonl" in response["Content-Type"]:
        assert [json.loads(line) for line in content.splitlines()], url
    elif "json" in response["Content-Type"]:
        json.loads(content)
    elif "xml" in response["Content-Type"]:
        assert ElementTree.fromstring(content).find(".//script") is None, url  # noqa: S314 (our own)
    return MARK in content


PAGES = {**EVERY_KIND, **NO_PAGE, **EMBEDS} | {
    "actor_detail": "/actors/town/",
    "initiative_detail": "/initiatives/programme/",
    "participants": "/initiatives/programme/participants/",
    "document_detail": "/documents/report/",
    "country_detail": "/countries/RO/",
    "network_around": "/network/town/",
    "embed_network_around": "/embed/network/town/",
    "partners": "/partners/?like=town",
    "search": "/search/?q=mark",
    "suggest": "/search/suggest/?q=mark",
    "embed_actor_detail": "/embed/actors/town/",
    "embed_initiative_detail": "/embed/initiatives/programme/",
}
SHOWING = [
    "home",
    "actor_list",
    "actor_detail",
    "initiative_list",
    "initiative_detail",
    "document_list",
    "document_detail",
    "funding_list",
    "funding_flow",
    "partners",
    "country_detail",
    "search",
    "suggest",
    "network",
    "network_around",
    "timeline",
]


def test_no_page_and_no_file_takes_text_for_markup(marked, client):
    shown = {name for name, url in PAGES.items() if assert_harmless(client.get(url), url)}
    assert set(SHOWING) <= shown
    for path in ("/actors/", "/initiatives/", "/documents/", "/actors/town/", "/initiatives/programme/"):
        for kind in {*formats.ROWS, *formats.REFERENCES} - {"xlsx", "zip"}:
            assert_harmless(client.get(f"{path}?format={kind}"), path + kind)
    for part in ("actors", "initiatives", "documents", "participations", "relations", "sources"):
        assert assert_harmless(client.get(f"/api/v1/{part}/"), part)
    for picture in ("/map/", "/network/", "/timeline/"):
        for kind in ("svg", "csv", "graphml", "gexf"):
            assert_harmless(client.get(f"{picture}?format={kind}"), picture + kind)


def test_no_cell_of_a_table_is_a_formula(client):
    for slug, text in (
        ("one", "=1+1"),
        ("two", "@SUM(1)"),
        ("three", "+1"),
        ("four", "-1"),
        ("five", "\t=1"),
    ):
        factories.ActorFactory(slug=slug, name=f"A {slug}", summary=text, locality=text.strip())
    rows = csv.DictReader(io.StringIO(client.get("/actors/?format=csv").getvalue().decode()))
    cells = [cell for row in rows for cell in (row["summary"], row["locality"])]
    assert len(cells) == 10
    assert not [cell for cell in cells if cell.startswith(FORMULA)]


def test_no_screen_of_the_admin_takes_text_for_markup(marked, client):
    client.force_login(User.objects.create_superuser("superuser"))
    town, programme = marked
    urls = [
        "/admin/",
        reverse("admin:stakeholders_actor_changelist"),
        reverse("admin:initiatives_initiative_changelist"),
    ]
    urls += [
        reverse("admin:roma_network_source_changelist"),
        reverse("admin:initiatives_participation_changelist"),
    ]
    urls += [f"{reverse('admin:stakeholders_actor_changelist')}?q={MARKUP[:30]}"]
    for row in (town, programme):
        for page in ("change", "history", "delete"):
            urls.append(reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_{page}", args=[row.pk]))
    shown = [url for url in urls if assert_harmless(client.get(url), url)]
    assert len(shown) >= len(urls) - 2  # published entries have no page that deletes them
