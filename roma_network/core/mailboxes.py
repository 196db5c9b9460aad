"""Functional mailboxes: info@…, never a person's. One rule for forms and imports.

A mailbox is functional by a word of any language that offices use (podatelna, kansli, protocollo), by a code, or since
it is called as its host or its body is. It is a person's by a first name or an initial beside another word. All else is
not known.
"""

import re
from collections.abc import Iterable
from enum import Enum
from itertools import chain

from anyascii import anyascii
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from roma_network.core.folding import words_of

SHORTEST = 4  # letters of a word that may stand within another: “protocollogenerale”
SHORTEST_NAME = 4  # letters of a first name to which a surname may be glued: “annakovacs”
PARTED = re.compile(r"[^a-z]+")
CODE = re.compile(r"[a-z]{0,6}[0-9]{2}[a-z0-9]*|[0-9]+")
SAINTS = {
    "san",
    "sant",
    "santa",
    "santo",
    "saint",
    "sankt",
    "sv",
    "sveti",
    "sfantul",
    "szent",
    "agios",
    "agia",
}
# Words of our subject, which may be surnames as well: they say nothing beside a first name.
SUBJECTS = {
    "roma",
    "romani",
    "romano",
    "sinti",
    "gp",
    "un",
    "team",
    "eu",
    "romanes",
    "travellers",
    "gitano",
    "gypsy",
}


OFFICES = words_of(
    """
    accueil acquedotto acquisti admin administracia administracija administracion administratie
    administration administrator admissions advice afdeling affairs affari affarigenerali agency agenda
    agenzia aizsardziba ajuntament alapitvany albo alcalde alcaldia allmanna amministrazione amt anagrafe
    anagrafica anticorruzione aosp apoio archiv archive archives archivio area areaamministrativa
    areatecnica arkiv arpa ascom asiakaspalvelu asl aslto asociacion asociatia asscom assembly assessoria
    associacao association asutus atencion atendimento ateneo ato audiente auskunft ausl ayuntamiento
    azienda bakanlik bashki bashkia baskanligi baskanlik beauftragte behoerde belediye bendrija
    beschaffung bestuur bezirksregierung bibliotheek bibliothek bilgi birojs biroul biuras biuro board
    bookings borger borgerservice botschaft buergerbuero buergerservice buero bundesamt bureau
    burgemeester burmistrz bustia byra cabinet camara camera campaign cancelaria cciaa center central
    centre centro certificata certificato cgu chair chancellerie chancellery chancellor charity chefia
    city ciudadano clerk club collectivite collegio comando commissario commission commissione committee
    commune communicatie communication communications community complaints compliance comuna comune
    comunicacao comunicacion comunicare comunicazione comunicazioni comunita conference consejeria
    conselho consiglio consilier consiliul consorzio consultation contabilita contact contacto contactpunt
    contactus contato contencios cooperation coordenacao coordination correo council courrier customer
    data delegacion delegation delovodstvo demografici departament departamentas departement departementet
    department dernegi dernek development dgs diarium diavgeia dienst difensore dimarchos dimarhos
    dimarxos dimos dioikisi dipartimento diputacion dir direcao direccion directia direction director
    directorate direktion direktor direktorat direttore direzione distretto dome donate dpo drejtoria
    dyrektor ecole edilizia editor editorial educacao education egyesulet eingang einwohnerkontrolle eipp
    elektronickapodatelna elnok email embassy employment enimerosi enquiries enquiry ente enti eolas
    epikinonia epikoinonia epitropia epodatelna equality etatcivil european events executive expediente
    expedition fachstelle faleconosco fatture federation feedback finance finanza finanziaria finanziario
    fiosru foi fondacia fondacioni fondaciya fondatsia fondazione fonds forening forvaltning forvaltningen
    foundation fundacao fundacion fundacja fundatia funding fylkeskommune fylkesmannen gabin gabinete
    gabinetto gdpr gemeente gemeentehuis gemeinde gemeindekanzlei gen genel general generalsekreterare
    genikigrammateia geral gerencia geschaeftsfuehrung geschaeftsstelle gestione giunta gleichstellung
    gmina gminy gobierno government governo grad gradonacelnik gradska grafeio gramateia grammateia grants
    greffe griffie griffier hallinto hausmail health hello help helpdesk hivatal hivatala hotline housing
    hovedpostkasse hr hromada iestade igazgatosag igualdad igualdade iktato iletisim imprensa inclusion
    info infodesk informacion informacoes information inquiries institute instituto integracion
    integration international internet ipab iroda istituto istituzionale jegyzo jobs judet jugendamt junta
    kabinet kabineti kancelar kancelaria kancelarie kancelarija kancelariya kanceleja kanceliarija kansli
    kansliet kantselariya kantselei kanzlei kapcsolat kaupunki kedros kentro kep kirjaamo klantenservice
    kmet kmetstvo knihovna koinoniki kommun kommunal kommune kommunen kommunikasjon kommunikation komuna
    kontakt kontakti kontor kontoret kool kozpont kozseg kreis krp kryesia kryetari kultur kundtjanst
    kunta landkreis landratsamt landsting landtag lansstyrelsen lavoripubblici lavoro law legal leitung
    library lietvediba liit liitto linnavalitsus magistrat mail mailbox mailroom mairie management matrika
    mayor media members membership meriia mesto mestskyurad minima ministarstvo ministeerium minister
    ministere ministerie ministeriet ministerija ministerio ministerium ministerstvo ministerstwo
    ministria ministrija ministry miniszterium minorities mission msu mudurluk municipal municipality
    municipio museo museum muzeum myndighet nacelnica nacelnik nadace nadacia namnd namnden national ncp
    network neuvonta news newsletter ngo nomarxia novads nrcp obcina obec obecni obecniurad obecny
    obecnyurad observatory obshchina obshtina obstina ocu office officer oficina oifig ombudet ombudsman
    onkormanyzat onthaal opcina opengov opera opstina oras ordine ordnungsamt organisation organization
    ospedale ouvidor ouvidoria ozelkalem palvelu parco parliament partners partnership pasts pasvaldiba
    pec people perifereia periferia pers personale petitii pisarna pisarnica pismovnik planning poczta
    podatelna podatelnica polgarmester policy polizei polizia pomoc post posta postacert postacertificata
    postbus postkamer postmaster postmottak poststelle prasa pratiche predseda predsednik predsjednik
    prefectura prefecture prefeito prefettura prensa presa prese presi presidence presidencia presidency
    president presidente presidenza press pressa presse pressestelle prezident prezydent priemna primar
    primaria primarie primator privacy procura program programe programme proiecte project projects
    projekt projekti projekty projetos promitheies prot protgen protocollo protokol protokolli protokollo
    provincia proyectos public publications qendra questura raad raadhus rada radhus radnice radno
    ragioneria rastine rathaus reception recruitment redactie redakce redaktion referat regierung region
    regional regione register registrar registration registrator registratur registratura registraturen
    registro registru registry reitor reitoria rektor rektorat relatii relazioni renseignements research
    rettorato rettore riaditel ricerca rights risorse romi ronk rzecznik sajto sales savivaldybe school
    scrutiny scuola sdruzhenie secretar secretaria secretariaat secretariat secretary secretarygeneral
    sede segretario segretarjat segreteria segrgen sekretar sekretariat sekretariatet sekreterare
    seniunija service services servicetorget servicios serviciul servizi servizio settore shoqata siege
    sihtasutus sikkerpost sindaco skola skupstina sluzba sluzhba social sociale sociali socialni
    socialtjanst soprintendenza sozialamt sportello sredisnji staatskanzlei stad stadhuis stadshuset
    stadskansli stadt stadtkanzlei stadtverwaltung staff starosta starostka starostwo statistics stichting
    stiftung stod stowarzyszenie studies styre styrelse styrelsen suap subscriptions suporte support
    syllogos szerkesztoseg szkola tajemnik tajnica tajnik tajnistvo tameio tarnyba taryba tecnico
    tesoreria tiedotus tiskove titkarsag tlacove tmima toimisto training treasurer tribunale tributi
    udruga udruzenje uffici ufficio ufficioprotocollo ugyfelszolgalat um unione unit universita
    universitetet university uprava upravlinnia urad uradvlady urbanism ured urednistvo urp urzad
    urzadmiasta ustanova utbildning utc vakif vald vallavalitsus varos vedeni verein vereinszentrale
    vereniging vermittlung verwaltung viddil viestinta vigili vijece ville viranomainen vlada volunteer
    volunteers voorlichting voorzitter vorstand web webmaster welcome welfare welzijn wojewoda wojt yazi
    yaziisleri yhdistys youth ypourgeio ypoyrgeio zarzad zavod zentrale zentralrat zupan zupanija
    zupanijska zvernennia zyra
    """
)
FIRST_NAMES = words_of(
    """
    adam adrian adriana agnes agnieszka aida aino aisha alena ales alessandra alessandro alex alexander
    alexandra alexandre alexandros alexandru alfonso alfred ali alice alicia alina alma amalia amanda ana
    anastasia anders andras andre andrea andreas andreea andrei andrej andrew andrey andrzej anela aneta
    angela angelika angeliki angelo anita anja anke ann anna anne anneli annette annika anthony antoine
    anton antonella antonia antonio antonis aristea arthur arturo astrid attila aurel balazs barbara
    barbora bartosz beata beatrice beatriz benedikt benjamin bernard bernd bert birgit bjorn bogdan
    boglarka bohdan borbala boris bozena branislav branka branko brigitte bruno camelia camilla carina
    carl carla carlo carlos carmen carole catalin catarina caterina catherine cecilia celine charles
    charlotte chiara chris christa christian christiane christina christine christof christoph christophe
    christos claire clara claude claudia claudio claudiu constantin corina cornelia cosmin cristian
    cristiana cristina csaba czeslaw dagmar damian damir danica daniel daniela daniele danuta dario
    dariusz david davide davor dejan denis denisa desislava diana diego dietmar dimitar dimitra dimitris
    dirk dominik dominika dora dorin dorota dragan dragana dusan dzenan ebru edit edith eduard eduardo
    edward edyta eero elena eleni elias elif elisa elisabeth elisabetta elizabeth elke ellen elvira
    emanuel emanuela emil emma endre enrico erik erika erzsebet esther eszter eugen eva evangelos evelina
    ewa fabian fabio fabrizio fatima fatma federica federico felix ferenc fernando filip filippo flavia
    florian florin florina francesca francesco francisco franco francois francoise frank frantisek franz
    fredrik friedrich gabor gabriel gabriela gabriele gabriella gary george georgeta georgi georgios
    gerard gerhard gheorghe giacomo gianluca gianni giorgio giorgos giovanna giovanni giulia giulio
    giuseppe giuseppina goran gordana grazia grazyna gregor grzegorz guido guillaume gulsen gunnar gunter
    gyorgy gyula hana hanna hannah hans harald hasan hassan heidi heike heinrich helen helena helene helga
    helmut henri henrik henry herbert hristo hubert hugo ian ibrahim ida ignacio igor ildiko ilie ilona
    ilse imre ines inga inge ingrid ioan ioana ioanna ioannis ionel ionut irena irene irina iris isabel
    isabella isabelle istvan ivan ivana ivanka ivo iwona izabela jaana jacek jacqueline jadwiga jakub
    james jan jana jane janina janos janusz jaroslav jasmina javier jean jelena jennifer jens jerzy jesus
    jiri joan joana joanna joao joaquin johan johann johanna johannes john jolanta jonas jorge jose josef
    joseph jovan jozef juan juana judit judith juha julia julian juliane julie julien julio jurgen jurgita
    justyna kamil karel karen karin karina karl karol karolina katalin katarina katarzyna kate katerina
    katharina katherine kathrin katja katrin kerstin kevin kinga klara klaus konstantina konstantinos
    kristian kristina kristof krisztian krisztina krystyna krzysztof larisa lars laszlo laura laurent
    laurentiu lazaros lea leila lena lenka leon leonardo leticia levente lidia liliana lina linda lisa
    ljiljana ljubica lorena lorenzo louis louise luca lucia lucian luciana lucie lucio lucyna ludmila
    luigi luis luisa lukas lukasz lydia maciej madalina magda magdalena maja malgorzata manfred manuel
    manuela marc marcel marcela marcin marco marek margaret margareta margarita margit maria mariana
    marianne marie marija marijana marilena marina mario mariola marion marios marius mariusz marjan mark
    marko markus marta martha martin martina martine mary massimo mateusz mathias matteo matthias maurizio
    max mehmet melinda michael michaela michal michel michele michelle miguel mihaela mihai mihaly mikael
    mike miklos milada milena milica milos mioara mircea mirela miriam mirjana miroslav miroslava moises
    monica monika montserrat muhammad mustafa nadezhda nadia natalia natalie natasa nathalie nebojsa nenad
    nicholas nick nicola nicolae nicolas nicole nicoleta niels nikola nikolaos nikolas nikolay nikos nina
    nora norbert nuno octavian oksana olga oliver olivier orsolya osman otto ovidiu pablo panagiotis paola
    paolo pascal patricia patrick patrik patrizia paul paula pauline paulo pavel pavla pawel pedro pekka
    per peter petr petra petre petros petya philip philipp philippe pia piero pierre pilar piotr plamen
    predrag radka radoslav rafael rafal raffaella ralf raluca ramon ramona raul razvan rebecca reinhard
    renata renate rene riccardo richard rita robert roberta roberto rocio roland rolf romana rosario
    rosemarie roxana rudolf rui ruth ryszard sabina sabine salvatore samir samuel sandor sandra sara sarah
    sasa sean sebastian serena sergey sergio sergiu sibylle silke silvia silvio simon simona simone sinan
    sladjana slavica slavko slawomir slobodan snezana sonia sonja stanislav stefan stefania stefanie
    stefano stefanos stella stephan stephane stephanie stephen steven susan susana susanna susanne sven
    svetla svetlana sylvia sylvie szabolcs szilvia tadeusz tamara tamas tanja tatiana tatjana teodora
    teresa tereza theodora therese thomas thorsten tibor tiina tim timea timo tiziana tomas tomasz tommaso
    toni tony tunde ulrich ulrike umberto urszula uwe vaclav vahide valentin valentina valeria vasile
    vasilis vassilis vera veronica veronika vesna victor viera viktor viktoria viktorija vincent vincenzo
    violeta viorel viorica vladimir vlado vojtech waldemar walter wanda werner wieslaw wilhelm william
    wojciech wolfgang xavier yannis yolanda yves yvonne zbigniew zdenek zdenka zlatko zofia zoltan zoran
    zorica zsofia zsolt zsuzsanna zuzana
    """
)


LONG = tuple(word for word in OFFICES if len(word) > SHORTEST)


class Judgement(Enum):
    FUNCTIONAL = "functional"
    UNKNOWN = "unknown"
    MAYBE_PERSONAL = "maybe personal"
    PERSONAL = "personal"


WARNINGS = {
    Judgement.UNKNOWN: _(
        "Nothing tells that “%(value)s” is a functional mailbox: make sure that it is nobody's own."
    ),
    Judgement.MAYBE_PERSONAL: _("“%(value)s” may be a person's mailbox: make sure that it is nobody's own."),
}
REFUSAL = _(
    "“%(value)s” looks like a person's mailbox. Give a functional one, such as info@… If this is one, save it in the entry's form "
    "and say under “Reason” how you know: that is kept in the history."
)


def check(email: str, names: Iterable[str] = (), *, reason: str = "") -> str:
    """What to warn of, or nothing. Refuses a person's mailbox, unless a reason tells that it is a functional one."""
    judgement = judged(email, names)
    if judgement == Judgement.PERSONAL and not reason:
        raise ValidationError(REFUSAL, params={"value": email})
    text = WARNINGS.get(judgement)
    return str(text % {"value": email}) if text else ""


def judged(email: str, names: Iterable[str] = ()) -> Judgement:
    """`names` are those of the body that it belongs to."""
    local, _at, host = anyascii(email).lower().rpartition("@")
    parts = [part for part in re.split(r"[._+]", local) if part]
    words = [word for word in PARTED.split(local) if word]
    if len(parts) > 1 and not SAINTS.intersection(words):
        first_names = FIRST_NAMES.intersection(words)
        if first_names and not (set(words) - first_names) & (OFFICES - SUBJECTS):
            return Judgement.PERSONAL
    if is_of_office(words) or CODE.fullmatch(local) or is_named_after(words, host, names):
        return Judgement.FUNCTIONAL
    if len(parts) > 1 and all(map(str.isalpha, parts)):
        has_initial = min(map(len, parts)) == 1 and len(parts) == 2 and max(map(len, parts)) > 2
        return Judgement.PERSONAL if has_initial else Judgement.MAYBE_PERSONAL
    return Judgement.MAYBE_PERSONAL if any(map(has_first_name, words)) else Judgement.UNKNOWN


def is_of_office(words: list[str]) -> bool:
    return any(
        word in OFFICES or word in SUBJECTS or word.startswith(LONG) or word.endswith(LONG) for word in words
    )


def is_named_after(words: list[str], host: str, names: Iterable[str]) -> bool:
    """Whether it is called as its host or its body is, in whole words, without spaces or by initials."""
    labels = PARTED.split(host.rpartition(".")[0])
    said = [[word for word in PARTED.split(anyascii(name).lower()) if word] for name in names if name]
    together = "".join(words)
    initials = {"".join(word[0] for word in name) for name in said}
    if together in {*labels, *("".join(name) for name in said), *initials}:
        return True
    own = {word for word in words if len(word) >= SHORTEST} - FIRST_NAMES
    others = {word for word in [*labels, *chain(*said)] if len(word) >= SHORTEST} - FIRST_NAMES
    hay = ["".join(labels), *("".join(name) for name in said)]
    return any(word in text for word in own for text in hay) or any(word in together for word in others)


def has_first_name(word: str) -> bool:
    """“anna”, “annakovacs”, “kovacsanna”."""
    return word in FIRST_NAMES or any(
        word[:size] in FIRST_NAMES or word[-size:] in FIRST_NAMES
        for size in range(SHORTEST_NAME, len(word) - 2)
    )
