"""Accounts, and the record of what was done with the admin, which nobody can alter there."""

from axes.models import AccessAttempt, AccessLog
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django_otp.plugins.otp_static.admin import StaticDeviceAdmin
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.admin import TOTPDeviceAdmin
from django_otp.plugins.otp_totp.models import TOTPDevice

from roma_network.accounts import rights
from roma_network.admin.shared import ReadingAdmin

admin.site.unregister([Group, StaticDevice, TOTPDevice, User])

GRANTABLE = {
    "groups": rights.grantable_groups,
    "permissions": rights.grantable_permissions,
    "user_permissions": rights.grantable_permissions,
}
OWN_RIGHTS = ["is_staff", "is_superuser", "groups", "user_permissions"]


class GrantingAdmin(admin.ModelAdmin):
    """Offers, and accepts, no more than whoever grants it has."""

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        kwargs["queryset"] = GRANTABLE[db_field.name](request.user)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@admin.register(User)
class AccountAdmin(GrantingAdmin, UserAdmin):
    """Accounts are switched off rather than deleted: with one, what its holder did would go from the record."""

    def has_change_permission(self, request, obj=None):
        """Covers the page of the password too."""
        may_touch = obj is None or rights.may_touch(request.user, obj.username)
        return may_touch and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        if request.user.is_superuser:
            return fields
        return [*fields, *(OWN_RIGHTS if obj == request.user else ["is_superuser"])]


@admin.register(Group)
class RoleAdmin(GrantingAdmin, GroupAdmin):  # type: ignore[misc]  # ours takes what Django's does
    def has_change_permission(self, request, obj=None):
        return self.may_edit(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self.may_edit(request, obj) and super().has_delete_permission(request, obj)

    def may_edit(self, request, group):
        return group is None or rights.may_edit_group(request.user, group)


class RemovingAdmin(ReadingAdmin):
    """A screen to read, and to take rows from that belong to no account above one's own."""

    def has_delete_permission(self, request, obj=None):
        may_touch = obj is None or rights.may_touch(request.user, self.username_of(obj))
        return may_touch and super(ReadingAdmin, self).has_delete_permission(request, obj)

    def username_of(self, row):
        return row.user.username


class DeviceAdmin(RemovingAdmin):
    """Second factors are set up by their holders alone."""

    def lookup_allowed(self, lookup, value, request):
        """No filter may tell, letter by letter, the key of a phone."""
        return not lookup.startswith("key") and super().lookup_allowed(lookup, value, request)


@admin.register(TOTPDevice)
class PhoneAdmin(DeviceAdmin, TOTPDeviceAdmin):
    pass


@admin.register(StaticDevice)
class RecoveryCodesAdmin(DeviceAdmin, StaticDeviceAdmin):
    pass


@admin.register(AccessAttempt)
class AttemptAdmin(RemovingAdmin):
    """Wrong passwords that count. Whoever deletes them lifts a lock."""

    fields = list_display = ("attempt_time", "username", "ip_address", "failures_since_start")
    search_fields = ("username", "ip_address")

    def username_of(self, row):
        return row.username


@admin.register(AccessLog)
class LogInAdmin(ReadingAdmin):
    fields = list_display = ("attempt_time", "logout_time", "username", "ip_address")
    search_fields = ("username", "ip_address")
    date_hierarchy = "attempt_time"


@admin.register(LogEntry)
class RecordAdmin(ReadingAdmin):
    list_display = ("action_time", "user", "content_type", "object_repr", "action_flag")
    list_filter = ("action_flag", "content_type")
    search_fields = ("object_repr", "user__username")
    date_hierarchy = "action_time"
    list_select_related = ("user", "content_type")
    show_full_result_count = False
