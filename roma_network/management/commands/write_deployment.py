from pathlib import Path
from secrets import token_urlsafe

from django.conf import settings
from django.core.management.base import BaseCommand

from roma_network.environment import BASE_DIR, VAR_DIR
from roma_network.ops import database_roles, replicas
from roma_network.search.facets import TRACKING

TEMPLATES = BASE_DIR / "roma_network" / "ops" / "deployment"
TIMERS = {
    "backup": "daily",
    "check_links": "daily",
    "check_consistency": "daily",
    "publish_dump": "daily",
    "lay_out_network": "hourly",
    "clearsessions": "daily",
    "forget_log_ins": "daily",
    "finish_imports": "*:0/10",
}
SECRETS = ("redis_public", "redis_admin", "seen_secret")


class Command(BaseCommand):
    help = "Write configuration for nginx, systemd, Redis and PostgreSQL's roles, to be looked through and put in place."

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
            ("files", 8002),
            ("purge", 8003),
            ("redis", 6379),
        ):
            parser.add_argument(f"--{name}-port", type=int, default=port)

    def handle(self, *, folder, **options):
        folder.mkdir(parents=True, exist_ok=True)
        values = {name: str(value) for name, value in options.items()}
        values |= {"code": str(BASE_DIR), "var": str(VAR_DIR)}
        values["grants"] = database_roles.grants()
        values |= {"redis_public": token_urlsafe(24), "redis_admin": token_urlsafe(24)}
        values |= {"seen_secret": replicas.secret(), "tracking": "|".join(TRACKING)}
        for template in sorted(TEMPLATES.iterdir()):
            if template.name == "timer":
                for task, calendar in TIMERS.items():
                    own = values | {"task": task, "calendar": calendar}
                    self.write(folder / f"roma-network-{task}.timer", template, own)
            else:
                self.write(folder / template.name, template, values)

    def write(self, path, template, values):
        text = template.read_text(encoding="utf-8")
        for name, value in values.items():
            text = text.replace(f"@{name}@", value)
        path.touch()
        is_secret = any(f"@{name}@" in template.read_text(encoding="utf-8") for name in SECRETS)
        path.chmod(0o600 if is_secret else 0o644)
        path.write_text(text, encoding="utf-8")
        self.stdout.write(str(path))
