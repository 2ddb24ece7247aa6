"""A server, or who publishes, is killed meanwhile: what is served is whole, and a repeat ends right."""

from contextlib import contextmanager
from random import Random
from threading import Event, Thread, Timer

import pytest

from pipelines.stores import publish as publishing
from pipelines.stores.base import StoreError
from pipelines.stores.postgresql_client import Connection
from pipelines.stores.publish import publish
from pipelines.stores.redis_publisher import Publisher
from tests.landing.processes import KILLED
from tests.stores.contract import opened, require_equal
from tests.stores.expected import expected as told_by

STEPS = {"redis": (Publisher, "_do"), "postgresql": (Connection, "wait")}
"""What each store does often while a release is published."""
TIMES = 4


@pytest.fixture(params=STEPS)
def kind(request):
    return request.param


@pytest.fixture
def server(kind, request):
    return request.getfixturevalue(kind)


@pytest.fixture
def url(kind, request):
    return request.getfixturevalue(f"{kind}_url")


@pytest.fixture
def random(seed):
    return Random(seed)


def require_one_of(url, lakes, releases, random):
    """The store serves one of some releases, whole; which one."""
    with opened(url) as store:
        found = store.stored().release
        assert found in releases
        require_equal(store, lakes.last, found, random)
        return found


def steps_of(kind, work, monkeypatch):
    """How often a step is taken in some work."""
    owner, name = STEPS[kind]
    really, taken = getattr(owner, name), []

    def counted(*given, **more):
        taken.append(name)
        return really(*given, **more)

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, counted)
        work()
    return len(taken)


def test_who_publishes_is_killed_at_any_step(kind, url, lakes, processes, random, monkeypatch):
    with opened(url) as store:
        publish(lakes.last, [store], 3)
        steps = steps_of(kind, lambda: publish(lakes.last, [store], 1), monkeypatch)
    for number in [*random.sample(range(1, steps), TIMES - 1), steps]:
        when = random.choice(["before", "after"])
        assert processes[0].do(lakes.last, "publish", kill=(kind, number, when), stores=[url], number=3) == KILLED
        found = require_one_of(url, lakes, {1, 3}, random)
        assert (number, found) != (1, 3)
        with opened(url) as store:
            publish(lakes.last, [store], 3)
            require_equal(store, lakes.last, 3, random)
            publish(lakes.last, [store], 1)


def test_a_server_is_killed_between_two_writes(server, url, lakes, random, monkeypatch):
    with opened(url) as store:
        publish(lakes.last, [store], 1)
        really, left = publishing._write, [random.randrange(1, 8)]

        def killing(*given):
            left[0] -= 1
            if not left[0]:
                server.kill()
            really(*given)

        with monkeypatch.context() as patch:
            patch.setattr(publishing, "_write", killing)
            with pytest.raises(StoreError) as fault:
                publish(lakes.last, [store], 3)
        assert (fault.value.transient, "\n" in str(fault.value)) == (True, False)
        server.start()
        require_equal(store, lakes.last, 1, random)
        publish(lakes.last, [store], 3)
        require_equal(store, lakes.last, 3, random)


@contextmanager
def suppress_transient():
    try:
        yield
    except StoreError as fault:
        if not fault.transient:
            raise


def test_a_server_is_killed_at_any_moment(server, url, lakes, random):
    with opened(url) as store:
        publish(lakes.last, [store], 1)
    for _ in range(TIMES):
        killing = Timer(random.uniform(0, 1), server.kill)
        killing.start()
        with suppress_transient(), opened(url) as store:
            publish(lakes.last, [store], 3)
        killing.join()
        server.start()
        require_one_of(url, lakes, {1, 3}, random)
        with opened(url) as store:
            publish(lakes.last, [store], 3)
            require_equal(store, lakes.last, 3, random)
            publish(lakes.last, [store], 1)


def test_who_reads_meanwhile_sees_releases_whole(url, lakes, random):
    numbers, view = [1, 2, 3, 5, 1, 4, 6], "notifications"
    some = list(told_by(lakes.last, 3).by_owner[view])[:40]
    faults, found, over = [], [], Event()
    with opened(url) as store:
        expected = {}
        for number in set(numbers):
            publish(lakes.last, [store], number)
            with store.reading() as snapshot:
                expected[number] = snapshot.of_ids(view, "user_id", some)

        def read():
            with opened(url) as other:
                while not over.is_set():
                    with suppress_transient(), other.reading() as snapshot:
                        release = snapshot.stored.release
                        rows = [row for one in some for row in snapshot.of_ids(view, "user_id", [one])]
                        found.append(release)
                        if rows != expected[release]:
                            faults.append(release)

        reading = Thread(target=read)
        reading.start()
        for number in numbers:
            publish(lakes.last, [store], number)
        over.set()
        reading.join()
    assert (faults, len(set(found)) > 1) == ([], True)
