"""Queryset → filter set → facet counts → page: the one way to list anything.

A filter set is made with django-filter. Its `FacetFilter`s are groups of values: OR within a group, AND
across. A bad value never breaks a page: `rejected` names it, and the rest of the address still counts.
"""

from collections import namedtuple
from functools import cached_property

import django_filters
from django import forms
from django.core.paginator import Paginator
from django.db.models import BooleanField, Case, Count, Q, Value, When
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict
from django.utils.http import urlencode
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from roma_network import exports, search

PAGE_SIZE = 25
MOST_VALUES = 100  # of one repeated parameter
TRACKING = ("utm_", "fbclid", "gclid", "mc_")  # other sites add these to links; no reader means them

Rejected = namedtuple("Rejected", "name value reason")
Option = namedtuple("Option", "value label count chosen")
Group = namedtuple("Group", "name label options chosen shaped partial")
Chip = namedtuple("Chip", "group label url")
Sort = namedtuple("Sort", "label order")


def has_letters(text):
    if not search.Query.parse(text):
        raise forms.ValidationError(_("It holds no letter or digit to search for."))


class SearchFilter(django_filters.CharFilter):
    def __init__(self):
        super().__init__(label=_("Search"), max_length=200, validators=[has_letters])

    def filter(self, queryset, value):
        return queryset.filter(search.matches(value)) if value else queryset


class YearFilter(django_filters.Filter):
    field_class = forms.IntegerField

    def __init__(self, **kwargs):
        super().__init__(min_value=1000, max_value=2999, **kwargs)


def field_at(model, path):
    """The field at the end of a lookup path."""
    first, *rest = path.split("__", 1)
    field = model._meta.get_field(first)
    return field_at(field.related_model, rest[0]) if rest else field


class FacetFilter(django_filters.MultipleChoiceFilter):
    """A group of values to tick, each with a count. `field_name` is the path to the value.

    `via` names the tie where the path leads to many rows. Facets with the same `via` speak of one linked row: an
    actor with role lead *in* LERI. `visible` says which linked rows are public. `shaped` values are
    actor types, which show their mark.
    """

    listed = True
    partial = False  # the page offers some of the values only

    def __init__(self, field_name, *, via="", visible=None, choices=None, shaped=False, **kwargs):
        super().__init__(field_name=field_name, **kwargs)
        self.via = via
        self.visible = visible or Q()
        self.choices = choices
        self.shaped = shaped

    def vocabulary(self, values):
        """The values that exist, with their labels: all, or where they are too many those among `values`.

        They come from `choices`, a function, or else from the field that the path leads to.
        """
        return dict(self.choices() if self.choices else field_at(self.model, self.field_name).choices)

    def condition(self, values):
        return Q(**{f"{self.field_name}__in": values})

    def options(self, rows, vocabulary, chosen):
        """What the page offers, counted in one grouped query over `rows`."""
        counts = dict(rows.order_by().values_list(self.field_name).annotate(n=Count("pk", distinct=True)))
        return [
            Option(value, label, counts.get(value, 0), value in chosen) for value, label in vocabulary.items()
        ]


class EntryFacetFilter(FacetFilter):
    """A facet over other entries, by slug. The page offers the most frequent; the address takes any."""

    most = 12
    partial = True

    def __init__(self, field_name, *, listed=True, **kwargs):
        super().__init__(f"{field_name}__slug", **kwargs)
        self.path = field_name
        self.listed = listed

    def vocabulary(self, values):
        if not values:
            return {}
        entries = field_at(self.model, self.path).related_model.objects.published()
        labels = {entry.slug: entry.short_name for entry in entries.filter(slug__in=values)}
        return {value: labels[value] for value in values if value in labels}

    def options(self, rows, vocabulary, chosen):
        picked = Case(
            When(self.condition(chosen), then=Value(True)), default=Value(False), output_field=BooleanField()
        )
        counted = (
            rows.values_list(self.field_name, f"{self.path}__acronym", f"{self.path}__name")
            .annotate(n=Count("pk", distinct=True), picked=picked)
            .order_by("-picked", "-n", f"{self.path}__sort_name")[: self.most + len(chosen)]
        )
        options = {
            slug: Option(slug, acronym or name, n, picked) for slug, acronym, name, n, picked in counted
        }
        for value in chosen:  # nothing under the other filters has it
            options.setdefault(value, Option(value, vocabulary[value], 0, True))
        return list(options.values())


class ListingFilterSet(django_filters.FilterSet):
    """Takes any query string: what is wrong in it goes to `rejected` instead of breaking the rest."""

    sorts: dict[str, Sort]

    @staticmethod
    def count_label(n):
        """“3 actors”, in the reader's language."""
        raise NotImplementedError

    def __init__(self, data):
        super().__init__(data, self.all_rows().published())
        self.rejected = []
        self.vocabularies = {}
        self.data = self.sift(data)

    @cached_property
    def facets(self):
        return {name: filter_ for name, filter_ in self.filters.items() if isinstance(filter_, FacetFilter)}

    def sift(self, data):
        """The usable part of the query string."""
        kept = {}
        for name, filter_ in self.filters.items():
            values = list(dict.fromkeys(value for value in data.getlist(name) if value.strip()))
            kept[name] = (self.sift_facet if name in self.facets else self.sift_field)(name, filter_, values)
        kept["sort"] = self.sift_sort(data.get("sort"), kept)
        if data.get("format") and data["format"] not in exports.FORMATS:
            self.reject("format", data["format"], _("There is no such format."))
        for name in data:
            if (
                name not in self.filters
                and name not in ("sort", "page", "format")
                and not name.startswith(TRACKING)
            ):
                self.reject(name, data[name], _("This page has no such filter."))
        return MultiValueDict(kept)

    def sift_facet(self, name, facet, values):
        vocabulary = self.vocabularies[name] = facet.vocabulary(
            [value for value in values if "\0" not in value][:MOST_VALUES]
        )
        facet.field.choices = list(vocabulary.items())
        for value in values:
            if value not in vocabulary:
                self.reject(name, value, _("There is no such value."))
        return [value for value in values if value in vocabulary]

    def sift_field(self, name, filter_, values):
        try:
            filter_.field.clean(values[-1] if values else None)
        except forms.ValidationError as error:
            self.reject(name, values[-1], " ".join(error.messages))
            return []
        return values[-1:]

    def sift_sort(self, value, kept):
        if value and value not in self.sorts:
            self.reject("sort", value, _("There is no such order."))
        words = bool(kept.get("q"))
        self.usual_sort = "relevance" if words else next(iter(self.sorts))
        return [value if value in self.sorts and (words or value != "relevance") else self.usual_sort]

    def reject(self, name, value, reason):
        self.rejected.append(Rejected(shortened(name), shortened(value), reason))

    def conditions(self, skip=None):
        """What is chosen in each facet but `skip`: tie → condition on one linked row."""
        conditions = {}
        for name, facet in self.facets.items():
            if name != skip and (values := self.data.getlist(name)):
                tie = facet.via or name
                conditions[tie] = conditions.get(tie, facet.visible) & facet.condition(values)
        return conditions

    def all_rows(self):
        """Every row, with the annotations that facets name."""
        return self._meta.model.objects.all()

    def matching(self, skip=None):
        """The rows that match all filters, or all but the facet `skip`, each once."""
        queryset = self.queryset
        for name, filter_ in self.filters.items():
            if name not in self.facets:
                queryset = filter_.filter(queryset, self.form.cleaned_data[name])
        ties = {facet.via for facet in self.facets.values()}
        for tie, condition in self.conditions(skip).items():
            linked = Q(pk__in=self.all_rows().filter(condition).values("pk"))
            queryset = queryset.filter(linked if tie in ties else condition)
        return queryset

    def filter_queryset(self, queryset):
        queryset = self.matching().for_listing()
        if self.data["sort"] == "relevance":
            queryset = queryset.annotate(rank=search.rank(self.data["q"]))
        return queryset.order_by(*self.sorts[self.data["sort"]].order, "slug")

    def groups(self):
        """The facets with their counts, one query each."""
        for name, facet in self.facets.items():
            if facet.listed:
                chosen = self.data.getlist(name)
                options = facet.options(self.rows_to_count(name, facet), self.vocabularies[name], chosen)
                yield Group(
                    name,
                    facet.label,
                    options,
                    [option for option in options if option.chosen],
                    facet.shaped,
                    facet.partial,
                )

    def rows_to_count(self, name, facet):
        """The rows that match all but this facet, joined to the public rows that hold its values."""
        matching = self.matching(skip=name)
        if not facet.via:
            return matching
        condition = self.conditions(skip=name).get(facet.via, facet.visible)
        return self.all_rows().filter(condition, pk__in=matching.values("pk"))


def unusable(request):
    """What the address of a page without filters holds beyond a format to download."""
    formats = exports.FORMATS
    return [
        Rejected(shortened(name), shortened(value), _("This page has no such filter."))
        for name, value in request.GET.items()
        if not name.startswith(TRACKING) and not (name == "format" and value in formats)
    ]


def shortened(text):
    return Truncator(text.replace("\0", "�")).chars(80)


class Listing:
    """A filtered list as a page or an export."""

    def __init__(self, request, filterset_class, table):
        self.request = request
        self.table = table
        self.filterset = filterset_class(request.GET)
        self.rejected = self.filterset.rejected
        self.queryset = self.filterset.qs

    def respond(self, template, entry_template):
        if response := exports.requested(self.request, self.table, self.queryset):
            return response
        context = {
            "listing": self,
            "page": self.page,
            "entry_template": entry_template,
            "rejected": self.rejected,
        }
        return render(self.request, template, context)

    @cached_property
    def page(self):
        paginator = Paginator(self.queryset, PAGE_SIZE)
        asked = self.request.GET.get("page") or "1"
        page = paginator.get_page(asked)
        if str(page.number) != asked:
            self.filterset.reject("page", asked, _("There is no such page."))
        return page

    @property
    def count_label(self):
        return self.filterset.count_label(self.page.paginator.count)

    @cached_property
    def groups(self):
        return list(self.filterset.groups())

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
            if value != "relevance" or data.get("q")
        ]

    @cached_property
    def parameters(self):
        """What the address says, less what was refused: pairs of name and value, without the page."""
        data, usual = self.filterset.data, self.filterset.usual_sort
        filters = [(name, value) for name in self.filterset.filters for value in data.getlist(name)]
        return filters + ([("sort", data["sort"])] if data["sort"] != usual else [])

    @property
    def is_filtered(self):
        return bool(self.parameters)

    def url(self, without=(), extra=()):
        parameters = [pair for pair in self.parameters if pair not in without] + list(extra)
        return f"{self.request.path}?{urlencode(parameters)}" if parameters else self.request.path

    @cached_property
    def chips(self):
        """What is chosen, each with the address that drops it."""
        labels = {name: filter_.label for name, filter_ in self.filterset.filters.items()}
        return [
            Chip(
                labels[name],
                self.filterset.vocabularies.get(name, {}).get(value, value),
                self.url(without=[(name, value)]),
            )
            for name, value in self.parameters
            if name in labels
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
        return exports.downloads(self.request.path, self.parameters)

    @property
    def canonical(self):
        """A filtered view is not another page to search engines."""
        return self.request.build_absolute_uri(self.request.path)
