"""The screens of entries that can be the same as another: what is likely so, merging, and undoing that."""

from typing import NamedTuple

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import Script
from django.http import HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from roma_network.admin.entries import EditorialAdmin, EntryForm
from roma_network.admin.shared import KEY, KeySelect, change_url, link_to
from roma_network.editorial import diff, duplicates, matching, merging, revisions, ties, workflow
from roma_network.models import Distinct, Source

MOST_APART = 50
OLD = "old"  # in the form, of a value that the survivor takes from the other


class Choice(NamedTuple):
    """A field in which two entries differ."""

    name: str
    label: str
    mine: str
    theirs: str
    takes_theirs: bool


class TiedForm(EntryForm):
    tie_source = forms.ModelChoiceField(
        Source.objects,
        required=False,
        label=_("Source of links"),
        help_text=_(
            "Readers see no link to another entry that has no source. This one is cited for all that have none, those "
            "that you add here among them."
        ),
    )


class MergeableAdmin(EditorialAdmin):
    """The screens of entries with links to others, which may be the same as another."""

    form = TiedForm
    change_form_template = "admin/mergeable_change_form.html"
    change_list_template = "admin/directory_change_list.html"
    actions = [*EditorialAdmin.actions, "merge_two"]

    class Media:
        js = [Script("js/duplicates.js", defer=True)]  # it looks for its place in the page

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        return [
            path("likely/", view(self.likely_view), name=f"{name}_likely"),
            path("duplicates/", view(self.duplicates_view), name=f"{name}_duplicates"),
            path("<int:object_id>/merge/<int:other_id>/", view(self.merge_view), name=f"{name}_merge"),
            path("<int:object_id>/unmerge/", view(self.unmerge_view), name=f"{name}_unmerge"),
            *super().get_urls(),
        ]

    def url_of(self, page, *args):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)

    def get_search_results(self, request, queryset, search_term):
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if request.path == reverse("admin:autocomplete"):
            found = found.filter(merge=None)  # nothing new is to lead to what another took the place of
        return found, may_repeat

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not (obj and obj.merged_into)

    # Sources of links

    def get_fieldsets(self, request, obj=None):
        found = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj):
            found.append((_("Links to other entries"), {"fields": ["tie_source"]}))
        return found

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if field := form.base_fields.get("tie_source"):
            link = self.model._meta.get_field("citations").related_model._meta.get_field("source")
            field.widget = KeySelect(link, self.admin_site)
            field.widget.choices = field.choices
        return form

    def complete(self, request, form):
        if source := form.cleaned_data.get("tie_source"):
            bare = ties.without_source(form.instance)
            for tie in bare:
                form.changes.watch_holders(tie)
            ties.cite(bare, source)
            text = ngettext("%d link has this source now.", "%d links have this source now.", len(bare))
            self.message_user(request, text % len(bare))

    # Likely duplicates

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(
            request, {"duplicates_url": self.url_of("duplicates")} | (extra_context or {})
        )

    def links_of(self, entry, other):
        return {
            "label": str(entry),
            "status": entry.get_status_display(),
            "url": change_url(entry),
            "merge_url": self.url_of("merge", other, entry.pk) if other else "",
        }

    def likely_of(self, request, entry):
        merge = self.has_merge_permission(request)
        return [
            each._asdict() | self.links_of(each.entry, entry.pk if merge else None)
            for each in duplicates.like_entry(entry)
        ]

    def likely_view(self, request):
        """For the script, while somebody types."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        sent = request.GET
        key = int(sent["pk"]) if KEY.fullmatch(sent.get("pk", "")) else None
        described = matching.described_by(sent.dict() | {"country_id": sent.get("country")})
        other = key if self.has_merge_permission(request) else None
        found = [
            self.links_of(each.entry, other) | {"why": each.why}
            for each in duplicates.like(self.model, described, key=key)
        ]
        return JsonResponse({"entries": found})

    def duplicates_view(self, request):
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self.tell_apart(request)
        likely = duplicates.pairs_of(self.model)
        pairs = duplicates.likely_pairs(self.model, likely)
        may_merge = self.has_merge_permission(request)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Likely duplicates"),
            "opts": self.opts,
            "count": len(likely),
            "apart": list(self.apart()),
            "may_change": self.has_change_permission(request),
            "pairs": [
                {
                    "first": self.links_of(pair.first, None),
                    "second": self.links_of(pair.second, None),
                    "keys": [pair.first.pk, pair.second.pk],
                    "why": pair.why,
                    "merge_url": may_merge and self.url_of("merge", *self.older_first(pair)),
                }
                for pair in pairs
            ],
        }
        return TemplateResponse(request, "admin/duplicates.html", context)

    def tell_apart(self, request):
        """Take a pair off the list, or put it back."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        keys = [int(key) for key in request.POST.getlist("entry") if KEY.fullmatch(key)]
        if self.model.objects.filter(pk__in=keys).count() == 2:
            duplicates.tell_apart(self.model, keys, by=request.user)
        if KEY.fullmatch(said := request.POST.get("said", "")):
            Distinct.objects.filter(kind=self.model._meta.label, pk=int(said)).delete()
        return HttpResponseRedirect(self.url_of("duplicates"))

    def apart(self):
        """The pairs that were told apart last, each with who said so and its two entries."""
        said = Distinct.objects.filter(kind=self.model._meta.label).select_related("by").order_by("-at")
        said = list(said[:MOST_APART])
        entries = self.model.objects.in_bulk({key for row in said for key in (row.first, row.second)})
        for row in said:
            if row.first in entries and row.second in entries:
                yield {
                    "said": row,
                    "entries": [self.links_of(entries[key], None) for key in (row.first, row.second)],
                }

    def older_first(self, pair):
        """What is published survives, and of two alike the one that was there first."""
        ordered = sorted(pair[:2], key=lambda entry: (not entry.is_published, entry.pk))
        return [entry.pk for entry in ordered]

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        merged = obj.merged_into if obj else None
        context |= {
            "likely_url": self.url_of("likely"),
            "likely": self.likely_of(request, obj) if obj and not merged else [],
            "watched": ",".join(matching.WATCHED),
            "merged_into": merged,
            "took_place_of": [merge.old for merge in obj.merged.select_related("old")] if obj else [],
            "unmerge_url": self.url_of("unmerge", obj.pk)
            if merged and self.has_merge_permission(request)
            else "",
        }
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def save_related(self, request, form, formsets, change):
        """Warn after saving, for those whose browser runs no script."""
        super().save_related(request, form, formsets, change)
        if form.changed_content & {*matching.WATCHED}:
            found = self.likely_of(request, form.instance)
            links = format_html_join(
                ", ", "{} ({})", ((link_to(row["entry"], row["label"]), row["why"]) for row in found)
            )
            if found:
                text = format_html("{} {}", translate("It may be in the directory already:"), links)
                self.message_user(request, text, messages.WARNING)

    # Merging

    def has_merge_permission(self, request):
        return self.has_publish_permission(request) and self.has_change_permission(request)

    @admin.action(description=_("Merge the two selected…"), permissions=["merge"])
    def merge_two(self, request, queryset):
        keys = [
            entry.pk for entry in sorted(queryset[:3], key=lambda entry: (not entry.is_published, entry.pk))
        ]
        if len(keys) != 2:
            self.message_user(request, _("Select two entries to be merged."), messages.WARNING)
            return None
        return HttpResponseRedirect(self.url_of("merge", *keys))

    def merge_view(self, request, object_id, other_id):
        """Shows what would become of both, and does it when that is sent."""
        survivor, old = self.seen(request, str(object_id)), self.seen(request, str(other_id))
        if not self.has_merge_permission(request):
            raise PermissionDenied
        states = [revisions.state_of(entry) for entry in (survivor, old)]
        token = "-".join(state.token for state in states)
        refusal = None
        if request.method == "POST" and request.POST.get("version") == token:
            try:
                return self.merge(request, survivor, old)
            except workflow.RefusedError as error:
                refusal = error
        context = self.page_of(request, survivor, _("Merge two entries")) | {
            "old": old,
            "choices": list(self.choices(survivor, old, states, request.POST)),
            "moved": rows_to_move(old),
            "token": token,
            "refusal": refusal,
            "is_clash": request.method == "POST" and refusal is None,
            "swap_url": self.url_of("merge", old.pk, survivor.pk),
            "reason": request.POST.get("reason", ""),
        }
        status = 409 if context["is_clash"] else 200
        return TemplateResponse(request, "admin/merge.html", context, status=status)

    def choices(self, survivor, old, states, sent):
        words = diff.Words(self.model, states)
        for column in merging.choosable(self.model):
            mine, theirs = (state.columns[column.name] for state in states)
            if mine == theirs:
                continue
            takes = sent.get(column.name) == OLD if sent else mine in (None, "")
            texts = words.text(column, mine), words.text(column, theirs)
            yield Choice(column.name, capfirst(column.verbose_name), *texts, takes)

    def merge(self, request, survivor, old):
        take = [
            column.name for column in merging.choosable(self.model) if request.POST.get(column.name) == OLD
        ]
        values = {"old": old, "survivor": survivor}
        reason = (
            request.POST.get("reason", "").strip()
            or translate("“%(old)s” merged into “%(survivor)s”") % values
        )
        merging.merge(survivor=survivor, old=old, by=request.user, take=take, reason=reason[:300])
        self.message_user(request, translate("“%(old)s” was merged into “%(survivor)s”.") % values)
        return HttpResponseRedirect(change_url(survivor))

    def unmerge_view(self, request, object_id):
        old = self.seen(request, str(object_id))
        if not self.has_merge_permission(request):
            raise PermissionDenied
        if not old.merged_into:
            return HttpResponseRedirect(change_url(old))
        if request.method == "POST":
            return self.unmerge(request, old)
        context = self.page_of(request, old, _("Undo a merge")) | {
            "merge": old.merge,
            "obstacles": merging.obstacles(old.merge),
        }
        return TemplateResponse(request, "admin/unmerge.html", context)

    def unmerge(self, request, old):
        survivor = old.merged_into
        reason = request.POST.get("reason", "").strip()[:300] or translate("Merge undone")
        try:
            merging.undo(merge=old.merge, by=request.user, reason=reason)
        except workflow.RefusedError as refusal:
            self.message_user(request, refusal, messages.WARNING)
        else:
            values = {"old": old, "survivor": survivor}
            self.message_user(
                request, translate("“%(old)s” and “%(survivor)s” are two entries again.") % values
            )
        return HttpResponseRedirect(change_url(old))


def rows_to_move(old):
    """What would move, in words and numbers."""
    for field in merging.ties(type(old)):
        if count := field.model._default_manager.filter(**{field.name: old}).count():
            yield label_of(field), count


def label_of(field):
    """What rows behind a column are called: those of a many-to-many table by the other end."""
    model = field.model
    if not model._meta.auto_created:
        own = model is field.related_model
        name = model._meta.verbose_name_plural
        return f"{capfirst(name)} ({field.verbose_name})" if own else capfirst(name)
    [other] = [
        column.related_model
        for column in model._meta.concrete_fields
        if column.remote_field and column != field
    ]
    return capfirst(other._meta.verbose_name_plural)
