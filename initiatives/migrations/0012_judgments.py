from django.db import migrations, models

from roma_network.core.migration_operations import replaced_on_the_way_back


class Migration(migrations.Migration):

    dependencies = [
        ('initiatives', '0011_name_facts'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='document',
            name='initiatives_document_kind_is_known',
        ),
        migrations.AlterField(
            model_name='document',
            name='kind',
            field=models.CharField(choices=[('communication', 'Communication'), ('recommendation', 'Recommendation'), ('regulation', 'Regulation'), ('decision', 'Decision'), ('resolution', 'Resolution'), ('judgment', 'Judgment'), ('complaint', 'Complaint'), ('strategy', 'Strategy'), ('report', 'Report'), ('study', 'Study'), ('guide', 'Guide'), ('website', 'Website')], max_length=20, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='historicaldocument',
            name='kind',
            field=models.CharField(choices=[('communication', 'Communication'), ('recommendation', 'Recommendation'), ('regulation', 'Regulation'), ('decision', 'Decision'), ('resolution', 'Resolution'), ('judgment', 'Judgment'), ('complaint', 'Complaint'), ('strategy', 'Strategy'), ('report', 'Report'), ('study', 'Study'), ('guide', 'Guide'), ('website', 'Website')], max_length=20, verbose_name='kind'),
        ),
        replaced_on_the_way_back("initiatives", "document", "kind", {"judgment": "decision", "complaint": "report"}),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['communication', 'recommendation', 'regulation', 'decision', 'resolution', 'judgment', 'complaint', 'strategy', 'report', 'study', 'guide', 'website'])), name='initiatives_document_kind_is_known', violation_error_message='Choose one of the listed values.'),
        ),
    ]
