"""The screens of sources, and of the links that are checked."""

from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from roma_network.admin.importing import ImportAdmin
from roma_network.admin.shared import HTTPS_FIRST, ReadingAdmin, count_of
from roma_network.export import source_columns
from roma_network.models import Citation, Link, Source


class BrokenFilter(admin.SimpleListFilter):
    title = _("link")
    parameter_name = "link"

    def lookups(self, request, model_admin):
        return [("broken", _("Broken"))]

    def queryset(self, request, queryset):
        dead = Link.objects.dead().values("url")
        return queryset.filter(url__in=dead) if self.value() == "broken" else queryset


@admin.register(Source)
class SourceAdmin(ImportAdmin):
    table = source_columns.sources
    fields = ["url", "title", "publisher", "origin", "language", "accessed_on", "archive_url"]
    formfield_overrides = HTTPS_FIRST
    list_display = ["title", "publisher", "origin", "accessed_on", "citation_count", "link_state"]
    list_filter = ["origin", "accessed_on", BrokenFilter]
    date_hierarchy = "accessed_on"
    search_fields = ["title", "publisher", "url"]

    def get_queryset(self, request):
        counts = [count_of(Source, relation.name) for relation in citing_relations()]
        link = Link.objects.filter(url=OuterRef("url"))
        return (
            super()
            .get_queryset(request)
            .annotate(citation_count=sum(counts), link_state=Subquery(link.values("state")[:1]))
        )

    @admin.display(description=_("link"), ordering="link_state")
    def link_state(self, source):
        return Link.State(source.link_state).label if source.link_state else None

    @admin.display(description=_("cited"), ordering="citation_count")
    def citation_count(self, source):
        return source.citation_count


def citing_relations():
    return [
        relation for relation in Source._meta.related_objects if issubclass(relation.related_model, Citation)
    ]


@admin.register(Link)
class LinkAdmin(ReadingAdmin):
    """What `check_links` found: to be read, and corrected in the entry or the source that gives the address."""

    list_display = ["url", "state", "status", "failures", "checked_at", "worked_at", "moved_to"]
    list_filter = ["state", ("moved_to", admin.EmptyFieldListFilter)]
    ordering = ["-failures", "url"]
    search_fields = ["url"]
    search_help_text = _("A part of the address.")
    list_display_links = None
