"""`newsfeed erase`: what it would do, what it did, where it may not, and what other commands say then."""

import json
import shutil

import pytest

FORESEEN = """\
user 2: 2 of 3 events say something personal
             1  posted
             1  registered
user 4: 2 of 2 events say something personal
             1  posted
             1  registered
written anew: 1 file of the log, {size:,} bytes
made anew: the relations and views that it changes, of 11 events
gone then: releases 1 to 2, and all files that only they need
nothing was changed: --execute does it, and cannot be undone
"""
DONE = """\
user 2 is erased: 2 events, 0 lines in quarantine, 0 foreign names
release 3 serves, all before are gone; {freed} bytes are free; the record stays: `newsfeed erase --list`
"""


@pytest.fixture
def root(told, tmp_path):
    """A copy of the lake with two releases."""
    return shutil.copytree(told.root, tmp_path / "lake")


def test_it_says_what_it_would_do_and_changes_nothing(call, root):
    size = json.loads(call("erase", 2, 4, "--reason", "x", "--json", "--root", root).out)["bytes"]
    said = call("erase", "@LEO", 4, "--reason", "ticket 1", "--root", root)
    assert (said.code, said.err, said.out) == (0, "", FORESEEN.format(size=size))
    assert call("erase", "--list", "--root", root).out == "nobody was erased\n"
    assert len(json.loads(call("releases", "--json", "--root", root).out)) == 2


def test_done_it_says_so_and_other_commands_go_on(call, root):
    said = call("erase", "@leo", "--reason", "ticket 1", "--execute", "--root", root)
    freed = said.out.partition("gone; ")[2].partition(" bytes")[0]
    assert (said.code, said.err, said.out) == (0, "", DONE.format(freed=freed))
    for command in (["feed", 1], ["status"], ["sql", "SELECT * FROM posts"], ["explain", 1, 20], ["maintain"]):
        assert call(*command, "--root", root).code == 0, command
    for command in (["verify"], ["verify", "--quick"], ["feed", 1, "--as-of", "2025-12-31T12:00:00Z"], ["repair"]):
        assert call(*command, "--root", root).code == 0, command
    assert "leo" not in call("user", 2, "--root", root).out.lower()
    assert call("rollback", 1, "--root", root).err.startswith("error: release 1 was expired at ")
    again = call("erase", 2, "--reason", "again", "--execute", "--root", root)
    assert (again.code, again.out) == (0, "nothing personal is left of them: nothing was changed\n")
    heading, row = call("erase", "--list", "--root", root).out.splitlines()
    assert heading.split()[:2] == ["user", "erased"]
    assert (row.split()[0], row.endswith("ticket 1")) == ("2", True)


def test_as_json(call, root):
    found = json.loads(call("erase", 2, "--reason", "r", "--json", "--root", root).out)
    person = found["persons"]["2"]
    assert (found["executed"], found["events"], found["releases"]) == (False, 11, [1, 2])
    assert (person["acts"], person["events"]) == (3, {"registered": 1, "posted": 1})
    done = json.loads(call("erase", 2, "--reason", "r", "--json", "--execute", "--root", root).out)
    assert (done["executed"], done["users"], done["release"]) == (True, [2], 3)
    assert done["records"] == json.loads(call("erase", "--list", "--json", "--root", root).out)[1:]
    assert {"step": "finished", "user_id": 2, "reason": "r"}.items() <= done["records"][0].items()


def test_what_cannot_be_is_told_on_a_line(call, root, tmp_path):
    told = call("erase", 999, "--reason", "r", "--root", root)
    assert (told.code, told.out) == (1, "")
    assert told.err == "error: there is no event, no line in quarantine and no name of user 999\n"
    assert call("erase", 999, "--reason", "r", "--execute", "--root", root).err == told.err
    none = call("erase", 1, "--reason", "r", "--root", tmp_path / "none")
    assert (none.code, none.err) == (1, f"error: there is no lake at {tmp_path}/none: land events there first\n")
    assert call("erase", 1, "--root", root).code == 2
    assert call("erase", "--reason", "r", "--root", root).code == 2
    assert call("erase", 1, "--list", "--root", root).code == 2
    assert call("erase", "someone", "--reason", "r", "--root", root).code == 2


def test_beside_a_command_that_lives_it_is_not_finished_and_says_so(call, root, told):
    lake = type(told.lake).at(str(root))
    with lake.scratch():
        said = call("erase", 2, "--reason", "r", "--execute", "--root", root)
    assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)
    assert "not finished: files stay that commands may read which live here" in said.err
    assert (
        "\nerasing     user 2 is not finished: `newsfeed erase 2 --reason … --execute` goes on\n"
        in call("status", "--root", root).out
    )
    assert call("erase", 2, "--reason", "r", "--execute", "--root", root).code == 0
    assert "erasing" not in call("status", "--root", root).out
