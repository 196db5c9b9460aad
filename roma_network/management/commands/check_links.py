from collections import Counter
from contextlib import closing

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from roma_network.editorial import link_checker, links

FEW, MANY = 5, 50  # so few links may well be broken all at once; after so many it is no use to go on
OFFLINE = "No host answered: is this machine online? Nothing was noted."


class Command(BaseCommand):
    help = (
        "Ask whether the links of the directory still work, and note what came of it. To be run daily: addresses "
        "that were checked within the last 20 hours are left out, so a run that was stopped goes on where it was."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--pause", type=float, default=1.0, help="Seconds between two requests to one host."
        )
        parser.add_argument(
            "--allow-private",
            action="store_true",
            help="Also ask addresses of this machine and its networks.",
        )

    def handle(self, *, pause, allow_private, **options):
        links.register()
        urls = links.waiting()
        checker = link_checker.LinkChecker(agent(), pause, allow_private)
        bar = tqdm(total=len(urls), unit="link", disable=None if options["verbosity"] else True)
        with bar:
            states = self.run(checker, urls, bar)
        self.report(states)

    def run(self, checker, urls, bar):
        """Note outcomes as they come, but no failure before any host has answered at all."""
        states, held, is_online = Counter(), [], False
        with closing(checker.check(urls)) as outcomes:
            for outcome in outcomes:
                bar.update()
                states[outcome.state] += 1
                held.append(outcome)
                is_online = is_online or outcome.was_answered
                while held and is_online:
                    links.record(held.pop())
                if len(held) >= MANY:
                    raise CommandError(OFFLINE)
        if len(held) >= FEW:
            raise CommandError(OFFLINE)
        for outcome in held:
            links.record(outcome)
        return states

    def report(self, states):
        total = states.total()
        self.stdout.write(f"{total} links checked." if total else "All links were checked already.")
        for state in links.LinkState:
            if states[state]:
                self.stdout.write(f"{states[state]:7} {state.label}")


def agent():
    """Says who asks, so that the keeper of a site can answer."""
    contact = settings.CONTACT_EMAIL or next(iter(settings.ALLOWED_HOSTS), "")
    return f"RomaNetworkLinkCheck/1.0 (daily check of links in a public directory; {contact})"
