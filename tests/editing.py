"""The admin as a curator's browser uses it."""

from urllib.parse import urlencode

from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.urls import reverse

from tests.costs import Cost, counted


def address(target, page="changelist", **query):
    """The address of a page about a model, or about a row."""
    args = [] if isinstance(target, type) else [target.pk]
    return f"{reverse(admin_urlname(target._meta, page), args=args)}?{urlencode(query)}"


def sent_by(page):
    """What a browser sends when the form on `page` is saved as it stands."""
    sent = {}
    for form in forms_on(page):
        sent |= {box.html_name: text(box.value()) for box in form if not box.field.disabled}
    return {name: value for name, value in sent.items() if value is not None}


def forms_on(page):
    yield page.context["adminform"].form
    for inline in page.context["inline_admin_formsets"]:
        yield from [inline.formset.management_form, *inline.formset.forms]


def text(value):
    if isinstance(value, list):
        return [str(item) for item in value]
    return None if value is None or value is False else str(value)


def new_row(sent, prefix, **fields):
    """Another row of an inline, as its “Add another” makes it, to be merged into `sent`."""
    number = int(sent[f"{prefix}-TOTAL_FORMS"])
    row = {f"{prefix}-{number}-{name}": text(value) for name, value in fields.items()}
    return row | {f"{prefix}-TOTAL_FORMS": number + 1}


def messages_on(page):
    """All that the forms on a refused page complain about."""
    found = []
    for form in forms_on(page):
        found += [message for messages in form.errors.values() for message in messages]
    for inline in page.context["inline_admin_formsets"]:
        found += inline.formset.non_form_errors()
    return found


def queries_of(client, *args, method="get", status=200):
    with counted() as queries:
        response = getattr(client, method)(*args)
    assert response.status_code == status
    return Cost(queries)
