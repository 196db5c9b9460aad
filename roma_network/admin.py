"""What the screens of all curated models share, and the screen of sources."""

from functools import partial
from itertools import zip_longest

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ORDER_VAR
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, OuterRef, Subquery, URLField
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from roma_network import conflicts, differences, editing, history, links, quality, restoring, search
from roma_network.editing import Step
from roma_network.models import Citation, Link, Source
from roma_network.notes import Notes

VERSIONS_ON_PAGE = 20
INLINES = {"citations", "names", "funding"}  # facts that the form asks for in rows
CLASH = "_clash"  # in the data of a form that is shown again, with the changes of two people
STYLES = {"all": ["css/admin.css"]}
HTTPS_FIRST = {URLField: {"assume_scheme": "https"}}  # the default of Django 6, and a warning before it


def count_of(model, name):
    """The number of rows behind the relation `name`, as a subquery: several joined counts would multiply."""
    relation = model._meta.get_field(name)
    owner = relation.field.name
    rows = relation.related_model.objects.filter(**{owner: OuterRef("pk")}).order_by().values(owner)
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)


def change_url(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def link_to(row, text):
    return format_html('<a href="{}">{}</a>', change_url(row), text)


class ProtectingAdmin(admin.ModelAdmin):
    """Where rows cannot be deleted since others need them, says which, before it speaks of permissions."""

    def get_deleted_objects(self, objs, request):
        to_delete, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        return to_delete, counts, set() if protected else perms_needed, protected


# Rows within an entry


class RowLink(forms.Widget):
    def __init__(self, row):
        super().__init__()
        self.row = row

    def render(self, name, value, attrs=None, renderer=None):
        return link_to(self.row, self.row)


class SettledChoice(forms.Field):
    """What a saved row points to, as a link: a select would cost each row a query and a script."""

    def __init__(self, row):
        super().__init__(widget=RowLink(row), disabled=True, required=False)
        self.row = row

    def clean(self, value):
        return self.row


class RowForm(forms.ModelForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # the heads of columns are no labels to a screen reader
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


class RowInline(admin.TabularInline):
    """Rows shown within an entry. `select_related` names what their `__str__` and their links look at."""

    form = RowForm
    extra = 0
    select_related: tuple[str, ...] = ()

    class Media:
        css = STYLES

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.select_related(*self.select_related) if self.select_related else rows


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


class CitationFormSet(forms.BaseInlineFormSet):
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
        """A tie has no status: it may become public with its two entries at any time."""
        return True


class CitationInline(OwnedInline):
    fields = ["source", "supports"]
    autocomplete_fields = ["source"]
    formset = CitationFormSet
    select_related = ("source",)
    verbose_name = _("source")
    verbose_name_plural = _("sources (public, as numbered notes beside the facts that they support)")

    def get_extra(self, request, obj=None, **kwargs):
        return 0 if obj else 1


class TieInline(RowInline):
    """Links to other entries, the sources of each on a page of its own: Django nests no inlines."""

    readonly_fields = ["sources"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(source_count=count_of(self.model, "citations"))

    @admin.display(description=_("sources"))
    def sources(self, tie):
        if tie.pk is None:
            return _("once saved")
        count = tie.source_count
        return link_to(tie, ngettext("%d source", "%d sources", count) % count)


# Entries, and ties between them


class WorklistFilter(admin.SimpleListFilter):
    title = _("work list")
    parameter_name = "work"

    def lookups(self, request, model_admin):
        return [(worklist.value, worklist.label) for worklist in quality.worklists(model_admin.model)]

    def queryset(self, request, queryset):
        return quality.on(self.value(), queryset) if self.value() in quality.Worklist.values else queryset


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
        self.opened = history.state_of(self.instance) if self.instance.pk else history.NEW
        self.fields["version"].initial = self.opened.token

    @property
    def changed_content(self):
        return set(self.changed_data) - conflicts.OWN

    def clean(self):
        super().clean()
        if CLASH in self.data:
            raise ValidationError(_("Somebody else saved this before you. Nothing is lost: see below."))


class EntryForm(RecordedForm):
    def clean(self):
        super().clean()
        rule = editing.RULES.get(self.data.get("_step"))
        if rule and rule.needs_reason and not self.cleaned_data.get("reason"):
            self.add_error("reason", _("Give a reason: it is kept in the history."))


class CitedAdmin(ProtectingAdmin):
    """The screens of a model with citations."""

    form = RecordedForm
    change_form_template = "admin/recorded_change_form.html"
    save_on_top = True
    formfield_overrides = HTTPS_FIRST

    class Media:
        css = STYLES

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(source_count=count_of(self.model, "citations"))

    @admin.display(description=_("sources"), ordering="source_count")
    def source_count(self, row):
        return row.source_count

    def get_search_results(self, request, queryset, search_term):
        return queryset.filter(search.matches(search_term, self.search_fields)), False

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
        row = editing.locked(row)
        current, token = history.state_of(row, lock=True), request.POST.get("version", "")
        if current.token == token:
            return None
        request.POST = data = request.POST.copy()
        merge = conflicts.Merge(data, history.version_with(row, token), current, self.model)
        merge.form(self.get_form(request, row, change=True)(data, instance=row))
        for formset in self._create_formsets(request, row, change=True)[0]:
            if formset.prefix in current.rows:
                merge.formset(formset)
        data["version"], data[CLASH] = current.token, "yes"
        last = row.history.select_related("history_user").first() if hasattr(row, "history") else None
        return {"clashes": merge.clashes, "clash_with": last, "is_clash": True}

    def save_model(self, request, row, form, change):
        form.changes = history.Changes(by=request.user, reason=form.cleaned_data["reason"])
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
        form.changes.record()

    def watch(self, form):
        """Note what stands before the form is saved."""
        raise NotImplementedError


def place_of(name):
    """Where the form asks for it: the rows of an inline, or a field."""
    return f"{name}-group" if name in INLINES else f"id_{name}"


def is_filled(entry, name):
    """Whether an entry has something in a field, or among the rows behind a relation."""
    value = getattr(entry, name)
    return value.exists() if hasattr(value, "exists") else value not in (None, "")


def changed_rows(formsets):
    for formset in formsets:
        yield from (row.instance for row in formset.forms if row.has_changed())


class EditorialAdmin(CitedAdmin):
    """The screens of an entry with an editorial life."""

    form = EntryForm
    change_form_template = "admin/editorial_change_form.html"
    actions = ["send_for_review", "publish", "withdraw", "verify"]
    fact_fields: dict[str, list[str]] = {}  # fact of the public page → the fields that it shows
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
        return [*super().get_fieldsets(request, obj), *shared]

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

    def watch(self, form):
        form.changes.watch(form.instance, form.opened)

    # Versions

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        views = {
            "restore": ("<path:object_id>/history/<int:version_id>/", self.restore_view),
            "preview": ("<path:object_id>/preview/", self.preview_view),
        }
        urls = [
            path(route, self.admin_site.admin_view(view), name=f"{name}_{verb}")
            for verb, (route, view) in views.items()
        ]
        return [*urls, *super().get_urls()]

    def seen(self, request, object_id):
        """The entry, for whoever may see it."""
        entry = self.get_object(request, unquote(object_id))
        if entry is None:
            raise Http404
        if not self.has_view_or_change_permission(request, entry):
            raise PermissionDenied
        return entry

    def preview_view(self, request, object_id):
        """The public page of what is not public, for staff alone. The admin keeps it out of every cache."""
        entry = self.seen(request, object_id)
        if entry.is_published:
            return HttpResponseRedirect(entry.get_absolute_url())
        entry.published_at = entry.published_at or now()  # as if it were published now
        response = self.preview(request, entry)
        response["X-Robots-Tag"] = "noindex"
        return response

    def preview(self, request, entry):
        """The public page of an entry."""
        raise NotImplementedError

    def history_view(self, request, object_id, extra_context=None):
        entry = self.seen(request, object_id)
        pages = Paginator(entry.history.select_related("history_user"), VERSIONS_ON_PAGE)
        page = pages.get_page(request.GET.get("p"))
        shown = list(page.object_list)
        older = list(entry.history.all()[page.end_index() : page.end_index() + 1])
        states = list(map(history.state_in, shown + older))
        words = differences.Words(self.model, states)
        for version, state, before in zip_longest(shown, states[: len(shown)], states[1:]):
            version.differences = list(differences.between(before, state, words)) if before else []
        context = self.page_of(request, entry, _("History")) | {
            "page": page,
            "versions": shown,
            "can_restore": self.has_change_permission(request, entry),
            "latest": page.number == 1 and shown and shown[0],
        }
        return TemplateResponse(request, "admin/versions.html", context)

    def page_of(self, request, entry, title):
        """The context of a page about an entry."""
        return {**self.admin_site.each_context(request), "title": title, "entry": entry, "opts": self.opts}

    def restore_view(self, request, object_id, version_id):
        entry = self.seen(request, object_id)
        if not self.has_change_permission(request, entry):
            raise PermissionDenied
        version = get_object_or_404(entry.history.select_related("history_user"), history_id=version_id)
        current, wanted = history.state_of(entry), restoring.target(entry, version)
        if request.method == "POST" and request.POST.get("version") == current.token:
            return self.restore(request, entry, version)
        context = self.page_of(request, entry, _("Restore a version")) | {
            "version": version,
            "differences": list(
                differences.between(current, wanted, differences.Words(self.model, [current, wanted]))
            ),
            "token": current.token,
            "is_clash": request.method == "POST",
        }
        return TemplateResponse(
            request, "admin/restore.html", context, status=409 if request.method == "POST" else 200
        )

    def restore(self, request, entry, version):
        try:
            restoring.restore(
                entry=entry, version=version, by=request.user, reason=request.POST.get("reason", "")[:300]
            )
        except editing.RefusedError as refusal:
            self.message_user(request, refusal, messages.WARNING)
        else:
            self.message_user(request, _("The version was restored."))
        return HttpResponseRedirect(change_url(entry))

    # The form

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        entry = obj or self.model()
        context |= {
            "entry": entry,
            "gaps": {place_of(name): why for name, why in entry.gaps().items()} if obj else {},
            "steps": editing.steps_open(to=request.user, entry=entry),
            "dead": links.dead_of(entry) if obj else [],
            "unsourced": self.unsourced(entry) if obj else {},
            "is_due": bool(entry.verified_on and entry.verified_on <= quality.due_before()),
        }
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def facts(self, entry):
        """Fact → the words by which citations name it, as the public page reads them."""
        raise NotImplementedError

    def unsourced(self, entry):
        """What the public page would show without a note: the place in the form → the name of the fact."""
        if not self.fact_fields:
            return {}
        facts = self.facts(entry)
        backed = Notes().beside(entry.citations.select_related("source"), facts)
        missing = {}
        for fact in facts:
            names = [name for name in self.fact_fields[fact] if is_filled(entry, name)]
            if names and not backed[fact]:
                missing[place_of(names[0])] = differences.name_of(entry._meta.get_field(names[0]))
        return missing

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
        except editing.RefusedError as refusal:
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
            return editing.verify
        name = request.POST.get("_step")
        return partial(editing.take, step=Step(name)) if name in Step.values else None

    # On several entries at once

    def get_actions(self, request):
        """Deletion with our own words for what it leaves alone."""
        actions = super().get_actions(request)
        if "delete_selected" in actions:
            actions["delete_selected"] = (delete_drafts, "delete_selected", _("Delete the selected drafts"))
        return actions

    @admin.action(description=Step.SUBMIT.label, permissions=["change"])
    def send_for_review(self, request, queryset):
        self.take_for_each(request, queryset, Step.SUBMIT)

    @admin.action(description=Step.PUBLISH.label, permissions=["publish"])
    def publish(self, request, queryset):
        self.take_for_each(request, queryset, Step.PUBLISH)

    @admin.action(description=Step.WITHDRAW.label, permissions=["publish"])
    def withdraw(self, request, queryset):
        """In two steps, since withdrawing asks for a reason."""
        if reason := request.POST.get("reason", "").strip():
            return self.take_for_each(request, queryset, Step.WITHDRAW, reason)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Withdraw"),
            "opts": self.opts,
            "entries": queryset,
            "asked": "reason" in request.POST,
        }
        return TemplateResponse(request, "admin/withdraw.html", context)

    @admin.action(description=_("Checked against their sources today"), permissions=["change"])
    def verify(self, request, queryset):
        self.do_for_each(request, queryset, partial(editing.verify, by=request.user))

    def get_ordering(self, request):
        """What was verified longest ago comes first among what is due."""
        due = request.GET.get(WorklistFilter.parameter_name) == quality.Worklist.DUE
        return ["verified_on", "sort_name"] if due else super().get_ordering(request)

    def has_publish_permission(self, request):
        return editing.may(request.user, "publish", self.model)

    def take_for_each(self, request, queryset, step, reason=""):
        self.do_for_each(request, queryset, partial(editing.take, step=step, by=request.user, reason=reason))

    def do_for_each(self, request, queryset, act):
        """Do it to each entry by itself, and say of each that was refused why it was."""
        done = 0
        for entry in queryset:
            try:
                act(entry=entry)
            except editing.RefusedError as refusal:
                self.message_user(
                    request, format_html("{}: {}", link_to(entry, entry), refusal), messages.WARNING
                )
            else:
                done += 1
        if done:
            text = ngettext("%d entry was changed.", "%d entries were changed.", done)
            self.message_user(request, text % done)

    def get_view_on_site_url(self, obj=None):
        return super().get_view_on_site_url(obj) if obj and obj.is_published else None

    def get_search_results(self, request, queryset, search_term):
        """The closest names first, unless the curator chose a column to sort by."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if search_term and ORDER_VAR not in request.GET:
            found = found.order_by(search.rank(search_term), "sort_name", "pk")
        return found, may_repeat

    @admin.display(description=_("changed"), ordering="updated_at")
    def changed(self, entry):
        return localdate(entry.updated_at)


@admin.action(permissions=["delete"], description=_("Delete the selected drafts"))
def delete_drafts(screen, request, queryset):
    kept = [entry for entry in queryset if not entry.is_disposable]
    if not kept:
        return delete_selected(screen, request, queryset)
    text = _("Nothing was deleted. Only drafts that never were public can be; withdraw what is: %s")
    screen.message_user(request, text % ", ".join(map(str, kept[:5])), messages.WARNING)
    return None


class TieAdmin(CitedAdmin):
    """The screens of a link between two entries, found by the names of either."""

    search_help_text = _("The names of both, in any spelling.")

    def watch(self, form):
        """With the entries that it linked before."""
        if form.instance.pk:
            form.changes.watch_holders(self.model.objects.get(pk=form.instance.pk))
        form.changes.watch_holders(form.instance)

    def delete_model(self, request, obj):
        self.delete_queryset(request, self.model.objects.filter(pk=obj.pk))

    @transaction.atomic
    def delete_queryset(self, request, queryset):
        changes = history.Changes(by=request.user)
        for tie in queryset:
            changes.watch_holders(tie)
        super().delete_queryset(request, queryset)
        changes.record()


class BrokenFilter(admin.SimpleListFilter):
    title = _("link")
    parameter_name = "link"

    def lookups(self, request, model_admin):
        return [("broken", _("Broken"))]

    def queryset(self, request, queryset):
        dead = Link.objects.dead().values("url")
        return queryset.filter(url__in=dead) if self.value() == "broken" else queryset


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin):
    fields = ["url", "title", "publisher", "accessed_on"]
    formfield_overrides = HTTPS_FIRST
    list_display = ["title", "publisher", "accessed_on", "citation_count", "link_state"]
    list_filter = ["accessed_on", BrokenFilter]
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
class LinkAdmin(admin.ModelAdmin):
    """What `check_links` found: to be read, and corrected in the entry or the source that gives the address."""

    list_display = ["url", "state", "status", "failures", "checked_at", "worked_at", "moved_to"]
    list_filter = ["state", ("moved_to", admin.EmptyFieldListFilter)]
    ordering = ["-failures", "url"]
    search_fields = ["url"]
    search_help_text = _("A part of the address.")
    list_display_links = None

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
