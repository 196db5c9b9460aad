"""What every screen is made with."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Model, OuterRef, Subquery, URLField
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.html import format_html

STYLES = {"all": ["css/admin.css"]}
HTTPS_FIRST = {URLField: {"assume_scheme": "https"}}  # the default of Django 6, and a warning before it


def count_of(model: type[Model], name: str) -> Coalesce:
    """The number of rows behind the relation `name`, as a subquery: several joined counts would multiply."""
    relation: Any = model._meta.get_field(name)
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


class ReadingAdmin(admin.ModelAdmin):
    """A screen to read: nobody writes there, whatever their rights."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
