"""Who may publish needs more than a password; and nobody gets around it, or is locked out by it for good."""

from base64 import b32decode

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.urls import reverse
from django_otp.oath import TOTP

from tests import factories
from tests.editing import sent_by
from tests.html import Page, read

pytestmark = pytest.mark.django_db

ENTER, SET_UP, CODES = (f"/admin/second-factor/{part}" for part in ("", "set-up/", "codes/"))


@pytest.fixture(autouse=True)
def required(settings):
    settings.SECOND_FACTOR = True


class Phone:
    """An authenticator that has read a key."""

    def __init__(self, page):
        key = page.text("#content-main code").replace(" ", "")
        self.key = b32decode(key + "=" * (-len(key) % 8))
        self.moved = 0

    def code(self):
        """Each is good once, so each is of a later step than the one before."""
        totp = TOTP(self.key, drift=self.moved)
        self.moved += 1
        return f"{totp.token():06d}"


def enrolled(client, query=""):
    """A phone, and the recovery codes that came with it."""
    phone = Phone(read(client, SET_UP))
    response = client.post(SET_UP + query, {"code": phone.code()})
    return phone, Page(response.text).texts(".codes code")


def log_in_again(client, username):
    client.logout()
    client.force_login(User.objects.get(username=username))


@pytest.mark.parametrize("role", ["publisher", "administrator"])
def test_who_may_publish_sets_it_up_first(cast, role):
    client = cast[role]
    for url in ("/admin/", "/admin/stakeholders/actor/", "/admin/password_change/"):
        response = client.get(url)
        assert (response.status_code, response["Location"]) == (
            302,
            f"{SET_UP}?next={url.replace('/', '%2F')}",
        )
    phone, codes = enrolled(client)
    assert len(set(codes)) == 10
    assert client.get("/admin/").status_code == 200
    log_in_again(client, role)
    assert client.get("/admin/")["Location"].startswith(f"{ENTER}?next=")
    response = client.post(f"{ENTER}?next=/admin/stakeholders/actor/", {"code": phone.code()})
    assert response["Location"] == "/admin/stakeholders/actor/"
    assert client.get("/admin/stakeholders/actor/").status_code == 200


def test_nothing_is_written_before_it(cast):
    client = cast["publisher"]
    actor = factories.ActorCitationFactory(subject__name="Town", note="all").subject
    url = reverse("admin:stakeholders_actor_change", args=[actor.pk])
    assert client.post(url, {"name": "Changed"}).status_code == 302
    actor.refresh_from_db()
    assert actor.name == "Town"
    enrolled(client)
    form = sent_by(client.get(url))
    assert client.post(url, form | {"name": "Changed"}).status_code == 302
    actor.refresh_from_db()
    assert actor.name == "Changed"


def test_curators_may_do_without(cast):
    assert cast["curator"].get("/admin/").status_code == 200
    enrolled(cast["curator"])
    log_in_again(cast["curator"], "curator")
    assert cast["curator"].get("/admin/")["Location"].startswith(ENTER)  # who has one is asked for it


def test_a_recovery_code_stands_in_once(cast):
    client = cast["publisher"]
    _phone, codes = enrolled(client)
    log_in_again(client, "publisher")
    assert client.post(ENTER, {"code": f" {codes[0].upper()} "})["Location"] == "/admin/"
    assert "9 recovery codes left" in read(client, CODES).text("#content-main")
    log_in_again(client, "publisher")
    response = client.post(ENTER, {"code": codes[0]})
    assert response.status_code == 200
    assert "not right" in response.text
    assert client.get("/admin/").status_code == 302


def test_new_codes_end_the_old_ones(cast):
    client = cast["publisher"]
    _phone, old = enrolled(client)
    new = Page(client.post(CODES).text).texts(".codes code")
    assert len(set(new) - set(old)) == 10
    log_in_again(client, "publisher")
    assert client.post(ENTER, {"code": old[1]}).status_code == 200


def test_a_code_is_good_once_and_guessing_is_slowed_down(cast):
    client = cast["publisher"]
    phone, _codes = enrolled(client)
    log_in_again(client, "publisher")
    code = phone.code()
    assert client.post(ENTER, {"code": code}).status_code == 302
    log_in_again(client, "publisher")
    assert client.post(ENTER, {"code": code}).status_code == 200
    for guess in range(3):
        assert client.post(ENTER, {"code": f"{guess:06d}"}).status_code == 200
    assert (
        client.post(ENTER, {"code": phone.code()}).status_code == 200
    )  # right, and too soon after the guesses


def test_nobody_sets_up_a_phone_in_the_place_of_one_that_is_there(cast):
    client = cast["publisher"]
    enrolled(client)
    log_in_again(client, "publisher")
    for response in (client.get(SET_UP), client.post(SET_UP, {"code": "123456"}), client.post(CODES)):
        assert response.status_code == 302
        assert response["Location"].startswith(ENTER)


def test_an_administrator_frees_somebody_who_lost_all(cast):
    enrolled(cast["publisher"])
    enrolled(cast["administrator"])
    for device in User.objects.get(username="publisher").totpdevice_set.all():
        url = reverse("admin:otp_totp_totpdevice_delete", args=[device.pk])
        assert cast["administrator"].post(url, {"post": "yes"}).status_code == 302
    for device in User.objects.get(username="publisher").staticdevice_set.all():
        url = reverse("admin:otp_static_staticdevice_delete", args=[device.pk])
        assert cast["administrator"].post(url, {"post": "yes"}).status_code == 302
    log_in_again(cast["publisher"], "publisher")
    assert cast["publisher"].get("/admin/")["Location"].startswith(SET_UP)


def test_the_key_of_a_phone_is_shown_to_nobody_else(cast):
    phone, _codes = enrolled(cast["publisher"])
    enrolled(cast["administrator"])
    device = User.objects.get(username="publisher").totpdevice_set.get()
    for url in (
        reverse("admin:otp_totp_totpdevice_change", args=[device.pk]),
        reverse("admin:otp_totp_totpdevice_changelist"),
    ):
        assert phone.key.hex() not in cast["administrator"].get(url).text
    for part in ("config", "qrcode"):
        assert cast["administrator"].get(f"/admin/otp_totp/totpdevice/{device.pk}/{part}/").status_code in (
            403,
            404,
        )


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/actors/"],
)
def test_it_leads_nowhere_else(cast, target):
    client = cast["publisher"]
    phone, _codes = enrolled(client)
    log_in_again(client, "publisher")
    response = client.post(f"{ENTER}?next={target}", {"code": phone.code()})
    assert response["Location"] == "/admin/"


def test_strangers_are_asked_to_log_in(client):
    for url in (ENTER, SET_UP, CODES):
        response = client.get(url)
        assert response.status_code == 302
        assert response["Location"].startswith("/admin/login/")


# Sessions, passwords and the record


def test_a_session_ends_after_twelve_hours_without_a_request(cast):
    with time_machine.travel("2026-01-01 08:00 +0000") as clock:
        cast["curator"].force_login(User.objects.get(username="curator"))
        for _request in range(3):
            clock.shift(11 * 3600)
            assert cast["curator"].get("/admin/").status_code == 200
        clock.shift(12 * 3600 + 1)
        assert cast["curator"].get("/admin/").status_code == 302


def test_public_pages_never_see_who_is_logged_in(cast):
    response = cast["curator"].get("/admin/")
    assert response.cookies["sessionid"]["path"] == "/admin/"
    response = cast["curator"].get("/")
    assert not response.cookies


@pytest.mark.parametrize("password", ["short", "elevenchars", "123456789012", "password1234"])
def test_weak_passwords_are_refused(cast, password):
    enrolled(cast["administrator"])
    fields = {"username": "new", "password1": password, "password2": password, "usable_password": "true"}
    assert cast["administrator"].post("/admin/auth/user/add/", fields).status_code == 200
    assert not User.objects.filter(username="new").exists()


@pytest.mark.parametrize("role", ["curator", "publisher", "administrator", "superuser"])
def test_no_role_can_alter_the_record_or_take_an_account_off_it(cast, client, role):
    if role == "superuser":
        client.force_login(User.objects.create_superuser("superuser"))
        cast["superuser"] = client
    client, user = cast[role], User.objects.get(username=role)
    enrolled(client)
    entry = LogEntry.objects.create(user=user, action_flag=1, object_repr="Town", change_message="")
    allowed = client.get("/admin/admin/logentry/").status_code == 200
    assert allowed == (role in ("administrator", "superuser"))
    for url in (
        f"/admin/admin/logentry/{entry.pk}/delete/",
        f"/admin/admin/logentry/{entry.pk}/change/",
        "/admin/admin/logentry/add/",
        f"/admin/auth/user/{user.pk}/delete/",
    ):
        assert client.post(url, {"post": "yes", "object_repr": "Other"}).status_code == 403, url
    chosen = {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"}
    client.post("/admin/admin/logentry/", chosen)
    client.post("/admin/auth/user/", chosen | {"_selected_action": [user.pk]})
    entry.refresh_from_db()
    assert entry.object_repr == "Town"
    assert User.objects.filter(pk=user.pk).exists()
