"""Batches that are merged, one after another, end with every row and every hash that a rebuild makes."""

from itertools import pairwise
from pathlib import Path

import pytest

from pipelines import owners
from pipelines.reading.people import page
from pipelines.reading.reader import Reader
from pipelines.runs.plans import Mode
from pipelines.runs.run import run
from pipelines.runs.staged import BYTES_PER_EVENT
from pipelines.storage import delta
from tests.histories import History
from tests.laws.worlds import in_small_files, land_events, rows_of
from tests.releases.worlds import contents


@pytest.fixture
def history():
    return History()


@pytest.fixture
def merged(lake, engine, history, monkeypatch):
    """A function that releases what was told since it was called last, and gives the content of every table.

    It is told how many events a bucket has, where there are to be some buckets.
    """
    in_small_files(monkeypatch, 4)
    told = []

    def release(events=None):
        land_events(lake, engine, history.events[len(told) :])
        told.extend(history.events[len(told) :])
        run(lake, engine, memory=None if events is None else events * BYTES_PER_EVENT)
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


def test_an_edit_stays_in_effect_when_an_earlier_one_or_one_by_another_comes_later(history, merged, rebuilt):
    alice, bob = history.users("alice", "bob")
    for post in (7, 8):
        alice.posts(post_id=post, at="12:00", event_id=f"a{post}")
    alice.edits(7, "last", at="14:00")
    alice.edits(8, "at once", at="12:00", event_id="b8")
    merged()
    alice.edits(7, "late", at="13:00")
    bob.edits(8, "another's", at="13:00")
    found = merged()
    assert (found["relations/amendments"][0], found) == (1, rebuilt())


def test_a_deletion_stays_when_an_edit_comes_later(history, merged, rebuilt):
    (alice,) = history.users("alice")
    alice.posts(post_id=7)
    alice.deletes(7)
    merged()
    alice.edits(7, "edited")
    found = merged()
    assert (found["views/posts"][0], found) == (0, rebuilt())


def test_a_deletion_counts_again_when_its_author_takes_the_post_back(history, merged, rebuilt):
    alice, bob = history.users("alice", "bob")
    alice.posts(post_id=7, at="12:00")
    alice.deletes(7)
    merged()
    bob.posts(post_id=7, at="11:00")
    assert merged()["views/posts"][0] == 1
    alice.posts(post_id=7, at="10:00")
    found = merged()
    assert (found["views/posts"][0], found) == (0, rebuilt())


def test_of_what_is_at_one_time_the_greater_event_id_decides_whatever_was_released_before(history, merged, rebuilt):
    alice, bob, carol = history.users("alice", "bob", "carol")
    alice.follows(bob, at="12:00", event_id="m")
    alice.follows(carol, at="12:00", event_id="m2")
    alice.posts(post_id=7, at="12:00", event_id="m3")
    merged()
    bob.posts(post_id=7, at="12:00", event_id="b")
    alice.unfollows(bob, at="12:00", event_id="a")
    alice.unfollows(carol, at="12:00", event_id="z")
    found = merged()
    assert (found["views/followees"][0], found) == (1, rebuilt())


def test_users_before_between_and_behind_all_others_come_in_any_batch(history, merged, rebuilt):
    users = history.users(*"abcdefghijklmnopqrstuvwxyz")
    for some in (users[5:20:3], users[6:19:4], users[:2], users[24:], users):
        for user in some:
            user.posts()
            user.follows(users[12])
        found = merged()
    assert found == rebuilt()


def test_a_follower_far_from_an_author_sees_what_the_author_posts_next(history, merged, rebuilt):
    author, *others, reader = history.users(*"abcdefghijklmnopqrstuvwxyz")
    for user in others:
        user.posts()
    reader.follows(author)
    merged()
    author.posts()
    found = merged()
    assert (found["views/newsfeed"][0], found) == (len(others) + 2, rebuilt())


def test_replies_in_all_buckets_are_told_who_wrote_what_they_answer(history, merged, rebuilt):
    alice, bob = history.users("alice", "bob")
    for parent in range(700, 732):
        bob.replies(parent)
    merged(events=4)
    for parent in range(700, 732):
        alice.posts(post_id=parent)
    assert merged(events=4) == rebuilt()


def test_readers_of_all_buckets_see_what_users_of_all_buckets_post_next(history, merged, rebuilt):
    users = in_a_circle(history, 32)
    merged(events=16)
    for user in users[:8]:
        user.posts()
    assert merged(events=16) == rebuilt()


def test_a_follow_brings_the_posts_of_a_user_of_another_bucket(history, merged, rebuilt):
    users = in_a_circle(history, 32)
    merged(events=16)
    users[0].follows(users[9])
    assert merged(events=16) == rebuilt()


def test_a_reader_who_unfollows_somebody_keeps_the_posts_of_users_of_another_bucket(history, merged, rebuilt):
    users = in_a_circle(history, 32)
    for other in users[9:16]:
        users[0].follows(other)
    merged(events=16)
    users[0].unfollows(users[9])
    assert merged(events=16) == rebuilt()


def test_users_of_all_buckets_follow_somebody_since(history, merged, rebuilt):
    users = in_a_circle(history, 32)
    merged(events=70)
    for user, other in zip(users[:8], users[9:17], strict=True):
        user.follows(other)
    assert merged(events=70) == rebuilt()


def test_whom_a_reader_follows_since_may_post_in_the_same_batch(history, merged, rebuilt):
    alice, bob = history.users("alice", "bob")
    bob.posts()
    merged()
    alice.follows(bob)
    bob.posts()
    assert merged() == rebuilt()


def test_blocks_by_users_of_all_buckets_hide_both(history, merged, rebuilt):
    users = in_a_circle(history, 64)
    merged(events=16)
    for user, other in pairwise(users[:9]):
        user.blocks(other)
    assert merged(events=16) == rebuilt()


@pytest.mark.parametrize(("events", "mode"), [(10_000, Mode.DERIVED), (16, Mode.MERGED)])
def test_newsfeeds_are_made_anew_for_most_readers_only_where_all_timelines_can_be_held(
    history, lake, engine, monkeypatch, events, mode
):
    monkeypatch.setattr(owners, "FEW", 0)
    users = in_a_circle(history, 64)
    old = len(history.events)
    for user in users:
        user.posts()
    for told in (history.events[:old], history.events[old:]):
        land_events(lake, engine, told)
        done = run(lake, engine, memory=events * BYTES_PER_EVENT)
    assert done.modes["views/newsfeed"] == mode


def in_a_circle(history, number):
    """So many users, of whom each posts, and follows the next one."""
    users = history.users(*(f"u{n}" for n in range(number)))
    for user, other in zip(users, [*users[1:], users[0]], strict=True):
        user.posts()
        user.follows(other)
    return users


def test_a_relation_that_is_damaged_is_made_anew_and_so_is_what_is_made_of_it(history, lake, merged, rebuilt):
    alice, bob, carol = history.users("alice", "bob", "carol")
    alice.follows(bob)
    bob.posts()
    alice.mutes(carol)
    merged()
    for place in delta.files(delta.find(lake.relation("hides"))):
        Path(place).unlink()
    alice.mutes(bob)
    found = merged()
    assert (found["views/newsfeed"][0], found) == (1, rebuilt())


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


def test_the_newest_posts_of_a_user_come_first_whatever_files_they_are_in(history, lake, merged):
    (alice,) = history.users("alice")
    alice.registers()
    for batch in range(4):
        for number in range(4):
            alice.posts(post_id=1 + 4 * batch + number, at=f"1{batch}:0{number}")
        merged()
    found = page(Reader.of(lake), alice, 6)
    assert [post["post_id"] for post in found["posts"]] == [16, 15, 14, 13, 12, 11]
