import pytest

from initiatives.models import DocumentFormat, DocumentKind, Funding, FundingKind, InitiativeKind, Role
from roma_network.editorial.importing.constraints import violations
from stakeholders.models import Office
from tests import constraints
from tests.factories import (
    ActorFactory,
    DocumentCitationFactory,
    DocumentFactory,
    FundingCitationFactory,
    FundingFactory,
    InitiativeCitationFactory,
    InitiativeFactory,
    ParticipationCitationFactory,
    ParticipationFactory,
    RosterCitationFactory,
    RosterFactory,
    RosterLineFactory,
)

pytestmark = pytest.mark.django_db

CASES = {
    **constraints.editorial("initiatives_initiative", InitiativeFactory),
    **constraints.known("initiatives_initiative", InitiativeFactory, "kind", InitiativeKind),
    **constraints.dates("initiatives_initiative", InitiativeFactory, "start"),
    **constraints.dates("initiatives_initiative", InitiativeFactory, "end"),
    **constraints.in_order("initiatives_initiative", InitiativeFactory, "start", "end"),
    **constraints.dates("initiatives_initiative", InitiativeFactory, "last_seen"),
    **constraints.in_order("initiatives_initiative", InitiativeFactory, "start", "last_seen"),
    **constraints.in_order("initiatives_initiative", InitiativeFactory, "last_seen", "end"),
    "initiatives_initiative_is_not_its_own_parent": (
        InitiativeFactory,
        [{"parent": None}, lambda row, other: {"parent": other}],
        [lambda row, other: {"parent": row}],
    ),
    "initiatives_initiative_is_not_its_own_model": (
        InitiativeFactory,
        [{"modelled_on": None}, lambda row, other: {"modelled_on": other}],
        [lambda row, other: {"modelled_on": row}],
    ),
    "initiatives_initiative_does_not_follow_itself": (
        InitiativeFactory,
        [{"follows": None}, lambda row, other: {"follows": other}],
        [lambda row, other: {"follows": row}],
    ),
    **constraints.slugged("initiatives_funding", FundingFactory),
    **constraints.dates("initiatives_funding", FundingFactory, "start"),
    **constraints.dates("initiatives_funding", FundingFactory, "end"),
    **constraints.in_order("initiatives_funding", FundingFactory, "start", "end"),
    "initiatives_funding_kind_is_known": (
        FundingFactory,
        [{"kind": ""}, *({"kind": value} for value in FundingKind.values)],
        [{"kind": "x"}],
    ),
    "initiatives_funding_currency_is_three_letters": (
        FundingFactory,
        [{"currency": "EUR"}, {"currency": "HUF"}],
        [{"currency": currency} for currency in ("", "eur", "€", "EU")],
    ),
    "initiatives_funding_is_not_within_itself": (
        FundingFactory,
        [{"within": None}, lambda row, other: {"within": other}],
        [lambda row, other: {"within": row}],
    ),
    "initiatives_funding_amount_is_positive": (
        FundingFactory,
        [{"amount": None}, {"amount": 1}, {"amount": 10**12}],
        [{"amount": 0}],
    ),
    "initiatives_funding_says_where_from": (
        FundingFactory,
        [
            {"programme": "Horizon 2020", "note": ""},
            {"programme": "", "note": "From several donors."},
            lambda row, other: {"programme": "", "note": "", "funder": ActorFactory()},
        ],
        [{"programme": "", "note": ""}],
    ),
    **constraints.known("initiatives_participation", ParticipationFactory, "role", Role),
    **constraints.dates("initiatives_participation", ParticipationFactory, "start"),
    **constraints.dates("initiatives_participation", ParticipationFactory, "end"),
    **constraints.in_order("initiatives_participation", ParticipationFactory, "start", "end"),
    **constraints.dates("initiatives_participation", ParticipationFactory, "last_seen"),
    **constraints.in_order("initiatives_participation", ParticipationFactory, "start", "last_seen"),
    **constraints.in_order("initiatives_participation", ParticipationFactory, "last_seen", "end"),
    "initiatives_participation_once": (
        ParticipationFactory,
        [
            lambda row, other: {"initiative": other.initiative},
            lambda row, other: {"actor": other.actor},
            lambda row, other: {"initiative": other.initiative, "actor": other.actor, "role": "lead"},
        ],
        [lambda row, other: {"initiative": other.initiative, "actor": other.actor}],
    ),
    **constraints.editorial("initiatives_document", DocumentFactory),
    **constraints.known("initiatives_document", DocumentFactory, "kind", DocumentKind),
    **constraints.dates("initiatives_document", DocumentFactory, "date"),
    "initiatives_document_format_is_known": (
        DocumentFactory,
        [{"format": ""}, *({"format": value} for value in DocumentFormat.values)],
        [{"format": "x"}],
    ),
    "initiatives_document_size_is_positive": (
        DocumentFactory,
        [{"size": None}, {"size": 1}, {"size": 10**12}],
        [{"size": 0}],
    ),
    **constraints.citation("initiatives_initiativecitation", InitiativeCitationFactory),
    **constraints.citation("initiatives_fundingcitation", FundingCitationFactory),
    **constraints.citation("initiatives_participationcitation", ParticipationCitationFactory),
    **constraints.citation("initiatives_documentcitation", DocumentCitationFactory),
    **constraints.slugged("initiatives_roster", RosterFactory),
    **constraints.known("initiatives_roster", RosterFactory, "office", Office, blank=True),
    **constraints.known("initiatives_roster", RosterFactory, "role", Role, blank=True),
    **constraints.known("initiatives_roster", RosterFactory, "document_kind", DocumentKind, blank=True),
    **constraints.dates("initiatives_roster", RosterFactory, "as_of", required=True),
    **constraints.dates("initiatives_roster", RosterFactory, "since"),
    "initiatives_roster_rule_is_known": (
        RosterFactory,
        [{"rule": "listed"}, {"rule": "strategy"}],
        [{"rule": ""}, {"rule": "x"}],
    ),
    "initiatives_roster_has_a_title": (RosterFactory, [{"title": "Contact points"}], [{"title": ""}]),
    "initiatives_roster_expected_is_positive": (
        RosterFactory,
        [{"expected": None}, {"expected": 1}],
        [{"expected": 0}],
    ),
    "initiatives_roster_says_what_it_is_filled_from": (
        RosterFactory,
        [
            {"rule": "office", "office": "contact_point"},
            lambda row, other: {"rule": "participants", "initiative": InitiativeFactory()},
            lambda row, other: {"rule": "members", "actor": ActorFactory()},
            lambda row, other: {"rule": "documents", "actor": ActorFactory()},
            {"rule": "documents", "document_kind": "judgment"},
        ],
        [{"rule": rule} for rule in ("office", "participants", "members", "documents")],
    ),
    "initiatives_rosterline_once": (
        RosterLineFactory,
        [lambda row, other: {"roster": other.roster}, lambda row, other: {"name": other.name}],
        [lambda row, other: {"roster": other.roster, "name": other.name}],
    ),
    "initiatives_rosterline_has_a_name": (RosterLineFactory, [{"name": "Sofia"}], [{"name": ""}]),
    "initiatives_rosterline_is_one_entry": (
        RosterLineFactory,
        [
            lambda row, other: {"actor": ActorFactory()},
            lambda row, other: {"initiative": InitiativeFactory()},
            lambda row, other: {"document": DocumentFactory()},
        ],
        [
            lambda row, other: {"actor": ActorFactory(), "initiative": InitiativeFactory()},
            lambda row, other: {"actor": ActorFactory(), "document": DocumentFactory()},
            lambda row, other: {"initiative": InitiativeFactory(), "document": DocumentFactory()},
        ],
    ),
    **constraints.citation("initiatives_rostercitation", RosterCitationFactory),
}


@constraints.allowed(CASES)
def test_allowed(name, factory, change):
    constraints.assert_allowed(name, factory, change)


@constraints.refused(CASES)
def test_refused(name, factory, change):
    constraints.assert_refused(name, factory, change)


def test_a_text_too_long_for_its_column_is_checked_whole():
    row = FundingFactory()
    row.currency = "EURO"
    [broken] = violations(Funding, [row])[0]
    assert broken.name == "initiatives_funding_currency_is_three_letters"
