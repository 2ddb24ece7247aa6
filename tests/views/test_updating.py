"""Batches that are merged, one after another, end with every row and every hash that a rebuild makes."""

import pytest

from pipelines.reading.reader import Reader
from pipelines.runs.run import run
from tests.histories import History
from tests.laws.worlds import in_small_files, land_events, rows_of
from tests.releases.worlds import contents


@pytest.fixture
def history():
    return History()


@pytest.fixture
def merged(lake, engine, history, monkeypatch):
    """A function that releases what was told since it was called last, and gives the content of every table."""
    in_small_files(monkeypatch, 4)
    told = []

    def release():
        land_events(lake, engine, history.events[len(told) :])
        told.extend(history.events[len(told) :])
        run(lake, engine)
        return contents(lake)

    return release


@pytest.fixture
def rebuilt(lake, engine):
    """A function that gives the content of every table as a rebuild makes it."""

    def release():
        run(lake, engine, rebuild=True)
        return contents(lake)

    return release


def test_an_edit_is_in_effect_again_when_its_author_takes_the_post_back(history, merged, rebuilt):
    alice, bob = history.users("alice", "bob")
    alice.posts(post_id=7, at="12:00")
    alice.edits(7, "edited", at="13:00")
    merged()
    bob.posts(post_id=7, at="11:00")
    assert merged()["relations/amendments"][0] == 1
    alice.posts(post_id=7, at="10:00")
    found = merged()
    assert (found["relations/amendments"][0], found) == (0, rebuilt())


def test_an_edit_that_waited_for_its_post_waits_no_more(history, merged, rebuilt):
    (alice,) = history.users("alice")
    alice.edits(7, "edited", at="12:00")
    assert merged()["relations/amendments"][0] == 1
    alice.posts(post_id=7, at="11:00")
    found = merged()
    assert (found["relations/amendments"][0], found) == (0, rebuilt())


def test_users_before_between_and_behind_all_others_come_in_any_batch(history, merged, rebuilt):
    users = history.users(*"abcdefghijklmnopqrstuvwxyz")
    for some in (users[5:20:3], users[6:19:4], users[:2], users[24:], users):
        for user in some:
            user.posts()
            user.follows(users[12])
        found = merged()
    assert found == rebuilt()


def test_what_is_as_long_as_before_and_says_something_else_is_written(history, lake, merged, rebuilt):
    (alice,) = history.users("alice")
    alice.registers()
    merged()
    alice.changes_profile(username="other")
    found = merged()
    assert [row[0] for row in rows_of(Reader.of(lake), "user_directory")] == ["alice", "doe", "other"]
    assert found == rebuilt()


def test_a_batch_touches_no_table_of_which_it_says_nothing_new(history, merged):
    (alice,) = history.users("alice")
    alice.posts(post_id=7, at="12:00")
    before = merged()
    alice.posts(post_id=7, at="13:00")
    changed = {name for name, content in merged().items() if content != before[name]}
    assert changed == {"relations/users", "views/profile", "views/daily_activity"}
