"""Accounts, and the record of what was done with the admin, which nobody can alter there."""

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User

from roma_network.admin.shared import ReadingAdmin

admin.site.unregister(User)


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Accounts are switched off rather than deleted: with one, what its holder did would go from the record."""

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(LogEntry)
class RecordAdmin(ReadingAdmin):
    list_display = ("action_time", "user", "content_type", "object_repr", "action_flag")
    list_filter = ("action_flag", "content_type")
    search_fields = ("object_repr", "user__username")
    date_hierarchy = "action_time"
    list_select_related = ("user", "content_type")
    show_full_result_count = False
