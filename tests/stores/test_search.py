"""A search index as a store: the contract, and what is found."""

from pathlib import Path
from typing import ClassVar

import pytest

from pipelines.stores.publish import publish
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
