"""What the database would refuse of rows that it does not hold yet: asked in sets, without writing or a lock."""

from django.db import connection
from django.db.models import CharField, CheckConstraint
from django.db.models.sql import Query

from roma_network.core.batches import batches

PLACE = "candidate_place"


def violations(model, rows):
    """Place among `rows` → the check constraints of the model that forbid it."""
    checks = [each for each in model._meta.constraints if isinstance(each, CheckConstraint)]
    found = {}
    for batch in batches(enumerate(rows)) if checks else ():
        with connection.cursor() as cursor:
            cursor.execute(*question(model, checks, batch))
            for place, *answers in cursor.fetchall():
                found[place] = [
                    check
                    for check, answer in zip(checks, answers, strict=True)
                    if answer is not None and not answer  # unknown is no violation, as in a table
                ]
    return found


def question(model, checks, candidates):
    """SQL and its parameters: of the candidates, as a table made up on the way, those that fail a check."""
    names = set().union(*(check.condition.referenced_base_fields for check in checks))
    fields = [model._meta.get_field(name) for name in sorted(names)]
    conditions, parameters = zip(*(compiled(model, check.condition) for check in checks), strict=True)
    parameters = [each for some in parameters for each in some]
    values = [value for place, row in candidates for value in (place, *prepared(fields, row))]
    quoted = [PLACE, *(connection.ops.quote_name(field.column) for field in fields)]
    tuples = ", ".join([f"({', '.join(['%s', *map(placeholder, fields)])})"] * len(candidates))
    sql = (
        f"WITH candidate ({', '.join(quoted)}) AS (VALUES {tuples}) "  # noqa: S608, names of our own
        f"SELECT {PLACE}, {', '.join(conditions)} FROM candidate WHERE NOT ({' AND '.join(conditions)})"
    )
    return sql, [*values, *parameters, *parameters]


def compiled(model, condition):
    query = Query(model, alias_cols=False)
    sql, parameters = query.get_compiler(connection=connection).compile(query.build_where(condition))
    return f"({sql})", parameters


def prepared(fields, row):
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]


def placeholder(field):
    """PostgreSQL takes what it is not told the type of for text (a cast to its column's would cut it); SQLite knows."""
    if connection.vendor == "postgresql" and not isinstance(field, CharField):
        return f"CAST(%s AS {field.cast_db_type(connection)})"
    return "%s"
