from django.db import migrations, models

from roma_network.core.migration_operations import AddIndexWithoutLock


class Migration(migrations.Migration):

    atomic = False
    dependencies = [("stakeholders", "0017_checked_on")]

    operations = [
        AddIndexWithoutLock("actor", models.Index(fields=["acronym"], name="stakeholder_acronym_13029f_idx")),
    ]
