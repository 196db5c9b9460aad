"""Rules that compare facts: what each finds and what it lets pass, and what becomes of it."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from initiatives.models import Document, Funding, Initiative
from roma_network.editorial import consistency, work_lists
from roma_network.models import Contradiction
from stakeholders.models import Actor, Country
from tests import factories
from tests.editing import address, sent_by

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]

CITY = {"precision": "city"}


def actor(**fields):
    return factories.ActorFactory(**fields)


def initiative(**fields):
    return factories.InitiativeFactory(**fields)


def country(code, name):
    return Country.objects.get_or_create(code=code, defaults={"name": name, "membership": "eu_member"})[0]


def circle_of_actors(is_closed):
    lower = actor(parent=(upper := actor(name="Upper")), name="Lower")
    if is_closed:
        Actor.objects.filter(pk=upper.pk).update(parent=lower)
    return lower


def former_name(own):
    row = actor(name="New Office", native_name="Nova kancelarija", native_language="sr")
    factories.ActorNameFactory(actor=row, kind="former", name="Nova kancelarija" if own else "Old Office")
    return row


def name_of_another(**other):
    row = actor(name="New Office")
    factories.ActorNameFactory(actor=row, kind="former", name="Old Office")
    actor(name="Old Office", **other)
    return row


def succeeded(**fields):
    heir = actor(name="Heir", founded=fields.pop("heir_founded", ""))
    return actor(successor=heir, successor_kind="merged", **fields)


def acronyms(**other):
    row = actor(acronym="RCC", name="Council", country=country("RO", "Romania"))
    actor(acronym="RCC", name="Centre", **other)
    return row


def one_place(longitude):
    row = actor(locality="Valea", country=country("RO", "Romania"), latitude=46, longitude=26, **CITY)
    actor(name="Other Valea", locality="Valea", country=row.country, latitude=46, longitude=longitude, **CITY)
    return row


def in_county(latitude):
    where = {"country": country("RO", "Romania"), "longitude": 26, **CITY}
    for number in range(2):
        actor(
            summary=f"{('A commune in', 'Part of')[number]} Bacău County.",
            latitude=46.5 + number / 10,
            **where,
        )
    return actor(summary="A commune in Bacău County.", latitude=latitude, **where)


def beside_its_seat(latitude, seat="Vidin"):
    where = {"country": country("BG", "Bulgaria"), "longitude": 23, **CITY}
    actor(name="City", locality=seat, latitude=46.2, **where)
    return actor(summary="Municipality in the depopulating Vidin Province.", latitude=latitude, **where)


def authority_within(code):
    ministry = actor(type="national_authority", country=country("RO", "Romania"), name="Ministry")
    return actor(type="national_authority", country=country(code, code), parent=ministry)


def mandates(start, other_office="contact_point"):
    row, where = actor(name="First"), country("RO", "Romania")
    factories.MandateFactory(actor=row, country=where, end="2019")
    factories.MandateFactory(actor=actor(name="Second"), country=where, start=start, office=other_office)
    return row


def searched(end):
    row, where = actor(), country("MT", "Malta")
    factories.MandateFactory(actor=row, country=where, end=end)
    factories.MandateFactory(actor=None, country=where, searched_on=date(2026, 1, 2))
    return row


def mandate(end="", **fields):
    row = actor(country=country("RO", "Romania"), **fields.pop("body", {}))
    factories.MandateFactory(actor=row, country=fields.pop("of", row.country), end=end)
    return row


def takes_part(role="partner", where="RO", tie=None, body=None, **fields):
    row = initiative(countries=[country("RO", "Romania")], **fields)
    other = actor(name="Body", country=country(where, where), **(body or {}))
    factories.ParticipationFactory(initiative=row, actor=other, role=role, **(tie or {}))
    return row


def member(body, **tie):
    row = actor(**body)
    factories.ParticipationFactory(actor=row, initiative=initiative(name="Project"), **tie)
    return row


def followed(**fields):
    start = fields.pop("follower_start", "2021")
    row = initiative(**fields)
    initiative(name="Follower", follows=row, start=start)
    return row


def part(**fields):
    return initiative(parent=initiative(name="Whole", start="2012", end="2020"), **fields)


def twins(**other):
    row = initiative(acronym="RCM", name="One")
    initiative(acronym=other.pop("acronym", "RCM"), name="Other", **dict.fromkeys(other, row))
    return row


def money(amount, whole=1_000_000, count=1):
    row = initiative()
    sum_ = factories.FundingFactory(initiative=row, amount=whole, programme="The whole")
    for number in range(count):
        factories.FundingFactory(initiative=row, amount=amount, within=sum_, programme=f"Part {number}")
    return row


def circle_of_money(is_closed):
    row = initiative()
    upper = factories.FundingFactory(initiative=row, programme="Upper")
    lower = factories.FundingFactory(initiative=row, programme="Lower", within=upper)
    if is_closed:
        Funding.objects.filter(pk=upper.pk).update(within=lower)
    return row


def paid(closed="", start="", whole=None, **dates):
    row = initiative(**(whole or {}))
    payer = actor(name="Payer", closed=closed)
    factories.FundingFactory(initiative=row, funder=payer, programme="", start=start, **dates)
    return row


def published(founded, day):
    return factories.DocumentFactory(publisher=actor(name="Publisher", founded=founded), date=day)


def tells_of(day, kind="report"):
    return factories.DocumentFactory(
        date=day, kind=kind, initiatives=[initiative(name="Decade", start="2005")]
    )


# Model and rule → what is found, with both statements; and what is not.
CASES = {
    (Actor, "circle"): (
        [(lambda: circle_of_actors(True), ["Lower, Upper", "part of"])],
        [lambda: circle_of_actors(False)],
    ),
    (Actor, "former_name"): (
        [
            (lambda: former_name(True), ["“Nova kancelarija”", "New Office"]),
            (name_of_another, ["“Old Office”", "Old Office is called so"]),
        ],
        [lambda: former_name(False), lambda: name_of_another(closed="2010")],
    ),
    (Actor, "successor"): (
        [(succeeded, ["Merged into another", "no day"])],
        [lambda: succeeded(closed="2020")],
    ),
    (Actor, "successor_founded"): (
        [(lambda: succeeded(closed="2010", heir_founded="2015"), ["2010", "2015"])],
        [lambda: succeeded(closed="2010", heir_founded="2011")],
    ),
    (Actor, "acronym"): (
        [
            (acronyms, ["RCC", "Centre"]),
            (lambda: acronyms(country=country("RO", "Romania")), ["RCC", "Centre"]),
        ],
        [lambda: acronyms(country=country("LT", "Lithuania")), lambda: acronyms(status="draft")],
    ),
    (Actor, "founded"): (
        [(lambda: actor(summary="A network founded in 1998.", founded="2001"), ["founded in 1998", "2001"])],
        [
            lambda: actor(summary="A network founded in 1998.", founded="1998-05"),
            lambda: actor(summary="Founded in 1998 and set up in 2001 anew.", founded="2001"),
        ],
    ),
    (Actor, "place"): (
        [(lambda: one_place(24), ["Valea", "154 km", "Other Valea"])],
        [lambda: one_place(26.1)],
    ),
    (Actor, "county"): (
        [
            (lambda: in_county(44.2), ["Bacău", "261 km"]),
            (lambda: beside_its_seat(44.2), ["Vidin", "222 km"]),
        ],
        [lambda: in_county(46.9), lambda: beside_its_seat(46), lambda: beside_its_seat(44.2, "Pleven")],
    ),
    (Actor, "parent_abroad"): (
        [(lambda: authority_within("HU"), ["HU", "Ministry", "Romania"])],
        [lambda: authority_within("RO")],
    ),
    (Actor, "mandate_shared"): (
        [(lambda: mandates("2017"), ["…–2019", "Second", "2017–…"])],
        [lambda: mandates("2019-06"), lambda: mandates("2017", "equality_body")],
    ),
    (Actor, "mandate_none_found"): (
        [(lambda: searched(""), ["Malta", "2026-01-02"])],
        [lambda: searched("2020")],
    ),
    (Actor, "mandate_abroad"): (
        [(lambda: mandate(of=country("HU", "Hungary")), ["Hungary", "Romania"])],
        [mandate],
    ),
    (Actor, "mandate_after_closing"): (
        [(lambda: mandate("2021", body={"closed": "2019"}), ["2019", "2021"])],
        [lambda: mandate("2019", body={"closed": "2019"})],
    ),
    (Initiative, "circle"): (
        [
            (
                lambda: (
                    Initiative.objects.filter(pk=(row := followed(name="One")).pk).update(
                        follows=row.followers.get()
                    )
                    and row
                ),
                ["follows", "One, Follower"],
            )
        ],
        [lambda: followed(end="2020")],
    ),
    (Initiative, "countries"): (
        [(lambda: takes_part(where="PT"), ["Romania", "Body", "PT"])],
        [takes_part, lambda: takes_part("funder", "PT"), lambda: takes_part("monitor", "PT")],
    ),
    (Initiative, "predecessor"): (
        [(lambda: followed(start="2016"), ["Follower", "2021", "no end"])],
        [
            lambda: followed(end="2020"),
            lambda: followed(kind="policy_framework"),
            lambda: followed(kind="survey", start="2008"),
            lambda: followed(follower_start=""),
        ],
    ),
    (Initiative, "succession"): (
        [(lambda: followed(end="2023"), ["2023", "2021"])],
        [lambda: followed(end="2021-12")],
    ),
    (Initiative, "part"): (
        [(lambda: part(start="2011"), ["2011–…", "2012–2020"]), (lambda: part(end="2021"), ["2021", "2020"])],
        [lambda: part(start="2012-01", end="2020"), part],
    ),
    (Initiative, "participation"): (
        [
            (lambda: takes_part(end="2016", tie={"end": "2017"}), ["…–2016", "Body", "…–2017"]),
            (lambda: takes_part(start="2013", tie={"start": "2012"}), ["2013", "2012"]),
            (lambda: takes_part(end="2016", tie={"last_seen": "2017"}), ["2016", "2017"]),
        ],
        [lambda: takes_part(start="2013", end="2016", tie={"start": "2013-05", "end": "2016"})],
    ),
    (Initiative, "note"): (
        [
            (
                lambda: takes_part(tie={"note": "Stopped in May 2016."}),
                ["Body", "Stopped in May 2016", "no end"],
            )
        ],
        [
            lambda: takes_part(tie={"note": "Stopped in May 2016.", "end": "2016-05"}),
            lambda: takes_part(tie={"note": "From 2016 on."}),
        ],
    ),
    (Initiative, "end"): (
        [(lambda: initiative(summary="It ran until 2015."), ["until 2015", "no end"])],
        [
            lambda: initiative(summary="It ran until 2015.", end="2015"),
            lambda: initiative(summary="Since 2015."),
        ],
    ),
    (Initiative, "years"): (
        [(lambda: initiative(name="Plan 2012–2020", start="2012"), ["2012–2020", "2012–…"])],
        [
            lambda: initiative(name="Plan 2012-2020", start="2012", end="2020"),
            lambda: initiative(name="Plan 2012-2020"),
        ],
    ),
    (Initiative, "acronym"): (
        [(twins, ["RCM", "Other"])],
        [lambda: twins(follows=True), lambda: twins(parent=True), lambda: twins(acronym="RCM2")],
    ),
    (Initiative, "sum"): (
        [(lambda: money(2_000_000), ["Part 0: 2,000,000", "The whole: 1,000,000"])],
        [lambda: money(1_000_000)],
    ),
    (Initiative, "sums"): (
        [(lambda: money(600_000, count=2), ["The whole: 1,000,000", "1,200,000 EUR"])],
        [lambda: money(500_000, count=2)],
    ),
    (Initiative, "circle_of_money"): (
        [(lambda: circle_of_money(True), ["Lower", "Upper"])],
        [lambda: circle_of_money(False)],
    ),
    (Initiative, "money"): (
        [(lambda: paid(whole={"end": "2016"}, start="2018"), ["2016", "2018", "Payer"])],
        [lambda: paid(whole={"start": "2012-05", "end": "2016"}, start="2012", end="2017")],
    ),
    (Initiative, "payer"): (
        [(lambda: paid(closed="2015", start="2018"), ["Payer", "2015"])],
        [lambda: paid(closed="2018", start="2018"), lambda: paid(start="2018")],
    ),
    (Actor, "part_before_founding"): (
        [(lambda: member({"founded": "2015"}, start="2012"), ["2015", "Project", "2012"])],
        [lambda: member({"founded": "2012-06"}, start="2012")],
    ),
    (Actor, "part_after_closing"): (
        [(lambda: member({"closed": "2015"}, last_seen="2018"), ["2015", "Project", "2018"])],
        [lambda: member({"closed": "2015"}, end="2015-06"), lambda: member({}, end="2015")],
    ),
    (Document, "publisher"): (
        [(lambda: published("2010", "2008"), ["2008", "Publisher", "2010–…"])],
        [lambda: published("2010", "2010-01"), lambda: published("", "2008")],
    ),
    (Document, "document"): (
        [(lambda: tells_of("2003"), ["2003", "Decade", "2005"])],
        [lambda: tells_of("2005"), lambda: tells_of("2003", "strategy")],
    ),
}
found_cases = [
    pytest.param(model, rule, make, texts, id=f"{model.__name__}-{rule}-{number}")
    for (model, rule), (wrong, _right) in CASES.items()
    for number, (make, texts) in enumerate(wrong)
]
passed_cases = [
    pytest.param(model, rule, make, id=f"{model.__name__}-{rule}-{number}")
    for (model, rule), (_wrong, right) in CASES.items()
    for number, make in enumerate(right)
]


def found_of(entry, rule):
    return [each for each in consistency.findings(type(entry), [entry.pk]) if each.rule.name == rule]


def test_every_rule_is_tried():
    assert set(CASES) == {(rule.model, rule.name) for rule in consistency.rules}


@pytest.mark.parametrize(("model", "rule", "make", "texts"), found_cases)
def test_a_rule_finds_and_names_both_statements(model, rule, make, texts):
    entry = make()
    [finding] = found_of(entry, rule)
    assert [text for text in texts if text not in finding.text] == []
    assert finding.key == entry.pk
    everywhere = [each for each in consistency.findings(model) if each.rule.name == rule]
    assert finding.mark in [each.mark for each in everywhere if each.key == entry.pk]


@pytest.mark.parametrize(("model", "rule", "make"), passed_cases)
def test_a_rule_lets_pass(model, rule, make):
    assert found_of(make(), rule) == []


def test_what_is_withdrawn_contradicts_nothing():
    row = actor(summary="Founded in 1998.", founded="2001", status="withdrawn")
    assert found_of(row, "founded") == []


# What becomes of it


@pytest.fixture
def wrong():
    row = actor(summary="Founded in 1998.", founded="2001", name="Wrong")
    factories.ActorCitationFactory(subject=row)
    return row


def checked():
    with pytest.raises(CommandError) as end:
        call_command("check_consistency", verbosity=0)
    return str(end.value)


def test_the_command_names_what_is_open_and_fails(wrong, capsys):
    assert checked() == "1 to be mended, or explained in the admin."
    assert "actors actor-" in (text := capsys.readouterr().out)
    assert "“Founded in 1998”, and it was founded in 2001" in text
    Contradiction.objects.update(reason="A pilot of 1998.")
    call_command("check_consistency")
    assert "1 findings, 1 of them explained" in capsys.readouterr().out


def test_a_reason_stands_as_long_as_both_facts_do(wrong):
    checked()
    Contradiction.objects.update(reason="A pilot of 1998.")
    consistency.keep(Actor)
    assert Contradiction.objects.get().reason == "A pilot of 1998."
    Actor.objects.filter(pk=wrong.pk).update(founded="2002")
    consistency.keep(Actor)
    assert Contradiction.objects.get().reason == ""
    Actor.objects.filter(pk=wrong.pk).update(founded="1998")
    consistency.keep(Actor)
    assert not Contradiction.objects.exists()


def test_the_form_shows_it_and_saving_what_mends_it_takes_it_off_the_work_list(wrong, cast):
    checked()
    client, page = cast["curator"], address(wrong, "change")
    assert "it was founded in 2001" in client.get(page).text
    assert list(work_lists.on("contradiction", Actor.objects)) == [wrong]
    assert list(client.get(address(Actor, work="contradiction")).context["cl"].result_list) == [wrong]
    sent = sent_by(client.get(page)) | {"founded": "1998", "_save": "Save"}
    assert client.post(page, sent).status_code == 302
    assert "contradict one another" not in client.get(page).text
    assert list(work_lists.on("contradiction", Actor.objects)) == []


def test_saving_what_contradicts_puts_it_on_the_work_list(wrong, cast):
    client, page = cast["curator"], address(wrong, "change")
    client.post(page, sent_by(client.get(page)) | {"founded": "2003", "_save": "Save"})
    assert [row.says["founded"] for row in Contradiction.objects.all()] == ["2003"]


def test_a_curator_explains_it_and_nobody_adds_or_deletes_one(wrong, cast):
    checked()
    row, client = Contradiction.objects.get(), cast["curator"]
    listing = client.get(address(Contradiction))
    assert "it was founded in 2001" in listing.text
    client.post(address(row, "change"), {"reason": "A pilot of 1998.", "_save": "Save"})
    row.refresh_from_db()
    assert row.reason == "A pilot of 1998."
    assert "Explained: A pilot of 1998." in client.get(address(wrong, "change")).text
    assert list(work_lists.on("contradiction", Actor.objects)) == []
    assert cast["administrator"].get(address(Contradiction, "add")).status_code == 403
    assert cast["administrator"].get(address(row, "delete")).status_code == 403
    assert cast["visitor"].get(address(Contradiction)).status_code == 302


def test_the_directory_holds_nothing_that_is_neither_mended_nor_explained(directory):
    kept = {(row.table, row.entry, row.rule, row.mark) for row in Contradiction.objects.exclude(reason="")}
    for model in dict.fromkeys(rule.model for rule in consistency.rules):
        consistency.keep(model)
    found = {(row.table, row.entry, row.rule, row.mark) for row in Contradiction.objects.all()}
    assert [consistency.contradiction_text(row) for row in Contradiction.objects.filter(reason="")] == []
    assert kept == found
