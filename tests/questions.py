"""Questions in plain words, with what answers them: worked out from the data by filters, never by the search.

Each line: kind of question | what is looked for | the question. What is looked for: a kind of entry and its values, several
separated by " or ". `within=HU` asks a role in an initiative of that country; `called=…` names one entry.
"""

import re
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q

from initiatives.models import Document, Initiative
from stakeholders.models import Actor, Country

BY_LANGUAGE = {
    "en": """
who-in-country | actor type=roma_community country=HU | Roma organisations in Hungary
who-in-country | actor type=roma_community,civil_society country=RO | roma NGOs in Romania
who-in-country | actor country=BG or country BG | who works with Roma in Bulgaria?
who-in-country | actor type=national_authority country=GR | Greek government Roma
who-in-country | actor type=academia country=GB | universities UK roma
who-in-country | actor type=roma_community,civil_society country=CZ | Czech Roma associations
theme+place | actor,initiative theme=housing country=IT | roma housing Italy
theme+place | actor,initiative theme=health country=MK | health of Roma in North Macedonia
theme+place | actor,initiative theme=education country=HR | schooling of Roma children in Croatia
theme+place | actor,initiative theme=employment country=ES | jobs for gitanos in Spain
theme+place | actor,initiative theme=gender country=RS | Roma women Serbia
theme+place | actor,initiative theme=culture-remembrance country=DE | holocaust remembrance Sinti Germany
role | actor role=funder within=RO | who finances roma projects in Romania
role | actor role=funder or initiative kind=fund | funders of roma work
contact | actor called=nrcp-sk | national contact point Slovakia
contact | actor called=nrcp-fi | finland roma contact point
contact | actor called=nrcp-pt | Portuguese national roma contact point
policy | initiative kind=policy_framework country=SE or document kind=strategy country=SE | Swedish roma strategy
policy | initiative kind=policy_framework country=XK | roma strategy kosovo
policy | initiative kind=policy_framework country=GR or document kind=strategy country=GR | national action plan Roma Greece
place | actor place=Belfast or actor country=GB | Belfast roma
place | actor place=Prague | Prague
place | actor,initiative country=GB | Great Britain
project | initiative theme=housing status=running | running housing projects
project | initiative kind=network | networks on Roma inclusion
project | initiative kind=campaign | campaigns against antigypsyism
year | initiative year=2016 | projects 2016
year | initiative year=2023 country=SK | initiatives in Slovakia 2023
phase | initiative status=ended country=BG | completed programmes in Bulgaria
phase | initiative status=running country=RS | current projects Serbia
document | document kind=report year=2022 | reports 2022
document | document kind=guide | handbook on roma inclusion
document | document kind=study | studies about Roma
document | document kind=recommendation | recommendations on Roma
travellers-sinti | actor,initiative country=IE | Traveller organisations Ireland
travellers-sinti | actor country=DE | Sinti in Germany
near | country any | help for roma near me
near | country any | roma organisations in my town
misspelling | actor called=european-commission | european comission
misspelling | actor,initiative theme=housing country=HU | houssing hungary
misspelling | actor,initiative country=SK | roma in Slovkia
acronym | actor called=errc | E.R.R.C.
acronym | actor called=osce-odihr | O.D.I.H.R.
sentence | actor,initiative theme=antigypsyism country=CZ | Who fights against racism in the Czech Republic?
sentence | actor,initiative theme=children-youth country=RO | Which organisations help Roma children in Romania go to kindergarten?
sentence | actor,initiative theme=employment country=HU | How can Roma find a job in Hungary?
words | initiative called=romact or actor tied=romact | cities in ROMACT
words | document called=romact-handbook | romact handbook
""",
    "de": """
who-in-country | actor type=roma_community country=DE | Roma Organisationen in Deutschland
who-in-country | actor type=roma_community country=AT | Roma Vereine Österreich
who-in-country | actor country=RO or country RO | wer arbeitet mit Roma in Rumänien
theme+place | actor,initiative theme=housing country=BG | Wohnen Roma Bulgarien
theme+place | actor,initiative theme=education country=DE | Bildung Sinti und Roma Deutschland
theme+place | actor,initiative theme=antigypsyism country=DE | Antiziganismus Deutschland
role | actor role=funder or initiative kind=fund | wer finanziert Roma Projekte
contact | actor called=nrcp-de | nationale Kontaktstelle Deutschland
contact | actor called=nrcp-sk | Kontaktstelle Slowakei
policy | initiative kind=policy_framework country=AT or document kind=strategy country=AT | österreichische Roma Strategie
policy | initiative kind=policy_framework country=HU or document kind=strategy country=HU | Strategie Ungarn
place | actor place=Munich | Muenchen
place | actor place=Košice | Kaschau
place | actor place=Vienna | Wien Roma
phase | initiative status=ended country=RO | abgeschlossene Projekte Rumänien
phase | initiative status=running country=DE | laufende Projekte Deutschland
document | document kind=report year=2022 | Berichte 2022
near | country any | Hilfe für Roma in meiner Stadt
sentence | actor,initiative theme=employment country=SK | Wer hilft Roma in der Slowakei, Arbeitsplätze zu finden?
travellers-sinti | actor,initiative country=CH | Jenische und Sinti in der Schweiz
""",
    "fr": """
who-in-country | actor type=roma_community,civil_society country=FR | associations roms en France
who-in-country | actor country=BE or country BE | qui aide les Roms en Belgique
theme+place | actor,initiative theme=housing country=FR | logement gens du voyage France
theme+place | actor,initiative theme=education country=RO | école enfants roms Roumanie
theme+place | actor,initiative theme=health country=BG | santé des Roms en Bulgarie
role | actor role=funder or initiative kind=fund | qui finance les projets pour les Roms
contact | actor called=nrcp-fr | point de contact national France
contact | actor called=nrcp-be | point de contact national Roms Belgique
policy | initiative kind=policy_framework country=FR or document kind=strategy country=FR | stratégie française Roms
policy | initiative kind=policy_framework country=IT or document kind=strategy country=IT | stratégie nationale Italie
place | actor place=London or actor country=GB | Londres
place | actor place=Belgrade | Belgrade Roms
phase | initiative status=ended country=FR | projets terminés France
year | initiative year=2019 | projets 2019
document | document kind=guide | guide inclusion des Roms
near | country any | aide pour les Roms près de chez moi
sentence | actor,initiative theme=antigypsyism country=FR | Qui lutte contre le racisme envers les Roms en France ?
""",
    "es": """
who-in-country | actor type=roma_community,civil_society country=ES | asociaciones gitanas en España
who-in-country | actor country=PT or country PT | quién trabaja con gitanos en Portugal
theme+place | actor,initiative theme=education country=ES | escuela niños gitanos España
theme+place | actor,initiative theme=employment country=ES | empleo gitanos España
theme+place | actor,initiative theme=gender country=ES | mujeres gitanas
theme+place | actor,initiative theme=housing country=RO | vivienda Rumanía
role | actor role=funder or initiative kind=fund | quién financia proyectos gitanos
contact | actor called=nrcp-es | punto de contacto España
policy | initiative kind=policy_framework country=ES or document kind=strategy country=ES | estrategia nacional pueblo gitano
policy | initiative kind=policy_framework country=BG or document kind=strategy country=BG | estrategia búlgara
place | actor place=Barcelona | gitanos Barcelona
place | actor place=Bucharest or actor country=RO | Bucarest
phase | initiative status=running country=ES | proyectos en curso España
year | initiative year=2015 country=ES | proyectos España 2015
document | document kind=report | informes sobre gitanos
near | country any | ayuda para gitanos cerca de mí
sentence | actor,initiative theme=antigypsyism country=ES | ¿Quién lucha contra la discriminación de los gitanos en España?
project | initiative kind=campaign | campañas contra el racismo
""",
    "it": """
who-in-country | actor type=roma_community,civil_society country=IT | associazioni rom in Italia
who-in-country | actor country=RO or country RO | chi aiuta i rom in Romania
theme+place | actor,initiative theme=housing country=IT | campi rom Italia
theme+place | actor,initiative theme=education country=IT | scuola bambini rom
theme+place | actor,initiative theme=health country=IT | salute rom e sinti
contact | actor called=nrcp-it | punto di contatto nazionale Italia
policy | initiative kind=policy_framework country=IT or document kind=strategy country=IT | strategia nazionale rom e sinti
policy | initiative kind=policy_framework country=SK or document kind=strategy country=SK | strategia slovacca
role | actor role=funder or initiative kind=fund | chi finanzia progetti per i rom
place | actor place=Naples | Napoli
place | actor place=Athens or actor country=GR | Atene
phase | initiative status=ended country=IT | progetti conclusi Italia
year | initiative year=2018 | progetti 2018
near | country any | aiuto per rom nella mia città
sentence | actor,initiative theme=antigypsyism country=IT | Chi combatte la discriminazione dei rom in Italia?
""",
    "pt": """
who-in-country | actor country=PT or country PT | quem ajuda os ciganos em Portugal
who-in-country | actor type=roma_community,civil_society country=PT | associações ciganas Portugal
theme+place | actor,initiative theme=education country=PT | escola crianças ciganas Portugal
theme+place | actor,initiative theme=housing country=PT | habitação ciganos
theme+place | actor,initiative theme=participation country=PT | participação política ciganos Portugal
contact | actor called=nrcp-pt | ponto de contacto nacional Portugal
policy | initiative kind=policy_framework country=PT or document kind=strategy country=PT | estratégia nacional comunidades ciganas
policy | initiative kind=policy_framework country=ES or document kind=strategy country=ES | estratégia Espanha
role | actor role=funder or initiative kind=fund | quem financia projetos ciganos
place | actor place=Lisbon or actor country=PT | Lisboa
phase | initiative status=running country=PT | projetos em curso Portugal
near | country any | apoio a ciganos na minha cidade
sentence | actor,initiative theme=health country=PT | Quem trabalha na saúde dos ciganos em Portugal?
""",
    "ro": """
who-in-country | actor type=roma_community country=RO | organizații rome din România
who-in-country | actor country=HU or country HU | cine ajută romii în Ungaria
theme+place | actor,initiative theme=education country=RO | educație copii romi România
theme+place | actor,initiative theme=health country=RO | mediatori sanitari România
theme+place | actor,initiative theme=housing country=RO | locuințe romi Cluj
theme+place | actor,initiative theme=employment country=RO | locuri de muncă pentru romi
contact | actor called=nrcp-ro | punctul național de contact pentru romi
policy | initiative kind=policy_framework country=RO or document kind=strategy country=RO | strategia națională romi
policy | initiative kind=policy_framework country=BG or document kind=strategy country=BG | strategia Bulgariei
role | actor role=funder or initiative kind=fund | cine finanțează proiecte pentru romi
place | actor place=Bucharest | București
place | actor place=Budapest | romi Budapesta
phase | initiative status=ended country=RO | proiecte încheiate România
year | initiative year=2017 country=RO | proiecte România 2017
document | document kind=guide | ghid incluziune romi
near | country any | ajutor pentru romi în orașul meu
sentence | actor,initiative theme=antigypsyism country=RO | Cine luptă împotriva discriminării romilor în România?
""",
    "hu": """
who-in-country | actor type=roma_community country=HU | roma szervezetek Magyarországon
who-in-country | actor country=SK or country SK | ki segít a romáknak Szlovákiában
theme+place | actor,initiative theme=education country=HU | roma gyerekek iskola Magyarország
theme+place | actor,initiative theme=housing country=HU | lakhatás romák Magyarország
theme+place | actor,initiative theme=health country=RO | egészségügy romák Románia
contact | actor called=nrcp-hu | nemzeti roma kapcsolattartó pont Magyarország
policy | initiative kind=policy_framework country=HU or document kind=strategy country=HU | magyar roma stratégia
policy | initiative kind=policy_framework country=RO or document kind=strategy country=RO | román stratégia
role | actor role=funder or initiative kind=fund | ki finanszírozza a roma projekteket
place | actor place=Košice | Kassa
place | actor place=Vienna | Bécs
place | actor place=Pécs | Pécs cigány
phase | initiative status=ended country=HU | lezárult projektek Magyarország
year | initiative year=2013 country=HU | projektek 2013 Magyarország
near | country any | segítség romáknak a közelben
sentence | actor,initiative theme=employment country=HU | Ki segít a romáknak munkát találni Magyarországon?
""",
    "pl": """
who-in-country | actor type=roma_community,civil_society country=PL | organizacje romskie w Polsce
who-in-country | actor country=CZ or country CZ | kto pomaga Romom w Czechach
theme+place | actor,initiative theme=education country=PL | edukacja romskich dzieci Polska
theme+place | actor,initiative theme=culture-remembrance country=PL | pamięć o zagładzie Romów Polska historia
theme+place | actor,initiative theme=housing country=SK | mieszkania dla Romów na Słowacji
contact | actor called=nrcp-pl | krajowy punkt kontaktowy Polska
policy | initiative kind=policy_framework country=PL or document kind=strategy country=PL | polska strategia romska
policy | initiative kind=policy_framework country=CZ or document kind=strategy country=CZ | czeska strategia
role | actor role=funder or initiative kind=fund | kto finansuje projekty romskie
place | actor place=Warsaw | Warszawa
place | actor place=Berlin or actor country=DE | Romowie Berlin
phase | initiative status=ended country=PL | zakończone projekty Polska
near | country any | organizacje romskie w pobliżu
sentence | actor,initiative theme=antigypsyism country=PL | Kto walczy z dyskryminacją Romów w Polsce?
""",
    "sk": """
who-in-country | actor type=roma_community country=SK | rómske organizácie na Slovensku
who-in-country | actor country=HU or country HU | kto pomáha Rómom v Maďarsku
theme+place | actor,initiative theme=education country=SK | vzdelávanie rómskych detí Slovensko
theme+place | actor,initiative theme=housing country=SK | bývanie Rómov Košice
theme+place | actor,initiative theme=health country=SK | zdravie rómske osady
contact | actor called=nrcp-sk | národné kontaktné miesto Slovensko
policy | initiative kind=policy_framework country=SK or document kind=strategy country=SK | stratégia integrácie Rómov Slovensko
role | actor role=funder or initiative kind=fund | kto financuje rómske projekty
place | actor place=Vienna | Viedeň
place | actor place=Budapest | Budapešť
phase | initiative status=running country=SK | prebiehajúce projekty Slovensko
year | initiative year=2011 country=SK | projekty 2011 Slovensko
near | country any | pomoc pre Rómov v mojom meste
sentence | actor,initiative theme=antigypsyism country=SK | Kto bojuje proti diskriminácii Rómov na Slovensku?
""",
    "cs": """
who-in-country | actor type=roma_community,civil_society country=CZ | romské organizace v České republice
who-in-country | actor country=SK or country SK | kdo pomáhá Romům na Slovensku
theme+place | actor,initiative theme=education country=CZ | vzdělávání romských dětí Česko
theme+place | actor,initiative theme=housing country=CZ | bydlení Romů v Česku
contact | actor called=nrcp-cz | národní kontaktní místo Česko
policy | initiative kind=policy_framework country=CZ or document kind=strategy country=CZ | česká strategie romské integrace
role | actor role=funder or initiative kind=fund | kdo financuje romské projekty
place | actor place=Prague | Praha
phase | initiative status=ended country=CZ | ukončené projekty Česko
near | country any | pomoc pro Romy v mém městě
sentence | actor,initiative theme=antigypsyism country=CZ | Kdo bojuje proti diskriminaci Romů v Česku?
""",
    "bg": """
who-in-country | actor type=roma_community country=BG | ромски организации в България
who-in-country | actor country=RO or country RO | кой помага на ромите в Румъния
theme+place | actor,initiative theme=education country=BG | образование на ромските деца България
theme+place | actor,initiative theme=health country=BG | здравни медиатори
theme+place | actor,initiative theme=housing country=BG | жилища роми София
contact | actor called=nrcp-bg | национална точка за контакт България
policy | initiative kind=policy_framework country=BG or document kind=strategy country=BG | национална стратегия за ромите
policy | initiative kind=policy_framework country=RS | стратегия Сърбия
role | actor role=funder or initiative kind=fund | кой финансира ромски проекти
place | actor place=Sofia | София
place | actor place=Belgrade | Белград
phase | initiative status=ended country=BG | приключили проекти България
year | initiative year=2014 country=BG | проекти 2014 България
near | country any | помощ за роми в моя град
sentence | actor,initiative theme=antigypsyism country=BG | Кой се бори срещу дискриминацията на ромите в България?
""",
    "el": """
who-in-country | actor type=roma_community,civil_society country=GR | οργανώσεις Ρομά στην Ελλάδα
who-in-country | actor country=BG or country BG | ποιος βοηθά τους Ρομά στη Βουλγαρία
theme+place | actor,initiative theme=education country=GR | εκπαίδευση παιδιών Ρομά Ελλάδα
theme+place | actor,initiative theme=housing country=GR | στέγαση Ρομά
contact | actor called=nrcp-gr | εθνικό σημείο επαφής Ελλάδα
policy | initiative kind=policy_framework country=GR or document kind=strategy country=GR | εθνική στρατηγική Ρομά
policy | initiative kind=policy_framework country=CY or document kind=strategy country=CY | στρατηγική Κύπρος
role | actor role=funder or initiative kind=fund | ποιος χρηματοδοτεί έργα για Ρομά
place | actor place=Athens | Αθήνα
place | actor place=Thessaloniki or actor country=GR | Θεσσαλονίκη
phase | initiative status=ended country=GR | ολοκληρωμένα προγράμματα Ελλάδα
near | country any | βοήθεια για Ρομά στην πόλη μου
sentence | actor,initiative theme=health country=GR | Ποιος ασχολείται με την υγεία των Ρομά στην Ελλάδα;
""",
    "sr": """
who-in-country | actor type=roma_community,civil_society country=RS | ромске организације у Србији
who-in-country | actor type=roma_community,civil_society country=RS | romske organizacije Srbija
who-in-country | actor country=HR or country HR | ko pomaže Romima u Hrvatskoj
theme+place | actor,initiative theme=education country=RS | obrazovanje romske dece Srbija
theme+place | actor,initiative theme=housing country=RS | становање Рома Београд
contact | actor called=nrcp-rs | kontakt tačka Srbija
contact | actor called=nrcp-me | nacionalna kontakt tačka Crna Gora
policy | initiative kind=policy_framework country=RS | strategija za Rome Srbija
policy | initiative kind=policy_framework country=BA | strategija Bosna i Hercegovina
role | actor role=funder or initiative kind=fund | ko finansira romske projekte
place | actor place=Belgrade | Beograd
place | actor place=Skopje or actor country=MK | Skoplje
phase | initiative status=running country=RS | tekući projekti Srbija
near | country any | pomoć za Rome u mom gradu
sentence | actor,initiative theme=employment country=RS | Ko pomaže Romima da nađu posao u Srbiji?
""",
}
MODELS = {"actor": Actor, "initiative": Initiative, "document": Document, "country": Country}
LOOKUPS = {
    ("actor", "country"): "country__in",
    ("actor", "type"): "type__in",
    ("actor", "theme"): "themes__slug__in",
    ("actor", "place"): "locality__in",
    ("actor", "role"): "participations__role__in",
    ("actor", "within"): "participations__initiative__countries__in",
    ("actor", "tied"): "participations__initiative__slug__in",
    ("initiative", "country"): "countries__in",
    ("initiative", "theme"): "themes__slug__in",
    ("initiative", "kind"): "kind__in",
    ("initiative", "status"): "phase__in",
    ("document", "country"): "publisher__country__in",
    ("document", "kind"): "kind__in",
}


@dataclass(frozen=True)
class Question:
    language: str
    kind: str
    wanted: str
    text: str

    def answers(self) -> set[tuple[str, str]]:
        """Kind and slug (or code) of all that would be right."""
        return set().union(*(entries(part) for part in self.wanted.split(" or ")))


def entries(part):
    """What one part of `wanted` stands for: “actor,initiative theme=housing country=IT”."""
    kinds, *values = part.split(" ", 1)
    found = set()
    for kind in kinds.split(","):
        if kind == "country":
            rows = Country.objects.all() if values == ["any"] else Country.objects.filter(code=values[0])
            found |= {(kind, code) for code in rows.values_list("code", flat=True)}
            continue
        pairs = re.findall(r"(\w+)=(\S+)", values[0])
        rows = MODELS[kind].objects.published()
        rows = rows.with_phase() if kind == "initiative" else rows
        rows = rows.filter(*[condition(kind, name, value) for name, value in pairs])
        found |= {(kind, slug) for slug in rows.values_list("slug", flat=True)}
    return found


def condition(kind, name, value):
    if name == "called":
        return Q(slug=value)
    if name == "year":
        return Q(date__startswith=value) if kind == "document" else running_in(value)
    return Q(**{LOOKUPS[kind, name]: value.split(",")})


def running_in(year):
    begun = Q(start__gt="", start__lt=str(int(year) + 1))
    return begun & reduce(or_, [Q(end__gte=year), Q(end="")])


QUESTIONS = [
    Question(language, *(part.strip() for part in line.split("|")))
    for language, lines in BY_LANGUAGE.items()
    for line in lines.strip().splitlines()
]
