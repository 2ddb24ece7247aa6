"""The server answers the same whatever the stores are that it reads, and keeps them at the last release."""

from time import monotonic, sleep

import pytest

from tests.servers.redis import Redis
from tests.serving.servers import PATIENCE, Serving

PATHS = [
    path
    for user in (1, 2, 3, 4, 5, 6, 99)
    for path in (
        f"/users/{user}",
        f"/users/{user}/newsfeed?limit=1",
        f"/users/{user}/newsfeed",
        f"/users/{user}/timeline",
        f"/users/{user}/notifications",
        f"/users/{user}/followers",
        f"/users/{user}/followees",
    )
] + ["/posts/10", "/posts/11", "/people?prefix=m", "/people?prefix=@leo", "/users/@leo"]


@pytest.fixture
def feeds(tmp_path):
    """A Redis that wants a password."""
    server = Redis(tmp_path, settings=("--requirepass", "secret"))
    server.launch()
    server.wait()
    yield server
    server.stop()


def answers(serving):
    found = {path: serving.ask(path) for path in PATHS}
    return {path: (one.status, one.facts) for path, one in found.items()}


def test_the_same_answers_whatever_the_stores(told, feeds, postgresql_url, tmp_path):
    given = ["--feeds", feeds.url(password="secret"), "--profiles", postgresql_url]
    with (
        Serving(told.root, "--store", "lake") as plain,
        Serving(told.root, "--store", f"lmdb:{tmp_path}/rest", *given) as serving,
    ):
        for one in (plain, serving):
            one.wait_until_ready()
        expected, found = answers(plain), answers(serving)
        assert sum(status == 200 for status, _ in expected.values()) > 30
        assert found == expected
        assert serving.faults == []


def test_a_store_that_is_gone_for_a_while_is_told_of_and_is_back_by_itself(told, feeds, postgresql_url, tmp_path):
    given = ["--feeds", feeds.url(password="secret"), "--profiles", postgresql_url]
    with Serving(told.root, "--store", f"lmdb:{tmp_path}/rest", *given) as serving:
        serving.wait_until_ready()
        before = answers(serving)
        feeds.kill()
        gone = serving.ask("/users/1/newsfeed")
        assert gone.status == 503
        assert "secret" not in str(gone.facts)
        feeds.launch()
        deadline = monotonic() + PATIENCE
        while serving.ask("/users/1/newsfeed").status != 200:
            assert monotonic() < deadline, serving.faults
            sleep(0.1)
        assert answers(serving) == before
        assert "secret" not in "".join(serving.faults)
