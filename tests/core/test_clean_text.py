"""What a text is reduced to, whichever way it enters: by a form, `full_clean`, a write in sets, a fixture, an import."""

from itertools import product

import pytest
from django.apps import apps
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import models

from roma_network.core.clean_text import clean_text
from roma_network.core.partial_dates import PartialDateField
from roma_network.core.text_fields import CleanColumn
from roma_network.core.web_addresses import WebAddressField
from roma_network.models import DERIVED, Contradiction, Keyed
from stakeholders.models import Actor, ActorName
from tests import factories

CLEANED = {
    "vertical tab, as Word's Shift+Enter": ("one\vtwo", "one two"),
    "form feed": ("one\ftwo", "one two"),
    "line separators": ("one\u2028two\u2029three\x85four", "one two three four"),
    "line break": ("one\r\ntwo\rthree", "one two three"),
    "NUL": ("Ro\0ma", "Roma"),
    "escape": ("Ro\x1bma", "Roma"),
    "C1 control": ("Ro\x9bma", "Roma"),
    "non-characters": ("Ro\uffff\ufdd0\U0001fffema", "Roma"),
    "lone surrogate": ("Ro\ud800ma", "Roma"),
    "override of the direction": ("\u202eamoR\u202c \u2066x\u2069", "amoR x"),
    "marks of the direction": ("Ro\u200ema\u200f", "Roma"),
    "zero-width space": ("Ro\u200bma\ufeff", "Roma"),
    "soft hyphen": ("Ro\u00adma", "Roma"),
    "tags": ("Roma\U000e0041\U000e0042", "Roma"),
    "filler that shows nothing": ("\u3164", ""),
    "joiners in Latin": ("Ro\u200dma\u200c", "Roma"),
    "joiners in Persian and Hindi": ("می\u200cخواهم क्\u200dष", "می\u200cخواهم क्\u200dष"),
    "letter and accent": ("Kos\u030cice", "Košice"),
    "letter and accent apart": ("Kos\u200b\u030cice", "Košice"),
    "spaces": (" one \u00a0 two\u2009three\tfour\u3000", "one two three four"),
    "what is fine": ("Аңыз “Πάτρα” – Đorđe's 🙂 ½ §", "Аңыз “Πάτρα” – Đorđe's 🙂 ½ §"),
}
LINES = {
    "vertical tab": ("one\vtwo", "one\ntwo"),
    "line breaks of forms": ("one \r\n two\r\n\r\nthree", "one\ntwo\n\nthree"),
    "many empty lines": ("one\n\n \n\n\ntwo\n", "one\n\ntwo"),
}


@pytest.mark.parametrize(("text", "clean"), CLEANED.values(), ids=CLEANED)
def test_a_text_on_one_line(text, clean):
    assert clean_text(text) == clean


@pytest.mark.parametrize(("text", "clean"), LINES.values(), ids=LINES)
def test_a_text_on_lines(text, clean):
    assert clean_text(text, multiline=True) == clean


@pytest.mark.parametrize("multiline", [True, False])
def test_what_is_clean_stays_as_it_is(multiline):
    letters = [*"ab \n\r\v\0", *"\u00a0\u2028\u200b\u200c\u200d\u0301\ud800\uffffمक्<e\u1100\u1161\u0653"]
    for some in product(letters, repeat=3):
        text = clean_text("".join(some), multiline=multiline)
        assert clean_text(text, multiline=multiline) == text


# The boundary

DIRTY, CLEAN = "Kos\u030cice\v\u202e Ro\0\u200bma\uffff\x1b", "Košice Roma"


def keyed_models():
    return [model for model in apps.get_models() if issubclass(model, Keyed)]


def is_guarded(model, field):
    """Whether the database itself holds a column to a vocabulary or a pattern."""
    conditions = [str(each.condition) for each in model._meta.constraints if hasattr(each, "condition")]
    return any(f"'{field.name}__{lookup}'" in text for text in conditions for lookup in ("in", "regex"))


def test_every_column_of_text_stands_behind_the_boundary():
    columns = {
        (model, field)
        for model in keyed_models()
        for field in model._meta.concrete_fields
        if isinstance(field, (models.CharField, models.TextField)) and field.name not in DERIVED
        if model is not Contradiction or field.name == "reason"  # the rest is written by rules
    }
    assert len(columns) > 50
    open_ = [
        str(field)
        for model, field in columns
        if not isinstance(field, (CleanColumn, WebAddressField, PartialDateField, models.SlugField))
        and not is_guarded(model, field)
    ]
    assert open_ == []


def clean_columns(model):
    return [field for field in model._meta.concrete_fields if isinstance(field, CleanColumn)]


@pytest.mark.parametrize("model", keyed_models(), ids=lambda model: model.__name__)
def test_forms_and_full_clean_see_clean_text(model):
    for field in model._meta.concrete_fields:
        if isinstance(field, CleanColumn):
            assert field.to_python("a\v\0b") in ("a b", "a\nb"), field
            assert field.formfield().to_python("a\v\0b") == field.to_python("a\v\0b"), field


def test_an_invisible_name_is_no_name():
    field = Actor._meta.get_field("name").formfield()
    with pytest.raises(ValidationError, match="required"):
        field.clean("\u200b\u3164\0")


@pytest.mark.django_db
def test_whatever_is_written_is_clean_however_it_is_written():
    country = factories.CountryFactory(code="SK")
    written = {
        "save": factories.ActorFactory(slug="save", name=DIRTY, summary=DIRTY, country=country),
        "bulk-create": Actor(slug="bulk-create", name=DIRTY, summary=DIRTY, type="academia"),
        "bulk-update": factories.ActorFactory(slug="bulk-update"),
        "update": factories.ActorFactory(slug="update"),
    }
    Actor.objects.bulk_create([written["bulk-create"]])
    written["bulk-update"].name = written["bulk-update"].summary = DIRTY
    Actor.objects.bulk_update([written["bulk-update"]], ["name", "summary"])
    Actor.objects.filter(slug="update").update(name=DIRTY, summary=DIRTY)
    raw = serializers.serialize("json", [factories.ActorFactory(slug="fixture", name="Name", summary="Sum")])
    raw = raw.replace('"Name"', '"Ro\\u0000ma"').replace('"Sum"', '"Ro\\u000bma"')
    for row in serializers.deserialize("json", raw):
        row.save()
    fixture = Actor.objects.get(slug="fixture")
    assert (fixture.name, fixture.summary) == ("Roma", "Ro\nma")
    for slug in written:
        actor = Actor.objects.get(slug=slug)
        assert (actor.name, actor.summary) == (CLEAN, CLEAN.replace(" ", "\n", 1)), slug


@pytest.mark.django_db
def test_versions_and_search_hold_the_clean_text():
    actor = factories.ActorFactory(name=DIRTY, summary=DIRTY)
    assert actor.history.first().name == CLEAN
    actor.refresh_from_db()
    stored = actor.search_text
    actor.refresh_search()
    assert actor.search_text == stored
    assert "\nkosice roma\n" in stored


@pytest.mark.django_db
def test_a_twin_that_differs_by_what_nobody_sees_is_a_twin():
    name = factories.ActorNameFactory(name="Kosice")
    with pytest.raises(ValidationError, match="listed already"):
        ActorName(actor=name.actor, name="Kos\u200bice\0").full_clean()
