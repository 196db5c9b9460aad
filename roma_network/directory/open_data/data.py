"""The page of the whole data set, and its files."""

import re
from http import HTTPStatus

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from roma_network.core.read_only import read_only
from roma_network.core.web_addresses import absolute
from roma_network.directory.open_data.dataset import PARTS
from roma_network.directory.open_data.dcat import DESCRIPTION
from roma_network.export import dumps, formats, linked_tables, structured_data
from roma_network.export.columns import every_fact
from roma_network.export.datapackage import TITLE

LATEST = "latest"
RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)
PIECE = 64 * 1024  # bytes


@read_only
def page(request):
    found, tables = list(dumps.latest()), [part.table for part in PARTS]
    tables += linked_tables.within(tables)
    context = {
        "structured_data": structured_data.of_dataset(
            TITLE, DESCRIPTION, formats.LICENCE_URL, files_of(found[:1])
        ),
        "dumps": found,
        "tables": tables,
        "defining": defining(tables),
        "facts": every_fact(),
    }
    return render(request, "data.html", context)


def files_of(newest):
    """Address and media type of what lies under `latest`: the files of the newest dump, if there is one."""
    for name, _size, _digest in (file for dump in newest for file in dump.files):
        if known := formats.of_file(name):
            yield absolute(reverse("dump_file", args=[LATEST, name])), known.media_type


def defining(tables):
    """The columns whose values identifiers lead to: of each vocabulary the first. Facts have a list of their own."""
    found = {}
    for column in (column for table in tables for column in table.columns.values()):
        if column.scheme and column.values and column.scheme != "fact":
            found.setdefault(column.scheme, column)
    return list(found.values())


@read_only
def file(request, day, name):
    """A file of a dump, of `latest` by a name that lasts. Only names that the folder itself lists are looked for."""
    days = dumps.days()
    folder = days[-1] if day == LATEST and days else day
    digests = (
        {} if folder not in days else {each: digest for each, _size, digest in dumps.dump_of(folder).files}
    )
    if folder not in days or name not in {dumps.SUMS, *digests}:
        raise Http404
    path = dumps.FOLDER / folder / name
    known, stat = formats.of_file(name), path.stat()
    etag = f'"{digests.get(name) or f"{stat.st_mtime_ns:x}-{stat.st_size:x}"}"'
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": f"public, max-age={60 if day == LATEST else 3600}",
        "Content-Disposition": f'attachment; filename="{name}"',
        "ETag": etag,
        "Last-Modified": http_date(stat.st_mtime),
        "Link": formats.LICENCE_LINK,
    }
    content_type = known.content_type if known else "text/plain; charset=utf-8"
    part = part_asked_for(request, stat.st_size, etag, headers["Last-Modified"])
    if part is None:
        headers["Content-Range"] = f"bytes */{stat.st_size}"
        return HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers)
    start, length = part
    response = WholeResponse(pieces(path, start, length), content_type=content_type, headers=headers)
    response["Content-Length"] = str(length)
    if length < stat.st_size:
        response.status_code = HTTPStatus.PARTIAL_CONTENT
        response["Content-Range"] = f"bytes {start}-{start + length - 1}/{stat.st_size}"
    return get_conditional_response(request, etag=etag, last_modified=int(stat.st_mtime), response=response)


class WholeResponse(StreamingHttpResponse):
    """Bytes as they lie on the disk, told by their number: what is compressed on the way has none, and no parts."""

    def has_header(self, header):
        return header.lower() == "content-encoding" or super().has_header(header)

    __contains__ = has_header


def part_asked_for(request, size, etag, modified):
    """Where to start and how many bytes to send; None where there are none at that place. Of several parts, all."""
    found = RANGE.fullmatch(request.headers.get("Range", ""))
    if not found or request.headers.get("If-Range", etag) not in (etag, modified) or request.method != "GET":
        return 0, size
    first, last = found.groups()
    if first:
        start, end = int(first), min(int(last or size - 1), size - 1)
    else:
        start, end = max(size - int(last or 0), 0), size - 1
    return (start, end - start + 1) if start <= end and start < size else None


def pieces(path, start, length):
    with path.open("rb") as source:
        source.seek(start)
        while length > 0 and (piece := source.read(min(PIECE, length))):
            length -= len(piece)
            yield piece
