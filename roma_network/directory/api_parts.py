"""The API's initiatives, participations and documents."""

from datetime import UTC, datetime
from typing import NamedTuple

from django.utils.timezone import make_aware
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from initiatives.columns import (
    change_table,
    document_table,
    initiative_table,
    participation_table,
    public_sources,
    source_table,
)
from initiatives.filters import DocumentFilterSet, InitiativeFilterSet
from initiatives.models import Document, DocumentKind, Initiative, InitiativeKind, Participation, Role
from roma_network.api.views import (
    FIELDS,
    PAGING,
    Api,
    EntryApi,
    PlainApi,
    Refused,
    SourceNote,
    listed,
    parameter,
    parameters_of,
    refuse_unknown,
    telling,
)
from roma_network.directory.permalinks import KINDS
from roma_network.models import Source, Status
from roma_network.search.facets import shortened
from stakeholders.models import Actor

LONGEST_TIME = 40  # letters


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
        parameters=parameters_of(InitiativeFilterSet, initiative_table),
    ),
    retrieve=extend_schema(summary="One initiative", parameters=telling(initiative_table)),
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
            *telling(participation_table),
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
        return Participation.objects.public().for_export()


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


class Change(NamedTuple):
    kind: str
    slug: str
    change: str
    into: str | None
    at: datetime


class ChangeSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(["actor", "initiative", "document"])
    slug = serializers.SlugField()
    change = serializers.ChoiceField(["new", "updated", "withdrawn", "merged"])
    into = serializers.SlugField(
        allow_null=True, help_text="The slug of the entry in its place, if it was merged."
    )
    at = serializers.DateTimeField()


@extend_schema_view(
    list=listed(
        ChangeSerializer,
        summary="What became of entries since a time, for harvesters; the earliest first",
        parameters=[
            parameter(
                "since",
                "A time: 2026-01-31, or 2026-01-31T12:00:00Z. Without it, everything.",
                type=OpenApiTypes.DATETIME,
            ),
            *PAGING[:2],
            FIELDS,
        ],
    )
)
class ChangeApi(Api):
    queryset = Actor.objects.none()
    table = change_table
    serializer_class = ChangeSerializer

    @classmethod
    def filter_names(cls):
        return ["since"]

    def list(self, request):
        unknown = request.query_params.keys() - {"since", "page", "page_size", "fields"}
        refuse_unknown(map(shortened, unknown))
        since = time_in(request.query_params.get("since", ""))
        found = dict(
            enumerate(sorted(changes_since(since), key=lambda change: (change.at, change.kind, change.slug)))
        )
        return self.answer(list(found), lambda keys: found)


def time_in(value):
    """The time that a parameter states, or None where it is empty."""
    if not value:
        return None
    try:
        if len(value) > LONGEST_TIME:
            raise ValueError(value)
        time = datetime.fromisoformat(value)
        return (time if time.tzinfo else make_aware(time)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused({"since": "Give a time: 2026-01-31, or 2026-01-31T12:00:00Z."}) from None


def changes_since(since):
    """The last thing that became of each entry which is public or once was."""
    for kind, (model, _table) in KINDS.items():
        rows = model.objects.filter(published_at__isnull=False)
        if since:
            rows = rows.filter(updated_at__gt=since)
        merges = hasattr(model, "merge")
        merged = rows.filter(merge__survivor__status=Status.PUBLISHED) if merges else rows.none()
        heirs = dict(merged.values_list("pk", "merge__survivor__slug")) if merges else {}
        for pk, slug, status, published, updated in rows.values_list(
            "pk", "slug", "status", "published_at", "updated_at"
        ):
            if status == Status.PUBLISHED:
                yield Change(kind, slug, "new" if since and published > since else "updated", None, updated)
            elif pk in heirs:
                yield Change(kind, slug, "merged", heirs[pk], updated)
            else:
                yield Change(kind, slug, "withdrawn", None, updated)


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
        parameters=parameters_of(DocumentFilterSet, document_table),
    ),
    retrieve=extend_schema(summary="One document", parameters=telling(document_table)),
)
class DocumentApi(EntryApi):
    queryset = Document.objects.all()
    filterset = DocumentFilterSet
    table = document_table
    serializer_class = DocumentSerializer
