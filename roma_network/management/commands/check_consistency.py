from functools import partial

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from roma_network.editorial import consistency
from roma_network.export.columns import table_of


class Command(BaseCommand):
    help = (
        "Compare the facts of all entries by the rules of consistency, and keep what contradicts what for the work "
        "lists. To be run daily. It ends with 1 where something is neither mended nor explained."
    )

    def handle(self, *, verbosity, **options):
        unexplained = 0
        for model in dict.fromkeys(rule.model for rule in consistency.rules):
            name = str(model._meta.verbose_name_plural)
            watch = partial(tqdm, desc=name, unit=" findings", disable=None if verbosity else True)
            kept = consistency.keep(model, watch=watch)
            for row in kept:
                if not row.reason:
                    unexplained += 1
                    self.stdout.write(
                        f"{table_of(model).name} {row.entry} ({row.rule}): {consistency.contradiction_text(row)}"
                    )
            if verbosity:
                explained = sum(bool(row.reason) for row in kept)
                self.stdout.write(f"{name}: {len(kept)} findings, {explained} of them explained.")
        if unexplained:
            raise CommandError(f"{unexplained} to be mended, or explained in the admin.")
