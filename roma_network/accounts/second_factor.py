"""A second factor (two-factor authentication) for those who log in: a code of their phone (TOTP), or one of ten recovery codes, each good once.

Who may publish or manage accounts has to have one; others may. django-otp keeps the devices and slows guessing down.
"""

from base64 import b32encode

import segno
from django import forms
from django.conf import settings
from django.contrib.admin import AdminSite
from django.db import transaction
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods
from django_otp import login, match_token, user_has_device

RECOVERY_CODES = 10
RECOVERY = "recovery codes"
PHONE = "phone"


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}
        ),
    )

    def clean_code(self):
        return "".join(self.cleaned_data["code"].split()).lower()


def is_required_of(user):
    """Whether a user may do what should take more than a password."""
    rights = user.get_all_permissions()
    return any(
        right.partition(".")[2].startswith("publish_") or right == "auth.change_user" for right in rights
    )


class SecondFactorMiddleware:
    """Lets nobody past who still owes a second factor, wherever in the admin they go."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if settings.SECOND_FACTOR and request.path.startswith("/admin/") and request.user.is_authenticated:
            owed = self.owed(request)
            if owed and request.path not in {reverse(f"admin:{name}") for name in (owed, "logout", "jsi18n")}:
                return HttpResponseRedirect(f"{reverse(f'admin:{owed}')}?{urlencode({'next': request.path})}")
        return self.get_response(request)

    def owed(self, request):
        """The name of the page that comes first, or None."""
        if request.user.is_verified():
            return None
        if user_has_device(request.user):
            return "second_factor"
        return "second_factor_set_up" if is_required_of(request.user) else None


def urls(site: AdminSite) -> list[URLPattern]:
    def protected(view):
        def inner(request):
            return view(request, site)

        return site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(inner))

    return [
        path("second-factor/", protected(enter), name="second_factor"),
        path("second-factor/set-up/", protected(set_up), name="second_factor_set_up"),
        path("second-factor/codes/", protected(new_codes), name="second_factor_codes"),
    ]


def enter(request, site):
    """Ask for a code."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        device = match_token(request.user, form.cleaned_data["code"])
        if device:
            login(request, device)
            return HttpResponseRedirect(following(request))
        form.add_error("code", wrong())
    return page(request, site, "second_factor.html", _("Second factor"), form=form)


def set_up(request, site):
    """Show a key for the phone to read, and go on once a code proves that it did."""
    if user_has_device(request.user) and not request.user.is_verified():
        return HttpResponseRedirect(reverse("admin:second_factor"))
    device = new_device(request.user)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if device.verify_token(form.cleaned_data["code"]):
            codes = take_over(request.user, device)
            login(request, device)
            return show_codes(request, site, codes)
        form.add_error("code", wrong())
    return page(
        request,
        site,
        "second_factor_set_up.html",
        _("Set up a second factor"),
        form=form,
        picture=segno.make(device.config_url, error="m").svg_inline(scale=5, border=4, light="#fff"),
        key=" ".join(grouped(typed_key(device))),
    )


def new_codes(request, site):
    """Ten new recovery codes in the place of those that are left."""
    if not request.user.is_verified():
        return HttpResponseRedirect(reverse("admin:second_factor_set_up"))
    if request.method == "POST":
        return show_codes(request, site, codes_for(request.user))
    left = sum(device.token_set.count() for device in request.user.staticdevice_set.filter(name=RECOVERY))
    return page(request, site, "second_factor_codes.html", _("Recovery codes"), left=left)


def show_codes(request, site, codes):
    """Once: they are not shown again."""
    return page(
        request, site, "second_factor_codes.html", _("Recovery codes"), codes=codes, onward=following(request)
    )


def page(request, site, template, title, **context):
    return TemplateResponse(
        request, f"admin/{template}", {**site.each_context(request), "title": title, **context}
    )


def wrong():
    return _(
        "This code is not right, or was used already. Look at the clock of your phone, wait a little, and try again."
    )


def following(request):
    """Where somebody wanted to go, if that is a page of ours."""
    wanted = request.GET.get("next", "")
    here = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if here and wanted.startswith("/admin/") else reverse("admin:index")


# Devices


def new_device(user):
    """The one that is being set up: the same while a page is reloaded."""
    return user.totpdevice_set.get_or_create(confirmed=False, defaults={"name": PHONE})[0]


@transaction.atomic
def take_over(user, device):
    """Have this device in the place of all others, with recovery codes of its own."""
    user.totpdevice_set.exclude(pk=device.pk).delete()
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    return codes_for(user)


@transaction.atomic
def codes_for(user):
    device = user.staticdevice_set.get_or_create(name=RECOVERY)[0]
    device.token_set.all().delete()
    token_model = device.token_set.model
    codes = [token_model.random_token() for _number in range(RECOVERY_CODES)]
    token_model.objects.bulk_create(token_model(device=device, token=code) for code in codes)
    return codes


def typed_key(device):
    """As people type it where they cannot point their phone at the picture."""
    return b32encode(device.bin_key).decode().rstrip("=")


def grouped(text, size=4):
    return [text[start : start + size] for start in range(0, len(text), size)]
