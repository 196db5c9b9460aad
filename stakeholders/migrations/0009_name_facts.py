from django.db import migrations

from roma_network.core.migration_operations import name_facts


class Migration(migrations.Migration):
    """The citations of a directory at work name the facts that those of the fixture files name."""

    dependencies = [("stakeholders", "0008_facts")]

    operations = [
        name_facts("stakeholders", "actorcitation", "subject__slug"),
        name_facts("stakeholders", "relationcitation", "subject__subject__slug", "subject__target__slug", "subject__kind"),
    ]
