from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from roma_network.directory import synthetic


class Command(BaseCommand):
    help = (
        "Fill a database with a made-up directory, for measurements, in place of an earlier made-up one. "
        "A database that holds real entries is refused."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--actors", type=int, required=True, help="How many actors; the rest in proportion."
        )
        parser.add_argument("--seed", type=int, default=1, help="Another seed gives another directory.")

    def handle(self, *, actors, seed, verbosity, **options):
        if actors < synthetic.FEWEST:
            raise CommandError(f"It takes at least {synthetic.FEWEST} actors.")
        if real := synthetic.real_entries():
            found = ", ".join(f"{count} {name}" for name, count in real.items())
            raise CommandError(
                f"This database holds real entries ({found}), and made-up ones must not mix with them. "
                "Nothing was changed. Name an empty database in DATABASE_URL."
            )
        with tqdm(
            total=sum(synthetic.sizes(actors).values()),
            desc="Making up a directory",
            unit=" entries",
            disable=None if verbosity else True,  # None: quiet unless a terminal shows the bar
        ) as bar:
            synthetic.replace(actors, seed, bar.update)
        if verbosity:
            self.stdout.write(f"Made up a directory of {actors} actors.")
