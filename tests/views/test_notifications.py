"""What others did to a user. The n-th event happens at minute n, so "00:03" is the third; alice is who is told."""

import pyarrow as pa
import pytest

from pipelines.inputs import BucketInputs
from pipelines.policy import Policy
from pipelines.ranges import GREATEST, LEAST, FileRange
from pipelines.relations.timelines import TIMELINES
from pipelines.views.notifications import VIEW
from tests.histories import micros


def test_a_follow_a_like_a_repost_a_reply_and_a_mention_are_told_newest_first(alice, bob, carol, rows):
    post = alice.posts()
    bob.follows(alice)
    bob.likes(post)
    carol.reposts(post)
    reply = bob.replies(post)
    mention = carol.posts("@alice", mentioned_ids=[alice])
    assert rows("notifications") == [
        (alice, 1, "mentioned", carol, mention, micros("00:06")),
        (alice, 2, "replied", bob, reply, micros("00:05")),
        (alice, 3, "reposted", carol, post, micros("00:04")),
        (alice, 4, "liked", bob, post, micros("00:03")),
        (alice, 5, "followed", bob, None, micros("00:02")),
    ]


def test_at_one_time_kinds_and_actors_ascend_and_posts_descend(alice, bob, carol, notified):
    for post_id in (9, 10, 100):
        alice.posts(post_id=post_id)
    for post_id in (10, 9, 100):
        bob.likes(post_id, at="12:00")
    for user in (carol, bob):
        user.follows(alice, at="12:00")
        user.reposts(10, at="12:00")
    carol.likes(9, at="12:00")
    carol.replies(9, post_id=200, at="12:00")
    carol.posts(post_id=201, mentioned_ids=[alice], at="12:00")
    assert notified(alice) == [
        ("followed", bob, None),
        ("followed", carol, None),
        ("liked", bob, 100),
        ("liked", bob, 10),
        ("liked", bob, 9),
        ("liked", carol, 9),
        ("mentioned", carol, 201),
        ("replied", carol, 200),
        ("reposted", bob, 10),
        ("reposted", carol, 10),
    ]


def test_the_cap_keeps_the_newest_and_at_one_time_the_first_kinds(alice, bob, carol, notified):
    post = alice.posts()
    bob.follows(alice, at="11:00")
    carol.reposts(post, at="12:00")
    bob.likes(post, at="12:00")
    carol.likes(post, at="12:00")
    assert notified(alice, cap=2) == [("liked", bob, post), ("liked", carol, post)]
    assert notified(alice, cap=3) == [("liked", bob, post), ("liked", carol, post), ("reposted", carol, post)]


def test_nobody_is_told_of_what_one_does_oneself(alice, rows):
    post = alice.posts(mentioned_ids=[alice])
    alice.likes(post)
    alice.reposts(post)
    alice.replies(post, mentioned_ids=[alice])
    alice.follows(alice)
    assert rows("notifications") == []


def test_what_is_undone_is_told_no_more_and_what_is_done_again_is_told_at_its_later_time(alice, bob, rows):
    post = alice.posts()
    bob.follows(alice)
    bob.likes(post)
    bob.reposts(post)
    bob.unfollows(alice)
    bob.unlikes(post)
    bob.undoes_repost(post)
    assert rows("notifications") == []
    bob.likes(post)
    bob.likes(post)
    assert rows("notifications") == [(alice, 1, "liked", bob, post, micros("00:09"))]


def test_a_mention_given_twice_is_told_once(alice, bob, carol, notified):
    post = bob.posts(mentioned_ids=[alice, carol, alice])
    assert notified(alice) == notified(carol) == [("mentioned", bob, post)]


def test_a_reply_that_also_mentions_the_parents_author_is_told_once_as_a_reply(alice, bob, carol, notified):
    reply = bob.replies(alice.posts(), mentioned_ids=[alice, carol])
    assert notified(alice) == [("replied", bob, reply)]
    assert notified(carol) == [("mentioned", bob, reply)]


def test_a_reply_that_is_reposted_is_told_once_and_its_reposts_to_who_wrote_it(alice, bob, carol, notified):
    reply = bob.replies(alice.posts())
    for user in (alice, bob, carol):
        user.reposts(reply)
    assert notified(alice) == [("replied", bob, reply)]
    assert notified(bob) == [("reposted", carol, reply), ("reposted", alice, reply)]
    bob.deletes(reply)
    assert notified(alice) == notified(bob) == []


def test_of_a_reply_and_its_reposts_only_the_reply_is_sent():
    entries = [(2, "reply"), (2, "repost"), (3, "repost")]
    rows = [
        {"user_id": user, "kind": kind, "author_id": 2, "post_id": 20, "parent_author_id": 1} for user, kind in entries
    ]
    timelines = pa.Table.from_pylist([row | {"posted_at": 7} for row in rows], TIMELINES.arrow)
    held = {**dict.fromkeys(VIEW.reads, ()), "timelines": (FileRange(0, LEAST, GREATEST, "timelines"),)}
    inputs = BucketInputs(Policy(), 1, held, lambda _, columns: timelines.select(columns), len, 0, 0)
    assert [(row["user_id"], row["post_id"]) for row in VIEW.exchange.rows(0, inputs).to_pylist()] == [(1, 20)]


def test_a_reply_to_a_post_deleted_since_is_told_as_a_reply_and_its_likes_are_not(alice, bob, notified):
    post = alice.posts()
    bob.likes(post)
    bob.reposts(post)
    reply = bob.replies(post, mentioned_ids=[alice])
    alice.deletes(post)
    assert notified(alice) == [("replied", bob, reply)]


def test_a_reply_to_an_unknown_post_is_told_only_as_a_mention_until_the_parent_arrives(alice, bob, notified):
    reply = bob.replies(700, mentioned_ids=[alice])
    assert notified(alice) == [("mentioned", bob, reply)]
    alice.posts(post_id=700)
    assert notified(alice) == [("replied", bob, reply)]


def test_a_takeover_of_a_post_takes_its_notifications_over(alice, bob, carol, notified):
    bob.posts(post_id=700, at="12:00")
    carol.likes(700, at="13:00")
    assert (notified(alice), notified(bob)) == ([], [("liked", carol, 700)])
    alice.posts(post_id=700, at="11:00")
    assert (notified(alice), notified(bob)) == ([("liked", carol, 700)], [])


def test_deleted_replies_and_mentions_are_told_no_more_and_an_edit_tells_nothing_again(alice, bob, rows):
    post = alice.posts()
    bob.deletes(bob.replies(post))
    bob.deletes(bob.posts(mentioned_ids=[alice]))
    kept = bob.replies(post)
    bob.edits(kept, "better")
    assert rows("notifications") == [(alice, 1, "replied", bob, kept, micros("00:06"))]


def all_kinds(alice, other):
    """What an other does to alice in each of the five kinds."""
    post = alice.posts()
    other.follows(alice)
    other.likes(post)
    other.reposts(post)
    other.replies(post)
    other.posts(mentioned_ids=[alice])


@pytest.mark.parametrize("way", ["alice blocks", "alice mutes", "blocks alice"])
def test_nothing_is_told_of_whom_one_blocks_is_blocked_by_or_mutes_until_that_ends(way, alice, bob, notified):
    all_kinds(alice, bob)
    before = notified(alice)
    assert len(before) == 5
    by, verb, whom = (bob, "blocks", alice) if way == "blocks alice" else (alice, way.split()[1], bob)
    getattr(by, verb)(whom)
    assert notified(alice) == []
    getattr(by, f"un{verb}")(whom)
    assert notified(alice) == before


def test_who_is_muted_is_told_of_who_mutes(alice, bob, notified):
    bob.mutes(alice)
    alice.mutes(bob)
    bob.follows(alice)
    alice.unmutes(bob)
    assert notified(alice) == [("followed", bob, None)]


def test_a_block_between_others_silences_nothing(alice, bob, carol, notified):
    post = bob.posts(mentioned_ids=[alice, carol])
    carol.blocks(bob)
    carol.mutes(alice)
    assert (notified(alice), notified(carol)) == ([("mentioned", bob, post)], [])


def test_nothing_is_told_of_a_deactivated_user_until_the_reactivation(alice, bob, notified):
    all_kinds(alice, bob)
    before = notified(alice)
    bob.deactivates()
    assert notified(alice) == []
    bob.reactivates()
    assert notified(alice) == before


def test_a_deactivated_user_is_told_nothing_and_everything_after_the_reactivation(alice, bob, notified):
    alice.posts()
    alice.deactivates()
    all_kinds(alice, bob)
    assert notified(alice) == []
    alice.reactivates()
    assert [kind for kind, *_ in notified(alice)] == ["mentioned", "replied", "reposted", "liked", "followed"]


def test_who_never_acted_is_told_too(bob, notified):
    bob.follows(999)
    post = bob.posts(mentioned_ids=[999])
    assert notified(999) == [("mentioned", bob, post), ("followed", bob, None)]
