"""What a file says, written into the directory: all of it, or nothing and the reasons."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from roma_network.editorial import revisions
from roma_network.editorial.importing.cells import Link, Links
from roma_network.editorial.importing.dry_run import Outcome
from roma_network.editorial.revisions import batches
from roma_network.models import Source, names_changed

MOST_BLAMED = 50


class RefusedError(Exception):
    """What the database refuses: `blamed` are pairs of finding and text."""

    def __init__(self, blamed):
        super().__init__()
        self.blamed = blamed


class BulkWriter:
    """`findings` are new rows and changes, without mistakes. `tell` is called with the number of rows just written."""

    def __init__(self, table, sources, findings, *, by, reason="", tell=lambda number: None):
        self.table, self.sources, self.findings, self.tell = table, sources, findings, tell
        self.changes = revisions.BulkRevisionRecorder(by=by, reason=reason)
        self.now = timezone.now()

    @transaction.atomic
    def write(self):
        changed, new = (
            [each for each in self.findings if each.outcome == outcome]
            for outcome in (Outcome.CHANGED, Outcome.NEW)
        )
        for model, keys in self.entries(changed if self.table.is_entry else self.findings).items():
            self.changes.watch(model, keys)
        self.store(new, self.insert)
        self.store(changed, self.update)
        self.link_to_new(new)
        self.store_within()
        self.record()

    # Rows

    def store(self, findings, how):
        blamed = []
        for batch in batches(findings):
            try:
                with transaction.atomic():
                    how([each.row for each in batch])
            except IntegrityError:
                blamed += self.blamed(batch, how)
                if len(blamed) >= MOST_BLAMED:
                    break
            self.tell(len(batch))
        if blamed:
            raise RefusedError(blamed)

    def insert(self, rows):
        for row in rows:
            row.pk = None  # what a refused try left there
            if self.table.is_entry:
                row.updated_at = self.now
        self.table.model.objects.bulk_create(rows)

    def update(self, rows):
        """One statement for many rows: insert, and where the key is there already, update."""
        fields = [column.field.name for column in self.table.imported if not column.is_many]
        if self.table.is_entry:
            fields.append("updated_at")
            for row in rows:
                row.updated_at = self.now
        self.table.model.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["pk"], update_fields=fields
        )

    def blamed(self, findings, how):
        """Which of these are refused, and why: by halves, until they stand alone."""
        try:
            with transaction.atomic():
                how([each.row for each in findings])
                transaction.set_rollback(True)
        except IntegrityError:
            if len(findings) == 1:
                return [(findings[0], reason(findings[0].row))]
            middle = len(findings) // 2
            found = self.blamed(findings[:middle], how)
            if len(found) < MOST_BLAMED:
                found += self.blamed(findings[middle:], how)
            return found
        return []

    def link_to_new(self, new):
        """Have rows lead to others of the same file, which had no key when they were read."""
        keys = {each.key[0]: each.row.pk for each in new if self.table.is_entry}
        for column in self.table.imported:
            if isinstance(column, Link) and column.model is self.table.model:
                late = [each for each in self.findings if each.values.get(column.name) in keys]
                for each in late:
                    setattr(each.row, column.field.attname, keys[each.values[column.name]])
                rows = [each.row for each in late]
                self.table.model.objects.bulk_update(rows, [column.field.name], batch_size=500)

    def store_within(self):
        """Links and rows within the rows."""
        keys = {Source: self.source_keys()}
        for column in self.table.imported:
            if not column.is_many:
                continue
            if isinstance(column, Links):
                keys[column.model] = dict(column.model.objects.values_list(column.by, "pk"))
            column.write(
                {
                    each.row.pk: each.values[column.name]
                    for each in self.findings
                    if column.name in each.values
                },
                keys,
            )

    def source_keys(self):
        """Address → key of all that is cited, stored if the directory has it not."""
        cited = {url for each in self.findings for url, *_said in each.values.get("sources", ())}
        keys = {}
        for batch in batches(cited):
            keys |= dict(Source.objects.filter(url__in=batch).values_list("url", "pk"))
        new = [self.sources[url] for url in sorted(cited) if url not in keys]
        for source in new:
            source.pk = None
        return keys | {source.url: source.pk for source in Source.objects.bulk_create(new, batch_size=500)}

    # Entries, and their history

    def entries(self, findings):
        """Model → keys of the entries that these rows are, or that they link."""
        if self.table.is_entry:
            return {self.table.model: {each.row.pk for each in findings}}
        found = {}
        for column in self.table.keys:
            if isinstance(column, Link):
                keys = {getattr(each.row, column.field.attname) for each in findings}
                found.setdefault(column.model, set()).update(keys)
        return found

    def record(self):
        for model, keys in self.entries(self.findings).items():
            for batch in batches(keys):
                if self.table.is_entry:
                    model.objects.filter(pk__in=batch).refresh_search()
                    names_changed.send(model, keys=batch)
                changed = self.changes.record(model, batch)
                model.objects.filter(pk__in=changed).update(updated_at=self.now)


def reason(row):
    """Why the database refuses a row."""
    try:
        row.validate_constraints()
    except ValidationError as error:
        return " ".join(error.messages)
    return _("The database refuses it.")
