from django.core.management.base import BaseCommand

from initiatives import layouts


class Command(BaseCommand):
    help = "Lay out the picture of the network anew. It is done by itself, too, some time after a change."

    def handle(self, **options):
        layouts.compute()
        self.stdout.write("Laid out the network.")
