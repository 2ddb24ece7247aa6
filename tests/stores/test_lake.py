"""The lake itself, read as a store is."""

from datetime import timedelta
from random import Random

import pytest

from pipelines.maintenance.expiry import Limits
from pipelines.maintenance.maintain import maintain
from pipelines.releases.release import ExpiredRelease
from pipelines.stores import lake as lake_store
from pipelines.stores.base import StoreError
from pipelines.stores.lake import LakeStore
from tests.stores.contract import require_equal
from tests.stores.expected import expected
from tests.stores.lakes import copied


def test_it_answers_as_stores_do(lakes, seed):
    for number in (None, 2):
        require_equal(LakeStore(lakes.last, number), lakes.last, number, Random(seed))


def test_nothing_is_published_to_it(lakes):
    store = LakeStore(lakes.last)
    with pytest.raises(StoreError, match="expected a store, found a lake"):
        store.publishing(expected(lakes.last).stored_in(store.views), whole=True, plan="")


def test_a_release_that_was_read_and_then_expired_is_read_no_more(lakes, tmp_path, monkeypatch):
    monkeypatch.setattr(lake_store, "EVERY", 0.0)
    lake = copied(lakes.last, tmp_path / "lake")
    store = LakeStore(lake, 2)
    with store.reading() as before, store.reading() as again:
        assert before is again
    assert maintain(lake, Limits(1), grace=timedelta(0), execute=True).faults == []
    with pytest.raises(ExpiredRelease), store.reading():
        pass
    assert store._known is None
