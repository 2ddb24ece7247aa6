"""`newsfeed follow` of a stream of Kinesis, as a process of its own."""

import pytest

from pipelines.landing.land import land
from pipelines.storage.lake import Lake
from tests.landing.lines import events, file_of
from tests.servers.streams.following import Following
from tests.servers.streams.shards import fill, in_parts, lines_of

pytestmark = pytest.mark.servers


def test_killed_and_started_again_it_lands_each_record_once_and_ends_when_it_is_told(
    kinesalite, lake, engine, tmp_path, monkeypatch
):
    for name, value in kinesalite.env.items():
        monkeypatch.setenv(name, value)
    url, lines = kinesalite.create_stream("followed", 2), lines_of(1, 300)
    *first, last = in_parts(lines, 3)
    for part in first:
        fill(kinesalite, "followed", part)
        with Following(lake, url) as killed:
            killed.wait_for("landed")
            killed.kill()
    fill(kinesalite, "followed", last)
    with Following(lake, url) as follower:
        follower.wait_for("landed", lambda said: said["behind"] == 0)
        assert follower.end()[0] == 0
    other = Lake.at(str(tmp_path / "other"))
    land(other, engine, [file_of(tmp_path / "a", *lines)])
    assert events(lake) == events(other)
