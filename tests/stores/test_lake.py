"""The lake itself, read as a store is."""

from random import Random

import pytest

from pipelines.stores.base import StoreError
from pipelines.stores.lake import LakeStore
from tests.stores.contract import require_equal
from tests.stores.expected import expected


def test_it_answers_as_stores_do(lakes, seed):
    for number in (None, 2):
        require_equal(LakeStore(lakes.last, number), lakes.last, number, Random(seed))


def test_nothing_is_published_to_it(lakes):
    store = LakeStore(lakes.last)
    with pytest.raises(StoreError, match="expected a store, found a lake"):
        store.publishing(expected(lakes.last).stored_in(store.views), whole=True, plan="")
