"""The screen of what contradicts what: to be mended in the entry, or explained here."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from roma_network.editorial import consistency
from roma_network.export.columns import tables
from roma_network.models import Contradiction


class TableFilter(admin.SimpleListFilter):
    title = _("kind")
    parameter_name = "table"

    def lookups(self, request, model_admin):
        models = dict.fromkeys(rule.model for rule in consistency.rules)
        return [(name, model._meta.verbose_name_plural) for name, model in named(models)]

    def queryset(self, request, queryset):
        return queryset.filter(table=self.value()) if self.value() else queryset


def named(models):
    return [(name, table.model) for name, table in tables.items() if table.model in models]


@admin.register(Contradiction)
class ContradictionAdmin(admin.ModelAdmin):
    fields = ["entry_link", "words", "reason"]
    readonly_fields = ["entry_link", "words"]
    list_display = ["words", "entry_link", "reason"]
    list_filter = [("reason", admin.EmptyFieldListFilter), TableFilter, "rule"]
    search_fields = ["entry", "reason"]
    search_help_text = _("A part of the entry's address, or of the reason.")
    ordering = ["reason", "table", "entry", "rule"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("what contradicts what"))
    def words(self, row):
        return consistency.contradiction_text(row)

    @admin.display(description=_("entry"), ordering="entry")
    def entry_link(self, row):
        """By the slug, so that a list of them asks for no entry."""
        options = tables[row.table].model._meta
        listing = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
        return format_html('<a href="{}?slug__exact={}">{}</a>', listing, row.entry, row.entry)
