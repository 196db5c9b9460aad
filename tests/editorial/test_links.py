"""`check_links` against a real server on this machine, and what curators and readers see of it."""

import ssl
import threading
import time
from collections import Counter
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO

import pytest
import trustme
from django.core.management import CommandError, call_command
from django.utils.timezone import now

from initiatives.models import Document, Initiative
from roma_network.editorial import link_checker, links, workflow
from roma_network.editorial.work_lists import Worklist
from roma_network.models import ContentVersion, Link, Status
from stakeholders.models import Actor
from tests import factories
from tests.editing import address, queries_of
from tests.editorial.test_work_lists import cited, listed

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]

State = Link.State
DEAD_LINK = "https://gone.example.eu/"


class Site(BaseHTTPRequestHandler):
    """Answers by its path: /404 with that status, /to/404 with a redirect there, others with what they say."""

    def answer(self):
        site = self.server
        with site.lock:
            site.asked.append((self.command, self.path))
            site.now += 1
            site.most = max(site.most, site.now)
        time.sleep(0.01)
        with site.lock:
            site.now -= 1
        site.agents.add(self.headers["User-Agent"])
        way, _, rest = self.path.strip("/").partition("/")
        if way == "no-head" and self.command == "HEAD":
            return self.send(405)
        if way == "hangs-up-on-head" and self.command == "HEAD":
            return self.connection.close()
        if way == "hangs-up":
            return self.connection.close()
        if way == "busy-once" and Counter(site.asked)[self.command, self.path] == 1:
            return self.send(503, "Retry-After", "0")
        if way in ("to", "moved"):
            return self.send({"to": 302, "moved": 301}[way], "Location", f"/{rest}")
        if way == "circle":
            return self.send(302, "Location", "/circle")
        return self.send(int(way) if way.isdigit() else 200)

    do_HEAD = do_GET = answer  # noqa: N815 (the names that http.server calls)

    def send(self, status, *header):
        self.send_response(status)
        if header:
            self.send_header(*header)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def running_site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.lock = threading.Lock()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def site(running_site):
    running_site.asked, running_site.agents, running_site.now, running_site.most = [], set(), 0, 0
    return running_site


def at(site, path, host="127.0.0.1"):
    return f"http://{host}:{site.server_port}/{path}"


def check(*, allow_private=True, **options):
    """What the command says, and the links as they stand then, by the path of their address."""
    said = StringIO()
    call_command("check_links", pause=0, allow_private=allow_private, stdout=said, verbosity=0, **options)
    return said.getvalue(), {link.url.split("/", 3)[-1]: link for link in Link.objects.all()}


def sources(site, *paths):
    for path in paths:
        factories.SourceFactory(url=at(site, path))


def a_day_later():
    Link.objects.update(checked_at=now() - timedelta(days=1))


@pytest.fixture
def dead_link():
    ContentVersion.bump()
    return Link.objects.create(url=DEAD_LINK, failures=3, state=State.NOT_FOUND, status=404)


# Asking


@pytest.mark.parametrize(
    ("path", "state", "status"),
    [
        ("page", State.WORKS, 200),
        ("to/page", State.WORKS, 200),
        ("no-head", State.WORKS, 200),
        ("hangs-up-on-head", State.WORKS, 200),
        ("busy-once", State.WORKS, 200),
        ("404", State.NOT_FOUND, 404),
        ("410", State.NOT_FOUND, 410),
        ("to/404", State.NOT_FOUND, 404),
        ("500", State.SERVER_ERROR, 500),
        ("403", State.UNCLEAR, 403),
        ("429", State.UNCLEAR, 429),
        ("circle", State.UNCLEAR, 302),
    ],
)
def test_what_an_answer_means(site, path, state, status):
    sources(site, path)
    link = check()[1][path]
    assert (link.state, link.status) == (state, status)
    assert link.failures == (state in {State.NOT_FOUND, State.SERVER_ERROR})
    assert (link.worked_at is not None) == (state == State.WORKS)


def test_what_does_not_answer(site):
    sources(site, "hangs-up", "page")
    factories.SourceFactory(url="http://no-such-host.invalid/nowhere")
    factories.SourceFactory(url="http://someone:secret@127.0.0.1/astray")
    found = check()[1]
    assert [found[name].state for name in ("hangs-up", "nowhere", "astray")] == [
        State.NO_ANSWER,
        State.NO_HOST,
        State.ASTRAY,
    ]


def test_head_comes_first_and_get_where_it_does_not_do(site):
    sources(site, "page", "404")
    check()
    assert sorted(site.asked) == [("GET", "/404"), ("HEAD", "/404"), ("HEAD", "/page")]


def test_a_host_is_asked_one_thing_at_a_time_and_hosts_side_by_side(site):
    sources(site, *(f"page/{number}" for number in range(8)))
    check()
    assert site.most == 1
    for number in range(8):
        factories.SourceFactory(url=at(site, f"page/{number}", host="localhost"))
    a_day_later()
    check()
    assert site.most == 2


def test_a_host_is_left_in_peace_between_two_requests(site):
    checker = link_checker.LinkChecker("test", pause=0.1, allow_private=True)
    started = time.monotonic()
    found = list(checker.check([at(site, f"page/{number}") for number in range(3)]))
    assert [outcome.state for outcome in found] == [State.WORKS] * 3
    assert time.monotonic() - started >= 0.3


@pytest.mark.parametrize(
    ("host", "trusted", "state"),
    [
        ("localhost", True, State.WORKS),
        ("127.0.0.1", True, State.INSECURE),  # the certificate is for another name
        ("localhost", False, State.INSECURE),
    ],
)
def test_a_certificate_is_held_against_the_name_not_the_address(host, trusted, state):
    authority, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(tls)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.lock, server.asked, server.agents, server.now, server.most = threading.Lock(), [], set(), 0, 0
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *args: None  # a client that hangs up over a certificate is what is wanted
    threading.Thread(target=server.serve_forever, daemon=True).start()
    checker = link_checker.LinkChecker("test", pause=0, allow_private=True)
    if trusted:
        authority.configure_trust(checker.tls)
    url = f"https://{host}:{server.server_port}/page"
    assert [outcome.state for outcome in checker.check([url])] == [state]
    server.shutdown()
    server.server_close()


def test_who_asks_can_be_told(site):
    sources(site, "page")
    check()
    [agent] = site.agents
    assert "directory@example.eu" in agent


def test_what_moved_for_good_is_noted(site):
    sources(site, "moved/page", "to/page")
    found = check()[1]
    assert found["moved/page"].moved_to == at(site, "page")
    assert found["to/page"].moved_to == ""


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0", "127.1"]
)
def test_this_machine_is_never_asked_unless_told(site, host):
    for number in range(2):
        factories.SourceFactory(url=f"http://{host}:{site.server_port}/{number}")
    found = check(allow_private=False)[1]
    assert {link.state for link in found.values()} == {State.ASTRAY}
    assert site.asked == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 (nothing is bound)
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_which_addresses_are_public(address, public):
    assert link_checker.is_public(address) == public


def test_a_name_with_one_private_address_is_not_asked(site, monkeypatch):
    """It might be resolved to that one a moment later; and a redirect gets the same look."""

    async def getaddrinfo(loop, host, port, **options):
        return [(2, 1, 6, "", (ip, port)) for ip in ("93.184.215.14", "127.0.0.1")]

    monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", getaddrinfo)
    factories.SourceFactory(url=at(site, "page", host="rebinding.example.eu"))
    assert check(allow_private=False)[1]["page"].state == State.ASTRAY
    assert site.asked == []


# Noting


def test_three_runs_make_a_link_dead_and_one_brings_it_back(site):
    source = factories.SourceFactory(url=at(site, "404"))
    versions = []
    for _run in range(4):
        check()
        versions.append(ContentVersion.current())
        a_day_later()
    link = Link.objects.get()
    assert (link.failures, link.is_dead) == (4, True)
    assert versions[0] == versions[1] != versions[2] == versions[3]
    links.record(link_checker.LinkOutcome(source.url, State.WORKS, 200))
    assert Link.objects.get().failures == 0
    assert ContentVersion.current() != versions[3]


def test_what_is_unclear_is_no_failure_and_no_proof_of_life():
    link = Link.objects.create(url="https://example.eu/", failures=2)
    links.record(link_checker.LinkOutcome(link.url, State.UNCLEAR, 403))
    link.refresh_from_db()
    assert (link.failures, link.worked_at) == (2, None)


def test_a_second_run_of_the_day_asks_only_for_what_is_new(site):
    sources(site, "page")
    assert "1 links checked" in check()[0]
    sources(site, "other")
    site.asked.clear()
    check()
    assert site.asked == [("HEAD", "/other")]
    assert "checked already" in check()[0]


def test_all_that_is_given_is_checked_and_nothing_else(site):
    factories.ActorFactory(website=at(site, "actor"))
    factories.InitiativeFactory(website=at(site, "initiative"), status=Status.DRAFT)
    factories.DocumentFactory(url=at(site, "document"))
    factories.ActorFactory(website=at(site, "withdrawn"), status=Status.WITHDRAWN)
    sources(site, "source")
    Link.objects.create(url=at(site, "no-more"))
    assert set(check()[1]) == {"actor", "initiative", "document", "source"}


@pytest.mark.parametrize("number", [6, 60])
def test_nothing_is_noted_where_no_host_answers(site, number):
    sources(site, *(f"hangs-up/{place}" for place in range(number)))
    with pytest.raises(CommandError, match="is this machine online"):
        check()
    assert not Link.objects.exclude(checked_at=None).exists()
    asked = len(site.asked)
    time.sleep(0.1)
    assert len(site.asked) == asked  # nothing goes on aside


# Seeing


def test_a_dead_link_is_marked_on_every_page_that_shows_it(client, dead_link):
    source = factories.SourceFactory(url=DEAD_LINK)
    actor = factories.ActorCitationFactory(source=source).subject
    document = factories.DocumentFactory(url=DEAD_LINK)
    initiative = factories.InitiativeCitationFactory(subject__website=DEAD_LINK).subject
    for path in (
        actor.get_absolute_url(),
        initiative.get_absolute_url(),
        document.get_absolute_url(),
    ):
        assert "Broken link." in client.get(path).text, path
    assert "Broken link." not in client.get("/initiatives/").text


def test_marks_cost_one_query_however_many_links(client, dead_link):
    def queries_with(more):
        for number in more:
            factories.DocumentFactory(url=f"https://example.eu/{number}")
        return queries_of(client, "/documents/")

    queries_with(range(1))  # the first page of a day weighs a sample of rows besides
    assert queries_with(range(1, 2)) == queries_with(range(2, 22))


@pytest.mark.parametrize(
    ("factory", "model", "name"),
    [
        (factories.ActorFactory, Actor, "website"),
        (factories.InitiativeFactory, Initiative, "website"),
        (factories.DocumentFactory, Document, "url"),
    ],
)
def test_the_work_list_holds_entries_with_dead_links(cast, dead_link, factory, model, name):
    lacking = factory(**{name: DEAD_LINK})
    factory(**{name: "https://example.eu/"})
    assert listed(cast["curator"], Worklist.BROKEN, model) == [lacking]


def test_the_work_list_holds_entries_with_dead_sources(cast, dead_link):
    lacking = factories.ActorCitationFactory(source=factories.SourceFactory(url=DEAD_LINK)).subject
    cited()
    assert listed(cast["curator"], Worklist.BROKEN) == [lacking]
    form = cast["curator"].get(address(lacking, "change")).text
    assert "These links do not work any more" in form
    assert "The page is not there" in form


def test_a_broken_link_keeps_an_entry_from_being_published(cast, dead_link):
    actor = cited(status=Status.DRAFT, website=DEAD_LINK, summary="It teaches.")
    assert actor.gaps() == {"website": "This link is broken."}
    publisher = cast["publisher"].get("/admin/").wsgi_request.user
    with pytest.raises(workflow.IncompleteError):
        workflow.take(step=workflow.Step.PUBLISH, entry=actor, by=publisher)
    assert 'href="#id_website">This link is broken.' in cast["publisher"].get(address(actor, "change")).text


def test_curators_read_what_was_found_and_change_nothing(cast, dead_link):
    page = cast["curator"].get(address(Link))
    assert "The page is not there" in page.text
    assert cast["curator"].get(address(Link, "add")).status_code == 403
    assert cast["visitor"].get(address(Link)).status_code == 302


def test_sources_can_be_narrowed_to_the_broken_ones(cast, dead_link):
    source = factories.SourceFactory(url=DEAD_LINK)
    factories.SourceFactory()
    found = cast["curator"].get(address(type(source), link="broken")).context["cl"].result_list
    assert list(found) == [source]
