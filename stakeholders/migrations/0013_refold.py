from django.db import migrations

from roma_network.core.folding import LONGEST_NAME, fold, searchable
from roma_network.core.migration_operations import refold


def folded(actor):
    """Authorities are sorted by their place, and Bulgarian ъ is a."""
    town = [actor.locality] if actor.type == "local_authority" and actor.locality else []
    names = [*town, actor.name, actor.acronym, actor.native_name]
    names += [row.name for row in actor.names.order_by("kind", "name")]
    rest = [actor.locality, actor.country.name if actor.country_id else "", actor.summary]
    return fold(names[0])[:LONGEST_NAME], searchable(names, rest)


class Migration(migrations.Migration):
    dependencies = [("stakeholders", "0012_successor_index")]
    operations = [refold("stakeholders", "actor", folded)]
