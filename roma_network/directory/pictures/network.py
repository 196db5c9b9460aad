"""Who works with whom: actors, tied by the initiatives that they take part in and by relations to one another."""

from collections import Counter, defaultdict
from functools import cached_property
from itertools import groupby
from math import sqrt
from typing import NamedTuple
from urllib.parse import urlencode
from xml.etree import ElementTree

import numpy as np
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from initiatives.models import Initiative, Participation, Role
from roma_network.cartography import labels
from roma_network.cartography.labels import Name
from roma_network.core.web_addresses import absolute
from roma_network.core.xml_text import xml_safe
from roma_network.directory.pictures import network_layout
from roma_network.directory.pictures.network_layout import Graph
from roma_network.directory.pictures.ties import every_relation_at, relations_at, ties_at
from roma_network.export import responses
from roma_network.export.formats import GRAPHS, LICENCE, PICTURES
from roma_network.pages.pictures import Picture
from roma_network.pages.redirects import instead_of
from stakeholders.filters import ActorFilterSet
from stakeholders.models import Actor, ActorType, Country, Relation, RelationKind

MOST_NODES = 2000
MOST_EDGES = 3000  # that are drawn; files hold all
MOST_NAMED = 15
MOST_LABELS = 120
MARGIN = 40  # units
SQUARE = 20  # units of a shape
WIDTH = 1000  # units on a side, however many there are: so that names keep their size
MOST_FRESH = 400  # nodes that are laid out anew for what is chosen
MOST_STATES = 4  # offered to begin with
MOST_BEGINNINGS = 6  # that a picture leads on to
MOST_COLLEAGUES = 40  # around one actor
MOST_ON_PHONES = 120  # nodes, beyond which a small screen is offered neighbourhoods


# What files tell of nodes and ties, with its type.
NODE = dict.fromkeys(("label", "kind", "type", "country", "themes", "url"), "string") | {
    "x": "double",
    "y": "double",
}
TIE = dict.fromkeys(("kind", "role", "start", "end", "note"), "string") | {"mutual": "boolean"}
OF_GEXF = ("label", "x", "y")  # it has places of its own for these


class Tie(NamedTuple):
    """From whom to whom, by number; `role` is that of a participation, or the kind of a relation."""

    source: int
    target: int
    kind: str
    role: str
    start: str
    end: str
    note: str

    def said(self):
        """Readers of such files take all edges as directed, or none: that one goes both ways is said besides."""
        mutual = str(self.role == RelationKind.COOPERATES_WITH).lower()
        return {name: getattr(self, name) for name in self._fields[2:]} | {"mutual": mutual}


class NetworkNode(NamedTuple):
    """A node as it is drawn. `kind` is the type of an actor, or "initiative"."""

    number: int
    entry: object
    kind: str
    x: int
    y: int
    size: int  # even
    degree: int

    @property
    def radius(self):
        return self.size // 2

    @property
    def place(self):
        """Where and how large the shape of its type is drawn: as a path, which is far less to draw than a `use`."""
        return f"translate({self.x - self.radius} {self.y - self.radius})scale({self.size / SQUARE:g})"

    @property
    def shape(self):
        return ActorType(self.kind).shape

    @property
    def says(self):
        ties = ngettext("%(n)d tie", "%(n)d ties", self.degree) % {"n": self.degree}
        return _("%(name)s: %(ties)s") % {"name": self.entry.name, "ties": ties}


class Network(Picture):
    name = address = "network"
    list_address = "actor_list"
    formats = PICTURES | GRAPHS
    types = list(ActorType)
    most_edges = MOST_EDGES
    size = (WIDTH, WIDTH)
    actor = None  # around which it is

    def __init__(self, request, tally=None):
        super().__init__(request, ActorFilterSet, tally=tally)
        self.version = request.content_version

    @cached_property
    def is_fresh(self):
        """Whether it is laid out for itself: few enough, so that this takes some milliseconds, in any process."""
        return self.graph.size <= MOST_FRESH

    @cached_property
    def kept_layout(self):
        """Of all, and the content version that it shows."""
        return network_layout.latest()

    @cached_property
    def is_provisional(self):
        """Whether it shows an older layout than it should: one of all is being made."""
        if self.is_fresh:
            return False
        _places, laid_out = self.kept_layout
        if laid_out != self.version:
            network_layout.start()
        return laid_out != self.version

    @cached_property
    def is_dense(self):
        return self.graph.size > MOST_ON_PHONES

    def respond(self, embedded):
        response = super().respond(embedded)
        response.is_provisional = self.is_provisional
        return response

    @property
    def title(self):
        return _("Network of actors")

    # The graph

    @cached_property
    def whole(self):
        """The graph of all that match and of what ties them."""
        version, keys = self.version, self.tally.found
        ties, relations = ties_at(version).among(actors=keys), relations_at(version)
        ties = self.chosen(ties)
        relations = relations[np.isin(relations, keys).all(axis=1)]
        return Graph.of(ties.pairs(), relations)

    @property
    def tie_count(self):
        """Of what is drawn: each role and each relation, as many as the files have rows."""
        ends = {"actors": self.graph.actors, "initiatives": self.graph.initiatives}
        ties = self.chosen(ties_at(self.version)).among(**ends)
        relations = np.isin(every_relation_at(self.version), self.graph.actors).all(axis=1)
        return len(ties.actors) + int(relations.sum())

    def chosen(self, ties):
        """Where initiatives or roles are chosen, the ties of these alone."""
        data = self.filterset.data
        if slugs := data.getlist("initiative"):
            keys = list(Initiative.objects.filter(slug__in=slugs).values_list("pk", flat=True))
            ties = ties.among(initiatives=keys)
        if roles := data.getlist("role"):
            ties = ties.among(roles=[place for place, role in enumerate(Role) if role in roles])
        return ties

    @cached_property
    def is_core(self):
        return self.whole.size > MOST_NODES

    @property
    def is_thinned(self):
        return len(self.graph.edges) > MOST_EDGES

    @cached_property
    def graph(self):
        """What is drawn: all, or where that is too much the best connected."""
        return self.whole.only(self.whole.core(MOST_NODES)) if self.is_core else self.whole

    @cached_property
    def entries(self):
        """Node by node, the row of the actor or the initiative."""
        actors = Actor.objects.only("name", "acronym", "slug", "type", "status", "country").in_bulk(
            self.graph.actors.tolist()
        )
        initiatives = Initiative.objects.only("name", "acronym", "slug", "kind", "status").in_bulk(
            self.graph.initiatives.tolist()
        )
        return [actors[key] for key in self.graph.actors.tolist()] + [
            initiatives[key] for key in self.graph.initiatives.tolist()
        ]

    @cached_property
    def places(self):
        """Where each node stands, in units of the drawing; roughly before the first layout of all."""
        layout, _version = (None, "") if self.is_fresh else self.kept_layout
        places = layout.of(self.graph) if layout else network_layout.fresh(self.graph)
        return network_layout.spread(places) * (WIDTH - 2 * MARGIN) + MARGIN

    @cached_property
    def nodes(self):
        """The nodes, the greatest last so that they lie on top."""
        degrees = self.graph.degrees.tolist()
        roomy = 1.6 if self.graph.size <= MOST_ON_PHONES else 1
        nodes = [
            NetworkNode(
                number,
                entry,
                getattr(entry, "type", "initiative"),
                round(x),
                round(y),
                2 * round(roomy * min(3 + 0.9 * sqrt(degree), 13)),
                degree,
            )
            for number, (entry, (x, y), degree) in enumerate(
                zip(self.entries, self.places.tolist(), degrees, strict=True)
            )
        ]
        return sorted(nodes, key=lambda node: (node.size, node.kind, node.entry.name))

    @property
    def groups_drawn(self):
        """The nodes in runs of one kind."""
        for kind, nodes in groupby(self.nodes, key=lambda node: node.kind):
            yield {"kind": kind, "nodes": list(nodes)}

    @cached_property
    def edges(self):
        """All edges as one path, those of a hub together: so it packs well."""
        places, degrees = {node.number: (node.x, node.y) for node in self.nodes}, self.graph.degrees.tolist()
        edges = [
            sorted(edge, key=lambda number: -degrees[number])
            for edge in self.graph.thinned(MOST_EDGES).edges.tolist()
        ]
        parts = []
        for hub, other in sorted(edges):
            (x, y), (to_x, to_y) = places[hub], places[other]
            parts.append(f"M{x} {y}l{to_x - x} {to_y - y}")
        return "".join(parts)

    @cached_property
    def labels(self):
        """Names that do not collide, those of the greatest first; nearer by there are more."""
        named = [
            Name(short_name(node.entry.short_name), node.x, node.y, node.radius)
            for node in reversed(self.nodes[-MOST_LABELS:])
        ]
        return labels.place_labels(named, WIDTH, (0, 0, WIDTH, WIDTH))

    # In words

    @cached_property
    def connected(self):
        """The actors with the most ties, each with how many."""
        degrees = self.graph.degrees[: len(self.graph.actors)]
        best = np.argsort(-degrees, kind="stable")[:MOST_NAMED]
        return [(self.entries[number], int(degrees[number])) for number in best.tolist()]

    @cached_property
    def bridges(self):
        """The initiatives that bring the most types of actors together, each with how many."""
        border, types = len(self.graph.actors), defaultdict(set)
        for one, other in self.graph.edges.tolist():
            if other >= border > one:
                types[other].add(self.entries[one].type)
        degrees = self.graph.degrees
        best = sorted(types, key=lambda number: (-len(types[number]), -degrees[number], number))[:MOST_NAMED]
        return [(self.entries[number], len(types[number])) for number in best if len(types[number]) > 1]

    @cached_property
    def between(self):
        """Pairs of types and the number of pairs of their actors that a tie joins, by way of initiatives or directly."""
        border, members, found = len(self.graph.actors), defaultdict(Counter), Counter()
        for one, other in self.graph.edges.tolist():
            if other >= border:
                members[other][self.entries[one].type] += 1
            else:
                found[tuple(sorted((self.entries[one].type, self.entries[other].type)))] += 1
        for types in members.values():
            for one in types:
                for other in types:
                    if one < other:
                        found[one, other] += types[one] * types[other]
        return [
            (ActorType(one).label, ActorType(other).label, number)
            for (one, other), number in found.most_common(MOST_NAMED)
            if one != other
        ]

    @cached_property
    def components(self):
        """The sizes of the parts that nothing ties together, the greatest first."""
        return sorted(map(len, self.graph.as_igraph().connected_components()), reverse=True)

    @property
    def meeting(self):
        """The states with the most Roma organisations that have cities here too, each with the picture of both."""
        types = (ActorType.LOCAL_AUTHORITY, ActorType.ROMA_COMMUNITY)
        actors = self.entries[: len(self.graph.actors)]
        cities, groups = (Counter(each.country_id for each in actors if each.type == kind) for kind in types)
        codes = sorted(
            (code for code in groups if code and cities[code]), key=lambda code: (-groups[code], code)
        )
        states = Country.objects.in_bulk(codes[:MOST_STATES])
        query = urlencode({"type": types}, doseq=True)
        return [
            (state.label, f"{reverse('network')}?{query}&country={code}") for code, state in states.items()
        ]

    @property
    def beginnings(self):
        """Well connected actors, each with a picture of its own that shows more than this one does."""
        return [actor for actor, degree in self.connected if degree > 1 and actor != self.actor][
            :MOST_BEGINNINGS
        ]

    @cached_property
    def surroundings(self):
        """Those of a well connected actor, few enough marks for screens that are too small for all."""
        found = (EgoNetwork(self.request, actor, self.tally) for actor, _degree in self.connected)
        return next((around for around in found if not around.is_dense), self)

    @property
    def untied(self):
        """The number of actors that match and have no tie."""
        return self.count - len(self.whole.actors)

    # Files

    @cached_property
    def ties(self):
        """All ties among the nodes, each by itself: a row for each role and each relation, from whom to whom."""
        border = len(self.graph.actors)
        actors = {key: number for number, key in enumerate(self.graph.actors.tolist())}
        initiatives = {key: border + number for number, key in enumerate(self.graph.initiatives.tolist())}
        roles = self.filterset.data.getlist("role") or Role.values
        shown = Participation.objects.public().filter(role__in=roles).order_by("pk")
        found = [
            Tie(actors[actor], initiatives[initiative], "participation", *said)
            for actor, initiative, *said in shown.values_list(
                "actor_id", "initiative_id", "role", "start", "end", "note"
            )
            if actor in actors and initiative in initiatives
        ]
        relations = (
            Relation.objects.public().order_by("pk").values_list("subject_id", "target_id", "kind", "note")
        )
        return found + [
            Tie(actors[subject], actors[target], "relation", kind, "", "", note)
            for subject, target, kind, note in relations
            if subject in actors and target in actors
        ]

    def rows(self):
        yield ["source", "source_name", "target", "target_name", *Tie._fields[2:]]
        for source, target, *said in self.ties:
            names = (self.entries[source].name, self.id_of(target), self.entries[target].name)
            yield [self.id_of(source), *names, *said]

    def id_of(self, number):
        kind = "actor" if number < len(self.graph.actors) else "initiative"
        return f"{kind}/{self.entries[number].slug}"

    def attributes(self):
        """Node by node: its id and what is known of it."""
        places = {node.number: (node.x, node.y) for node in self.nodes}
        actors, initiatives = set(self.graph.actors.tolist()), set(self.graph.initiatives.tolist())
        themes = (
            linked_values(Actor, "themes", actors, "slug"),
            linked_values(Initiative, "themes", initiatives, "slug"),
        )
        countries = linked_values(Initiative, "countries", initiatives, "code")
        for number, entry in enumerate(self.entries):
            is_actor = number < len(self.graph.actors)
            x, y = places.get(number, (0, 0))
            yield (
                self.id_of(number),
                {
                    "label": entry.name,
                    "kind": "actor" if is_actor else "initiative",
                    "type": entry.type if is_actor else entry.kind,
                    "country": entry.country_id or "" if is_actor else "; ".join(countries.get(entry.pk, ())),
                    "themes": "; ".join(themes[not is_actor].get(entry.pk, ())),
                    "url": absolute(entry.get_absolute_url()),
                    "x": x,
                    "y": -y,  # upwards, as these formats count
                },
            )

    def as_graphml(self):
        root = ElementTree.Element("graphml", xmlns="http://graphml.graphdrawing.org/xmlns")
        root.append(ElementTree.Comment(f" {LICENCE} "))
        for part, names in (("node", NODE), ("edge", TIE)):
            for name, kind in names.items():
                values = {"id": f"{part}-{name}", "for": part, "attr.name": name, "attr.type": kind}
                ElementTree.SubElement(root, "key", values)
        graph = ElementTree.SubElement(root, "graph", edgedefault="directed")
        for node_id, attributes in self.attributes():
            node = ElementTree.SubElement(graph, "node", id=node_id)
            for name, value in attributes.items():
                ElementTree.SubElement(node, "data", key=f"node-{name}").text = str(value)
        for number, tie in enumerate(self.ties):
            ends = {"source": self.id_of(tie.source), "target": self.id_of(tie.target)}
            edge = ElementTree.SubElement(graph, "edge", id=f"tie-{number}", **ends)
            for name, value in tie.said().items():
                ElementTree.SubElement(edge, "data", key=f"edge-{name}").text = value
        return as_xml(root)

    def as_gexf(self):
        root = ElementTree.Element(
            "gexf", {"xmlns": "http://gexf.net/1.3", "xmlns:viz": "http://gexf.net/1.3/viz", "version": "1.3"}
        )
        about = ElementTree.SubElement(root, "meta", lastmodifieddate=localdate().isoformat())
        ElementTree.SubElement(about, "description").text = LICENCE
        graph = ElementTree.SubElement(root, "graph", defaultedgetype="directed", mode="static")
        for part, names in (("node", NODE), ("edge", TIE)):
            heading = ElementTree.SubElement(graph, "attributes", {"class": part})
            for name, kind in names.items():
                if name not in OF_GEXF:
                    ElementTree.SubElement(heading, "attribute", id=f"{part}-{name}", title=name, type=kind)
        nodes, edges = (ElementTree.SubElement(graph, name) for name in ("nodes", "edges"))
        for node_id, attributes in self.attributes():
            node = ElementTree.SubElement(nodes, "node", id=node_id, label=attributes["label"])
            add_values(node, "node", attributes)
            ElementTree.SubElement(
                node, "viz:position", x=str(attributes["x"]), y=str(attributes["y"]), z="0"
            )
        for number, tie in enumerate(self.ties):
            ends = {"source": self.id_of(tie.source), "target": self.id_of(tie.target)}
            edge = ElementTree.SubElement(edges, "edge", id=str(number), **ends)
            add_values(edge, "edge", tie.said())
        return as_xml(root)


def add_values(element, part, attributes):
    values = ElementTree.SubElement(element, "attvalues")
    for name, value in attributes.items():
        if name not in OF_GEXF and value != "":
            ElementTree.SubElement(values, "attvalue", {"for": f"{part}-{name}", "value": str(value)})


def linked_values(model, field, keys, value):
    """Key → values of the rows that a field links it to."""
    found = defaultdict(list)
    rows = model.objects.filter(**{f"{field}__isnull": False}).order_by(f"{field}__{value}")
    for key, each in rows.values_list("pk", f"{field}__{value}"):
        if key in keys:
            found[key].append(each)
    return found


def as_xml(root):
    return xml_safe(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True).decode())


def short_name(name):
    return Truncator(name).chars(30)


class EgoNetwork(Network):
    """The neighbourhood of one actor: its initiatives, and those that it meets there most often or has a relation with."""

    address = "network_around"

    def __init__(self, request, actor, tally=None):
        super().__init__(request, tally)
        self.actor = actor

    @property
    def title(self):
        return _("Network around %(name)s") % {"name": self.actor.short_name}

    @property
    def page_url(self):
        return reverse(self.address, args=[self.actor.slug]) + self.query

    @property
    def embed_url(self):
        return reverse(f"embed_{self.address}", args=[self.actor.slug]) + self.query

    @property
    def downloads(self):
        return responses.downloads(
            reverse(self.address, args=[self.actor.slug]), self.parameters, self.formats
        )

    @cached_property
    def whole(self):
        key, matching = self.actor.pk, set(self.tally.found.tolist())
        ties = self.chosen(ties_at(self.version))
        mine = np.unique(ties.initiatives[ties.actors == key])
        ties = ties.among(initiatives=mine)
        relations = relations_at(self.version)
        relations = relations[(relations == key).any(axis=1)]
        shared = Counter(ties.pairs()[:, 0].tolist())
        shared.update(dict.fromkeys(relations.ravel().tolist(), len(mine) + 1))
        found = [each for each, _n in shared.most_common() if each != key and each in matching]
        shown = [key, *found[:MOST_COLLEAGUES]]
        among = relations_at(self.version)
        among = among[np.isin(among, shown).all(axis=1)]
        return Graph.of(ties.among(actors=shown).pairs(), among)

    @property
    def count(self):
        return len(self.graph.actors)

    @property
    def untied(self):
        return 0


def page(request, *, embedded=False):
    return Network(request).respond(embedded)


def around(request, slug, *, embedded=False):
    actor = Actor.objects.published().filter(slug=slug).first()
    if actor is None:
        return instead_of(request, Actor, slug, template="embeds/410.html" if embedded else "410.html")
    return EgoNetwork(request, actor).respond(embedded)
