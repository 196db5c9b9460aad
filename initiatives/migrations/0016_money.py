import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.db.models.lookups
import roma_network.core.partial_dates
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('initiatives', '0015_refold'),
        ('roma_network', '0011_name_origins'),
        ('stakeholders', '0014_mandates'),
    ]

    operations = [
        migrations.CreateModel(
            name='FundingCitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('facts', models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, help_text='The facts that this source backs.', verbose_name='facts')),
                ('note', models.CharField(blank=True, db_column='supports', help_text='What the source says beyond these facts, in a few words; empty where that is nothing.', max_length=300, verbose_name='note')),
            ],
            options={
                'verbose_name': 'citation',
                'verbose_name_plural': 'citations',
                'ordering': ['pk'],
                'abstract': False,
            },
        ),
        migrations.AlterModelOptions(
            name='funding',
            options={'ordering': ['slug'], 'verbose_name': 'funding', 'verbose_name_plural': 'funding'},
        ),
        migrations.RemoveConstraint(
            model_name='funding',
            name='initiatives_funding_once',
        ),
        migrations.RemoveConstraint(
            model_name='funding',
            name='initiatives_funding_says_where_from',
        ),
        # An amount is no longer in euro alone. Its column keeps its name: code still at work reads it.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint(
                    model_name="funding",
                    name="initiatives_funding_amount_is_positive",
                ),
                migrations.RenameField("funding", "amount_eur", "amount"),
                migrations.AlterField(
                    "funding",
                    "amount",
                    models.PositiveBigIntegerField(
                        blank=True,
                        db_column="amount_eur",
                        help_text="In whole units of the currency. Empty where no source states it.",
                        null=True,
                        verbose_name="amount",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="funding",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("amount__isnull", True), ("amount__gt", 0), _connector="OR"),
                        name="initiatives_funding_amount_is_positive",
                        violation_error_message="An amount is more than zero; leave it empty where it is not known.",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name='document',
            name='countries',
            field=models.ManyToManyField(blank=True, help_text='That the document is about.', related_name='documents', to='stakeholders.country', verbose_name='countries'),
        ),
        migrations.AddField(
            model_name='funding',
            name='country',
            field=models.ForeignKey(blank=True, db_index=False, help_text='Where the money is for one country alone.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='funding', to='stakeholders.country', verbose_name='country'),
        ),
        migrations.AddField(
            model_name='funding',
            name='currency',
            field=models.CharField(db_default='EUR', default='EUR', help_text='By ISO 4217: EUR, HUF.', max_length=3, verbose_name='currency'),
        ),
        migrations.AddField(
            model_name='funding',
            name='end',
            field=roma_network.core.partial_dates.PartialDateField(db_default='', verbose_name='end'),
        ),
        migrations.AddField(
            model_name='funding',
            name='funder',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='funding_given', to='stakeholders.actor', verbose_name='funder'),
        ),
        migrations.AddField(
            model_name='funding',
            name='kind',
            field=models.CharField(blank=True, choices=[('cost', 'Total cost, whoever pays'), ('allocation', 'Set aside'), ('grant', 'Granted'), ('spent', 'Spent'), ('loan', 'Loan or guarantee'), ('broader', 'Of a programme that is not for Roma alone')], db_default='', default='', help_text='What the amount is. Empty where no source says it.', max_length=12, verbose_name='kind'),
        ),
        migrations.AddField(
            model_name='funding',
            name='recipient',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='funding_received', to='stakeholders.actor', verbose_name='recipient'),
        ),
        migrations.AddField(
            model_name='funding',
            name='slug',
            field=models.SlugField(blank=True, db_index=False, help_text='Names this row in files. Left empty, one is made.', max_length=120, null=True, verbose_name='slug'),
        ),
        migrations.AddField(
            model_name='funding',
            name='start',
            field=roma_network.core.partial_dates.PartialDateField(db_default='', verbose_name='start'),
        ),
        migrations.AddField(
            model_name='funding',
            name='within',
            field=models.ForeignKey(blank=True, db_index=False, help_text='The larger sum that this one is a part of: it is counted once.', null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='parts', to='initiatives.funding', verbose_name='part of'),
        ),
        migrations.AddConstraint(
            model_name='funding',
            constraint=models.UniqueConstraint(fields=('slug',), name='initiatives_funding_slug_once', violation_error_message='Another row has this slug.'),
        ),
        migrations.AddConstraint(
            model_name='funding',
            constraint=models.CheckConstraint(condition=models.Q(('slug__isnull', True), ('slug__regex', '^[a-z0-9]+(-[a-z0-9]+)*$'), _connector='OR'), name='initiatives_funding_slug_is_part_of_an_address', violation_error_message='Write small letters, digits and single hyphens: city-of-glasgow.'),
        ),
        migrations.AddConstraint(
            model_name='funding',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['cost', 'allocation', 'grant', 'spent', 'loan', 'broader', ''])), name='initiatives_funding_kind_is_known', violation_error_message='Choose one of the listed values.'),
        ),
        migrations.AddConstraint(
            model_name='funding',
            constraint=models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='initiatives_funding_currency_is_three_letters', violation_error_message='Write the three capital letters of ISO 4217: EUR.'),
        ),
        migrations.AddConstraint(
            model_name='funding',
            constraint=models.CheckConstraint(condition=models.Q(('funder__isnull', True), ('note', ''), ('programme', ''), _negated=True), name='initiatives_funding_says_where_from', violation_error_message='Name the funder or the programme, or write in the note who pays.'),
        ),
        migrations.AddConstraint(
            model_name='funding',
            constraint=models.CheckConstraint(condition=models.Q(('start', ''), ('start__regex', '^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$'), _connector='OR'), name='initiatives_funding_start_is_a_date', violation_error_message='Write a date as 2011, 2011-04 or 2011-04-05.'),
        ),
        migrations.AddConstraint(
            model_name='funding',
            constraint=models.CheckConstraint(condition=models.Q(('end', ''), ('end__regex', '^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$'), _connector='OR'), name='initiatives_funding_end_is_a_date', violation_error_message='Write a date as 2011, 2011-04 or 2011-04-05.'),
        ),
        migrations.AddConstraint(
            model_name='funding',
            constraint=models.CheckConstraint(condition=models.Q(('end', ''), ('start', ''), django.db.models.lookups.GreaterThanOrEqual(django.db.models.functions.text.Left('end', django.db.models.functions.comparison.Least(django.db.models.functions.text.Length('end'), django.db.models.functions.text.Length('start'))), django.db.models.functions.text.Left('start', django.db.models.functions.comparison.Least(django.db.models.functions.text.Length('end'), django.db.models.functions.text.Length('start')))), _connector='OR'), name='initiatives_funding_end_not_before_start', violation_error_message='The end cannot come before the start.'),
        ),
        migrations.AddConstraint(
            model_name='funding',
            constraint=models.CheckConstraint(condition=models.Q(('within__isnull', True), models.Q(('within', models.F('id')), _negated=True), _connector='OR'), name='initiatives_funding_is_not_within_itself', violation_error_message='A sum cannot be a part of itself.'),
        ),
        migrations.AddField(
            model_name='fundingcitation',
            name='source',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(app_label)s_%(class)ss', to='roma_network.source', verbose_name='source'),
        ),
        migrations.AddField(
            model_name='fundingcitation',
            name='subject',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='citations', to='initiatives.funding'),
        ),
        migrations.AddConstraint(
            model_name='fundingcitation',
            constraint=models.UniqueConstraint(fields=('subject', 'source'), name='initiatives_fundingcitation_cites_once', violation_error_message='This source is cited here already: add to what it backs.'),
        ),
        migrations.AddConstraint(
            model_name='fundingcitation',
            constraint=models.CheckConstraint(condition=models.Q(('facts', []), ('note', ''), _negated=True), name='initiatives_fundingcitation_backs_something', violation_error_message='Name the facts that this source backs, or write a note.'),
        ),
    ]
