"""`export` and `sql` tell of any time: the views that they name are made of the log, and nothing stays of them."""

import json
from pathlib import Path

import pytest

from pipelines.landing.land import land
from pipelines.storage.lake import Lake
from tests.landing.lines import CLOCK, file_of, line

EARLY, LATE, LATER = (f"2025-12-31T{hour}:00:00Z" for hour in (10, 11, 12))
FIRST = [
    line("p1", "posted", event_time=EARLY, actor_id=1, post_id=1, text="early"),
    line("p2", "posted", event_time=LATER, actor_id=1, post_id=2, text="later"),
]
SECOND = [line("p3", "posted", event_time=LATE, actor_id=2, post_id=3, text="told late")]
SQL = "SELECT post_id, text FROM posts ORDER BY post_id"


@pytest.fixture(scope="module")
def root(tmp_path_factory, engine):
    """A lake of two landings, a day apart, without a release."""
    folder = tmp_path_factory.mktemp("as-of")
    lake = Lake.at(str(folder / "lake"))
    for number, lines in enumerate((FIRST, SECOND)):
        land(lake, engine, [file_of(folder / str(number), *lines)], clock=CLOCK.replace(day=1 + number))
    return lake.root


def ids(said):
    assert (said.code, said.err) == (0, "")
    return [row["post_id"] for row in json.loads(said.out)]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--as-of", EARLY], [1]),
        (["--as-of", LATE], [1, 3]),
        (["--as-of", LATER], [1, 2, 3]),
        (["--as-of", LATER, "--known-at", "2026-01-01T00:00:00Z"], [1, 2]),
        (["--as-of", "2020-01-01T00:00:00Z"], []),
    ],
)
def test_a_query_sees_what_had_happened_then_and_was_known(root, call, options, expected):
    assert ids(call("sql", SQL, "--json", *options, "--root", root)) == expected
    assert list(Path(root, "_scratch").iterdir()) == []
    assert not Path(root, "views").exists()


def test_a_query_of_no_view_needs_none(root, call):
    assert call("sql", "SELECT 1 AS one", "--json", "--as-of", LATE, "--root", root).out == '[{"one": 1}]\n'


def test_an_export_has_what_had_happened_then(root, call, tmp_path):
    file = tmp_path / "posts.jsonl"
    said = call("export", "posts", file, "--as-of", LATE, "--known-at", "2026-01-02T00:00:00Z", "--root", root)
    told = "as of 2025-12-31T11:00:00Z, as known at 2026-01-02T00:00:00Z"
    assert said.out == f"2 rows of posts, {told}, in {file}\n"
    assert [json.loads(one)["text"] for one in file.read_text().splitlines()] == ["early", "told late"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["export", "post", "x.csv", "--as-of", LATE], "there is no view 'post'"),
        (["export", "posts", "x.txt", "--as-of", LATE], "FILE: expected a name that ends in "),
        (["export", "posts", "x.csv", "--known-at", LATE], "--known-at: expected --as-of beside it"),
        (["sql", SQL, "--release", "1", "--as-of", LATE], "--as-of: expected no --release beside it"),
        (["sql", SQL, "--as-of", "yesterday"], "--as-of: expected a time such as "),
    ],
)
def test_what_cannot_be_asked_is_refused(root, call, arguments, told):
    said = call(*arguments, "--root", root)
    assert (said.code, told in said.err, len(said.err.splitlines())) == (2, True, 1)
