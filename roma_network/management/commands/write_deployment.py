from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand

from roma_network.environment import BASE_DIR, VAR_DIR

TEMPLATES = BASE_DIR / "roma_network" / "ops" / "deployment"
TIMERS = {
    "backup": "daily",
    "check_links": "daily",
    "publish_dump": "weekly",
    "lay_out_network": "hourly",
    "clearsessions": "daily",
}
PUBLIC_APPS = ("roma_network", "stakeholders", "initiatives")
EDITORS_ONLY = {"roma_network_distinct", "roma_network_import", "roma_network_importpart"}
RECORD = {"django_admin_log"}  # besides the versions of all entries


class Command(BaseCommand):
    help = "Write configuration for nginx, systemd and PostgreSQL's roles, to be looked through and put in place."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)
        parser.add_argument("--host", default=settings.ALLOWED_HOSTS[0].lstrip("."))
        parser.add_argument("--user", default="roma-network")
        parser.add_argument("--environment", default="/etc/roma-network", help="Where the .env files are.")
        parser.add_argument("--certificate", default="/etc/ssl/certs/directory.pem")
        parser.add_argument("--certificate-key", default="/etc/ssl/private/directory.key")
        parser.add_argument("--cache", default="/var/cache/nginx/directory")
        parser.add_argument("--error-log", default="/var/log/nginx/error.log")
        for name, port in (
            ("http", 80),
            ("https", 443),
            ("public", 8000),
            ("admin", 8001),
            ("purge", 8002),
        ):
            parser.add_argument(f"--{name}-port", type=int, default=port)

    def handle(self, *, folder, **options):
        folder.mkdir(parents=True, exist_ok=True)
        values = {name: str(value) for name, value in options.items()}
        values |= {"code": str(BASE_DIR), "var": str(VAR_DIR)}
        values |= {"record": ", ".join(record_tables()), "public": ", ".join(public_tables())}
        for template in sorted(TEMPLATES.iterdir()):
            if template.name == "timer":
                for task, calendar in TIMERS.items():
                    own = values | {"task": task, "calendar": calendar}
                    self.write(folder / f"roma-network-{task}.timer", template, own)
            else:
                self.write(folder / template.name, template, values)

    def write(self, path, template, values):
        text = template.read_text()
        for name, value in values.items():
            text = text.replace(f"@{name}@", value)
        path.write_text(text)
        self.stdout.write(str(path))


def tables(labels):
    return {
        model._meta.db_table
        for label in labels
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    }


def record_tables():
    """Tables that only grow."""
    return sorted(RECORD | {name for name in tables(PUBLIC_APPS) if "_historical" in name})


def public_tables():
    """Tables that public pages are made of."""
    return sorted(tables(PUBLIC_APPS) - EDITORS_ONLY)
