import sys

from django.core.management.base import BaseCommand

from roma_network.ops import health

MARKS = {health.FINE: "ok     ", health.WARNING: "look   ", health.FAULT: "WRONG  "}


class Command(BaseCommand):
    help = "Say in plain words what is wrong with this installation. Ends with 1 if anything is."
    requires_system_checks = []  # they would stop before anything is said

    def handle(self, **options):
        found = list(health.findings())
        for finding in found:
            self.stdout.write(f"{MARKS[finding.state]}{finding.what}: {finding.text}")
        if any(finding.state == health.FAULT for finding in found):
            sys.exit(1)
