from django.core.management.base import BaseCommand, CommandError

from roma_network.ops import nginx


class Command(BaseCommand):
    help = "Empty nginx's cache, which happens by itself after a withdrawal, a merge or a changed address."

    def handle(self, **options):
        if not nginx.empty():
            raise CommandError("It was not emptied.")
