from django.core.management.base import BaseCommand

from roma_network.ops import fixtures


class Command(BaseCommand):
    help = "Write the whole directory to fixtures/, sorted, so that its changes read well in a diff."

    def handle(self, **options):
        fixtures.write()
