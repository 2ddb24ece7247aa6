"""A server answers the same, whatever stores it reads; one that is away for a moment is no fault of who asks."""

import random

import pytest

from pipelines.cli import main
from pipelines.landing.land import land
from pipelines.runs.run import run
from pipelines.storage.lake import Lake
from tests.cli.conftest import FIRST, SECOND
from tests.landing.lines import CLOCK, file_of
from tests.serving.servers import Serving

pytestmark = pytest.mark.servers
PATHS = [
    f"/users/{user}{page}"
    for user in range(1, 6)
    for page in ("", "/newsfeed", "/newsfeed?limit=1", "/timeline", "/notifications", "/followers", "/followees")
]
PATHS += [
    "/posts/20",
    "/posts/40",
    "/posts/50",
    "/users/@leo/newsfeed",
    "/users/9",
    "/people?prefix=l",
    "/people?prefix=@m",
]


@pytest.fixture(scope="module")
def root(tmp_path_factory, engine):
    """A lake with two releases."""
    folder = tmp_path_factory.mktemp("served")
    lake = Lake.at(str(folder / "lake"))
    for name, lines in (("first", FIRST), ("second", SECOND)):
        land(lake, engine, [file_of(folder / name, *lines)], clock=CLOCK)
        run(lake, engine, clock=CLOCK)
    return lake.root


def all_of(root, *given):
    with Serving(root, *given) as serving:
        serving.wait_until_ready()
        paths = random.sample(PATHS, len(PATHS))
        found = {path: serving.ask(path) for path in paths}
        assert serving.faults == []
    return {path: (one.status, one.facts, one.headers["ETag"]) for path, one in found.items()}


def test_answers_are_the_same_whatever_stores_have_them(root, redis_url, postgresql_url, tmp_path):
    expected = all_of(root, "--store", "lake")
    assert all_of(root, "--store", f"lmdb:{tmp_path}/store") == expected
    assert (
        all_of(root, "--store", f"lmdb:{tmp_path}/rest", "--feeds", redis_url, "--profiles", postgresql_url) == expected
    )
    assert all_of(root, "--store", "lake", "--feeds", redis_url, "--profiles", postgresql_url) == expected


def test_a_store_that_is_away_is_told_and_asked_again(root, redis, redis_url):
    assert main(["publish", redis_url, "--root", root]) == 0
    with Serving(root, "--store", "lake", "--feeds", redis_url) as serving:
        serving.wait_until_ready()
        redis.kill()
        away = [serving.ask("/users/1/newsfeed"), serving.ask("/readyz"), serving.ask("/users/1/timeline?release=2")]
        assert [one.status for one in away] == [503, 503, 200]
        assert away[0].headers["Retry-After"] == "1"
        redis.start()
        serving.wait_until_ready()
        assert serving.ask("/users/1/newsfeed").status == 200
        assert "Traceback" not in "".join(serving.faults)
