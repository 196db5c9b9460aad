from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from roma_network.ops import backups


class Command(BaseCommand):
    help = (
        "Write a backup of the whole database, compressed, with its checksum, and prove that it can be restored. "
        "The database may be in use meanwhile."
    )

    def add_arguments(self, parser):
        parser.add_argument("--folder", type=Path, help="Where to; BACKUP_FOLDER unless told.")
        parser.add_argument("--keep", type=int, default=backups.KEPT, help="How many proved backups to keep.")

    def handle(self, *, folder, keep, **options):
        try:
            path = backups.backup(folder, kept=max(keep, 1))
        except backups.UnprovedError as error:
            raise CommandError(str(error)) from None
        except (backups.BackupError, OSError) as error:
            raise CommandError(f"No backup was made. {error}") from None
        self.stdout.write(f"Wrote {path}, {path.stat().st_size:,} bytes, proved restorable.")
