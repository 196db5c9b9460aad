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
place | actor,initiative country=GB or country GB | Great Britain
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
city | actor type=local_authority country=ES or initiative theme=housing country=ES | cities working on roma housing in Spain
journalist | document kind=report about=SK | reports on the situation of Roma in Slovakia
citizen | actor,initiative country=IE | who can help a Traveller family in Ireland
ngo | actor role=funder or initiative kind=fund,programme theme=children-youth | EU money for roma youth projects
desk | initiative kind=policy_framework country=BG or document kind=strategy about=BG | Bulgaria roma strategy 2021-2030
journalist | document kind=judgment | court judgments about school segregation of Roma
citizen | actor form=museum or actor,initiative theme=culture-remembrance | Roma museum
citizen | actor,initiative theme=gender country=ES | what does Spain do for Roma women
journalist | actor role=funder within=HU or initiative country=HU | who paid for Roma projects in Hungary
citizen | actor,initiative theme=education country=BG or actor type=roma_community,civil_society country=BG | scholarships for Roma in Bulgaria
city | actor type=local_authority country=SE | Swedish municipalities Roma
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
city | actor type=local_authority or initiative theme=antigypsyism | Städte gegen Antiziganismus
citizen | actor theme=antigypsyism country=DE or actor office=equality_body country=DE | Wohin kann ich mich wenden, wenn ich als Sinto diskriminiert werde?
journalist | initiative country=RO or actor role=funder within=RO | Wie viel Geld bekommen Roma in Rumänien von der EU
ngo | actor,initiative country=AT | Fördermittel für Roma Jugendarbeit Österreich
citizen | actor,initiative theme=health country=SK | Gesundheit Roma Slowakei
ngo | actor type=roma_community,civil_society country=HU | Roma Verbände in Ungarn
journalist | document kind=report about=BG | Bericht über Roma in Bulgarien
citizen | actor,initiative theme=education country=AT or actor country=AT | Lernhilfe für Romakinder in Wien
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
city | actor type=local_authority country=FR | mairies qui travaillent avec les Roms en France
citizen | actor,initiative country=FR,BE | aide juridique pour gens du voyage
journalist | document kind=report about=HU | rapport sur les Roms en Hongrie
ngo | actor,initiative theme=employment | projets européens pour l'emploi des Roms
citizen | actor,initiative theme=housing country=FR | bidonvilles Lyon
citizen | actor,initiative theme=health country=FR or initiative theme=health | médiation en santé gens du voyage
desk | actor called=nrcp-ro | point de contact national Roumanie
journalist | actor,initiative theme=antigypsyism country=CZ | racisme contre les Roms en République tchèque
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
city | actor type=local_authority country=ES | ayuntamientos que trabajan con población gitana
citizen | actor,initiative theme=education | becas para estudiantes gitanos
ngo | actor,initiative theme=health country=ES | salud de las mujeres gitanas en España
desk | initiative kind=policy_framework country=PT or document kind=strategy about=PT | plan nacional gitano de Portugal
journalist | actor type=roma_community country=RO | organizaciones gitanas en Rumanía
citizen | actor,initiative theme=employment country=ES | cómo encontrar trabajo siendo gitano
city | actor type=local_authority country=ES | ciudades españolas inclusión gitana
journalist | document kind=report about=ES | informe población gitana España
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
city | actor type=local_authority country=IT or initiative theme=housing country=IT | comuni italiani contro i campi rom
citizen | actor,initiative theme=employment country=IT or actor place=Naples | lavoro per i rom a Napoli
journalist | document kind=report about=IT or document kind=report country=IT | rapporti sulla situazione dei rom in Italia
ngo | actor,initiative theme=education | mediatori culturali rom nelle scuole
desk | initiative kind=policy_framework country=RO or document kind=strategy about=RO | strategia rom Romania
citizen | actor,initiative theme=health country=IT or actor,initiative theme=health | assistenza sanitaria per i rom
desk | actor called=nrcp-hr | punto di contatto Croazia
ngo | actor role=funder or initiative kind=fund | fondi per progetti rom
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
city | actor type=local_authority country=PT | câmaras municipais e ciganos
citizen | actor,initiative theme=employment country=PT | emprego para ciganos em Lisboa
ngo | actor theme=gender country=PT or actor type=roma_community country=PT | associação de mulheres ciganas Portugal
journalist | document kind=report about=PT | relatório sobre ciganos em Portugal
desk | initiative kind=policy_framework country=PT or document kind=strategy about=PT | plano de ação para as comunidades ciganas
citizen | actor,initiative theme=education country=PT | escola para crianças ciganas
city | actor type=local_authority country=PT | municípios portugueses comunidade cigana
ngo | actor theme=antigypsyism country=PT or initiative theme=antigypsyism country=PT | onde denunciar discriminação contra ciganos
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
city | actor type=local_authority country=RO | primării care lucrează cu romii
ngo | actor role=funder or initiative kind=fund,programme country=RO | fonduri europene pentru comunități de romi
citizen | actor,initiative theme=education | burse pentru elevi romi
journalist | document kind=report about=HU | raport despre romi în Ungaria
ngo | actor,initiative theme=gender | organizații ale femeilor rome
citizen | actor,initiative theme=health country=RO | mediator sanitar pentru romi
journalist | initiative kind=policy_framework country=RO or document kind=strategy about=RO | strategia guvernului pentru romi
city | actor type=local_authority country=RO | orașe care lucrează cu romi
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
city | actor type=local_authority country=HU or initiative country=HU | önkormányzatok roma programjai Magyarországon
journalist | document kind=report about=SK | jelentés a romák helyzetéről Szlovákiában
ngo | actor,initiative theme=gender | roma nők szervezetei
citizen | actor,initiative theme=education country=HU | ösztöndíj roma diákoknak
desk | actor role=funder or initiative kind=fund,programme | uniós pénz roma projektekre
citizen | actor,initiative theme=housing country=HU | lakhatás roma családoknak
city | actor type=local_authority country=HU | magyar városok roma integráció
desk | actor called=nrcp-sk | szlovák kapcsolattartó pont
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
city | actor type=local_authority country=SK | gminy pracujące z Romami na Słowacji
citizen | actor,initiative theme=education | stypendia dla romskich uczniów
journalist | document kind=report about=PL | raport o Romach w Polsce
citizen | actor,initiative theme=employment country=PL or actor place=Kraków | praca dla Romów Kraków
ngo | actor form=museum or actor,initiative theme=culture-remembrance | muzeum romskie
ngo | actor role=funder or initiative kind=fund | dotacje dla organizacji romskich
journalist | initiative kind=policy_framework country=PL or document kind=strategy about=PL | program integracji Romów w Polsce
citizen | actor,initiative theme=antigypsyism country=PL or actor office=equality_body country=PL | gdzie zgłosić dyskryminację Romów
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
city | actor type=local_authority country=SK | obce s rómskymi komunitami
ngo | actor role=funder or initiative kind=fund,programme country=SK | peniaze z eurofondov pre Rómov
citizen | actor,initiative theme=gender | rómske ženy
journalist | document kind=report about=SK | správa o Rómoch na Slovensku
citizen | actor,initiative theme=employment country=SK | zamestnanie Rómov Prešov
citizen | actor,initiative theme=health country=SK | zdravotní asistenti v osadách
city | actor type=local_authority country=SK | ktoré mestá pomáhajú Rómom
desk | initiative kind=policy_framework country=SK or document kind=strategy about=SK | národný plán pre Rómov
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
city | actor type=local_authority country=CZ | města která pomáhají Romům v Česku
journalist | document kind=report about=CZ | zpráva o stavu romské menšiny v Česku
citizen | actor,initiative theme=housing country=CZ or actor place=Brno | sociální bydlení Brno
citizen | actor form=museum country=CZ | muzeum romské kultury
citizen | actor,initiative theme=antigypsyism country=CZ | kam se obrátit při diskriminaci Romů
ngo | actor role=funder or initiative kind=fund | dotace pro romské organizace
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
city | actor type=local_authority country=BG | общини които работят с роми
ngo | actor role=funder or initiative country=BG | европейски пари за роми в България
journalist | document kind=report about=BG | доклад за ромите в България
citizen | actor,initiative theme=employment country=BG or actor place=Plovdiv | работа за роми Пловдив
citizen | actor,initiative theme=gender | ромски жени
citizen | actor,initiative theme=antigypsyism country=BG | къде да подам жалба за дискриминация на роми
city | actor type=local_authority country=BG | български общини роми
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
city | actor type=local_authority country=GR | δήμοι που δουλεύουν με Ρομά
ngo | actor role=funder or initiative country=GR | κονδύλια της ΕΕ για Ρομά
journalist | document kind=report about=GR | έκθεση για τους Ρομά στην Ελλάδα
citizen | actor,initiative theme=education country=GR | σχολεία Ρομά Θεσσαλονίκη
citizen | actor,initiative theme=employment country=GR or actor,initiative theme=employment | δουλειά για Ρομά
desk | actor called=nrcp-bg | σημείο επαφής Βουλγαρία
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
city | actor type=local_authority country=RS | opštine koje rade sa Romima u Srbiji
ngo | actor role=funder or initiative kind=fund | новац за ромске пројекте
citizen | actor,initiative theme=employment country=RS | zapošljavanje Roma Niš
citizen | actor,initiative theme=housing country=RS | neformalna naselja Beograd
journalist | initiative kind=policy_framework country=RS | национална стратегија за Роме
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
    ("actor", "form"): "form__in",
    ("actor", "office"): "mandates__office__in",
    ("actor", "tied"): "participations__initiative__slug__in",
    ("initiative", "country"): "countries__in",
    ("initiative", "theme"): "themes__slug__in",
    ("initiative", "kind"): "kind__in",
    ("initiative", "status"): "phase__in",
    ("document", "country"): "publisher__country__in",
    ("document", "about"): "countries__in",
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
