"""What the directory says of itself: about it, accessibility, privacy."""

from django.conf import settings
from django.shortcuts import render

from roma_network.accounts.lockout import KEPT_DAYS
from roma_network.directory.home import totals
from roma_network.pages.http_cache import public


@public
def about(request):
    return render(request, "about.html", {"totals": totals(request.content_version)})


@public
def accessibility(request):
    return render(request, "accessibility.html", {"contact": settings.CONTACT_EMAIL})


@public
def privacy(request):
    return render(request, "privacy.html", {"contact": settings.CONTACT_EMAIL, "kept_days": KEPT_DAYS})
