"""Nobody gives more than they have, touches accounts above them, or edits their own group, whichever way they try."""

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from roma_network.accounts import rights
from tests.editing import address, messages_on, sent_by

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]

NEW_PASSWORD = "a password of nine words"
MAY_TOUCH = {
    "administrator": {"curator", "publisher", "administrator", "colleague", "registrar"},
    "registrar": {"registrar"},
    "superuser": {"curator", "publisher", "administrator", "colleague", "registrar", "superuser", "dormant"},
}
KEEPING = [f"{verb}_{model}" for model in ("user", "group") for verb in ("view", "add", "change")]
KEEPING += [f"{verb}_{model}" for model in ("totpdevice", "accessattempt") for verb in ("view", "delete")]
KEEPING += ["delete_group"]
EVERYBODY = sorted(MAY_TOUCH["superuser"])
every_pair = pytest.mark.parametrize(
    ("by", "whom"), [(by, whom) for by in sorted(MAY_TOUCH) for whom in EVERYBODY]
)


@pytest.fixture
def everybody(cast):
    """The cast, and: another administrator, who keeps accounts alone, a superuser, and one that is switched off."""
    cast["superuser"], cast["registrar"] = Client(), Client()
    cast["superuser"].force_login(User.objects.create_superuser("superuser"))
    User.objects.create_superuser("dormant", is_active=False)
    registrar = User.objects.create_user("registrar", is_staff=True)
    registrar.user_permissions.set(Permission.objects.filter(codename__in=KEEPING))
    cast["registrar"].force_login(registrar)
    User.objects.create_user("colleague", is_staff=True).groups.add(Group.objects.get(name="administrator"))
    return cast


def named(name):
    return User.objects.get(username=name)


def opened(client, account):
    sent = sent_by(client.get(address(account, "change")))
    day, _space, time = sent.pop("date_joined").partition(" ")
    return sent | {"date_joined_0": day, "date_joined_1": time[:8]}


def save(client, account, **changes):
    return client.post(address(account, "change"), opened(client, account) | changes)


def group_with(name, *codenames):
    group = Group.objects.create(name=name)
    group.permissions.set(Permission.objects.filter(codename__in=codenames))
    return group


# Accounts


@every_pair
def test_who_may_switch_off_whom(everybody, by, whom):
    user, may = named(whom), whom in MAY_TOUCH[by]
    sent = opened(everybody["superuser"], user)
    sent.pop("is_active", None)
    assert everybody[by].post(address(user, "change"), sent).status_code == (302 if may else 403)
    assert named(whom).is_active == (user.is_active and not may)


@every_pair
def test_who_may_set_whose_password(everybody, by, whom):
    user = named(whom)
    fields = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "usable_password": "true"}
    url = f"/admin/auth/user/{user.pk}/password/"
    may = whom in MAY_TOUCH[by]
    assert everybody[by].get(url).status_code == (200 if may else 403)
    assert everybody[by].post(url, fields).status_code == (302 if may else 403)
    assert named(whom).check_password(NEW_PASSWORD) == may


@pytest.mark.parametrize("by", ["administrator", "registrar"])
@pytest.mark.parametrize("whom", ["self", "other"])
def test_only_a_superuser_makes_superusers(everybody, by, whom):
    user = named(by) if whom == "self" else User.objects.create_user("new", is_staff=True)
    assert save(everybody[by], user, is_superuser="on").status_code == 302
    user.refresh_from_db()
    assert not user.is_superuser
    save(everybody["superuser"], user, is_superuser="on")
    user.refresh_from_db()
    assert user.is_superuser


def test_a_new_account_can_do_nothing_yet(everybody):
    fields = {"username": "new", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    more = {"is_superuser": "on", "is_staff": "on", "groups": [Group.objects.get(name="publisher").pk]}
    everybody["administrator"].post(address(User, "add"), fields | {"usable_password": "true"} | more)
    new = named("new")
    assert (new.is_superuser, new.is_staff, new.groups.count()) == (False, False, 0)


@pytest.mark.parametrize("field", ["groups", "user_permissions"])
def test_nobody_gives_what_they_do_not_have(everybody, field):
    new = User.objects.create_user("new", is_staff=True)
    right = Permission.objects.get(codename="delete_user")
    wanted = {"groups": group_with("deleters", "delete_user").pk, "user_permissions": right.pk}[field]
    for by in ("administrator", "registrar"):
        answer = save(everybody[by], new, **{field: [wanted]})
        assert answer.status_code == 200
        assert "not one of the available choices" in messages_on(answer)[0]
    assert not new.has_perm("auth.delete_user")
    save(everybody["superuser"], new, **{field: [wanted]})
    assert named("new").has_perm("auth.delete_user")


def test_an_administrator_gives_each_role(everybody):
    new = User.objects.create_user("new", is_staff=True)
    for role in Group.objects.filter(name__in=["curator", "publisher", "administrator"]):
        assert save(everybody["administrator"], new, groups=[role.pk]).status_code == 302
        assert new.groups.get() == role
    sent = opened(everybody["superuser"], new) | {"groups": []}
    assert everybody["registrar"].post(address(new, "change"), sent).status_code == 403
    assert new.groups.exists()


def test_nobody_alters_their_own_rights(everybody):
    more = Permission.objects.get(codename="add_actor")
    before = set(named("administrator").groups.all())
    answer = save(everybody["administrator"], named("administrator"), groups=[], user_permissions=[more.pk])
    assert answer.status_code == 302
    assert set(named("administrator").groups.all()) == before
    assert not named("administrator").user_permissions.exists()


def test_an_account_that_is_switched_off_counts_as_if_it_were_on(everybody):
    named("administrator").groups.get().user_set.filter(username="colleague").update(is_active=False)
    assert not rights.may_touch(named("registrar"), "colleague")


# Groups


@pytest.mark.parametrize(
    ("by", "may"),
    [
        ("administrator", {"curator", "publisher", "viewers", "registrars"}),
        ("registrar", {"viewers", "registrars"}),
    ],
)
@pytest.mark.parametrize("way", ["change", "delete", "list"])
def test_who_may_edit_which_group(everybody, by, may, way):
    group_with("viewers", "view_user")
    group_with("registrars", "add_user", "change_user")
    group_with("deleters", "delete_user")
    group_with("shared", "view_user").user_set.add(named("superuser"))
    for group in Group.objects.all():
        expected = 302 if group.name in may else 403
        if way == "list":
            chosen = {"action": "delete_selected", "_selected_action": [group.pk], "post": "yes"}
            answer = everybody[by].post(address(Group), chosen)
        elif way == "delete":
            answer = everybody[by].post(address(group, "delete"), {"post": "yes"})
        else:
            answer = everybody[by].post(address(group, "change"), {"name": f"old {group.name}"})
        assert answer.status_code == expected, group
        assert Group.objects.filter(name=group.name).exists() == (expected == 403)


def test_a_list_of_groups_is_deleted_whole_or_not_at_all(everybody):
    groups = [group_with("viewers", "view_user"), Group.objects.get(name="administrator")]
    chosen = {"action": "delete_selected", "_selected_action": [group.pk for group in groups], "post": "yes"}
    assert everybody["administrator"].post(address(Group), chosen).status_code == 403
    assert {group.name for group in groups} <= set(Group.objects.values_list("name", flat=True))


@pytest.mark.parametrize("page", ["add", "change"])
def test_a_group_is_given_what_its_maker_has(everybody, page):
    target = group_with("viewers", "view_user") if page == "change" else Group
    more = Permission.objects.get(codename="delete_user")
    sent = {"name": "readers", "permissions": [more.pk]}
    answer = everybody["administrator"].post(address(target, page), sent)
    assert "not one of the available choices" in messages_on(answer)[0]
    sent["permissions"] = [Permission.objects.get(codename="publish_actor").pk]
    assert everybody["administrator"].post(address(target, page), sent).status_code == 302
    assert Group.objects.get(name="readers").permissions.get().codename == "publish_actor"


# Second factors, and what is counted against a name


def device_of(user):
    return TOTPDevice.objects.create(user=user, name="phone", key="ab" * 20)


def attempt_at(user):
    return AccessAttempt.objects.create(
        username=user.username, ip_address="192.0.2.0", failures_since_start=5
    )


@every_pair
@pytest.mark.parametrize("make", [device_of, attempt_at])
@pytest.mark.parametrize("way", ["page", "list"])
def test_who_may_take_away_whose(everybody, by, whom, make, way):
    row = make(named(whom))
    if way == "list":
        chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        answer = everybody[by].post(address(type(row)), chosen)
    else:
        answer = everybody[by].post(address(row, "delete"), {"post": "yes"})
    may = whom in MAY_TOUCH[by]
    assert answer.status_code == (302 if may else 403)
    assert type(row).objects.exists() is not may


@pytest.mark.parametrize("by", sorted(MAY_TOUCH))
def test_nobody_makes_or_alters_the_second_factor_of_another(everybody, by):
    device = device_of(named("superuser"))
    assert everybody[by].get(address(TOTPDevice, "add")).status_code == 403
    assert everybody[by].post(address(device, "change"), {"user": named(by).pk}).status_code == 403
    assert everybody[by].get(address(StaticDevice, "add")).status_code == 403


def test_no_filter_tells_the_key_of_a_phone(everybody):
    device_of(named("superuser"))
    client = everybody["administrator"]
    assert client.get(address(TOTPDevice, user__username="superuser")).status_code != 200
    answers = [
        client.get(address(TOTPDevice, **{lookup: value}), follow=True)
        for lookup in ("key", "key__startswith", "key__contains")
        for value in ("ab", "xy")
    ]
    assert {answer.status_code for answer in answers} == {400}


def test_what_is_on_record_of_log_ins_is_for_reading(everybody):
    for by in ("administrator", "superuser"):
        page = everybody[by].get("/admin/axes/accesslog/")
        assert page.status_code == 200
        assert "delete_selected" not in page.text
