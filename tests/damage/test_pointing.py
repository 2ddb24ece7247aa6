"""Whoever meets damage says on one line what and where, and points to `newsfeed repair`; nobody serves less.

By default some commands meet each kind of damage, drawn by `SEED`; `ORDERS=500 pytest tests/damage` lets all meet all.
"""

import os
import shutil
from pathlib import Path
from random import Random

import pytest
from deltalake import DeltaTable

from pipelines.storage import trimming
from pipelines.storage.lake import Lake
from tests.cli.conftest import call, told
from tests.damage.conftest import file_of_table
from tests.damage.test_repair import flip
from tests.landing.lines import file_of, line

__all__ = ["call", "told"]

EACH = {"readers": int(os.environ.get("ORDERS", "5")), "writers": int(os.environ.get("ORDERS", "2"))}
"""How many commands meet each kind of damage."""
AS_OF = ["--as-of", "2025-12-31T10:06:30Z"]
READERS = [
    ["feed", "1"],
    ["feed", "1", "--release", "1"],
    ["feed", "1", *AS_OF],
    ["user", "1"],
    ["user", "1", *AS_OF],
    ["find", "mi"],
    ["sql", "SELECT * FROM profile ORDER BY user_id"],
    ["export", "newsfeed", "FILE.csv"],
    ["diff", "1", "2"],
    ["diff", "1", "2", "newsfeed"],
    ["explain", "1", "20"],
    ["explain", "1", "20", *AS_OF],
    ["status"],
    ["releases"],
    ["quarantine"],
    ["check"],
]
WRITERS = [
    ["land", "SOURCE"],
    ["run"],
    ["rollback", "1"],
    ["maintain"],
    ["check", "NAMED.sql"],
]


def data(table):
    """Damage the data files of a table."""

    def harm(root):
        found = [Path(place.removeprefix("file://")) for place in DeltaTable(root / table).file_uris()]
        for path in found:
            flip(path)
        return found

    return harm


def gone(table):
    """Take the data files of a table away."""

    def harm(root):
        found = [Path(place.removeprefix("file://")) for place in DeltaTable(root / table).file_uris()]
        for path in found:
            path.unlink()
        return found

    return harm


def commit(table):
    """Cut a table's newest commit off."""

    def harm(root):
        path = max((root / table / "_delta_log").glob("*.json"))
        os.truncate(path, 30)
        return [path]

    return harm


def checkpoint(table):
    """Empty the checkpoint of a table's newest version."""

    def harm(root):
        version = DeltaTable(root / table).version()
        trimming.write_checkpoint(str(root / table), version)
        path = root / table / "_delta_log" / f"{version:020}.checkpoint.parquet"
        os.truncate(path, 0)
        return [path]

    return harm


def index(root):
    """Damage the runs of the index of ids."""
    found = list((root / "ids").glob("run-*"))
    for path in found:
        flip(path)
    return found


TABLES = ("log", "quarantine", "releases", "relations/users", "views/newsfeed", "views/profile")
SOME = ("log", "quarantine", "views/profile")
CLASSES = {
    f"{kind.__name__} of {table}": kind(table)
    for kind, tables in (
        (data, TABLES),
        (commit, TABLES),
        (gone, SOME),
        (checkpoint, ("log", "releases", "views/profile")),
    )
    for table in tables
} | {"index": index}

MET = ("data of views/newsfeed", "data of views/profile", "data of log")
"""Files of data that some of those who write read."""


@pytest.fixture
def asked(call, tmp_path):
    """A function that calls a command on a lake; its exit code, output and error output, without names of places."""
    given = {
        "SOURCE": file_of(tmp_path / "source", line("e-9"), b"bad too"),
        "NAMED.sql": file_of(tmp_path / "NAMED.sql", b"SELECT * FROM newsfeed WHERE position < 1"),
        "FILE.csv": str(tmp_path / "FILE.csv"),
    }

    def ask(root, command):
        said = call(*(given.get(word, word) for word in command), "--root", root)
        return said.code, said.out.replace(str(root), "ROOT").replace(str(tmp_path), "HERE"), said.err

    return ask


def is_wrong(places, whole, found):
    """What is wrong of what is told: neither as ever, nor a line with what is damaged and what to do."""
    code, out, told = found
    if (code, told) == (0, ""):
        return None if out == whole[1] else out
    points = any(str(place) in told for place in places) and "newsfeed repair" in told
    return None if (code, len(told.splitlines()), points) == (1, 1, True) else found


@pytest.fixture(scope="module")
def whole(told):
    """A function that gives what is told by a command of a lake that is not damaged, which is asked once."""
    return {}


@pytest.fixture
def some(seed, request):
    """A function that draws some of the commands that there are."""
    random = Random(f"{seed} {request.node.name}")
    return lambda which, found: random.sample(found, min(EACH[which], len(found)))


@pytest.mark.parametrize("kind", CLASSES)
def test_every_reader_answers_as_ever_or_points_to_repair(told, whole, asked, some, tmp_path, kind):
    readers = some("readers", READERS)
    for command in readers:
        if tuple(command) not in whole:
            whole[tuple(command)] = asked(told.root, command)
    assert {code for code, *_ in whole.values()} == {0}
    root = shutil.copytree(told.root, tmp_path / "lake")
    places = CLASSES[kind](root)
    found = {tuple(command): is_wrong(places, whole[tuple(command)], asked(root, command)) for command in readers}
    assert {command: wrong for command, wrong in found.items() if wrong is not None} == {}


@pytest.mark.parametrize("kind", [kind for kind in CLASSES if kind.startswith("commit") or kind in MET])
def test_who_writes_does_as_ever_or_points_to_repair(told, whole, asked, some, tmp_path, kind):
    found = {}
    for number, command in enumerate(some("writers", WRITERS)):
        if tuple(command) not in whole:
            whole[tuple(command)] = asked(shutil.copytree(told.root, tmp_path / f"whole-{number}"), command)
        root = shutil.copytree(told.root, tmp_path / f"lake-{number}")
        places = CLASSES[kind](root)
        found[tuple(command)] = is_wrong(places, whole[tuple(command)], asked(root, command))
    assert {command: wrong for command, wrong in found.items() if wrong is not None} == {}


def test_a_landing_that_meets_damage_beside_the_log_lands_nothing_and_points_to_repair(told, call, tmp_path):
    root = shutil.copytree(told.root, tmp_path / "lake")
    place = file_of_table(Lake.at(str(root)), "quarantine")
    os.truncate(place, 100)
    before = DeltaTable(root / "log").version()
    said = call("land", told.second, "--root", root)
    assert (said.code, said.out, DeltaTable(root / "log").version()) == (1, "", before)
    assert said.err.startswith(f"error: {place} is damaged: ")
    assert said.err.endswith(
        "; `newsfeed repair` tells what was lost, and with --from lands that again from its source\n"
    )
    told_of = call("repair", "--root", root)
    assert (told_of.code, told_of.out.splitlines()[1:]) == (1, [f"lost: 2 lines in quarantine, of {told.second}"])
    done = call("repair", "--from", told.second, "--root", root)
    assert (done.code, done.out.splitlines()[-1]) == (0, "all that was lost is back, as its certificate says")
    assert call("repair", "--root", root).out == "nothing to repair\n"
