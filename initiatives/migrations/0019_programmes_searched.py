from django.db import migrations

from roma_network.core.folding import LONGEST_NAME, fold, searchable
from roma_network.core.migration_operations import refold


def folded(initiative):
    """With the programmes that pay for it, and the names of entries that it took the place of."""
    merged = [name for merge in initiative.merged.all() for name in merge.names]
    names = [initiative.name, initiative.acronym, *merged]
    programmes = [row.programme for row in initiative.funding.order_by("slug")]
    return fold(names[0])[:LONGEST_NAME], searchable(names, [initiative.summary, *programmes])


class Migration(migrations.Migration):
    dependencies = [("initiatives", "0018_featured")]
    operations = [refold("initiatives", "initiative", folded)]
