from django.core.management.base import BaseCommand

from roma_network.directory.pictures import network_layout


class Command(BaseCommand):
    help = "Lay out the picture of the network anew. It is done by itself, too, some time after a change."

    def handle(self, **options):
        network_layout.compute()
        self.stdout.write("Laid out the network.")
