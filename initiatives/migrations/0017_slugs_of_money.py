from django.db import migrations

LONGEST = 300


def name_rows(apps, schema_editor):
    rows = apps.get_model("initiatives", "Funding").objects
    taken = set(rows.exclude(slug=None).values_list("slug", flat=True))
    for row in rows.filter(slug=None).select_related("initiative").order_by("pk"):
        row.slug = base = row.initiative.slug
        number = 1
        while row.slug in taken:
            number += 1
            row.slug = f"{base}-{number}"
        taken.add(row.slug)
        row.save()


def say_in_the_note(apps, schema_editor):
    """On the way back: what the columns of before cannot hold stands in the note, and rows differ in it."""
    seen = set()
    for row in apps.get_model("initiatives", "Funding").objects.select_related("funder").order_by("pk"):
        if row.currency != "EUR" and row.amount:
            row.note = "; ".join(filter(None, [f"{row.amount:,} {row.currency}", row.note]))[:LONGEST]
            row.amount, row.currency = None, "EUR"
        if not (row.programme or row.note):
            row.programme = row.funder.name
        note, number = row.note, 1
        while (row.initiative_id, row.programme, row.note) in seen:
            number += 1
            row.note = f"{note[: LONGEST - 6]} ({number})".strip()
        seen.add((row.initiative_id, row.programme, row.note))
        row.save()


class Migration(migrations.Migration):
    """Rows of funding have slugs, by which files name them: those that stand there get theirs."""

    dependencies = [("initiatives", "0016_money")]

    operations = [migrations.RunPython(name_rows, say_in_the_note)]
