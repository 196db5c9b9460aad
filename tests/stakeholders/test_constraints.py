from datetime import date

import pytest

from stakeholders.models import (
    ActorForm,
    ActorType,
    Membership,
    NameKind,
    Office,
    Precision,
    RelationKind,
    Sought,
    SuccessorKind,
    TextOrigin,
)
from tests import constraints
from tests.factories import (
    ActorCitationFactory,
    ActorFactory,
    ActorNameFactory,
    CountryFactory,
    FormerActorFactory,
    MandateCitationFactory,
    MandateFactory,
    RelationCitationFactory,
    RelationFactory,
)

pytestmark = pytest.mark.django_db

SEARCH = {"searched_on": date(2026, 1, 2)}


class SearchFactory(MandateFactory):
    actor = None
    searched_on = SEARCH["searched_on"]


def succeeded_by_another(row, other):
    return {"successor": other, "successor_kind": "merged"}


CASES = {
    **constraints.known("stakeholders_country", CountryFactory, "membership", Membership),
    "stakeholders_country_code_is_two_letters": (
        CountryFactory,
        [{"code": "FR", "name": "France"}, {"code": "XK", "name": "Kosovo*"}],
        [{"code": "fr"}, {"code": "F"}, {"code": "F1"}, {"code": ""}],
    ),
    **constraints.editorial("stakeholders_actor", ActorFactory),
    **constraints.known("stakeholders_actor", ActorFactory, "type", ActorType),
    **constraints.known("stakeholders_actor", ActorFactory, "form", ActorForm, blank=True),
    **constraints.known("stakeholders_actor", ActorFactory, "successor_kind", SuccessorKind, blank=True),
    "stakeholders_actor_successor_has_a_kind": (
        ActorFactory,
        [{"successor": None, "successor_kind": ""}, {"successor_kind": "renamed"}, succeeded_by_another],
        [lambda row, other: {"successor": other}],
    ),
    "stakeholders_actor_is_not_its_own_successor": (
        FormerActorFactory,
        [succeeded_by_another],
        [lambda row, other: {"successor": row}],
    ),
    "stakeholders_actor_has_whole_coordinates_or_none": (
        ActorFactory,
        [{"latitude": 0, "longitude": 0, "precision": each} for each in Precision]
        + [{"latitude": None, "longitude": None, "precision": ""}],
        [
            {"latitude": 48.7, "precision": "city"},
            {"longitude": 21.3, "precision": "city"},
            {"latitude": 48.7, "longitude": 21.3, "precision": ""},
            {"latitude": 48.7, "longitude": 21.3, "precision": "street"},
            {"precision": "city"},
        ],
    ),
    "stakeholders_actor_latitude_in_range": (
        ActorFactory,
        [
            {"latitude": 90, "longitude": 0, "precision": "city"},
            {"latitude": -90, "longitude": 0, "precision": "city"},
        ],
        [
            {"latitude": 90.1, "longitude": 0, "precision": "city"},
            {"latitude": -90.1, "longitude": 0, "precision": "city"},
        ],
    ),
    "stakeholders_actor_longitude_in_range": (
        ActorFactory,
        [
            {"latitude": 0, "longitude": 180, "precision": "city"},
            {"latitude": 0, "longitude": -180, "precision": "city"},
        ],
        [
            {"latitude": 0, "longitude": 180.1, "precision": "city"},
            {"latitude": 0, "longitude": -180.1, "precision": "city"},
        ],
    ),
    "stakeholders_actor_is_not_its_own_parent": (
        ActorFactory,
        [{"parent": None}, lambda row, other: {"parent": other}],
        [lambda row, other: {"parent": row}],
    ),
    "stakeholders_actor_native_name_has_a_language": (
        ActorFactory,
        [{"native_name": "", "native_language": ""}, {"native_name": "Košice", "native_language": "sk"}],
        [{"native_name": "Košice"}, {"native_language": "sk"}],
    ),
    "stakeholders_actor_native_summary_is_whole": (
        ActorFactory,
        [
            {"native_summary": ""},
            {
                "native_summary": "Mesto",
                "native_summary_language": "sk",
                "native_summary_origin": "machine",
            },
        ],
        [
            {"native_summary": "Mesto", "native_summary_language": "sk"},
            {"native_summary": "Mesto", "native_summary_origin": "machine"},
            {"native_summary_language": "sk", "native_summary_origin": "machine"},
        ],
    ),
    "stakeholders_actor_native_summary_origin_is_known": (
        ActorFactory,
        [{"native_summary_origin": ""}]
        + [
            {"native_summary": "Mesto", "native_summary_language": "sk", "native_summary_origin": origin}
            for origin in TextOrigin
        ],
        [{"native_summary": "Mesto", "native_summary_language": "sk", "native_summary_origin": "x"}],
    ),
    **constraints.dates("stakeholders_actor", ActorFactory, "founded"),
    **constraints.dates("stakeholders_actor", ActorFactory, "closed"),
    **constraints.in_order("stakeholders_actor", ActorFactory, "founded", "closed"),
    **constraints.dates("stakeholders_actor", ActorFactory, "last_seen"),
    **constraints.in_order("stakeholders_actor", ActorFactory, "founded", "last_seen"),
    **constraints.in_order("stakeholders_actor", ActorFactory, "last_seen", "closed"),
    "stakeholders_actor_wikidata_is_an_item": (
        ActorFactory,
        [{"wikidata": ""}, {"wikidata": "Q8880"}],
        [{"wikidata": "8880"}, {"wikidata": "Q0"}, {"wikidata": "Q"}],
    ),
    "stakeholders_actor_ror_is_an_identifier": (
        ActorFactory,
        [{"ror": ""}, {"ror": "02qsmb048"}],
        [{"ror": "12qsmb048"}, {"ror": "02qsmb0"}, {"ror": "02qsmi048"}, {"ror": "02qsmb0ab"}],
    ),
    "stakeholders_actor_isni_is_an_identifier": (
        ActorFactory,
        [{"isni": ""}, {"isni": "0000000121464389"}, {"isni": "000000041785028X"}],
        [{"isni": "000000041785028x"}, {"isni": "0000 0001 2146"}, {"isni": "1"}],
    ),
    "stakeholders_actor_crossref_funder_is_a_number": (
        ActorFactory,
        [{"crossref_funder": ""}, {"crossref_funder": "501100000780"}, {"crossref_funder": "100000001"}],
        [{"crossref_funder": "780"}, {"crossref_funder": "50110000078X"}],
    ),
    "stakeholders_actor_corporate_body_is_a_code": (
        ActorFactory,
        [{"corporate_body": ""}, {"corporate_body": "FRA"}, {"corporate_body": "COU_EUR"}],
        [{"corporate_body": "fra"}, {"corporate_body": "COU EUR"}],
    ),
    "stakeholders_actor_geonames_is_a_number": (
        ActorFactory,
        [{"geonames": ""}, {"geonames": "2643743"}],
        [{"geonames": "0"}, {"geonames": "Q84"}],
    ),
    "stakeholders_actor_transparency_register_is_a_number": (
        ActorFactory,
        [{"transparency_register": ""}, {"transparency_register": "12352101736-32"}],
        [{"transparency_register": "12352101736"}, {"transparency_register": "1-2"}],
    ),
    **constraints.known("stakeholders_actorname", ActorNameFactory, "kind", NameKind),
    "stakeholders_actorname_once": (
        ActorNameFactory,
        [lambda row, other: {"actor": other.actor}, lambda row, other: {"name": other.name}],
        [lambda row, other: {"actor": other.actor, "name": other.name}],
    ),
    "stakeholders_actorname_is_not_empty": (ActorNameFactory, [{"name": "Ж"}], [{"name": ""}]),
    **constraints.known("stakeholders_relation", RelationFactory, "kind", RelationKind),
    "stakeholders_relation_is_not_to_itself": (
        RelationFactory,
        [lambda row, other: {"target": other.subject}],
        [lambda row, other: {"target": row.subject}],
    ),
    "stakeholders_relation_once": (
        RelationFactory,
        [
            lambda row, other: {"subject": other.subject},
            lambda row, other: {"target": other.target},
            lambda row, other: {"subject": other.target, "target": other.subject},
            lambda row, other: {"subject": other.subject, "target": other.target, "kind": "funds"},
        ],
        [lambda row, other: {"subject": other.subject, "target": other.target}],
    ),
    **constraints.slugged("stakeholders_mandate", MandateFactory),
    **constraints.known("stakeholders_mandate", SearchFactory, "office", Office, Sought),
    "stakeholders_mandate_holds_an_office": (
        MandateFactory,
        [{"actor": None, "office": sought, **SEARCH} for sought in Sought.values],
        [{"office": sought} for sought in Sought.values],
    ),
    **constraints.dates("stakeholders_mandate", MandateFactory, "start"),
    **constraints.dates("stakeholders_mandate", MandateFactory, "end"),
    **constraints.in_order("stakeholders_mandate", MandateFactory, "start", "end"),
    "stakeholders_mandate_once": (
        MandateFactory,
        [
            lambda row, other: {"country": other.country},
            lambda row, other: {"actor": other.actor},
            lambda row, other: {"country": other.country, "actor": other.actor, "start": "2012"},
        ],
        [lambda row, other: {"country": other.country, "actor": other.actor}],
    ),
    "stakeholders_mandate_searched_once": (
        SearchFactory,
        [lambda row, other: {"country": other.country, "office": "equality_body"}],
        [lambda row, other: {"country": other.country}],
    ),
    "stakeholders_mandate_is_held_or_searched_for": (
        MandateFactory,
        [{"note": "held"}, {"actor": None, **SEARCH}],
        [
            {"actor": None},
            SEARCH,
        ],
    ),
    **constraints.citation("stakeholders_mandatecitation", MandateCitationFactory),
    **constraints.citation("stakeholders_actorcitation", ActorCitationFactory),
    **constraints.citation("stakeholders_relationcitation", RelationCitationFactory),
}


@constraints.allowed(CASES)
def test_allowed(name, factory, change):
    constraints.assert_allowed(name, factory, change)


@constraints.refused(CASES)
def test_refused(name, factory, change):
    constraints.assert_refused(name, factory, change)
