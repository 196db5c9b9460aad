"""The real directory as Django fixtures: one file a model, one object a block, sorted by natural key."""

import json

from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.db import transaction
from django.db.models import AutoField

FOLDER = settings.FIXTURE_DIRS[0]
DERIVED = {"sort_name", "search_text"}  # computed on save
EMPTY = ("", None, [], False)


def models():
    """The directory's models, each behind those that its natural key needs."""
    labels = ("roma_network", "stakeholders", "initiatives")
    return serializers.sort_dependencies([(apps.get_app_config(label), None) for label in labels])


def path(model):
    return FOLDER / f"{model._meta.model_name}.json"


def write(folder=None):
    """Write every row of the directory to its fixture file in `folder`, by default the project's own."""
    for model in models():
        target = (folder or FOLDER) / path(model).name
        numbered = isinstance(model._meta.pk, AutoField)
        rows = serializers.serialize(
            "python", model.objects.all(), use_natural_foreign_keys=True, use_natural_primary_keys=numbered
        )
        blocks = sorted((block(model, row) for row in rows), key=lambda pair: pair[0])
        target.write_text("[\n" + ",\n".join(text for _, text in blocks) + "\n]\n")


def block(model, row):
    """The natural key and the text of one object. Empty fields and derived ones are left out."""
    fields = {
        name: sorted(value) if isinstance(value, list) and value and isinstance(value[0], (list, tuple)) else value
        for name, value in row["fields"].items()
        if name not in DERIVED and value not in EMPTY
    }
    lines = [f'    "{name}": {encode(value)}' for name, value in fields.items()]
    head = f'{{\n  "model": "{row["model"]}",\n'
    if "pk" in row:
        head += f'  "pk": {encode(row["pk"])},\n'
        fields = {"pk": row["pk"]} | fields
    return encode([fields.get("subject"), *fields.values()]), head + '  "fields": {\n' + ",\n".join(lines) + "\n  }\n}"


def encode(value):
    return json.dumps(value, ensure_ascii=False, cls=serializers.json.DjangoJSONEncoder)


def rows():
    """All objects of the fixture files, in an order that can be loaded."""
    for model in models():
        yield from json.loads(path(model).read_text())


@transaction.atomic
def load(progress=iter):
    """Load all or nothing. `progress` wraps the list of objects, as tqdm does."""
    deferred = []
    for item in serializers.deserialize("python", progress(list(rows())), handle_forward_references=True):
        item.save()
        if item.deferred_fields:
            deferred.append(item)
    for item in deferred:
        item.save_deferred_fields()
