"""Which releases expire, and what is said of those that did."""

from datetime import timedelta

import pytest

from pipelines.maintenance.expiry import Limits
from pipelines.reading.reader import LostView, Reader
from pipelines.releases.release import ExpiredRelease, all_releases, release


def test_the_last_release_is_never_expired(worn):
    found = all_releases(worn)
    later = found[-1].released_at + timedelta(days=100)
    assert Limits(keep_days=1).kept(found, later) == found[-1:]
    assert Limits(keep_days=100.001).kept(found, later) == found[-1:]


def test_of_two_limits_the_wider_one_counts(worn):
    found = all_releases(worn)
    later = found[6].released_at + timedelta(days=1)
    assert Limits(keep=2, keep_days=1).kept(found, later) == found[6:]
    assert Limits(keep=5, keep_days=1).kept(found, later) == found[5:]
    assert Limits(keep=99).kept(found, later) == found


def test_an_expired_release_says_so_and_when(tidied):
    with pytest.raises(
        ExpiredRelease, match=r"^release 2 was expired at 20\S+ \S+ UTC by `newsfeed maintain`: the old"
    ):
        release(tidied, 2)
    with pytest.raises(Exception, match="there is no release 11: the last one is 10"):
        release(tidied, 11)


def test_who_reads_on_in_an_expired_release_is_told_that_it_was(worn, copy, tidy):
    lake = copy(worn)
    reader = Reader.of(lake, 2)
    tidy(lake)
    with pytest.raises(LostView, match="of release 2 is gone, the release was expired at .*: read a release that is"):
        reader.rows("SELECT * FROM posts", "posts")
