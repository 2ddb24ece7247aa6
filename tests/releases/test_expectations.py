"""Expectations: no release is published of which a query that is kept finds a row, or that it cannot be asked."""

from pathlib import Path

import pytest

from pipelines.errors import is_transient
from pipelines.landing.land import land
from pipelines.releases.expectations import (
    BrokenExpectation,
    Expectation,
    Found,
    NoExpectation,
    expectations,
    forget,
    keep,
    read_expectation,
    sealed,
)
from pipelines.releases.release import NoLake
from pipelines.runs.rollback import roll_back_to
from pipelines.runs.run import run
from pipelines.storage.checksums import DamagedFile
from pipelines.storage.lake import Lake
from tests.damage.conftest import file_of_table
from tests.landing.lines import CLOCK, file_of
from tests.releases.worlds import contents, deeds, releases, require_restored, served, tables

LATE = Expectation("no-late-posts", "SELECT post_id, text FROM posts WHERE post_id >= 110 ORDER BY post_id")
"""Finds posts of the second landing alone."""
FALSE = Expectation("never", "SELECT 1 AS one")
BROKEN = """\
release 2 is not published, release 1 serves on:
check no-late-posts found 4 rows:
  post_id 110, text "post 10"
  post_id 111, text "post 11"
  post_id 112, text "post 12"
  post_id 113, text "post 13"
mend what is wrong, or take a check away by `newsfeed check --remove NAME`"""


@pytest.fixture
def lake(released, copy):
    """A release, and a second landing that it does not cover."""
    return copy(released)


def refusal(lake, engine, **given):
    with pytest.raises(BrokenExpectation) as raised:
        run(lake, engine, clock=CLOCK, **given)
    assert not is_transient(raised.value)
    return str(raised.value)


def test_a_release_of_which_it_finds_rows_is_not_published_and_the_last_one_serves(lake, released, engine):
    assert keep(lake, LATE)[1] == Found()
    for _ in range(2):
        assert refusal(lake, engine) == BROKEN
        assert (releases(lake), tables(lake), served(lake)) == ([1], tables(released), served(released))


def test_what_was_refused_is_taken_back_and_made_when_the_check_is_gone(lake, undisturbed, engine):
    keep(lake, LATE)
    refusal(lake, engine)
    forget(lake, LATE.name)
    assert run(lake, engine, clock=CLOCK).published
    require_restored(lake)
    assert (contents(lake), served(lake)) == (contents(undisturbed), served(undisturbed))


def test_a_release_that_meets_all_is_published(lake, engine):
    keep(lake, Expectation("known", "SELECT p.post_id FROM posts p LEFT JOIN profile u ON u.user_id = p.author_id "
                           "WHERE u.user_id IS NULL"))  # fmt: skip
    keep(lake, Expectation("few", "SELECT 1 FROM posts HAVING count(*) > 14"))
    assert run(lake, engine).published


def test_the_first_release_is_asked_too(landed, copy, engine):
    lake = copy(landed)
    assert keep(lake, FALSE) is None
    assert refusal(lake, engine).startswith("release 1 is not published:\ncheck never found 1 row:\n  one 1\n")
    assert releases(lake) == []


def test_all_that_are_broken_are_told_with_the_first_rows(lake, engine):
    keep(lake, Expectation("many", "SELECT value FROM generate_series(1, 1234)"))
    keep(lake, FALSE)
    said = refusal(lake, engine).splitlines()
    assert said[1:8] == ["check many found 1,234 rows:", *(f"  value {n}" for n in range(1, 6)), "  and 1,229 more"]
    assert said[8:10] == ["check never found 1 row:", "  one 1"]


def test_a_query_that_cannot_be_asked_any_more_stops_a_release(lake, engine):
    keep(lake, LATE)
    Path(lake.checks, "no-late-posts.sql").write_bytes(sealed(b"SELECT colour FROM posts"))
    said = refusal(lake, engine)
    assert "check no-late-posts cannot be asked any more:\n  cannot run the query: " in said
    assert "colour" in said
    Path(lake.checks, "no-late-posts.sql").write_bytes(sealed(b"DROP TABLE posts"))
    assert "cannot be asked any more:\n  QUERY: expected one that begins with SELECT" in refusal(lake, engine)
    assert releases(lake) == [1]


@pytest.mark.parametrize("size", [0, 1, 25, -1, 1000])
def test_one_that_is_damaged_stops_a_release_on_one_line_until_it_is_kept_again(lake, engine, size):
    one = Expectation("none", "SELECT reader_id FROM newsfeed WHERE position < 0")
    keep(lake, one)
    place = Path(lake.checks, "none.sql")
    place.write_bytes((place.read_bytes() + bytes(1000))[:size])
    with pytest.raises(DamagedFile, match=f"^{place} is damaged: expected a query with its checksum behind it; `newsf"):
        run(lake, engine)
    keep(lake, one)
    assert run(lake, engine).published


def test_a_rollback_is_asked_too(undisturbed, copy):
    lake = copy(undisturbed)
    keep(lake, Expectation("enough", "SELECT count(*) AS posts FROM posts HAVING count(*) < 14"))
    with pytest.raises(BrokenExpectation, match="release 3 is not published, release 2 serves on:\n.*\n  posts 10\n"):
        roll_back_to(lake, 1)
    assert releases(lake) == [1, 2]


def test_what_is_damaged_is_made_again_whatever_a_check_finds(undisturbed, copy, engine):
    lake = copy(undisturbed)
    keep(lake, FALSE)
    file_of_table(lake, "views/posts").unlink()
    assert run(lake, engine, damaged=frozenset({"views/posts"})).release.number == 3
    assert served(lake) == served(undisturbed)


def test_where_nothing_is_new_nothing_is_asked(undisturbed, copy, engine):
    lake = copy(undisturbed)
    assert keep(lake, FALSE)[1] == Found(1, ("one 1",))
    assert run(lake, engine).reason == "nothing new"
    assert run(lake, engine, rebuild=True).reason == "rebuild: the same again"


def test_they_are_kept_by_name_and_taken_away(lake, tmp_path):
    for sql in ("SELECT 1", "SELECT 1 WHERE false"):
        (tmp_path / "a-b.sql").write_text(sql, "utf-8")
        keep(lake, read_expectation(str(tmp_path / "a-b.sql")))
        assert expectations(lake) == [Expectation("a-b", sql)]
    with pytest.raises(NoExpectation, match="there is no check 'c': expected one of a-b"):
        forget(lake, "c")
    forget(lake, "a-b")
    assert expectations(lake) == []


WRONG = {
    "a.txt": b"SELECT 1",
    "a b.sql": b"SELECT 1",
    ".sql": b"SELECT 1",
    "delete.sql": b"DELETE FROM posts",
    "empty.sql": b"",
    "bytes.sql": b"SELECT '\xff'",
    "long.sql": b"SELECT 1" + b" " * (1 << 20),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_expectation_is_told(tmp_path, name):
    (tmp_path / name).write_bytes(WRONG[name])
    with pytest.raises(NoExpectation):
        read_expectation(str(tmp_path / name))


@pytest.mark.parametrize("sql", ["SELECT colour FROM posts", "SELECT 1 FROM follows", "SELECT 1; SELECT 2", "SELECT ("])
def test_what_cannot_be_asked_of_the_last_release_is_not_kept(lake, sql):
    with pytest.raises(NoExpectation, match="check x: cannot run the query: .*; it is not kept"):
        keep(lake, Expectation("x", sql))
    assert expectations(lake) == []


def test_nothing_is_kept_where_there_is_no_lake(tmp_path):
    with pytest.raises(NoLake):
        keep(Lake.at(str(tmp_path / "none")), FALSE)
    assert list(tmp_path.iterdir()) == []


def test_new_rows_that_break_it_are_told_once_they_land(lake, engine, tmp_path):
    keep(lake, Expectation("short", "SELECT post_id FROM posts WHERE text = 'post 20'"))
    run(lake, engine)
    land(lake, engine, [file_of(tmp_path / "more", *deeds(31, 20))], clock=CLOCK)
    assert "check short found 1 row:\n  post_id 120\n" in refusal(lake, engine)
