"""Filters whose state lives in the address, and the counts beside them.

A filter set is made with django-filter. Its `FacetFilter`s are groups of values: OR within a group, AND
across. A bad value never breaks a page: `rejected` names it, and the rest of the address still counts.
"""

import json
from collections import Counter, namedtuple
from copy import copy
from functools import cached_property, reduce
from operator import or_

import django_filters
import numpy as np
from django import forms
from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils.datastructures import MultiValueDict
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from roma_network.export.formats import ROWS
from roma_network.models import ContentVersion
from roma_network.search import full_text
from roma_network.search.answers import answer
from roma_network.search.facet_index import count, count_owners, facet_index_of, having, owners, owners_of

MOST_VALUES = 100  # of one repeated parameter
MOST_OPTIONS = 25  # of a facet whose values have no end
TRACKING = ("utm_", "fbclid", "gclid", "mc_")  # other sites add these to links; no reader means them

Rejected = namedtuple("Rejected", "name value reason")
Term = namedtuple("Term", "label counted")  # of a vocabulary; `counted` stands for it in the column
Option = namedtuple("Option", "value label count chosen")


class ShownFacet(namedtuple("ShownFacet", "name label options chosen shaped partial")):
    """A facet as a page shows it: some values at once, the rest when asked for."""

    most = 5

    @cached_property
    def shown(self):
        """What is chosen and the most frequent besides, in their own order; all where few are left."""
        frequent = sorted((each for each in self.options if each.count), key=lambda each: -each.count)
        kept = {each.value for each in [*self.chosen, *frequent[: self.most]]}
        shown = [each for each in self.options if each.value in kept]
        return shown if len(self.options) - len(shown) > 1 else self.options

    @cached_property
    def folded(self):
        shown = {each.value for each in self.shown}
        return [each for each in self.options if each.value not in shown]


Sort = namedtuple("Sort", "label order")


def has_letters(text: str) -> None:
    if not full_text.Query.parse(text):
        raise forms.ValidationError(_("It holds no letter or digit to search for."))


class CheaplyCopied:
    """A filter that each request has its own copy of, its parts shared: nothing changes them, and to copy all took long."""

    def __deepcopy__(self, memo):
        return copy(self)


class SearchFilter(CheaplyCopied, django_filters.CharFilter):
    def __init__(self):
        super().__init__(label=_("Search"), max_length=300, validators=[has_letters])

    def filter(self, queryset, value):
        if not value:
            return queryset
        keys = answer(self.filterset_class, value, ContentVersion.current()).keys
        return queryset.filter(pk__in=among(keys.tolist()))


def among(keys: list[int]) -> RawSQL:
    """These keys as a subquery: lists of values have a greatest length."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [keys])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(keys)])


class YearFilter(django_filters.Filter):
    field_class = forms.IntegerField

    def __init__(self, **kwargs):
        super().__init__(min_value=1000, max_value=2999, **kwargs)


def field_at(model, path):
    """The field at the end of a lookup path."""
    first, *rest = path.split("__", 1)
    field = model._meta.get_field(first)
    return field_at(field.related_model, rest[0]) if rest else field


class FacetFilter(CheaplyCopied, django_filters.MultipleChoiceFilter):
    """A group of values to tick, each with a count. `field_name` is the path to the value.

    `via` names the tie where the path leads to many rows. Facets with the same `via` speak of one linked row: an
    actor with role lead *in* LERI. `visible` says which linked rows are public. `shaped` values are
    actor types, which show their mark. Where there are more than `most`, the page offers the most frequent; the
    address takes any.
    """

    listed = True

    def __init__(self, field_name, *, via="", visible=None, choices=None, shaped=False, most=None, **kwargs):
        super().__init__(field_name=field_name, **kwargs)
        self.most = most
        self.via = via
        self.given = visible or Q()
        self.choices = choices
        self.shaped = shaped

    @property
    def visible(self):
        return self.given() if callable(self.given) else self.given

    def vocabulary(self, values):
        """Value → term, of the values that exist: all, or where they are too many those among `values`.

        They come from `choices`, a function, or else from the field that the path leads to.
        """
        choices = self.choices() if self.choices else field_at(self.model, self.field_name).choices
        if choices is None:
            raise TypeError(f"{self.field_name} has no vocabulary of its own: give this filter `choices`.")
        return {value: Term(label, value) for value, label in choices}

    def meant(self, value):
        """The value that an address means, where one can be written in several ways."""
        return value

    @property
    def known(self):
        """The values of a vocabulary that is closed; none where they are rows."""
        return (
            []
            if self.choices
            else [value for value, _label in field_at(self.model, self.field_name).choices or ()]
        )

    def condition(self, values):
        return Q(**{f"{self.field_name}__in": values})

    @property
    def column(self):
        """The path to what is counted."""
        return self.field_name

    def options(self, counts, vocabulary, chosen):
        """What the page offers."""
        options = [
            Option(value, str(term.label), counts.get(term.counted, 0), value in chosen)
            for value, term in vocabulary.items()
        ]
        if self.most is None:
            return options
        frequent = sorted(options, key=lambda option: -option.count)[: self.most]
        kept = {option.value for option in frequent}
        return [option for option in options if option.chosen or option.value in kept]


class PresenceFilter(FacetFilter):
    """Entries that have, or lack, one of several things: what the columns of their table name, or a source for a fact."""

    listed = False

    def __init__(self, table, *, present=True, **kwargs):
        super().__init__("pk", choices=self.labels, **kwargs)
        self.table = table
        self.present = present

    def labels(self):
        return [(value, has.label) for value, has in self.table.presence.items()]

    def condition(self, values):
        found = (self.table.presence[value] for value in values)
        return reduce(or_, (has.present if self.present else has.absent for has in found))


class EntryFacetFilter(FacetFilter):
    """A facet over other entries, by slug."""

    def __init__(self, field_name, *, listed=True, **kwargs):
        super().__init__(f"{field_name}__slug", most=MOST_OPTIONS, **kwargs)
        self.path = field_name
        self.listed = listed

    @property
    def column(self):
        return self.path

    @property
    def entry_model(self):
        return field_at(self.model, self.path).related_model

    @property
    def entries(self):
        return self.entry_model.objects.published()

    def named(self, entries):
        """With no more of each than its short name takes."""
        fields = {field.name for field in self.entry_model._meta.fields}
        return entries.only(*fields & {"slug", "acronym", self.entry_model.label_field})

    def vocabulary(self, values):
        found = (
            {entry.slug: entry for entry in self.named(self.entries.filter(slug__in=values))}
            if values
            else {}
        )
        return {value: Term(found[value].short_name, found[value].pk) for value in values if value in found}

    def options(self, counts, vocabulary, chosen):
        frequent = sorted(counts, key=lambda key: (-counts[key], key))[: self.most]
        keys = {*frequent, *(vocabulary[value].counted for value in chosen)}
        entries = list(self.named(self.entries.filter(pk__in=keys).order_by("sort_name")))
        alike = Counter(entry.short_name for entry in entries)
        options = [
            Option(
                entry.slug,
                entry.short_name if alike[entry.short_name] == 1 else str(entry),
                counts.get(entry.pk, 0),
                entry.slug in chosen,
            )
            for entry in entries
        ]
        return sorted(options, key=lambda option: (not option.chosen, -option.count))


class ListingFilterSet(django_filters.FilterSet):
    """Takes any query string: what is wrong in it goes to `rejected` instead of breaking the rest."""

    sorts: dict[str, Sort]
    connected_by = ""  # the tie whose rows make an entry well connected
    depends_on: tuple[str, ...] = ()  # paths to other rows that annotations look at
    # What a sort begins with → the tie and the facet whose values it counts, or None where `weights` of the rows tells it.
    degrees: dict[str, tuple[str, str] | None] = {}
    pictures: dict[str, str] = {}  # the name of an address → what it shows
    links: dict[str, list[str]] = {}  # kind of entry → the facets by which rows are tied to such entries

    @staticmethod
    def count_label(n):
        """“3 actors”, in the reader's language."""
        raise NotImplementedError

    def __init__(self, data, formats=ROWS):
        super().__init__(data)
        self.filters["q"].filterset_class = type(self)
        self.formats = formats
        self.rejected = []
        self.vocabularies = {}
        self.data = self.sift(data)

    @property
    def question(self):
        """What is asked for in words, where this list understands them."""
        return self.data.get("q") if isinstance(self.filters["q"], SearchFilter) else ""

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
        if data.get("format") and data["format"] not in self.formats:
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
        typed = {}
        for value in values:
            typed.setdefault(facet.meant(value), value)
        values = list(typed)
        vocabulary = self.vocabularies[name] = facet.vocabulary(
            [value for value in values if "\0" not in value][:MOST_VALUES]
        )
        for value in values:
            if value not in vocabulary:
                self.reject(name, typed[value], _("There is no such value."))
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
        words = bool(kept.get("q")) and "relevance" in self.sorts
        self.usual_sort = "relevance" if words else next(iter(self.sorts))
        return [value if value in self.sorts and (words or value != "relevance") else self.usual_sort]

    def reject(self, name, value, reason):
        self.rejected.append(Rejected(shortened(name), shortened(value), reason))

    def conditions(self, facets):
        """What is chosen in these facets: tie → condition on one linked row."""
        conditions = {}
        for name, facet in facets.items():
            if values := self.data.getlist(name):
                tie = facet.via or name
                conditions[tie] = conditions.get(tie, facet.visible) & facet.condition(values)
        return conditions

    @classmethod
    def vocabulary_of(cls, name, values):
        """Value → term of a facet, outside of a request."""
        facet = copy(cls.base_filters[name])
        facet.model = cls._meta.model
        return facet.vocabulary(values)

    @classmethod
    def all_rows(cls):
        """Every row, with the annotations that facets name."""
        return cls._meta.model.objects.all()

    def matching(self):
        """The rows that match all filters, each once."""
        return self.narrowed(
            self.filtered([name for name in self.filters if name not in self.facets]), self.facets
        )

    def filtered(self, names):
        """The rows that meet these filters, none of them a facet."""
        queryset = self.all_rows().published()
        for name in names:
            values = self.data.getlist(name) or [None]  # none or one, that was found valid
            queryset = self.filters[name].filter(queryset, self.filters[name].field.clean(values[0]))
        return queryset

    def narrowed(self, queryset, facets):
        """`queryset` by what is chosen in these facets."""
        ties = {facet.via for facet in facets.values()}
        for tie, condition in self.conditions(facets).items():
            linked = Q(pk__in=self.all_rows().filter(condition).values("pk"))
            queryset = queryset.filter(linked if tie in ties else condition)
        return queryset

    def matching_uncounted(self):
        """The rows that meet the filters which have no column, words aside; None where no such filter is in force."""
        unlisted = {name: facet for name, facet in self.facets.items() if not facet.listed}
        others = [
            name
            for name, filter_ in self.filters.items()
            if name not in self.facets and not isinstance(filter_, SearchFilter)
        ]
        if not any(self.data.getlist(name) for name in [*unlisted, *others]):
            return None
        return self.narrowed(self.filtered(others), unlisted)

    def filter_queryset(self, queryset):
        return self.matching().for_sorting().order_by(*self.sorts[self.data["sort"]].order, "slug")


class FacetCounts:
    """What a filter set finds, and what each further choice would find, from the columns."""

    def __init__(self, filterset, version):
        self.filterset = filterset
        self.columns = facet_index_of(type(filterset), version)
        self.version = version
        self.facets = filterset.facets
        self.chosen = {
            name: [filterset.vocabularies[name][value].counted for value in values]
            for name, facet in self.facets.items()
            if facet.listed and (values := filterset.data.getlist(name))
        }

    @cached_property
    def answer(self):
        """What answers the question, or None where there is none."""
        words = self.filterset.question
        return answer(type(self.filterset), words, self.version) if words else None

    @property
    def searched(self):
        """The keys of the rows that answer the question, the closest first, or None where there is none."""
        return self.answer.keys if self.answer else None

    @cached_property
    def base(self):
        """The mask of the rows that meet all that is not counted: words, years, facets that are not listed."""
        mask = self.columns.all()
        if self.searched is not None:
            mask &= self.columns.only(self.searched)
        if (others := self.filterset.matching_uncounted()) is not None:
            mask &= self.columns.only(np.fromiter(others.values_list("pk", flat=True), dtype=np.int64))
        return mask

    @cached_property
    def plainly_chosen(self):
        """Facet without a tie → the mask of the rows that have a chosen value."""
        return {
            name: having(self.columns.plain[name], values)
            for name, values in self.chosen.items()
            if not self.facets[name].via
        }

    def chosen_in(self, via, skip=None):
        """Facet of this tie → the values chosen."""
        return {
            name: values
            for name, values in self.chosen.items()
            if name != skip and self.facets[name].via == via
        }

    def mask(self, skip=None):
        """The rows that match everything, or everything but the facet `skip`: made once where nothing is chosen in that."""
        skip = skip if skip in self.chosen else None
        if skip not in self.masks:
            self.masks[skip] = self.mask_without(skip)
            self.masks[skip].setflags(write=False)
        return self.masks[skip]

    @cached_property
    def masks(self):
        return {}

    def mask_without(self, skip):
        mask = self.base.copy()
        for name, choice in self.plainly_chosen.items():
            if name != skip:
                mask &= choice
        for via, tie in self.columns.ties.items():
            chosen = self.chosen_in(via, skip)
            if len(chosen) == 1:
                mask &= owners_of(self.columns, tie, *chosen.popitem())
            elif chosen:
                mask &= owners(self.columns, tie, self.linked(via, skip))
        return mask

    def linked(self, via, skip):
        """The mask of the linked rows that meet all choices of their tie but `skip`, or None where there is none."""
        columns = self.columns.ties[via].columns
        choices = [having(columns[name], values) for name, values in self.chosen_in(via, skip).items()]
        return np.logical_and.reduce(choices) if choices else None

    def counts(self, name):
        """Value → number of rows that match with this value in place of what is chosen in its facet, of those that are offered."""
        mask, via, most = self.mask(skip=name), self.facets[name].via, self.facets[name].most
        chosen = self.chosen.get(name, ())
        if not via:
            return count(self.columns.plain[name], mask, most, chosen)
        return count_owners(self.columns.ties[via], name, mask, self.linked(via, skip=name), most, chosen)

    @cached_property
    def found(self):
        """The keys of the rows that match, in order."""
        mask = self.mask()
        if self.filterset.data["sort"] == "relevance":
            places = self.columns.places(self.searched)
        else:
            places = self.columns.ordered(self.filterset.sorts[self.filterset.data["sort"]].order)
        return self.columns.keys[places[mask[places]]]

    def groups(self):
        """The facets as the page shows them."""
        for name, facet in self.facets.items():
            if facet.listed:
                chosen = self.filterset.data.getlist(name)
                options = facet.options(self.counts(name), self.filterset.vocabularies[name], chosen)
                picked = [option for option in options if option.chosen]
                yield ShownFacet(name, facet.label, options, picked, facet.shaped, facet.most is not None)


def shortened(text: str) -> str:
    return Truncator(text.replace("\0", "�")).chars(80)
