"""The roles of PostgreSQL: what each is granted, and what one may lack. SQLite has none."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper

ADMIN, PUBLIC, PROVER = "roma_admin", "roma_public", "roma_prover"
SERVING = (PUBLIC, ADMIN)
GRANTS = Path(__file__).with_name("grants.sql")
PUBLIC_APPS = ("roma_network", "stakeholders", "initiatives")
EDITORS_ONLY = {
    "roma_network_contradiction",
    "roma_network_distinct",
    "roma_network_import",
    "roma_network_importbatch",
    "roma_network_importfile",
    "roma_network_importpart",
}
RECORD = {"django_admin_log"}  # besides the versions of all entries
READ_ONLY = {"django_migrations"}  # for the admin
LACKING = """
    SELECT DISTINCT role, name
    FROM unnest(%s::text[], %s::text[], %s::text[]) AS wanted (role, name, privilege)
    JOIN pg_roles ON rolname = role
    JOIN pg_class ON relname = name AND relnamespace = 'public'::regnamespace
    WHERE NOT has_schema_privilege(pg_roles.oid, relnamespace, 'USAGE')
    OR NOT has_table_privilege(pg_roles.oid, pg_class.oid, privilege)
    ORDER BY role, name
"""

log = logging.getLogger(__name__)


def tables(labels):
    return {
        model._meta.db_table
        for label in labels
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    }


def record_tables():
    """Tables that only grow."""
    return RECORD | {name for name in tables(PUBLIC_APPS) if "_historical" in name}


def public_tables():
    """Tables that public pages are made of."""
    return tables(PUBLIC_APPS) - EDITORS_ONLY


def grants(there: set[str] | None = None) -> str:
    """The SQL of all rights, for the tables that are `there`, or for all."""
    text = GRANTS.read_text(encoding="utf-8")
    for name, found in (("record", record_tables()), ("public", public_tables())):
        text = text.replace(f"@{name}@", ", ".join(sorted(found if there is None else found & there)))
    return text


def grant(**kwargs: Any) -> None:
    """Give each role that is there its rights, all at once. A receiver of post_migrate too."""
    if connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in statements(existing_roles(cursor), existing_tables(cursor)):
                cursor.execute(statement)
    except (
        DatabaseError
    ) as error:  # tables of others in the same schema; `lacking` tells whether that matters
        log.warning("The roles were not granted their rights: %s", error)


def statements(roles, there):
    """The grants that concern these roles, one by one; none where no directory is, or none of the roles serves it."""
    if not roles.intersection(SERVING) or not public_tables() & there:
        return []
    found = re.split(r";\n+", grants(there).strip().removesuffix(";"))
    return [statement for statement in found if statement.split()[-1] in {*roles, "PUBLIC"}]


def existing_roles(cursor):
    cursor.execute("SELECT rolname FROM pg_roles")
    return {name for (name,) in cursor.fetchall()}


def existing_tables(cursor):
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {name for (name,) in cursor.fetchall()}


def lacking() -> list[tuple[str, str]]:
    """Pairs of a role that serves and a table that it cannot read or write as it must."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        wanted = list(wanted_rights(existing_tables(cursor)))
        cursor.execute(LACKING, [[each[column] for each in wanted] for column in range(3)])
        return cursor.fetchall()


def wanted_rights(there):
    """Triples of a role, a table and what it must be able to do with it."""
    for table in there:
        if table in public_tables():
            yield PUBLIC, table, "SELECT"
        yield ADMIN, table, "SELECT"
        if table not in READ_ONLY:
            yield ADMIN, table, "INSERT"
        if table not in READ_ONLY | record_tables():
            yield ADMIN, table, "UPDATE"
            yield ADMIN, table, "DELETE"


def existing(*roles):
    """Those of the roles that the server knows."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        found = existing_roles(cursor)
    return [role for role in roles if role in found]


@contextmanager
def acting_as(role: str) -> Iterator[CursorWrapper]:
    """Have the connection act as a role, or as itself where the server does not know that one."""
    with connection.cursor() as cursor:
        if not existing(role):
            yield cursor
            return
        cursor.execute(f"SET ROLE {role}")
        try:
            yield cursor
        finally:
            cursor.execute("RESET ROLE")
