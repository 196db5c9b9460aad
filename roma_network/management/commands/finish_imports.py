from contextlib import suppress

from django.core.management.base import BaseCommand

from roma_network.editorial.importing import jobs


class Command(BaseCommand):
    help = "Take up imports whose worker was stopped on the way, and bring them to an end. To be run every few minutes."

    def handle(self, **options):
        for job in jobs.standing_still():
            with suppress(jobs.SupersededError):
                jobs.claim(job, job.state, job.problem)
                jobs.run(job)
            job.refresh_from_db()
            self.stdout.write(f"{job}: {job.get_state_display()}")
