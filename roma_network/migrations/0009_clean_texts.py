from django.db import migrations

from roma_network.core.migration_operations import clean_texts


class Migration(migrations.Migration):
    """What was stored before texts were cleaned where they enter."""

    dependencies = [("roma_network", "0008_import_batches")]

    operations = [clean_texts("roma_network", {"Source": ["title", "publisher"]})]
