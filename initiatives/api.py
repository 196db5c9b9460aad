"""The API's initiatives, participations and documents."""

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from initiatives.filters import DocumentFilterSet, InitiativeFilterSet
from initiatives.models import Document, DocumentKind, Initiative, InitiativeKind, Participation, Role
from initiatives.resources import (
    document_table,
    initiative_table,
    participation_table,
    public_sources,
    source_table,
)
from roma_network.api import FIELDS, PAGING, EntryApi, PlainApi, SourceNote, listed, parameter, parameters_of
from roma_network.models import Source


class FundingSerializer(serializers.Serializer):
    programme = serializers.CharField()
    amount_eur = serializers.IntegerField(allow_null=True)
    note = serializers.CharField()


class ActorRole(serializers.Serializer):
    actor = serializers.SlugField()
    role = serializers.ChoiceField(Role.choices)


class InitiativeSerializer(serializers.Serializer):
    slug = serializers.SlugField()
    name = serializers.CharField()
    acronym = serializers.CharField()
    kind = serializers.ChoiceField(InitiativeKind.choices)
    summary = serializers.CharField()
    start = serializers.CharField(help_text="YYYY, YYYY-MM or YYYY-MM-DD.")
    end = serializers.CharField(help_text="YYYY, YYYY-MM or YYYY-MM-DD.")
    website = serializers.CharField()
    themes = serializers.ListField(child=serializers.SlugField())
    countries = serializers.ListField(child=serializers.CharField())
    part_of = serializers.SlugField(allow_null=True)
    follows = serializers.SlugField(allow_null=True)
    funding = FundingSerializer(many=True)
    participants = ActorRole(many=True)
    verified_on = serializers.DateField(allow_null=True)
    updated_at = serializers.DateTimeField()
    sources = SourceNote(many=True)


@extend_schema_view(
    list=listed(
        InitiativeSerializer,
        summary="Initiatives, by the filters of the page",
        parameters=parameters_of(InitiativeFilterSet),
    ),
    retrieve=extend_schema(summary="One initiative", parameters=[FIELDS]),
)
class InitiativeApi(EntryApi):
    queryset = Initiative.objects.all()
    filterset = InitiativeFilterSet
    table = initiative_table
    serializer_class = InitiativeSerializer


class ParticipationSerializer(serializers.Serializer):
    initiative = serializers.SlugField()
    actor = serializers.SlugField()
    role = serializers.ChoiceField(Role.choices)
    start = serializers.CharField(help_text="YYYY, YYYY-MM or YYYY-MM-DD.")
    end = serializers.CharField(help_text="YYYY, YYYY-MM or YYYY-MM-DD.")
    note = serializers.CharField()
    sources = SourceNote(many=True)


@extend_schema_view(
    list=listed(
        ParticipationSerializer,
        summary="Who takes part in what, in which role",
        parameters=[
            parameter("initiative", "The slug of the initiative.", many=True),
            parameter("actor", "The slug of the actor.", many=True),
            parameter("role", "The role.", many=True, enum=Role.values),
            *PAGING,
            FIELDS,
        ],
    )
)
class ParticipationApi(PlainApi):
    queryset = Participation.objects.all()
    table = participation_table
    serializer_class = ParticipationSerializer
    filters = {
        "initiative": ("initiative__slug", ()),
        "actor": ("actor__slug", ()),
        "role": ("role", Role.values),
    }

    def rows(self):
        return Participation.objects.public().select_related("initiative", "actor").with_sources()


class SourceSerializer(serializers.Serializer):
    url = serializers.CharField()
    title = serializers.CharField()
    publisher = serializers.CharField()
    accessed_on = serializers.DateField(allow_null=True)


@extend_schema_view(
    list=listed(SourceSerializer, summary="Sources of all that is public", parameters=[*PAGING, FIELDS])
)
class SourceApi(PlainApi):
    queryset = Source.objects.all()
    table = source_table
    serializer_class = SourceSerializer

    def rows(self):
        return public_sources()


class DocumentSerializer(serializers.Serializer):
    slug = serializers.SlugField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(DocumentKind.choices)
    date = serializers.CharField(help_text="YYYY, YYYY-MM or YYYY-MM-DD.")
    url = serializers.CharField()
    format = serializers.CharField()
    size = serializers.IntegerField(allow_null=True, help_text="Bytes.")
    language = serializers.CharField()
    publisher = serializers.SlugField(allow_null=True)
    actors = serializers.ListField(child=serializers.SlugField())
    initiatives = serializers.ListField(child=serializers.SlugField())
    verified_on = serializers.DateField(allow_null=True)
    updated_at = serializers.DateTimeField()
    sources = SourceNote(many=True)


@extend_schema_view(
    list=listed(
        DocumentSerializer,
        summary="Documents, by the filters of the page",
        parameters=parameters_of(DocumentFilterSet),
    ),
    retrieve=extend_schema(summary="One document", parameters=[FIELDS]),
)
class DocumentApi(EntryApi):
    queryset = Document.objects.all()
    filterset = DocumentFilterSet
    table = document_table
    serializer_class = DocumentSerializer
