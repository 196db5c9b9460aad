"""The page of the whole data set, and its files."""

from django.http import FileResponse, Http404
from django.shortcuts import render

from roma_network.core.read_only import read_only
from roma_network.directory.dataset import PARTS
from roma_network.export import dumps, formats, linked_tables
from roma_network.export.columns import every_fact


@read_only
def page(request):
    tables = [part.table for part in PARTS]
    context = {
        "dumps": dumps.latest(),
        "tables": [*tables, *linked_tables.within(tables)],
        "facts": every_fact(),
    }
    return render(request, "data.html", context)


@read_only
def file(request, day, name):
    """A file of a dump. Only names that the folder itself lists are looked for."""
    if day not in dumps.days() or name not in {dumps.SUMS, *(each[0] for each in dumps.dump_of(day).files)}:
        raise Http404
    known = formats.of_file(name)
    kind = known.media_type if known else "text/plain"
    response = FileResponse(
        (dumps.FOLDER / day / name).open("rb"), content_type=kind, as_attachment=True, filename=name
    )
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = "public, max-age=3600"
    return response
