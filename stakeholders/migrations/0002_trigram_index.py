from django.db import migrations

from roma_network.core.migration_operations import trigram_index


class Migration(migrations.Migration):
    dependencies = [("stakeholders", "0001_initial")]
    operations = [trigram_index("stakeholders_actor")]
