"""The directory in numbers. Each number leads to the list that it counts."""

from collections import Counter
from textwrap import wrap
from typing import NamedTuple

import numpy as np
from django.db.models import Count
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from initiatives import columns as initiative_columns
from initiatives import money
from initiatives.columns import FUNDED
from initiatives.filters import InitiativeFilterSet as Initiatives
from initiatives.models import Document, Funding, Initiative, InitiativeKind, Phase, Role, Roster
from roma_network.directory.completeness.evidence import backed_facts
from roma_network.directory.completeness.rosters import coverage
from roma_network.directory.pictures.maps import classes, shade_of
from roma_network.export import responses
from roma_network.export.columns import SOURCE
from roma_network.pages.listing import unusable
from roma_network.pages.pictures import Drawing
from roma_network.search.facet_index import count_owners, facet_index_of, having
from stakeholders import columns as actor_columns
from stakeholders.filters import ActorFilterSet as Actors
from stakeholders.models import Actor, ActorType, Country, Theme

FIRST_YEAR = 1990
UNSEEN = "unseen"  # beside kinds: of what was seen before a year, and then no more
LABEL, CELL, LINE, HEADER = 240, 92, 24, 52  # units of a drawing: widths, and heights
MOST_BARS = 12
LETTERS = 14  # of a heading in one line


class Cell(NamedTuple):
    count: int
    url: str
    shade: int = 0


class FigureRow(NamedTuple):
    label: str
    cells: list[Cell]


class Figure(Drawing):
    """A table of numbers. `measure` gives the heading and, for each line, a label and its numbers with their queries.

    A query is what the address of the list says: `{"type": "academia"}`; None leads nowhere and shows no number.
    """

    name = "figure"
    count_label = ""
    corner = gettext_lazy("Country")
    list_address = "actor_list"
    note = ""
    unnamed = ()  # lines that are no finding
    unshaded = 0  # the number of columns of sums, which come first

    def __init__(self, request):
        self.request = request
        self.version = request.content_version
        self.rejected = unusable(request, {"format"})
        self.columns, lines = self.measure()
        lines = list(lines)
        shaded = [
            number for _label, cells in lines for number, query in cells[self.unshaded :] if query is not None
        ]
        ranges = classes(shaded)
        self.lines = [
            FigureRow(
                label,
                [
                    Cell(
                        number,
                        self.url_of(query, place),
                        0 if place < self.unshaded else shade_of(number, ranges),
                    )
                    for place, (number, query) in enumerate(cells)
                ],
            )
            for label, cells in lines
        ]
        self.leave_out_what_is_empty()

    def leave_out_what_is_empty(self):
        """Columns in which no line has anything."""
        kept = [
            place
            for place in range(len(self.columns))
            if not self.lines or any(line.cells[place].count for line in self.lines)
        ]
        self.columns = [self.columns[place] for place in kept]
        self.lines = [FigureRow(line.label, [line.cells[place] for place in kept]) for line in self.lines]

    @property
    def parts(self):
        """The columns that bars are made of: all but those of sums."""
        return list(self.columns)[self.unshaded :]

    @property
    def bars(self):
        """The longest lines as bars: label, number, and for each part its place, its start and its width in per cent."""
        sums = [(sum(cell.count for cell in line.cells[self.unshaded :]), line) for line in self.lines]
        shown = self.chosen_for_bars([pair for pair in sums if pair[0]])
        longest = max((total for total, _line in shown), default=0)
        for total, line in shown:
            start, parts = 0.0, []
            for place, cell in enumerate(line.cells[self.unshaded :]):
                width = round(100 * cell.count / longest, 2)
                parts.append((place, round(start, 2), width))
                start += width
            yield line.label, total, [part for part in parts if part[2]]

    def chosen_for_bars(self, sums):
        return sorted(sums, key=lambda pair: -pair[0])[:MOST_BARS]

    @property
    def sentence(self):
        """What the bars say first."""
        found = [(label, total) for label, total, _parts in self.bars if label not in self.unnamed]
        if len(found) < 2:
            return ""
        (first, most), (second, next_most) = sorted(found, key=lambda pair: -pair[1])[:2]
        words = {"first": first, "most": most, "second": second, "next": next_most}
        return _("Most: %(first)s (%(most)d), then %(second)s (%(next)d).") % words

    def url_of(self, query, place):
        return f"{reverse(self.list_of(place))}?{urlencode(query)}" if query else reverse(self.list_of(place))

    def list_of(self, place):
        """The list that the numbers of a column lead to."""
        return self.list_address

    @property
    def page_url(self):
        return reverse("figure", args=[self.slug])

    @property
    def embed_url(self):
        return reverse("embed_figure", args=[self.slug])

    @property
    def downloads(self):
        return responses.downloads(self.page_url, offered=self.formats)

    @property
    def size(self):
        return LABEL + CELL * len(self.columns), HEADER + LINE * len(self.lines)

    @property
    def drawn_columns(self):
        for place, column in enumerate(self.columns):
            parts = wrap(str(column), LETTERS)[:3]
            lines = [(HEADER - 6 - 13 * (len(parts) - 1 - row), part) for row, part in enumerate(parts)]
            yield LABEL + CELL * place + CELL // 2, lines

    @property
    def drawn_lines(self):
        for row, line in enumerate(self.lines):
            y = HEADER + LINE * row
            cells = [
                {"x": LABEL + CELL * place, "middle": LABEL + CELL * place + CELL // 2, "cell": cell}
                for place, cell in enumerate(line.cells)
            ]
            yield {"y": y, "base": y + 17, "label": line.label, "cells": cells}

    def rows(self):
        yield [str(self.corner), *self.columns]
        for line in self.lines:
            yield [line.label, *(cell.count for cell in line.cells)]


class Types(Figure):
    slug = "types"
    title = gettext_lazy("Actors by country and type")
    unnamed = (gettext_lazy("No single country"),)
    unshaded = 1

    def measure(self):
        columns = facet_index_of(Actors, self.version)
        types, countries = columns.plain["type"], columns.plain["country"]
        pairs = np.zeros((len(countries.index), len(types.index)), dtype=np.int64)
        np.add.at(pairs, (countries.values, types.values), 1)
        lines = sorted(
            ((code, pairs[place]) for code, place in countries.index.items()),
            key=lambda pair: (pair[0] is None, -pair[1].sum()),
        )
        names = {country.code: country.label for country in Country.objects.all()}
        return [_("All"), *(type_.label for type_ in ActorType)], (
            (names.get(code, _("No single country")), list(self.cells(code, counts, types.index)))
            for code, counts in lines
        )

    def cells(self, code, counts, places):
        where = {"country": code} if code else {"lacks": "country"}
        yield int(counts.sum()), where
        for type_ in ActorType:
            number = int(counts[places[type_]]) if type_ in places else 0
            yield number, {"type": type_.value} | where


class Roles(Figure):
    slug = "roles"
    title = gettext_lazy("Actors by type and role in initiatives")
    corner = gettext_lazy("Type of actor")
    note = gettext_lazy("An actor with several roles counts once in each.")

    def measure(self):
        columns = facet_index_of(Actors, self.version)
        tie = columns.ties["participation"]
        return [role.label for role in Role], (
            (type_.label, list(self.cells(columns, tie, type_))) for type_ in ActorType
        )

    def cells(self, columns, tie, type_):
        counts = count_owners(tie, "role", having(columns.plain["type"], [type_]))
        for role in Role:
            yield counts.get(role, 0), {"type": type_.value, "role": role.value}


class Themes(Figure):
    slug = "themes"
    title = gettext_lazy("Themes")
    corner = gettext_lazy("Theme")

    def measure(self):
        counts = [self.counts(filterset) for filterset in (Actors, Initiatives)]
        themes = sorted(
            Theme.objects.all(), key=lambda theme: -sum(each.get(theme.slug, 0) for each in counts)
        )
        return [_("Actors"), _("Initiatives")], (
            (str(theme), [(each.get(theme.slug, 0), {"theme": theme.slug}) for each in counts])
            for theme in themes
        )

    def counts(self, filterset):
        columns = facet_index_of(filterset, self.version)
        return count_owners(columns.ties["theme"], "theme", columns.all())

    def list_of(self, place):
        return ["actor_list", "initiative_list"][place]


class YearsFigure(Figure):
    slug = "years"
    title = gettext_lazy("Initiatives under way, by year and kind")
    corner = gettext_lazy("Year")
    list_address = "initiative_list"
    unshaded = 2
    note = gettext_lazy(
        "One whose end is not known counts as long as it was seen, and then apart; those without a known start are left out."
    )

    def measure(self):
        running = Counter()
        this_year = localdate().year
        rows = Initiative.objects.published().exclude(start="").with_phase()
        for kind, phase, *dates in rows.values_list("kind", "phase", "start", "until", "seen").iterator(5000):
            start, until, seen = (int(date[:4]) if date else this_year for date in dates)
            last = seen if phase == Phase.UNKNOWN else until
            for year in range(max(start, FIRST_YEAR), min(last, this_year) + 1):
                running[kind, year] += 1
            if phase == Phase.UNKNOWN:
                running.update((UNSEEN, year) for year in range(max(last + 1, FIRST_YEAR), this_year + 1))
        first = min((year for _kind, year in running), default=this_year)
        return [_("All"), _("End not known"), *(kind.label for kind in InitiativeKind)], (
            (str(year), list(self.cells(running, year))) for year in range(this_year, first - 1, -1)
        )

    def chosen_for_bars(self, sums):
        """The years in their order, not by number."""
        return sums[: 2 * MOST_BARS]

    def cells(self, running, year):
        when = {"from": year, "to": year}
        yield sum(running[kind, year] for kind in InitiativeKind), when
        yield running[UNSEEN, year], {"to": year, "unseen": year}
        for kind in InitiativeKind:
            yield running[kind, year], {"kind": kind.value} | when


class Money(Figure):
    slug = "funding"
    title = gettext_lazy("Funding, where it is known")
    corner = gettext_lazy("Kind of initiative")
    list_address = "initiative_list"

    def measure(self):
        published = Initiative.objects.published()
        funded = Counter(
            dict(published.filter(FUNDED).order_by().values_list("kind").annotate(n=Count("pk")))
        )
        in_all = Counter(dict(published.order_by().values_list("kind").annotate(n=Count("pk"))))
        return [_("Amount known"), _("Amount unknown")], (
            (
                kind.label,
                [
                    (funded[kind], {"kind": kind.value, "has": "funding"}),
                    (in_all[kind] - funded[kind], {"kind": kind.value, "lacks": "funding"}),
                ],
            )
            for kind in InitiativeKind
        )

    @property
    def note(self):
        sums = money.total(Funding.objects.public().values_list(*money.FIELDS)).sums
        total = next((each.amount for each in sums if each.currency == "EUR"), 0)
        text = _(
            "Known amounts in euro add up to %(total)s million. Not among them: parts of a larger sum, and programmes "
            "that are not for Roma alone."
        )
        return text % {"total": f"{total / 1e6:,.0f}"}


class Completeness(Figure):
    slug = "completeness"
    title = gettext_lazy("How complete the entries are, and how many were verified")
    corner = gettext_lazy("Entries with")
    unnamed = (gettext_lazy("anything"),)
    KINDS = [
        ("actor_list", Actor, actor_columns.actors),
        ("initiative_list", Initiative, initiative_columns.initiatives),
        ("document_list", Document, initiative_columns.documents),
    ]
    note = gettext_lazy(
        "Every entry has at least one source. A dash means that entries of this kind have no such fact."
    )

    def measure(self):
        counted = []
        for _address, model, table in self.KINDS:
            counts = {f"n_{name}": Count("pk", filter=has.present) for name, has in things_of(table).items()}
            counted.append(model.objects.published().aggregate(any_entry=Count("pk"), **counts))
        labels = {
            name: has.label
            for _address, _model, table in self.KINDS
            for name, has in things_of(table).items()
        }
        lines = [(_("anything"), [(found["any_entry"], {}) for found in counted])]
        for name, label in labels.items():
            lines.append(
                (
                    str(label),
                    [
                        (found.get(f"n_{name}", 0), {"has": name} if f"n_{name}" in found else None)
                        for found in counted
                    ],
                )
            )
        return [_("Actors"), _("Initiatives"), _("Documents")], lines

    def list_of(self, place):
        return self.KINDS[place][0]

    def url_of(self, query, place):
        return "" if query is None else super().url_of(query, place)


def things_of(table):
    """What entries have or lack besides sources for their facts."""
    return {name: has for name, has in table.presence.items() if not name.startswith(SOURCE)}


class Evidence(Figure):
    slug = "evidence"
    title = gettext_lazy("Facts with and without a source of their own")
    corner = gettext_lazy("Fact")
    KINDS = Completeness.KINDS
    note = gettext_lazy(
        "A fact has a source of its own where a citation names it. Every entry has a source as a whole. "
        "A dash means that entries of this kind have no such fact."
    )

    def measure(self):
        backed = backed_facts(self.version)
        titles = {
            name: fact.title for _address, _model, table in self.KINDS for name, fact in table.facts.items()
        }
        headings = [_("Actors: sourced"), _("not sourced"), _("Initiatives: sourced"), _("not sourced")]
        headings += [_("Documents: sourced"), _("not sourced")]
        return headings, ((str(title), list(self.cells(backed, name))) for name, title in titles.items())

    def cells(self, backed, name):
        for _address, _model, table in self.KINDS:
            count = backed[table.name].get(name)
            value = f"{SOURCE}{name}"
            yield (count.cited, {"has": value}) if count else (0, None)
            yield (count.stated - count.cited, {"lacks": value}) if count else (0, None)

    def list_of(self, place):
        return self.KINDS[place // 2][0]

    def url_of(self, query, place):
        return "" if query is None else super().url_of(query, place)


class Rosters(Figure):
    slug = "rosters"
    title = gettext_lazy("How much is here of lists that others publish")
    corner = gettext_lazy("List")
    note = gettext_lazy(
        "Missing is what a list names, or counts, and what is not here. Lists whose length no source says are left out."
    )

    def measure(self):
        self.held = [each for each in coverage(Roster.objects.public()) if each.total]
        return [_("Here"), _("Missing")], (
            (each.roster.title, [(len(each.here), each.url), (each.lacking, each.url)]) for each in self.held
        )

    @property
    def sentence(self):
        complete = [each for each in self.held if not each.lacking]
        words = {"complete": len(complete), "all": len(self.held)}
        return _("Complete: %(complete)d of %(all)d lists.") % words

    def url_of(self, query, place):
        return query


FIGURES = {
    figure.slug: figure
    for figure in (Types, Roles, Themes, YearsFigure, Money, Completeness, Evidence, Rosters)
}


def all_figures(request):
    figures = [figure(request) for figure in FIGURES.values()]
    return render(request, "pictures/figures.html", {"figures": figures})


def one_figure(request, slug, *, embedded=False):
    if slug not in FIGURES:
        raise Http404
    return FIGURES[slug](request).respond(embedded)
