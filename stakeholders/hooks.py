"""What actors use of the apps that stand on this one. `initiatives.hooks` fills each hook when Django starts.

It also adds to what is declared here: a column to `columns.actors`, and rows to `Actor.versioned`.
"""

from typing import Any

from django.db.models import Model

from roma_network.core.hooks import Hook

participation_model = Hook[type[Model]]("who takes part in which initiative", filled_in="initiatives.hooks")
document_model = Hook[type[Model]](
    "documents that actors published, or that are about them", filled_in="initiatives.hooks"
)
actor_inlines = Hook[list[Any]]("rows in the admin's form of an actor", filled_in="initiatives.admin")
