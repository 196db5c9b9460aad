"""Redirects: where the address of an entry leads once another took its place."""

from django.http import Http404, HttpResponsePermanentRedirect

from roma_network.pages.http_cache import CACHE_CONTROL


def successor_of(model, slug):
    """The published entry that stands where the one of this slug was, however often it was merged; or None."""
    if not hasattr(model, "merge"):  # documents are never merged
        return None
    entry = model.objects.select_related("merge__survivor").filter(slug=slug).first()
    while entry and (survivor := entry.merged_into):
        entry = survivor
    return entry if entry and entry.slug != slug and entry.is_published else None


def redirect_to_successor(request, model, slug):
    entry = successor_of(model, slug)
    if entry is None:
        raise Http404
    query = request.META.get("QUERY_STRING", "")
    response = HttpResponsePermanentRedirect(entry.get_absolute_url() + (f"?{query}" if query else ""))
    response["Cache-Control"] = (
        CACHE_CONTROL  # a merge can be undone, and browsers keep a 301 for ever otherwise
    )
    return response
