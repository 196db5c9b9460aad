"""What every screen is made with."""

import re
from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Count, IntegerField, Model, OuterRef, Subquery, URLField
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.html import format_html

KEY = re.compile(r"[0-9]{1,18}")  # of a row: more digits than a database takes are none
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


class KeySelect(AutocompleteSelect):
    """A form is drawn again with whatever was sent: what can be no key of a row is asked of no database."""

    def optgroups(self, name, value, attrs=None):
        key = self.field.remote_field.model._meta.pk
        fits = KEY.fullmatch if isinstance(key, IntegerField) else lambda text: "\0" not in text
        return super().optgroups(name, [each for each in value if fits(str(each))], attrs)


class KeyedForm(admin.options.BaseModelAdmin):
    """The form of an entry, or of the rows within it."""

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if "widget" not in kwargs and db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = KeySelect(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ProtectingAdmin(KeyedForm, admin.ModelAdmin):
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
