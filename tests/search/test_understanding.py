"""What questions are taken to mean, without a directory of entries."""

import pytest

from initiatives.filters import DocumentFilterSet, InitiativeFilterSet
from roma_network.search.understanding import understand
from roma_network.search.vocabulary import vocabulary
from stakeholders.filters import ActorFilterSet

LISTS = {"actor": ActorFilterSet, "initiative": InitiativeFilterSet, "document": DocumentFilterSet}

OF_CITIES = (
    "actor.form=city,municipality,district actor.type~local_authority initiative.actor_type=local_authority"
)


def nobody(name):
    return ()


def meant(text, called=nobody):
    return [(concept.kind, concept.meaning.value) for concept in understand(text, called).concepts]


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Slovensko", "SK"),
        ("na Slovensku", "SK"),
        ("Slovenija", "SI"),
        ("Great Britain", "GB"),
        ("Reino Unido", "GB"),
        ("czech republic", "CZ"),
        ("v Česku", "CZ"),
        ("românia", "RO"),
        ("romanian", "RO"),
        ("България", "BG"),
        ("Balgariya", "BG"),
        ("στην Ελλάδα", "GR"),
        ("Magyarországon", "HU"),
        ("u Srbiji", "RS"),
        ("Северна Македонија", "MK"),
        ("Deutschland", "DE"),
    ],
)
def test_countries_are_known_by_their_names_and_adjectives(text, country):
    assert meant(text) == [("country", country)]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Kassa", "Košice,SK"),
        ("Zuerich", "Zürich,CH"),
        ("Beograd", "Belgrade,RS"),
        ("Београд", "Belgrade,RS"),
        ("București", "Bucharest,RO"),
        ("Warszawa", "Warsaw,PL"),
        ("Αθήνα", "Athens,GR"),
        ("Athína", "Athens,GR"),
        ("München", "Munich,DE"),
        ("Muenchen", "Munich,DE"),
    ],
)
def test_places_are_known_in_their_own_and_other_languages(text, place):
    assert meant(text) == [("place", place)]


@pytest.mark.parametrize(
    ("text", "theme"),
    [
        ("schools", "education"),
        ("escuelas", "education"),
        ("иcкола", None),
        ("училище", "education"),
        ("σχολείο", "education"),
        ("iskolák", "education"),
        ("jobs", "employment"),
        ("vivienda", "housing"),
        ("bydlení", "housing"),
        ("discrimination", "antigypsyism"),
        ("дискриминация", "antigypsyism"),
        ("здравен", "health"),
    ],
)
def test_themes_are_known_by_many_words(text, theme):
    assert meant(text) == ([("facet", f"theme={theme}")] if theme else [("word", "ickola")])


def test_a_sentence_becomes_what_it_asks_for():
    question = understand("Who helps Roma children in Košice to go to school?", nobody)
    assert [concept.meaning.value for concept in question.concepts] == [
        "theme=children-youth",
        "Košice,SK",
        "theme=education",
    ]
    assert question.asks_who


@pytest.mark.parametrize(
    "text",
    ["roma help in my city", "pomoc dla romów w pobliżu", "кой помага наблизо", "aiuto nella mia città"],
)
def test_in_my_city_asks_where(text):
    question = understand(text, nobody)
    assert question.asks_where
    assert not question.concepts


def test_words_of_one_language_are_not_taken_for_those_of_another():
    assert meant("projects by cities") == [
        ("model", "initiative"),
        ("facet", OF_CITIES),
    ]
    assert meant("ergo") == [("model", "initiative")]  # έργο
    assert meant("ergo", called=lambda name: ("ERGO",) if name == "ergo" else ()) == [("entry", "")]


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("câmaras municipais e ciganos", {"pt", "es"}),
        ("obce s rómskymi komunitami", {"sk", "cs"}),
        ("habitação ciganos", {"pt"}),
        ("who fights discrimination", {"en"}),
    ],
)
def test_the_language_is_one_or_one_of_two_that_are_near(text, languages):
    assert set(understand(text, nobody).languages) == languages


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Wohin kann ich mich wenden, wenn ich als Sinto diskriminiert werde?", "theme=antigypsyism"),
        ("a quién puedo acudir si sufro discriminación", "theme=antigypsyism"),
        ("national plan", "initiative.kind=policy_framework document.kind=strategy"),
        ("plan nacional gitano", "initiative.kind=policy_framework document.kind=strategy"),
        ("court judgments", "document.kind=judgment"),
        ("съдебни решения", "document.kind=judgment"),
        ("collective complaints", "document.kind=complaint"),
    ],
)
def test_of_a_sentence_only_that_stays_which_entries_can_have(text, value):
    assert value in [meaning for _kind, meaning in meant(text)]
    assert len(meant(text)) <= 2


def test_what_stands_in_quotation_marks_or_behind_a_minus_is_taken_as_it_stands():
    question = understand('"roma schools" housing -slovakia', nobody)
    assert [(each.kind, each.meaning.value) for each in question.concepts] == [
        ("phrase", "roma schools"),
        ("facet", "theme=housing"),
    ]
    assert question.unwanted == ("slovakia",)
    literal = understand(question.as_it_stands, nobody)
    assert [each.kind for each in literal.concepts] == ["phrase"]


def test_a_dotted_acronym_is_one_word():
    assert meant("E.R.I.O.") == [("word", "erio")]


def test_years_and_spans_of_years():
    assert meant("projects 2014") == [("model", "initiative"), ("year", "2014-2014")]
    assert meant("projects 2014-2020")[1] == ("year", "2014-2020")


def test_the_name_of_a_group_is_looked_for_where_nothing_else_is():
    assert meant("Travellers") == [("word", "travellers")]
    assert meant("Sinti") == [("word", "sinti")]
    assert meant("Sinti schools") == [("facet", "theme=education")]


def test_words_that_ask_for_nothing_are_searched_where_there_are_no_others():
    assert meant("roma") == [("word", "roma")]


def test_leaving_out_a_part_leaves_the_others():
    question = understand("Roma organisations in Slovakia", nobody)
    assert [question.without(concept) for concept in question.concepts] == [
        "in Slovakia",
        "Roma organisations in",
    ]


def nodes(node):
    yield node
    for child in [*node.whole.values(), *node.beginnings.values()]:
        yield from nodes(child)


@pytest.mark.django_db
def test_each_facet_and_value_of_the_vocabulary_exists(directory):
    meanings = {meaning for node in nodes(vocabulary().tree) for meaning in node.meanings}
    facets = {facet for meaning in meanings for facet in meaning.facets}
    assert len(facets) > 40
    for facet in facets:
        lists = [LISTS[facet.model]] if facet.model else LISTS.values()
        known = [cls for cls in lists if facet.name in cls.base_filters]
        assert known, facet
        for cls in known:
            assert cls.vocabulary_of(facet.name, facet.values).keys() >= set(facet.values), facet
