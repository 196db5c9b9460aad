from django.db import migrations, models

from roma_network.core.migration_operations import AddIndexWithoutLock


class Migration(migrations.Migration):

    atomic = False
    dependencies = [("initiatives", "0013_time")]

    operations = [
        AddIndexWithoutLock("initiative", models.Index(fields=["modelled_on"], name="initiatives_modelle_785ab0_idx")),
    ]
