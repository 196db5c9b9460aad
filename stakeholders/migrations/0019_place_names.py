from django.db import migrations

from roma_network.core.folding import LONGEST_NAME, fold, searchable
from roma_network.core.migration_operations import refold

TOWNS = ["city", "municipality", "village"]


def place_name(actor):
    """An authority is called by the place that it is of, not by the town where it sits."""
    if actor.type != "local_authority" or actor.form not in [*TOWNS, "district", "region"]:
        return ""
    is_town = actor.form in TOWNS and actor.locality and fold(actor.locality) in fold(actor.name)
    return actor.locality if is_town else actor.name.partition(" of ")[2]


def folded(actor):
    names = [*filter(None, [place_name(actor)]), actor.name, actor.acronym, actor.native_name]
    names += [row.name for row in actor.names.order_by("kind", "name")]
    rest = [actor.locality, actor.country.name if actor.country_id else "", actor.summary]
    return fold(names[0])[:LONGEST_NAME], searchable(names, rest)


class Migration(migrations.Migration):
    dependencies = [("stakeholders", "0018_acronym_index")]
    operations = [refold("stakeholders", "actor", folded)]
