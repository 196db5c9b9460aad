"""Caches that hold data and no code: bytes as they are, all else as JSON. A pickle would run in whoever reads it."""

import json
import time
from collections import OrderedDict
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

MOST_BYTES = 32_000_000  # of a cache in a worker
OVERHEAD = 200  # bytes of what holds an entry
BACKENDS = "django.core.cache.backends"
RAW = b"\0"  # begins bytes; no JSON begins with it


class JsonSerializer:
    def dumps(self, value):
        return RAW + value if isinstance(value, bytes) else json.dumps(value).encode()

    def loads(self, data):
        return data.removeprefix(RAW) if data.startswith(RAW) else json.loads(data)


class JsonSerde(JsonSerializer):
    """The same under the names of pymemcache."""

    def serialize(self, key, value):
        return self.dumps(value), 0

    def deserialize(self, key, value, flags):
        return self.loads(value)


class MemoryCache(BaseCache):
    """In the process itself, for all its threads, and bounded in bytes: what nobody asked for longest goes first."""

    serializer = JsonSerializer()
    stores = {}  # name → store
    lock = Lock()

    def __init__(self, name, params):
        super().__init__(params)
        self.most_bytes = params.get("OPTIONS", {}).get("MAX_BYTES", MOST_BYTES)
        self.store = self.stores.setdefault(name, Store())

    def get(self, key, default=None, version=None):
        key = self.make_and_validate_key(key, version=version)
        with self.lock:
            data = self.store.read(key)
        return default if data is None else self.serializer.loads(data)

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        key = self.make_and_validate_key(key, version=version)
        data, end = self.serializer.dumps(value), self.get_backend_timeout(timeout)
        with self.lock:
            self.store.write(key, data, end, self.most_bytes)

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        key = self.make_and_validate_key(key, version=version)
        data, end = self.serializer.dumps(value), self.get_backend_timeout(timeout)
        with self.lock:
            is_new = self.store.read(key) is None
            if is_new:
                self.store.write(key, data, end, self.most_bytes)
        return is_new

    def touch(self, key, timeout=DEFAULT_TIMEOUT, version=None):
        key = self.make_and_validate_key(key, version=version)
        with self.lock:
            data = self.store.read(key)
            if data is not None:
                self.store.write(key, data, self.get_backend_timeout(timeout), self.most_bytes)
        return data is not None

    def delete(self, key, version=None):
        key = self.make_and_validate_key(key, version=version)
        with self.lock:
            return self.store.drop(key)

    def clear(self):
        with self.lock:
            self.store.clear()


class Store:
    """Key → when it ends and its bytes, what was asked for last at the end."""

    def __init__(self):
        self.clear()

    def clear(self):
        self.entries, self.size = OrderedDict(), 0

    def read(self, key):
        end, data = self.entries.get(key, (None, None))
        if data is not None and end is not None and end <= time.time():
            self.drop(key)
            return None
        if data is not None:
            self.entries.move_to_end(key)
        return data

    def write(self, key, data, end, most_bytes):
        self.drop(key)
        self.entries[key] = end, data
        self.size += weight(key, data)
        while self.size > most_bytes:
            self.drop(next(iter(self.entries)))

    def drop(self, key):
        _end, data = self.entries.pop(key, (None, None))
        if data is not None:
            self.size -= weight(key, data)
        return data is not None


def weight(key, data):
    return len(key) + len(data) + OVERHEAD


# From an address


def parsed(url: str) -> dict[str, Any]:
    """The settings of a cache from its address: `redis://user:password@host:6379/0`; a ValueError where it is none."""
    parts = urlsplit(url)
    if parts.scheme == "locmem":
        return {"BACKEND": f"{__name__}.MemoryCache"}
    if not parts.hostname:
        raise ValueError("It names no server.")
    if parts.scheme in ("redis", "rediss"):
        options = {"serializer": f"{__name__}.JsonSerializer"}
        return {"BACKEND": f"{BACKENDS}.redis.RedisCache", "LOCATION": url, "OPTIONS": options}
    if parts.scheme == "pymemcache":
        options = {"serde": JsonSerde()}
        return {
            "BACKEND": f"{BACKENDS}.memcached.PyMemcacheCache",
            "LOCATION": parts.netloc.split(","),
            "OPTIONS": options,
        }
    raise ValueError("It is none of the known caches.")
