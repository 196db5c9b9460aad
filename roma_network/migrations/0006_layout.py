from django.db import migrations, models


class Migration(migrations.Migration):
    """The layout of the network moves here from `initiatives`. Its table stays as it is, and where it is."""

    dependencies = [("roma_network", "0005_distinct"), ("initiatives", "0008_layout_moves")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Layout",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("version", models.CharField(blank=True, max_length=40)),
                        ("places", models.BinaryField(default=bytes)),
                        ("made_at", models.DateTimeField(null=True)),
                        ("claimed_at", models.DateTimeField(null=True)),
                    ],
                    options={"db_table": "initiatives_layout", "default_permissions": ()},
                ),
            ],
        ),
    ]
