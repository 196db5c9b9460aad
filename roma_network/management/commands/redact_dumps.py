from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from roma_network.directory.open_data.dataset import PARTS
from roma_network.export import dumps


class Command(BaseCommand):
    help = (
        "Remove a text, such as a mailbox that turned out to be a person's, from all published dumps. Each that holds it is "
        "written anew, with new checksums and a public note. Remove it from the directory first."
    )

    def add_arguments(self, parser):
        parser.add_argument("text", help="as it stands in the files")
        parser.add_argument("--note", required=True, help="why, for readers; without the text itself")

    def handle(self, *, text, note, verbosity, **options):
        if not text.strip() or text in note:
            raise CommandError("Give the text that is to go, and a note that does not hold it.")
        days = list(dumps.redact(PARTS, settings.BASE_URL, text, note))
        if verbosity:
            self.stdout.write(f"Wrote anew: {', '.join(days)}." if days else "No dump holds it.")
