from django.db import migrations

from roma_network.core.migration_operations import name_origins


class Migration(migrations.Migration):
    """What each source is, as the fixture files tell it."""

    dependencies = [("roma_network", "0010_source_origin")]

    operations = [migrations.RunPython(name_origins, migrations.RunPython.noop)]
