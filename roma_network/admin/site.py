"""The admin as curators meet it: its first page, and the guide."""

import re
from functools import wraps

from django.contrib import admin
from django.core.exceptions import BadRequest
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

NO_DATABASE_HOLDS = re.compile(r"\x00|\d{19}")  # which Django's own filters and actions hand on unseen

FIRST = {"stakeholders": 0, "initiatives": 1, "roma_network": 2}  # label of an app → its place


def refuses_what_no_database_holds(view):
    @wraps(view)
    def refusing(request, *args, **kwargs):
        asked = [value for _name, values in request.GET.lists() for value in values]
        if any(map(NO_DATABASE_HOLDS.search, [*asked, *request.POST.getlist("_selected_action")])):
            raise BadRequest
        return view(request, *args, **kwargs)

    return refusing


class DirectorySite(admin.AdminSite):
    site_header = site_title = _("Roma integration directory")
    index_title = _("Edit the directory")
    index_template = "admin/dashboard.html"

    def admin_view(self, view, cacheable=False):
        return super().admin_view(refuses_what_no_database_holds(view), cacheable)

    def get_urls(self):
        from roma_network.accounts import second_factor  # models are not loaded yet when this module is

        own = [path("guide/", self.admin_view(self.guide), name="guide"), *second_factor.urls(self)]
        return [*own, *super().get_urls()]

    def get_app_list(self, request, app_label=None):
        """What curators work on comes first."""
        sections = super().get_app_list(request, app_label)
        return sorted(sections, key=lambda section: FIRST.get(section["app_label"], len(FIRST)))

    def login(self, request, extra_context=None):
        """Turns away log-ins beyond a few at a time, so that those who are logged in never wait for them."""
        from roma_network.accounts import lockout

        if request.method != "POST":
            return super().login(request, extra_context)
        with lockout.turn() as may_try:
            return super().login(request, extra_context) if may_try else lockout.busy(request)

    def index(self, request, extra_context=None):
        from roma_network.admin import dashboard
        from roma_network.admin.entries import EditorialAdmin
        from roma_network.admin.importing import ImportAdmin
        from roma_network.ops import health

        screens = [
            screen
            for screen in self._registry.values()
            if isinstance(screen, EditorialAdmin) and screen.has_view_permission(request)
        ]
        importers = [
            screen
            for screen in self._registry.values()
            if isinstance(screen, ImportAdmin) and screen.has_import_permission(request)
        ]
        context = dashboard.context(request.user, screens, importers)
        if request.user.has_perm("auth.change_user"):
            context["health"] = list(health.findings())
        return super().index(request, context | (extra_context or {}))

    def guide(self, request):
        context = {**self.each_context(request), "title": _("Guide for curators")}
        return TemplateResponse(request, "admin/guide.html", context)
