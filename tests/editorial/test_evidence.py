"""Citations name facts: which they may name, what of the words of earlier times is kept, and what forms and files say."""

import re

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from initiatives.models import (
    DocumentCitation,
    Initiative,
    InitiativeCitation,
    ParticipationCitation,
)
from roma_network.directory.completeness.evidence import backed_facts, in_all
from roma_network.editorial import merging, restoring, revisions
from roma_network.editorial.importing.tables import import_table
from roma_network.export.columns import table_of
from roma_network.models import Source, facts_of
from stakeholders import columns
from stakeholders.models import Actor, ActorCitation, ActorMerge, RelationCitation
from tests import factories
from tests.editing import address, sent_by
from tests.html import read, results_at

pytestmark = pytest.mark.django_db

CITATIONS = [ActorCitation, InitiativeCitation, DocumentCitation, ParticipationCitation, RelationCitation]
FACTORIES = [
    factories.ActorCitationFactory,
    factories.InitiativeCitationFactory,
    factories.DocumentCitationFactory,
    factories.ParticipationCitationFactory,
    factories.RelationCitationFactory,
]
VOCABULARY = {
    "actor": "name acronym native_name other_names type parent country place coordinates website email founded closed "
    "last_seen successor summary themes identifiers",
    "initiative": "name acronym kind summary start end last_seen website themes countries parent follows modelled_on funding",
    "participation": "role start end last_seen note",
    "relation": "kind note",
    "document": "title kind date url language publisher concerns countries",
}
every_citation = pytest.mark.parametrize("model", CITATIONS, ids=lambda model: model._meta.model_name)


def subject_of(model):
    return model._meta.get_field("subject").related_model


# What can be named


@every_citation
def test_the_declared_facts_are_the_vocabulary(model):
    subject = subject_of(model)
    assert list(facts_of.value(subject)) == VOCABULARY[subject._meta.model_name].split()
    assert all(map(str, facts_of.value(subject).values()))


@every_citation
def test_every_citation_names_facts_that_its_row_states(directory, model):
    subject, facts = subject_of(model), table_of(subject_of(model)).facts
    for name, fact in facts.items():
        silent = subject.objects.exclude(pk__in=subject.objects.filter(fact.is_stated).values("pk"))
        assert not model.objects.naming(name).filter(subject__in=silent).exists(), name
    for named in model.objects.values_list("facts", flat=True):
        assert named
        assert [fact for fact in facts if fact in named] == named


@pytest.mark.parametrize("factory", FACTORIES)
def test_a_citation_names_facts_or_has_a_note(db, factory):
    citation = factory()
    for facts, note in (([], "in passing"), (citation.facts, "")):
        citation.facts, citation.note = facts, note
        citation.full_clean()
        citation.save()
    citation.facts, citation.note = [], ""
    with pytest.raises(ValidationError, match="Name the facts"):
        citation.full_clean()
    with pytest.raises(IntegrityError, match="backs_something"), transaction.atomic():
        citation.save()


@pytest.mark.parametrize("factory", FACTORIES)
def test_a_citation_names_no_fact_that_rows_of_its_kind_do_not_have(db, factory):
    citation = factory()
    citation.facts = ["shoe_size"]
    with pytest.raises(ValidationError, match="shoe_size"):
        citation.full_clean()


def test_facts_stand_in_the_order_of_the_columns(db):
    citation = factories.ActorCitationFactory.build(
        subject=factories.ActorFactory(),
        source=factories.SourceFactory(),
        facts=["website", "name", "website"],
    )
    citation.full_clean()
    assert citation.facts == ["name", "website"]


# On pages


def markers_in(node):
    return [button.text() for button in node.css(".markers button")]


def test_notes_stand_beside_exactly_the_facts_that_are_named(client):
    actor = factories.ActorFactory(
        website="https://example.eu", founded="1996", summary="It teaches.", themes=[factories.ThemeFactory()]
    )
    first, second = factories.SourceFactory.create_batch(2)
    factories.ActorCitationFactory(subject=actor, source=first, facts=["type", "founded", "themes"])
    factories.ActorCitationFactory(subject=actor, source=second, facts=["founded"], note="its first board")
    page = read(client, actor.get_absolute_url())
    beside = {row.css_first("dt").text(): markers_in(row) for row in page.all("dl > div")}
    assert {name: found for name, found in beside.items() if found} == {
        "Founded": ["1", "2"],
        "Themes": ["1"],
    }
    assert [markers_in(node) for node in page.all("p.kind")] == [["1"]]
    assert [markers_in(node) for node in page.all("p.summary, h1")] == [[], []]
    notes = [re.sub(r"\s+", " ", node.text()) for node in page.all(".notes li")]
    assert "Backs: Type, Founded, Themes." in notes[0]
    assert "Backs: Founded. its first board" in notes[1]


@pytest.mark.parametrize("model", [Actor, Initiative])
def test_the_page_has_a_place_for_the_notes_of_every_fact(client, db, model):
    from tests.export.test_columns import filled

    entry = filled()[f"{model._meta.model_name}s"]
    for fact in facts_of.value(model):
        type(entry.citations.get()).objects.filter(subject=entry).update(facts=[fact])
        page = read(client, f"{entry.get_absolute_url()}?x={fact}")
        assert page.all(".detail > header .markers, .detail > aside .markers"), fact


def test_the_facts_of_ties_have_their_own_notes(client):
    part = factories.ParticipationFactory(start="2013", end="2016", note="Two towns.", sourced=False)
    for facts in (["start"], ["end", "note"]):
        factories.ParticipationCitationFactory(subject=part, facts=facts)
    for entry in (part.actor, part.initiative):
        page = read(client, entry.get_absolute_url())
        text = page.all("ul.ties .aside")[0].text()
        assert re.sub(r"\s+", " ", text).startswith("20131–20162; Two towns.2")


def test_what_names_no_fact_is_among_the_sources_and_beside_nothing(client):
    citation = factories.ActorCitationFactory(facts=[], note="seat in Brussels")
    page = read(client, citation.subject.get_absolute_url())
    assert "seat in Brussels" in page.text(".notes")
    assert not page.all(".markers")


def test_a_fact_that_rests_on_copies_alone_says_so(client):
    actor = factories.ActorFactory(founded="1996", website="https://example.eu")
    copy, other = factories.SourceFactory(origin="mirror"), factories.SourceFactory()
    factories.ActorCitationFactory(subject=actor, source=copy, facts=["founded", "website"])
    factories.ActorCitationFactory(subject=actor, source=other, facts=["website"])
    notes = [node.text() for node in read(client, actor.get_absolute_url()).all(".notes li")]
    assert "Known from copies alone: Founded" in notes[0]
    assert "copy" not in notes[1]
    assert "alone" not in notes[1]


def test_a_document_in_a_list_says_what_its_sources_back(client):
    factories.DocumentCitationFactory(facts=["title", "date"], note="in Romanian", source__origin="mirror")
    factories.DocumentCitationFactory(facts=[], note="names its contents")
    shown = [node.text() for node in read(client, "/documents/?sort=name").all(".sources")]
    assert [each.partition(" (")[2].strip() for each in shown] == [
        "Title, Date; copy)",
        "names its contents)",
    ]


# The share of facts with a source of their own


def test_the_first_page_counts_what_has_a_source(client):
    actor = factories.ActorFactory(
        website="https://example.eu", founded="1996"
    )  # name, type, founded, website
    factories.ActorCitationFactory(subject=actor, facts=["name", "website", "email"])
    assert in_all("counted here") == (4, 2)
    assert "Of 4 facts, 2 have a source of their own" in read(client, "/").text(".hero")


def test_what_is_not_public_does_not_count(db):
    factories.ActorCitationFactory(subject__status="draft")
    factories.ParticipationCitationFactory(
        subject__actor__status="draft", subject__initiative__status="draft"
    )
    assert in_all("not public") == (0, 0)


def test_every_number_of_the_figure_is_that_of_the_list(client, directory):
    page = read(client, "/figures/evidence/")
    links = page.all("table.figure tbody a")
    assert len(links) > 40
    for link in links:
        assert results_at(link.attributes["href"]) == int(link.text()), link.attributes["href"]


def test_the_directory_has_a_source_for_more_than_half_of_its_facts(directory):
    found = in_all("the real directory")
    assert found.cited / found.stated > 0.56
    kinds = backed_facts("the real directory")["relations"]["kind"]
    assert kinds.cited == kinds.stated


def test_lists_can_be_narrowed_to_facts_without_a_source(client):
    backed, unbacked, _without = (
        factories.ActorFactory(name=name, website=website)
        for name, website in (("Backed", "https://a.eu"), ("Unbacked", "https://b.eu"), ("Without", ""))
    )
    factories.ActorCitationFactory(subject=backed, facts=["website"])
    factories.ActorCitationFactory(subject=unbacked, facts=["name"])
    for query, name in (("lacks", "Unbacked"), ("has", "Backed")):
        found = client.get(f"/api/v1/actors/?{query}=source:website").json()["results"]
        assert [each["name"] for each in found] == [name]


# In the form


def test_facts_are_ticked_in_the_form(admin_client):
    citation = factories.ActorCitationFactory(facts=["founded"])
    page = address(citation.subject, "change")
    sent = sent_by(admin_client.get(page)) | {"citations-0-facts": ["website", "name"]}
    assert admin_client.post(page, sent).status_code == 302
    citation.refresh_from_db()
    assert citation.facts == ["name", "website"]
    sent = sent_by(admin_client.get(page)) | {"citations-0-facts": [], "citations-0-note": "in passing"}
    assert admin_client.post(page, sent).status_code == 302
    citation.refresh_from_db()
    assert citation.facts == []


@pytest.mark.parametrize(("theirs", "kept"), [(["website"], ["website"]), (["founded"], ["founded"])])
def test_who_saves_second_does_not_untick_what_another_ticked(admin_client, theirs, kept):
    """Of boxes to tick, a browser sends nothing where none is ticked."""
    citation = factories.ActorCitationFactory(facts=[], note="in passing")
    page = address(citation.subject, "change")
    sent = sent_by(admin_client.get(page)) | {"summary": "It teaches."}
    del sent["citations-0-facts"]
    theirs_sent = sent_by(admin_client.get(page)) | {"citations-0-facts": theirs}
    assert admin_client.post(page, theirs_sent).status_code == 302
    shown = admin_client.post(page, sent)
    assert shown.status_code == 409
    assert admin_client.post(page, sent_by(shown)).status_code == 302
    citation.refresh_from_db()
    assert citation.facts == kept


# What was kept under its former name


def version_of_old(actor, **rows):
    """A version as an earlier release wrote it."""
    version = actor.history.first()
    version.rows = version.rows | rows
    version.save()
    return version


def test_a_version_that_speaks_of_words_restores(admin_user):
    part = factories.ParticipationCitationFactory(note="", facts=["role"])
    actor = part.subject.actor
    citation = factories.ActorCitationFactory(subject=actor, note="")
    factories.ActorFactory()
    actor.save()
    state = revisions.state_of(actor)
    old = version_of_old(
        actor,
        citations=[{"pk": citation.pk, "source": citation.source_id, "supports": "founded 1996"}],
        participations=[
            {key: value for key, value in row.items() if key != "citations"}
            | {"citations": [{"pk": part.pk, "source": part.source_id, "supports": "lead partner"}]}
            for row in state.rows["participations"]
        ],
    )
    restoring.restore(entry=actor, version=old, by=admin_user)
    citation.refresh_from_db()
    part.refresh_from_db()
    assert [(each.facts, each.note) for each in (citation, part)] == [
        ([], "founded 1996"),
        ([], "lead partner"),
    ]
    assert revisions.state_of(actor).rows["citations"] == revisions.state_in(old).rows["citations"]


def test_the_history_reads_a_version_that_speaks_of_words(admin_client):
    actor = factories.ActorCitationFactory(note="").subject
    actor.save()
    citation = actor.citations.get()
    version_of_old(
        actor, citations=[{"pk": citation.pk, "source": citation.source_id, "supports": "founded 1996"}]
    )
    page = address(actor, "change")
    admin_client.post(page, sent_by(admin_client.get(page)) | {"citations-0-note": "founded in Cork"})
    assert "founded 1996" in admin_client.get(address(actor, "history")).text


def in_words(journal):
    """A journal as an earlier release wrote it."""

    def of_old(values):
        former = {"note": "supports"}
        return values and {former.get(name, name): value for name, value in values.items() if name != "facts"}

    return [
        [label, key, *map(of_old, states)] if label.endswith("Citation") else [label, key, *states]
        for label, key, *states in journal
    ]


def test_a_merge_that_speaks_of_words_is_undone(admin_user):
    kept, old = factories.ActorFactory(), factories.ActorFactory()
    source = factories.SourceFactory()
    for actor, words in ((kept, "seat"), (old, "founded 1996")):
        factories.ActorCitationFactory(subject=actor, source=source, facts=[], note=words)
    factories.ActorCitationFactory(subject=old, facts=[], note="closed 2019")
    merge = merging.merge(survivor=kept, old=old, by=admin_user)
    ActorMerge.objects.update(journal=in_words(merge.journal))
    merging.undo(merge=ActorMerge.objects.get(), by=admin_user)
    assert list(kept.citations.values_list("note", flat=True)) == ["seat"]
    assert sorted(old.citations.values_list("note", flat=True)) == ["closed 2019", "founded 1996"]
    assert not old.citations.exclude(facts=[]).exists()


def test_merged_citations_name_the_facts_of_both(admin_user):
    kept, old, source = factories.ActorFactory(), factories.ActorFactory(), factories.SourceFactory()
    factories.ActorCitationFactory(subject=kept, source=source, facts=["name", "website"], note="")
    factories.ActorCitationFactory(subject=old, source=source, facts=["founded", "name"], note="by its board")
    merging.merge(survivor=kept, old=old, by=admin_user)
    citation = kept.citations.get()
    assert (citation.facts, citation.note) == (["name", "website", "founded"], "by its board")


def test_titles_of_sources_and_documents_are_marked_with_their_language(client):
    actor = factories.ActorFactory(slug="town")
    factories.ActorCitationFactory(subject=actor, source__title="Despre noi", source__language="ro")
    factories.ActorCitationFactory(subject=actor, source__title="Amalipe")
    factories.DocumentFactory(title="Nationale Strategie", language="de", publisher=actor)
    factories.DocumentFactory(title="Romska studier", language="sv", url="", publisher=actor)
    page = read(client, actor.get_absolute_url())
    shown = {
        node.text(): (node.attributes.get("lang"), node.attributes.get("hreflang"))
        for node in page.all("section.notes .note > a:first-child, .entries h3 > :first-child")
    }
    assert shown == {
        "Despre noi": ("ro", "ro"),
        "Amalipe": (None, None),
        "Nationale Strategie": ("de", None),
        "Romska studier": ("sv", None),
    }


# Migrations

BEFORE = [
    ("roma_network", "0009_clean_texts"),
    ("stakeholders", "0007_clean_texts"),
    ("initiatives", "0009_clean_texts"),
]


@pytest.mark.django_db(transaction=True)
def test_a_directory_at_work_learns_what_the_fixtures_know():
    """Words become notes, and where the fixture files know the facts behind them, facts."""
    try:
        for target in BEFORE:
            call_command("migrate", *target, verbosity=0)
        old = MigrationExecutor(connection).loader.project_state(BEFORE).apps
        actor = old.get_model("stakeholders", "Actor").objects.create(
            slug="errc", name="ERRC", type="civil_society"
        )
        url = "https://en.wikipedia.org/wiki/European_Roma_Rights_Centre"
        sources = old.get_model("roma_network", "Source").objects
        citations = old.get_model("stakeholders", "ActorCitation").objects
        known = sources.create(url=url, title="ERRC", publisher="Wikipedia")
        own = sources.create(url="https://example.eu", title="Own", publisher="Own")
        copied = sources.create(url="https://pdfslide.net/x", title="Copy", publisher="Copy")
        for source, words in (
            (known, "Roma-led, founded in Budapest 1996"),
            (own, "all of it"),
            (copied, "dates"),
        ):
            citations.create(subject=actor, source=source, supports=words)
        call_command("migrate", verbosity=0)
        named, unnamed, _copied = ActorCitation.objects.order_by("pk")
        assert "founded" in named.facts
        assert (unnamed.facts, unnamed.note) == ([], "all of it")
        assert Source.objects.get(url=url).origin == "secondary"
    finally:
        call_command("migrate", verbosity=0)
        Actor.objects.all().delete()
        Source.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_coordinates_that_stand_are_given_a_precision(admin_user):
    """In entries, in their versions, and in what a merge keeps for being undone."""
    kept, old = factories.ActorFactory(), factories.ActorFactory(latitude=45.5, longitude=25.5)
    merge = merging.merge(survivor=kept, old=old, by=admin_user, take=["latitude", "longitude", "precision"])
    assert Actor.objects.get(pk=kept.pk).precision == "city"
    try:
        call_command("migrate", "stakeholders", "0009_name_facts", verbosity=0)
    finally:
        call_command("migrate", verbosity=0)
    found = Actor.objects.in_bulk([kept.pk, old.pk])
    assert [row.precision for row in found.values()] == ["city", "city"]
    assert kept.history.filter(latitude__isnull=False, precision="").count() == 0
    merging.undo(merge=ActorMerge.objects.get(pk=merge.pk), by=admin_user)
    kept.refresh_from_db()
    assert (kept.latitude, kept.precision) == (None, "")


@pytest.mark.django_db(transaction=True)
def test_code_of_the_last_release_goes_on_writing_words():
    source, actor = factories.SourceFactory(), factories.ActorFactory()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO stakeholders_actorcitation (subject_id, source_id, supports) VALUES (%s, %s, %s)",
            [actor.pk, source.pk, "founded 1996"],
        )
        cursor.execute(
            "INSERT INTO roma_network_source (url, title, publisher) VALUES ('https://a.example', 'A', 'B')"
        )
    citation = actor.citations.get()
    assert (citation.facts, citation.note) == ([], "founded 1996")
    assert Source.objects.get(title="A").origin == "secondary"


# When it was checked


def test_a_day_of_a_check_stands_in_the_note_in_files_and_in_linked_data(client):
    citation = factories.ActorCitationFactory(
        checked_on="2026-05-02", subject__founded="2001", facts=["founded"]
    )
    url = citation.subject.get_absolute_url()
    assert "checked on 2 May 2026" in read(client, url).text()
    told = [client.get(f"{url}?format={name}").getvalue().decode() for name in ("json", "csv", "ttl")]
    assert '"checked_on":"2026-05-02"' in told[0]
    assert '""checked_on"":""2026-05-02""' in told[1]
    assert 'dcterms:date "2026-05-02"^^xsd:date' in told[2]


def test_a_source_of_several_rows_is_checked_since_the_earliest_day_of_all(client):
    actor, source = factories.ActorFactory(), factories.SourceFactory()
    one = factories.ActorCitationFactory(subject=actor, source=source, checked_on="2026-05-02")
    part = factories.ParticipationFactory(actor=actor, sourced=False)
    other = factories.ParticipationCitationFactory(subject=part, source=source, checked_on="2025-01-03")
    assert "checked on 3 January 2025" in read(client, actor.get_absolute_url()).text()
    other.checked_on = ""
    other.save()
    assert "checked on" not in read(client, actor.get_absolute_url()).text()
    assert one.checked_on


def test_the_form_takes_the_day_and_a_version_keeps_it(cast):
    citation = factories.ActorCitationFactory()
    page = address(citation.subject, "change")
    sent = sent_by(cast["curator"].get(page)) | {"citations-0-checked_on": "2026-05-02"}
    assert cast["curator"].post(page, sent).status_code == 302
    citation.refresh_from_db()
    assert citation.checked_on == "2026-05-02"
    assert citation.subject.history.first().rows["citations"][0]["checked_on"] == "2026-05-02"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{url} | founded | 2026-05-02", (["founded"], "", "2026-05-02")),
        ("{url} | founded | a note | 2026-05-02", (["founded"], "a note", "2026-05-02")),
        ("{url} | founded | a note of 2026-05-02", (["founded"], "a note of 2026-05-02", "")),
        ("{url} | founded", (["founded"], "", "")),
    ],
)
def test_a_file_may_say_when_it_was_checked(line, said):
    source = factories.SourceFactory()
    cell = import_table(columns.actors).columns["sources"]
    url, facts, *rest = value = cell.parse_line(line.format(url=source.url), {Source: {source.url: source}})
    assert (list(facts), *rest) == said
    assert cell.line(value) == line.format(url=url)


def test_a_new_source_may_be_told_with_the_day():
    cell, known = import_table(columns.actors).columns["sources"], {Source: {}}
    value = cell.parse_line(
        "https://new.example/a | founded | a note | Agency | About us | 2026-05-02", known
    )
    assert value == ("https://new.example/a", ("founded",), "a note", "2026-05-02")
    assert known[Source]["https://new.example/a"].title == "About us"


@pytest.mark.parametrize(
    ("one", "other", "then"),
    [("2026-05-02", "2025-01-03", "2025-01-03"), ("2026-05-02", "", ""), ("2026-05-02",) * 3],
)
def test_two_citations_made_one_were_checked_when_both_were(cast, one, other, then):
    source, kept, old = factories.SourceFactory(), factories.ActorFactory(), factories.ActorFactory()
    for actor, day in ((kept, one), (old, other)):
        factories.ActorCitationFactory(subject=actor, source=source, checked_on=day)
    merging.merge(survivor=kept, old=old, by=User.objects.get(username="publisher"))
    assert kept.citations.get().checked_on == then
