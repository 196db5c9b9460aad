from django.db import migrations

from roma_network.core.migration_operations import clean_texts

INITIATIVE = ["name", "acronym", "summary"]
DOCUMENT = ["title", "language"]


class Migration(migrations.Migration):
    """What was stored before texts were cleaned where they enter: versions and merges too, which are compared with it."""

    dependencies = [("initiatives", "0008_layout_moves")]

    operations = [
        clean_texts(
            "initiatives",
            {
                "Initiative": INITIATIVE,
                "Funding": ["programme", "note"],
                "Participation": ["note"],
                "Document": DOCUMENT,
                "InitiativeCitation": ["supports"],
                "ParticipationCitation": ["supports"],
                "DocumentCitation": ["supports"],
                "InitiativeMerge": ["names", "journal"],
                "HistoricalInitiative": [*INITIATIVE, "rows", "history_change_reason"],
                "HistoricalDocument": [*DOCUMENT, "rows", "history_change_reason"],
            },
        )
    ]
