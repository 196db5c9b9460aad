"""Requests a second and p95 with 1, 2, 4 workers and 0, 1, 2 replicas, all on this machine, without nginx.

`uv run python -m tests.benchmarks.scaling [seconds]`. Kept pages are the usual mix; cold ones are searches that nobody
has asked for, so that each is made anew.
"""

import re
import subprocess
import sys

from tests.production.cluster import HOST, Cluster
from tests.production.load import PAGES

WORKERS, REPLICAS = (1, 2, 4), (0, 1, 2)
CONNECTIONS = 16
SCRIPT = """
local paths = {{{paths}}}
local number = {seed}
request = function()
  number = number + 1
  local path = paths[number % #paths + 1]
  if {cold} then path = "/actors/?q=r" .. (number % 9973) end
  return wrk.format("GET", path, {{["X-Forwarded-Proto"] = "https", ["Host"] = "localhost", ["Accept-Encoding"] = "gzip"}})
end
done = function(summary, latency, requests)
  io.write(string.format("RESULT %d %d %d\\n", summary.requests / summary.duration * 1000000,
    latency:percentile(95) / 1000, summary.errors.status + summary.errors.timeout + summary.errors.read))
end
"""


def measure(cluster, seconds, cold, seed):
    """Requests a second, p95 in ms, and failures."""
    script = cluster.folder / "load.lua"
    paths = ", ".join(f'"{path}"' for path in PAGES if "csv" not in path)
    script.write_text(SCRIPT.format(paths=paths, cold="true" if cold else "false", seed=seed))
    address = f"http://{HOST}:{cluster.ports['public']}"
    done = subprocess.run(
        ["wrk", f"-c{CONNECTIONS}", "-t1", f"-d{seconds}s", "-s", script, address],
        check=True,
        capture_output=True,
        text=True,
    )
    return tuple(map(int, re.search(r"RESULT (\d+) (\d+) (\d+)", done.stdout).groups()))


def main(seconds):
    sys.stdout.write(
        "| workers | replicas | kept: requests/s | p95 ms | cold: requests/s | p95 ms | failed |\n"
    )
    sys.stdout.write("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")
    for replicas in REPLICAS:
        for workers in WORKERS:
            with Cluster(replicas=replicas, workers=workers) as cluster:
                measure(cluster, 3, cold=False, seed=0)
                kept = measure(cluster, seconds, cold=False, seed=0)
                cold = measure(cluster, seconds, cold=True, seed=1000 * workers)
                numbers = (workers, replicas, *kept[:2], *cold[:2], kept[2] + cold[2])
                sys.stdout.write(f"| {' | '.join(map(str, numbers))} |\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8)
