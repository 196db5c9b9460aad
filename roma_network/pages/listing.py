"""Listings: filter set → counts → page (pagination) or file: the one way to list anything."""

import math
from array import array
from collections import namedtuple
from collections.abc import Collection, Sequence
from functools import cached_property, partial
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext

from roma_network.core.web_addresses import absolute
from roma_network.export import formats, responses
from roma_network.export.formats import ATOM, ROWS
from roma_network.pages.questions import QuestionShown
from roma_network.pages.redirects import moved_filters
from roma_network.search.answers import asked
from roma_network.search.facet_index import facet_index_of
from roma_network.search.facets import TRACKING, FacetCounts, Option, Rejected, shortened

PAGE_SIZE = 25
SAMPLE = 100

Chip = namedtuple("Chip", "group label url")


def unusable(request: HttpRequest, known: Collection[str] = ()) -> list[Rejected]:
    """What the address of a page without filters holds beyond `known` parameters and a format to download."""
    return [
        Rejected(shortened(name), shortened(value), _("This page has no such filter."))  # type: ignore[arg-type]  # each is text
        for name, value in request.GET.items()
        if name not in known and not name.startswith(TRACKING) and not (name == "format" and value in ROWS)
    ]


def for_templates(request):
    """A context processor: `rejected`, which pages show unless their view has looked at the address itself."""
    return {"rejected": SimpleLazyObject(partial(unusable, request))}


def query_of(parameters: Sequence[tuple[str, Any]]) -> str:
    """What follows the path in an address: nothing where there are no parameters."""
    return f"?{urlencode(parameters)}" if parameters else ""


weights = {}  # name of a table → day, and format → bytes for each row


def sizes_of(table, filterset_class, version):
    """Format → bytes for each row, weighed once a day on some rows from all over the table."""
    today = timezone.localdate()
    day, sizes = weights.get(table.name, (None, {}))
    if day != today:
        keys = facet_index_of(filterset_class, version).keys
        sample = keys[:: max(len(keys) // SAMPLE, 1)][:SAMPLE].tolist()
        sizes = responses.sizes(table, sample) if sample else {}
        weights[table.name] = today, sizes
    return sizes


def rounded(size):
    """To two digits of its unit: it is an estimate."""
    unit = 1024 ** min(int(math.log(max(size, 1), 1024)), 3)
    return round(size / unit, 2 - len(str(int(size / unit)))) * unit


class Listing:
    """A filtered list as a page or an export. A `tally` that is given has read the filters already."""

    formats = ROWS
    streamed = ROWS  # files of its rows

    def __init__(self, request, filterset_class, table=None, tally=None):
        self.request = request
        self.table = table
        self.tally = tally or FacetCounts(filterset_class(request.GET, self.formats), request.content_version)
        self.filterset = self.tally.filterset

    @property
    def moved(self):
        """A redirect where the address narrows the list by entries that were merged, or None."""
        return moved_filters(self.request, self.filterset)

    def respond(self, template, entry_template):
        if response := self.moved or self.file:
            return response
        context = {
            "listing": self,
            "page": self.page,
            "entry_template": entry_template,
            "rejected": self.filterset.rejected,
        }
        return render(self.request, template, context)

    @property
    def file(self):
        """The file that the address asks for, or None."""
        asked = self.request.GET.get("format")
        if asked not in self.streamed:
            return None
        # In the order of the page: in SQL, sorting takes long. A feed has an order of its own.
        keys = None if asked == ATOM.name else array("q", self.tally.found.tolist())
        return responses.requested(self.request, self.table, self.filterset.qs, keys)

    @cached_property
    def question(self):
        """The question as the page shows it, or None where there is none."""
        if self.tally.answer is None:
            return None
        words = self.filterset.data["q"]
        return QuestionShown(
            asked(words, self.request.content_version),
            [self.tally.answer],
            [type(self.filterset)],
            lambda text: self.url(without=[("q", words)], extra=[("q", text)] if text else []),
            [self.request.path],
        )

    @cached_property
    def page(self):
        paginator = Paginator(self.tally.found, PAGE_SIZE)
        asked = self.request.GET.get("page") or "1"
        page = paginator.get_page(asked)
        if str(page.number) != asked:
            self.filterset.reject("page", asked, _("There is no such page."))
        page.object_list = self.read(page.object_list.tolist())
        return page

    def read(self, keys):
        """The rows with these keys as a page shows them, in this order."""
        found = self.filterset._meta.model.objects.published().for_listing().in_bulk(keys)
        rows = self.tally.columns.with_degrees(found)
        return [rows[key] for key in keys if key in rows]

    @property
    def count(self):
        """The number of entries that match."""
        return self.page.paginator.count

    @property
    def count_label(self):
        return self.filterset.count_label(self.count)

    @property
    def title(self):
        """What this page shows, told from those of other filters and pages."""
        words = {"count": self.count_label, "chosen": ", ".join(str(chip.label) for chip in self.chips)}
        title = _("%(count)s: %(chosen)s") % words if self.chips else self.count_label
        if self.page.number > 1:
            title = _("%(title)s, page %(number)d") % {"title": title, "number": self.page.number}
        return title

    @property
    def show_label(self):
        found = {"count": self.count}
        return ngettext("Show %(count)d result", "Show %(count)d results", self.count) % found

    @cached_property
    def groups(self):
        return list(self.tally.groups())

    @property
    def unlisted(self):
        """What is chosen in facets that the form does not show, to be kept when it is sent."""
        facets = self.filterset.facets
        return [
            (name, value) for name, value in self.parameters if name in facets and not facets[name].listed
        ]

    @property
    def value(self):
        """The values of the simple filters, for the form."""
        return {name: self.filterset.data.get(name, "") for name in self.filterset.filters}

    @property
    def sorts(self):
        data = self.filterset.data
        return [
            Option(value, sort.label, None, value == data["sort"])
            for value, sort in self.filterset.sorts.items()
            if value != "relevance" or self.filterset.question
        ]

    @cached_property
    def parameters(self):
        """What the address says, less what was refused: pairs of name and value, without the page."""
        data, usual = self.filterset.data, self.filterset.usual_sort
        filters = [(name, value) for name in self.filterset.filters for value in data.getlist(name)]
        return filters + ([("sort", data["sort"])] if data["sort"] != usual else [])

    @property
    def pictures(self):
        """What shows these entries as a picture: words and address of each. A filter set names its own."""
        query = query_of([pair for pair in self.parameters if pair[0] != "sort"])
        return [(label, reverse(name) + query) for name, label in self.filterset.pictures.items()]

    @property
    def list_url(self):
        return self.request.path + self.query

    @property
    def views(self):
        """The list and its pictures: words, address, and whether this is the one that is shown."""
        here = self.request.path
        for label, url in [(pgettext("a view of entries", "List"), self.list_url), *self.pictures]:
            yield label, url, url.partition("?")[0] == here

    @property
    def query(self):
        """What follows the path in the address of the list, its first page."""
        return query_of(self.parameters)

    @property
    def embed_url(self):
        return reverse(f"embed_{self.request.resolver_match.view_name}") + self.query

    @property
    def clear_url(self):
        """The same without any filter."""
        return self.request.path

    @property
    def is_filtered(self):
        return bool(self.parameters)

    def url(self, without=(), extra=()):
        parameters = [pair for pair in self.parameters if pair not in without] + list(extra)
        return self.request.path + query_of(parameters)

    @cached_property
    def chips(self):
        """What is chosen, each with the address that drops it."""
        labels = {name: filter_.label for name, filter_ in self.filterset.filters.items()}
        vocabularies = self.filterset.vocabularies
        return [
            Chip(
                labels[name],
                vocabularies[name][value].label if name in vocabularies else value,
                self.url(without=[(name, value)]),
            )
            for name, value in self.parameters
            if name in labels and not (name == "q" and self.question and self.question.is_understood)
        ]

    @property
    def page_links(self):
        """Number (or an ellipsis) and address of the pages around this one."""
        for number in self.page.paginator.get_elided_page_range(self.page.number, on_each_side=1, on_ends=1):
            yield number, self.url_of_page(number) if isinstance(number, int) else None

    def url_of_page(self, number):
        return self.url(extra=[("page", number)] if number > 1 else [])

    @property
    def previous_url(self):
        return self.url_of_page(self.page.number - 1) if self.page.has_previous() else None

    @property
    def next_url(self):
        return self.url_of_page(self.page.number + 1) if self.page.has_next() else None

    @property
    def downloads(self):
        """Name and address of each format, and about how many bytes, where that can be told."""
        sizes = sizes_of(self.table, type(self.filterset), self.request.content_version)
        offered = formats.offered_for(self.table)
        found = responses.downloads(self.request.path, self.parameters, offered)
        total = self.count
        return [
            (name, url, rounded(sizes[key] * total) if key in sizes else None)
            for key, (name, url) in zip(offered, found, strict=True)
        ]

    @property
    def feed_url(self):
        return self.url(extra=[("format", "atom")])

    @property
    def canonical(self):
        """A filtered view is not another page to search engines."""
        return absolute(self.request.path)
