"""Who asks after an event is answered by a release that covers it, or told how far it came."""

import threading

import pytest

from pipelines.landing.land import land
from pipelines.runs.run import run
from pipelines.stores.opening import store_of
from pipelines.stores.publish import publish
from tests.landing.lines import CLOCK, file_of, line
from tests.serving.servers import Forked

LATER = {"event_time": "2025-12-31T12:00:00Z", "actor_id": 1}


@pytest.fixture
def growing(lake, engine, tmp_path):
    """A lake to which lines land, and its server, which reads a store."""

    def landed(name, *lines):
        land(lake, engine, [file_of(tmp_path / name, *lines)], clock=CLOCK)

    landed("first", line("r-1", "registered", actor_id=1))
    run(lake, engine, clock=CLOCK)
    store = store_of(f"lmdb:{lake.root}/serving.lmdb")
    publish(lake, [store])  # so that the server need not
    store.close()
    with Forked(lake.root) as serving:
        serving.wait_until_ready()
        yield serving, landed, lambda: run(lake, engine, clock=CLOCK)


def test_an_event_is_waited_for_until_a_release_covers_it(growing):
    serving, landed, released = growing
    assert serving.ask("/users/1/newsfeed?after=r-1").facts["entries"] == []
    unknown = serving.ask("/users/1/newsfeed?after=p-9")
    assert (unknown.status, unknown.facts) == (404, {"error": "there is no event p-9"})
    landed("second", line("p-9", "posted", post_id=9, text="seen?", **LATER))
    early = serving.ask("/users/1/newsfeed?after=p-9&wait=0.3")
    assert (early.status, early.headers["Retry-After"]) == (409, "1")
    assert early.facts == {
        "error": "the event landed and waits to be released",
        "event_id": "p-9",
        "landing": 2,
        "serves": 1,
        "release": 2,
    }
    threading.Timer(0.3, released).start()
    found = serving.ask("/users/1/newsfeed?after=p-9&wait=30").facts
    assert (found["release"], [entry["text"] for entry in found["entries"]]) == (2, ["seen?"])


def test_what_is_under_way_is_answered_before_the_server_ends(growing):
    serving, landed, _ = growing
    landed("second", line("p-9", "posted", post_id=9, text="seen?", **LATER))
    with serving.connection() as to:
        to.request("GET", "/users/1?after=p-9&wait=1.5")
        serving.ask("/healthz")
        assert serving.end() == 0
        assert to.getresponse().status == 409
    assert serving.faults == []
