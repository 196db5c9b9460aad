"""The figures of a benchmark as tables in Markdown."""

from statistics import median

from tests.benchmarks import datasette, serving
from tests.benchmarks.files import FORMATS

NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
FASTER = {"sqlite": 4, "postgres": 3.5}
COLD_MOST = {"sqlite": 200, "postgres": 120}  # ms at the 95th percentile


def report(bench):
    tables = [
        threads(bench),
        times(bench),
        deep(bench),
        warm(bench),
        beside(bench),
        files(bench),
        growth(bench),
        targets(bench),
    ]
    return "\n\n".join([f"Load comes from {serving.CLIENT}.", *filter(None, tables)]) + "\n"


def table(title, head, rows):
    if not rows:
        return ""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join([f"### {title}", "", *(f"| {' | '.join(map(str, line))} |" for line in lines)])


def complete(bench):
    """The figures of the runs that came to their end, each with its number of actors and its database."""
    return [(*key, figures) for key, figures in bench.figures.items() if "memory" in figures]


def place(size, database):
    return f"{size:,}, {NAMES[database]}"


def spread(milliseconds):
    return "{:.0f} / {:.0f}".format(*serving.spread(milliseconds))


def threads(bench):
    rows = [
        [NAMES[database], number, f"{rate:.0f}", "kept" if number == bench.threads[database] else ""]
        for (database, number), rate in bench.tried.items()
    ]
    return table("Threads of the worker", ["database", "threads", "warm pages a second", ""], rows)


def times(bench):
    rows = [
        [
            place(size, database),
            f"{figures['made']:.1f}",
            spread(figures["filtered"]),
            f"{median(figures['first']):.0f}",
            spread(figures["suggestions"]),
            *(spread(figures[name]) for name in ("searches", "partners", "API")),
            f"{median(figures['first suggestions']):.0f}",
            "{:.0f} / {:.0f}".format(*figures["memory"]),
        ]
        for size, database, figures in complete(bench)
    ]
    head = ["actors", "made up in, s", "cold filtered page, p50 / p95, ms", "first page after an edit, ms"]
    head += ["suggestions, p50 / p95, ms", "searches", "partners", "participations by the API"]
    head += ["suggestions, first after an edit, ms", "memory of the worker, now / most, MB"]
    return table("Times and memory", head, rows)


def deep(bench):
    rows = [
        [place(size, database), f"{number:,}", f"{median(found):.0f}", f"{slowdown(figures, number):.2f}"]
        for size, database, figures in complete(bench)
        for number, found in figures["pages"].items()
    ]
    return table("Deep pages, cold", ["actors", "page", "ms", "× page 1"], rows)


def slowdown(figures, number):
    return median(figures["pages"][number]) / median(figures["pages"][1])


def warm(bench):
    rows = [
        [
            place(size, database),
            f"{figures['bytes'] / 1000:.1f}",
            *(f"{median(figures[site]):.0f}" for site in ("warm", "empty", "bare")),
            f"{of_limit(figures):.0%}",
            f"{of_limit(figures, 'bare'):.0%}",
        ]
        for size, database, figures in complete(bench)
    ]
    head = [
        "actors",
        "KB",
        "warm page, requests/s",
        "empty view",
        "without middleware",
        "of empty",
        "of bare",
    ]
    return table("Warm page beside an empty view of the same size", head, rows)


def of_limit(figures, limit="empty"):
    """What share of the limit's requests a second the warm page reaches: in each round, then their median."""
    return median(page / most for page, most in zip(figures["warm"], figures[limit], strict=True))


def beside(bench):
    rows = [
        [
            place(size, database),
            name,
            spread(figures["compared"]),
            spread(other["cold"]),
            "{:.1f} / {:.1f}".format(*times_faster(figures, other)),
            f"{median(figures['warm']):.0f}",
            f"{other['warm']:.1f}",
            f"{median(figures['warm']) / other['warm']:.0f}",
        ]
        for size, database, figures in complete(bench)
        for name, other in bench.datasette.get(size, {}).items()
    ]
    head = ["actors", "Datasette with", "ours, cold, p50 / p95, ms", "Datasette", "times faster"]
    head += ["ours, warm, requests/s", "Datasette", "times more"]
    return table(f"The same rows and filters in Datasette ({datasette.RELEASE})", head, rows)


def times_faster(figures, other):
    ours, theirs = serving.spread(figures["compared"]), serving.spread(other["cold"])
    return [their / our for our, their in zip(ours, theirs, strict=True)]


def files(bench):
    rows = [
        [
            place(size, database),
            *(
                f"{found['seconds'][name]:.1f}{times_as_long(bench, size, found['seconds'][name])}"
                for name in FORMATS
            ),
            f"{found['growth']:.0f}",
            spread(found["beside"]),
        ]
        for size, database, figures in complete(bench)
        if (found := figures.get("files"))
    ]
    head = ["actors", *(f"{name}, s" for name in FORMATS), "memory, +MB", "a page beside, p50 / p95, ms"]
    return table("Files of all actors, in brackets × Datasette’s CSV of its table", head, rows)


def times_as_long(bench, size, seconds):
    return f" ({seconds / bench.streams[size]:.2f})" if size in bench.streams else ""


def growth(bench):
    smallest, rows = {}, []
    for size, database, figures in complete(bench):
        least, first = smallest.setdefault(database, (size, figures))
        rows.append(
            [
                place(size, database),
                f"{size / least:.0f}",
                f"{warm_growth(first, figures):.2f}",
                f"{cold_growth(first, figures):.2f}",
            ]
        )
    head = ["actors", "× actors", "× warm cost, beside the empty view", "× cold filtered page, p50"]
    return table("Growth", head, rows)


def warm_growth(first, figures):
    return of_limit(first) / of_limit(figures)


def cold_growth(first, figures):
    return serving.spread(figures["filtered"]).p50 / serving.spread(first["filtered"]).p50


def targets(bench):
    found = complete(bench)
    largest = max((size for size, *_ in found), default=0)
    rows = [
        [NAMES[database], *row]
        for size, database, figures in found
        if size == largest
        for row in judged(bench, size, database, figures)
    ]
    return table(f"Targets at {largest:,} actors", ["database", "what", "measured", "target", "met"], rows)


def judged(bench, size, database, figures):
    yield at_least("warm page, share of the empty view", of_limit(figures), 0.9)
    yield at_most("cold filtered page, p95, ms", serving.spread(figures["filtered"]).p95, COLD_MOST[database])
    for number in list(figures["pages"])[1:]:
        yield at_most(f"page {number:,}, × page 1", slowdown(figures, number), 2)
    yield at_most("suggestions, p95, ms", serving.spread(figures["suggestions"]).p95, 30)
    yield at_most("memory of the worker, MB", figures["memory"][0], 220)
    yield at_most("making it up, s", figures["made"], 90)
    yield at_most("searches, p95, ms", serving.spread(figures["searches"]).p95, 60)
    yield at_most("first page after an edit, ms", median(figures["first"]), 60)
    yield at_most("participations by the API, p95, ms", serving.spread(figures["API"]).p95, 20)
    if found := figures.get("files"):
        yield at_most("files: memory, +MB", found["growth"], 30)
        yield at_most("a page beside a file, p95, ms", serving.spread(found["beside"]).p95, 150)
        if stream := bench.streams.get(size):
            for name, most in FORMATS.items():
                yield at_most(f"{name}, × Datasette’s CSV", found["seconds"][name] / stream, most)
    if other := bench.datasette.get(size):
        p50, _p95 = times_faster(figures, other["all facets"])
        yield at_least("times faster than Datasette with all facets, p50", p50, FASTER[database])
    least, first = next((other, row) for other, of, row in complete(bench) if of == database)
    if least < size:
        yield at_most("× warm cost", warm_growth(first, figures), 1.3)
        yield at_most("× cold cost", cold_growth(first, figures), size / least)


def at_most(what, measured, target):
    return [what, f"{measured:.2f}", f"≤ {target:g}", "yes" if measured <= target else "**no**"]


def at_least(what, measured, target):
    return [what, f"{measured:.2f}", f"≥ {target:g}", "yes" if measured >= target else "**no**"]
