"""Purges nginx's cache, so that what was withdrawn does not come back from there while all else is down.

nginx as Debian builds it knows no purging. But it can delete files (WebDAV), and on an inner address of its own it
deletes the folders of its cache: it is the only one who may write there.
"""

import logging
from threading import Timer

import httpx
from django.conf import settings
from django.db import connection, transaction
from django.dispatch import receiver

from roma_network.models import purge_needed

FOLDERS = "0123456789abcdef"  # as `levels=1:2` of its configuration names them
DELETED = (204, 404)
TRIES = 3  # a folder that nginx writes to at that moment is not empty
TIMEOUT = httpx.Timeout(5, connect=1)  # seconds
AGAIN_AFTER = (
    2,
    10,
    30,
)  # seconds: requests on their way, and replicas that are behind, may fill in an old page

log = logging.getLogger(__name__)
timers = []


@receiver(purge_needed)
def purge_after_commit(**kwargs):
    is_waiting = any(callback is purge for _savepoints, callback, _robust in connection.run_on_commit)
    if settings.NGINX_PURGE_URLS and not is_waiting:
        transaction.on_commit(purge)


def purge():
    """At once, and some times more."""
    for timer in timers:
        timer.cancel()  # those of a purge shortly before: what they would do comes a little later
    timers[:] = [Timer(seconds, empty) for seconds in AGAIN_AFTER]
    for timer in timers:
        timer.daemon = True
        timer.start()
    empty()


def empty():
    """The addresses that did not do it."""
    failed = []
    for url in settings.NGINX_PURGE_URLS:
        try:
            delete_folders(url)
        except httpx.HTTPError:
            failed.append(url)
            log.exception(
                "The cache behind %s was not emptied: what was withdrawn may come back in an outage. "
                "Once nginx answers there, run: manage.py purge_cache",
                url,
            )
    return failed


def delete_folders(url):
    with httpx.Client(base_url=url, timeout=TIMEOUT, trust_env=False) as client:
        for folder in FOLDERS:
            delete(client, f"{folder}/")


def delete(client, folder):
    for _time in range(TRIES):
        response = client.delete(folder)
        if response.status_code in DELETED:
            return
    response.raise_for_status()


def answers(url):
    """Whether nginx is there, and deletes nothing but folders of its cache."""
    try:
        return httpx.get(url, timeout=TIMEOUT, trust_env=False).status_code == httpx.codes.FORBIDDEN
    except httpx.HTTPError:
        return False
