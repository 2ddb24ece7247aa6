"""`newsfeed publish`: what it says of each store, and what it may not be told."""

import json
import re
import shutil

import pytest

WHOLE = """\
{store} serves release 1: all of it, in N s
  newsfeed        3 owners, 4 of 4 rows
  user_timeline   2 owners, 3 of 3 rows
  notifications   3 owners, 4 of 4 rows
  followers       2 owners, 2 of 2 rows
  followees       1 owner, 2 of 2 rows
  profile         4 owners, 4 of 4 rows
  posts           2 owners, 2 of 2 rows
  post_stats      2 owners, 2 of 2 rows
  user_directory  4 owners, 12 of 12 rows
"""


@pytest.fixture
def store(tmp_path):
    return f"lmdb:{tmp_path / 'below' / 'served.lmdb'}"


def without_seconds(text):
    return re.sub(r"in \d+\.\d s", "in N s", text)


def test_it_says_what_it_wrote_of_how_much(call, told, store):
    first = call("publish", store, "--release", 1, "--root", told.root)
    assert (first.code, first.err) == (0, "")
    assert without_seconds(first.out) == WHOLE.format(store=store)
    second = call("publish", store, "--root", told.root)
    assert f"{store} serves release 2: what changed since release 1, in" in second.out
    assert call("publish", store, "--root", told.root).out == f"{store} has release 2 already: nothing new\n"


def test_a_release_that_is_named_is_served_though_it_is_older(call, told, store):
    call("publish", store, "--root", told.root)
    assert (
        f"{store} serves release 1: what changed since release 2"
        in call("publish", store, "--release", 1, "--root", told.root).out
    )


def test_several_stores_are_published_to_at_once_and_read_back(call, told, store):
    other = f"{store}-2"
    said = call("publish", store, other, store, "--verify", "--json", "--root", told.root)
    facts = json.loads(said.out)
    assert [(one["store"], one["release"], one["whole"], one["published"]) for one in facts] == [
        (store, 2, True, True),
        (other, 2, True, True),
    ]
    assert {one["verified"] for one in facts} == {sum(view["of"] for view in facts[0]["views"].values())}
    assert "rows read back: all as in the lake" in call("publish", store, "--verify", "--root", told.root).out


def test_a_store_that_cannot_be_is_told_before_anything_is_written(call, told, store, tmp_path):
    said = call("publish", store, "ftp://a", "--root", told.root)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("error: ftp://a: expected the URL of a store, one of lmdb:PATH, ")
    assert not (tmp_path / "below").exists()


def test_stores_that_no_list_of_processes_may_show_are_in_a_variable(call, told, store, monkeypatch):
    monkeypatch.setenv("NEWSFEED_STORES", f"{store}\n{store}-2")
    said = call("publish", "--json", "--root", told.root)
    assert [one["store"] for one in json.loads(said.out)] == [store, f"{store}-2"]
    assert json.loads(call("publish", store, "--json", "--root", told.root).out)[0]["published"] is False


@pytest.mark.parametrize("found", [None, "", "lmdb:a\n"])
def test_without_a_store_it_is_said_that_one_is_needed(call, told, monkeypatch, found):
    if found is not None:
        monkeypatch.setenv("NEWSFEED_STORES", found)
    said = call("publish", "--root", told.root)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("error: STORE: expected the URL of at least one store, such as lmdb:")


def test_a_lake_without_a_release_and_a_damaged_one_are_told_on_one_line(call, told, store, tmp_path):
    said = call("publish", store, "--root", tmp_path / "none")
    assert (said.code, said.err.count("\n")) == (1, 1)
    root = shutil.copytree(told.root, tmp_path / "lake")
    for file in (root / "views" / "posts").glob("*.parquet"):
        file.write_bytes(file.read_bytes()[:-20])
    said = call("publish", store, "--root", root)
    assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)
    assert "views/posts/" in said.err
    assert call("publish", store, "--root", told.root).code == 0
