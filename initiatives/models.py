"""What the actors do together: initiatives, who takes part in them, and the documents behind them."""

from functools import cached_property

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from initiatives.querysets import (
    DocumentQuerySet,
    FundingQuerySet,
    InitiativeQuerySet,
    ParticipationQuerySet,
    RosterQuerySet,
)
from roma_network.core.choices import AnnotatedChoices
from roma_network.core.partial_dates import PartialDateField, not_before_constraint, partial_date_constraint
from roma_network.core.text_fields import LineField, ProseField
from roma_network.core.web_addresses import WebAddressField
from roma_network.models import (
    Citation,
    Editorial,
    Keyed,
    Merge,
    Slugged,
    names_changed,
    vocabulary_constraint,
)
from stakeholders.models import Actor, Country, Office, Theme


class InitiativeKind(models.TextChoices):
    PROJECT = "project", _("Project")
    PROGRAMME = "programme", _("Programme")
    NETWORK = "network", _("Network")
    TASK_FORCE = "task_force", _("Task force")
    POLICY_FRAMEWORK = "policy_framework", _("Policy framework")
    FUND = "fund", _("Fund")
    CAMPAIGN = "campaign", _("Campaign")
    SURVEY = "survey", _("Survey")
    EVENT = "event", _("Event")
    PUBLICATION = "publication", _("Publication")


class Phase(models.TextChoices):
    """Not a column: what the dates say today, see `with_phase`."""

    PLANNED = "planned", _("Planned")
    RUNNING = "running", _("Running")
    ENDED = "ended", _("Ended")
    UNKNOWN = "unknown", _("Not known whether it still runs")


def sighting_constraints():
    return [
        partial_date_constraint("last_seen"),
        not_before_constraint("last_seen", "start", _("It cannot have been seen before its start.")),
        not_before_constraint("end", "last_seen", _("It cannot have been active after its end.")),
    ]


class Initiative(Editorial):
    versioned = ["themes", "countries", "citations", "funding", "participations"]
    contact_fields = ("website",)

    name = LineField(_("name"), max_length=200)
    acronym = LineField(_("acronym"), max_length=30, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=InitiativeKind.choices)
    summary = ProseField(
        _("summary"), max_length=600, blank=True, help_text=_("One to three plain sentences on what it does.")
    )
    start = PartialDateField(_("start"))
    end = PartialDateField(_("end"))
    last_seen = PartialDateField(
        _("last seen"),
        db_default="",
        help_text=_("The latest date at which a source says that it was active."),
    )
    website = WebAddressField(_("website"), max_length=300, blank=True)
    themes = models.ManyToManyField(Theme, blank=True, related_name="initiatives", verbose_name=_("themes"))
    countries = models.ManyToManyField(
        Country, blank=True, related_name="initiatives", verbose_name=_("countries")
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    follows = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="followers",
        verbose_name=_("follows"),
        help_text=_("The initiative that this one succeeded."),
    )
    modelled_on = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,  # see the indexes below
        related_name="modelled",
        verbose_name=_("modelled on"),
        help_text=_("The initiative whose method it took over, and which it does not succeed."),
    )

    featured = models.BooleanField(
        _("key initiative"),
        default=False,
        db_default=False,
        help_text=_("Named on the first page, before those that only have many ties."),
    )

    objects = InitiativeQuerySet.as_manager()

    class Meta:
        ordering = ["sort_name", "slug"]
        verbose_name = _("initiative")
        verbose_name_plural = _("initiatives")
        default_permissions = Editorial.Meta.default_permissions
        indexes = [
            models.Index(fields=["status", "sort_name"]),
            models.Index(fields=["status", "kind"]),
            models.Index(fields=["modelled_on"]),
        ]
        constraints = [
            *Editorial.Meta.constraints,
            vocabulary_constraint("kind", InitiativeKind),
            partial_date_constraint("start"),
            partial_date_constraint("end"),
            not_before_constraint("end", "start", _("The end cannot come before the start.")),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="initiatives_initiative_is_not_its_own_parent",
                violation_error_message=_("An initiative cannot be part of itself."),
            ),
            models.CheckConstraint(
                condition=Q(follows__isnull=True) | ~Q(follows=F("id")),
                name="initiatives_initiative_does_not_follow_itself",
                violation_error_message=_("An initiative cannot follow itself."),
            ),
            models.CheckConstraint(
                condition=Q(modelled_on__isnull=True) | ~Q(modelled_on=F("id")),
                name="initiatives_initiative_is_not_its_own_model",
                violation_error_message=_("An initiative cannot be modelled on itself."),
            ),
            *sighting_constraints(),
        ]

    def get_absolute_url(self):
        return reverse("initiative_detail", args=[self.slug])

    @property
    def kind_name(self):
        """For lists: Django's way to it reads the labels of all kinds each time."""
        return InitiativeKind(self.kind).label

    @property
    def phase_name(self):
        """What its dates say today. The row comes from `with_phase`."""
        if self.phase == Phase.UNKNOWN and self.seen:
            return _("Not known since %(year)s") % {"year": self.seen[:4]}
        return Phase(self.phase).label

    def gaps(self):
        found = super().gaps()
        if not self.summary:
            found["summary"] = _("It has no summary.")
        return found

    @cached_property
    def funders(self):
        """Of a row read for a card, each once."""
        told = [row.funder for row in self.funding.all() if row.funder and row.funder.is_published]
        return list({actor.pk: actor for actor in [*(row.actor for row in self.fundings), *told]}.values())

    @property
    def amount(self):
        """The largest sum that is for it, of those that sources state; None where there is none."""
        known = [row for row in self.funding.all() if row.amount and row.kind != FundingKind.BROADER]
        return max(known, key=lambda row: (row.currency == "EUR", row.amount), default=None)

    def searched_names(self):
        """With those of entries that it took the place of: an initiative has no other place for a second name."""
        merged = [name for merge in self.merged.all() for name in merge.names] if self.pk else []
        return [self.name, self.acronym, *merged]

    def searched_rest(self):
        programmes = [row.programme for row in self.funding.all()] if self.pk else []
        return [self.summary, *programmes]


class FundingKind(models.TextChoices):
    """What an amount is, as far as a source says it."""

    COST = "cost", _("Total cost, whoever pays")
    ALLOCATION = "allocation", _("Set aside")
    GRANT = "grant", _("Granted")
    SPENT = "spent", _("Spent")
    LOAN = "loan", _("Loan or guarantee")
    BROADER = "broader", _("Of a programme that is not for Roma alone")


class Funding(Slugged):
    """Money behind an initiative, only as a source states it."""

    versioned = ["citations"]
    former_names = {"amount_eur": "amount"}
    # No two rows of an initiative say the same in all of these: a merge makes one of such two.
    twins = ("programme", "note", "funder", "recipient", "start", "end", "country")

    initiative = models.ForeignKey(
        Initiative, on_delete=models.CASCADE, related_name="funding", verbose_name=_("initiative")
    )
    kind = models.CharField(
        _("kind"),
        max_length=12,
        choices=FundingKind.choices,
        blank=True,
        default="",
        db_default="",
        help_text=_("What the amount is. Empty where no source says it."),
    )
    amount = models.PositiveBigIntegerField(
        _("amount"),
        null=True,
        blank=True,
        db_column="amount_eur",
        help_text=_("In whole units of the currency. Empty where no source states it."),
    )
    currency = LineField(
        _("currency"), max_length=3, default="EUR", db_default="EUR", help_text=_("By ISO 4217: EUR, HUF.")
    )
    programme = LineField(_("programme"), max_length=200, blank=True)
    # An index would be built in a migration of its own; some hundred rows are looked through as fast.
    funder = models.ForeignKey(
        Actor,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="funding_given",
        verbose_name=_("funder"),
    )
    recipient = models.ForeignKey(
        Actor,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="funding_received",
        verbose_name=_("recipient"),
    )
    start = PartialDateField(_("start"), db_default="")
    end = PartialDateField(_("end"), db_default="")
    country = models.ForeignKey(
        Country,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="funding",
        verbose_name=_("country"),
        help_text=_("Where the money is for one country alone."),
    )
    within = models.ForeignKey(
        "self",
        on_delete=models.RESTRICT,
        null=True,
        blank=True,
        db_index=False,
        related_name="parts",
        verbose_name=_("part of"),
        help_text=_("The larger sum that this one is a part of: it is counted once."),
    )
    note = LineField(_("note"), max_length=300, blank=True)

    objects = FundingQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        verbose_name = _("funding")
        verbose_name_plural = _("funding")
        constraints = [
            *Slugged.Meta.constraints,
            vocabulary_constraint("kind", FundingKind, blank=True),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"),
                name="initiatives_funding_currency_is_three_letters",
                violation_error_message=_("Write the three capital letters of ISO 4217: EUR."),
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gt=0),
                name="initiatives_funding_amount_is_positive",
                violation_error_message=_(
                    "An amount is more than zero; leave it empty where it is not known."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(programme="", note="", funder__isnull=True),
                name="initiatives_funding_says_where_from",
                violation_error_message=_("Name the funder or the programme, or write in the note who pays."),
            ),
            partial_date_constraint("start"),
            partial_date_constraint("end"),
            not_before_constraint("end", "start", _("The end cannot come before the start.")),
            models.CheckConstraint(
                condition=Q(within__isnull=True) | ~Q(within=F("id")),
                name="initiatives_funding_is_not_within_itself",
                violation_error_message=_("A sum cannot be a part of itself."),
            ),
        ]

    def __str__(self):
        said = self.programme or (self.funder.name if self.funder else self.note)
        return f"{said}: {self.amount:,} {self.currency}" if self.amount else said

    @property
    def programme_apart(self):
        """The programme, where it is not called as the funder that is named beside it."""
        is_said = self.funder and self.funder.is_published and self.programme == self.funder.name
        return "" if is_said else self.programme

    def clean(self):
        """A slug is read by all, as soon as the initiative is public: it names no actor that never was."""
        super().clean()
        for actor in filter(None, (self.funder, self.recipient)):
            if not actor.published_at and f"-{actor.slug}-" in f"-{self.slug}-":
                message = translate("It names %(actor)s, which is not public. Leave it empty: one is made.")
                raise ValidationError({"slug": ValidationError(message, params={"actor": actor})})

    def slug_parts(self):
        return [self.initiative.slug, self.start[:4]]


class Role(AnnotatedChoices):
    plural: str

    LEAD = "lead", _("Lead"), _("Lead")
    FUNDER = "funder", _("Funders"), _("Funder")
    PARTNER = "partner", _("Partners"), _("Partner")
    IMPLEMENTER = "implementer", _("Implementers"), _("Implementer")
    PARTICIPANT = "participant", _("Participants"), _("Participant")
    MONITOR = "monitor", _("Monitors"), _("Monitor")
    BENEFICIARY = "beneficiary", _("Beneficiaries"), _("Beneficiary")


class Participation(Keyed):
    """One actor's part in one initiative. An actor may have several roles, each once."""

    natural_fields = ("initiative", "actor", "role")
    versioned = ["citations"]
    needs_source = True

    initiative = models.ForeignKey(
        Initiative, on_delete=models.CASCADE, related_name="participations", verbose_name=_("initiative")
    )
    actor = models.ForeignKey(
        Actor, on_delete=models.CASCADE, related_name="participations", verbose_name=_("actor")
    )
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    start = PartialDateField(_("start"))
    end = PartialDateField(_("end"))
    last_seen = PartialDateField(
        _("last seen"),
        db_default="",
        help_text=_("The latest date at which a source says that it took part."),
    )
    note = LineField(_("note"), max_length=300, blank=True)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        constraints = [
            vocabulary_constraint("role", Role),
            models.UniqueConstraint(
                fields=["initiative", "actor", "role"],
                name="initiatives_participation_once",
                violation_error_message=_("This actor has this role in this initiative already."),
            ),
            partial_date_constraint("start"),
            partial_date_constraint("end"),
            not_before_constraint("end", "start", _("The end cannot come before the start.")),
            *sighting_constraints(),
        ]

    def __str__(self):
        return f"{self.initiative}: {self.actor} ({self.get_role_display()})"


class DocumentKind(models.TextChoices):
    COMMUNICATION = "communication", _("Communication")
    RECOMMENDATION = "recommendation", _("Recommendation")
    REGULATION = "regulation", _("Regulation")
    DECISION = "decision", _("Decision")
    RESOLUTION = "resolution", _("Resolution")
    JUDGMENT = "judgment", _("Judgment")
    COMPLAINT = "complaint", _("Complaint")  # to a court or committee, and what it opens
    STRATEGY = "strategy", _("Strategy")
    REPORT = "report", _("Report")
    STUDY = "study", _("Study")
    GUIDE = "guide", _("Guide")
    WEBSITE = "website", _("Website")


class DocumentFormat(models.TextChoices):
    HTML = "html", _("Web page")
    PDF = "pdf", _("PDF")
    WORD = "word", _("Word")
    SHEET = "sheet", _("Spreadsheet")


class Document(Editorial):
    label_field = "title"
    versioned = ["actors", "initiatives", "countries", "citations"]
    contact_fields = ("url",)

    title = LineField(_("title"), max_length=300)
    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind.choices)
    date = PartialDateField(_("date"))
    url = WebAddressField(_("address"), max_length=600, blank=True)
    format = models.CharField(_("format"), max_length=5, choices=DocumentFormat.choices, blank=True)
    size = models.PositiveBigIntegerField(_("size in bytes"), null=True, blank=True)
    language = LineField(_("language"), max_length=12, blank=True, help_text=_("A BCP 47 code: en, ro, rom."))
    is_milestone = models.BooleanField(
        _("policy milestone"),
        default=False,
        help_text=_("Shown among the milestones of European policy on the home page."),
    )
    publisher = models.ForeignKey(
        Actor,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="publications",
        verbose_name=_("publisher"),
    )
    actors = models.ManyToManyField(Actor, blank=True, related_name="documents", verbose_name=_("actors"))
    initiatives = models.ManyToManyField(
        Initiative, blank=True, related_name="documents", verbose_name=_("initiatives")
    )
    countries = models.ManyToManyField(
        Country,
        blank=True,
        related_name="documents",
        verbose_name=_("countries"),
        help_text=_("That the document is about."),
    )

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-date", "sort_name", "slug"]
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        default_permissions = Editorial.Meta.default_permissions
        indexes = [models.Index(fields=["status", "date"])]
        constraints = [
            *Editorial.Meta.constraints,
            vocabulary_constraint("kind", DocumentKind),
            partial_date_constraint("date"),
            models.CheckConstraint(
                condition=Q(format="") | Q(format__in=DocumentFormat.values),
                name="initiatives_document_format_is_known",
                violation_error_message=_("Choose one of the listed formats."),
            ),
            models.CheckConstraint(
                condition=Q(size__isnull=True) | Q(size__gt=0),
                name="initiatives_document_size_is_positive",
                violation_error_message=_("A size is more than zero; leave it empty where it is not known."),
            ),
        ]

    def get_absolute_url(self):
        return reverse("document_detail", args=[self.slug])

    def searched_names(self):
        return [self.title]

    def searched_rest(self):
        return [self.publisher.name if self.publisher and self.publisher.is_published else ""]


class RosterRule(models.TextChoices):
    """Where the entries that are on a roster are read from, beside those that its lines name."""

    LISTED = "listed", _("Its own lines alone")
    OFFICE = "office", _("Who holds an office, state by state")
    STRATEGY = "strategy", _("Strategies in force, state by state")
    PARTICIPANTS = "participants", _("Who takes part in an initiative")
    MEMBERS = "members", _("Members of a network")
    DOCUMENTS = "documents", _("Documents of a publisher or a kind")


class Roster(Slugged):
    """A closed list that somebody else publishes, held against the directory: see `directory.rosters`."""

    versioned = ["lines", "citations"]
    needs_source = True

    title = LineField(_("title"), max_length=200)
    expected = models.PositiveIntegerField(
        _("number expected"),
        null=True,
        blank=True,
        help_text=_("How many a source says that there are. Empty where none says it."),
    )
    as_of = PartialDateField(
        _("as of"),
        blank=False,
        help_text=_(
            "The date that its source says, which is then cited for it. Where it says none, the day on which it was read."
        ),
    )
    note = LineField(
        _("note"),
        max_length=300,
        blank=True,
        help_text=_("What is on the list and what is not, as its source says it."),
    )
    rule = models.CharField(
        _("filled from"), max_length=12, choices=RosterRule.choices, default=RosterRule.LISTED
    )
    office = models.CharField(_("office"), max_length=20, choices=Office.choices, blank=True)
    # Indexes would be built in a migration of its own; some dozen rows are looked through as fast.
    initiative = models.ForeignKey(
        Initiative,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="rosters",
        verbose_name=_("initiative"),
        help_text=_("Whose participants they are, or that tells of them."),
    )
    role = models.CharField(
        _("role"),
        max_length=12,
        choices=Role.choices,
        blank=True,
        help_text=_("Of participants. Empty: whatever they do but pay."),
    )
    actor = models.ForeignKey(
        Actor,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="rosters",
        verbose_name=_("body"),
        help_text=_("The network of these members, or the publisher of these documents."),
    )
    document_kind = models.CharField(
        _("kind of document"),
        max_length=20,
        choices=DocumentKind.choices,
        blank=True,
        help_text=_(
            "Empty: all acts, which are communications, recommendations, regulations, decisions and resolutions."
        ),
    )
    since = PartialDateField(_("since"), help_text=_("The date of the earliest document."))

    objects = RosterQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        verbose_name = _("roster")
        verbose_name_plural = _("rosters")
        constraints = [
            *Slugged.Meta.constraints,
            vocabulary_constraint("rule", RosterRule),
            vocabulary_constraint("office", Office, blank=True),
            vocabulary_constraint("role", Role, blank=True),
            vocabulary_constraint("document_kind", DocumentKind, blank=True),
            partial_date_constraint("as_of"),
            partial_date_constraint("since"),
            models.CheckConstraint(
                condition=~Q(title=""),
                name="initiatives_roster_has_a_title",
                violation_error_message=_("Write the title."),
            ),
            models.CheckConstraint(
                condition=Q(expected__isnull=True) | Q(expected__gt=0),
                name="initiatives_roster_expected_is_positive",
                violation_error_message=_(
                    "A number expected is more than zero; leave it empty where it is not known."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(rule=RosterRule.OFFICE, office="")
                & ~Q(rule=RosterRule.PARTICIPANTS, initiative__isnull=True)
                & ~Q(rule=RosterRule.MEMBERS, actor__isnull=True)
                & ~Q(rule=RosterRule.DOCUMENTS, actor__isnull=True, document_kind=""),
                name="initiatives_roster_says_what_it_is_filled_from",
                violation_error_message=_(
                    "Name the office, the initiative, the body or the kind of document that it is filled from."
                ),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("roster", args=[self.slug])

    def slug_parts(self):
        return [self.title]


class RosterLine(Keyed):
    """One who is expected, and the entry that it is, where there is one."""

    natural_fields = ("roster", "name")

    roster = models.ForeignKey(
        Roster, on_delete=models.CASCADE, related_name="lines", verbose_name=_("roster")
    )
    name = LineField(_("name"), max_length=200, help_text=_("As the list has it."))
    country = models.ForeignKey(
        Country,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="roster_lines",
        verbose_name=_("country"),
    )
    actor = models.ForeignKey(
        Actor,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="roster_lines",
        verbose_name=_("actor"),
    )
    initiative = models.ForeignKey(
        Initiative,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="roster_lines",
        verbose_name=_("initiative"),
    )
    document = models.ForeignKey(
        Document,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="roster_lines",
        verbose_name=_("document"),
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("line of a roster")
        verbose_name_plural = _("lines of rosters")
        constraints = [
            models.UniqueConstraint(
                fields=["roster", "name"],
                name="initiatives_rosterline_once",
                violation_error_message=_("This name is on the list already."),
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="initiatives_rosterline_has_a_name",
                violation_error_message=_("Write the name."),
            ),
            models.CheckConstraint(
                condition=Q(actor__isnull=True, initiative__isnull=True)
                | Q(actor__isnull=True, document__isnull=True)
                | Q(initiative__isnull=True, document__isnull=True),
                name="initiatives_rosterline_is_one_entry",
                violation_error_message=_("A line is one entry: an actor, an initiative or a document."),
            ),
        ]

    def __str__(self):
        return self.name


class InitiativeCitation(Citation):
    subject = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="citations")


class InitiativeMerge(Merge):
    old = models.OneToOneField(Initiative, on_delete=models.PROTECT, related_name="merge")
    survivor = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="merged")


class FundingCitation(Citation):
    subject = models.ForeignKey(Funding, on_delete=models.CASCADE, related_name="citations")


class ParticipationCitation(Citation):
    subject = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="citations")


class RosterCitation(Citation):
    subject = models.ForeignKey(Roster, on_delete=models.CASCADE, related_name="citations")


class DocumentCitation(Citation):
    subject = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="citations")


@receiver(post_save, sender=Actor)
def keep_publishers_searchable(sender, instance, created, raw, **kwargs):
    """A document is found by the name of its publisher."""
    if not created and not raw:
        instance.publications.all().refresh_search()


@receiver(names_changed, sender=Actor)
def keep_publishers_searchable_in_sets(sender, keys, **kwargs):
    Document.objects.filter(publisher__in=keys).refresh_search()


@receiver([post_save, post_delete], sender=Funding)
def keep_programmes_searchable(sender, instance, raw=False, **kwargs):
    """An initiative is found by the programmes that pay for it."""
    if not raw:
        Initiative.objects.filter(pk=instance.initiative_id).refresh_search()
