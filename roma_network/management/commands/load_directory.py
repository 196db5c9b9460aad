from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from roma_network.ops import fixtures


class Command(BaseCommand):
    help = "Load the real directory from fixtures/ into an empty database."

    def handle(self, *, verbosity, **options):
        if not fixtures.is_empty():
            raise CommandError(
                "The directory holds entries already, and loading would mix them up. Nothing was changed."
            )
        quiet = None if verbosity else True  # None: quiet unless a terminal shows the bar
        fixtures.load(lambda rows: tqdm(rows, desc="Loading the directory", unit=" rows", disable=quiet))
