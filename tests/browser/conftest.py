"""Chromium, and the real directory on a live server."""

import os

import pytest
from playwright.sync_api import sync_playwright

PHONE, DESK = 390, 1280

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser(django_db_setup):
    """Chromium. While it is there, Playwright keeps an event loop running in the thread of the tests.

    There Django would refuse to query, and it has connections of its own: those from before and from
    within are closed, or they would keep their database from being copied and dropped.
    """
    from django.db import connections

    connections.close_all()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()
        connections.close_all()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def server():
    """The address of a live server on whichever database the test is connected to."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.test.testcases import LiveServerThread

    thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://{thread.host}:{thread.port}"
    thread.terminate()


@pytest.fixture(params=[PHONE, DESK])
def page(request, browser, server, directory):
    """A page of the real directory, for reading, in a narrow window and in a wide one."""
    context = browser.new_context(base_url=server, viewport={"width": request.param, "height": 800})
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    failed_on_purpose = "Failed to load resource"  # a page whose status is 404 says so here
    assert [error for error in errors if failed_on_purpose not in error] == []
