"""What a store says that it serves: the bytes of a store that stands are read as what they were, others are told."""

from dataclasses import dataclass

import msgspec
import pytest

from pipelines.stores import about
from pipelines.stores.about import About
from pipelines.stores.base import Content, Stored, StoreError
from pipelines.stores.packing import Layout
from pipelines.views import load_view

STORED = Stored("lake", 3, {"followers": Content(7, "99", 1)})
LAYOUTS = {"followers": Layout.of(load_view("followers").table)}
COLUMNS = [["follower_id", "bigint", False, []], ["since", "timestamp", False, []]]
FACTS = [
    "lake",
    3,
    {"followers": [7, "99", 1]},
    [["followers", [*load_view("followers").table.names], "user_id", COLUMNS]],
]


@dataclass(frozen=True)
class Numbered(About):
    serial: int
    generation: int


@pytest.mark.parametrize(
    ("given", "facts"),
    [(About(STORED, LAYOUTS), [1, *FACTS]), (Numbered(STORED, LAYOUTS, 5, 2), [1, 5, 2, *FACTS])],
)
def test_it_is_read_as_it_was_kept(given, facts):
    raw = msgspec.msgpack.encode(facts)
    assert given.as_bytes() == raw
    assert type(given).of_bytes(raw, "lmdb:a", "elsewhere") == given


def test_rows_are_kept_by_view_and_columns_and_not_for_ever(monkeypatch):
    monkeypatch.setattr(about, "KEPT", 2)
    known = About(STORED, LAYOUTS)
    known.kept("profile", ("username",))[1] = [{"user_id": 1, "username": "ann"}]
    assert known.kept("profile", ("username",)) == {1: [{"user_id": 1, "username": "ann"}]}
    assert known.kept("profile", ("first_name",)) == known.kept("posts", ("username",)) == {}
    known.kept("profile", ("username",))[2] = []
    assert known.kept("profile", ("username",)) == {}
    assert About(STORED, LAYOUTS).kept("profile", ("username",)) == {}


@pytest.mark.parametrize("facts", [[2, *FACTS], [2], [2, "another", "form"]])
def test_another_form_is_told(facts):
    with pytest.raises(StoreError, match="lmdb:a: expected the form 1 of stores, found 2: publish to another file"):
        About.of_bytes(msgspec.msgpack.encode(facts), "lmdb:a", "to another file")


@pytest.mark.parametrize("raw", [b"", b"something", *map(msgspec.msgpack.encode, [[], 1, [1, 2], [1, 5, 2, *FACTS]])])
def test_what_is_something_else_is_told(raw):
    with pytest.raises(StoreError, match="lmdb:a: it is no store of `newsfeed publish`"):
        About.of_bytes(raw, "lmdb:a", "to another file")
