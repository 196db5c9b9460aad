"""No link from an entry to another of its kind leads round in a circle, whoever draws it and however long it is."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection, connections, transaction

from initiatives.models import Funding, Initiative
from roma_network.editorial import merging
from roma_network.editorial.importing.dry_run import GOES_IN, DryRun
from roma_network.editorial.importing.options import Options
from roma_network.editorial.importing.tables import table_named
from roma_network.editorial.importing.undoing import is_done
from roma_network.editorial.restoring import restore
from roma_network.editorial.workflow import RefusedError
from roma_network.models import loops
from stakeholders.models import Actor
from tests.editing import address, messages_on, sent_by
from tests.factories import (
    ActorCitationFactory,
    ActorFactory,
    FundingFactory,
    InitiativeCitationFactory,
    InitiativeFactory,
)

LINKS = [
    (ActorFactory, "parent", {}),
    (ActorFactory, "successor", {"successor_kind": "merged"}),
    (InitiativeFactory, "parent", {}),
    (InitiativeFactory, "follows", {}),
    (InitiativeFactory, "modelled_on", {}),
    (FundingFactory, "within", {}),
]
each_link = pytest.mark.parametrize(
    ("factory", "link", "more"), LINKS, ids=[f"{f._meta.model.__name__}-{link}" for f, link, _ in LINKS]
)
small_pages = pytest.mark.ignore_template_errors


def test_every_link_to_rows_of_the_same_kind_is_watched():
    watched = {(model, field.name) for model in (Actor, Initiative, Funding) for field in loops.upward(model)}
    assert watched == {(factory._meta.model, link) for factory, link, _more in LINKS}


def chain(factory, link, more, length):
    """Rows, each of which leads to the one before."""
    rows = [factory()]
    while len(rows) < length:
        rows.append(factory(**{link: rows[-1]} | more))
    return rows


@pytest.mark.django_db
@each_link
@pytest.mark.parametrize("length", [2, 3, 6])
def test_a_circle_of_any_length_is_refused(factory, link, more, length):
    rows = chain(factory, link, more, length)
    first, last = rows[0], rows[-1]
    for name, value in ({link: last} | more).items():
        setattr(first, name, value)
    with pytest.raises(ValidationError) as refusal:
        first.full_clean()
    assert all(str(row) in refusal.value.message_dict[link][0] for row in rows)


@pytest.mark.django_db
@each_link
def test_what_does_not_come_back_is_no_circle(factory, link, more):
    rows = chain(factory, link, more, 4)
    other = factory(**{link: rows[-1]} | more)
    setattr(rows[-1], link, rows[0])
    rows[-1].full_clean()
    other.full_clean()
    assert list(loops.circles(type(other))) == []


@pytest.mark.django_db
def test_a_circle_that_is_stored_is_found_once_and_keeps_nobody_from_other_work():
    rows = chain(ActorFactory, "parent", {}, 3)
    ActorFactory(parent=rows[1])
    Actor.objects.filter(pk=rows[0].pk).update(parent=rows[2])
    [(field, path)] = loops.circles(Actor)
    assert (field.name, set(path)) == ("parent", {row.pk for row in rows})
    row = Actor.objects.get(pk=rows[0].pk)
    row.summary = "Another."
    row.full_clean()


@pytest.mark.django_db
@small_pages
def test_the_form_says_what_would_lead_round(cast):
    first, last = chain(ActorFactory, "parent", {}, 2)
    ActorCitationFactory(subject=first)
    page = address(first, "change")
    sent = sent_by(cast["publisher"].get(page)) | {"parent": last.pk, "_save": "Save"}
    answer = cast["publisher"].post(page, sent)
    [text] = messages_on(answer)
    assert "lead round in a circle" in text
    assert last.name in text


def findings(name, headings, *rows):
    run = DryRun(table_named(name), Options(columns=headings), {row[0]: n for n, row in enumerate(rows)})
    return run.findings(list(enumerate(rows)), {}, {})


@pytest.mark.django_db
def test_the_line_of_a_file_that_would_close_a_circle_is_refused():
    top, middle = chain(InitiativeFactory, "follows", {}, 2)
    headings = ["slug", "name", "kind", "follows"]
    new, closing, fine = findings(
        "initiatives",
        headings,
        ["new", "New", "project", middle.slug],
        [top.slug, top.name, "project", "new"],
        ["other", "Other", "project", "new"],
    )
    assert closing.errors == [
        ("follows", f"Then these would lead round in a circle (follows): {top.slug}, new, {middle.slug}.")
    ]
    assert new.outcome in GOES_IN
    assert fine.outcome in GOES_IN
    assert new.errors == fine.errors == []


@pytest.mark.django_db
def test_a_circle_of_new_lines_is_refused_too():
    lines = [["one", "One", "project", "three"], ["two", "Two", "project", "one"]]
    found = findings(
        "initiatives", ["slug", "name", "kind", "part_of"], *lines, ["three", "Three", "project", "two"]
    )
    assert [bool(each.errors) for each in found] == [False, False, True]


@pytest.mark.django_db
def test_an_earlier_version_is_not_restored_into_a_circle(cast):
    by = User.objects.get(username="publisher")
    upper, lower = ActorFactory(), ActorFactory()
    ActorCitationFactory(subject=lower)
    lower.parent = upper
    lower.save()
    version = lower.history.first()
    lower.parent = None
    lower.save()
    Actor.objects.filter(pk=upper.pk).update(parent=lower)
    with pytest.raises(RefusedError, match="circle"):
        restore(entry=lower, version=version, by=by)


@pytest.mark.django_db
def test_a_merge_is_not_undone_into_a_circle(cast):
    by = User.objects.get(username="publisher")
    old, kept = ActorFactory(), ActorFactory()
    child = ActorFactory(parent=old)
    record = merging.merge(survivor=kept, old=old, by=by)
    Actor.objects.filter(pk=old.pk).update(parent=child)
    with pytest.raises(RefusedError, match="something newer is in its place"):
        merging.undo(merge=record, by=by)


@pytest.mark.django_db
def test_what_refuses_a_circle_takes_the_write_back():
    upper, lower = chain(ActorFactory, "parent", {}, 2)

    def write(keys):
        Actor.objects.filter(pk=upper.pk).update(parent=lower)
        loops.refuse(Actor, keys)

    assert not is_done(write, [upper.pk])
    upper.refresh_from_db()
    assert upper.parent is None


# Two at once


def in_two_threads(*steps):
    """What each step answers, of two that begin together, each with a connection of its own."""
    start = Barrier(len(steps), timeout=20)

    def apart(step):
        try:
            start.wait()
            return step()
        finally:
            connections.close_all()

    with ThreadPoolExecutor() as pool:
        return [each.result(timeout=60) for each in [pool.submit(apart, step) for step in steps]]


@pytest.mark.django_db(transaction=True)
@small_pages
def test_of_two_who_save_half_of_a_circle_each_one_is_refused(cast):
    one, other = InitiativeFactory(), InitiativeFactory()
    for each in (one, other):
        InitiativeCitationFactory(subject=each)
    client = cast["publisher"]

    def half(row, target):
        page = address(row, "change")
        sent = sent_by(client.get(page)) | {"parent": target.pk, "_save": "Save"}
        return lambda: client.post(page, sent).status_code

    for _turn in range(3):
        Initiative.objects.update(parent=None)
        assert sorted(in_two_threads(half(one, other), half(other, one))) == [200, 302]
        assert list(loops.circles(Initiative)) == []


@pytest.mark.django_db(transaction=True)
def test_who_comes_second_looks_once_the_first_is_done():
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets nobody begin to write before the first is done")
    one, other = ActorFactory(), ActorFactory()
    looked = Barrier(2, timeout=20)

    def first():
        with transaction.atomic():
            row = Actor.objects.get(pk=one.pk)
            row.parent_id = other.pk
            row.full_clean()
            looked.wait()
            row.save()
        return "saved"

    def second():
        with transaction.atomic():
            row = Actor.objects.get(pk=other.pk)
            row.parent_id = one.pk
            looked.wait()
            try:
                row.full_clean()
            except ValidationError:
                return "refused"
            row.save()
        return "saved"

    assert in_two_threads(first, second) == ["saved", "refused"]
