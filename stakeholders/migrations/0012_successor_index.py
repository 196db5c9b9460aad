from django.db import migrations, models

from roma_network.core.migration_operations import AddIndexWithoutLock


class Migration(migrations.Migration):

    atomic = False
    dependencies = [("stakeholders", "0011_time")]

    operations = [
        AddIndexWithoutLock("actor", models.Index(fields=["successor"], name="stakeholder_success_b61b41_idx")),
    ]
