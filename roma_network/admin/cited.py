"""The screens of whatever has sources: no lost update, and all changes in the history."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from roma_network.admin.shared import HTTPS_FIRST, STYLES, ProtectingAdmin, count_of
from roma_network.core.clean_text import clean_text
from roma_network.editorial import conflicts, consistency, revisions, ties, workflow
from roma_network.search import full_text

CLASH = "_clash"  # in the data of a form that is shown again, with the changes of two people


class RecordedForm(forms.ModelForm):
    """A form whose changes go to the history, with the reason for them."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("What changes and why, for the history: colleagues read it, the public does not."),
    )

    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.opened = revisions.state_of(self.instance) if self.instance.pk else revisions.NEW
        self.fields["version"].initial = self.opened.token

    def clean_reason(self):
        return clean_text(self.cleaned_data["reason"])

    @property
    def changed_content(self):
        return set(self.changed_data) - conflicts.OWN

    def clean(self):
        super().clean()
        if CLASH in self.data:
            raise ValidationError(_("Somebody else saved this before you. Nothing is lost: see below."))


class CitedAdmin(ProtectingAdmin):
    """The screens of a model with citations."""

    form = RecordedForm
    change_form_template = "admin/recorded_change_form.html"
    save_on_top = True
    formfield_overrides = HTTPS_FIRST

    class Media:
        css = STYLES
        js = ["js/names.js"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(source_count=count_of(self.model, "citations"))

    @admin.display(description=_("sources"), ordering="source_count")
    def source_count(self, row):
        return row.source_count

    def get_search_results(self, request, queryset, search_term):
        return queryset.filter(full_text.matches(search_term, self.search_fields)), False

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method != "POST" or object_id is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        with transaction.atomic():
            clashes = self.clashes(request, self.get_object(request, unquote(object_id)))
            response = super().changeform_view(request, object_id, form_url, clashes)
        if clashes:
            response.status_code = 409
        return response

    def clashes(self, request, row):
        """What to show if the row changed since the form was opened. The form then holds the changes of both.

        Locks the row and those within it, so that of two who save at once the second sees what the first saved.
        """
        if row is None or not self.has_change_permission(request, row):
            return None
        row = workflow.locked(row)
        current, token = revisions.state_of(row, lock=True), request.POST.get("version", "")
        if current.token == token:
            return None
        request.POST = data = request.POST.copy()
        merge = conflicts.ThreeWayMerge(data, revisions.version_with(row, token), current, self.model)
        merge.form(self.get_form(request, row, change=True)(data, instance=row))
        for formset in self._create_formsets(request, row, change=True)[0]:
            if formset.prefix in current.rows:
                merge.formset(formset)
        data["version"], data[CLASH] = current.token, "yes"
        last = row.history.select_related("history_user").first() if hasattr(row, "history") else None
        return {"clashes": merge.clashes, "clash_with": last, "is_clash": True}

    def save_model(self, request, row, form, change):
        form.changes = revisions.RevisionRecorder(by=request.user, reason=form.cleaned_data["reason"])
        self.watch(form)
        if form.changed_content or not change:
            # The version is written once, with the rows that are saved after this.
            row.skip_history_when_saving = True
            super().save_model(request, row, form, change)
            del row.skip_history_when_saving

    def save_related(self, request, form, formsets, change):
        for row in changed_rows(formsets):
            form.changes.watch_holders(row)
        super().save_related(request, form, formsets, change)
        self.complete(request, form)
        changed = form.changes.record()
        for model in {type(entry) for entry in changed}:
            consistency.keep(model, [entry.pk for entry in changed if type(entry) is model])

    def complete(self, request, form):
        """What is to be written once all rows of the form are."""

    def watch(self, form):
        """Note what stands before the form is saved."""
        raise NotImplementedError


def changed_rows(formsets):
    for formset in formsets:
        yield from (row.instance for row in formset.forms if row.has_changed())


class BareFilter(admin.SimpleListFilter):
    title = _("sources")
    parameter_name = "sources"

    def lookups(self, request, model_admin):
        return [("none", _("Without a source"))]

    def queryset(self, request, queryset):
        return queryset.filter(citations=None) if self.value() == "none" else queryset


class RowAdmin(CitedAdmin):
    """The screens of a row that belongs to entries, found by their names."""

    search_help_text = _("The names of both, in any spelling.")

    def watch(self, form):
        """With the entries that it belonged to before."""
        if form.instance.pk:
            form.changes.watch_holders(self.model.objects.get(pk=form.instance.pk))
        form.changes.watch_holders(form.instance)

    def get_readonly_fields(self, request, obj=None):
        """A saved row keeps its entries: to have it lead elsewhere is to delete one and to add another."""
        fields = super().get_readonly_fields(request, obj)
        return [*fields, *revisions.ends(self.model)] if obj else fields

    def has_delete_permission(self, request, obj=None):
        may_remove = obj is None or ties.may_remove(request.user, obj)
        return may_remove and super().has_delete_permission(request, obj)

    def get_actions(self, request):
        actions = super().get_actions(request)
        if "delete_selected" in actions:
            _usual, name, description = actions["delete_selected"]
            actions["delete_selected"] = (type(self).removal, name, description)
        return actions

    def delete_view(self, request, object_id, extra_context=None):
        tie = self.get_object(request, unquote(object_id))
        if tie is None or not self.has_delete_permission(request, tie):
            return super().delete_view(request, object_id, extra_context)
        answer = self.removal(request, self.model.objects.filter(pk=tie.pk))
        return answer or HttpResponseRedirect(reverse(admin_urlname(self.opts, "changelist")))

    def removal(self, request, queryset):
        """In two steps, since it asks for a reason; for one row as for many."""
        chosen, refusal = list(queryset), None
        try:
            ties.check_right(chosen, request.user)
        except workflow.RefusedError as error:
            return self.message_user(request, error, messages.WARNING)
        if request.POST.get("post"):
            try:
                return self.remove(request, queryset, chosen)
            except workflow.RefusedError as error:
                refusal = error
        context = {
            **self.admin_site.each_context(request),
            "title": _("Delete"),
            "opts": self.opts,
            "rows": chosen,
            "needs_reason": ties.needs_reason(chosen),
            "refusal": refusal,
        }
        return TemplateResponse(request, "admin/remove_ties.html", context)

    @transaction.atomic
    def remove(self, request, queryset, chosen):
        self.log_deletions(request, queryset)
        ties.remove(ties=chosen, by=request.user, reason=request.POST.get("reason", "")[:300])
        text = ngettext("%d row was deleted.", "%d rows were deleted.", len(chosen))
        self.message_user(request, text % len(chosen))
