"""What is no store, or not whole, or held by another, is told on one line."""

import re
import sys
from random import Random

import pytest

from pipelines.errors import UsageError
from pipelines.stores import environments, opening
from pipelines.stores.base import StoreError
from pipelines.stores.opening import store_of
from pipelines.stores.publish import publish
from tests.stores.contract import opened, require_equal


@pytest.fixture
def url(tmp_path):
    return f"lmdb:{tmp_path / 'served.lmdb'}"


@pytest.mark.parametrize(
    "name", ["served.lmdb", "lmdb", "ldmb:a", "http://a/b", "postgres", "", "lmdb:", "lmdb:a/", "lmdb:a\0b"]
)
def test_a_name_that_names_no_store_is_told(name):
    with pytest.raises(UsageError, match="expected"):
        store_of(name)


def test_a_password_is_not_told():
    with pytest.raises(UsageError, match=re.escape("mysql://me:…@host/a: expected the URL of a store")):
        store_of("mysql://me:secret@host/a")


def test_a_package_that_is_missing_is_told(monkeypatch, url):
    monkeypatch.setattr(opening, "find_spec", lambda name: None)
    with pytest.raises(
        UsageError, match=re.escape("it needs the extra server: pip install 'newsfeed-pipelines[server]'")
    ):
        store_of(url)


def test_a_file_of_something_else_is_told_and_left_alone(lakes, url, tmp_path):
    for content in (b"hello", b"x" * 100_000):
        (tmp_path / "served.lmdb").write_bytes(content)
        with opened(url) as store, pytest.raises(StoreError, match="it is no whole file of LMDB"):
            publish(lakes.last, [store])
        assert (tmp_path / "served.lmdb").read_bytes() == content


def test_a_file_that_is_cut_off_is_told(lakes, url, tmp_path):
    with opened(url) as store:
        publish(lakes.last, [store])
    file = tmp_path / "served.lmdb"
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with opened(url) as store, pytest.raises(StoreError, match="it is cut off: expected [0-9,]+ bytes, found [0-9,]+"):
        store.stored()


def test_a_folder_and_a_place_below_a_file_are_told(lakes, tmp_path):
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file" / "served.lmdb"):
        with opened(f"lmdb:{path}") as store, pytest.raises(StoreError, match="cannot (open|read|write) lmdb:"):
            publish(lakes.last, [store])


def test_two_who_have_it_open_share_it_and_the_last_one_closes_it(lakes, url, tmp_path):
    with opened(url) as one:
        publish(lakes.last, [one], 1)
        with opened(url) as other:
            assert other.stored() == one.stored()
        with one.reading() as snapshot:
            assert snapshot.stored.release == 1
    assert str(tmp_path / "served.lmdb") not in environments._OPENED


def test_a_new_release_is_seen_by_who_has_it_open_in_another_process(lakes, url, at_once):
    with opened(url) as store:
        publish(lakes.last, [store], 1)
        at_once(*[(lakes.last, "publish", {"stores": [url], "number": 3})] * 2)
        with store.reading() as snapshot:
            assert snapshot.stored.release == 3
    assert sys.platform == "linux"


def test_a_file_that_is_taken_away_is_read_no_more_and_one_in_its_place_is(lakes, url, at_once, tmp_path):
    with opened(url) as store:
        publish(lakes.last, [store], 2)
        with store.reading() as before:
            (tmp_path / "served.lmdb").unlink()
            assert store.stored() is None
            with pytest.raises(StoreError, match="nothing was published there yet"), store.reading():
                pass
            at_once(*[(lakes.last, "publish", {"stores": [url], "number": 6})] * 2)
            with pytest.raises(StoreError, match="it was replaced while it is read"), store.reading():
                pass
            assert before.stored.release == 2
        with store.reading() as snapshot:
            require_equal(store, lakes.last, 6, Random(1))
            assert snapshot.stored.release == 6


def test_a_file_that_is_replaced_is_read_as_it_is_now_by_all_who_have_it_open(lakes, url, tmp_path):
    with opened(f"lmdb:{tmp_path / 'next.lmdb'}") as other:
        publish(lakes.last, [other], 3)
    with opened(url) as store, opened(url) as another:
        publish(lakes.last, [store], 1)
        assert another.stored().release == 1
        (tmp_path / "next.lmdb").replace(tmp_path / "served.lmdb")
        assert [one.stored().release for one in (store, another)] == [3, 3]
