"""A search index as a store: the contract, and what is found."""

from pathlib import Path
from typing import ClassVar

import pytest

from pipelines.stores.base import StoreError
from pipelines.stores.publish import publish
from pipelines.stores.search_folders import Folders
from pipelines.stores.verifying import verify
from tests.stores.contract import Contract, opened


class TestSearch(Contract):
    portions: ClassVar[dict[str, int]] = {"pipelines.stores.search_writing.PORTION": 0}

    @pytest.fixture
    def url(self, tmp_path):
        return f"search:{tmp_path / 'found'}"

    def room(self, store):
        files = {found.st_ino: found.st_size for found in (file.stat() for file in Path(store.path).rglob("*"))}
        return sum(files.values())


def test_an_index_of_an_earlier_version_is_published_to_as_a_whole(lakes, tmp_path):
    place = tmp_path / "found"
    with opened(f"search:{place}") as store:
        publish(lakes.last, [store], 1)
    (place / "served").unlink()
    for file in (place / "index-1").iterdir():
        file.rename(place / file.name)
    (place / "index-1").rmdir()
    with opened(f"search:{place}") as store:
        assert store.stored() is None
        (done,) = publish(lakes.last, [store], 2)
        assert (done.before, done.whole) == (None, True)
        assert verify(lakes.last, store) > 0
    assert {one.name for one in place.iterdir()} == {"index-1", "publishing", "served"}


def test_an_index_that_is_whole_and_not_served_yet_is_served_without_writing_it_again(lakes, tmp_path, monkeypatch):
    with opened(f"search:{tmp_path / 'found'}") as store:
        publish(lakes.last, [store], 1)
        with monkeypatch.context() as patch:
            patch.setattr(Folders, "serve", failing)
            with pytest.raises(StoreError, match="not today"):
                publish(lakes.last, [store], 3)
        assert store.stored().release == 1
        (done,) = publish(lakes.last, [store], 3)
        assert done.there == done.parts > 0
        assert verify(lakes.last, store) > 0


def failing(_):
    raise StoreError("not today")
