"""The pages about the versions of an entry: history, restoring, and the preview of what is not public yet."""

from itertools import zip_longest

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from roma_network.admin.shared import change_url
from roma_network.editorial import diff, restoring, revisions, workflow

VERSIONS_ON_PAGE = 20


class VersionPages(admin.ModelAdmin):
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
        states = list(map(revisions.state_in, shown + older))
        words = diff.Words(self.model, states)
        for version, state, before in zip_longest(shown, states[: len(shown)], states[1:]):
            version.differences = list(diff.between(before, state, words)) if before else []
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
        current, wanted = revisions.state_of(entry), restoring.target(entry, version)
        if request.method == "POST" and request.POST.get("version") == current.token:
            return self.restore(request, entry, version)
        context = self.page_of(request, entry, _("Restore a version")) | {
            "version": version,
            "differences": list(diff.between(current, wanted, diff.Words(self.model, [current, wanted]))),
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
        except workflow.RefusedError as refusal:
            self.message_user(request, refusal, messages.WARNING)
        else:
            self.message_user(request, _("The version was restored."))
        return HttpResponseRedirect(change_url(entry))
