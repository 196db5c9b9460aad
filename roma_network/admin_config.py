"""On its own, since Django takes every configuration in an `apps.py` for one of that app."""

from django.contrib.admin.apps import AdminConfig


class DirectoryAdminConfig(AdminConfig):
    default_site = "roma_network.site.DirectorySite"
