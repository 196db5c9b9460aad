from collections import Counter
from io import StringIO
from unicodedata import normalize

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from initiatives.models import Document, Funding, Initiative, Participation, Role, Roster
from roma_network.directory import synthetic
from roma_network.models import Contradiction, Mark, Record, Source, Status
from roma_network.ops import fixtures
from stakeholders.models import Actor, ActorName, Country, Mandate, Relation
from tests import factories

SUBJECTS = (Actor, Initiative, Participation, Relation, Document)
ENTRIES = (Actor, Initiative, Document)


def of_every(selected):
    return pytest.mark.parametrize("model", selected, ids=lambda model: model._meta.model_name)


def synthesize(actors, **options):
    out = StringIO()
    call_command("synthesize", actors=actors, stdout=out, **options)
    connection.check_constraints()  # what committing would do
    return out.getvalue()


@pytest.fixture
def small(db):
    synthesize(60)


@pytest.fixture
def large(db):
    synthesize(1000)


def contents():
    """Every stored value of every row, in the order in which they were made."""
    return {model: list(model.objects.order_by("pk").values_list()) for model in fixtures.models()}


@of_every(SUBJECTS)
def test_all_kinds_of_rows_come_in_proportion(small, model):
    expected = {Actor: 60, Initiative: 12, Participation: 180, Relation: 6, Document: 6}
    assert model.objects.count() == expected[model]


@of_every([model for model in fixtures.models() if model is not Contradiction])
def test_a_sample_of_rows_satisfies_every_field_and_constraint(small, model):
    rows = model.objects.order_by("?")[:10]
    assert rows
    for row in rows:
        row.full_clean()


@of_every([*SUBJECTS, Funding, Mandate, Roster])
def test_every_row_has_a_source(small, model):
    assert not model.objects.filter(citations=None).exists()


@of_every(ENTRIES)
def test_every_entry_says_that_it_is_made_up(small, model):
    for entry in model.objects.all():
        assert entry.slug.startswith("synthetic-")
        assert "synthetic" in getattr(entry, "summary", str(entry)).lower()


@of_every([Actor, Initiative, Document, Source])
def test_no_address_leads_to_a_real_site(small, model):
    field = "website" if model in (Actor, Initiative) else "url"
    urls = set(model.objects.exclude(**{field: ""}).values_list(field, flat=True))
    assert urls
    assert all(url.startswith("https://synthetic.example.org/") for url in urls)


@of_every(ENTRIES)
def test_the_search_columns_are_what_saving_would_make_them(small, model):
    columns = model.objects.order_by("pk").values_list("sort_name", "search_text")
    before = list(columns)
    model.objects.all().refresh_search()
    assert list(columns.all()) == before


def test_all_that_is_public_is_told_at_once_and_later_changes_are_noted(small):
    assert not Mark.objects.exists()
    told = Record.objects.filter(part="actors", body__isnull=False)
    assert told.count() == Actor.objects.published().count()
    Actor.objects.filter(pk=1).update(website="https://synthetic.example.org/other")
    assert Mark.objects.exists()


def test_other_names_are_searched(small):
    for other in ActorName.objects.select_related("actor"):
        assert synthetic.fold(other.name) in other.actor.search_text


def test_a_seed_gives_the_same_directory_again(db):
    synthesize(40, seed=7)
    first = contents()
    synthesize(40, seed=7)
    assert contents() == first
    synthesize(40, seed=8)
    assert contents()[Actor] != first[Actor]


def test_an_earlier_synthetic_directory_is_replaced(db):
    synthesize(40)
    synthesize(20)
    assert Actor.objects.count() == 20


def test_new_rows_can_be_added_afterwards(small):
    actor = factories.ActorFactory()
    factories.ParticipationFactory(actor=actor, initiative=Initiative.objects.first())
    factories.ActorCitationFactory(subject=actor)
    factories.FundingFactory(initiative=Initiative.objects.first())
    assert Actor.objects.count() == 61


@pytest.mark.parametrize(
    ("factory", "found"),
    [
        (factories.ActorFactory, "1 actors"),
        (factories.InitiativeFactory, "1 initiatives"),
        (factories.DocumentFactory, "1 documents"),
        (factories.SourceFactory, "1 sources"),
    ],
)
def test_a_database_with_real_entries_is_refused(db, factory, found):
    factory()
    before = contents()
    with pytest.raises(CommandError, match=rf"holds real entries \({found}\).*Nothing was changed"):
        synthesize(20)
    assert contents() == before


def test_a_single_real_entry_among_synthetic_ones_is_kept_safe(small):
    factories.ActorFactory(name="Real")
    with pytest.raises(CommandError, match="real entries"):
        synthesize(20)
    assert Actor.objects.filter(name="Real").exists()


def test_the_vocabulary_is_that_of_the_fixtures_and_kept_where_it_is_there_already(db):
    factories.CountryFactory(code="RO", name="România")
    synthesize(20)
    assert Country.objects.get(code="RO").name == "România"
    assert Country.objects.count() == sum(model is Country for model, _ in fixtures.rows())


@pytest.mark.parametrize("actors", [9, 0, -5])
def test_a_directory_too_small_for_its_parts_is_refused(db, actors):
    with pytest.raises(CommandError, match="at least 10 actors"):
        synthesize(actors)


def test_the_smallest_directory_holds_every_kind_of_entry(db):
    assert synthesize(synthetic.FEWEST) == "Made up a directory of 10 actors.\n"
    assert all(model.objects.exists() for model in SUBJECTS)


def test_it_can_be_told_to_say_nothing(db):
    assert synthesize(10, verbosity=0) == ""


def shares(values):
    counts = Counter(values)
    return {value: count / counts.total() for value, count in counts.items()}


@pytest.mark.parametrize(
    ("model", "field"),
    [
        (Actor, "type"),
        (Actor, "country"),
        (Actor, "native_language"),
        (Initiative, "kind"),
        (Participation, "role"),
        (Document, "kind"),
    ],
)
def test_shares_are_roughly_those_of_the_real_directory(large, model, field):
    made = shares(model.objects.values_list(field, flat=True))
    empty = None if field == "country" else ""
    values = [fields.get(field, empty) for kind, fields in fixtures.rows() if kind is model]
    real = shares(value[0] if isinstance(value, list) else value for value in values)
    tolerance = 0.07 if model in (Actor, Participation) else 0.12
    for value, share in real.items():
        assert made.get(value, 0) == pytest.approx(share, abs=tolerance), value


def test_few_entries_are_not_public(large):
    public = Actor.objects.published().count() / Actor.objects.count()
    assert 0.9 < public < 0.98
    assert set(Actor.objects.values_list("status", flat=True)) == set(Status.values)


def test_most_take_part_in_little_and_a_few_in_much(large):
    for field in ("actor", "initiative"):
        numbers = sorted(Counter(Participation.objects.values_list(field, flat=True)).values())
        assert numbers[-1] > 20 * numbers[len(numbers) // 2]


def test_no_initiative_has_more_funders_than_a_real_one(large):
    funders = Participation.objects.filter(role=Role.FUNDER)
    assert max(Counter(funders.values_list("initiative", flat=True)).values()) <= synthetic.MOST_FUNDERS
    real = [
        value["initiative"][0]
        for kind, value in fixtures.rows()
        if kind is Participation and value["role"] == "funder"
    ]
    assert max(Counter(real).values()) == synthetic.MOST_FUNDERS


def test_no_actor_takes_part_more_often_than_a_real_one(large):
    made = Counter(Participation.objects.values_list("actor", flat=True))
    real = Counter(value["actor"][0] for kind, value in fixtures.rows() if kind is Participation)
    initiatives = [kind for kind, _value in fixtures.rows()].count(Initiative)
    share = max(real.values()) / initiatives
    assert share / 2 < max(made.values()) / Initiative.objects.count() <= share + 1


def test_names_are_written_in_all_scripts_of_the_eu(large):
    letters = set("".join(Actor.objects.values_list("native_name", flat=True)))
    assert {"α", "б", "a"} <= letters
    marked = {letter for letter in letters if len(normalize("NFD", letter)) > 1}
    assert len(marked) > 40


def test_the_words_of_all_languages_stand_for_the_same_things(db):
    languages = synthetic.Directory(synthetic.sizes(10), seed=1).words["languages"]
    lengths = {kind: len(words) for kind, words in languages["en"].items()}
    for code, words in languages.items():
        assert words.keys() == lengths.keys(), code
        for kind in lengths.keys() - {"before", "stem", "end"}:
            assert len(words[kind]) == lengths[kind], (code, kind)
