"""The canonical address (canonical URL) of an answer: the parameters that its view takes, in the view's order, and none twice.

It is the key of our cache, of ETags and of nginx's cache. An address that says the same in another way (tracking, empty
fields, another order) is answered from what is kept under the canonical one, without a redirect; a proxy does not keep
it. What a page does not take stays in its address, since the page names it, and the answer is kept nowhere; a file has
no place to name it, so there it is dropped.
"""

from typing import NamedTuple

from django.core.exceptions import TooManyFieldsSent
from django.urls import Resolver404, resolve
from django.utils.http import urlencode

from roma_network.search.facets import TRACKING, FacetFilter, ListingFilterSet

FORMAT = {"format": False}
FEED = "atom"  # which has pages as lists have; all other files hold all
ANYTHING = None  # the view refuses what it does not take


def takes(*names: str) -> dict[str, bool]:
    """Parameters of which the last value counts."""
    return dict.fromkeys(names, False)


def of_listing(filterset: type[ListingFilterSet]) -> dict[str, bool]:
    """Parameters of a filtered list → whether all values count, in the order that links to it have."""
    filters = {name: isinstance(each, FacetFilter) for name, each in filterset.base_filters.items()}
    return filters | takes("sort", "page") | FORMAT


class Address(NamedTuple):
    query: str
    format: str = ""  # that it asks for
    is_canonical: bool = True  # as it was sent
    is_kept: bool = True  # what it leads to may be kept


def view_at(path):
    """The view of an address; None where there is none."""
    try:
        return resolve(path).func
    except Resolver404:
        return None


def canonical(request):
    """The address of what a request asks for."""
    query = request.META.get("QUERY_STRING", "")
    if not query:
        return Address("")
    try:
        data = {name: values for name, values in request.GET.lists() if not name.startswith(TRACKING)}
    except TooManyFieldsSent:  # which the page of the error is for
        return Address(query, is_canonical=False, is_kept=False)
    view = view_at(request.path_info)
    taken = getattr(view, "takes", FORMAT)
    known, unknown = (sorted_pairs(data), []) if taken is ANYTHING else told_apart(data, taken)
    asked = dict(known).get("format", "")
    if asked and asked in getattr(view, "costs", ()):
        known = [pair for pair in known if pair[0] != "page" or asked == FEED]
        unknown = []
    found = urlencode([*known, *unknown])
    return Address(found, asked, is_canonical=found == query and not unknown, is_kept=not unknown)


def sorted_pairs(data):
    return [(name, value) for name in sorted(data) for value in data[name]]


def told_apart(data, taken):
    """What a view takes of these parameters, and the rest."""
    known = []
    for name, all_count in taken.items():
        values = [value for value in data.get(name, ()) if value.strip()]
        known += [(name, value) for value in (sorted(set(values)) if all_count else values[-1:])]
    return known, [(name, value) for name in data if name not in taken for value in data[name]]
