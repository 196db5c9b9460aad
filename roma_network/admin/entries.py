"""The screens of an entry with an editorial life."""

from functools import partial

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ORDER_VAR
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpResponseRedirect
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from roma_network.admin.actions import SetActions
from roma_network.admin.cited import CitedAdmin, RecordedForm
from roma_network.admin.shared import change_url
from roma_network.admin.versions import VersionPages
from roma_network.editorial import consistency, links, work_lists, workflow
from roma_network.editorial.mailbox_rule import changed_mailboxes, check_mailbox
from roma_network.editorial.workflow import Step
from roma_network.export.columns import Table
from roma_network.search import full_text

INLINES = {"citations", "names", "funding", "mandates"}  # facts that the form asks for in rows


class WorklistFilter(admin.SimpleListFilter):
    title = _("work list")
    parameter_name = "work"

    def lookups(self, request, model_admin):
        return [(worklist.value, worklist.label) for worklist in work_lists.worklists(model_admin.model)]

    def queryset(self, request, queryset):
        return (
            work_lists.on(self.value(), queryset) if self.value() in work_lists.Worklist.values else queryset
        )


class EntryForm(RecordedForm):
    def clean(self):
        super().clean()
        rule = workflow.RULES.get(self.data.get("_step"))
        if rule and rule.needs_reason and not self.cleaned_data.get("reason"):
            self.add_error("reason", workflow.REASON_NEEDED)

    def _post_clean(self):
        """Once the entry holds what was typed: its names tell whose mailbox it is."""
        super()._post_clean()
        self.warnings = []
        for name in changed_mailboxes(type(self.instance), self.changed_data):
            try:
                text = check_mailbox(self.instance, name, reason=self.cleaned_data.get("reason", ""))
            except ValidationError as error:
                self.add_error(name, error)
            else:
                self.warnings += filter(None, [text])


def place_of(name):
    """Where the form asks for it: the rows of an inline, or a field."""
    return f"{name}-group" if name in INLINES else f"id_{name}"


class EditorialAdmin(VersionPages, SetActions, CitedAdmin):
    """The screens of an entry with an editorial life."""

    form = EntryForm
    change_form_template = "admin/editorial_change_form.html"
    table: Table  # its columns
    quality_groups: list[tuple] = []  # for the dashboard: a column, a caption, a function for its labels

    search_fields = ["search_text"]
    search_help_text = _("Every name, place and summary, in any spelling: kosice finds Košice.")
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["verified_on", "published_at", "created_at", "updated_at"]
    checkbox_fields: tuple[str, ...] = ()  # many-to-many fields with a choice small enough to be seen at once
    closing_columns = ["status", "source_count", "verified_on", "changed"]
    publication = (
        _("Publication"),
        {
            "fields": ["slug", "verified_on"],
            "description": _(
                "All that is written on this page becomes public once it is published. From then on the "
                "public address stays as it is."
            ),
        },
    )
    record = (
        _("Record"),
        {
            "fields": ["published_at", "created_at", "updated_at"],
            "classes": ["collapse"],
            "description": _("Kept by the directory itself."),
        },
    )

    def get_fieldsets(self, request, obj=None):
        shared = [self.publication, self.record] if obj else [self.publication]
        return [*self.table.fieldsets, *shared]

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        return [*fields, "slug"] if obj and obj.published_at else fields

    def get_prepopulated_fields(self, request, obj=None):
        settled = obj and obj.published_at
        return {} if settled else super().get_prepopulated_fields(request, obj)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name in self.checkbox_fields:
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_delete_permission(self, request, obj=None):
        """What was public once stays on record: it is withdrawn instead."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.is_disposable)

    # The editorial life

    def save_model(self, request, row, form, change):
        super().save_model(request, row, form, change)
        for text in form.warnings:
            self.message_user(request, text, messages.WARNING)

    def watch(self, form):
        form.changes.watch(form.instance, form.opened)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        entry = obj or self.model()
        context |= {
            "entry": entry,
            "gaps": {place_of(name): why for name, why in entry.gaps().items()} if obj else {},
            "steps": workflow.steps_open(to=request.user, entry=entry),
            "dead": links.dead_of(entry) if obj else [],
            "unsourced": self.unsourced(entry) if obj else {},
            "has_bare_ties": obj and self.has_bare_ties(entry),
            "contradictions": consistency.told_of(entry) if obj else [],
            "is_due": bool(entry.verified_on and entry.verified_on <= work_lists.due_before()),
        }
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def has_bare_ties(self, entry):
        bare = work_lists.condition(work_lists.Worklist.BARE_TIE, self.model)
        return bare is not None and self.model.objects.filter(bare, pk=entry.pk).exists()

    def unsourced(self, entry):
        """The facts that no citation names: the place in the form → what the fact is called."""
        facts = self.table.facts
        lacking = {f"lacks_{name}": Count("pk", filter=fact.presence.absent) for name, fact in facts.items()}
        found = self.model.objects.filter(pk=entry.pk).aggregate(**lacking)
        return {
            place_of(fact.fields[0]): fact.title for name, fact in facts.items() if found[f"lacks_{name}"]
        }

    def response_add(self, request, obj, *args, **kwargs):
        return self.take_step(request, obj) or super().response_add(request, obj, *args, **kwargs)

    def response_change(self, request, obj):
        return self.take_step(request, obj) or super().response_change(request, obj)

    def take_step(self, request, entry):
        """The step of the button by which the form was saved, if it was by one."""
        act = self.act_of(request)
        if act is None:
            return None
        try:
            entry = act(entry=entry, by=request.user, reason=request.POST.get("reason", ""))
        except workflow.RefusedError as refusal:
            text = _("“%(entry)s” was saved, and is still: %(status)s. %(why)s")
            values = {"entry": entry, "status": entry.get_status_display(), "why": refusal}
            self.message_user(request, text % values, messages.WARNING)
        else:
            text = self.done_text(request)
            self.message_user(request, text % {"entry": entry, "status": entry.get_status_display()})
        return HttpResponseRedirect(change_url(entry))

    def done_text(self, request):
        if "_verify" in request.POST:
            return _("“%(entry)s” was saved, as checked against its sources today.")
        return _("“%(entry)s” was saved. Now it is: %(status)s.")

    def act_of(self, request):
        if "_verify" in request.POST:
            return workflow.verify
        name = request.POST.get("_step")
        return partial(workflow.take, step=Step(name)) if name in Step.values else None

    def get_ordering(self, request):
        """What was verified longest ago comes first among what is due."""
        due = request.GET.get(WorklistFilter.parameter_name) == work_lists.Worklist.DUE
        return ["verified_on", "sort_name"] if due else super().get_ordering(request)

    def get_view_on_site_url(self, obj=None):
        return super().get_view_on_site_url(obj) if obj and obj.is_published else None

    def get_search_results(self, request, queryset, search_term):
        """The closest names first, unless the curator chose a column to sort by."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if search_term and ORDER_VAR not in request.GET:
            found = found.order_by(full_text.rank(search_term), "sort_name", "pk")
        return found, may_repeat

    @admin.display(description=_("changed"), ordering="updated_at")
    def changed(self, entry):
        return localdate(entry.updated_at)
