import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command

from initiatives.models import Document, Initiative, Participation
from roma_network.accounts import roles
from roma_network.models import Source
from stakeholders.models import Actor, Country, Relation, Theme
from tests.editing import address

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]

ENTRIES = [Actor, Initiative, Document]
MAY_ADD = {
    "visitor": set(),
    "curator": {*ENTRIES, Participation, Relation, Source},
    "publisher": {*ENTRIES, Participation, Relation, Source},
    "administrator": {*ENTRIES, Participation, Relation, Source, Country, Theme, User, Group},
}
EVERYTHING = MAY_ADD["administrator"]


def held_by(role):
    pairs = Group.objects.get(name=role).permissions.values_list("content_type__app_label", "codename")
    return set(pairs)


@pytest.mark.parametrize("role", roles.ROLES)
def test_every_right_of_a_role_exists_and_is_held(role):
    assert held_by(role) == set(roles.permissions(role))


def test_each_role_includes_the_one_before():
    assert held_by("curator") < held_by("publisher") < held_by("administrator")


def test_migrating_gives_back_what_was_lost_and_takes_back_what_was_added():
    curators = Group.objects.get(name="curator")
    curators.permissions.set(Permission.objects.filter(codename__in=["view_actor", "publish_actor"]))
    Group.objects.get(name="publisher").delete()
    call_command("migrate", verbosity=0)
    assert held_by("curator") == set(roles.permissions("curator"))
    assert held_by("publisher") == set(roles.permissions("publisher"))


def test_other_groups_are_left_alone():
    translators = Group.objects.create(name="translators")
    translators.permissions.set(Permission.objects.filter(codename="view_actor"))
    call_command("migrate", verbosity=0)
    assert held_by("translators") == {("stakeholders", "view_actor")}


@pytest.mark.parametrize("role", MAY_ADD)
def test_who_may_add_what(cast, role):
    opened = {model for model in EVERYTHING if cast[role].get(address(model, "add")).status_code == 200}
    assert opened == MAY_ADD[role]


@pytest.mark.parametrize("role", ["curator", "publisher"])
def test_curators_see_no_accounts(cast, role):
    assert cast[role].get(address(User)).status_code == 403
