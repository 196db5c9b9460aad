"""Maps of filtered views (choropleth, with proportional symbols): how many actors or initiatives in each country, and the places that take part."""

import json
from functools import cached_property
from math import sqrt
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from initiatives.filters import InitiativeFilterSet
from roma_network.cartography import atlas, labels
from roma_network.cartography.dots import Dot
from roma_network.cartography.labels import Name
from roma_network.core.web_addresses import absolute
from roma_network.directory.pictures.ties import counts_at, localities_at, ties_at
from roma_network.export.formats import LICENCE_URL, PICTURES, ROWS
from roma_network.pages.pictures import Picture
from roma_network.search.facet_index import count, having
from stakeholders.filters import ActorFilterSet
from stakeholders.models import ActorType, Country, Precision

SHADES = 5
OVERSEAS = {"FR", "PT"}  # with regions that no map here shows
MOST_DOTS = 200
MOST_NAMED = 60
TINY = {"MT": (14.45, 35.9), "LU": (6.1, 49.75)}  # degrees east and north: these would be lost without a mark


class Land(NamedTuple):
    """A country on the map. `shade` is 0 where there is nothing."""

    code: str
    name: str
    count: int
    label: str
    url: str
    shade: int
    path: str
    mark: tuple | None


def classes(counts, most=SHADES):
    """Ranges of numbers for the shades, each for about as many countries: pairs of least and greatest."""
    values = sorted(filter(None, counts))
    starts = sorted({values[len(values) * place // most] for place in range(most)}) if values else []
    ends = [start - 1 for start in starts[1:]] + values[-1:]
    return list(zip(starts, ends, strict=True))


def shade_of(count, ranges):
    return next((place for place, (least, most) in enumerate(ranges, 1) if least <= count <= most), 0)


def dots(weights, localities, frame, most=MOST_DOTS):
    """The heaviest of the localities in `weights` (key → number of initiatives) that are on the map, large ones first."""
    known = [(weight, localities[key]) for key, weight in weights.items() if key in localities]
    known.sort(key=lambda pair: (-pair[0], pair[1].name))
    found = []
    for weight, locality in known:
        if len(found) == most:
            break
        if place := frame.place(locality.longitude, locality.latitude):
            found.append(dot(weight, locality, place))
    return found


def dot(weight, locality, place):
    number = ngettext("%(n)d initiative", "%(n)d initiatives", weight) % {"n": weight}
    label = _("%(name)s: %(number)s") % {"name": locality.name, "number": number}
    if locality.precision != Precision.CITY:  # else it is as the legend says
        label = _("%(place)s (%(precision)s)") % {
            "place": label,
            "precision": Precision(locality.precision).label,
        }
    url = reverse("actor_detail", args=[locality.slug])
    return Dot(
        locality.name,
        label,
        url,
        *place,
        round(min(2.5 + 1.5 * sqrt(weight), 14), 1),
        weight,
        locality.town or locality.name,
    )


def lands(counts, label_of, url_of):
    """The countries, those with the most first. `label_of` and `url_of` say a country with its number, and where it leads."""
    paths, ranges = atlas.shapes("europe")["countries"], classes(counts.values())
    found = []
    for country in Country.objects.all():
        number = counts.get(country.code, 0)
        found.append(
            Land(
                country.code,
                country.label,
                number,
                label_of(country, number),
                url_of(country, number),
                shade_of(number, ranges),
                paths.get(country.code, ""),
                atlas.EUROPE.place(*TINY[country.code]) if country.code in TINY else None,
            )
        )
    return sorted(found, key=lambda land: (-land.count, land.name))


def names_of(lands):
    """The countries with something in them, as names on the map: with their number, or in short by their code."""
    middles = atlas.middles()
    for land in lands:
        if land.count and land.code in middles:
            yield Name(f"{land.name} {land.count}", *middles[land.code], short=f"{land.code} {land.count}")


def overview(counts):
    """The map of the first page: each country leads to its page."""

    def label_of(country, number):
        actors = ngettext("%(n)d actor", "%(n)d actors", number) % {"n": number}
        return _("%(name)s: %(number)s") % {"name": country.label, "number": actors}

    found = lands(counts, label_of, lambda country, _number: country.get_absolute_url())
    scale = Map.width / Map.frame.width
    size = Map.width, round(Map.frame.height * scale)
    names = [name._replace(x=round(name.x * scale), y=round(name.y * scale)) for name in names_of(found)]
    return {
        "title": _("Map of actors by country"),
        "size": size,
        "scale": scale,
        "offset": "0 0",
        "lands": found,
        "others": atlas.shapes("europe")["others"],
        "inset": atlas.inset(Map.frame),
        "dots": [],
        "labels": labels.place_labels(names, Map.width, (0, 0, *size)),
        "legend": list(enumerate(classes(counts.values()), 1)),
    }


class Map(Picture):
    name = "map"
    formats = PICTURES | {"geojson": ROWS["geojson"]}
    frame = atlas.EUROPE
    width = 1000  # units, whatever part of Europe is drawn: so that names keep their size

    @property
    def ways(self):
        """What can be counted, each with its address."""
        return [
            {"label": label, "url": reverse(address), "current": address == self.address}
            for address, label in (("map", _("actors")), ("initiative_map", _("initiatives")))
        ]

    @property
    def size(self):
        return self.width, round(self.window[3] * self.scale)

    @property
    def scale(self):
        return self.width / self.window[2]

    @property
    def leaves_out_islands(self):
        """Whether it shows Europe whole, or a country with regions overseas that it does not draw."""
        return not self.query or any(land.count and land.code in OVERSEAS for land in self.lands)

    @cached_property
    def window(self):
        """The part of the map of Europe in which there is anything: x, y, width and height."""
        paths = atlas.shapes("europe")["countries"]
        counted = [land.code for land in self.lands if land.count and land.code in paths]
        if not self.query or not counted:
            return 0, 0, self.frame.width, self.frame.height
        return atlas.window_of(
            [paths[code] for code in counted], [atlas.inset(self.frame)] if "ES" in counted else []
        )

    @property
    def offset(self):
        return f"{-self.window[0]} {-self.window[1]}"

    def seen(self, x, y):
        """Where a place of the map of Europe is in the drawing."""
        return round((x - self.window[0]) * self.scale), round((y - self.window[1]) * self.scale)

    @property
    def others(self):
        """The rest of the world within the frame, as a path."""
        return atlas.shapes("europe")["others"]

    @property
    def inset(self):
        """The box around the Canary Islands, where all of it is in the picture."""
        left, top, width, height = atlas.inset(self.frame)
        west, north, across, down = self.window
        return (
            (left, top, width, height)
            if left >= west
            and top >= north
            and left + width <= west + across
            and top + height <= north + down
            else None
        )

    def prepare(self):
        counts = self.counts()
        self.ranges = classes(counts.values())
        self.lands = lands(counts, self.label_of, self.url_of)
        weights = self.weights_there()
        localities = localities_at(self.request.content_version)
        placed = dots(weights, localities, self.frame)
        self.dots = [dot._replace(x=x, y=y) for dot in placed for x, y in [self.seen(dot.x, dot.y)]]
        self.dot_total = len(weights)

    @property
    def chosen(self):
        """The countries that the map is of, where its address names some."""
        return set(self.filterset.data.getlist("country"))

    def counts(self):
        """Country → number: where some are chosen, of these alone."""
        counts = self.tally.counts("country")
        return {code: n for code, n in counts.items() if not self.chosen or code in self.chosen}

    def weights_there(self):
        """The same as `weights`, of localities in the countries that the map is of."""
        localities = localities_at(self.request.content_version)
        return {
            key: weight
            for key, weight in self.weights().items()
            if key in localities and (not self.chosen or localities[key].country in self.chosen)
        }

    def label_of(self, country, count):
        number = self.filterset.count_label(count)
        return _("%(name)s: %(number)s") % {"name": country.label, "number": number}

    def url_of(self, country, count):
        return self.list_url_with("country", country.code) if count else country.get_absolute_url()

    @property
    def labels(self):
        """The names of countries, and of the places with the most initiatives, where they have room."""
        countries = [
            name._replace(x=x, y=y) for name in names_of(self.lands) for x, y in [self.seen(name.x, name.y)]
        ]
        towns = [
            Name(dot.town if place < MOST_NAMED else "", dot.x, dot.y, dot.radius)
            for place, dot in enumerate(self.dots)
        ]
        return labels.place_labels([*countries, *towns], self.width, (0, 0, *self.size))

    @property
    def legend(self):
        return list(enumerate(self.ranges, 1))

    def rows(self):
        yield ["country", "name", "count"]
        for land in self.lands:
            if land.count:
                yield [land.code, land.name, land.count]

    def weights(self):
        """Key of a locality → number of initiatives."""
        raise NotImplementedError

    def as_geojson(self):
        """The places that match, each with how many initiatives it takes part in: all, drawn or not."""
        localities = localities_at(self.request.content_version)
        features = [
            {
                "type": "Feature",
                "id": absolute(reverse("identifier", args=["actor", place.slug])),
                "geometry": {"type": "Point", "coordinates": [place.longitude, place.latitude]},
                "properties": {
                    "name": place.name,
                    "country": place.country,
                    "initiatives": weight,
                    "url": absolute(reverse("actor_detail", args=[place.slug])),
                },
            }
            for key, weight in sorted(self.weights_there().items())
            for place in [localities[key]]
        ]
        return json.dumps(
            {"type": "FeatureCollection", "license": LICENCE_URL, "features": features}, ensure_ascii=False
        )


class ActorMap(Map):
    address = "map"
    list_address = "actor_list"

    def __init__(self, request):
        super().__init__(request, ActorFilterSet)

    @property
    def title(self):
        return _("Map of actors")

    @property
    def counted(self):
        return _("Actors")

    @property
    def unplaced(self):
        """The number of actors without a country."""
        return count(self.tally.columns.plain["country"], self.tally.mask()).get(None, 0)

    @property
    def unmapped(self):
        """The number of regional and local authorities that match and have no place on the map."""
        columns = self.tally.columns
        matching = self.tally.mask() & having(columns.plain["type"], [ActorType.LOCAL_AUTHORITY])
        localities = localities_at(self.request.content_version)
        places = [localities.get(key) for key in columns.keys[matching].tolist()]
        return sum(not (each and self.frame.place(each.longitude, each.latitude)) for each in places)

    def weights(self):
        """How many initiatives each place that matches takes part in."""
        counts = counts_at(self.request.content_version)
        localities = localities_at(self.request.content_version)
        return {key: counts[key] for key in self.tally.found.tolist() if key in localities and key in counts}


class InitiativeMap(Map):
    address = "initiative_map"
    list_address = "initiative_list"
    unmapped = 0
    unplaced = 0  # an initiative without countries is no rarity worth telling

    def __init__(self, request):
        super().__init__(request, InitiativeFilterSet)

    @property
    def title(self):
        return _("Map of initiatives")

    @property
    def counted(self):
        return _("Initiatives")

    def weights(self):
        """How many of the initiatives that match each place takes part in."""
        return ties_at(self.request.content_version).among(initiatives=self.tally.found).counts()


def country_map(country, version):
    """What the page of a country draws: its shape and its places. None where there is no such shape."""
    shape = atlas.shapes(country.code)
    if not shape:
        return None
    frame = atlas.Frame(**shape["frame"])
    counts = counts_at(version)
    localities = localities_at(version)
    weights = {key: counts.get(key, 0) for key, place in localities.items() if place.country == country.code}
    return {
        "size": (frame.width, frame.height),
        "path": shape["path"],
        "dots": dots(weights, localities, frame),
        "inset": atlas.inset(frame) if country.code == "ES" else None,
    }


def actors(request, *, embedded=False):
    return ActorMap(request).respond(embedded)


def initiatives(request, *, embedded=False):
    return InitiativeMap(request).respond(embedded)
