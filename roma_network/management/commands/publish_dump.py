from django.conf import settings
from django.core.management.base import BaseCommand
from tqdm import tqdm

from roma_network.directory.dataset import PARTS
from roma_network.export import dumps


class Command(BaseCommand):
    help = "Write the whole directory as dated files for /data/, with checksums and what changed since the last time."

    def add_arguments(self, parser):
        parser.add_argument("--keep", type=int, default=dumps.KEPT, help="How many dumps to keep.")

    def handle(self, *, keep, verbosity, **options):
        with tqdm(total=len(PARTS), unit="table", disable=None if verbosity else True) as bar:
            place = dumps.publish(
                PARTS, settings.BASE_URL, kept=max(keep, 1), progress=lambda name: bar.update()
            )
        if verbosity:
            self.stdout.write(f"Wrote {place}.")
