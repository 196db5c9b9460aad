"""The API's actors, relations, countries and themes."""

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from roma_network.api.views import (
    FIELDS,
    PAGING,
    EntryApi,
    PlainApi,
    SourceNote,
    listed,
    parameter,
    parameters_of,
    telling,
)
from stakeholders.columns import actor_table, country_table, relation_table, theme_table
from stakeholders.filters import ActorFilterSet
from stakeholders.models import Actor, ActorType, Country, Membership, Relation, RelationKind, Theme


class InitiativeRole(serializers.Serializer):
    initiative = serializers.SlugField()
    role = serializers.CharField()


class ActorSerializer(serializers.Serializer):
    slug = serializers.SlugField()
    name = serializers.CharField()
    acronym = serializers.CharField()
    native_name = serializers.CharField()
    native_language = serializers.CharField(help_text="A BCP 47 code.")
    other_names = serializers.ListField(child=serializers.CharField())
    type = serializers.ChoiceField(ActorType.choices)
    part_of = serializers.SlugField(allow_null=True)
    country = serializers.CharField(allow_null=True, help_text="ISO 3166-1 alpha-2; XK for Kosovo*.")
    locality = serializers.CharField()
    latitude = serializers.FloatField(allow_null=True, help_text="Degrees north, WGS 84.")
    longitude = serializers.FloatField(allow_null=True, help_text="Degrees east, WGS 84.")
    website = serializers.CharField()
    email = serializers.CharField(help_text="A functional mailbox.")
    founded = serializers.CharField(help_text="YYYY, YYYY-MM or YYYY-MM-DD.")
    closed = serializers.CharField(help_text="YYYY, YYYY-MM or YYYY-MM-DD.")
    summary = serializers.CharField()
    themes = serializers.ListField(child=serializers.SlugField())
    initiatives = InitiativeRole(many=True)
    wikidata = serializers.CharField()
    ror = serializers.CharField()
    transparency_register = serializers.CharField()
    verified_on = serializers.DateField(allow_null=True)
    updated_at = serializers.DateTimeField()
    sources = SourceNote(many=True)


@extend_schema_view(
    list=listed(
        ActorSerializer,
        summary="Actors, by the filters of the page",
        parameters=parameters_of(ActorFilterSet, actor_table),
    ),
    retrieve=extend_schema(summary="One actor", parameters=telling(actor_table)),
)
class ActorApi(EntryApi):
    queryset = Actor.objects.all()
    filterset = ActorFilterSet
    table = actor_table
    serializer_class = ActorSerializer


class RelationSerializer(serializers.Serializer):
    subject = serializers.SlugField()
    kind = serializers.ChoiceField(RelationKind.choices)
    target = serializers.SlugField()
    note = serializers.CharField()
    sources = SourceNote(many=True)


@extend_schema_view(
    list=listed(
        RelationSerializer,
        summary="Relations between actors",
        parameters=[
            parameter("subject", "The slug of the actor that it starts from.", many=True),
            parameter("target", "The slug of the actor that it leads to.", many=True),
            parameter("kind", "The kind of relation.", many=True, enum=RelationKind.values),
            *PAGING,
            *telling(relation_table),
        ],
    )
)
class RelationApi(PlainApi):
    queryset = Relation.objects.all()
    table = relation_table
    serializer_class = RelationSerializer
    filters = {
        "subject": ("subject__slug", ()),
        "target": ("target__slug", ()),
        "kind": ("kind", RelationKind.values),
    }

    def rows(self):
        return Relation.objects.public().for_export()


class CountrySerializer(serializers.Serializer):
    code = serializers.CharField(help_text="ISO 3166-1 alpha-2; XK for Kosovo*.")
    name = serializers.CharField()
    membership = serializers.ChoiceField(Membership.choices)


@extend_schema_view(
    list=listed(
        CountrySerializer,
        summary="Countries",
        parameters=[
            parameter("membership", "Membership of the EU.", many=True, enum=Membership.values),
            *PAGING,
            FIELDS,
        ],
    )
)
class CountryApi(PlainApi):
    queryset = Country.objects.all()
    table = country_table
    lookup_field = "code"
    serializer_class = CountrySerializer
    filters = {"membership": ("membership", Membership.values)}


class ThemeSerializer(serializers.Serializer):
    slug = serializers.SlugField()
    name = serializers.CharField()


@extend_schema_view(list=listed(ThemeSerializer, summary="Themes", parameters=[*PAGING, FIELDS]))
class ThemeApi(PlainApi):
    queryset = Theme.objects.all()
    table = theme_table
    lookup_field = "slug"
    serializer_class = ThemeSerializer
