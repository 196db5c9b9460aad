"""Rows within the form of an entry: sources, names, ties to other entries."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from roma_network.admin.shared import STYLES, KeyedForm, count_of, link_to
from roma_network.editorial import ties, workflow
from roma_network.models import FactsField


class RowLink(forms.Widget):
    def __init__(self, row):
        super().__init__()
        self.row = row

    def render(self, name, value, attrs=None, renderer=None):
        return link_to(self.row, self.row) if self.row else "–"


class SettledChoice(forms.Field):
    """What a saved row points to, as a link: a select would cost each row a query and a script."""

    def __init__(self, row):
        super().__init__(widget=RowLink(row), disabled=True, required=False)
        self.row = row

    def clean(self, value):
        return self.row


class Boxes(forms.CheckboxSelectMultiple):
    """Boxes to tick, each with its label, as a group with a name."""

    def render(self, name, value, attrs=None, renderer=None):
        boxes = super().render(name, value, attrs, renderer)
        return format_html('<fieldset class="boxes" aria-label="{}">{}</fieldset>', _("Facts"), boxes)


class RowForm(forms.ModelForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # the heads of columns are no labels to a screen reader
            if not isinstance(field.widget, Boxes):
                field.widget.attrs.setdefault("aria-label", field.label)
        if self.instance.pk:
            # Spares rows left as they are the queries of their validation: a dozen for each.
            self.empty_permitted = True
            self.settle_choices()

    def settle_choices(self):
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField):
                self.fields[name] = SettledChoice(getattr(self.instance, name))

    def validate_unique(self):
        """With the constraints that look at the entry, which Django leaves for the database to refuse."""
        super().validate_unique()
        if self.errors:
            return
        try:
            self.instance.validate_constraints(exclude=self._get_validation_exclusions())
        except ValidationError as error:
            self._update_errors(error)


class RowFormSet(forms.BaseInlineFormSet):
    def add_fields(self, form, index):
        super().add_fields(form, index)
        if box := form.fields.get("DELETE"):
            box.widget.attrs["aria-label"] = box.label


class RowInline(KeyedForm, admin.TabularInline):
    """Rows shown within an entry. `select_related` names what their `__str__` and their links look at."""

    form = RowForm
    formset = RowFormSet
    extra = 0
    select_related: tuple[str, ...] = ()

    class Media:
        css = STYLES

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.select_related(*self.select_related) if self.select_related else rows


class GuardedFormSet(RowFormSet):
    """Obeys who may take a row away. `by` is whoever edits."""

    by = None

    def add_fields(self, form, index):
        super().add_fields(form, index)
        box = form.fields.get("DELETE")
        if box and form.instance.pk and not ties.may_remove(self.by, form.instance):
            box.widget.attrs |= {"disabled": True, "title": _("Public: publishers alone delete it.")}

    def clean(self):
        super().clean()
        removed = [form.instance for form in self.deleted_forms]
        try:
            ties.check_removal(removed, by=self.by, reason=self.data.get("reason", ""))
        except workflow.RefusedError as refusal:
            raise ValidationError(str(refusal)) from None


class SourcesInline(RowInline):
    """Of rows whose sources stand on a page of their own: Django nests no inlines."""

    formset = GuardedFormSet
    readonly_fields = ["sources"]

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.by = request.user
        return formset

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(source_count=count_of(self.model, "citations"))

    @admin.display(description=_("sources"))
    def sources(self, row):
        if row.pk is None:
            return _("once saved")
        count = row.source_count
        return link_to(row, ngettext("%d source", "%d sources", count) % count)


class OwnedInline(RowInline):
    """Rows that are a part of their entry: whoever may edit the entry may edit them."""

    @property
    def owner_admin(self):
        return self.admin_site.get_model_admin(self.parent_model)

    def has_view_permission(self, request, obj=None):
        return self.owner_admin.has_view_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        return self.owner_admin.has_change_permission(request, obj)

    def has_add_permission(self, request, obj):
        return self.owner_admin.has_change_permission(request, obj) if obj else True

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)


class CitationFormSet(RowFormSet):
    """Refuses to leave without a source what is public."""

    missing_message = _("A published entry needs at least one source.")

    def clean(self):
        super().clean()
        if self.is_public() and not self.kept_forms():
            raise ValidationError(self.missing_message)

    def is_public(self):
        return self.instance.is_published

    def kept_forms(self):
        return [
            form
            for form in self.forms
            if (form.instance.pk or form.has_changed()) and form not in self.deleted_forms
        ]


class TieCitationFormSet(CitationFormSet):
    missing_message = _("A link between two entries needs at least one source.")

    def is_public(self):
        """A row of entries has no status: it may become public with them at any time."""
        return self.instance.needs_source


class CitationInline(OwnedInline):
    fields = ["source", "facts", "note", "checked_on"]
    formfield_overrides = {FactsField: {"widget": Boxes}}
    autocomplete_fields = ["source"]
    formset = CitationFormSet
    select_related = ("source",)
    verbose_name = _("source")
    verbose_name_plural = _("sources (public, as numbered notes beside the facts that they back)")

    def get_extra(self, request, obj=None, **kwargs):
        return 0 if obj else 1


class SourcedInline(SourcesInline, OwnedInline):
    """Rows of an entry with sources of their own."""
