from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from roma_network.changes import log
from roma_network.ops import backups, health, nginx


class Command(BaseCommand):
    help = "Put a backup in the place of all that the database holds, and prove that the directory works with it."

    def add_arguments(self, parser):
        parser.add_argument("path", type=Path)
        parser.add_argument("--identity", type=Path, help="The file of the age identity that can decrypt it.")
        parser.add_argument(
            "--no-input", "--noinput", action="store_false", dest="interactive", help="Ask no question."
        )

    def handle(self, *, path, identity, interactive, **options):
        name = connection.settings_dict["NAME"]
        if interactive and input(f"All that {name} holds will be replaced. Type “yes” to go on: ") != "yes":
            raise CommandError("Nothing was changed.")
        told = log.all_told()
        try:
            backups.restore(path, identity)
        except (backups.BackupError, OSError) as error:
            raise CommandError(f"Nothing was changed. {error}") from None
        log.go_on_after(told)  # no page that was kept before stands for what is there now
        nginx.empty()
        if health.missing_migrations():
            self.stdout.write(f"Restored {path.name}, which is older than the code. Run: manage.py migrate")
            return
        try:
            backups.prove_restored()
        except backups.UnprovedError as error:
            raise CommandError(f"Restored {path.name}, and it does not work as it is: {error}") from None
        self.stdout.write(f"Restored {path.name}. Each role reads and writes what it must.")
