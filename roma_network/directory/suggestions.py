"""What the search box offers while somebody types (typeahead): entries, countries, places, types, and what the words mean."""

from collections import namedtuple
from itertools import islice

from django.http import JsonResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from roma_network.core import folding
from roma_network.core.clean_text import clean_text
from roma_network.directory.search import FILTERSETS, search_url
from roma_network.pages.addresses import takes
from roma_network.pages.http_cache import public
from roma_network.pages.questions import QuestionShown
from roma_network.search import autocomplete
from roma_network.search.answers import Asked, asked
from roma_network.search.understanding import understand, undotted
from roma_network.search.vocabulary import vocabulary
from stakeholders.models import ActorType, Country

MOST = 8
MOST_KNOWN = 3  # of them before countries and types
MOST_OF_A_KIND = 2  # countries, places, types
SHORTEST_PLACE = 3  # letters
Offer = namedtuple("Offer", "label kind url")


@public(takes=takes("q"))
def suggest(request):
    """JSON: a list of label, kind and address."""
    text = undotted(clean_text(request.GET.get("q", ""))[:200])
    names = autocomplete.name_index(request.content_version)
    offers = suggested(text, names)
    if not offers and text:
        offers = suggested(asked(text, request.content_version).text, names)
    return JsonResponse({"suggestions": [offer._asdict() for offer in offers]})


def suggested(text, names):
    """The closest first."""
    folded = folding.fold(text or "")
    if not folded:
        return []
    countries = list(Country.objects.all())
    named = countries_named(folded, countries)
    question = understand(text, names.called)
    entries = names.suggest(text, MOST)
    for word in words_of_place(question):
        entries += [entry for entry in names.suggest(word, MOST) if entry not in entries]
    is_country = any(folded in vocabulary().country_names.get(country.code, ()) for country in named)
    called = [entry for entry in entries if entry.is_called and not is_country]
    called = called or [entry for entry in entries if entry.is_well_known and not is_country][:MOST_KNOWN]
    others = [*map(of_country, named[:MOST_OF_A_KIND]), *types_named(folded)]
    called = [each for entry in called for each in (entry, *present(entry))]
    near = [offer(entry) for entry in entries if entry not in called and not entry.is_apart]
    apart = [offer(entry) for entry in entries if entry.is_apart]
    offers = [*map(offer, called), *others, *meant(question, is_new=not others), *near]
    return [*offers, *places_named(folded, countries), *apart][:MOST]


def present(entry):
    """The body that stands today where a former one stood. This causes a query where there is one."""
    successor = getattr(entry, "successor", None)
    return [successor] if successor and successor.is_published else []


def words_of_place(question):
    """The name that the directory has of a place, where the question is but another name of it."""
    concepts = question.concepts
    if len(concepts) != 1 or concepts[0].kind != "place":
        return []
    return [word for word in concepts[0].meaning.words[:1] if word != question.folded]


def meant(question, *, is_new):
    """The question as it is understood, where it is more than a name; or one facet that nothing else is named like."""
    url = search_url(" ".join(token.typed for token in question.tokens))
    if question.asks_where:
        return [Offer(_("Choose a country or a town"), _("Search"), url)]
    concepts = question.concepts
    if any(concept.kind == "word" for concept in concepts):
        return []
    shown = QuestionShown(Asked(question, "", ""), [], FILTERSETS, search_url, [])
    named = [shown.named(concept) for concept in concepts]
    if len(named) > 1:
        return [Offer(" · ".join(str(label) for _group, label in named), _("Search"), url)]
    is_facet = is_new and [concept.kind for concept in concepts] == ["facet"]
    return [Offer(label, group, url) for group, label in named if is_facet]


def types_named(start):
    """Types of actors with a word that begins so."""
    found = [type_ for type_ in ActorType if f" {start}" in f" {folding.fold(type_.label)}"]
    return [
        Offer(type_.label, _("Type of actor"), f"{reverse('actor_list')}?type={type_}")
        for type_ in found[:MOST_OF_A_KIND]
    ]


def places_named(start, countries):
    """Towns and regions with a name in any language that begins so, the shortest first."""
    if len(start) < SHORTEST_PLACE:
        return []
    names = sorted(vocabulary().places_called(start), key=lambda pair: len(pair[0]))
    places = dict.fromkeys(meaning.value for _name, meaning in names)
    labels = {country.code: country.label for country in countries}
    pairs = (value.rsplit(",", 1) for value in places)
    known = ((name, labels[code]) for name, code in pairs if code in labels)
    return [
        Offer(
            _("%(locality)s, %(country)s") % {"locality": name, "country": label},
            _("Place"),
            search_url(name),
        )
        for name, label in islice(known, MOST_OF_A_KIND)
    ]


def offer(entry):
    return Offer(str(entry), entry._meta.verbose_name.capitalize(), entry.get_absolute_url())


def of_country(country):
    return Offer(country.label, _("Country"), country.get_absolute_url())


def countries_named(start, countries):
    """Countries with a word in any of their names, in any language of Europe, that begins so."""
    names = vocabulary().country_names
    return [
        country
        for country in countries
        if any(f" {start}" in f" {name}" for name in names.get(country.code, ()))
    ]
