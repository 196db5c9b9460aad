"""The link checker (against link rot): do the links still work? Asked politely, and of public addresses alone (so that it is no way for SSRF).

Each host gets one request at a time, with a pause between two. A request goes to an address that was looked at after
the name was resolved, so a name that leads into the operator's own network is never followed, whatever it
resolves to a moment later.
"""

import asyncio
import socket
import ssl
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from ipaddress import ip_address, ip_network
from queue import SimpleQueue
from threading import Thread

import httpx
from django.utils.timezone import now

from roma_network.models import Link

LinkState = Link.State

HOSTS_AT_ONCE = 20
MOST_HOPS = 8
MOST_TRIES = 3
SECONDS_IN_ALL = 45  # for one request, whatever the server does
SECONDS_TO_STOP = 10
LONGEST_WAIT = 60  # of those that a server may ask for
TIMEOUT = httpx.Timeout(15)
EMBEDDING = [ip_network("64:ff9b::/96"), ip_network("2002::/16"), ip_network("2001::/32")]  # an IPv4 address

# To a program these say nothing about what a reader would see.
UNCLEAR = {401, 402, 403, 405, 406, 407, 409, 418, 423, 425, 429, 451, 503, 999}
BUSY = {429, 503}


@dataclass(frozen=True)
class LinkOutcome:
    """What came of asking for one address. `moved_to` is set where every redirect was permanent."""

    url: str
    state: LinkState
    status: int | None = None
    moved_to: str = ""

    @property
    def was_answered(self):
        return self.status is not None


class AstrayError(Exception):
    """The address leads where nobody should follow."""


def is_public(address):
    """Whether an IP address, as text, is one that anybody on the internet may reach."""
    address = ip_address(address.partition("%")[0])
    address = getattr(address, "ipv4_mapped", None) or address
    embeds = address.version == 6 and any(address in network for network in EMBEDDING)
    return address.is_global and not address.is_multicast and not address.is_reserved and not embeds


@dataclass
class LinkChecker:
    """Asks for addresses. `pause` is in seconds, between two requests to one host."""

    agent: str
    pause: float = 1.0
    allow_private: bool = False
    tls: ssl.SSLContext = field(default_factory=httpx.create_ssl_context)
    asking: tuple | None = None  # the event loop and the task, from the moment that there are any
    hosts: dict = field(default_factory=lambda: defaultdict(asyncio.Lock))

    def check(self, urls: Iterable[str]) -> Iterator[LinkOutcome]:
        """Yield the outcome of each address as it comes in. The asking is done in a thread of its own."""
        outcomes = SimpleQueue()
        thread = Thread(target=self.ask_all, args=(urls, outcomes.put), daemon=True)
        thread.start()
        try:
            while (outcome := outcomes.get()) is not None:
                if isinstance(outcome, BaseException):
                    raise outcome
                yield outcome
        finally:  # also where nobody wants the rest: then nothing more is asked
            if thread.is_alive() and self.asking:
                loop, task = self.asking
                with suppress(RuntimeError):  # it ended just now
                    loop.call_soon_threadsafe(task.cancel)
            thread.join(SECONDS_TO_STOP)

    def ask_all(
        self, urls: Iterable[str], put: Callable[[LinkOutcome | BaseException | None], object]
    ) -> None:
        try:
            asyncio.run(self.ask_hosts(urls, put))
        except BaseException as error:  # noqa: BLE001 (raised again in the thread that waits)
            put(error)
        put(None)

    async def ask_hosts(self, urls, put):
        self.asking = asyncio.get_running_loop(), asyncio.current_task()
        at_once = asyncio.Semaphore(HOSTS_AT_ONCE)

        async def ask_host(group):
            async with at_once:
                for url in group:
                    put(await self.outcome_of(url))

        client = httpx.AsyncClient(
            headers={"User-Agent": self.agent, "Accept": "*/*"},
            timeout=TIMEOUT,
            verify=self.tls,
            trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=0),
        )
        async with client as self.client, asyncio.TaskGroup() as tasks:
            for group in by_host(urls).values():
                tasks.create_task(ask_host(group))

    async def outcome_of(self, url):
        try:
            return await self.follow(url)
        except (AstrayError, httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError, ValueError):
            return LinkOutcome(url, LinkState.ASTRAY)
        except socket.gaierror:
            return LinkOutcome(url, LinkState.NO_HOST)
        except (httpx.HTTPError, OSError, TimeoutError) as error:
            return LinkOutcome(
                url, LinkState.INSECURE if is_about_certificates(error) else LinkState.NO_ANSWER
            )

    async def follow(self, url):
        """Ask for an address and for those that it leads to."""
        here, is_permanent = httpx.URL(url), True
        for _hop in range(MOST_HOPS):
            status, target = await self.ask(here)
            if target is None:
                moved = str(here) if is_permanent and str(here) != url and status < 300 else ""
                return LinkOutcome(url, state_of(status), status, moved[:2000])
            is_permanent = is_permanent and status in (301, 308)
            here = here.join(target)
        return LinkOutcome(
            url, LinkState.UNCLEAR, status
        )  # a circle, such as that of sites which ask for cookies

    async def ask(self, url):
        """The status, and where it leads: by HEAD, and by GET where that brings nothing good."""
        for attempt in range(MOST_TRIES):
            status, target, wait = await self.head(url)
            if status >= 400 and status not in BUSY:
                status, target, wait = await self.request("GET", url)
            if status not in BUSY:
                break
            if attempt < MOST_TRIES - 1:
                await asyncio.sleep(min(wait or 2**attempt * self.pause, LONGEST_WAIT))
        return status, target

    async def head(self, url):
        """As `request` does, or with the status 501 where the server only hangs up."""
        try:
            return await self.request("HEAD", url)
        except (httpx.ReadError, httpx.RemoteProtocolError, httpx.ReadTimeout):
            return 501, None, None

    async def request(self, method, url):
        if url.scheme not in ("http", "https") or not url.host or url.userinfo:
            raise AstrayError
        async with self.hosts[url.host]:
            try:
                async with asyncio.timeout(SECONDS_IN_ALL):
                    response = await self.send(method, url, await self.resolve(url))
            finally:
                await asyncio.sleep(self.pause)
        target = response.headers.get("Location") if response.is_redirect else None
        return response.status_code, target, seconds_in(response.headers.get("Retry-After", ""))

    async def send(self, method, url, address):
        """The head of the answer: what a page says is of no interest here."""
        request = self.client.build_request(
            method,
            url.copy_with(host=address),
            headers={"Host": url.netloc.decode()},
            extensions={"sni_hostname": url.raw_host.decode()},
        )
        response = await self.client.send(request, stream=True)
        await response.aclose()
        self.client.cookies.clear()
        return response

    async def resolve(self, url):
        """An address of the host that may be asked. Where one of several is not public, none is asked."""
        port = url.port or {"http": 80, "https": 443}[url.scheme]
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(url.raw_host.decode(), port, type=socket.SOCK_STREAM)
        addresses = [
            place[0] for *_rest, place in sorted(found)
        ]  # IPv4 first: not every server has the other
        if not self.allow_private and not all(map(is_public, addresses)):
            raise AstrayError
        return addresses[0]


def by_host(urls):
    groups = defaultdict(list)
    for url in urls:
        try:
            groups[httpx.URL(url).host].append(url)
        except httpx.InvalidURL:
            groups[url].append(url)
    return groups


def state_of(status):
    if status < 400:
        return LinkState.WORKS
    if status in UNCLEAR:
        return LinkState.UNCLEAR
    return LinkState.NOT_FOUND if status < 500 else LinkState.SERVER_ERROR


def seconds_in(text):
    """The seconds that a Retry-After asks to wait, or None."""
    if text.strip().isdigit():
        return int(text)
    try:
        return max((parsedate_to_datetime(text) - now()).total_seconds(), 0)
    except (TypeError, ValueError):
        return None


def is_about_certificates(error):
    while error:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
