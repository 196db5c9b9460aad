"""Mailboxes of offices pass, in every language; a person's does not, and what is not known is warned of."""

import pytest
from django.core.exceptions import ValidationError

from roma_network.core.folding import words_of
from roma_network.core.mailboxes import Judgement, check, judged

OFFICES = sorted(
    words_of("""
    info@example.eu INFO@EXAMPLE.EU obec@ulic.example podatelna@kosice.example kansli@lund.example urad@maribor.example
    primaria@aiud.example dimos@patra.example δήμος@patra.example протокол@sofia.example protocollo@comune.example
    posta@varos.example registratura@judet.example kirjaamo@kunta.example registrator@stad.example postmottak@kommune.example
    polgarmester@kozseg.example poststelle@stadt.example mairie@ville.example alcaldia@pueblo.example gabinete@camara.example
    kancelaria@gmina.example pisarna@obcina.example pisarnica@opstina.example obshtina@lom.example belediye@muratli.example
    zyra@bashkia.example rastine@savivaldybe.example dome@novads.example vallavalitsus@vald.example postbus@gemeente.example
    griffie@gemeente.example secretariaat@stad.example oifig@comhairle.example press.office@example.eu
    ufficio.protocollo@cert.example protocollo.generale@pec.example protocollogenerale@pec.example comune.bascape@pec.example
    direzione.generale@pec.example segreteria-generale@pec.example aoo.bari@asl-bari.example
    cbic80400t@istruzione.example zentralrat@sintiundroma.de team@eapn.eu krp@vlada.cz roma@bka.gv.at gp.un@gov.si
    u-romani@pangea.org fra@fra.europa.eu info.anna@example.eu romapress@example.eu
""")
)
PERSONS = sorted(
    words_of("""
    maria.garcia.lopez@example.org anna.kovacs@example.org Kovács.Anna@example.org j.smith@example.eu smith.j@example.eu
    jean-pierre.martin@example.fr anna_kovacs@example.org άννα.παπαδοπούλου@example.gr maria.roma@example.it
""")
)
MAYBE = sorted(
    words_of(
        "annakovacs@example.org kovacsanna@example.org anna@example.org first.last@example.org renato.montepaone@x.ch santa.maria@x.it"
    )
)
UNKNOWN = ["qwertz@example.org", "nrscp@example.nl", "x@example.org"]


@pytest.mark.parametrize("email", OFFICES)
def test_mailboxes_of_offices_pass(email):
    assert judged(email) == Judgement.FUNCTIONAL
    assert check(email) == ""


@pytest.mark.parametrize("email", PERSONS)
def test_mailboxes_of_persons_are_refused_unless_a_reason_tells(email):
    assert judged(email) == Judgement.PERSONAL
    with pytest.raises(ValidationError, match="functional"):
        check(email)
    assert check(email, reason="Named after the street.") == ""


@pytest.mark.parametrize("email", MAYBE)
def test_what_may_be_a_persons_is_warned_of(email):
    assert judged(email) == Judgement.MAYBE_PERSONAL
    assert email in check(email)


@pytest.mark.parametrize("email", UNKNOWN)
def test_what_is_not_known_is_warned_of(email):
    assert judged(email) == Judgement.UNKNOWN
    assert email in check(email)


@pytest.mark.parametrize(
    ("email", "name"),
    [
        ("jonkoping@lansstyrelsen.example", "Länsstyrelsen i Jönköpings län"),
        ("asltn@legalmail.it", "ASLTN"),
        ("phiren.amenca@gmail.com", "Phiren Amenca International Network"),
        ("rrn@gmail.com", "Rural Roma Network"),
    ],
)
def test_a_mailbox_that_is_called_as_its_body_is_functional(email, name):
    assert judged(email) != Judgement.FUNCTIONAL
    assert judged(email, [name]) == Judgement.FUNCTIONAL


@pytest.mark.parametrize(
    "email", ["", "@", "a", "@@", "..@..", "1@1", "a" * 5000 + "@x.eu", "\0@\0", "💌@x.eu"]
)
def test_any_text_can_be_judged(email):
    assert judged(email, ["", "\0", "💌"]) in Judgement
