"""Mixed traffic for a long while: pages by Zipf's law through nginx, one request in a hundred a write.

`uv run python -m tests.benchmarks.soak [minutes]`. First the capacity is measured, by raising the rate until it is no
longer kept or somebody waits; then half of it is asked for, and memory is looked at all the while.
"""

import sys
from pathlib import Path
from statistics import median
from time import monotonic, sleep

from tests.production.cluster import PASSWORD
from tests.production.conftest import built
from tests.production.load import Curator, Readers, Writers

RATES = (50, 100, 150, 200, 250, 300, 400, 500)  # requests a second
STEP = 12  # seconds at each
PATIENCE = 1000  # ms at p99, beyond which a rate is too high
THREADS = 24
SAMPLE = 10  # seconds


def at(cluster, rate, seconds, sample=lambda: None):
    """What came of a rate, with its share of writes."""
    curator = Curator(cluster.ports["https"], password=PASSWORD).log_in()
    pause = 100 / rate - 0.08  # what two requests of the curator take
    with (
        Readers(cluster.ports["https"], rate, THREADS) as readers,
        Writers(curator, max(pause, 0)) as writers,
    ):
        end = monotonic() + seconds
        while monotonic() < end:
            sleep(min(SAMPLE, max(end - monotonic(), 0)))
            sample()
        found = readers.summary()
    return found | {
        "saved": len(writers.saved),
        "refused": writers.refused,
        "lost": len(writers.lost(cluster.primary)),
    }


def capacity(cluster):
    best = RATES[0]
    for rate in RATES:
        found = at(cluster, rate, STEP)
        tell(f"{rate}/s: {found}")
        if found["rate"] < 0.93 * rate or found["failed"] or found["p99"] > PATIENCE:
            break
        best = rate
    return best


def memory(cluster):
    """Megabytes of all workers."""
    pids = [*cluster.public.workers(), *cluster.admin.workers()]
    lines = (line for pid in pids for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def tell(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(minutes):
    with built(replicas=1) as cluster:
        best = capacity(cluster)
        tell(f"capacity {best}/s, asked for {best // 2}/s")
        samples = []
        found = at(cluster, best // 2, minutes * 60, lambda: samples.append(memory(cluster)))
        fifth = max(len(samples) // 5, 1)
        early, late = median(samples[fifth : 2 * fifth]), median(samples[-fifth:])
        tell(str(found))
        tell(f"memory {early:.0f} MB in the second fifth, {late:.0f} MB in the last: {late / early - 1:+.1%}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
