from django.core.management.base import BaseCommand

from roma_network.accounts import lockout


class Command(BaseCommand):
    help = "Delete what is no longer needed of log-ins: to be run daily, as the page on privacy promises."

    def handle(self, **options):
        lockout.forget()
