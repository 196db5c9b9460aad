"""Lines of a file, written into the directory, with a journal of what stood there: see `undoing`."""

from collections import defaultdict
from itertools import chain
from json import dumps, loads

from django.db import transaction
from django.utils import timezone

from roma_network.core.batches import batches
from roma_network.editorial import revisions
from roma_network.editorial.importing.cells import LinkColumn, Links
from roma_network.editorial.importing.dry_run import Outcome
from roma_network.models import Source, names_changed


class BulkWriter:
    """`findings` are new rows and changes, without mistakes."""

    def __init__(self, table, sources, findings, *, by, reason=""):
        self.table, self.sources, self.findings = table, sources, findings
        self.history = EntryHistory(table, by=by, reason=reason)

    @transaction.atomic
    def write(self):
        """The journal, and the keys of new sources."""
        changed, new = (
            [each for each in self.findings if each.outcome == outcome]
            for outcome in (Outcome.CHANGED, Outcome.NEW)
        )
        before = stored_rows(self.table, [each.row.pk for each in changed])
        self.history.watch(each.row for each in (changed if self.table.is_entry else self.findings))
        self.insert([each.row for each in new])
        self.update([each.row for each in changed])
        self.link_to_new(new)
        new_sources = self.store_within()
        self.history.record(each.row for each in self.findings)
        after = stored_rows(self.table, [each.row.pk for each in self.findings])
        return [[key, before.get(key, []), rows] for key, rows in after.items()], new_sources

    def insert(self, rows):
        for row in rows:
            if self.table.is_entry:
                row.updated_at = self.history.now
        self.table.model.objects.bulk_create(rows)

    def update(self, rows):
        """One statement for many rows: insert, and where the key is there already, update."""
        fields = [column.field.name for column in self.table.imported if not column.is_many]
        if self.table.is_entry:
            fields.append("updated_at")
            for row in rows:
                row.updated_at = self.history.now
        self.table.model.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["pk"], update_fields=fields
        )

    def link_to_new(self, new):
        """Have rows lead to others of the same batch, which had no key when they were read."""
        keys = {each.key[0]: each.row.pk for each in new}
        for column in self.table.own_links:
            late = [each for each in self.findings if each.values.get(column.name) in keys]
            for each in late:
                setattr(each.row, column.field.attname, keys[each.values[column.name]])
            rows = [each.row for each in late]
            self.table.model.objects.bulk_update(rows, [column.field.name], batch_size=500)

    def store_within(self):
        """Store links and rows within the rows, and give the keys of new sources."""
        known, new = self.stored_sources()
        keys = {Source: known | new}
        for column in self.table.imported:
            if not column.is_many:
                continue
            if isinstance(column, Links):
                wanted = set(chain.from_iterable(each.values.get(column.name, ()) for each in self.findings))
                rows = column.model.objects.filter(**{f"{column.by}__in": wanted})
                keys[column.model] = dict(rows.values_list(column.by, "pk"))
            column.write(
                {
                    each.row.pk: each.values[column.name]
                    for each in self.findings
                    if column.name in each.values
                },
                keys,
            )
        return list(new.values())

    def stored_sources(self):
        """Address → key of all that is cited: of what the directory has, and of what it now gets."""
        cited = {url for each in self.findings for url, *_said in each.values.get("sources", ())}
        known = {}
        for batch in batches(cited):
            known |= dict(Source.objects.filter(url__in=batch).values_list("url", "pk"))
        new = [self.sources[url] for url in sorted(cited) if url not in known]
        for source in new:
            source.pk = None  # what a try that was taken back left there
        return known, {source.url: source.pk for source in Source.objects.bulk_create(new, batch_size=500)}


class EntryHistory:
    """Versions of the entries that rows of a table are, or that they link."""

    def __init__(self, table, *, by, reason):
        self.table = table
        self.recorder = revisions.BulkRevisionRecorder(by=by, reason=reason)
        self.now = timezone.now()

    def watch(self, rows):
        for model, keys in entries(self.table, rows).items():
            self.recorder.watch(model, keys)

    def record(self, rows):
        for model, keys in entries(self.table, rows).items():
            for batch in batches(keys):
                if self.table.is_entry:
                    model.objects.filter(pk__in=batch).refresh_search()
                    names_changed.send(model, keys=batch)
                changed = self.recorder.record(model, batch)
                model.objects.filter(pk__in=changed).update(updated_at=self.now)


def entries(table, rows):
    """Model → keys of the entries that these rows are, or that they link."""
    found = defaultdict(set)
    for row in rows:
        for model, attname in entry_columns(table):
            if key := getattr(row, attname):
                found[model].add(key)
    return found


def entry_columns(table):
    if table.is_entry:
        return [(table.model, "pk")]
    return [
        (column.model, column.field.attname)
        for column in table.columns.values()
        if isinstance(column, LinkColumn) and column.is_of_entries
    ]


# The journal


def models_of(table):
    """Pairs of model and the attribute that leads to a row of the table: of the rows within it, then its own."""
    for column in table.imported:
        if isinstance(column, Links):
            through = column.field.remote_field.through
            yield through, through._meta.get_field(column.field.m2m_field_name()).attname
        elif column.is_many:
            yield column.model, column.model._meta.get_field(column.owner).attname
    yield table.model, "pk"


def stored_rows(table, keys):
    """Key → what the directory holds of a row and within it: lists of model, key and columns, as JSON gives them back."""
    found = defaultdict(list)
    for model, owner in models_of(table):
        names = [field.attname for field in revisions.columns(model)]
        for batch in batches(keys):
            rows = model._default_manager.filter(**{f"{owner}__in": batch}).order_by("pk")
            for row in jsonable(list(rows.values("pk", owner, *names))):
                key = row["pk"]
                found[row[owner]].append([model._meta.label, key, {name: row[name] for name in names}])
    return found


def jsonable(values):
    """As JSON gives them back; times to the microsecond, of which Django's encoder keeps a thousandth."""
    return loads(dumps(values, default=str))
