"""What an import wrote, taken back: all but what somebody edited since, cell by cell.

A row that was new goes, unless somebody edited it or led others to it. In a row that was there before, each column
that still says what the import wrote says again what it said before.
"""

from collections import defaultdict
from itertools import chain

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connection, transaction

from roma_network.core.batches import batches
from roma_network.editorial import merging, revisions
from roma_network.editorial.importing.writing import EntryHistory, stored_rows
from roma_network.models import Source, loops


class Undoing:
    """Of one batch, by its journal."""

    def __init__(self, table, batch, *, by, reason):
        self.table, self.sources = table, batch.sources
        self.journal = {key: (named_now(before), named_now(after)) for key, before, after in batch.rows}
        self.rows = {key: self.row(after) for key, (_before, after) in self.journal.items()}
        self.history = EntryHistory(table, by=by, reason=reason)

    @transaction.atomic
    def run(self):
        """The new rows that stay, and those that cannot be again as they were."""
        now = stored_rows(self.table, list(self.journal))
        taken = self.journal.keys() - self.staying(now)
        self.history.watch(self.rows[key] for key in taken)
        refused = self.take_back(
            {key: steps(*map(columns_by_row, (*self.journal[key], now.get(key, [])))) for key in taken}
        )
        self.delete_sources()
        self.history.record(self.rows[key] for key in taken)
        return list(self.table.model.objects.filter(pk__in=(self.journal.keys() - taken) | refused))

    def row(self, stored):
        """The row itself, which stands last in the journal."""
        _label, key, columns = stored[-1]
        return self.table.model(pk=key, **columns)

    def staying(self, now):
        """Keys of the new rows that somebody edited, or that rows which stay lead to."""
        new = {key for key, (before, _after) in self.journal.items() if not before}
        staying = {key for key in new if key in now and differ(self.journal[key][1], now[key])}
        leading = self.leading(new)
        while more := {target for target, owners in leading.items() if owners & {None, *staying}} - staying:
            staying |= more
        return staying

    def leading(self, new):
        """Key of a new row → the keys of the new rows that lead to it, None for what others made lead there."""
        written = {
            (label, key): (owner, columns)
            for owner, (_before, after) in self.journal.items()
            for label, key, columns in after
        }
        found = defaultdict(set)
        for field in merging.ties(self.table.model):
            rows = field.model._default_manager.filter(**{f"{field.name}__in": new}).order_by()
            for key, target in rows.values_list("pk", field.attname):
                owner, columns = written.get((field.model._meta.label, key), (None, {}))
                if columns.get(field.attname) != target:
                    found[target].add(None)
                elif owner in new - {target}:
                    found[target].add(owner)
        return found

    def take_back(self, wanted):
        """Take the steps of all rows at once, or one by one if the database refuses: keys of those that it refuses."""
        if not wanted or is_done(self.write, wanted.values()):
            return set()
        return {key for key, each in wanted.items() if not is_done(self.write, [each])}

    def write(self, wanted):
        self.delete(chain.from_iterable(gone for gone, _held in wanted))
        self.restore(chain.from_iterable(held for _gone, held in wanted))
        connection.check_constraints()
        loops.refuse(self.table.model, self.rows)

    def delete(self, rows):
        for model, columns in grouped(rows).items():
            for batch in batches(columns):
                model._default_manager.filter(pk__in=batch)._raw_delete(DEFAULT_DB_ALIAS)

    def restore(self, rows):
        for model, columns in grouped(rows).items():
            model._default_manager.bulk_create(
                [model(pk=key, **values) for key, values in columns.items()],
                batch_size=500,
                update_conflicts=True,
                unique_fields=["pk"],
                update_fields=[field.name for field in revisions.columns(model)],
            )

    def delete_sources(self):
        """Those that came with the batch, and that nothing cites any more."""
        unused = Source.objects.filter(pk__in=self.sources)
        for relation in Source._meta.related_objects:
            unused = unused.filter(**{relation.name: None})
        Source.objects.filter(pk__in=list(unused.values_list("pk", flat=True))).delete()


def is_done(write, wanted):
    try:
        with transaction.atomic():
            write(wanted)
    except IntegrityError:
        return False
    return True


def named_now(rows):
    """Of a journal that is kept for good, with columns as they are called now."""
    return [[label, key, revisions.renamed(apps.get_model(label), columns)] for label, key, columns in rows]


def differ(written, stands):
    """Whether somebody edited rows. Columns that there were not yet do not count."""
    written, stands = columns_by_row(written), columns_by_row(stands)
    return written.keys() != stands.keys() or any(
        {name: stands[place].get(name) for name in columns} != columns for place, columns in written.items()
    )


def columns_by_row(rows):
    """(Label, key) → columns, in the order of the journal: rows within first, the row itself last."""
    return {(label, key): columns for label, key, columns in rows}


def steps(before, after, now):
    """The rows to delete and those to write, so that nothing is left of what led from `before` to `after`."""
    gone, held = [], []
    for place in dict.fromkeys([*before, *after]):
        old, written, stands = before.get(place), after.get(place), now.get(place)
        if written == old or bool(written) != bool(stands):
            continue  # not touched by the import, or deleted or put back since
        if old is None:
            gone += [] if differ([(*place, written)], [(*place, stands)]) else [(*place, stands)]
        elif stands is None:
            held.append((*place, old))
        else:
            held.append((*place, mixed(old, written, stands)))
    return gone, held


def mixed(old, written, stands):
    """What stands there, and where that is still what was written, what was there before."""
    return {
        name: old[name] if name in old and value == written[name] else value for name, value in stands.items()
    }


def grouped(rows):
    """Model → key → columns, in the order of the journal: rows within first."""
    found = defaultdict(dict)
    for label, key, columns in rows:
        found[apps.get_model(label)][key] = columns
    return found
