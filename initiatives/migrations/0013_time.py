import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.db.models.lookups
import roma_network.core.partial_dates
from django.db import migrations, models

from roma_network.core.migration_operations import replaced_on_the_way_back


class Migration(migrations.Migration):

    dependencies = [
        ('initiatives', '0012_judgments'),
        ('stakeholders', '0011_time'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='initiative',
            name='initiatives_initiative_kind_is_known',
        ),
        migrations.AddField(
            model_name='document',
            name='doubt',
            field=models.CharField(blank=True, db_default='', default='', help_text='What the sources leave open, in one plain sentence that also says what would settle it.', max_length=300, verbose_name='open question'),
        ),
        migrations.AddField(
            model_name='historicaldocument',
            name='doubt',
            field=models.CharField(blank=True, db_default='', default='', help_text='What the sources leave open, in one plain sentence that also says what would settle it.', max_length=300, verbose_name='open question'),
        ),
        migrations.AddField(
            model_name='historicalinitiative',
            name='doubt',
            field=models.CharField(blank=True, db_default='', default='', help_text='What the sources leave open, in one plain sentence that also says what would settle it.', max_length=300, verbose_name='open question'),
        ),
        migrations.AddField(
            model_name='historicalinitiative',
            name='last_seen',
            field=roma_network.core.partial_dates.PartialDateField(db_default='', help_text='The latest date at which a source says that it was active.', verbose_name='last seen'),
        ),
        migrations.AddField(
            model_name='historicalinitiative',
            name='modelled_on',
            field=models.ForeignKey(blank=True, db_index=False, db_constraint=False, help_text='The initiative whose method it took over, and which it does not succeed.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='initiatives.initiative', verbose_name='modelled on'),
        ),
        migrations.AddField(
            model_name='initiative',
            name='doubt',
            field=models.CharField(blank=True, db_default='', default='', help_text='What the sources leave open, in one plain sentence that also says what would settle it.', max_length=300, verbose_name='open question'),
        ),
        migrations.AddField(
            model_name='initiative',
            name='last_seen',
            field=roma_network.core.partial_dates.PartialDateField(db_default='', help_text='The latest date at which a source says that it was active.', verbose_name='last seen'),
        ),
        migrations.AddField(
            model_name='initiative',
            name='modelled_on',
            field=models.ForeignKey(blank=True, db_index=False, help_text='The initiative whose method it took over, and which it does not succeed.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='modelled', to='initiatives.initiative', verbose_name='modelled on'),
        ),
        migrations.AddField(
            model_name='participation',
            name='last_seen',
            field=roma_network.core.partial_dates.PartialDateField(db_default='', help_text='The latest date at which a source says that it took part.', verbose_name='last seen'),
        ),
        migrations.AlterField(
            model_name='historicalinitiative',
            name='kind',
            field=models.CharField(choices=[('project', 'Project'), ('programme', 'Programme'), ('network', 'Network'), ('task_force', 'Task force'), ('policy_framework', 'Policy framework'), ('fund', 'Fund'), ('campaign', 'Campaign'), ('survey', 'Survey'), ('event', 'Event'), ('publication', 'Publication')], max_length=20, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='initiative',
            name='kind',
            field=models.CharField(choices=[('project', 'Project'), ('programme', 'Programme'), ('network', 'Network'), ('task_force', 'Task force'), ('policy_framework', 'Policy framework'), ('fund', 'Fund'), ('campaign', 'Campaign'), ('survey', 'Survey'), ('event', 'Event'), ('publication', 'Publication')], max_length=20, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='initiative',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['project', 'programme', 'network', 'task_force', 'policy_framework', 'fund', 'campaign', 'survey', 'event', 'publication'])), name='initiatives_initiative_kind_is_known', violation_error_message='Choose one of the listed values.'),
        ),
        migrations.AddConstraint(
            model_name='initiative',
            constraint=models.CheckConstraint(condition=models.Q(('modelled_on__isnull', True), models.Q(('modelled_on', models.F('id')), _negated=True), _connector='OR'), name='initiatives_initiative_is_not_its_own_model', violation_error_message='An initiative cannot be modelled on itself.'),
        ),
        migrations.AddConstraint(
            model_name='initiative',
            constraint=models.CheckConstraint(condition=models.Q(('last_seen', ''), ('last_seen__regex', '^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$'), _connector='OR'), name='initiatives_initiative_last_seen_is_a_date', violation_error_message='Write a date as 2011, 2011-04 or 2011-04-05.'),
        ),
        migrations.AddConstraint(
            model_name='initiative',
            constraint=models.CheckConstraint(condition=models.Q(('last_seen', ''), ('start', ''), django.db.models.lookups.GreaterThanOrEqual(django.db.models.functions.text.Left('last_seen', django.db.models.functions.comparison.Least(django.db.models.functions.text.Length('last_seen'), django.db.models.functions.text.Length('start'))), django.db.models.functions.text.Left('start', django.db.models.functions.comparison.Least(django.db.models.functions.text.Length('last_seen'), django.db.models.functions.text.Length('start')))), _connector='OR'), name='initiatives_initiative_last_seen_not_before_start', violation_error_message='It cannot have been seen before its start.'),
        ),
        migrations.AddConstraint(
            model_name='initiative',
            constraint=models.CheckConstraint(condition=models.Q(('end', ''), ('last_seen', ''), django.db.models.lookups.GreaterThanOrEqual(django.db.models.functions.text.Left('end', django.db.models.functions.comparison.Least(django.db.models.functions.text.Length('end'), django.db.models.functions.text.Length('last_seen'))), django.db.models.functions.text.Left('last_seen', django.db.models.functions.comparison.Least(django.db.models.functions.text.Length('end'), django.db.models.functions.text.Length('last_seen')))), _connector='OR'), name='initiatives_initiative_end_not_before_last_seen', violation_error_message='It cannot have been active after its end.'),
        ),
        migrations.AddConstraint(
            model_name='participation',
            constraint=models.CheckConstraint(condition=models.Q(('last_seen', ''), ('last_seen__regex', '^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$'), _connector='OR'), name='initiatives_participation_last_seen_is_a_date', violation_error_message='Write a date as 2011, 2011-04 or 2011-04-05.'),
        ),
        migrations.AddConstraint(
            model_name='participation',
            constraint=models.CheckConstraint(condition=models.Q(('last_seen', ''), ('start', ''), django.db.models.lookups.GreaterThanOrEqual(django.db.models.functions.text.Left('last_seen', django.db.models.functions.comparison.Least(django.db.models.functions.text.Length('last_seen'), django.db.models.functions.text.Length('start'))), django.db.models.functions.text.Left('start', django.db.models.functions.comparison.Least(django.db.models.functions.text.Length('last_seen'), django.db.models.functions.text.Length('start')))), _connector='OR'), name='initiatives_participation_last_seen_not_before_start', violation_error_message='It cannot have been seen before its start.'),
        ),
        migrations.AddConstraint(
            model_name='participation',
            constraint=models.CheckConstraint(condition=models.Q(('end', ''), ('last_seen', ''), django.db.models.lookups.GreaterThanOrEqual(django.db.models.functions.text.Left('end', django.db.models.functions.comparison.Least(django.db.models.functions.text.Length('end'), django.db.models.functions.text.Length('last_seen'))), django.db.models.functions.text.Left('last_seen', django.db.models.functions.comparison.Least(django.db.models.functions.text.Length('end'), django.db.models.functions.text.Length('last_seen')))), _connector='OR'), name='initiatives_participation_end_not_before_last_seen', violation_error_message='It cannot have been active after its end.'),
        ),
        replaced_on_the_way_back(
            "initiatives", "initiative", "kind", {"survey": "project", "event": "network", "publication": "network"}
        ),
    ]
