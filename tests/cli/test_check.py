"""`newsfeed check`: what it says as a query is kept, listed and taken away, and what a run says of it."""

import json
import shutil

import pytest

FOUND = """\
check names is kept: each release is asked before it is published
release 2 does not, 1 row found:
  user_id 4, username "e\\u001bvil"
until that is mended, no run publishes
"""


@pytest.fixture
def root(told, tmp_path):
    """A copy of the lake with two releases."""
    return shutil.copytree(told.root, tmp_path / "lake")


@pytest.fixture
def check(call, root, tmp_path):
    """A function that keeps a query under a name; what the command says."""

    def keep(name, sql, *more):
        (tmp_path / f"{name}.sql").write_text(sql, "utf-8")
        return call("check", tmp_path / f"{name}.sql", "--root", root, *more)

    return keep


def test_it_is_tried_on_the_last_release(check):
    said = check("names", "SELECT user_id, username FROM profile WHERE user_id = 4")
    assert (said.code, said.err, said.out) == (0, "", FOUND)
    assert check("names", "SELECT 1 FROM profile WHERE user_id = 9").out.endswith("\nrelease 2 meets it\n")


def test_a_run_that_would_break_it_fails_and_says_so(call, root, check):
    check("cap", "SELECT reader_id FROM newsfeed WHERE position = 1 AND reader_id = 1")
    said = call("run", "--cap", 2, "--root", root)
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        "error: release 3 is not published, release 2 serves on:\n"
        "check cap found 1 row:\n"
        "  reader_id 1\n"
        "mend what is wrong, or take a check away by `newsfeed check --remove NAME`\n"
    )
    assert call("feed", 1, "--root", root).out.startswith("newsfeed of 1, release 2")


def test_they_are_listed_and_taken_away(call, root, check):
    assert call("check", "--root", root).out == "no checks: `newsfeed check FILE.sql` keeps one\n"
    check("a", "SELECT 1\n  WHERE false")
    assert call("check", "--root", root).out.splitlines()[1].split() == ["a", "SELECT", "1", "WHERE", "false"]
    assert json.loads(call("check", "--json", "--root", root).out) == [{"name": "a", "sql": "SELECT 1\n  WHERE false"}]
    assert call("check", "--remove", "a", "--root", root).out == "check a is taken away\n"
    assert json.loads(call("check", "--json", "--root", root).out) == []


def test_as_json(check):
    found = json.loads(check("a", "SELECT 7 AS n", "--json").out)
    assert found == {"name": "a", "sql": "SELECT 7 AS n", "release": 2, "rows": 1, "samples": ["n 7"]}


def test_what_cannot_be_kept_is_told_on_a_line(call, root, check, tmp_path):
    for said in (
        check("a", "DELETE FROM posts"),
        check("a", "SELECT colour FROM posts"),
        check("a", "SELECT 1", "--remove", "a"),
        call("check", "--remove", "b", "--root", root),
    ):
        assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    gone = call("check", tmp_path / "gone.sql", "--root", root)
    assert (gone.code, gone.err) == (1, f"error: cannot read {tmp_path}/gone.sql: No such file or directory\n")
    assert call("check", "--root", tmp_path / "none").code == 1
