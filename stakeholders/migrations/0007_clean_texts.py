from django.db import migrations

from roma_network.core.migration_operations import clean_texts

ACTOR = [
    "name",
    "acronym",
    "native_name",
    "native_language",
    "locality",
    "email",
    "summary",
    "wikidata",
    "ror",
    "transparency_register",
]


class Migration(migrations.Migration):
    """What was stored before texts were cleaned where they enter: versions and merges too, which are compared with it."""

    dependencies = [("stakeholders", "0006_merges")]

    operations = [
        clean_texts(
            "stakeholders",
            {
                "Country": ["name"],
                "Theme": ["name"],
                "Actor": ACTOR,
                "ActorName": ["name", "language"],
                "Relation": ["note"],
                "ActorCitation": ["supports"],
                "RelationCitation": ["supports"],
                "ActorMerge": ["names", "journal"],
                "HistoricalActor": [*ACTOR, "rows", "history_change_reason"],
            },
        )
    ]
