"""`newsfeed diff`: counts by view, rows of a view, a user's alone, as a table, as JSON and as a file."""

import csv
import json

from tests.cli.terminals import shown_on_a_terminal

COUNTS = """\
view            came  went  changed  unchanged
newsfeed           1     0        0          4
user_timeline      1     0        0          3
profile            1     0        0          4
followers          0     0        0          2
followees          0     0        0          2
posts              1     0        0          2
post_stats         1     0        1          1
notifications      1     0        0          4
user_directory     0     0        0         12
daily_activity     0     0        1          0
"""


def test_without_a_view_rows_are_counted(ask):
    said = ask("diff", 1, 2)
    assert (said.code, said.err, said.out) == (0, "", COUNTS)
    assert json.loads(ask("diff", 2, 1, "--json").out)[0] == {
        "view": "newsfeed", "came": 0, "went": 1, "changed": 0, "unchanged": 4,
    }  # fmt: skip


def test_of_a_view_the_rows_are_shown(ask):
    lines = [row.split()[:4] for row in ask("diff", 1, 2, "post_stats").out.splitlines()]
    assert lines == [["change", "post_id", "author_id", "likes"], ["was", "20", "2", "0"], ["is", "20", "2", "0"],
                     ["came", "50", "5", "0"]]  # fmt: skip
    assert ask("diff", 1, 2, "followers").out == "no rows\n"
    assert ask("diff", 1, 2, "post_stats", "--vertical").out.startswith("row 1\nchange     was\npost_id    20\n")
    found = json.loads(ask("diff", 1, 2, "post_stats", "--json", "--ids-as-strings").out)
    assert [(row["change"], row["post_id"], row["replies"]) for row in found] == [
        ("was", "20", 0), ("is", "20", 1), ("came", "50", 0),
    ]  # fmt: skip


def test_a_terminal_shows_what_has_room_and_counts_the_rest(told):
    lines = shown_on_a_terminal(80, "diff", 1, 2, "post_stats", "--limit", "1", "--root", told.root)
    assert (len(lines), lines[-1]) == (3, "… 2 more rows: see --vertical and --limit")


def test_of_a_user(ask):
    found = json.loads(ask("diff", 1, 2, "--user", "@LEO", "--json").out)
    assert {one["view"]: one["changed"] for one in found if one["changed"]} == {"post_stats": 1}
    assert {one["view"] for one in found if one["came"]} == {"notifications"}
    assert {one["unchanged"] for one in found} == {None}
    assert [row["post_id"] for row in json.loads(ask("diff", 1, 2, "posts", "--user", 5, "--json").out)] == [50]


def test_as_a_file(ask, tmp_path):
    file = tmp_path / "a.csv"
    said = ask("diff", 1, 2, "post_stats", "--to", file)
    assert said.out == f"3 rows of post_stats, from release 1 to release 2, in {file}\n"
    with file.open(encoding="utf-8") as rows:
        assert [row["change"] for row in csv.DictReader(rows)] == ["was", "is", "came"]


def test_what_is_asked_wrongly_is_told_on_a_line(ask, tmp_path):
    for arguments, code in (
        ((1, 9), 1),
        ((1, 2, "nothing"), 2),
        ((1, 2, "--to", tmp_path / "a.csv"), 2),
        ((1, 2, "posts", "--to", tmp_path / "a.txt"), 2),
        ((1, 2, "--user", "@nobody"), 1),
        ((1, 2, "--user", "nobody"), 2),
    ):
        said = ask("diff", *arguments)
        assert (said.code, said.out, said.err.count("\n")) == (code, "", 1), arguments
    assert list(tmp_path.iterdir()) == []
