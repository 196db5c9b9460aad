"""What the directory says of itself: about it, accessibility, privacy."""

from django.conf import settings
from django.shortcuts import render

from roma_network.accounts.lockout import KEPT_DAYS
from roma_network.directory.home import totals
from roma_network.pages.http_cache import public
from roma_network.pages.listing import unusable


@public
def about(request):
    return render(
        request, "about.html", {"totals": totals(request.content_version), "rejected": unusable(request)}
    )


@public
def accessibility(request):
    return render(
        request, "accessibility.html", {"contact": settings.CONTACT_EMAIL, "rejected": unusable(request)}
    )


@public
def privacy(request):
    context = {"contact": settings.CONTACT_EMAIL, "kept_days": KEPT_DAYS, "rejected": unusable(request)}
    return render(request, "privacy.html", context)
