from django.db import migrations, models


class Migration(migrations.Migration):
    """The column keeps its name: workers with older code go on reading it while new ones start."""

    dependencies = [
        ("roma_network", "0014_contradictions"),
    ]

    operations = [
        migrations.AlterField(
            model_name="record",
            name="heir",
            field=models.TextField(db_column="heir", db_default="", default=""),
        ),
        migrations.RenameField(model_name="record", old_name="heir", new_name="merged_into"),
    ]
