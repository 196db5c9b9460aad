"""All actors with all columns as files, and a page that somebody asks for meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from time import perf_counter

from tests.benchmarks import serving

# Format → how many times as long as Datasette takes for the CSV of its bare table a file may take.
FORMATS = {"csv": 1.3, "json": 0.6, "xlsx": 2.5, "ttl": 4, "zip": 3}
TOGETHER = "csv"  # the file that is sent while pages are asked for
LUMP = 1 << 16
LONGEST = 300  # seconds for a file


def measure(server):
    """Seconds of each file; megabytes that the worker grew by at most meanwhile."""
    before = rest(server)
    taken = {name: seconds(server, f"/actors/?format={name}") for name in FORMATS}
    return {"seconds": taken, "growth": serving.memory(server)[1] - before}


def rest(server):
    """Megabytes that the worker holds now, from which on the most is counted anew."""
    for pid in serving.family(server.process.pid):
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    return serving.memory(server)[0]


def seconds(server, address):
    """Until the last byte; nothing is compressed on the way, by us or by Datasette."""
    start = perf_counter()
    with closing(HTTPConnection(serving.HOST, server.port, timeout=LONGEST)) as connection:
        connection.request("GET", address)
        response = connection.getresponse()
        while response.read(LUMP):
            pass
    if response.status != 200:
        raise serving.ServingError(f"{address} answers {response.status}.")
    return perf_counter() - start


def beside(server):
    """Milliseconds of pages that are not kept, asked for until a file has been sent."""
    numbers = count(1)
    serving.times(server, ["/actors/"])  # the indexes are read
    with ThreadPoolExecutor(1) as other:
        file = other.submit(seconds, server, f"/actors/?format={TOGETHER}")
        found = []
        while not file.done():
            found += serving.times(server, [f"/actors/?page={next(numbers)}"])
        file.result()
    return found
