from django.db import migrations, models

from roma_network.core.migration_operations import fixture_rows

USUAL = "city"  # where coordinates came from a gazetteer, by the name of a town


def fill(apps, schema_editor):
    """The coordinates that stand are given their precision: in entries, their versions, and what merges keep to be undone.

    It is what the fixture files say of the same coordinates.
    """
    Actor = apps.get_model("stakeholders", "Actor")
    HistoricalActor = apps.get_model("stakeholders", "HistoricalActor")
    ActorMerge = apps.get_model("stakeholders", "ActorMerge")
    for rows in (Actor.objects, HistoricalActor.objects):
        rows.filter(latitude__isnull=False).update(precision=USUAL)
    unusual = {}
    for row in fixture_rows("actor") if Actor.objects.exists() else ():
        if row.get("precision", USUAL) != USUAL:
            for found in Actor.objects.filter(slug=row["slug"], latitude=row["latitude"], longitude=row["longitude"]):
                unusual[found.pk] = found.precision = row["precision"]
                found.save()
                HistoricalActor.objects.filter(id=found.pk, latitude__isnull=False).update(precision=found.precision)
    for merge in ActorMerge.objects.all():
        for state in states_with(merge.journal, "latitude"):
            state["precision"] = "" if state["latitude"] is None else unusual.get(merge.survivor_id, USUAL)
        merge.save()


def forget(apps, schema_editor):
    """Of what merges keep: the column is gone before they are undone."""
    for merge in apps.get_model("stakeholders", "ActorMerge").objects.all():
        for state in states_with(merge.journal, "precision"):
            del state["precision"]
        merge.save()


def states_with(journal, name):
    """What rows held before and after a merge, where that includes a column."""
    for label, _key, *states in journal:
        if label == "stakeholders.Actor":
            yield from (state for state in states if state and name in state)


class Migration(migrations.Migration):

    dependencies = [
        ('stakeholders', '0009_name_facts'),
    ]

    operations = [
        migrations.AddField(
            model_name='actor',
            name='precision',
            field=models.CharField(blank=True, choices=[('exact', 'the address itself'), ('district', 'middle of the district'), ('city', 'middle of the town or village'), ('region', 'middle of the region')], db_default='', default='', help_text='What the coordinates stand for. Many bodies of one town share the middle of it.', max_length=8, verbose_name='precision of the coordinates'),
        ),
        migrations.AddField(
            model_name='historicalactor',
            name='precision',
            field=models.CharField(blank=True, choices=[('exact', 'the address itself'), ('district', 'middle of the district'), ('city', 'middle of the town or village'), ('region', 'middle of the region')], db_default='', default='', help_text='What the coordinates stand for. Many bodies of one town share the middle of it.', max_length=8, verbose_name='precision of the coordinates'),
        ),
        migrations.RunPython(fill, forget),
        migrations.RemoveConstraint("actor", "stakeholders_actor_has_both_coordinates_or_none"),
        migrations.AddConstraint(
            "actor",
            models.CheckConstraint(
                condition=models.Q(latitude__isnull=True, longitude__isnull=True, precision="")
                | models.Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    precision__in=["exact", "district", "city", "region"],
                ),
                name="stakeholders_actor_has_whole_coordinates_or_none",
                violation_error_message="Give latitude, longitude and their precision, or none of them.",
            ),
        ),
    ]
