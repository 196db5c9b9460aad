"""Who works on Roma integration: actors, their names, relations and places."""

import json
from functools import cache
from pathlib import Path

from babel import Locale
from django.db import models
from django.db.models import F, Q
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from roma_network.core import folding
from roma_network.core.choices import AnnotatedChoices
from roma_network.core.partial_dates import PartialDateField, not_before_constraint, partial_date_constraint
from roma_network.core.text_fields import LineField, MailboxField, ProseField
from roma_network.core.web_addresses import WebAddressField
from roma_network.models import Citation, Editorial, Keyed, Merge, Slugged, vocabulary_constraint
from stakeholders.querysets import ActorQuerySet, MandateQuerySet, RelationQuerySet


class Membership(AnnotatedChoices):
    singular: str

    EU_MEMBER = "eu_member", _("EU country"), _("EU countries")
    CANDIDATE = (
        "candidate",
        _("Candidate or potential candidate for EU membership"),
        _("Candidates and potential candidates"),
    )
    OTHER = "other", _("Neither in the EU nor a candidate"), _("Other countries")


class Country(Keyed):
    """A country by its ISO 3166-1 alpha-2 code; XK stands for Kosovo*."""

    natural_fields = ("code",)

    code = models.CharField(_("code"), max_length=2, primary_key=True)
    name = LineField(_("name in English"), max_length=60, unique=True)
    membership = models.CharField(_("EU membership"), max_length=10, choices=Membership.choices)

    class Meta:
        ordering = ["name"]
        verbose_name = _("country")
        verbose_name_plural = _("countries")
        constraints = [
            vocabulary_constraint("membership", Membership),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z]{2}$"),
                name="stakeholders_country_code_is_two_letters",
                violation_error_message=_("Write the two capital letters of ISO 3166-1: FR."),
            ),
        ]

    def __str__(self):
        return self.label

    def get_absolute_url(self):
        return reverse("country_detail", args=[self.code])

    @property
    def spellings(self):
        """What lists of others may call it."""
        return country_names().get(self.code, [])

    @property
    def membership_name(self):
        return Membership(self.membership).singular

    @property
    def label(self):
        return country_label(self.code, self.name)


def country_label(code, name):
    """The name in the reader's language. English is our own: it carries the asterisk of Kosovo*."""
    language = get_language() or "en"
    return name if language == "en" else Locale.parse(language, sep="-").territories.get(code, name)


@cache
def country_names():
    """Code → names in the languages of Europe, from CLDR, and what else is in use: EL, UK."""
    return json.loads((Path(__file__).parent / "country_names.json").read_text(encoding="utf-8"))


class Theme(Keyed):
    natural_fields = ("slug",)

    slug = models.SlugField(_("slug"), max_length=40, unique=True)
    name = LineField(_("name"), max_length=60, unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("theme")
        verbose_name_plural = _("themes")

    def __str__(self):
        return translate(self.name)


class ActorType(AnnotatedChoices):
    """Its colour is the variable of that name in `base.css`."""

    singular: str
    shape: str  # a path in a square of 20 units

    EU_INSTITUTION = (
        "eu_institution",
        _("EU institution"),
        "M10 1.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17z",
        _("EU institutions"),
    )
    NATIONAL_AUTHORITY = (
        "national_authority",
        _("National authority"),
        "M2.5 2.5h15v15h-15z",
        _("EU countries and national authorities"),
    )
    LOCAL_AUTHORITY = (
        "local_authority",
        _("Regional or local authority"),
        "M10 1.5 19 18H1z",
        _("Regional and local authorities"),
    )
    ROMA_COMMUNITY = (
        "roma_community",
        _("Roma organisation"),
        "M10 .5 19.5 10 10 19.5.5 10z",
        _("Roma organisations"),
    )
    CIVIL_SOCIETY = (
        "civil_society",
        _("Civil society organisation"),
        "M10 1 19.5 8 16 19H4L.5 8z",
        _("Civil society"),
    )
    INTERNATIONAL_ORGANISATION = (
        "international_organisation",
        _("International organisation"),
        "M5.5 2h9L19 10l-4.5 8h-9L1 10z",
        _("International organisations"),
    )
    ACADEMIA = (
        "academia",
        _("Academic institution"),
        "M7 1.5h6V7h5.5v6H13v5.5H7V13H1.5V7H7z",
        _("Academia"),
    )
    BUSINESS = (
        "business",
        _("Company"),
        "M1.5 3h17L10 19z",
        _("Business"),
    )


class Precision(models.TextChoices):
    """What a pair of coordinates stands for: the place itself, or the middle of something larger."""

    EXACT = "exact", _("the address itself")
    DISTRICT = "district", _("middle of the district")
    CITY = "city", _("middle of the town or village")
    REGION = "region", _("middle of the region")


class ActorForm(models.TextChoices):
    """What kind of body or place an actor is, whatever its type: a foundation may be Roma-led or a city's."""

    MINISTRY = "ministry", _("Ministry")
    AGENCY = "agency", _("Agency, office or department")
    COUNCIL = "council", _("Council or committee")
    PARLIAMENT = "parliament", _("Parliament or assembly")
    EQUALITY_BODY = "equality_body", _("Equality body or ombudsperson")
    INTERGOVERNMENTAL = "intergovernmental", _("Intergovernmental organisation")
    REGION = "region", _("Region, county or province")
    CITY = "city", _("City or town")
    DISTRICT = "district", _("District of a city")
    MUNICIPALITY = "municipality", _("Municipality")
    VILLAGE = "village", _("Commune or village")
    NETWORK = "network", _("Network or federation")
    ASSOCIATION = "association", _("Association")
    FOUNDATION = "foundation", _("Foundation or fund")
    COOPERATIVE = "cooperative", _("Cooperative")
    RELIGIOUS = "religious", _("Church or religious body")
    PARTY = "party", _("Political party")
    MUSEUM = "museum", _("Museum or archive")
    MEDIA = "media", _("Media")
    UNIVERSITY = "university", _("University, or part of one")
    RESEARCH_INSTITUTE = "research_institute", _("Research institute")
    SCHOOL = "school", _("School or training centre")
    COMPANY = "company", _("Company")


class SuccessorKind(AnnotatedChoices):
    """How another body came to stand where this one stood."""

    passive: str  # as the successor's page says it

    RENAMED = "renamed", _("Formerly"), _("Renamed")
    MERGED = "merged", _("Took in"), _("Merged into another")
    SUCCEEDED = "succeeded", _("Took over from"), _("Succeeded by another")


class TextOrigin(models.TextChoices):
    """Whose words a text in another language is."""

    OFFICIAL = "official", _("in its own words")
    HUMAN = "human", _("translated, and read by a person")
    MACHINE = "machine", _("translated by machine, not yet read by a person")


TOWNS = {ActorForm.CITY, ActorForm.MUNICIPALITY, ActorForm.VILLAGE}
PLACES = {*TOWNS, ActorForm.DISTRICT, ActorForm.REGION}
TYPES_IN_A_COUNTRY = {ActorType.NATIONAL_AUTHORITY, ActorType.LOCAL_AUTHORITY}


class Actor(Editorial):
    """An organisation or authority. Never a natural person: no field here could hold one."""

    versioned = ["themes", "names", "citations", "relations", "mandates"]  # and what `initiatives.hooks` adds
    contact_fields = ("email", "website", "locality", "latitude", "longitude", "precision")

    name = LineField(_("name"), max_length=200)
    acronym = LineField(_("acronym"), max_length=30, blank=True)
    native_name = LineField(_("native name"), max_length=200, blank=True)
    native_language = LineField(
        _("language of the native name"),
        max_length=12,
        blank=True,
        help_text=_("A BCP 47 code: ro, sr, rom."),
    )
    type = models.CharField(_("type"), max_length=30, choices=ActorType.choices)
    form = models.CharField(
        _("form"),
        max_length=20,
        choices=ActorForm.choices,
        blank=True,
        default="",
        db_default="",
        help_text=_("What kind of body or place it is, where its name or a source says so; else empty."),
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    country = models.ForeignKey(
        Country,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="actors",
        verbose_name=_("country"),
        help_text=_("Empty for a body above countries."),
    )
    locality = LineField(_("locality"), max_length=100, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True, help_text=_("Degrees north, WGS 84."))
    longitude = models.FloatField(_("longitude"), null=True, blank=True, help_text=_("Degrees east, WGS 84."))
    precision = models.CharField(
        _("precision of the coordinates"),
        max_length=8,
        choices=Precision.choices,
        blank=True,
        default="",
        db_default="",
        help_text=_("What the coordinates stand for. Many bodies of one town share the middle of it."),
    )
    website = WebAddressField(_("website"), max_length=300, blank=True)
    email = MailboxField(
        _("e-mail"),
        blank=True,
        help_text=_("A functional mailbox (info@…), never a person's."),
    )
    founded = PartialDateField(_("founded"))
    closed = PartialDateField(_("closed"), help_text=_("When it ceased to exist under this name."))
    last_seen = PartialDateField(
        _("last seen"),
        db_default="",
        help_text=_("The latest date at which a source says that it was active."),
    )
    successor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,  # see the indexes below
        related_name="predecessors",
        verbose_name=_("successor"),
        help_text=_("The body that stands in its place today."),
    )
    successor_kind = models.CharField(
        _("kind of succession"),
        max_length=10,
        choices=SuccessorKind.choices,
        blank=True,
        default="",
        db_default="",
        help_text=_("Also where its successor is not in the directory."),
    )
    summary = ProseField(
        _("summary"), max_length=600, blank=True, help_text=_("One to three plain sentences on its role.")
    )
    native_summary = ProseField(
        _("summary in another language"),
        max_length=600,
        blank=True,
        default="",
        db_default="",
        help_text=_("The same in the language of its country, or its own words."),
    )
    native_summary_language = LineField(
        _("language of that summary"),
        max_length=12,
        blank=True,
        default="",
        db_default="",
        help_text=_("A BCP 47 code: ro, sr, rom."),
    )
    native_summary_origin = models.CharField(
        _("origin of that summary"),
        max_length=8,
        choices=TextOrigin.choices,
        blank=True,
        default="",
        db_default="",
        help_text=_("By machine until a person who knows the language has read it."),
    )
    themes = models.ManyToManyField(Theme, blank=True, related_name="actors", verbose_name=_("themes"))
    featured = models.BooleanField(
        _("key player"),
        default=False,
        db_default=False,
        help_text=_("Named on the first page, before those that only have many ties."),
    )
    wikidata = LineField(_("Wikidata"), max_length=20, blank=True, help_text=_("Q and digits: Q1234."))
    ror = LineField(_("ROR"), max_length=9, blank=True, help_text=_("Nine characters: 02qsmb048."))
    isni = LineField(
        _("ISNI"),
        max_length=16,
        blank=True,
        default="",
        db_default="",
        help_text=_("Sixteen characters without spaces: 0000000121464389."),
    )
    crossref_funder = LineField(
        _("Crossref Funder ID"),
        max_length=12,
        blank=True,
        default="",
        db_default="",
        help_text=_("Digits: 501100000780."),
    )
    corporate_body = LineField(
        _("EU corporate body"),
        max_length=20,
        blank=True,
        default="",
        db_default="",
        help_text=_("The code in the authority table of the EU’s Publications Office: FRA."),
    )
    geonames = LineField(
        _("GeoNames"),
        max_length=10,
        blank=True,
        default="",
        db_default="",
        help_text=_("The number of the place where it is: 2643743."),
    )
    transparency_register = LineField(
        _("EU Transparency Register"), max_length=20, blank=True, help_text=_("Digits-digits: 123456789-01.")
    )

    objects = ActorQuerySet.as_manager()

    class Meta:
        ordering = ["sort_name", "slug"]
        verbose_name = _("actor")
        verbose_name_plural = _("actors")
        default_permissions = Editorial.Meta.default_permissions
        indexes = [
            models.Index(fields=["status", "sort_name"]),
            models.Index(fields=["status", "type"]),
            models.Index(fields=["successor"]),
            models.Index(fields=["acronym"]),
        ]
        constraints = [
            *Editorial.Meta.constraints,
            vocabulary_constraint("type", ActorType),
            vocabulary_constraint("form", ActorForm, blank=True),
            vocabulary_constraint("successor_kind", SuccessorKind, blank=True),
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | ~Q(successor_kind=""),
                name="stakeholders_actor_successor_has_a_kind",
                violation_error_message=_("Say how the successor came to stand in its place."),
            ),
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | ~Q(successor=F("id")),
                name="stakeholders_actor_is_not_its_own_successor",
                violation_error_message=_("An actor cannot succeed itself."),
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True, precision="")
                | Q(latitude__isnull=False, longitude__isnull=False, precision__in=Precision.values),
                name="stakeholders_actor_has_whole_coordinates_or_none",
                violation_error_message=_("Give latitude, longitude and their precision, or none of them."),
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True) | Q(latitude__gte=-90, latitude__lte=90),
                name="stakeholders_actor_latitude_in_range",
                violation_error_message=_("A latitude lies between -90 and 90."),
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True) | Q(longitude__gte=-180, longitude__lte=180),
                name="stakeholders_actor_longitude_in_range",
                violation_error_message=_("A longitude lies between -180 and 180."),
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="stakeholders_actor_is_not_its_own_parent",
                violation_error_message=_("An actor cannot be part of itself."),
            ),
            models.CheckConstraint(
                condition=Q(native_name="", native_language="")
                | (~Q(native_name="") & ~Q(native_language="")),
                name="stakeholders_actor_native_name_has_a_language",
                violation_error_message=_("Give the native name together with its language."),
            ),
            vocabulary_constraint("native_summary_origin", TextOrigin, blank=True),
            models.CheckConstraint(
                condition=Q(native_summary="", native_summary_language="", native_summary_origin="")
                | (~Q(native_summary="") & ~Q(native_summary_language="") & ~Q(native_summary_origin="")),
                name="stakeholders_actor_native_summary_is_whole",
                violation_error_message=_("Give the summary together with its language and its origin."),
            ),
            partial_date_constraint("founded"),
            partial_date_constraint("closed"),
            partial_date_constraint("last_seen"),
            not_before_constraint("closed", "founded", _("It cannot have closed before it was founded.")),
            not_before_constraint(
                "last_seen", "founded", _("It cannot have been seen before it was founded.")
            ),
            not_before_constraint("closed", "last_seen", _("It cannot have been active after it closed.")),
            models.CheckConstraint(
                condition=Q(wikidata="") | Q(wikidata__regex=r"^Q[1-9][0-9]*$"),
                name="stakeholders_actor_wikidata_is_an_item",
                violation_error_message=_("Write a Wikidata item as Q and digits: Q1234."),
            ),
            models.CheckConstraint(
                condition=Q(ror="") | Q(ror__regex=r"^0[a-hj-km-np-tv-z0-9]{6}[0-9]{2}$"),
                name="stakeholders_actor_ror_is_an_identifier",
                violation_error_message=_("Write the nine characters of a ROR identifier: 02qsmb048."),
            ),
            models.CheckConstraint(
                condition=Q(isni="") | Q(isni__regex=r"^[0-9]{15}[0-9X]$"),
                name="stakeholders_actor_isni_is_an_identifier",
                violation_error_message=_("Write the sixteen characters of an ISNI without spaces."),
            ),
            models.CheckConstraint(
                condition=Q(crossref_funder="") | Q(crossref_funder__regex=r"^(100|501)[0-9]{6,9}$"),
                name="stakeholders_actor_crossref_funder_is_a_number",
                violation_error_message=_("Write the digits of a Crossref Funder ID: 501100000780."),
            ),
            models.CheckConstraint(
                condition=Q(corporate_body="") | Q(corporate_body__regex=r"^[A-Z][A-Z0-9_]*$"),
                name="stakeholders_actor_corporate_body_is_a_code",
                violation_error_message=_("Write the code of the authority table in capital letters: FRA."),
            ),
            models.CheckConstraint(
                condition=Q(geonames="") | Q(geonames__regex=r"^[1-9][0-9]*$"),
                name="stakeholders_actor_geonames_is_a_number",
                violation_error_message=_("Write the number of the place in GeoNames: 2643743."),
            ),
            models.CheckConstraint(
                condition=Q(transparency_register="") | Q(transparency_register__regex=r"^[0-9]+-[0-9]{2}$"),
                name="stakeholders_actor_transparency_register_is_a_number",
                violation_error_message=_("Write the register's number as 123456789-01."),
            ),
        ]

    def get_absolute_url(self):
        return reverse("actor_detail", args=[self.slug])

    @property
    def type_name(self):
        return ActorType(self.type).singular

    @property
    def succession(self):
        """As the page of its successor says it."""
        return SuccessorKind(self.successor_kind).passive

    def gaps(self):
        found = super().gaps()
        if not self.summary:
            found["summary"] = _("It has no summary.")
        if self.type in TYPES_IN_A_COUNTRY and not self.country_id:
            found["country"] = _("An authority of this type belongs to a country.")
        return found

    def names_besides(self, other):
        known = {self.name, self.acronym, self.native_name, *self.names.values_list("name", flat=True)}
        found = {
            name: ActorName(actor=self, name=name, kind=kind, language=language)
            for name, kind, language in (
                (other.native_name, NameKind.TRANSLATION, other.native_language),
                (other.acronym, NameKind.ALIAS, ""),
                (other.name, NameKind.ALIAS, ""),
            )
        }
        return [row for name, row in found.items() if name and name not in known]

    def searched_names(self):
        aliases = [row.name for row in self.names.all()] if self.pk else []
        # People call an authority by its place, and look for it there in lists, not under “Municipality of”.
        place = [self.place_name] if self.place_name else []
        return [*place, self.name, self.acronym, self.native_name, *aliases]

    @property
    def place_name(self):
        """The place that an authority is of, by its name; it may sit in another: Emilia-Romagna in Bologna."""
        if self.type != ActorType.LOCAL_AUTHORITY or self.form not in PLACES:
            return ""
        is_town = (
            self.form in TOWNS and self.locality and folding.fold(self.locality) in folding.fold(self.name)
        )
        return self.locality if is_town else self.name.partition(" of ")[2]

    def searched_rest(self):
        return [
            self.locality,
            self.country.name if self.country_id else "",
            self.summary,
            self.native_summary,
        ]


class NameKind(models.TextChoices):
    ALIAS = "alias", _("Also known as")
    FORMER = "former", _("Formerly")
    TRANSLATION = "translation", _("In another language")


class ActorName(Keyed):
    """Another name of an actor: a former one, an alias, one in another language."""

    natural_fields = ("actor", "name")

    actor = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="names", verbose_name=_("actor"))
    name = LineField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=NameKind.choices, default=NameKind.ALIAS)
    language = LineField(_("language"), max_length=12, blank=True, help_text=_("A BCP 47 code: ro, sr, rom."))

    class Meta:
        ordering = ["kind", "name"]
        verbose_name = _("other name")
        verbose_name_plural = _("other names")
        constraints = [
            vocabulary_constraint("kind", NameKind),
            models.UniqueConstraint(
                fields=["actor", "name"],
                name="stakeholders_actorname_once",
                violation_error_message=_("This name is listed already."),
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="stakeholders_actorname_is_not_empty",
                violation_error_message=_("Write the name."),
            ),
        ]

    def __str__(self):
        return self.name


class RelationKind(AnnotatedChoices):
    inverse: str  # as the target sees it

    COOPERATES_WITH = "cooperates_with", _("Cooperates with"), _("Cooperates with")
    FUNDS = "funds", _("Funded by"), _("Funds")
    MONITORS = "monitors", _("Monitored by"), _("Monitors")
    ADVISES = "advises", _("Advised by"), _("Advises")
    MEMBER_OF = "member_of", _("Members"), _("Member of")
    SUPPORTS = "supports", _("Supported by"), _("Supports")


class Relation(Keyed):
    """A lasting tie from one actor to another, as a sentence: subject, kind, target."""

    natural_fields = ("subject", "target", "kind")
    versioned = ["citations"]
    needs_source = True

    subject = models.ForeignKey(
        Actor, on_delete=models.CASCADE, related_name="relations", verbose_name=_("actor")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=RelationKind.choices)
    target = models.ForeignKey(
        Actor, on_delete=models.CASCADE, related_name="inverse_relations", verbose_name=_("other actor")
    )
    note = LineField(_("note"), max_length=300, blank=True)

    objects = RelationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        constraints = [
            vocabulary_constraint("kind", RelationKind),
            models.CheckConstraint(
                condition=~Q(subject=F("target")),
                name="stakeholders_relation_is_not_to_itself",
                violation_error_message=_("An actor cannot have a relation to itself."),
            ),
            models.UniqueConstraint(
                fields=["subject", "target", "kind"],
                name="stakeholders_relation_once",
                violation_error_message=_("This relation is recorded already."),
            ),
        ]

    def __str__(self):
        return f"{self.subject}: {self.get_kind_display()}: {self.target}"


class Office(models.TextChoices):
    CONTACT_POINT = "contact_point", _("National Roma contact point")
    EQUALITY_BODY = "equality_body", _("Equality body")
    STRATEGY_AUTHOR = "strategy_author", _("Author of the national strategy")
    ADVISORY_COUNCIL = "advisory_council", _("Advisory council on Roma")


class Sought(models.TextChoices):
    """What else the dossier of a country expects: that it was searched for is kept beside searches for offices."""

    CONTACT_WEBSITE = "contact_website", _("Website of the contact point")
    CONTACT_MAILBOX = "contact_mailbox", _("Mailbox of the contact point")
    STRATEGY = "strategy", _("Strategy in force")
    STRATEGY_TEXT = "strategy_text", _("Text of the strategy")
    COMMISSION_REPORT = "commission_report", _("Report of the European Commission")
    MONITOR_REPORT = "monitor_report", _("Report of the Roma Civil Monitor")
    ROMA_ORGANISATION = "roma_organisation", _("Roma organisations")
    LOCAL_AUTHORITY = "local_authority", _("Local authorities")
    RUNNING_INITIATIVE = "running_initiative", _("Running initiatives")
    MONEY = "money", _("Money for this country alone")
    UNIVERSITY_OR_MUSEUM = "university_or_museum", _("Universities and museums")


class Mandate(Slugged):
    """The office that a body holds for a country; or that somebody searched for its holder, or for what else is expected of a country, and found none."""

    versioned = ["citations"]
    needs_source = True

    country = models.ForeignKey(
        Country, on_delete=models.PROTECT, related_name="mandates", verbose_name=_("country")
    )
    office = models.CharField(
        _("office"),
        max_length=20,
        choices=[*Office.choices, *Sought.choices],
        help_text=_("Or, of a search that found nothing, what else was searched for."),
    )
    actor = models.ForeignKey(
        Actor,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="mandates",
        verbose_name=_("body"),
        help_text=_("Empty where a search found none: then give its day, and where it was made as sources."),
    )
    start = PartialDateField(_("start"))
    end = PartialDateField(_("end"))
    note = LineField(_("note"), max_length=300, blank=True)
    searched_on = models.DateField(
        _("searched on"),
        null=True,
        blank=True,
        help_text=_("The day on which nobody was found. Its sources are the places where somebody looked."),
    )

    objects = MandateQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        constraints = [
            *Slugged.Meta.constraints,
            vocabulary_constraint("office", Office, Sought),
            models.CheckConstraint(
                condition=Q(actor__isnull=True) | Q(office__in=Office.values),
                name="stakeholders_mandate_holds_an_office",
                violation_error_message=_("That is no office: it can only be searched for."),
            ),
            models.UniqueConstraint(
                fields=["country", "office", "actor", "start"],
                name="stakeholders_mandate_once",
                violation_error_message=_("This mandate is recorded already."),
            ),
            models.UniqueConstraint(
                fields=["country", "office"],
                condition=Q(actor__isnull=True),
                name="stakeholders_mandate_searched_once",
                violation_error_message=_("A search that found nothing is recorded already: change its day."),
            ),
            models.CheckConstraint(
                condition=Q(actor__isnull=False, searched_on__isnull=True)
                | Q(actor__isnull=True, searched_on__isnull=False),
                name="stakeholders_mandate_is_held_or_searched_for",
                violation_error_message=_("Name the body, or the day on which none was found."),
            ),
            partial_date_constraint("start"),
            partial_date_constraint("end"),
            not_before_constraint("end", "start", _("The end cannot come before the start.")),
        ]

    def __str__(self):
        holder = self.actor or translate("none found")
        return f"{self.country}: {self.get_office_display()}: {holder}"

    def slug_parts(self):
        return [self.country_id, self.office.replace("_", " "), self.actor.slug if self.actor else ""]


class MandateCitation(Citation):
    subject = models.ForeignKey(Mandate, on_delete=models.CASCADE, related_name="citations")


class ActorCitation(Citation):
    subject = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="citations")


class RelationCitation(Citation):
    subject = models.ForeignKey(Relation, on_delete=models.CASCADE, related_name="citations")


class ActorMerge(Merge):
    old = models.OneToOneField(Actor, on_delete=models.PROTECT, related_name="merge")
    survivor = models.ForeignKey(Actor, on_delete=models.PROTECT, related_name="merged")


@receiver([post_save, post_delete], sender=ActorName)
def keep_names_searchable(sender, instance, **kwargs):
    Actor.objects.filter(pk=instance.actor_id).refresh_search()


@receiver(post_save, sender=Country)
def keep_countries_searchable(sender, instance, created, **kwargs):
    if not created:
        instance.actors.all().refresh_search()
