from django.contrib import admin
from django.utils.translation import gettext_lazy as _

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
from roma_network.admin.shared import ProtectingAdmin, count_of
from roma_network.core import folding
from stakeholders import columns, hooks, views
from stakeholders.models import (
    Actor,
    ActorCitation,
    ActorName,
    ActorType,
    Country,
    Mandate,
    MandateCitation,
    Relation,
    RelationCitation,
    Theme,
)


@admin.register(Country)
class CountryAdmin(ProtectingAdmin):
    fields = ["code", "name", "membership"]
    list_display = ["name", "code", "membership", "actor_count"]
    list_filter = ["membership"]
    search_fields = ["code", "name"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(actor_count=count_of(Country, "actors"))

    def get_readonly_fields(self, request, obj=None):
        """The code is the key: another code would save another country."""
        return ["code"] if obj else []

    def get_search_results(self, request, queryset, search_term):
        """Without a folded column, since the rows are so few: turkiye finds Türkiye."""
        wanted = folding.fold(search_term)
        codes = [row.code for row in queryset if wanted in folding.fold(f"{row.code} {row.label}")]
        return queryset.filter(code__in=codes), False

    @admin.display(description=_("actors"), ordering="actor_count")
    def actor_count(self, country):
        return country.actor_count


@admin.register(Theme)
class ThemeAdmin(admin.ModelAdmin):
    fields = ["name", "slug"]
    list_display = ["name", "slug"]
    search_fields = ["name"]

    def get_readonly_fields(self, request, obj=None):
        """Public addresses of filtered lists hold the slug."""
        return ["slug"] if obj else []

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else {"slug": ["name"]}


class NameInline(OwnedInline):
    model = ActorName
    fields = ["name", "kind", "language"]
    verbose_name_plural = _("other names (public, and found by the search)")


class ActorCitationInline(CitationInline):
    model = ActorCitation


class MandateCitationInline(CitationInline):
    model = MandateCitation
    formset = TieCitationFormSet


class MandateInline(SourcedInline):
    model = Mandate
    fields = ["country", "office", "start", "end", "note", "sources"]
    autocomplete_fields = ["country"]
    select_related = ("country", "actor")


class RelationCitationInline(CitationInline):
    model = RelationCitation
    formset = TieCitationFormSet


class RelationInline(SourcesInline):
    model = Relation
    fk_name = "subject"
    fields = ["kind", "target", "note", "sources"]
    autocomplete_fields = ["target"]
    select_related = ("subject", "target")
    ordering = ["kind", "target__sort_name"]
    verbose_name_plural = _("relations to other actors")


class InverseRelationInline(SourcesInline):
    """For reading: each is edited on the page of the actor that it starts from, or on its own."""

    model = Relation
    fk_name = "target"
    fields = ["subject", "kind", "note", "sources"]
    select_related = ("subject", "target")
    ordering = ["kind", "subject__sort_name"]
    can_delete = False
    verbose_name_plural = _("relations of other actors to this one")

    def has_add_permission(self, request, obj):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Actor)
class ActorAdmin(ImportAdmin, MergeableAdmin):
    table = columns.actors
    list_display = ["name", "type", "country", *EditorialAdmin.closing_columns]
    list_filter = [WorklistFilter, "status", "type", "form", "featured", "verified_on", "themes", "country"]
    list_select_related = ["country"]
    autocomplete_fields = ["parent", "successor", "country"]
    checkbox_fields = ("themes",)
    quality_groups = [
        ("type", _("Actors by type"), lambda: dict(ActorType.choices)),
        ("country", _("Actors by country"), lambda: {row.pk: row.label for row in Country.objects.all()}),
    ]

    inlines = [NameInline, ActorCitationInline, MandateInline, RelationInline, InverseRelationInline]

    def get_inlines(self, request, obj):
        return [*super().get_inlines(request, obj), *hooks.actor_inlines.value]

    def preview(self, request, entry):
        actor = Actor.objects.for_detail().get(pk=entry.pk)
        actor.published_at = entry.published_at
        return views.actor_page(request, actor)


@admin.register(Relation)
class RelationAdmin(ImportAdmin, RowAdmin):
    table = columns.relations
    fields = ["subject", "kind", "target", "note"]
    list_display = ["subject", "kind", "target", "source_count"]
    list_filter = [BareFilter, "kind", "subject__type", "target__type"]
    list_select_related = ["subject", "target"]
    autocomplete_fields = ["subject", "target"]
    search_fields = ["subject__search_text", "target__search_text"]
    inlines = [RelationCitationInline]


@admin.register(Mandate)
class MandateAdmin(ImportAdmin, RowAdmin):
    table = columns.mandates
    fields = ["country", "office", "actor", ("start", "end"), "note", "searched_on"]
    list_display = ["country", "office", "actor", "start", "end", "searched_on", "source_count"]
    list_filter = [BareFilter, "office", ("actor", admin.EmptyFieldListFilter), "country"]
    list_select_related = ["country", "actor"]
    autocomplete_fields = ["country", "actor"]
    search_fields = ["actor__search_text"]
    search_help_text = _("The names of the body, in any spelling.")
    inlines = [MandateCitationInline]
