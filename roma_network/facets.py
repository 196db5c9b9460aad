"""Filters whose state lives in the address, and the counts beside them.

A filter set is made with django-filter. Its `FacetFilter`s are groups of values: OR within a group, AND
across. A bad value never breaks a page: `rejected` names it, and the rest of the address still counts.
"""

from collections import Counter, namedtuple
from functools import cached_property

import django_filters
from django import forms
from django.db.models import BooleanField, Case, Count, Q, Value, When
from django.utils.datastructures import MultiValueDict
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from roma_network import exports, search

MOST_VALUES = 100  # of one repeated parameter
TRACKING = ("utm_", "fbclid", "gclid", "mc_")  # other sites add these to links; no reader means them

Rejected = namedtuple("Rejected", "name value reason")
Option = namedtuple("Option", "value label count chosen")
Group = namedtuple("Group", "name label options chosen shaped partial")
Sort = namedtuple("Sort", "label order")


def has_letters(text):
    if not search.Query.parse(text):
        raise forms.ValidationError(_("It holds no letter or digit to search for."))


class SearchFilter(django_filters.CharFilter):
    def __init__(self):
        super().__init__(label=_("Search"), max_length=300, validators=[has_letters])

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

    def count(self, rows, chosen):
        """Value → number of `rows` that have it."""
        return dict(rows.order_by().values_list(self.field_name).annotate(n=Count("pk", distinct=True)))

    def options(self, counts, vocabulary, chosen):
        """What the page offers."""
        return [
            Option(value, label, counts.get(value, 0), value in chosen) for value, label in vocabulary.items()
        ]


class EntryFacetFilter(FacetFilter):
    """A facet over other entries, by slug. The page offers the most frequent; the address takes any."""

    most = 25
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

    def count(self, rows, chosen):
        """Slug → label and number, of the chosen entries and the most frequent others."""
        picked = Case(
            When(self.condition(chosen), then=Value(True)), default=Value(False), output_field=BooleanField()
        )
        counted = (
            rows.values_list(self.field_name, f"{self.path}__acronym", f"{self.path}__name")
            .annotate(n=Count("pk", distinct=True), picked=picked)
            .order_by("-picked", "-n", f"{self.path}__sort_name")[: self.most + len(chosen)]
        )
        return {slug: (acronym or name, n) for slug, acronym, name, n, _picked in counted}

    def options(self, counts, vocabulary, chosen):
        options = [Option(slug, label, n, slug in chosen) for slug, (label, n) in counts.items()]
        # Nothing that matches the other filters has these.
        return options + [Option(slug, vocabulary[slug], 0, True) for slug in chosen if slug not in counts]


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

    def conditions(self, skip=()):
        """What is chosen in each facet but those in `skip`: tie → condition on one linked row."""
        conditions = {}
        for name, facet in self.facets.items():
            if name not in skip and (values := self.data.getlist(name)):
                tie = facet.via or name
                conditions[tie] = conditions.get(tie, facet.visible) & facet.condition(values)
        return conditions

    def all_rows(self):
        """Every row, with the annotations that facets name."""
        return self._meta.model.objects.all()

    def matching(self, skip=()):
        """The rows that match all filters, or all but the facets in `skip`, each once."""
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
        queryset = self.matching().for_sorting()
        if self.data["sort"] == "relevance":
            queryset = queryset.annotate(rank=search.rank(self.data["q"]))
        return queryset.order_by(*self.sorts[self.data["sort"]].order, "slug")

    @cached_property
    def plain_facets(self):
        """Those whose value is a column of the row itself: each row has one."""
        return {name: facet for name, facet in self.facets.items() if not facet.via}

    def tally(self):
        """The number of rows that match, and the counts of each facet: plain values, to be kept in a cache."""
        cells = self.cells()
        counts = {name: self.add_up(cells, name) for name in self.plain_facets}
        for name, facet in self.facets.items():
            if facet.via and facet.listed:
                counts[name] = facet.count(self.rows_to_count(name, facet), self.data.getlist(name))
        return {"total": sum(self.add_up(cells, None).values()), "counts": counts}

    def cells(self):
        """All plain facets counted in one grouped query: (value of each, number of rows)."""
        paths = [facet.field_name for facet in self.plain_facets.values()]
        rows = self.matching(skip=self.plain_facets).order_by().values_list(*paths).annotate(n=Count("pk"))
        return [(dict(zip(self.plain_facets, values, strict=True)), n) for *values, n in rows]

    def add_up(self, cells, counted):
        """Value of the facet `counted` → number of rows, under what is chosen in the other plain facets."""
        chosen = {name: set(self.data.getlist(name)) for name in self.plain_facets if name != counted}
        chosen = {name: values for name, values in chosen.items() if values}
        counts = Counter()
        for values, n in cells:
            if all(values[name] in wanted for name, wanted in chosen.items()):
                counts[values.get(counted)] += n
        return dict(counts)

    def rows_to_count(self, name, facet):
        """The rows that match all but this facet, joined to the public rows that hold its values."""
        condition = self.conditions(skip={name}).get(facet.via, facet.visible)
        return self.all_rows().filter(condition, pk__in=self.matching(skip={name}).values("pk"))

    def groups(self, counts):
        """The facets as the page shows them."""
        for name, facet in self.facets.items():
            if facet.listed:
                options = facet.options(counts[name], self.vocabularies[name], self.data.getlist(name))
                chosen = [option for option in options if option.chosen]
                yield Group(name, facet.label, options, chosen, facet.shaped, facet.partial)


def shortened(text):
    return Truncator(text.replace("\0", "�")).chars(80)
