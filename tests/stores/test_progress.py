"""What a publish goes on with, which did not end."""

import pytest

from pipelines.stores import lmdb_writing
from pipelines.stores.about import About
from pipelines.stores.base import Content, Stored, StoreError
from pipelines.stores.progress import Progress
from pipelines.stores.publish import publish
from pipelines.stores.verifying import verify
from tests.stores.contract import counted_writes, failing_after, opened

CONTENTS = {"posts": Content(2, str(2**70), 1)}
ABOUT = About(Stored("lake", 3, CONTENTS), {})


def test_what_is_kept_of_one_publish_is_nothing_to_another():
    kept = Progress("plan", ABOUT).as_bytes(5, CONTENTS)
    assert Progress("plan", ABOUT).of_bytes(kept) == (5, CONTENTS)
    assert Progress("other", ABOUT).of_bytes(kept) is None
    assert Progress("plan", About(Stored("lake", 4, CONTENTS), {})).of_bytes(kept) is None


@pytest.mark.parametrize("raw", [None, b"", b"\xc1", b"\x90", b"hello"])
def test_what_says_nothing_of_a_publish_is_nothing(raw):
    assert Progress("plan", ABOUT).of_bytes(raw) is None


def test_what_is_durable_is_not_written_again(lakes, tmp_path, monkeypatch):
    monkeypatch.setattr(lmdb_writing, "PORTION", 0)
    with opened(f"lmdb:{tmp_path / 'served.lmdb'}") as store:
        publish(lakes.last, [store], 1)
        with failing_after(4, StoreError("not today"), monkeypatch), pytest.raises(StoreError, match="not today"):
            publish(lakes.last, [store], 3)
        with counted_writes(monkeypatch) as written:
            (done,) = publish(lakes.last, [store], 3)
        assert (done.there, len(written)) == (4, done.parts - 4)
        assert verify(lakes.last, store) > 0
