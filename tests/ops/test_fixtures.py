import json
import re
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import IntegrityError, models, transaction

from initiatives.models import Document, Initiative, Participation
from roma_network.ops import fixtures
from stakeholders.models import Actor, Relation
from tests import factories

COUNTS = {Actor: 1325, Initiative: 439, Participation: 2006, Relation: 468, Document: 487}
E_MAIL = re.compile(r"[\w.+-]+(@|\(at\)|\[at\])[\w-]+\.\w")


def of_every(selected):
    return pytest.mark.parametrize("model", selected, ids=lambda model: model._meta.model_name)


@of_every(fixtures.models())
def test_every_row_satisfies_what_python_alone_checks(directory, model):
    """Validators and blank fields; the constraints and keys were checked by the database as it loaded them."""
    keys = [field.name for field in model._meta.fields if field.remote_field]
    rows = model.objects.all()
    assert rows
    for row in rows:
        row.clean_fields(exclude=keys)
        row.clean()


@of_every(COUNTS)
def test_no_row_is_lost(directory, model):
    assert model.objects.count() == COUNTS[model]


@of_every(COUNTS)
def test_every_row_has_a_source(directory, model):
    assert list(model.objects.filter(citations=None)) == []


@of_every(fixtures.models())
def test_no_text_holds_an_e_mail_address(directory, model):
    texts = [
        field.name
        for field in model._meta.fields
        if isinstance(field, (models.CharField, models.TextField))
        and not isinstance(field, models.EmailField)
    ]
    for row in model.objects.values_list(*texts):
        assert not any(map(E_MAIL.search, row)), row


def test_who_shares_a_pin_shares_the_town(directory):
    """Else one of two places of a country that bear a name has the coordinates of the other."""
    towns = defaultdict(set)
    for row in Actor.objects.filter(latitude__isnull=False):
        towns[row.latitude, row.longitude].add((row.locality, row.precision))
    assert [found for found in towns.values() if len(found) > 1] == []


def test_where_only_a_region_is_known_no_town_is_named(directory):
    regions = Actor.objects.filter(precision="region")
    assert regions.exists()
    assert not regions.exclude(locality="").exists()


def test_sources_that_disagree_are_both_told(directory):
    leri = Initiative.objects.get(slug="leri")
    assert "21" in leri.summary
    assert "22" in leri.summary


def contents(folder):
    return {path.name: path.read_text() for path in Path(folder).glob("*.json")}


def test_writing_what_was_loaded_changes_no_file(directory, tmp_path):
    fixtures.write(tmp_path)
    written, kept = contents(tmp_path), contents(fixtures.FOLDER)
    assert written.keys() == kept.keys()
    for name, text in written.items():
        assert text == kept[name], name


@contextmanager
def undone():
    """What the block writes to the database is gone after it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def small_directory(db, tmp_path, monkeypatch):
    """Fixture files with every kind of link between rows, and an empty database."""
    monkeypatch.setattr(fixtures, "FOLDER", tmp_path)
    with undone():
        create_small_directory()
        fixtures.write()
    return tmp_path


def create_small_directory():
    theme, country = factories.ThemeFactory(), factories.CountryFactory()
    # A child before its parent, in the order of the files, which a loader must not rely on.
    parent = factories.ActorFactory(slug="b-parent", name="Град Пловдив", country=country, themes=[theme])
    child = factories.ActorFactory(slug="a-child", parent=parent)
    factories.ActorNameFactory(actor=parent, name="Plovdiv")
    factories.ActorCitationFactory(subject=child)
    factories.RelationFactory(subject=child, target=parent)
    earlier = factories.InitiativeFactory(slug="b-earlier", status="draft")
    later = factories.InitiativeFactory(
        slug="a-later", parent=earlier, follows=earlier, themes=[theme], countries=[country]
    )
    whole = factories.FundingFactory(initiative=later, slug="b-whole")
    factories.FundingCitationFactory(
        subject=factories.FundingFactory(initiative=later, slug="a-part", within=whole, funder=parent)
    )
    factories.MandateCitationFactory(subject__actor=child, subject__country=country)
    factories.InitiativeCitationFactory(subject=later)
    factories.ParticipationFactory(initiative=later, actor=child)
    document = factories.DocumentFactory(publisher=parent, actors=[child], initiatives=[later])
    factories.DocumentCitationFactory(subject=document)
    factories.ContradictionFactory(entry=child.slug)
    roster = factories.RosterFactory(initiative=later, actor=parent)
    factories.RosterLineFactory(roster=roster, country=country, document=document)


def snapshot():
    """Every stored value but the keys that the database gives, row by row under its natural key."""
    rows = {}
    for model in fixtures.models():
        plain = [field.name for field in model._meta.fields if not field.remote_field and field.name != "id"]
        for row in model.objects.all():
            rows[model, row.natural_key()] = [getattr(row, name) for name in plain]
    return rows


def test_loading_restores_what_was_written(small_directory, tmp_path_factory):
    fixtures.load()
    again = tmp_path_factory.mktemp("again")
    fixtures.write(again)
    assert contents(again) == contents(small_directory)


def test_loaddata_reads_the_same_files_to_the_same_end(small_directory):
    with undone():
        fixtures.load()
        loaded = snapshot()
    call_command("loaddata", *map(fixtures.path, fixtures.models()), verbosity=0)
    assert snapshot() == loaded


def test_loading_is_all_or_nothing(small_directory):
    path = fixtures.path(Document)
    rows = json.loads(path.read_text())
    rows[0]["fields"]["kind"] = "rumour"
    path.write_text(json.dumps(rows))
    with pytest.raises(IntegrityError, match="initiatives_document_kind_is_known"):
        fixtures.load()
    assert fixtures.is_empty()
