from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from roma_network.models import ContentVersion
from roma_network.ops import backups, nginx


class Command(BaseCommand):
    help = "Put a backup in the place of all that the database holds."

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
        try:
            backups.restore(path, identity)
        except (backups.BackupError, OSError) as error:
            raise CommandError(f"Nothing was changed. {error}") from None
        ContentVersion.bump()  # no page that was kept before stands for what is there now
        nginx.empty()
        self.stdout.write(f"Restored {path.name}. Run “migrate” if the code is newer than the backup.")
