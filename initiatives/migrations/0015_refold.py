from django.db import migrations

from roma_network.core.folding import LONGEST_NAME, fold, searchable
from roma_network.core.migration_operations import refold


def folded(document):
    """Bulgarian ъ is a."""
    publisher = document.publisher
    rest = [publisher.name] if publisher and publisher.status == "published" else []
    return fold(document.title)[:LONGEST_NAME], searchable([document.title], rest)


class Migration(migrations.Migration):
    dependencies = [("initiatives", "0014_modelled_on_index"), ("stakeholders", "0013_refold")]
    operations = [refold("initiatives", "document", folded)]
