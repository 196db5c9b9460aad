"""What this app gives to the one that it stands on: see `stakeholders.hooks`."""

from initiatives.columns import initiatives_of_actor
from initiatives.models import Document, Participation
from stakeholders import columns, hooks
from stakeholders.models import Actor


def fill():
    hooks.participation_model.fill(Participation)
    hooks.document_model.fill(Document)
    columns.actors.add(initiatives_of_actor, after="themes")
    Actor.versioned.append("participations")
