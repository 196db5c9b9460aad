import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.db.models.lookups
import roma_network.core.partial_dates
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('roma_network', '0011_name_origins'),
        ('stakeholders', '0013_refold'),
    ]

    operations = [
        migrations.CreateModel(
            name='Mandate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(blank=True, db_index=False, help_text='Names this row in files. Left empty, one is made.', max_length=120, null=True, verbose_name='slug')),
                ('office', models.CharField(choices=[('contact_point', 'National Roma contact point'), ('equality_body', 'Equality body'), ('strategy_author', 'Author of the national strategy'), ('advisory_council', 'Advisory council on Roma')], max_length=20, verbose_name='office')),
                ('start', roma_network.core.partial_dates.PartialDateField(verbose_name='start')),
                ('end', roma_network.core.partial_dates.PartialDateField(verbose_name='end')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('searched_on', models.DateField(blank=True, help_text='The day on which nobody was found. Its sources are the places where somebody looked.', null=True, verbose_name='searched on')),
                ('actor', models.ForeignKey(blank=True, help_text='Empty where a search found none: then give its day, and where it was made as sources.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='mandates', to='stakeholders.actor', verbose_name='body')),
                ('country', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mandates', to='stakeholders.country', verbose_name='country')),
            ],
            options={
                'verbose_name': 'mandate',
                'verbose_name_plural': 'mandates',
                'ordering': ['slug'],
            },
        ),
        migrations.CreateModel(
            name='MandateCitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('facts', models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, help_text='The facts that this source backs.', verbose_name='facts')),
                ('note', models.CharField(blank=True, db_column='supports', help_text='What the source says beyond these facts, in a few words; empty where that is nothing.', max_length=300, verbose_name='note')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(app_label)s_%(class)ss', to='roma_network.source', verbose_name='source')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='citations', to='stakeholders.mandate')),
            ],
            options={
                'verbose_name': 'citation',
                'verbose_name_plural': 'citations',
                'ordering': ['pk'],
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.UniqueConstraint(fields=('slug',), name='stakeholders_mandate_slug_once', violation_error_message='Another row has this slug.'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('slug__isnull', True), ('slug__regex', '^[a-z0-9]+(-[a-z0-9]+)*$'), _connector='OR'), name='stakeholders_mandate_slug_is_part_of_an_address', violation_error_message='Write small letters, digits and single hyphens: city-of-glasgow.'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('office__in', ['contact_point', 'equality_body', 'strategy_author', 'advisory_council'])), name='stakeholders_mandate_office_is_known', violation_error_message='Choose one of the listed values.'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.UniqueConstraint(fields=('country', 'office', 'actor', 'start'), name='stakeholders_mandate_once', violation_error_message='This mandate is recorded already.'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.UniqueConstraint(condition=models.Q(('actor__isnull', True)), fields=('country', 'office'), name='stakeholders_mandate_searched_once', violation_error_message='A search that found nothing is recorded already: change its day.'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('actor__isnull', False), ('searched_on__isnull', True)), models.Q(('actor__isnull', True), ('searched_on__isnull', False)), _connector='OR'), name='stakeholders_mandate_is_held_or_searched_for', violation_error_message='Name the body, or the day on which none was found.'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('start', ''), ('start__regex', '^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$'), _connector='OR'), name='stakeholders_mandate_start_is_a_date', violation_error_message='Write a date as 2011, 2011-04 or 2011-04-05.'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('end', ''), ('end__regex', '^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$'), _connector='OR'), name='stakeholders_mandate_end_is_a_date', violation_error_message='Write a date as 2011, 2011-04 or 2011-04-05.'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('end', ''), ('start', ''), django.db.models.lookups.GreaterThanOrEqual(django.db.models.functions.text.Left('end', django.db.models.functions.comparison.Least(django.db.models.functions.text.Length('end'), django.db.models.functions.text.Length('start'))), django.db.models.functions.text.Left('start', django.db.models.functions.comparison.Least(django.db.models.functions.text.Length('end'), django.db.models.functions.text.Length('start')))), _connector='OR'), name='stakeholders_mandate_end_not_before_start', violation_error_message='The end cannot come before the start.'),
        ),
        migrations.AddConstraint(
            model_name='mandatecitation',
            constraint=models.UniqueConstraint(fields=('subject', 'source'), name='stakeholders_mandatecitation_cites_once', violation_error_message='This source is cited here already: add to what it backs.'),
        ),
        migrations.AddConstraint(
            model_name='mandatecitation',
            constraint=models.CheckConstraint(condition=models.Q(('facts', []), ('note', ''), _negated=True), name='stakeholders_mandatecitation_backs_something', violation_error_message='Name the facts that this source backs, or write a note.'),
        ),
    ]
