"""Without making anything again, files that are gone or not what was written are told, and counts that differ."""

from pathlib import Path

import pytest
from deltalake import DeltaTable

from pipelines.releases.release import release
from pipelines.verification.quick import verify
from tests.damage.flips import flipped
from tests.verification.damages import rows_of, serve

DAMAGED = ["log", "relations/users", "views/newsfeed", "views/profile"]


def wrong(lake, number=None):
    return {one.table: one.told for one in verify(lake, release(lake, number)) if not one.is_right}


def file_of(lake, name):
    return Path(min(DeltaTable(f"{lake.root}/{name}").file_uris()))


@pytest.mark.parametrize("number", [1, 2])
def test_what_is_whole_is_told_to_be(undisturbed, number):
    assert wrong(undisturbed, number) == {}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_bit_that_flipped_anywhere_in_a_file_is_told(lake, name):
    file = file_of(lake, name)
    for _ in flipped(file, 8):
        found = wrong(lake)
        assert (list(found), f"{file} is damaged" in found[name]) == ([name], True)


@pytest.mark.parametrize("name", DAMAGED)
def test_a_file_that_was_cut_off_emptied_or_deleted_is_told(lake, name):
    file = file_of(lake, name)
    whole = file.read_bytes()
    for data in (whole[:-1], whole[: len(whole) // 2], b""):
        file.write_bytes(data)
        found = wrong(lake)
        assert (list(found), f"{file} is damaged" in found[name]) == ([name], True)
    file.unlink()
    found = wrong(lake)
    assert (list(found), f"{file} is missing" in found[name]) == ([name], True)


def test_of_a_file_of_the_log_that_is_gone_the_lost_events_are_told(lake):
    file_of(lake, "log").unlink()
    assert "blocked of 2026-01-01: expected 10 events" in wrong(lake)["log"]


def test_rows_that_are_not_those_of_the_record_are_told(lake):
    serve(lake, "views/posts", rows_of(lake, "views/posts").slice(1))
    assert wrong(lake)["views/posts"].startswith("expected 10 rows (hash ")
    assert ", found 9 (hash " in wrong(lake)["views/posts"]


def test_events_that_another_tool_deleted_are_told(lake):
    DeltaTable(lake.log).delete("event_type = 'blocked'")
    assert list(wrong(lake)) == ["log"]
    assert "blocked of 2026-01-01: expected 10 events" in wrong(lake)["log"]


def test_a_log_of_which_a_release_was_not_made_is_told(undisturbed, landed, copy):
    lake = copy(undisturbed)
    older = copy(landed)
    Path(lake.log).rename(Path(lake.root, "set aside"))
    Path(older.log).rename(lake.log)
    assert "is not the one that release 2 was made of: landing 2 is gone" in wrong(lake, 1)["log"]


def test_an_entry_of_a_delta_log_that_is_empty_is_told(lake):
    entry = Path(lake.view("posts"), "_delta_log", f"{DeltaTable(lake.view('posts')).version():020}.json")
    entry.write_bytes(b"")
    assert str(entry) in wrong(lake)["views/posts"]


def test_the_command_fails_with_the_table_and_the_file(lake, call):
    file = file_of(lake, "views/newsfeed")
    file.write_bytes(file.read_bytes()[:-1])
    said = call("verify", "--quick", "--root", lake.root)
    assert said.code == 1
    assert said.err.startswith(f"error: release 1 is not as it should be: views/newsfeed: {file} is damaged: ")
