"""A directory with letters in every text that no XML may hold, and some that no page should: past the boundary, in raw SQL."""

from django.apps import apps
from django.db import connection, models

from roma_network.core.text_fields import CleanColumn
from roma_network.models import Keyed
from tests import factories

# What a database can hold at all; PostgreSQL has no NUL.
POISON = "a\v\f\x01\x1b\x7f\x9b\ufffe\uffff\ufdd0\u2028\u202e\u200b\U0001fffe z"
NUL = "\0"


def poisoned():
    """Two entries of each kind, tied to one another; every column that `clean_text` guards holds POISON."""
    country, theme = factories.CountryFactory(code="RO"), factories.ThemeFactory(slug="theme")
    town, other = (
        factories.ActorFactory(
            slug=slug,
            country=country,
            themes=[theme],
            latitude=45,
            longitude=25,
            native_name="Oraș",
            native_language="ro",
            summary="Summary",
            native_summary="Rezumat",
            native_summary_language="ro",
            native_summary_origin="machine",
            locality="Place",
            acronym="A",
            email="info@example.eu",
        )
        for slug in ("town", "other")
    )
    programme = factories.InitiativeFactory(
        slug="programme", countries=[country], themes=[theme], start="2010", end="2040", summary="Summary"
    )
    for actor in (town, other):
        factories.ActorNameFactory(actor=actor)
        factories.ActorCitationFactory(subject=actor)
        factories.ParticipationCitationFactory(subject__actor=actor, subject__initiative=programme)
    factories.RelationCitationFactory(subject__subject=town, subject__target=other)
    factories.InitiativeCitationFactory(subject=programme)
    factories.FundingCitationFactory(subject__initiative=programme)
    factories.MandateCitationFactory(subject__actor=town, subject__country=country)
    factories.ContradictionFactory(entry="town")
    document = factories.DocumentFactory(
        slug="report", actors=[town], initiatives=[programme], publisher=town, is_milestone=True
    )
    factories.DocumentCitationFactory(subject=document)
    roster = factories.RosterFactory(slug="contact-points", initiative=programme)
    factories.RosterLineFactory(roster=roster, actor=town)
    for entry in (town, other, programme, document):
        entry.save()  # a second version
    for model in guarded():
        poison(model)
    return town, programme


def guarded():
    """The models with text that is cleaned where it enters, those of versions included."""
    return [
        model
        for model in apps.get_models()
        if (issubclass(model, Keyed) or hasattr(model, "instance_type")) and columns(model)
    ]


def columns(model):
    return [field for field in model._meta.concrete_fields if isinstance(field, CleanColumn)]


def poison(model):
    letters = POISON if connection.vendor == "postgresql" else POISON + NUL
    with connection.cursor() as cursor:
        for key in model._base_manager.values_list("pk", flat=True):
            for field in columns(model):
                if not is_patterned(model, field):
                    text = (
                        f"{letters}{key}" if (field.max_length or 600) > 30 else letters[: field.max_length]
                    )
                    cursor.execute(
                        f"UPDATE {model._meta.db_table} SET {field.column} = %s WHERE {model._meta.pk.column} = %s",  # noqa: S608
                        [text, key],
                    )


def is_patterned(model, field):
    """Whether the database itself holds a column to a pattern."""
    conditions = [
        each.condition for each in model._meta.constraints if isinstance(each, models.CheckConstraint)
    ]
    return any(f"'{field.name}__regex'" in str(condition) for condition in conditions)
