"""What pages say of time and doubt: phases, bodies of before and after, open questions."""

import pytest
import time_machine

from initiatives.models import Initiative, InitiativeCitation, Phase
from tests.factories import ActorFactory, InitiativeFactory
from tests.html import read

pytestmark = pytest.mark.django_db


@time_machine.travel("2026-11-25 12:00 +0000")
@pytest.mark.parametrize(
    ("dates", "says"),
    [
        ({"start": "2016", "last_seen": "2018"}, "from 2016 · Not known since 2018"),
        ({"start": "2016", "last_seen": "2025"}, "from 2016 · Running"),
        ({"start": "2016", "end": "2018"}, "2016 – 2018 · Ended"),
        ({"start": "2027"}, "from 2027 · Planned"),
        ({}, "Project · Not known whether it still runs"),
    ],
)
def test_a_page_says_what_is_known_of_today(client, dates, says):
    initiative = InitiativeFactory(**dates)
    page = read(client, initiative.get_absolute_url())
    assert says in page.text(".kind")
    assert says.rpartition(" · ")[2] in page.text(".kind")
    assert says.rpartition(" · ")[2] in read(client, "/initiatives/").text(".entry .facts")


def test_a_former_body_leads_to_the_present_one_and_back(client):
    present = ActorFactory(name="Present body")
    former = ActorFactory(name="Former body", closed="2023", successor=present, successor_kind="merged")
    page = read(client, former.get_absolute_url())
    assert page.text(".succession") == "Merged into another: Present body"
    assert present.get_absolute_url() in page.addresses(".succession")
    back = read(client, present.get_absolute_url())
    assert "Took in Former body until 2023" in back.text(".detail > aside dl")
    assert former.get_absolute_url() in back.addresses("aside")
    assert "Former body" in read(client, "/actors/?q=former+body").entries
    present.status = "draft"
    present.save()
    assert read(client, former.get_absolute_url()).text(".succession") == "Merged into another"


def test_what_an_initiative_is_modelled_on_is_another_tie(client):
    model = InitiativeFactory(name="Model")
    copy = InitiativeFactory(name="Copy", modelled_on=model)
    assert "Modelled on Model" in read(client, copy.get_absolute_url()).text(".detail > aside dl")
    assert "Model of Copy" in read(client, model.get_absolute_url()).text(".detail > aside dl")


def test_an_open_question_stands_on_the_page(client):
    for entry in (
        ActorFactory(doubt="Does it still exist?"),
        InitiativeFactory(doubt="Does it still exist?"),
    ):
        assert read(client, entry.get_absolute_url()).text(".doubt") == "Open question Does it still exist?"


def test_no_initiative_of_the_directory_is_running_without_a_source_that_says_so(directory):
    running = Initiative.objects.published().with_phase().filter(phase=Phase.RUNNING)
    assert running.count() > 50
    backed = InitiativeCitation.objects.filter(subject__in=running.values("pk"))
    for initiative in running:
        facts = {fact for citation in backed.filter(subject=initiative) for fact in citation.facts}
        rests_on = {name for name in ("end", "last_seen", "start") if getattr(initiative, name)}
        assert facts & rests_on, initiative.slug
