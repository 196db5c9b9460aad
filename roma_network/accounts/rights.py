"""Who may touch which account and which group: nobody those that may do what they may not.

Superusers stand above all others. An account that is switched off counts as if it were on.
"""

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q, QuerySet


def grantable_permissions(by: User) -> QuerySet[Permission]:
    """What somebody may give to others: what they hold."""
    if by.is_superuser:
        return Permission.objects.all()
    held = Permission.objects.filter(Q(group__user=by) | Q(user=by))
    return Permission.objects.filter(pk__in=held)


def lacked_permissions(by):
    return Permission.objects.exclude(pk__in=grantable_permissions(by))


def accounts_above(by):
    if by.is_superuser:
        return User.objects.none()
    lacked = lacked_permissions(by)
    return User.objects.filter(
        Q(is_superuser=True) | Q(groups__permissions__in=lacked) | Q(user_permissions__in=lacked)
    )


def may_touch(by: User, username: str) -> bool:
    """Whether somebody may change an account, its devices, or what is counted against its name."""
    return not accounts_above(by).filter(username=username).exists()


def grantable_groups(by: User) -> QuerySet[Group]:
    return Group.objects.exclude(permissions__in=lacked_permissions(by))


def may_edit_group(by: User, group: Group) -> bool:
    """Not one's own, and none that gives more than one has, or to somebody above oneself."""
    if by.is_superuser:
        return True
    others = grantable_groups(by).exclude(user=by).exclude(user__in=accounts_above(by))
    return others.filter(pk=group.pk).exists()
