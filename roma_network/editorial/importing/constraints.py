"""What the database would refuse of rows that it does not hold yet: asked in sets, without writing or a lock."""

from functools import cache

from django.db import connection
from django.db.models import CharField, CheckConstraint
from django.db.models.sql import Query

from roma_network.core.batches import batches

PLACE = "candidate_place"


def violations(model, rows):
    """Place among `rows` → the check constraints of the model that forbid it."""
    checks = checks_of(model)
    found = {}
    for batch in batches(enumerate(rows)) if checks else ():
        with connection.cursor() as cursor:
            cursor.execute(*question(model, batch))
            for place, *answers in cursor.fetchall():
                found[place] = [
                    check
                    for check, answer in zip(checks, answers, strict=True)
                    if answer is not None and not answer  # unknown is no violation, as in a table
                ]
    return found


@cache
def checks_of(model):
    return [each for each in model._meta.constraints if isinstance(each, CheckConstraint)]


def question(model, candidates):
    """SQL and its parameters: of the candidates, as a table made up on the way, those that fail a check."""
    fields, conditions, parameters = compiled_checks(model)
    values = [value for place, row in candidates for value in (place, *prepared(fields, row))]
    quoted = [PLACE, *(connection.ops.quote_name(field.column) for field in fields)]
    tuples = ", ".join([f"({', '.join(['%s', *map(placeholder, fields)])})"] * len(candidates))
    sql = (
        f"WITH candidate ({', '.join(quoted)}) AS (VALUES {tuples}) "  # noqa: S608, names of our own
        f"SELECT {PLACE}, {', '.join(conditions)} FROM candidate WHERE NOT ({' AND '.join(conditions)})"
    )
    return sql, [*values, *parameters, *parameters]


@cache
def compiled_checks(model):
    """The fields that the checks ask for, and each check as SQL; the parameters of all of them."""
    names = set().union(*(check.condition.referenced_base_fields for check in checks_of(model)))
    fields = [model._meta.get_field(name) for name in sorted(names)]
    pairs = [compiled(model, check.condition) for check in checks_of(model)]
    return fields, [sql for sql, _some in pairs], [each for _sql, some in pairs for each in some]


def compiled(model, condition):
    query = Query(model, alias_cols=False)
    sql, parameters = query.get_compiler(connection=connection).compile(query.build_where(condition))
    return f"({sql})", parameters


def prepared(fields, row):
    """As the database gets them. Text is clean already, since cells are read as forms read them."""
    return [
        value if type(value) is str else field.get_db_prep_save(value, connection)
        for field in fields
        for value in (getattr(row, field.attname),)
    ]


def placeholder(field):
    """PostgreSQL takes what it is not told the type of for text (a cast to its column's would cut it); SQLite knows."""
    if connection.vendor == "postgresql" and not isinstance(field, CharField):
        return f"CAST(%s AS {field.cast_db_type(connection)})"
    return "%s"
