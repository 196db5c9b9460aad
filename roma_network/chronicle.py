"""What became of one entry, as an Atom feed: new, changed, verified, merged, withdrawn. It tells only what is public."""

from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from django.utils.translation import gettext as _

from roma_network.feeds import MOST, answer, atom_feed
from roma_network.history import State, state_in
from roma_network.linked import identifier, origin_of
from roma_network.models import Editorial, Status


class Event(NamedTuple):
    key: str  # of its own among the events of the entry
    at: datetime
    title: str
    description: str = ""


def requested(request, table, entry):
    """The feed that `?format=atom` asks for, or None where it asks for something else."""
    if request.GET.get("format") != "atom":
        return None
    return feed(request, table, entry, str(entry), events_of(table, entry))


def of_withdrawn(request, table, slug):
    """The feed of an entry that once was public: that it is so no more. None where it asks for something else."""
    if request.GET.get("format") != "atom":
        return None
    gone = {"slug": slug, "status": Status.WITHDRAWN, "published_at__isnull": False}
    entry = table.model.objects.filter(**gone).first() if "\0" not in slug else None
    if entry is None or entry.merged_into:
        return None
    return feed(request, table, entry, slug, [Event("withdrawn", entry.updated_at, _("Withdrawn"))])


def feed(request, table, entry, name, events):
    atom = atom_feed(request, _("Changes of “%(name)s”") % {"name": name})
    key = identifier(origin_of(request), table.kind, entry.slug).value
    for event in sorted(events, key=lambda event: event.at, reverse=True)[:MOST]:
        atom.add_item(
            title=event.title,
            link=request.build_absolute_uri(entry.get_absolute_url()),
            description=event.description,
            unique_id=f"{key}#{event.key}",
            updateddate=event.at,
        )
    return answer(atom)


def events_of(table, entry):
    yield Event("new", entry.published_at, _("New"))
    versions = list(entry.history.all()[: MOST + 1])[::-1]
    visible = Visible(table, versions)
    for before, after in pairwise(versions):
        if event := told(table, before, after, visible):
            yield event
    merges = table.model._meta.get_field("merge").related_model.objects.filter(survivor=entry)
    for merge in merges.select_related("old"):
        if merge.old.published_at:
            text = _("It took the place of “%(slug)s”.") % {"slug": merge.old.slug}
            yield Event(f"merge-{merge.pk}", merge.at, _("Merged"), text)


def told(table, before, after, visible):
    """The event that a version is to readers, or None."""
    key, at = f"version-{after.pk}", after.history_date
    was, is_ = (version.status == Status.PUBLISHED for version in (before, after))
    if was and not is_:
        return Event(key, at, _("Withdrawn"))
    if not was:
        return Event(key, at, _("Published again")) if is_ and before.status == Status.WITHDRAWN else None
    states = [visible.part_of(state_in(version)) for version in (before, after)]
    changed = {column for column in states[0] if states[0][column] != states[1][column]}
    if "verified_on" in changed:
        return Event(key, at, _("Verified"), titles(table, changed - {"verified_on"}))
    return Event(key, at, _("Changed"), titles(table, changed)) if changed else None


def titles(table, columns):
    """What changed, in the words of the forms."""
    return ", ".join(str(field.title) for field in table.fields() if field.name in columns)


class Visible:
    """What readers see of versions: columns of the table, without links to what is not public."""

    def __init__(self, table, versions):
        fields = {column: table.paths.get(column, column) for column in table.columns}
        states = [state_in(version) for version in versions]
        held = State({}, {}) if not states else states[-1]
        self.fields = {
            column: name for column, name in fields.items() if name in held.columns or name in held.rows
        }
        self.model = table.model
        self.public = {}
        for target in {model for name in self.fields.values() for model in self.targets(name).values()}:
            self.public[target] = set(target.objects.published().values_list("pk", flat=True))

    def targets(self, name):
        """Where a field leads to entries: column of its rows, or "" for itself → the model of those."""
        field = self.model._meta.get_field(name)
        related = field.related_model
        if related is None:
            return {}
        if issubclass(related, Editorial):
            return {"": related}
        if field.many_to_many or field.many_to_one:
            return {}
        return {
            column.name: column.related_model
            for column in related._meta.concrete_fields
            if column.related_model and issubclass(column.related_model, Editorial) and column != field.field
        }

    def part_of(self, state):
        return {column: self.seen(name, state) for column, name in self.fields.items()}

    def seen(self, name, state):
        targets = self.targets(name)
        if name in state.rows:
            return [
                row
                for row in state.rows[name]
                if all(row[column] in self.public[model] for column, model in targets.items() if column)
            ]
        value = state.columns.get(name)
        return value if not targets or value in self.public[targets[""]] else None
