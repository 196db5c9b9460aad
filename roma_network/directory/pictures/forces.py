"""One connected graph, drawn by forces. As a program it reads a graph and writes where its nodes stand.

igraph lets no other thread of its process run while it draws, which takes seconds for a thousand nodes: so a worker has
that done by a process of its own, and goes on answering.
"""

import json
import random
import sys
from subprocess import PIPE, run

from roma_network.environment import BASE_DIR

ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1"}  # no secret of ours, and no room for threads
AT_MOST = 300  # seconds


def drawn(size, edges, start, rounds, is_rough=False):
    """The places of so many nodes, as pairs; `start` is where they stand before, or None. Roughly: only near ones push
    each other apart, which for a thousand takes a tenth of a second."""
    import igraph  # here, since it takes memory and few workers ever need it

    random.seed(1)  # igraph draws its chances from here
    graph = igraph.Graph(n=size, edges=edges)
    return graph.layout_fruchterman_reingold(niter=rounds, grid=is_rough, seed=start).coords


def drawn_apart(*graph):
    """The same, by a process of its own."""
    command = [sys.executable, "-m", __name__]
    done = run(  # noqa: S603, a program of our own
        command,
        input=json.dumps(graph).encode(),
        stdout=PIPE,
        cwd=BASE_DIR,
        env=ENVIRONMENT,
        timeout=AT_MOST,
        check=True,
    )
    return json.loads(done.stdout)


if __name__ == "__main__":
    json.dump(drawn(*json.load(sys.stdin)), sys.stdout)
