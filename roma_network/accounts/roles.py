"""Who may do what (role-based access control): three groups, which every `manage.py migrate` sets as they stand here.

Rights beyond these belong in a group of another name, where a migration leaves them alone.
"""

from typing import Any

from django.apps import apps as installed
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions

ENTRIES = ["stakeholders.actor", "initiatives.initiative", "initiatives.document"]
TIES = ["stakeholders.relation", "initiatives.participation"]
ROWS = ["initiatives.funding", "initiatives.roster", "stakeholders.mandate"]
SOURCES = ["roma_network.source"]
LINKS = ["roma_network.link"]
CONTRADICTIONS = ["roma_network.contradiction"]
IMPORTS = ["roma_network.import"]
VOCABULARIES = ["stakeholders.country", "stakeholders.theme"]
ACCOUNTS = ["auth.user"]  # never deleted but switched off: what they did stays on record
GROUPS = ["auth.group"]
DEVICES = ["otp_totp.totpdevice", "otp_static.staticdevice"]
RECORD = ["admin.logentry"]
LOCK_OUTS = ["axes.accessattempt"]
LOG_INS = ["axes.accesslog"]

WRITE = ["view", "add", "change"]
ALL = [*WRITE, "delete"]

CURATOR = [
    (ENTRIES, ALL),
    (TIES, ALL),
    (ROWS, ALL),
    (SOURCES, WRITE),
    (LINKS, ["view"]),
    (CONTRADICTIONS, ["view", "change"]),
    (VOCABULARIES, ["view"]),
    (IMPORTS, ["add", "view"]),
]
PUBLISHER = [*CURATOR, (ENTRIES, ["publish"]), (SOURCES, ["delete"]), (IMPORTS, ["publish"])]
ADMINISTRATOR = [
    *PUBLISHER,
    (VOCABULARIES, ALL),
    (ACCOUNTS, WRITE),
    (GROUPS, ALL),
    (DEVICES, ["view", "delete"]),
    (LOCK_OUTS, ["view", "delete"]),
    (LOG_INS, ["view"]),
    (RECORD, ["view"]),
]
ROLES = {"curator": CURATOR, "publisher": PUBLISHER, "administrator": ADMINISTRATOR}


def permissions(role):
    """The permissions of a role as pairs of app label and codename."""
    for models, verbs in ROLES[role]:
        for app_label, model in (label.split(".") for label in models):
            yield from ((app_label, f"{verb}_{model}") for verb in verbs)


def keep(using: str, apps: Apps = installed, **kwargs: Any) -> None:
    """Receiver of post_migrate, since permissions do not exist yet while a fresh database migrates."""
    try:
        group_model, permission_model = apps.get_model("auth.Group"), apps.get_model("auth.Permission")
    except LookupError:
        return
    wanted = {role: set(permissions(role)) for role in ROLES}
    labels = sorted({label for pairs in wanted.values() for label, _ in pairs})
    for label in labels:
        create_permissions(installed.get_app_config(label), verbosity=0, using=using, apps=apps)
    known = permission_model.objects.using(using).filter(content_type__app_label__in=labels)
    keys = {
        (app_label, codename): pk
        for pk, app_label, codename in known.values_list("pk", "content_type__app_label", "codename")
    }
    for role, pairs in wanted.items():
        group, _ = group_model.objects.using(using).get_or_create(name=role)
        group.permissions.set(keys[pair] for pair in pairs if pair in keys)
