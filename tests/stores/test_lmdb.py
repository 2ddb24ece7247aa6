"""LMDB as a store."""

from itertools import combinations
from pathlib import Path
from typing import ClassVar

import pytest

from pipelines.stores import publish as publishing
from pipelines.stores.accounts import Accounts
from pipelines.stores.base import StoreError
from pipelines.stores.lmdb import KEY, NUMBERS, SERVED, SLOTS
from pipelines.stores.publish import publish
from pipelines.stores.terms import entry_of
from pipelines.stores.verifying import verify
from tests.stores.contract import Contract, opened
from tests.stores.expected import expected


class TestLmdb(Contract):
    given_up = 100
    portions: ClassVar = {"pipelines.stores.lmdb_writing.PORTION": 0}

    @pytest.fixture
    def url(self, tmp_path):
        return f"lmdb:{tmp_path / 'served.lmdb'}"

    def room(self, store):
        return Path(store.path).stat().st_size


def slot_of(store, **how):
    """A transaction in the slot that is served."""
    store.stored()
    return store._opened.environment.begin(store._opened.slots[store._opened.served], **how)


@pytest.fixture
def served(lakes, tmp_path):
    """A store that has the last release, and a function that changes what a key has in it behind its back."""
    with opened(f"lmdb:{tmp_path / 'served.lmdb'}") as store:
        publish(lakes.last, [store])

        def change(key, value):
            with slot_of(store, write=True) as transaction:
                assert transaction.get(key) is not None
                transaction.delete(key) if value is None else transaction.put(key, value)

        yield store, change


@pytest.mark.parametrize(("view", "whose"), [("newsfeed", "reader_id"), ("posts", "post_id"), ("profile", "user_id")])
@pytest.mark.parametrize("value", [None, b""])
def test_rows_that_are_gone_are_found_when_all_is_read_back(lakes, served, view, whose, value):
    store, change = served
    owner = max(expected(lakes.last).by_owner[view])
    change(KEY(NUMBERS[view], owner), value)
    with pytest.raises(StoreError, match=f"{view} of {whose} {owner}: expected the .* rows of release 7, found 0"):
        verify(lakes.last, store)


def test_rows_that_are_others_are_found_when_all_is_read_back(lakes, served):
    store, change = served
    followed = expected(lakes.last).by_owner["followers"]
    one, other = next(both for both in combinations(followed, 2) if are_as_many_others(*map(followed.get, both)))
    with slot_of(store) as transaction:
        value = transaction.get(KEY(NUMBERS["followers"], other))
    change(KEY(NUMBERS["followers"], one), value)
    with pytest.raises(StoreError, match=f"followers of user_id {one}: expected the .* or others"):
        verify(lakes.last, store)


def are_as_many_others(rows, others):
    return len(rows) == len(others) and rows[0]["follower_id"] != others[0]["follower_id"]


def test_a_name_that_nobody_finds_is_found_when_all_is_read_back(lakes, served):
    store, change = served
    for row in expected(lakes.last).directory:
        change(entry_of(row["term"], row["user_id"], row["field"])[0], None)
    with pytest.raises(StoreError, match="user_directory of release 7: user [0-9]+ is not found by a name"):
        verify(lakes.last, store)


def test_a_file_of_an_earlier_version_is_published_to_as_a_whole(lakes, tmp_path):
    url = f"lmdb:{tmp_path / 'served.lmdb'}"
    with opened(url) as store, opened(f"lmdb:{tmp_path / 'other'}") as other:
        publish(lakes.last, [other], 1)
        with slot_of(other) as transaction, store._open().environment.begin(write=True) as earlier:
            for key, value in transaction.cursor():
                earlier.put(key, value)
        assert store.stored() is None
        (done,) = publish(lakes.last, [store], 2)
        assert (done.before, done.whole) == (None, True)
        assert verify(lakes.last, store) > 0
        with store._opened.environment.begin() as transaction:
            assert {key for key, _ in transaction.cursor()} == {SERVED, *SLOTS}


def test_of_several_stores_none_serves_a_release_before_all_have_it(lakes, tmp_path, monkeypatch):
    with opened(f"lmdb:{tmp_path / 'one'}") as one, opened(f"lmdb:{tmp_path / 'other'}") as other:
        publish(lakes.last, [one, other], 1)
        require, served = Accounts.require, []
        monkeypatch.setattr(
            publishing, "_write", noting(publishing._write, lambda: served.append(one.stored().release))
        )
        publish(lakes.last, [one, other], 2)
        assert set(served) == {1}
        monkeypatch.setattr(Accounts, "require", failing_for(other.url, require))
        with pytest.raises(StoreError, match="not today"):
            publish(lakes.last, [one, other], 3)
        assert [store.stored().release for store in (one, other)] == [2, 2]


def noting(write, note):
    def noted(*given):
        note()
        write(*given)

    return noted


def failing_for(url, require):
    def required(self, of, stored):
        if of == url:
            raise StoreError("not today")
        require(self, of, stored)

    return required
