"""What is done to several entries at once, with a word on each that was refused."""

from functools import partial

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from roma_network.admin.shared import link_to
from roma_network.core.clean_text import clean_text
from roma_network.editorial import workflow
from roma_network.editorial.workflow import Step


@admin.action(permissions=["delete"], description=_("Delete the selected drafts"))
def delete_drafts(screen, request, queryset):
    kept = [entry for entry in queryset if not entry.is_disposable]
    if not kept:
        return delete_selected(screen, request, queryset)
    text = _("Nothing was deleted. Only drafts that never were public can be; withdraw what is: %s")
    screen.message_user(request, text % ", ".join(map(str, kept[:5])), messages.WARNING)
    return None


class SetActions(admin.ModelAdmin):
    actions = ["send_for_review", "publish", "withdraw", "verify"]

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
        if reason := clean_text(request.POST.get("reason", "")):
            return self.take_for_each(request, queryset, Step.WITHDRAW, reason)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Withdraw"),
            "opts": self.opts,
            "rows": queryset,
            "needs_reason": True,
            "refusal": workflow.REASON_NEEDED if "reason" in request.POST else None,
        }
        return TemplateResponse(request, "admin/withdraw.html", context)

    @admin.action(description=_("Checked against their sources today"), permissions=["change"])
    def verify(self, request, queryset):
        self.do_for_each(request, queryset, partial(workflow.verify, by=request.user))

    def has_publish_permission(self, request):
        return workflow.may(request.user, "publish", self.model)

    def take_for_each(self, request, queryset, step, reason=""):
        self.do_for_each(request, queryset, partial(workflow.take, step=step, by=request.user, reason=reason))

    def do_for_each(self, request, queryset, act):
        """Do it to each entry by itself, and say of each that was refused why it was."""
        done = 0
        for entry in queryset:
            try:
                act(entry=entry)
            except workflow.RefusedError as refusal:
                self.message_user(
                    request, format_html("{}: {}", link_to(entry, entry), refusal), messages.WARNING
                )
            else:
                done += 1
        if done:
            text = ngettext("%d entry was changed.", "%d entries were changed.", done)
            self.message_user(request, text % done)
