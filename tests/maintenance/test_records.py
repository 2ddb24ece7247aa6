"""A release is recorded once, also while older ones expire."""

from dataclasses import replace

import pytest

from pipelines.releases.records import record
from pipelines.releases.release import release
from pipelines.storage import delta
from pipelines.storage.commits import Conflict
from tests.releases.worlds import releases


def test_a_release_is_recorded_though_others_expire_meanwhile(worn, copy, tidy):
    lake = copy(worn)
    handle, last = delta.find(lake.releases), release(lake)
    tidy(lake, 0)
    record(lake, handle, replace(last, number=11))
    assert releases(lake) == [8, 9, 10, 11]
    with pytest.raises(Conflict):
        record(lake, handle, replace(last, number=11))
