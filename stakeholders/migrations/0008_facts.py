from django.db import migrations, models


def named(model):
    """A citation names facts. What was said in words becomes its note, and stays in its column."""
    return [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField(model, "supports", "note"),
                migrations.AlterField(
                    model,
                    "note",
                    models.CharField(
                        blank=True,
                        db_column="supports",
                        help_text="What the source says beyond these facts, in a few words; empty where that is nothing.",
                        max_length=300,
                        verbose_name="note",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model,
            "facts",
            models.JSONField(
                blank=True,
                default=list,
                db_default=models.Value([], models.JSONField()),
                help_text="The facts that this source backs.",
                verbose_name="facts",
            ),
        ),
        migrations.AddConstraint(
            model,
            models.CheckConstraint(
                condition=~models.Q(facts=[], note=""),
                name=f"stakeholders_{model}_backs_something",
                violation_error_message="Name the facts that this source backs, or write a note.",
            ),
        ),
        migrations.AlterConstraint(
            model,
            f"stakeholders_{model}_cites_once",
            models.UniqueConstraint(
                fields=["subject", "source"],
                name=f"stakeholders_{model}_cites_once",
                violation_error_message="This source is cited here already: add to what it backs.",
            ),
        ),
    ]


class Migration(migrations.Migration):

    dependencies = [("stakeholders", "0007_clean_texts")]

    operations = [
        *named("actorcitation"),
        *named("relationcitation"),
    ]
