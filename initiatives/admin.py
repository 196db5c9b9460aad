from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from initiatives import columns, views
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
    Roster,
    RosterCitation,
    RosterLine,
)
from roma_network.admin.cited import BareFilter, RowAdmin
from roma_network.admin.entries import EditorialAdmin, WorklistFilter
from roma_network.admin.importing import ImportAdmin
from roma_network.admin.merging import MergeableAdmin
from roma_network.admin.rows import (
    CitationInline,
    OwnedInline,
    SourcedInline,
    SourcesInline,
    TieCitationFormSet,
)
from roma_network.admin.shared import count_of
from roma_network.pages.template_tags import language_name
from stakeholders import hooks


class FundingInline(SourcedInline):
    model = Funding
    fields = [
        "kind",
        "amount",
        "currency",
        "funder",
        "programme",
        "recipient",
        "start",
        "end",
        "note",
        "sources",
    ]
    autocomplete_fields = ["funder", "recipient"]
    select_related = ("initiative", "funder", "recipient")


class InitiativeCitationInline(CitationInline):
    model = InitiativeCitation


class DocumentCitationInline(CitationInline):
    model = DocumentCitation


class FundingCitationInline(CitationInline):
    model = FundingCitation
    formset = TieCitationFormSet


class ParticipationCitationInline(CitationInline):
    model = ParticipationCitation
    formset = TieCitationFormSet


class ParticipationInline(SourcesInline):
    model = Participation
    select_related = ("initiative", "actor")


class ActorsInline(ParticipationInline):
    fields = ["actor", "role", "start", "end", "last_seen", "note", "sources"]
    autocomplete_fields = ["actor"]
    ordering = ["role", "actor__sort_name"]


class InitiativesInline(ParticipationInline):
    fields = ["initiative", "role", "start", "end", "last_seen", "note", "sources"]
    autocomplete_fields = ["initiative"]
    ordering = ["initiative__sort_name", "role"]


hooks.actor_inlines.fill([InitiativesInline])


@admin.register(Initiative)
class InitiativeAdmin(ImportAdmin, MergeableAdmin):
    table = columns.initiatives
    list_display = [
        "name",
        "kind",
        "start",
        "end",
        "participation_count",
        *EditorialAdmin.closing_columns,
    ]
    list_filter = [WorklistFilter, "status", "kind", "featured", "verified_on", "themes", "countries"]
    autocomplete_fields = ["parent", "follows", "modelled_on", "countries"]
    checkbox_fields = ("themes",)
    quality_groups = [("kind", _("Initiatives by kind"), lambda: dict(InitiativeKind.choices))]
    inlines = [InitiativeCitationInline, FundingInline, ActorsInline]

    def get_queryset(self, request):
        participations = count_of(Initiative, "participations")
        return super().get_queryset(request).annotate(participation_count=participations)

    @admin.display(description=_("participations"), ordering="participation_count")
    def participation_count(self, initiative):
        return initiative.participation_count

    def preview(self, request, entry):
        initiative = Initiative.objects.for_detail().get(pk=entry.pk)
        initiative.published_at = entry.published_at
        return views.initiative_page(request, initiative)


@admin.register(Participation)
class ParticipationAdmin(ImportAdmin, RowAdmin):
    table = columns.participations
    fields = ["initiative", "actor", "role", ("start", "end", "last_seen"), "note"]
    list_display = ["initiative", "actor", "role", "start", "end", "source_count"]
    list_filter = [BareFilter, "role", "initiative__kind", "actor__type", "actor__country"]
    list_select_related = ["initiative", "actor"]
    autocomplete_fields = ["initiative", "actor"]
    search_fields = ["initiative__search_text", "actor__search_text"]
    inlines = [ParticipationCitationInline]


@admin.register(Funding)
class FundingAdmin(ImportAdmin, RowAdmin):
    table = columns.funding
    fields = [
        "initiative",
        "kind",
        ("amount", "currency"),
        "programme",
        ("funder", "recipient"),
        ("start", "end"),
        "country",
        "within",
        "note",
    ]
    list_display = [
        "initiative",
        "kind",
        "amount",
        "currency",
        "programme",
        "funder",
        "start",
        "source_count",
    ]
    list_filter = [BareFilter, "kind", "currency", "country", ("within", admin.EmptyFieldListFilter)]
    list_select_related = ["initiative", "funder"]
    autocomplete_fields = ["initiative", "funder", "recipient", "country", "within"]
    search_fields = ["initiative__search_text"]
    search_help_text = _("The names of the initiative, in any spelling.")
    inlines = [FundingCitationInline]


class RosterLineInline(OwnedInline):
    model = RosterLine
    fields = ["name", "country", "actor", "initiative", "document"]
    autocomplete_fields = ["country", "actor", "initiative", "document"]
    select_related = ("country", "actor", "initiative", "document")


class RosterCitationInline(CitationInline):
    model = RosterCitation
    formset = TieCitationFormSet


@admin.register(Roster)
class RosterAdmin(ImportAdmin, RowAdmin):
    table = columns.rosters
    fields = [
        "title",
        ("expected", "as_of"),
        "note",
        "rule",
        "office",
        ("initiative", "role"),
        "actor",
        ("document_kind", "since"),
    ]
    list_display = ["title", "rule", "expected", "as_of", "source_count"]
    list_filter = [BareFilter, "rule"]
    autocomplete_fields = ["initiative", "actor"]
    search_fields = ["initiative__search_text"]
    search_help_text = _("The names of the initiative, in any spelling.")
    inlines = [RosterCitationInline, RosterLineInline]


class LanguageFilter(admin.SimpleListFilter):
    title = _("language")
    parameter_name = "language"
    UNKNOWN = "none"

    def lookups(self, request, model_admin):
        codes = Document.objects.order_by("language").values_list("language", flat=True).distinct()
        return [(code or self.UNKNOWN, language_name(code) if code else _("Not stated")) for code in codes]

    def queryset(self, request, queryset):
        wanted = "" if self.value() == self.UNKNOWN else self.value()
        return queryset if self.value() is None else queryset.filter(language=wanted)


@admin.register(Document)
class DocumentAdmin(ImportAdmin, EditorialAdmin):
    table = columns.documents
    list_display = ["title", "kind", "date", "publisher", *EditorialAdmin.closing_columns]
    list_filter = [WorklistFilter, "status", "kind", "is_milestone", "verified_on", "format", LanguageFilter]
    list_select_related = ["publisher"]
    autocomplete_fields = ["publisher", "actors", "initiatives", "countries"]
    prepopulated_fields = {"slug": ["title"]}
    quality_groups = [("kind", _("Documents by kind"), lambda: dict(DocumentKind.choices))]
    inlines = [DocumentCitationInline]

    def preview(self, request, entry):
        document = Document.objects.for_detail().get(pk=entry.pk)
        document.published_at = entry.published_at
        return views.document_page(request, document)
