"""`newsfeed rollback`: what it says, where it may not, and what other commands say then."""

import json
import shutil

import pytest

DONE = """\
release 3 serves the rows of release 1 again, of 10 events in 1 landing
1 later landing with 1 event wait: `newsfeed run` would publish them again
so that it stays, mend what is wrong before the next run, in the code, in the policy, or by events that correct
it; `newsfeed check FILE.sql` keeps a query that stops each release that is wrong in the same way
"""


@pytest.fixture
def root(told, tmp_path):
    """A copy of the lake with two releases."""
    return shutil.copytree(told.root, tmp_path / "lake")


def test_it_says_what_it_means_and_how_it_stays(call, root):
    said = call("rollback", 1, "--root", root)
    assert (said.code, said.err, said.out) == (0, "", DONE)
    again = call("rollback", 1, "--root", root)
    assert (again.code, again.out) == (0, "release 3 has the rows of release 1 already: it serves on\n")


def test_feeds_status_and_releases_show_it(call, root):
    before = call("feed", 1, "--release", 1, "--root", root).out
    call("rollback", 1, "--root", root)
    assert call("feed", 1, "--root", root).out == before.replace("release 1", "release 3")
    status = call("status", "--root", root).out
    assert ", 1 landing with 1 event behind: `newsfeed run`\n" in status
    assert "\n            with the rows of release 1 again, by `newsfeed rollback`\n" in status
    listed = [row.split() for row in call("releases", "--root", root).out.splitlines()]
    assert [(row[0], row[-1]) for row in listed] == [
        ("release", "to"),
        ("1", "followed"),
        ("2", "followed"),
        ("3", "1"),
    ]


def test_as_json(call, root):
    found = json.loads(call("rollback", 1, "--json", "--root", root).out)
    release = found.pop("release")
    assert found == {"published": True, "behind": 1, "waiting_events": 1, "gone": None}
    assert (release["number"], release["rolls_back_to"], release["landing"]) == (3, 1, 1)


def test_what_cannot_serve_again_is_told_on_a_line(call, root, tmp_path):
    told = call("rollback", 9, "--root", root)
    assert (told.code, told.out, told.err) == (1, "", "error: there is no release 9: the last one is 2\n")
    none = call("rollback", 1, "--root", tmp_path / "none")
    assert (none.code, none.err) == (1, f"error: there is no lake at {tmp_path}/none: land events there first\n")
    assert call("rollback", 0, "--root", root).code == 2
