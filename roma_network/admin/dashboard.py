"""The first page of the admin, in aggregates alone: it costs the same at a hundred entries and at 100,000."""

from collections import Counter, defaultdict
from typing import NamedTuple

from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.db.models import Count, F, Value
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from roma_network.editorial import work_lists, workflow
from roma_network.export.columns import table_of
from roma_network.models import Import, ImportedRow, Status

MOST_WAITING = 20
MOST_CHANGES = 10
MOST_IMPORTS = 5


class LinkedCount(NamedTuple):
    """How many entries; the list of them, where there are any."""

    count: int
    url: str


class QualityLine(NamedTuple):
    """A group of entries, and for each column of its table how many there are."""

    label: str
    figures: list[LinkedCount]


class QualityTable(NamedTuple):
    caption: str
    slug: str
    columns: list[str]
    lines: list[QualityLine]


def context(user, screens, importers):
    """What the page shows to `user`; `screens` are the admins of the entries that they may see, `importers` of what they may import."""
    counted = [Counted(screen) for screen in screens]
    return {
        "waiting": waiting(user, screens),
        "imports": imports(user, importers),
        "statuses": statuses(counted),
        "tables": [table for each in counted for table in tables(each)],
        "changes": changes(screens),
    }


class Counted:
    """The entries of a screen. `rows`: status and group by group, how many there are in all and on each work list."""

    def __init__(self, screen):
        self.screen = screen
        self.worklists = work_lists.conditions(screen.model)
        self.url = reverse(admin_urlname(screen.opts, "changelist"))
        columns = [path for path, *_ in screen.quality_groups]
        on_lists = {each.name: Count("pk", filter=condition) for each, condition in self.worklists.items()}
        rows = screen.model.objects.order_by().values("status", *columns)
        self.rows = list(rows.annotate(ALL=Count("pk"), **on_lists))

    def figure(self, count, **query):
        return LinkedCount(count, f"{self.url}?{urlencode(query)}" if count else "")


def statuses(counted):
    lines = []
    for each in counted:
        found = Counter()
        for row in each.rows:
            found[row["status"]] += row["ALL"]
        figures = [each.figure(found[status], status__exact=status) for status in Status]
        lines.append(QualityLine(capfirst(each.screen.opts.verbose_name_plural), figures))
    return lines


def tables(counted):
    """Quality of what is not withdrawn: one table for each way of grouping."""
    screen, worklists = counted.screen, counted.worklists
    columns = ("ALL", *(each.name for each in worklists))
    living = [row for row in counted.rows if row["status"] != Status.WITHDRAWN]
    for path, caption, labels in screen.quality_groups:
        names = labels()
        sums = defaultdict(Counter)
        for row in living:
            sums[row[path]].update({name: row[name] for name in columns})
        lines = []
        for value, found in sorted(sums.items(), key=lambda pair: -pair[1]["ALL"]):
            query = {f"{path}__exact": value} if value else {f"{path.partition('__')[0]}__isnull": "True"}
            figures = [
                counted.figure(found["ALL"], **query),
                *(counted.figure(found[each.name], work=each.value, **query) for each in worklists),
            ]
            lines.append(QualityLine(names.get(value, _("None")), figures))
        slug = f"{screen.opts.model_name}-{path.partition('__')[0]}"
        yield QualityTable(caption, slug, [each.label for each in worklists], lines)


def waiting(user, screens):
    """What waits for this person: what is in review for publishers; their own drafts and reviews, however many were imported."""
    reviewable = [screen for screen in screens if workflow.may(user, "publish", screen.model)]
    in_review = screen_lines(reviewable, lambda model: model.objects.filter(status=Status.IN_REVIEW))
    return in_review + screen_lines(
        screens, lambda model: own(user, model, model in [each.model for each in reviewable])
    )


def own(user, model, reviews):
    """What somebody has written and nobody published, but for what came from a file."""
    statuses = [Status.DRAFT] if reviews else [Status.DRAFT, Status.IN_REVIEW]
    written = model.history.filter(history_user=user).values("id")
    imported = ImportedRow.objects.filter(owner__table=table_of(model).name).values("key")
    return model.objects.filter(status__in=statuses, pk__in=written).exclude(pk__in=imported)


def screen_lines(screens, find):
    found = [described_rows(find(screen.model)).order_by() for screen in screens]
    rows = found[0].union(*found[1:], all=True).order_by("updated_at")[:MOST_WAITING] if found else []
    names = {screen.opts.model_name: screen for screen in screens}
    return [
        row
        | {
            "url": reverse(admin_urlname(names[row["model_name"]].opts, "change"), args=[row["pk"]]),
            "kind_name": names[row["model_name"]].opts.verbose_name,
            "status_name": Status(row["status"]).label,
        }
        for row in rows
    ]


def described_rows(rows):
    model = rows.model
    return rows.values(
        "pk", "status", "updated_at", label=F(model.label_field), model_name=Value(model._meta.model_name)
    )


def imports(user, importers):
    """Files that were prepared and wait for a publisher, and those whose rows are drafts still."""
    names = {screen.import_table.name: screen for screen in importers}
    jobs = Import.objects.filter(table__in=names).select_related("by").defer("summary", "options", "headings")
    ready = (
        jobs.filter(state=Import.State.CHECKED)
        if user.has_perm("roma_network.publish_import")
        else jobs.none()
    )
    done = jobs.filter(state=Import.State.DONE)
    return [
        {
            "job": job,
            "kind_name": names[job.table].opts.verbose_name_plural,
            "url": names[job.table].bulk_url("outcome", job.pk),
        }
        for job in [*ready[:MOST_IMPORTS], *done[:MOST_IMPORTS]]
    ]


def changes(screens):
    """The latest versions of all kinds, newest first."""
    versions = [
        version
        for screen in screens
        for version in screen.model.history.select_related("history_user")[:MOST_CHANGES]
    ]
    versions.sort(key=lambda version: version.history_date, reverse=True)
    return [change_in_words(version) for version in versions[:MOST_CHANGES]]


def change_in_words(version):
    options = version.instance_type._meta
    url = reverse(admin_urlname(options, "history"), args=[version.id])
    return {
        "version": version,
        "label": getattr(version, version.instance_type.label_field),
        "kind_name": options.verbose_name,
        "url": "" if version.history_type == "-" else url,
    }
