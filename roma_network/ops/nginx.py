"""Purges nginx's cache (cache invalidation), so that what was withdrawn does not come back from there while all else is down.

nginx as Debian builds it knows no purging. But it can move and delete files (WebDAV), and on an inner address of its
own it does so with the folders of its cache: it is the only one who may write there.
"""

import logging
from random import randrange
from threading import Timer

import httpx
from django.conf import settings
from django.db import connection, transaction
from django.dispatch import receiver

from roma_network.models import purge_needed

FOLDERS = "0123456789abcdef"  # as `levels=1:2` of its configuration names them
DONE = (httpx.codes.CREATED, httpx.codes.NO_CONTENT, httpx.codes.NOT_FOUND)
PLACES = 100  # to move a folder to: few enough that what a crash leaves behind is overwritten some day
TRIES = 3  # a folder that nginx writes to at that moment is not empty
TIMEOUT = httpx.Timeout(30, connect=1)  # seconds
# Seconds: requests on their way, and replicas that are behind, may put an old page back.
AGAIN_AFTER = (2, 10, 30)

log = logging.getLogger(__name__)
timers = []


@receiver(purge_needed)
def purge_after_commit(**kwargs):
    is_waiting = any(callback is purge for _savepoints, callback, _robust in connection.run_on_commit)
    if settings.NGINX_PURGE_URLS and not is_waiting:
        transaction.on_commit(purge)


def purge():
    """At once, and some times more. What was hidden is deleted meanwhile."""
    for timer in timers:
        timer.cancel()  # those of a purge shortly before: what they would do comes a little later
    timers[:] = [Timer(seconds, empty) for seconds in AGAIN_AFTER]
    deletions = [
        Timer(0, tried, [delete, url, hidden])
        for url in settings.NGINX_PURGE_URLS
        if (hidden := tried(hide, url))
    ]
    for timer in [*deletions, *timers]:
        timer.daemon = True
        timer.start()


def empty() -> bool:
    """Whether nginx did it at all its addresses."""
    hidden = [(url, tried(hide, url)) for url in settings.NGINX_PURGE_URLS]
    deleted = [folders is not None and tried(delete, url, folders) for url, folders in hidden]
    return all(deleted)


def tried(act, url, *args):
    """What comes of it, or None where nginx fails: what was withdrawn stays so, and somebody is told."""
    try:
        with httpx.Client(base_url=url, timeout=TIMEOUT, trust_env=False) as client:
            return act(client, *args)
    except httpx.HTTPError:
        log.exception(
            "The cache behind %s was not emptied: what was withdrawn may come back in an outage. "
            "Once nginx answers there, run: manage.py purge_cache",
            url,
        )


def hide(client):
    """Move the folders aside, where nginx does not look: to delete thousands of files takes a while. Their names then."""
    place = randrange(PLACES)  # noqa: S311, no secret
    return [
        f"/{name}-{place}/"
        for name in FOLDERS
        if done(client, "MOVE", f"/{name}/", Destination=f"/{name}-{place}/")
    ]


def delete(client, folders):
    for folder in folders:
        done(client, "DELETE", folder)
    return True


def done(client, method, folder, **headers):
    """Whether there was anything to be done."""
    for _time in range(TRIES):
        response = client.request(method, folder, headers=headers)
        if response.status_code in DONE:
            return response.status_code != httpx.codes.NOT_FOUND
    raise httpx.HTTPError(f"{method} {response.url}: {response.status_code}")


def answers(url):
    """Whether nginx is there, and shows nobody what it keeps."""
    try:
        return httpx.get(url, timeout=1, trust_env=False).status_code == httpx.codes.FORBIDDEN
    except httpx.HTTPError:
        return False
