"""What became of one entry, as an Atom feed: new, changed, verified, merged, withdrawn. It tells only what is public."""

from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from roma_network.core.web_addresses import absolute
from roma_network.editorial.revisions import state_in
from roma_network.export.atom import MOST, atom_feed, feed_answer
from roma_network.export.columns import Table
from roma_network.export.rdf import identifier
from roma_network.models import Editorial, Status
from roma_network.pages.redirects import moved_or_gone, tombstone


class Event(NamedTuple):
    key: str  # of its own among the events of the entry
    at: datetime
    title: str
    description: str = ""


def requested(request: HttpRequest, table: Table, entry: Editorial) -> HttpResponse | None:
    """The feed that `?format=atom` asks for, or None where it asks for something else."""
    if request.GET.get("format") != "atom":
        return None
    return feed(request, table, entry, str(entry), events_of(table, entry))


def feed_of_withdrawn(request: HttpRequest, table: Table, slug: str) -> HttpResponse | None:
    """The feed of an entry that once was public: that it is so no more. None where it asks for something else."""
    if request.GET.get("format") != "atom":
        return None
    gone_at = moved_or_gone(table.model, slug).withdrawn_at  # type: ignore[arg-type]  # entries have a model
    if gone_at is None:
        return None
    entry = table.model(slug=slug)  # type: ignore[misc]  # the same
    return tombstone(feed(request, table, entry, slug, [Event("withdrawn", gone_at, _("Withdrawn"))]))


def feed(request, table, entry, name, events):
    atom = atom_feed(request, _("Changes of “%(name)s”") % {"name": name})
    key = identifier(settings.BASE_URL, table.kind, entry.slug).value
    for event in sorted(events, key=lambda event: event.at, reverse=True)[:MOST]:
        atom.add_item(
            title=event.title,
            link=absolute(entry.get_absolute_url()),
            description=event.description,
            unique_id=f"{key}#{event.key}",
            updateddate=event.at,
        )
    return feed_answer(atom)


def events_of(table, entry):
    yield Event("new", entry.published_at, _("New"))
    versions = list(entry.history.all()[: MOST + 1])[::-1]
    seen = zip(versions, what_readers_see(table, versions), strict=True)
    for (before, was), (after, is_) in pairwise(seen):
        if event := event_of(table, before, after, {column for column in was if was[column] != is_[column]}):
            yield event
    for merge in entry.merged.select_related("old") if hasattr(entry, "merged") else ():
        if merge.old.published_at:
            text = _("It took the place of “%(slug)s”.") % {"slug": merge.old.slug}
            yield Event(f"merge-{merge.pk}", merge.at, _("Merged"), text)


def event_of(table, before, after, changed):
    """The event that a version is to readers, or None. `changed` names the columns that readers see differ."""
    key, at = f"version-{after.pk}", after.history_date
    was, is_ = (version.status == Status.PUBLISHED for version in (before, after))
    if was and not is_:
        return Event(key, at, _("Withdrawn"))
    if not was:
        return Event(key, at, _("Published again")) if is_ and before.status == Status.WITHDRAWN else None
    if "verified_on" in changed:
        return Event(key, at, _("Verified"), titles(table, changed - {"verified_on"}))
    return Event(key, at, _("Changed"), titles(table, changed)) if changed else None


def titles(table, columns):
    """What changed, in the words of the forms."""
    return ", ".join(str(column.title) for column in table.columns.values() if column.name in columns)


# What readers see of versions


def what_readers_see(table, versions):
    """Of each version, column of the table → value, without links to what is not public."""
    states = [state_in(version) for version in versions]
    seen = [{} for _state in states]
    for column in table.columns.values():
        name = column.field or column.name
        if states and (name in states[-1].columns or name in states[-1].rows):
            for found, value in zip(seen, public_values(table.model, name, states), strict=True):
                found[column.name] = value
    return seen


def public_values(model, name, states):
    """The values of a field in each state."""
    targets = targets_of(model, name)
    if name in states[-1].rows:
        values = [state.rows.get(name, []) for state in states]
        public = {
            column: published(target, (row[column] for rows in values for row in rows))
            for column, target in targets.items()
        }
        return [[row for row in rows if all(row[each] in public[each] for each in public)] for rows in values]
    values = [state.columns.get(name) for state in states]
    if not targets:
        return values
    public = published(targets[""], values)
    return [value if value in public else None for value in values]


def targets_of(model, name):
    """Where a field leads to entries: column of its rows, or "" for itself → the model of those."""
    field = model._meta.get_field(name)
    related = field.related_model
    if related is None or field.many_to_many:
        return {}
    if issubclass(related, Editorial) and field.many_to_one:
        return {"": related}
    if field.many_to_one:
        return {}
    return {
        column.name: column.related_model
        for column in related._meta.concrete_fields
        if column.related_model and issubclass(column.related_model, Editorial) and column != field.field
    }


def published(model, keys):
    """Those of the keys whose entries are public."""
    return set(model.objects.published().filter(pk__in=set(keys) - {None}).values_list("pk", flat=True))
