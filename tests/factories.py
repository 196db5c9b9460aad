"""Rows for tests: published, complete and unlike one another unless told otherwise."""

from string import ascii_uppercase

import factory
from factory import Sequence, SubFactory
from factory.django import DjangoModelFactory

from initiatives.models import (
    Document,
    DocumentCitation,
    DocumentKind,
    Funding,
    FundingCitation,
    Initiative,
    InitiativeCitation,
    InitiativeKind,
    Participation,
    ParticipationCitation,
    Role,
    Roster,
    RosterCitation,
    RosterLine,
)
from roma_network.models import Contradiction, Source, Status
from stakeholders.models import (
    Actor,
    ActorCitation,
    ActorName,
    ActorType,
    Country,
    Mandate,
    MandateCitation,
    Membership,
    Office,
    Precision,
    Relation,
    RelationCitation,
    RelationKind,
    SuccessorKind,
    Theme,
)

# ISO 3166-1 leaves these codes to its users, so none is a country that a test names.
FREE_CODES = [f"Q{letter}" for letter in "MNOPQRSTUVWXYZ"] + [
    f"X{letter}" for letter in ascii_uppercase if letter != "K"
]


def many(field):
    """Fill a many-to-many field: `ActorFactory(themes=[theme])`."""

    def fill(instance, create, rows, **kwargs):
        if rows:
            getattr(instance, field).set(rows)

    return factory.post_generation(fill)


def sourced(factory_of_citations):
    """Ties are public with a source only: `ParticipationFactory(sourced=False)` has none."""

    def cite(instance, create, wanted, **kwargs):
        if create and wanted is not False:
            factory_of_citations()(subject=instance)

    return factory.post_generation(cite)


class CountryFactory(DjangoModelFactory):
    class Meta:
        model = Country

    code = Sequence(lambda n: FREE_CODES[n % len(FREE_CODES)])
    name = factory.LazyAttribute(lambda country: f"Country {country.code}")
    membership = Membership.EU_MEMBER


class ThemeFactory(DjangoModelFactory):
    class Meta:
        model = Theme

    slug = Sequence("theme-{}".format)
    name = Sequence("Theme {}".format)


class SourceFactory(DjangoModelFactory):
    class Meta:
        model = Source

    url = Sequence("https://example.eu/sources/{}".format)
    title = Sequence("Source {}".format)
    publisher = "European Commission"


class ContradictionFactory(DjangoModelFactory):
    class Meta:
        model = Contradiction

    table = "actors"
    entry = Sequence("actor-{}".format)
    rule = "founded"
    says = {"words": "founded in 1998", "founded": "2001"}
    reason = "A pilot of 1998."


class CitationFactory(DjangoModelFactory):
    class Meta:
        abstract = True

    source = SubFactory(SourceFactory)
    facts = ["name"]


class EditorialFactory(DjangoModelFactory):
    class Meta:
        abstract = True
        skip_postgeneration_save = True

    status = Status.PUBLISHED


class ActorFactory(EditorialFactory):
    class Meta:
        model = Actor

    slug = Sequence("actor-{}".format)
    name = Sequence("Actor {}".format)
    type = ActorType.CIVIL_SOCIETY
    latitude = None
    precision = factory.LazyAttribute(lambda actor: "" if actor.latitude is None else Precision.CITY)
    themes = many("themes")


class FormerActorFactory(ActorFactory):
    successor = SubFactory(ActorFactory)
    successor_kind = SuccessorKind.RENAMED


class ActorNameFactory(DjangoModelFactory):
    class Meta:
        model = ActorName

    actor = SubFactory(ActorFactory)
    name = Sequence("Other name {}".format)


class RelationFactory(DjangoModelFactory):
    class Meta:
        model = Relation
        skip_postgeneration_save = True

    subject = SubFactory(ActorFactory)
    kind = RelationKind.COOPERATES_WITH
    target = SubFactory(ActorFactory)
    sourced = sourced(lambda: RelationCitationFactory)


class MandateFactory(DjangoModelFactory):
    class Meta:
        model = Mandate

    country = SubFactory(CountryFactory)
    office = Office.CONTACT_POINT
    actor = SubFactory(ActorFactory)


class ActorCitationFactory(CitationFactory):
    class Meta:
        model = ActorCitation

    subject = SubFactory(ActorFactory)


class MandateCitationFactory(CitationFactory):
    class Meta:
        model = MandateCitation

    facts = ["office"]
    subject = SubFactory(MandateFactory)


class RelationCitationFactory(CitationFactory):
    class Meta:
        model = RelationCitation

    facts = ["kind"]
    subject = SubFactory(RelationFactory, sourced=False)


class InitiativeFactory(EditorialFactory):
    class Meta:
        model = Initiative

    slug = Sequence("initiative-{}".format)
    name = Sequence("Initiative {}".format)
    kind = InitiativeKind.PROJECT
    themes = many("themes")
    countries = many("countries")


class FundingFactory(DjangoModelFactory):
    class Meta:
        model = Funding

    initiative = SubFactory(InitiativeFactory)
    amount = 1_000_000
    programme = Sequence("Programme {}".format)


class ParticipationFactory(DjangoModelFactory):
    class Meta:
        model = Participation
        skip_postgeneration_save = True

    initiative = SubFactory(InitiativeFactory)
    actor = SubFactory(ActorFactory)
    role = Role.PARTNER
    sourced = sourced(lambda: ParticipationCitationFactory)


class DocumentFactory(EditorialFactory):
    class Meta:
        model = Document

    slug = Sequence("document-{}".format)
    title = Sequence("Document {}".format)
    kind = DocumentKind.REPORT
    date = "2020"
    url = Sequence("https://example.eu/documents/{}".format)
    actors = many("actors")
    initiatives = many("initiatives")
    countries = many("countries")


class InitiativeCitationFactory(CitationFactory):
    class Meta:
        model = InitiativeCitation

    subject = SubFactory(InitiativeFactory)


class FundingCitationFactory(CitationFactory):
    class Meta:
        model = FundingCitation

    facts = ["amount"]
    subject = SubFactory(FundingFactory)


class ParticipationCitationFactory(CitationFactory):
    class Meta:
        model = ParticipationCitation

    facts = ["role"]
    subject = SubFactory(ParticipationFactory, sourced=False)


class RosterFactory(DjangoModelFactory):
    class Meta:
        model = Roster
        skip_postgeneration_save = True

    title = Sequence("Roster {}".format)
    as_of = "2026-11-28"
    sourced = sourced(lambda: RosterCitationFactory)


class RosterLineFactory(DjangoModelFactory):
    class Meta:
        model = RosterLine

    roster = SubFactory(RosterFactory)
    name = Sequence("Expected {}".format)


class RosterCitationFactory(CitationFactory):
    class Meta:
        model = RosterCitation

    facts = ["title"]
    subject = SubFactory(RosterFactory, sourced=False)


class DocumentCitationFactory(CitationFactory):
    class Meta:
        model = DocumentCitation

    facts = ["title"]
    subject = SubFactory(DocumentFactory)
