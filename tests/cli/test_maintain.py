"""`newsfeed maintain`: a table of what it frees and costs; what cannot be done is told on a line, and nothing lost."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.test_full import disk, fill
from tests.cli.test_worlds import command

__all__ = ["command", "disk"]

STEPS = [
    "small files of the log compacted",
    "files of generations merged",
    "releases expired",
    "data files that no kept release needs",
    "data files that no commit names",
    "checkpoints of Delta logs written",
    "old entries of Delta logs",
]


@pytest.fixture
def lake(told, tmp_path):
    """A copy of the lake with two releases."""
    return shutil.copytree(told.root, tmp_path / "lake")


def test_it_says_what_it_would_do_and_changes_nothing(call, lake):
    said = call("maintain", "--keep", 1, "--root", lake)
    heading, *rows, last = said.out.splitlines()
    assert heading.split("  ")[0] == "what"
    assert [row[: len(step)] for row, step in zip(rows, STEPS, strict=True)] == STEPS
    assert (said.code, said.err, last) == (0, "", "nothing was changed: --execute does it")
    assert len(json.loads(call("releases", "--json", "--root", lake).out)) == 2


def test_it_does_it_when_told_to_and_says_so(call, lake):
    done = call("maintain", "--keep", 1, "--execute", "--root", lake)
    assert done.out.splitlines()[-1] == "what is freed later goes with the next maintenance after 1 h"
    listed = call("releases", "--root", lake).out.splitlines()
    assert (len(listed), listed[-1].partition(" 20")[0]) == (3, "older ones, up to release 1, were expired at")
    gone = call("feed", "1", "--release", 1, "--root", lake)
    assert (gone.code, gone.out, gone.err[:33]) == (1, "", "error: release 1 was expired at 2")


def test_in_json_it_is_facts(call, lake):
    facts = json.loads(call("maintain", "--keep", 1, "--grace", 0, "--execute", "--json", "--root", lake).out)
    assert (facts["executed"], facts["faults"], [step["what"] for step in facts["steps"]]) == (True, [], STEPS)
    assert facts["steps"][2]["count"] == 1


@pytest.mark.parametrize("wrong", [["--keep", 0], ["--keep-days", -1], ["--grace", -1], ["--keep", "many"]])
def test_wrong_limits_are_wrong_usage(call, lake, wrong):
    assert call("maintain", *wrong, "--root", lake).code == 2


def test_without_a_lake_it_fails(call, tmp_path):
    said = call("maintain", "--root", tmp_path / "none")
    assert (said.code, said.err) == (1, f"error: there is no lake at {tmp_path}/none: land events there first\n")


def files(lake):
    return sorted(str(file) for file in Path(lake).rglob("*.parquet") if "_delta_log" not in str(file))


@pytest.mark.parametrize(("closed", "verb"), [("releases/_delta_log", "write"), ("views/posts", "remove")])
def test_what_it_may_not_change_is_told_and_the_rest_is_done(command, lake, closed, verb):
    before = files(f"{lake}/{closed}")
    Path(lake, closed).chmod(0o500)
    said = command("maintain", "--keep", 1, "--grace", 0, "--execute", "--root", lake)
    Path(lake, closed).chmod(0o700)
    assert (said.code, said.err.count("\n")) == (1, 1)
    assert said.err.startswith(f"error: cannot {verb} {lake}/{closed}")
    assert files(f"{lake}/{closed}") == before
    assert command("maintain", "--keep", 1, "--grace", 0, "--execute", "--root", lake).code == 0
    assert len(files(f"{lake}/views/posts")) == 1


def test_without_room_it_loses_nothing(command, told, disk):
    lake = shutil.copytree(told.root, disk / "lake")
    before = files(lake)
    ballast = fill(disk, 0)
    said = command("maintain", "--keep", 1, "--execute", "--root", lake)
    assert (said.code, "No space left on device" in said.err, "Traceback" in said.err) == (1, True, False)
    ballast.unlink()
    assert files(lake) == before
    assert command("maintain", "--keep", 1, "--execute", "--root", lake).code == 0


def test_without_room_it_takes_away_what_nothing_needs(command, told, disk):
    lake = shutil.copytree(told.root, disk / "lake")
    assert command("maintain", "--keep", 1, "--execute", "--root", lake).code == 0
    found = os.statvfs(disk)
    subprocess.run(["mount", "-o", f"remount,nr_inodes={found.f_files - found.f_ffree}", str(disk)], check=True)
    said = command("maintain", "--execute", "--grace", 0, "--json", "--root", lake)
    assert (said.code, said.err.count("\n"), "_scratch" in said.err) == (1, 1, True)
    steps = {step["what"]: step for step in json.loads(said.out)["steps"]}
    assert steps["data files that no kept release needs"]["freed"] > 0
    assert command("maintain", "--execute", "--grace", 0, "--root", lake).code == 0


@pytest.mark.parametrize("wrong", [("--memory", "1M"), ("--memory", "much"), ("--engine", "flink")], ids=str)
def test_a_plan_takes_what_its_run_takes_and_nothing_else(call, lake, wrong):
    said = [call("run", *plan, *wrong, "--root", lake) for plan in ([], ["--plan"])]
    assert [(one.code, one.err) for one in said] == [(2, said[0].err)] * 2
