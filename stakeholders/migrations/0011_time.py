import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.db.models.lookups
import roma_network.core.partial_dates
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('stakeholders', '0010_precision'),
    ]

    operations = [
        migrations.AddField(
            model_name='actor',
            name='doubt',
            field=models.CharField(blank=True, db_default='', default='', help_text='What the sources leave open, in one plain sentence that also says what would settle it.', max_length=300, verbose_name='open question'),
        ),
        migrations.AddField(
            model_name='actor',
            name='form',
            field=models.CharField(blank=True, choices=[('ministry', 'Ministry'), ('agency', 'Agency, office or department'), ('council', 'Council or committee'), ('parliament', 'Parliament or assembly'), ('equality_body', 'Equality body or ombudsperson'), ('intergovernmental', 'Intergovernmental organisation'), ('region', 'Region, county or province'), ('city', 'City or town'), ('district', 'District of a city'), ('municipality', 'Municipality'), ('village', 'Commune or village'), ('network', 'Network or federation'), ('association', 'Association'), ('foundation', 'Foundation or fund'), ('cooperative', 'Cooperative'), ('religious', 'Church or religious body'), ('party', 'Political party'), ('museum', 'Museum or archive'), ('media', 'Media'), ('university', 'University, or part of one'), ('research_institute', 'Research institute'), ('school', 'School or training centre'), ('company', 'Company')], db_default='', default='', help_text='What kind of body or place it is, where its name or a source says so; else empty.', max_length=20, verbose_name='form'),
        ),
        migrations.AddField(
            model_name='actor',
            name='last_seen',
            field=roma_network.core.partial_dates.PartialDateField(db_default='', help_text='The latest date at which a source says that it was active.', verbose_name='last seen'),
        ),
        migrations.AddField(
            model_name='actor',
            name='successor',
            field=models.ForeignKey(blank=True, db_index=False, help_text='The body that stands in its place today.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='predecessors', to='stakeholders.actor', verbose_name='successor'),
        ),
        migrations.AddField(
            model_name='actor',
            name='successor_kind',
            field=models.CharField(blank=True, choices=[('renamed', 'Renamed'), ('merged', 'Merged into another'), ('succeeded', 'Succeeded by another')], db_default='', default='', help_text='Also where its successor is not in the directory.', max_length=10, verbose_name='kind of succession'),
        ),
        migrations.AddField(
            model_name='historicalactor',
            name='doubt',
            field=models.CharField(blank=True, db_default='', default='', help_text='What the sources leave open, in one plain sentence that also says what would settle it.', max_length=300, verbose_name='open question'),
        ),
        migrations.AddField(
            model_name='historicalactor',
            name='form',
            field=models.CharField(blank=True, choices=[('ministry', 'Ministry'), ('agency', 'Agency, office or department'), ('council', 'Council or committee'), ('parliament', 'Parliament or assembly'), ('equality_body', 'Equality body or ombudsperson'), ('intergovernmental', 'Intergovernmental organisation'), ('region', 'Region, county or province'), ('city', 'City or town'), ('district', 'District of a city'), ('municipality', 'Municipality'), ('village', 'Commune or village'), ('network', 'Network or federation'), ('association', 'Association'), ('foundation', 'Foundation or fund'), ('cooperative', 'Cooperative'), ('religious', 'Church or religious body'), ('party', 'Political party'), ('museum', 'Museum or archive'), ('media', 'Media'), ('university', 'University, or part of one'), ('research_institute', 'Research institute'), ('school', 'School or training centre'), ('company', 'Company')], db_default='', default='', help_text='What kind of body or place it is, where its name or a source says so; else empty.', max_length=20, verbose_name='form'),
        ),
        migrations.AddField(
            model_name='historicalactor',
            name='last_seen',
            field=roma_network.core.partial_dates.PartialDateField(db_default='', help_text='The latest date at which a source says that it was active.', verbose_name='last seen'),
        ),
        migrations.AddField(
            model_name='historicalactor',
            name='successor',
            field=models.ForeignKey(blank=True, db_index=False, db_constraint=False, help_text='The body that stands in its place today.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='stakeholders.actor', verbose_name='successor'),
        ),
        migrations.AddField(
            model_name='historicalactor',
            name='successor_kind',
            field=models.CharField(blank=True, choices=[('renamed', 'Renamed'), ('merged', 'Merged into another'), ('succeeded', 'Succeeded by another')], db_default='', default='', help_text='Also where its successor is not in the directory.', max_length=10, verbose_name='kind of succession'),
        ),
        migrations.AlterField(
            model_name='actor',
            name='closed',
            field=roma_network.core.partial_dates.PartialDateField(help_text='When it ceased to exist under this name.', verbose_name='closed'),
        ),
        migrations.AlterField(
            model_name='historicalactor',
            name='closed',
            field=roma_network.core.partial_dates.PartialDateField(help_text='When it ceased to exist under this name.', verbose_name='closed'),
        ),
        migrations.AddConstraint(
            model_name='actor',
            constraint=models.CheckConstraint(condition=models.Q(('form__in', ['ministry', 'agency', 'council', 'parliament', 'equality_body', 'intergovernmental', 'region', 'city', 'district', 'municipality', 'village', 'network', 'association', 'foundation', 'cooperative', 'religious', 'party', 'museum', 'media', 'university', 'research_institute', 'school', 'company', ''])), name='stakeholders_actor_form_is_known', violation_error_message='Choose one of the listed values.'),
        ),
        migrations.AddConstraint(
            model_name='actor',
            constraint=models.CheckConstraint(condition=models.Q(('successor_kind__in', ['renamed', 'merged', 'succeeded', ''])), name='stakeholders_actor_successor_kind_is_known', violation_error_message='Choose one of the listed values.'),
        ),
        migrations.AddConstraint(
            model_name='actor',
            constraint=models.CheckConstraint(condition=models.Q(('successor__isnull', True), models.Q(('successor_kind', ''), _negated=True), _connector='OR'), name='stakeholders_actor_successor_has_a_kind', violation_error_message='Say how the successor came to stand in its place.'),
        ),
        migrations.AddConstraint(
            model_name='actor',
            constraint=models.CheckConstraint(condition=models.Q(('successor__isnull', True), models.Q(('successor', models.F('id')), _negated=True), _connector='OR'), name='stakeholders_actor_is_not_its_own_successor', violation_error_message='An actor cannot succeed itself.'),
        ),
        migrations.AddConstraint(
            model_name='actor',
            constraint=models.CheckConstraint(condition=models.Q(('last_seen', ''), ('last_seen__regex', '^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$'), _connector='OR'), name='stakeholders_actor_last_seen_is_a_date', violation_error_message='Write a date as 2011, 2011-04 or 2011-04-05.'),
        ),
        migrations.AddConstraint(
            model_name='actor',
            constraint=models.CheckConstraint(condition=models.Q(('last_seen', ''), ('founded', ''), django.db.models.lookups.GreaterThanOrEqual(django.db.models.functions.text.Left('last_seen', django.db.models.functions.comparison.Least(django.db.models.functions.text.Length('last_seen'), django.db.models.functions.text.Length('founded'))), django.db.models.functions.text.Left('founded', django.db.models.functions.comparison.Least(django.db.models.functions.text.Length('last_seen'), django.db.models.functions.text.Length('founded')))), _connector='OR'), name='stakeholders_actor_last_seen_not_before_founded', violation_error_message='It cannot have been seen before it was founded.'),
        ),
        migrations.AddConstraint(
            model_name='actor',
            constraint=models.CheckConstraint(condition=models.Q(('closed', ''), ('last_seen', ''), django.db.models.lookups.GreaterThanOrEqual(django.db.models.functions.text.Left('closed', django.db.models.functions.comparison.Least(django.db.models.functions.text.Length('closed'), django.db.models.functions.text.Length('last_seen'))), django.db.models.functions.text.Left('last_seen', django.db.models.functions.comparison.Least(django.db.models.functions.text.Length('closed'), django.db.models.functions.text.Length('last_seen')))), _connector='OR'), name='stakeholders_actor_closed_not_before_last_seen', violation_error_message='It cannot have been active after it closed.'),
        ),
    ]
