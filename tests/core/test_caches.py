"""What caches hold is data, and bounded in bytes."""

import pickle

import pytest
from django.core.cache.backends.memcached import PyMemcacheCache
from django.core.cache.backends.redis import RedisCache
from django.utils.module_loading import import_string

from roma_network.core import caches

VALUES = [b"", b"bytes \0\xff", b"7", 7, -7, 1.5, "text", None, True, [1, "a"], {"a": [None]}]


@pytest.fixture
def memory():
    cache = caches.MemoryCache("tests", {"OPTIONS": {"MAX_BYTES": 10_000}})
    cache.clear()
    return cache


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_bytes_and_json_come_back_as_they_were(memory, value):
    serializer, serde = caches.JsonSerializer(), caches.JsonSerde()
    assert serializer.loads(serializer.dumps(value)) == value
    assert serde.deserialize("key", *serde.serialize("key", value)) == value
    memory.set("key", value)
    assert memory.get("key", "nothing") == value


def test_a_pickle_is_not_read():
    class Code:
        def __reduce__(self):
            return pytest.fail, ("It was run.",)

    data = pickle.dumps(Code())
    for load in (caches.JsonSerializer().loads, lambda data: caches.JsonSerde().deserialize("key", data, 1)):
        with pytest.raises(UnicodeDecodeError):
            load(data)


def test_what_is_no_data_is_refused(memory):
    with pytest.raises(TypeError):
        memory.set("key", object())


@pytest.mark.parametrize(
    ("url", "backend"),
    [
        ("redis://public:secret@cache.example.eu:6379/0", RedisCache),
        ("rediss://cache.example.eu/1", RedisCache),
        ("pymemcache://one:11211,two:11211", PyMemcacheCache),
        ("locmem://", caches.MemoryCache),
    ],
)
def test_no_cache_that_can_be_set_holds_pickles(url, backend):
    found = caches.parsed(url)
    assert import_string(found["BACKEND"]) is backend
    cache = backend(found.get("LOCATION", ""), found)
    if backend is RedisCache:
        assert found["LOCATION"] == url  # with the user
        assert isinstance(cache._cache._serializer, caches.JsonSerializer)
    if backend is PyMemcacheCache:
        assert isinstance(cache._cache.default_kwargs["serde"], caches.JsonSerde)


def test_a_cache_in_memory_never_outgrows_its_bytes(memory):
    for number in range(100):
        memory.set(f"key-{number}", b"x" * 1000)
        assert memory.store.size <= 10_000
        assert memory.get(f"key-{number}") is not None
        memory.set("used", b"x" * number) if not number else memory.get("used")
    assert memory.get("key-1") is None
    assert memory.get("used") == b""
    memory.set("too-large", b"x" * 20_000)
    assert memory.get("too-large") is None
    memory.set("small", 1)
    assert memory.get("small") == 1
    memory.clear()
    assert memory.store.size == 0


def test_a_cache_in_memory_does_what_caches_do(memory, monkeypatch):
    assert memory.add("n", 1, 100)
    assert not memory.add("n", 5)
    assert memory.incr("n", 2) == 3
    assert memory.touch("n", 5)
    assert not memory.touch("m")
    now = caches.time.time()
    monkeypatch.setattr(caches.time, "time", lambda: now + 10)
    assert memory.get("n") is None
    assert memory.store.size == 0
    memory.set("n", 1, None)
    assert memory.delete("n")
    assert not memory.delete("n")
