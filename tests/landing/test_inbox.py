"""What is whole in an inbox lands, and is moved then; what may not be whole, or changed meanwhile, stays."""

import os
from functools import partial
from pathlib import Path

import pytest

from pipelines.errors import UsageError
from pipelines.landing.inbox import Inbox
from pipelines.landing.land import land
from pipelines.storage import places
from pipelines.storage.places import PlaceError, move
from tests.landing.lines import file_of, ids, line


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def take(inbox, lake, engine):
    """A function that lands what is in the inbox; another landing function can be given."""
    real = partial(land, lake, engine)
    return lambda landing=real, settled=0.0: Inbox.at([str(inbox)], str(inbox / "done"), settled).land(landing)


def names(folder):
    return sorted(file.name for file in folder.iterdir())


def test_files_land_and_are_moved(inbox, take, lake):
    file_of(inbox / "a.jsonl", line("e-1"))
    file_of(inbox / "b.jsonl.gz", line("e-2"))
    landing, moved = take()
    assert (landing.number, landing.landed, moved, landing.not_read) == (1, 2, 2, {})
    assert ids(lake) == ["e-1", "e-2"]
    assert (names(inbox), names(inbox / "done")) == (["done"], ["a.jsonl", "b.jsonl.gz"])


def test_an_empty_inbox_is_no_failure(inbox, take):
    landing, moved = take()
    assert (landing.number, landing.landed, moved) == (None, 0, 0)


@pytest.mark.parametrize("name", ["a.tmp", "a.part", "a.jsonl.partial", "a.jsonl._COPYING_", ".a", "_a"])
def test_half_written_files_by_name_are_left(inbox, take, lake, name):
    file_of(inbox / name, line("e-1"))
    landing, moved = take()
    assert (landing.landed, moved, sum(landing.not_read.values())) == (0, 0, 1)
    assert (names(inbox), ids(lake)) == (sorted([name, "done"]), [])


def test_a_file_is_left_while_it_is_empty_or_was_just_written(inbox, take, lake):
    file_of(inbox / "empty")
    file_of(inbox / "new", line("e-1"))
    landing, moved = take(settled=60)
    assert (landing.not_read, moved) == ({"empty file": 1, "file that is still written": 1}, 0)
    for name in names(inbox)[1:]:
        os.utime(inbox / name, (0, (inbox / name).stat().st_mtime - 61))
    assert take(settled=60)[1] == 1
    assert (names(inbox), ids(lake)) == (["done", "empty"], ["e-1"])


def test_a_file_that_grew_while_it_landed_is_not_moved_and_the_next_landing_takes_the_rest(inbox, take, lake, engine):
    file = inbox / "a.jsonl"
    file_of(file, line("e-1"))

    def and_grow(sources):
        landing = land(lake, engine, sources)
        with file.open("ab") as end:
            end.write(line("e-2") + b"\n")
        return landing

    assert take(and_grow)[1] == 0
    landing, moved = take()
    assert (landing.landed, landing.duplicates, moved) == (1, 1, 1)
    assert ids(lake) == ["e-1", "e-2"]


def test_what_landed_and_was_not_moved_lands_no_second_time(inbox, take, lake, engine):
    file_of(inbox / "a.jsonl", line("e-1"))
    land(lake, engine, [str(inbox / "a.jsonl")])
    landing, moved = take()
    assert (landing.number, landing.duplicates, moved) == (None, 1, 1)
    assert ids(lake) == ["e-1"]


def test_what_another_landing_took_first_is_no_failure(inbox, take, lake, engine):
    file_of(inbox / "a.jsonl", line("e-1"))

    def after_another(sources):
        if sources:
            take()
        return land(lake, engine, sources)

    landing, moved = take(after_another)
    assert (landing.landed, moved, ids(lake)) == (0, 0, ["e-1"])


def test_what_another_landing_moves_first_is_no_failure(inbox, take, lake, engine):
    file_of(inbox / "a.jsonl", line("e-1"))

    def before_another(sources):
        landing = land(lake, engine, sources)
        take()
        return landing

    landing, moved = take(before_another)
    assert (landing.landed, moved, names(inbox / "done")) == (1, 0, ["a.jsonl"])


def test_a_file_that_goes_just_before_it_is_moved_is_no_failure_and_one_that_cannot_be_moved_is(
    inbox, take, lake, monkeypatch
):
    file_of(inbox / "a.jsonl", line("e-1"))
    monkeypatch.setattr(places, "move", partial(move_after, take_away=True))
    assert take()[1] == 0
    file_of(inbox / "a.jsonl", line("e-2"))
    monkeypatch.setattr(places, "move", partial(move_after, take_away=False))
    with pytest.raises(PlaceError, match=r"cannot move .*/inbox/a\.jsonl: "):
        take()
    assert (names(inbox), ids(lake)) == (["a.jsonl", "done"], ["e-1", "e-2"])


@pytest.mark.parametrize("again", [False, True])
def test_a_file_that_takes_the_place_of_what_was_read_just_before_that_is_moved_is_given_back_and_lands(
    inbox, take, lake, monkeypatch, again
):
    def replaced_first(place, new):
        monkeypatch.setattr(places, "move", move)
        file_of(inbox / "a.jsonl", line("e-2"))
        move(place, new)
        if again:
            file_of(inbox / "a.jsonl", line("e-3"))

    file_of(inbox / "a.jsonl", line("e-1"))
    monkeypatch.setattr(places, "move", replaced_first)
    assert (take()[1], names(inbox / "done"), ids(lake)) == (0, [], ["e-1"])
    assert (take()[1], ids(lake)) == (1 + again, ["e-1", "e-2", "e-3"][: 2 + again])


def move_after(place, new, *, take_away):
    """Move a file to where nothing can be, after somebody took it away or not."""
    if take_away:
        Path(place).unlink()
    move(place, f"{new}/no")


def test_a_file_of_a_name_that_is_done_already_takes_nothing_away(inbox, take, lake):
    for number in range(3):
        file_of(inbox / "a.jsonl", line(f"e-{number}"))
        assert take()[1] == 1
    assert names(inbox / "done") == ["a.jsonl", "a.jsonl.2", "a.jsonl.3"]
    assert line("e-0") in (inbox / "done" / "a.jsonl").read_bytes()


def test_what_cannot_be_read_fails_and_stays(inbox, take, lake):
    file_of(inbox / "a.jsonl", line("e-1"))
    (inbox / "b.zip").write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(PlaceError, match=r"b\.zip"):
        take()
    assert (names(inbox), ids(lake)) == (["a.jsonl", "b.zip", "done"], [])


def test_a_source_that_is_no_folder_is_wrong_usage(inbox, lake, engine):
    file = file_of(inbox / "a.jsonl", line("e-1"))
    with pytest.raises(UsageError, match=r"SOURCES: expected a folder beside --done, found .*a\.jsonl"):
        Inbox.at([file], str(inbox / "done"), 0).land(partial(land, lake, engine))


def test_other_folders_in_the_inbox_are_counted(inbox, take):
    (inbox / "deeper").mkdir()
    assert take()[0].not_read == {"folder": 1}
    assert take()[0].not_read == {"folder": 1}
