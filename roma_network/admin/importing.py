"""The screens of tables: sending a file, seeing what it comes to, importing it; and the way back, as a file."""

from itertools import chain, islice

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from roma_network.admin.shared import KEY
from roma_network.editorial.importing import jobs, reading, spreadsheets
from roma_network.editorial.importing.dry_run import GOES_IN, NEW, SKIP, Outcome
from roma_network.editorial.importing.options import REASON, Blanks, Mode, missing
from roma_network.editorial.importing.parsing import ENCODINGS, UnreadableError
from roma_network.editorial.importing.tables import import_table
from roma_network.export.csv_files import protected
from roma_network.models import Import, ImportedRow

FORMATS = {"csv": "CSV", "xlsx": "Excel"}
EXCEL_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ON_PAGE = 100
SAMPLES = 3
CHUNK = 500
MOST_IMPORTS = 5
ImportState = Import.State


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("File"), help_text=_("A CSV file, an Excel workbook, or an OpenDocument spreadsheet (.ods).")
    )


class OptionsForm(forms.Form):
    """What the headings of a file name, and how it is to be read."""

    def __init__(self, data, *, job, table, samples):
        super().__init__(data)
        self.job, self.table = job, table
        options = jobs.options_of(job)
        known = [(column.name, f"{column.label} ({column.name})") for column in table.columns.values()]
        for place, heading in enumerate(job.headings):
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=heading or _("without a heading"),
                choices=[("", _("leave out")), *known],
                required=False,
                initial=options.columns[place],
            )
        for column in table.imported:
            if not column.is_key or len(table.keys) > 1:
                self.fields[f"all-{column.name}"] = self.constant(column, options)
        self.fields["publisher"] = forms.CharField(
            label=_("Publisher"), required=False, max_length=200, initial=options.publisher
        )
        self.fields["title"] = forms.CharField(
            label=_("Title"), required=False, max_length=300, initial=options.title
        )
        self.fields["mode"] = forms.ChoiceField(
            label=_("What is there already"), choices=Mode.choices, initial=options.mode
        )
        self.fields["blanks"] = forms.ChoiceField(
            label=_("Empty cells"), choices=Blanks.choices, initial=options.blanks
        )
        if options.encoding:
            self.fields["encoding"] = forms.ChoiceField(
                label=_("The text is written in"),
                choices=[(name, _(label)) for name, label in ENCODINGS.items()],
                initial=options.encoding,
            )
        self.lines = [
            (self[f"column-{place}"], [cells[place] for cells in samples if place < len(cells)])
            for place in range(len(job.headings))
        ]

    def constant(self, column, options):
        label, initial = f"{column.label} ({column.name})", options.constants.get(column.name)
        if allowed := getattr(column, "allowed", None):
            choices = [("", "–"), *allowed.items()]
            return forms.ChoiceField(label=label, choices=choices, required=False, initial=initial)
        widget = forms.Textarea(attrs={"rows": 2}) if column.is_many else None
        return forms.CharField(label=label, required=False, initial=initial, widget=widget)

    @property
    def needed(self):
        """What each new line must say, and no column of the file does."""
        named = {self[f"column-{place}"].value() for place in range(len(self.job.headings))}
        columns = [each for each in self.table.imported if each.name not in named and is_required(each)]
        return [self[f"all-{each.name}"] for each in columns if f"all-{each.name}" in self.fields]

    @property
    def constants(self):
        needed = {field.name for field in self.needed}
        return [self[name] for name in self.fields if name.startswith("all-") and name not in needed]

    def columns(self):
        return [self.cleaned_data.get(f"column-{place}", "") for place in range(len(self.job.headings))]

    def clean(self):
        super().clean()
        named = [name for name in self.columns() if name]
        if twice := [name for name in dict.fromkeys(named) if named.count(name) > 1]:
            raise forms.ValidationError(
                _("Two columns of the file are named: %(names)s.") % {"names": ", ".join(twice)}
            )
        constants = [name for name in self.table.columns if self.cleaned_data.get(f"all-{name}")]
        if lacking := missing(self.table, [*named, *constants]):
            raise forms.ValidationError(
                _("Say which column holds: %(names)s.") % {"names": ", ".join(lacking)}
            )

    @property
    def options(self):
        names = ("mode", "blanks", "publisher", "title", "encoding")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data} | {
            "columns": self.columns(),
            "constants": {
                name: text for name in self.table.columns if (text := self.cleaned_data.get(f"all-{name}"))
            },
        }


def is_required(column):
    field = getattr(column, "field", None)
    return field and not (field.blank or field.null or field.has_default())


class ImportFilter(admin.SimpleListFilter):
    """The rows that came from a file, or were changed by it."""

    title = _("import")
    parameter_name = "import"

    def lookups(self, request, model_admin):
        chosen = request.GET.get(self.parameter_name, "")
        found = Import.objects.filter(pk=chosen) if KEY.fullmatch(chosen) else ()
        return [(str(job.pk), job.file_name) for job in found]

    def queryset(self, request, queryset):
        if not KEY.fullmatch(self.value() or ""):
            return queryset
        return queryset.filter(pk__in=ImportedRow.objects.filter(owner=self.value()).values("key"))


class ImportAdmin(admin.ModelAdmin):
    """The screens of importing: `table` says what the columns are."""

    table = None
    change_list_template = "admin/directory_change_list.html"

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        return [
            path("import/", view(self.import_view), name=f"{name}_import"),
            path("import/template.<slug:file_format>", view(self.template_view), name=f"{name}_template"),
            path("import/<int:import_id>/", view(self.outcome_view), name=f"{name}_outcome"),
            path("import/<int:import_id>/start/", view(require_POST(self.start_view)), name=f"{name}_start"),
            path("import/<int:import_id>/columns/", view(self.options_view), name=f"{name}_options"),
            path(
                "import/<int:import_id>/answers/",
                view(require_POST(self.answer_view)),
                name=f"{name}_answers",
            ),
            path("import/<int:import_id>/rest.<slug:file_format>", view(self.rest_view), name=f"{name}_rest"),
            path("import/<int:import_id>/undo/", view(require_POST(self.undo_view)), name=f"{name}_undo"),
            *super().get_urls(),
        ]

    @property
    def import_table(self):
        return import_table(self.table)

    def bulk_url(self, page, *args):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)

    def has_import_permission(self, request):
        return (
            request.user.has_perm("roma_network.add_import")
            and self.has_add_permission(request)
            and self.has_change_permission(request)
        )

    def get_list_filter(self, request):
        filters = super().get_list_filter(request)
        return [*filters, ImportFilter] if ImportFilter.parameter_name in request.GET else filters

    def changelist_view(self, request, extra_context=None):
        url = self.bulk_url("import") if self.has_import_permission(request) else ""
        return super().changelist_view(request, {"import_url": url} | (extra_context or {}))

    # Out

    def get_actions(self, request):
        actions = super().get_actions(request)
        if self.has_view_or_change_permission(request):
            actions |= {
                f"export_{key}": (
                    export_as(key),
                    f"export_{key}",
                    _("Download as %(format)s") % {"format": name},
                )
                for key, name in FORMATS.items()
            }
        return actions

    def file(self, file_format, rows, name, headings=None):
        """A file with the columns of the table. Rows are read as they are written."""
        lines = chain([headings or list(self.import_table.columns)], rows)
        if file_format == "csv":
            response = StreamingHttpResponse(
                spreadsheets.rows_as_csv(lines), content_type="text/csv; charset=utf-8"
            )
            response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
            return response
        book = spreadsheets.excel_file([(self.import_table.name, lines), (str(_("Help")), self.help_lines())])
        return FileResponse(book, as_attachment=True, filename=f"{name}.xlsx", content_type=EXCEL_TYPE)

    def help_lines(self):
        yield [
            str(_("Column")),
            str(_("Name")),
            str(_("What it holds")),
            str(_("Allowed")),
            str(_("Example")),
        ]
        for column in self.import_table.columns.values():
            allowed = getattr(column, "allowed", {})
            yield [
                column.name,
                str(column.label),
                str(column.help_text),
                ", ".join(map(str, allowed)),
                protected(column.example),
            ]

    def template_view(self, request, file_format):
        if not self.has_import_permission(request):
            raise PermissionDenied
        if file_format not in FORMATS:
            raise Http404
        return self.file(file_format, [], f"{self.import_table.name}-template")

    # In

    def import_view(self, request):
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = FileForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and getattr(request, "upload_is_too_large", False):
            text = _("The file is larger than %(most)s MB.") % {"most": reading.most_megabytes()}
            form.errors["file"] = form.error_class([text])
        elif request.method == "POST" and form.is_valid():
            try:
                return HttpResponseRedirect(self.received(request, form.cleaned_data["file"]))
            except UnreadableError as error:
                form.add_error("file", str(error))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import %(name)s") % {"name": self.opts.verbose_name_plural},
            "opts": self.opts,
            "form": form,
            "columns": self.import_table.columns.values(),
            "templates": [(name, self.bulk_url("template", key)) for key, name in FORMATS.items()],
            "imports": [
                (job, self.bulk_url("outcome", job.pk))
                for job in Import.objects.filter(table=self.import_table.name).select_related("by")[
                    :MOST_IMPORTS
                ]
            ],
        }
        status = 400 if form.errors else 200
        return TemplateResponse(request, "admin/import.html", context, status=status)

    def received(self, request, file):
        job = jobs.receive(table=self.import_table, file_name=file.name, content=file.read(), by=request.user)
        jobs.start(job, ImportState.READING)
        return self.bulk_url("outcome", job.pk)

    def job(self, request, import_id):
        if not self.has_import_permission(request):
            raise PermissionDenied
        return get_object_or_404(
            Import.objects.select_related("by", "run_by", "undone_by"),
            pk=import_id,
            table=self.import_table.name,
        )

    def may_run(self, request):
        """A file is read and prepared by whoever may import; what it says is written by publishers."""
        return request.user.has_perm("roma_network.publish_import")

    def outcome_view(self, request, import_id):
        job = self.job(request, import_id)
        if job.state == ImportState.MAPPING:
            return HttpResponseRedirect(self.bulk_url("options", job.pk))
        shown = request.GET.get("show")
        context = {
            **self.about(request, job),
            "at_work": job.is_at_work,
            "is_still": jobs.is_still(job),
            "is_written": job.is_at_work and job.batches.exists(),
            "counts": [(outcome, outcome.label, job.counts.get(outcome, 0)) for outcome in Outcome],
            "can_import": job.state == ImportState.CHECKED and changes(job),
            "may_run": self.may_run(request),
            "can_undo": job.state == ImportState.DONE and job.batches.exists(),
            "rest": [(name, self.bulk_url("rest", job.pk, key)) for key, name in FORMATS.items()]
            if rests(job) and not job.is_at_work
            else [],
            "page": None if job.is_at_work else self.page_of_findings(job, shown, request.GET.get("p")),
            "shown": shown,
            "rows_url": f"{self.bulk_url('changelist')}?import={job.pk}",
            "options_open": job.state == ImportState.CHECKED,
            **{
                f"{page}_url": self.bulk_url(page, job.pk) for page in ("start", "undo", "answers", "options")
            },
        }
        return TemplateResponse(request, "admin/import_outcome.html", context)

    def about(self, request, job):
        return {
            **self.admin_site.each_context(request),
            "title": job.file_name,
            "opts": self.opts,
            "job": job,
            "import_url": self.bulk_url("import"),
        }

    def page_of_findings(self, job, shown, number):
        """What matters first: questions, else what would change."""
        first = {Outcome.QUESTION} if job.counts.get(Outcome.QUESTION) else set(GOES_IN)
        wanted = (
            {shown}
            if shown in Outcome.values
            else first
            if changes(job) or first == {Outcome.QUESTION}
            else {Outcome.ERROR}
        )
        count = sum(job.counts.get(each, 0) for each in wanted)
        page = Paginator(range(count), ON_PAGE).get_page(number)
        found = (
            finding
            | {
                "label": Outcome(finding["outcome"]).label,
                "answers": [
                    (value, label, pk and self.entry_url(pk))
                    for value, label, pk in finding["question"].get("answers", ())
                ],
            }
            for part in jobs.parts_of(job)
            for finding in part.findings
            if finding["outcome"] in wanted
        )
        page.object_list = list(islice(found, page.start_index() - 1 if count else 0, page.end_index()))
        return page

    def entry_url(self, pk):
        return self.bulk_url("change", pk)

    def options_view(self, request, import_id):
        """Name the columns, until it is imported."""
        job = self.job(request, import_id)
        if job.state not in (ImportState.MAPPING, ImportState.CHECKED):
            leave = self.superseded if request.method == "POST" else self.to_outcome
            return leave(request, job)
        samples = [cells for _line, cells in jobs.first_lines(job)[:SAMPLES]]
        form = OptionsForm(request.POST or None, job=job, table=self.import_table, samples=samples)
        if request.method == "POST" and form.is_valid():
            is_otherwise_written = form.options.get("encoding", "") != job.options.get("encoding", "")
            job.options = form.options
            return self.turned(
                request, job, ImportState.READING if is_otherwise_written else ImportState.CHECKING
            )
        context = {
            **self.about(request, job),
            "form": form,
            "has_sources": "sources" in self.import_table.columns,
        }
        return TemplateResponse(
            request, "admin/import_columns.html", context, status=400 if form.errors else 200
        )

    def answer_view(self, request, import_id):
        """What a curator says of lines: of each by itself, or of all that are still open."""
        job = self.job(request, import_id)
        if job.state != ImportState.CHECKED or not is_as_shown(request, job):
            return self.superseded(request, job)
        said = {
            name.removeprefix("answer-"): answer
            for name, answer in request.POST.items()
            if name.startswith("answer-") and answer
        }
        jobs.keep_answers(
            job, said, request.POST.get("rest") if request.POST.get("rest") in (NEW, SKIP) else ""
        )
        return self.turned(request, job, ImportState.CHECKING)

    def rest_view(self, request, import_id, file_format):
        """The lines that do not go in as they are, with the reason, as a file to be corrected and sent again."""
        job = self.job(request, import_id)
        if file_format not in FORMATS or job.is_at_work:
            raise Http404
        lines = ([protected(cell) for cell in (why, *cells)] for why, cells in jobs.rest_of(job))
        return self.file(file_format, lines, f"{job.pk}-rest", [REASON, *job.headings])

    def start_view(self, request, import_id):
        """Import what was checked, or take up again what stands still: to go on with it, or to take it back."""
        job = self.job(request, import_id)
        if not self.may_run(request):
            raise PermissionDenied
        if jobs.is_still(job):
            return self.turned(request, job, ImportState.UNDOING if "undo" in request.POST else job.state)
        if job.state != ImportState.CHECKED or not changes(job):
            return self.superseded(request, job)
        job.reason = request.POST.get("reason", "").strip()[:300]
        job.run_by = request.user
        return self.turned(request, job, ImportState.WRITING)

    def undo_view(self, request, import_id):
        job = self.job(request, import_id)
        if not self.may_run(request):
            raise PermissionDenied
        if job.state != ImportState.DONE or not job.batches.exists():
            return self.superseded(request, job)
        job.undone_by = request.user
        return self.turned(request, job, ImportState.UNDOING)

    def turned(self, request, job, state):
        """Have it do what comes next, if it still stands as the page showed it."""
        if not is_as_shown(request, job):
            return self.superseded(request, job)
        try:
            jobs.start(job, state, job.problem if job.is_at_work else "")
        except jobs.SupersededError:
            return self.superseded(request, job)
        return self.to_outcome(request, job)

    def to_outcome(self, request, job):
        return HttpResponseRedirect(self.bulk_url("outcome", job.pk))

    def superseded(self, request, job):
        messages.error(
            request,
            _(
                "Somebody changed this import since you opened the page, so nothing was done. Look at it as it is now."
            ),
        )
        return self.to_outcome(request, job)


def is_as_shown(request, job):
    """Whether what was sent is about the turn whose findings the page showed."""
    return request.POST.get("run") == job.run


def rests(job):
    """Whether lines stay behind, and are still known."""
    return (
        any(job.counts.get(each) for each in (Outcome.ERROR, Outcome.QUESTION))
        and job.parts.exclude(lines=[]).exists()
    )


def changes(job):
    return job.counts.get(Outcome.NEW, 0) + job.counts.get(Outcome.CHANGED, 0)


def export_as(file_format):
    def export(screen, request, queryset):
        keys = queryset.order_by().values("pk")
        rows = screen.import_table.rows().filter(pk__in=keys).order_by("pk").iterator(chunk_size=CHUNK)
        cells = ([cell(column, row) for column in screen.import_table.columns.values()] for row in rows)
        return screen.file(file_format, cells, f"{screen.import_table.name}-{localdate()}")

    return export


def cell(column, row):
    value = column.cell(row)
    return protected(value) if isinstance(value, str) else value
