"""Host names as browsers send them: in plain letters, whatever script they are written in."""

import re
from collections.abc import Iterable

import idna

HOST = re.compile(r"\.?[a-z0-9.-]+")
PLAIN = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?")  # with underscores: names in use have them


def ascii_host(host: str) -> str:
    """`bücher.example` as `xn--bcher-kva.example`; a ValueError where no host can be called so."""
    return ".".join(map(ascii_label, idna.uts46_remap(host, std3_rules=False).removesuffix(".").split(".")))


def ascii_label(label):
    if not label.isascii():
        return idna.alabel(label).decode()
    if not PLAIN.fullmatch(label):
        raise ValueError(label)
    return label


def first_origin(hosts: Iterable[str], scheme: str) -> str:
    """The address of the first of these that is one: a pattern for any host is none."""
    host = next((host.lstrip(".") for host in hosts if HOST.fullmatch(host)), "localhost")
    return f"{scheme}://{host}"
