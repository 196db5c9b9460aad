from django.conf import settings
from django.core.management.base import BaseCommand
from tqdm import tqdm

from roma_network.directory.open_data.dataset import PARTS
from roma_network.export import dumps


class Command(BaseCommand):
    help = "Write the whole directory as dated files for /data/, with checksums and what changed since the last time."

    def handle(self, *, verbosity, **options):
        with tqdm(total=len(PARTS), unit="table", disable=None if verbosity else True) as bar:
            place = dumps.publish(PARTS, settings.BASE_URL, progress=lambda name: bar.update())
        if verbosity:
            self.stdout.write(f"Wrote {place}.")
