"""The real directory as Django fixtures (seed data): one file a model, one object a block, sorted by natural key."""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.db import connection, transaction
from django.db.models import AutoField

from roma_network.models import Editorial, Keyed, natural_lookups

FOLDER = settings.FIXTURE_DIRS[0]
DERIVED = {"sort_name", "search_text"}  # computed on save
EMPTY = ("", None, [], False)


Row = tuple[type[Keyed], dict[str, Any]]  # a model, and the fields of one of its rows


def models() -> list[type[Keyed]]:
    """The directory's models, each behind those that its natural key needs."""
    labels = ("roma_network", "stakeholders", "initiatives")
    ordered = serializers.sort_dependencies([(apps.get_app_config(label), None) for label in labels])
    return [model for model in ordered if issubclass(model, Keyed)]


def path(model):
    return FOLDER / f"{model._meta.model_name}.json"


def write(folder: Path | None = None) -> None:
    """Write every row of the directory to its fixture file in `folder`, by default the project's own."""
    for model in models():
        target = (folder or FOLDER) / path(model).name
        numbered = isinstance(model._meta.pk, AutoField)
        rows = serializers.serialize(
            "python", with_keys(model), use_natural_foreign_keys=True, use_natural_primary_keys=numbered
        )
        blocks = sorted((block(model, row) for row in rows), key=lambda pair: pair[0])
        target.write_text("[\n" + ",\n".join(text for _, text in blocks) + "\n]\n", encoding="utf-8")


def with_keys(model):
    """All rows, with those that the natural keys of their links pass through."""
    links = [field for field in model._meta.fields if field.remote_field]
    lookups = [f"{link.name}__{lookup}" for link in links for lookup in natural_lookups(link.related_model)]
    return model.objects.select_related(*(lookup.rpartition("__")[0] for lookup in lookups)).prefetch_related(
        *(field.name for field in model._meta.many_to_many)
    )


def is_empty() -> bool:
    return not any(model.objects.exists() for model in models())


def block(model, row):
    """The natural key and the text of one object. Empty fields and derived ones are left out."""
    fields = {
        name: sorted(value)
        if isinstance(value, list) and value and isinstance(value[0], (list, tuple))
        else value
        for name, value in row["fields"].items()
        if name not in DERIVED and value not in EMPTY
    }
    lines = [f'    "{name}": {encode(value)}' for name, value in fields.items()]
    head = f'{{\n  "model": "{row["model"]}",\n'
    if "pk" in row:
        head += f'  "pk": {encode(row["pk"])},\n'
        fields = {"pk": row["pk"]} | fields
    return encode([fields.get("subject"), *fields.values()]), head + '  "fields": {\n' + ",\n".join(
        lines
    ) + "\n  }\n}"


def encode(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, cls=serializers.json.DjangoJSONEncoder)


def rows() -> Iterator[Row]:
    """Model and fields of every object in the fixture files, in an order that can be loaded."""
    for model in models():
        for item in json.loads(path(model).read_text(encoding="utf-8")):
            yield (
                model,
                {model._meta.pk.name: item["pk"]} | item["fields"] if "pk" in item else item["fields"],
            )


@transaction.atomic
def load(progress: Callable[[list[Row]], Iterable[Row]] = iter) -> None:
    """Load all or nothing into an empty directory. `progress` wraps the list of objects, as tqdm does.

    Django's loaddata reads the same files, with some four queries an object: 20 s where this takes 1.3.
    """
    keys = {}
    for model, items in groupby(progress(list(rows())), key=itemgetter(0)):
        load_model(model, [fields for _, fields in items], keys)
    for model in keys:
        if issubclass(model, Editorial):
            model.objects.refresh_search()
    with connection.cursor() as cursor:
        # Without statistics SQLite counts facets in an order that takes twice as long.
        cursor.execute("ANALYZE")


def load_model(model, items, keys):
    """Create the rows of one model and add their natural keys to `keys`: model → natural key → primary key."""
    foreign = {field.name: field for field in model._meta.fields if field.remote_field}
    many = {field.name: field for field in model._meta.many_to_many}
    forward = [field for field in foreign.values() if field.related_model is model]

    created = []
    for fields in items:
        row = model()
        for name, value in fields.items():
            if name in foreign and foreign[name] not in forward:
                setattr(row, foreign[name].attname, keys[foreign[name].related_model][tuple(value)])
            elif name not in foreign and name not in many:
                setattr(row, name, model._meta.get_field(name).to_python(value))
        created.append(row)
    model.objects.bulk_create(created, batch_size=500)

    by_key = keys[model] = {
        natural_key(model, fields): row.pk for fields, row in zip(items, created, strict=True)
    }
    for field in forward:
        for fields, row in zip(items, created, strict=True):
            if field.name in fields:
                setattr(row, field.attname, by_key[tuple(fields[field.name])])
    if forward:
        model.objects.bulk_update(created, [field.name for field in forward], batch_size=500)
    for field in many.values():
        link(field, items, created, keys)


def natural_key(model, fields):
    """The flat natural key of a serialized row, in which a foreign key stands as a list."""
    key = []
    for name in model.natural_fields:
        value = fields.get(name, "")
        key += value if isinstance(value, list) else [value]
    return tuple(key)


def link(field, items, created, keys):
    """Create the rows of one many-to-many field."""
    through, targets = field.remote_field.through, keys[field.related_model]
    through.objects.bulk_create(
        [
            through(
                **{
                    f"{field.m2m_field_name()}_id": row.pk,
                    f"{field.m2m_reverse_field_name()}_id": targets[tuple(target)],
                }
            )
            for fields, row in zip(items, created, strict=True)
            for target in fields.get(field.name, [])
        ],
        batch_size=500,
    )
