from uuid import uuid4

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection, transaction
from django.test import Client, override_settings
from django.urls import reverse

from roma_network.core.hosts import first_origin
from roma_network.models import Source
from roma_network.ops import database_roles

PUBLIC_PAGES = ("home", "actor_list", "initiative_list", "document_list", "country_list", "search")
ADMIN_PAGES = ("index", "stakeholders_actor_changelist", "initiatives_initiative_changelist")
ENTRIES = ("stakeholders.Actor", "initiatives.Initiative")
ALONE = {  # nothing but this database is asked, and nobody is told
    "CACHES": {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}},
    "ERROR_EMAIL": None,
    "REPLICAS": [],
    "SECOND_FACTOR": False,
}


class Command(BaseCommand):
    help = (
        "Open pages of the database as each role that serves them, and save something in the admin. What is written is "
        "rolled back. For `backup` and `restore`, which start it in a process of its own."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--copy", help="The name of a restored copy, to be looked at in place of the database."
        )

    def handle(self, *, copy, **options):
        if copy:
            connection.settings_dict["NAME"] = copy
            with database_roles.acting_as(database_roles.PROVER):
                call_command("migrate", interactive=False, verbosity=0)  # grants the rights as well
        if lacking := database_roles.lacking():
            role, table = lacking[0]
            raise CommandError(
                f"{role} has not all the rights it needs on {len(lacking)} tables, as on {table}."
            )
        with override_settings(**ALONE):
            act(database_roles.PUBLIC, read_pages)
            act(database_roles.ADMIN, edit)


def act(role, work):
    try:
        with database_roles.acting_as(role), transaction.atomic():
            work(Browser())
            transaction.set_rollback(True)
    except DatabaseError as error:
        raise CommandError(f"As {role}: {error}") from None


class Browser(Client):
    """Asks as a browser does in production; whatever is no success ends the command."""

    def __init__(self):
        scheme, _, host = first_origin(
            settings.ALLOWED_HOSTS, "http" if settings.DEMO else "https"
        ).partition("://")
        super().__init__(SERVER_NAME=host, headers={"X-Forwarded-Proto": scheme})
        self.options = {"secure": scheme == "https"}

    def expect(self, status, path, method="get", **options):
        response = getattr(self, method)(path, **options, **self.options)
        if response.status_code != status:
            raise CommandError(f"{path} answers {response.status_code}.")


def read_pages(browser):
    entries = [model.objects.published().first() for model in map(apps.get_model, ENTRIES)]
    for path in [*map(reverse, PUBLIC_PAGES), *(entry.get_absolute_url() for entry in entries if entry)]:
        browser.expect(200, path)


def edit(browser):
    """As a superuser of the moment, for nobody's account is used."""
    browser.force_login(get_user_model().objects.create_superuser(f"proof-{uuid4().hex}"))
    for name in ADMIN_PAGES:
        browser.expect(200, reverse(f"admin:{name}"))
    fields = [field for field in Source._meta.fields if field.editable and field.has_default()]
    source = {field.name: field.get_default() for field in fields} | {
        "url": f"https://example.eu/{uuid4().hex}",
        "title": "Proof",
        "publisher": "Proof",
    }
    browser.expect(302, reverse("admin:roma_network_source_add"), "post", data=source)
