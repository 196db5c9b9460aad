from django.db import migrations

from roma_network.core.migration_operations import name_facts


class Migration(migrations.Migration):
    """The citations of a directory at work name the facts that those of the fixture files name."""

    dependencies = [("initiatives", "0010_facts")]

    operations = [
        name_facts("initiatives", "initiativecitation", "subject__slug"),
        name_facts("initiatives", "participationcitation", "subject__initiative__slug", "subject__actor__slug", "subject__role"),
        name_facts("initiatives", "documentcitation", "subject__slug"),
    ]
