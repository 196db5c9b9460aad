from django.db import migrations


class Migration(migrations.Migration):
    """The layout of the network leaves for `roma_network`, whose migration 0006 takes its table over as it stands."""

    dependencies = [("initiatives", "0007_layout")]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="Layout")]),
    ]
