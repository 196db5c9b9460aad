"""The first page of the admin, in aggregates alone: it costs the same at a hundred entries and at 100,000."""

from collections import Counter, defaultdict
from typing import NamedTuple

from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.db.models import Count, Exists, F, OuterRef, Value
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from roma_network.editorial import work_lists, workflow
from roma_network.models import Status

MOST_WAITING = 20
MOST_CHANGES = 10


class Figure(NamedTuple):
    count: int
    url: str


class QualityLine(NamedTuple):
    """A group of entries, and for each column of its table how many there are."""

    label: str
    figures: list[Figure]


class QualityTable(NamedTuple):
    caption: str
    slug: str
    columns: list[str]
    lines: list[QualityLine]


def context(user, screens):
    """What the page shows to `user`; `screens` are the admins of the entries that they may see."""
    counted = {screen: counts(screen) for screen in screens}
    return {
        "waiting": waiting(user, screens),
        "statuses": statuses(counted),
        "tables": [table for screen in screens for table in tables(screen, counted[screen])],
        "changes": changes(screens),
    }


def list_url(screen, **query):
    query = {name: value for name, value in query.items() if value}
    return f"{reverse(admin_urlname(screen.opts, 'changelist'))}?{urlencode(query)}"


def counts(screen):
    """Rows of status, group by group, and how many entries they stand for: in all and on each work list."""
    model = screen.model
    columns = [path for path, *_ in screen.quality_groups]
    on_lists = {
        worklist.name: Count("pk", filter=work_lists.condition(worklist, model))
        for worklist in work_lists.worklists(model)
    }
    rows = model.objects.order_by().values("status", *columns)
    return list(rows.annotate(ALL=Count("pk"), **on_lists))


def statuses(counted):
    lines = []
    for screen, rows in counted.items():
        found = Counter()
        for row in rows:
            found[row["status"]] += row["ALL"]
        figures = [Figure(found[status], list_url(screen, status__exact=status)) for status in Status]
        lines.append(QualityLine(capfirst(screen.opts.verbose_name_plural), figures))
    return lines


def tables(screen, rows):
    """Quality of what is not withdrawn: one table for each way of grouping."""
    worklists = work_lists.worklists(screen.model)
    living = [row for row in rows if row["status"] != Status.WITHDRAWN]
    for path, caption, labels in screen.quality_groups:
        names = labels()
        sums = defaultdict(Counter)
        for row in living:
            sums[row[path]].update({name: row[name] for name in ("ALL", *(each.name for each in worklists))})
        lines = []
        for value, found in sorted(sums.items(), key=lambda pair: -pair[1]["ALL"]):
            query = {f"{path}__exact": value} if value else {f"{path.partition('__')[0]}__isnull": "True"}
            figures = [Figure(found["ALL"], list_url(screen, **query))] + [
                Figure(found[each.name], list_url(screen, work=each.value, **query)) for each in worklists
            ]
            lines.append(QualityLine(names.get(value, _("None")), figures))
        slug = f"{screen.opts.model_name}-{path.partition('__')[0]}"
        yield QualityTable(caption, slug, [each.label for each in worklists], lines)


def waiting(user, screens):
    """What waits for this person: all that is in review for publishers; else their own drafts and reviews."""
    found = [waiting_in(user, screen).order_by() for screen in screens]
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


def waiting_in(user, screen):
    model = screen.model
    versions = model.history.filter(id=OuterRef("pk"), history_user=user)
    mine = model.objects.filter(Exists(versions), status__in=[Status.DRAFT, Status.IN_REVIEW])
    if workflow.may(user, "publish", model):
        mine = model.objects.filter(status=Status.IN_REVIEW) | mine
    return mine.values(
        "pk", "status", "updated_at", label=F(model.label_field), model_name=Value(model._meta.model_name)
    )


def changes(screens):
    """The latest versions of all kinds, newest first."""
    versions = [
        version
        for screen in screens
        for version in screen.model.history.select_related("history_user")[:MOST_CHANGES]
    ]
    versions.sort(key=lambda version: version.history_date, reverse=True)
    return [described(version) for version in versions[:MOST_CHANGES]]


def described(version):
    options = version.instance_type._meta
    url = reverse(admin_urlname(options, "history"), args=[version.id])
    return {
        "version": version,
        "label": getattr(version, version.instance_type.label_field),
        "kind_name": options.verbose_name,
        "url": "" if version.history_type == "-" else url,
    }
