from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class RomaNetworkConfig(AppConfig):
    name = "roma_network"
    verbose_name = _("Sources")

    def ready(self):
        from roma_network import environment
        from roma_network.accounts import roles
        from roma_network.changes import log
        from roma_network.directory.open_data.dataset import AROUND
        from roma_network.editorial import revisions  # noqa: F401  its receivers
        from roma_network.export import columns, datapackage
        from roma_network.models import facts_of, settle
        from roma_network.ops import (
            database_roles,
            nginx,  # noqa: F401  its receiver
        )

        datapackage.parts_around.fill(AROUND)
        facts_of.fill(columns.facts_of)
        settle.fill(log.settle)
        connection_created.connect(environment.keep_database_private)
        connection_created.connect(log.watch_commits)
        pre_migrate.connect(log.pause, sender=self)
        post_migrate.connect(log.resume, sender=self)
        post_migrate.connect(roles.keep, sender=self)
        post_migrate.connect(database_roles.grant, sender=self)


class DirectoryAdminConfig(admin_apps.AdminConfig):
    default = False  # of this module: it stands in for Django's own configuration of the admin
    default_site = "roma_network.admin.site.DirectorySite"

    def ready(self):
        super().ready()
        from roma_network.admin import accounts, contradictions, sources  # noqa: F401  no app of their own is searched for them
