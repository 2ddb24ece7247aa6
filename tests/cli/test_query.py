import json

import pytest
from deltalake import DeltaTable


def test_sql_shows_a_table(ask):
    said = ask("sql", "SELECT user_id, username, joined_at FROM profile WHERE user_id IN (2, 5) ORDER BY user_id")
    assert [line.split() for line in said.out.splitlines()] == [
        ["user_id", "username", "joined_at"],
        ["2", "leo", "2025-12-31", "10:02:00"],
        ["5"],
    ]


def test_sql_knows_every_view_of_a_release(ask):
    for view, rows, before in [("newsfeed", 5, 4), ("user_timeline", 4, 3), ("profile", 5, 4), ("posts", 3, 2)]:
        query = ["sql", f"SELECT count(*) AS n FROM {view}", "--json"]
        assert json.loads(ask(*query).out) == [{"n": rows}]
        assert json.loads(ask(*query, "--release", 1).out) == [{"n": before}]


def test_sql_of_no_rows_says_so(ask):
    assert ask("sql", "SELECT * FROM posts WHERE post_id = 0").out == "no rows\n"
    assert json.loads(ask("sql", "SELECT * FROM posts WHERE post_id = 0", "--json").out) == []


def test_sql_steers_no_terminal(ask):
    said = ask("sql", "SELECT text FROM posts WHERE post_id = 20")
    assert "31mb" in said.out
    assert not {"\x1b", "\x07", "\u202e"} & set(said.out)


def test_sql_gives_values_of_any_type_as_json(ask):
    for value in ("max(posted_at) - min(posted_at)", "CAST(1.5 AS DECIMAL(4, 2))", "CAST(now() AS TIME)", "true"):
        said = ask("sql", f"SELECT {value} AS value FROM posts GROUP BY true", "--json")
        assert (said.code, list(json.loads(said.out)[0])) == (0, ["value"])


def test_sql_shows_two_columns_of_one_name(ask):
    said = ask("sql", "SELECT a.post_id, b.post_id FROM posts a JOIN posts b ON b.post_id > a.post_id ORDER BY 1, 2")
    assert said.code == 0
    assert said.out.splitlines()[1].split() == ["20", "40"]


@pytest.mark.parametrize("query", ["SELECT*FROM posts", "select(1)", "( SELECT 1 )", "/* one */ SELECT 1", "VALUES(1)"])
def test_sql_may_be_written_in_any_way(ask, query):
    assert ask("sql", query).code == 0


@pytest.mark.parametrize("comment", ["-- one\n", "--\n", "/* one */", "/* one /* in */ */"])
def test_sql_may_stand_behind_any_number_of_comments(ask, comment):
    assert ask("sql", comment * 1000 + "SELECT 1 AS one").out.split() == ["one", "1"]


def test_a_long_query_that_does_not_read_is_told_on_a_short_line(ask):
    said = ask("sql", "DELETE FROM posts -- " + "x" * 1000)
    assert (said.code, said.err.count("\n"), len(said.err) < 200) == (2, 1, True)


def test_sql_writes_no_files(ask, tmp_path):
    ask("sql", f"COPY (SELECT 1) TO '{tmp_path}/a.csv'")
    ask("sql", "DELETE FROM posts")
    assert list(tmp_path.iterdir()) == []
    assert json.loads(ask("sql", "SELECT count(*) AS n FROM posts", "--json").out) == [{"n": 3}]


def test_a_path_leads_to_a_view(ask, told):
    place = f"{told.root}/views/posts"
    found = json.loads(ask("path", "posts", "--json").out)
    assert (found["path"], ask("path", "posts").out) == (place, f"{place} version {found['version']}\n")
    assert DeltaTable(place, version=found["version"]).to_pyarrow_table().num_rows == 3
    before = json.loads(ask("path", "posts", "--json", "--release", 1).out)["version"]
    assert DeltaTable(place, version=before).to_pyarrow_table().num_rows == 2
