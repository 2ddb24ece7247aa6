"""What the commands say of a lake that lost something: one line, what to do, and no traceback."""

import json
import os
import shutil
from pathlib import Path

import pytest
from deltalake import DeltaTable

from pipelines.storage.deltalog import name_of
from tests.cli.conftest import FIRST, SECOND
from tests.landing.lines import file_of, line


@pytest.fixture
def lake(told, tmp_path):
    """A copy of the lake with two releases; its root."""
    root = tmp_path / "lake"
    shutil.copytree(told.root, root)
    return root


@pytest.fixture
def at(call, lake):
    """A function that calls the command on the copy."""
    return lambda *arguments: call(*arguments, "--root", lake)


def cut(table):
    file = Path(table) / "_delta_log" / name_of(DeltaTable(table).version())
    os.truncate(file, 0)
    return file


def test_every_command_tells_of_a_landing_that_was_cut_off_until_it_is_repaired(at, lake, told, tmp_path):
    file = cut(lake / "log")
    said = f"error: {file} is empty, so what was committed there is lost: `newsfeed repair` makes the rest readable\n"
    for command in (["land", file_of(tmp_path / "a", line())], ["run"], ["status"]):
        assert (at(*command).err, at(*command).code) == (said, 1)
    assert at("feed", "1").code == 0
    assert at("repair").out == (
        f"{file} is empty: set aside\nland again what was lost, each event is kept once, then `newsfeed run`\n"
    )
    assert at("repair").out == "nothing to repair\n"
    assert "landed       1 event as landing 3" in at("land", told.second).out
    assert at("run").out == "nothing new: release 2 serves on, it covers all 11 events\n"


def test_a_log_that_was_put_back_is_told_and_gone_on_from_when_asked(at, lake, told):
    table = DeltaTable(lake / "log")
    table.restore(table.version() - 1)
    gone = (
        f"the log at {lake}/log is not the one that release 2 was made of: landing 2 is gone, "
        "with 1 of 3 posted of 2026-01-01; "
        "land their sources again, or go on from what is there with `newsfeed run --accept-log`"
    )
    for arguments in (["run"], ["run", "--rebuild"]):
        assert (at(*arguments).err, at(*arguments).code) == (f"error: {gone}\n", 1)
    assert f", {gone}\n" in at("status").out
    said = at("land", os.devnull)
    assert (said.err, said.code) == (f"warning: {gone}\n", 0)
    assert at("run", "--accept-log").out.startswith("release 3 covers 10 events (the log as it is)\n")
    assert at("run").out.startswith("nothing new: ")
    assert at("land", told.second).err == ""
    assert at("run").out.startswith("release 4 covers 11 events (landing 4 is new)\n")


def test_the_log_is_accepted_for_all_views(at):
    said = at("run", "--accept-log", "--view", "posts")
    assert (said.code, said.err) == (
        2, "error: --accept-log: expected no --view beside it, all views are made of what the log has\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    "command",
    [
        ["feed", "1"],
        ["user", "1"],
        ["find", "mi"],
        ["sql", "SELECT count(bio) FROM profile"],
        ["export", "profile", "F"],
    ],
)
def test_every_reader_tells_of_a_view_that_other_tools_took_away(at, lake, tmp_path, command):
    for file in DeltaTable(lake / "views" / "profile").file_uris():
        Path(file.removeprefix("file://")).unlink()
    said = at(*(str(tmp_path / "p.csv") if word == "F" else word for word in command))
    assert said.code == 1
    assert said.err.startswith("error: view 'profile' of release 2 is gone, other tools took ")
    assert said.err.endswith(" away: `newsfeed repair` makes it again, as a new release\n")
    assert len(said.err.splitlines()) == 1


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def one_file(table):
    return Path(DeltaTable(table).file_uris()[0].removeprefix("file://"))


def test_a_repair_makes_again_what_is_damaged_and_tells_of_what_it_cannot(at, lake, tmp_path):
    newsfeed, events = one_file(lake / "views" / "newsfeed"), one_file(lake / "log")
    before = at("feed", "1").out
    flip(newsfeed)
    assert at("feed", "1").err.endswith("; `newsfeed repair` makes it again from the log\n")
    first, second = at("repair").out.splitlines()
    assert first.startswith(f"{newsfeed} is damaged: ")
    assert second == "made again: views/newsfeed; release 3 has the rows of the one before"
    assert at("feed", "1").out == before.replace("release 2", "release 3")
    assert (at("repair").out, at("repair").code) == ("nothing to repair\n", 0)
    flip(events)
    said = at("repair")
    assert said.code == 1
    assert said.out.splitlines()[0].startswith(f"{events} is damaged: ")
    assert "lost: " in said.out
    assert at("feed", "1").out == before.replace("release 2", "release 3")
    first, second = (file_of(tmp_path / name, *lines) for name, lines in (("first", FIRST), ("second", SECOND)))
    said = at("repair", "--from", first, "--from", second)
    assert (said.code, said.out.splitlines()[-1]) == (0, "all that was lost is back, as its certificate says")
    assert at("run").out.startswith("nothing new: ")


def test_a_repair_tells_programs_of_a_damaged_index_too(at, lake):
    run = min((lake / "ids").glob("run-*"))
    flip(run)
    found = json.loads(at("repair", "--json").out)
    assert ([told.startswith(f"{run} is damaged: ") for told in found["indexes"]], found["tables"]) == ([True], {})
