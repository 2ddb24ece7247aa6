"""The reference means what the design says: scenarios with expectations typed by hand.

The n-th event of a history happens n minutes after midnight, so "00:03" is the third event.
"""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from random import Random

import pytest

from tests.histories import TYPES, History, micros, random_history, shrink
from tests.reference import VIEWS, Policy, views


def rows(h, view, **policy):
    return views(h.events, Policy(**policy))[view]


def feed(h, reader, **policy):
    """(post, reposter, entered) of one reader's newsfeed, newest first."""
    mine = [row for row in rows(h, "newsfeed", **policy) if row[0] == reader]
    assert [row[1] for row in mine] == list(range(1, len(mine) + 1))
    return [(post, reposter, entered) for _, _, post, _, reposter, entered in mine]


def shown(h, reader, **policy):
    """The posts alone of one reader's newsfeed."""
    return [post for post, _, _ in feed(h, reader, **policy)]


def told(h, user, **policy):
    """(kind, actor, post, time) of one user's notifications, newest first."""
    return [row[2:] for row in rows(h, "notifications", **policy) if row[0] == user]


# Newsfeeds: what brings a post in.


def test_a_followees_post_is_shown_at_its_own_time_and_gone_after_unfollowing():
    h = History()
    alice, bob = h.users("alice", "bob")
    post = bob.posts("hello")
    alice.follows(bob)
    assert rows(h, "newsfeed") == [
        (alice, 1, post, bob, None, micros("00:01")),
        (bob, 1, post, bob, None, micros("00:01")),
    ]
    alice.unfollows(bob)
    assert feed(h, alice) == []


def test_a_late_undo_loses_and_equal_times_are_decided_by_event_id_in_code_point_order():
    h = History()
    alice, bob, carol = h.users("alice", "bob", "carol")
    post = bob.posts()
    alice.follows(bob, at="12:00", event_id="\U0001f600")
    alice.unfollows(bob, at="12:00", event_id="\uff5e")
    carol.follows(bob, at="12:00", event_id="10")
    carol.unfollows(bob, at="12:00", event_id="9")
    bob.follows(alice, at="12:00:00.000001")
    bob.unfollows(alice, at="12:00")
    assert shown(h, alice) == [post]
    assert rows(h, "followees") == [
        (alice, bob, micros("12:00")),
        (bob, alice, micros("12:00") + 1),
    ]


def test_the_earliest_reason_counts_and_the_next_takes_over_when_it_is_withdrawn():
    h = History()
    alice, bob, carol, dave = h.users("alice", "bob", "carol", "dave")
    alice.follows(bob)
    alice.follows(carol)
    post = dave.posts()
    carol.reposts(post)
    bob.reposts(post)
    assert feed(h, alice) == [(post, carol, micros("00:04"))]
    carol.undoes_repost(post)
    assert feed(h, alice) == [(post, bob, micros("00:05"))]
    carol.reposts(post)
    assert feed(h, alice) == [(post, bob, micros("00:05"))]
    alice.unfollows(bob)
    assert feed(h, alice) == [(post, carol, micros("00:07"))]


def test_at_equal_times_no_reposter_comes_first_then_the_smaller_one():
    h = History()
    alice, bob, carol, dave = h.users("alice", "bob", "carol", "dave")
    for followee in (bob, carol):
        alice.follows(followee)
    post, other = bob.posts(at="12:00"), dave.posts(at="12:00")
    for reposter in (carol, bob):
        reposter.reposts(post, at="12:00")
        reposter.reposts(other, at="12:00")
    assert feed(h, alice) == [(other, bob, micros("12:00")), (post, None, micros("12:00"))]


def test_a_repost_dated_before_the_post_is_the_earlier_reason():
    h = History()
    alice, bob, carol = h.users("alice", "bob", "carol")
    alice.follows(bob)
    alice.follows(carol)
    post = bob.posts(at="12:00")
    carol.reposts(post, at="11:00")
    assert feed(h, alice) == [(post, carol, micros("11:00"))]


def test_following_oneself_is_no_fact():
    h = History()
    (alice,) = h.users("alice")
    alice.follows(alice)
    alice.blocks(alice)
    alice.mutes(alice)
    post = alice.posts()
    assert rows(h, "followers") == []
    assert shown(h, alice) == [post]
    assert shown(h, alice, own_posts=False) == []


def test_without_own_posts_a_followees_repost_still_brings_the_readers_own():
    h = History()
    alice, bob = h.users("alice", "bob")
    alice.follows(bob)
    post = alice.posts()
    bob.reposts(post)
    assert feed(h, alice) == [(post, None, micros("00:02"))]
    assert feed(h, alice, own_posts=False) == [(post, bob, micros("00:03"))]


# Newsfeeds and replies.


def test_a_followees_reply_is_shown_when_it_answers_whom_the_reader_knows():
    h = History()
    alice, bob, carol, dave = h.users("alice", "bob", "carol", "dave")
    alice.follows(bob)
    alice.follows(carol)
    by_alice, by_bob, by_carol, by_dave = (u.posts() for u in (alice, bob, carol, dave))
    to_alice, to_bob, to_carol = (bob.replies(p) for p in (by_alice, by_bob, by_carol))
    bob.replies(by_dave)
    bob.replies(999)
    itself = bob.replies(500, post_id=500)
    known = {to_alice, to_bob, to_carol, itself}
    assert set(shown(h, alice)) == known | {by_alice, by_bob, by_carol}
    alice.unfollows(carol)
    assert set(shown(h, alice)) == (known - {to_carol}) | {by_alice, by_bob}


def test_a_reply_survives_its_parents_deletion_but_not_the_end_of_the_parents_author():
    h = History()
    alice, bob, carol = h.users("alice", "bob", "carol")
    alice.follows(bob)
    alice.follows(carol)
    parent = carol.posts()
    reply = bob.replies(parent)
    carol.deletes(parent)
    assert shown(h, alice) == [reply]
    carol.deactivates()
    assert shown(h, alice) == []


def test_a_reposted_reply_is_shown_whomever_it_answers_also_by_its_own_author():
    h = History()
    alice, bob, carol = h.users("alice", "bob", "carol")
    alice.follows(bob)
    reply = carol.replies(999)
    bob.reposts(reply)
    own = bob.replies(999)
    bob.reposts(own)
    assert feed(h, alice) == [(own, bob, micros("00:05")), (reply, bob, micros("00:03"))]


@pytest.mark.parametrize(("replies", "expected"), [("all", [102, 103, 104]), ("followed", [102, 104]), ("none", [104])])
def test_the_policy_chooses_which_replies_following_shows(replies, expected):
    h = History()
    alice, bob, carol = h.users("alice", "bob", "carol")
    alice.follows(bob)
    by_carol = carol.posts()
    bob.replies(102, post_id=102)
    bob.replies(by_carol, post_id=103)
    alice.replies(by_carol, post_id=104)
    assert sorted(shown(h, alice, replies=replies)) == expected


# Newsfeeds: what hides, ends and cuts.


@pytest.mark.parametrize("hide", ["blocks", "mutes", "is blocked by"])
def test_a_hidden_author_is_not_shown_even_when_reposted_and_comes_back(hide):
    h = History()
    alice, bob, carol = h.users("alice", "bob", "carol")
    alice.follows(bob)
    alice.follows(carol)
    post = carol.posts()
    bob.reposts(post)
    hider, hidden = (carol, alice) if hide == "is blocked by" else (alice, carol)
    verb = "mutes" if hide == "mutes" else "blocks"
    getattr(hider, verb)(hidden)
    assert shown(h, alice) == []
    getattr(hider, "un" + verb)(hidden)
    assert shown(h, alice) == [post]


def test_a_hidden_reposter_brings_nothing_and_muting_works_one_way():
    h = History()
    alice, bob, carol = h.users("alice", "bob", "carol")
    alice.follows(bob)
    bob.follows(alice)
    post = carol.posts()
    bob.reposts(post)
    alice.mutes(bob)
    own = alice.posts()
    assert shown(h, alice) == [own]
    assert shown(h, bob) == [own]
    alice.unmutes(bob)
    bob.blocks(alice)
    bob.deactivates()
    bob.reactivates()
    assert (shown(h, alice), shown(h, bob)) == ([own], [])


def test_blocks_stand_while_the_blocker_is_deactivated():
    h = History()
    alice, bob, carol = h.users("alice", "bob", "carol")
    carol.follows(alice)
    alice.follows(bob)
    bob.posts()
    bob.blocks(alice)
    mention = carol.posts(mentioned_ids=[bob, alice])
    alice.blocks(carol)
    alice.deactivates()
    assert shown(h, carol) == [mention]
    assert told(h, carol) == []


def test_deactivation_hides_everything_and_reactivation_brings_back_what_was_done_meanwhile():
    h = History()
    alice, bob = h.users("alice", "bob")
    alice.follows(bob)
    before = bob.posts()
    bob.deactivates()
    meanwhile = bob.posts()
    bob.likes(before)
    bob.registers()
    assert [rows(h, view) for view in ("newsfeed", "followers", "posts")] == [[], [], []]
    bob.reactivates()
    assert shown(h, alice) == [meanwhile, before]
    assert rows(h, "post_stats") == [(before, bob, 1, 0, 0), (meanwhile, bob, 0, 0, 0)]
    alice.deactivates()
    assert rows(h, "followees") == []
    assert shown(h, alice) == []


def test_the_cap_cuts_the_oldest_and_at_equal_times_the_smaller_post_id():
    h = History()
    alice, bob = h.users("alice", "bob")
    alice.follows(bob)
    oldest = bob.posts(at="11:00", post_id=900)
    small, middle, large = (bob.posts(at="12:00", post_id=n) for n in (9, 10, 200))
    assert shown(h, alice) == [large, middle, small, oldest]
    assert shown(h, alice, cap=2) == [large, middle]


# Posts and what is said of them.


def test_a_deletion_is_final_and_only_the_authors_whatever_its_time():
    h = History()
    alice, bob = h.users("alice", "bob")
    post, other = alice.posts(at="12:00"), alice.posts(at="12:00")
    alice.deletes(post, at="11:00")
    bob.deletes(other)
    alice.posts("again", post_id=post)
    bob.posts("mine", post_id=post)
    bob.likes(post)
    assert rows(h, "posts") == [(other, alice, "hello", None, None, micros("12:00"), None)]
    assert rows(h, "post_stats") == [(other, alice, 0, 0, 0)]


def test_a_late_but_earlier_posted_takes_the_post_over_with_its_edits():
    h = History()
    alice, bob = h.users("alice", "bob")
    post = alice.posts("alice's", at="12:00", language="en")
    alice.edits(post, "alice's edit")
    bob.edits(post, "bob's edit", at="13:00")
    assert rows(h, "posts")[0][1:4] == (alice, "alice's", ("en",))
    bob.posts("bob's", post_id=post, at="11:00", reply_to_post_id=7)
    expected = (post, bob, "bob's edit", None, 7, micros("11:00"), micros("13:00"))
    assert rows(h, "posts") == [expected]


def test_the_last_text_by_event_time_stands_and_an_edit_before_the_post_does_nothing():
    h = History()
    (alice,) = h.users("alice")
    post, other = alice.posts("a", at="12:00"), alice.posts("b", at="12:00")
    alice.edits(post, "last", at="14:00")
    alice.edits(post, "late", at="13:00")
    alice.edits(other, "too early", at="11:00")
    assert [row[2::4] for row in rows(h, "posts")] == [("last", micros("14:00")), ("b", None)]


def test_likes_reposts_and_replies_are_counted_once_each_while_they_stand():
    h = History()
    alice, bob, carol = h.users("alice", "bob", "carol")
    post = alice.posts()
    for user in (alice, bob, carol):
        user.likes(post)
        user.reposts(post)
    bob.likes(post)
    carol.unlikes(post)
    carol.undoes_repost(post, at="00:00")
    deleted = bob.replies(post)
    bob.deletes(deleted)
    itself = bob.replies(500, post_id=500)
    assert rows(h, "post_stats") == [(post, alice, 2, 3, 0), (itself, bob, 0, 0, 1)]


# What is kept for one user.


def test_a_user_timeline_has_posts_replies_and_reposts_each_under_who_did_it():
    h = History()
    alice, bob = h.users("alice", "bob")
    post = alice.posts(at="12:00")
    reply = alice.replies(999, at="12:00")
    alice.reposts(post, at="12:00")
    bob.reposts(post)
    assert rows(h, "user_timeline") == [
        (alice, reply, "reply", micros("12:00")),
        (alice, post, "post", micros("12:00")),
        (alice, post, "repost", micros("12:00")),
        (bob, post, "repost", micros("00:04")),
    ]
    assert len(rows(h, "user_timeline", cap=1)) == 4


def test_a_profile_has_the_last_names_given_and_the_first_registration():
    h = History()
    (alice,) = h.users("alice")
    alice.registers(bio="old", at="12:00")
    alice.registers(username="al", at="11:00")
    alice.changes_profile(last_name="Roe", at="13:00")
    alice.changes_profile(bio="", at="12:30")
    times = (micros("11:00"), micros("13:00"))
    assert rows(h, "profile") == [(alice, "alice", "Alice", "Roe", "", True, *times, 0, 0, 0, 0)]


def test_everyone_who_acted_has_a_profile_that_counts_standing_facts():
    h = History()
    alice, bob, carol, _ = h.users("alice", "bob", "carol", "dave")
    alice.follows(4)
    bob.follows(alice)
    post = alice.posts()
    alice.deletes(alice.replies(post))
    alice.replies(999)
    alice.likes(post)
    carol.likes(post)
    carol.deletes(post)
    carol.deactivates()
    nobody = (None, None, None, None)
    assert rows(h, "profile") == [
        (alice, *nobody, True, None, micros("00:07"), 1, 1, 2, 1),
        (bob, *nobody, True, None, micros("00:02"), 0, 1, 0, 0),
        (carol, *nobody, False, None, micros("00:10"), 0, 0, 0, 0),
    ]
    assert rows(h, "followers")[1] == (4, alice, micros("00:01"))


def test_notifications_tell_what_others_did_newest_first():
    h = History()
    alice, bob, carol = h.users("alice", "bob", "carol")
    post, other = alice.posts(), alice.posts()
    for actor in (carol, alice, bob):
        actor.likes(post, at="12:00")
        actor.likes(other, at="12:00")
    carol.follows(alice, at="12:00")
    reply = bob.replies(post, mentioned_ids=[alice, carol, carol], at="13:00")
    bob.reposts(post, at="11:00")
    noon = micros("12:00")
    liked = [("liked", actor, p, noon) for actor in (bob, carol) for p in (other, post)]
    assert told(h, alice) == [
        ("replied", bob, reply, micros("13:00")),
        ("followed", carol, None, noon),
        *liked,
        ("reposted", bob, post, micros("11:00")),
    ]
    assert told(h, alice, cap=2) == [
        ("replied", bob, reply, micros("13:00")),
        ("followed", carol, None, noon),
    ]
    assert told(h, carol) == [("mentioned", bob, reply, micros("13:00"))]


def test_a_reply_notifies_once_also_when_its_parent_is_gone_and_never_seen_parents_do_not_count():
    h = History()
    alice, bob = h.users("alice", "bob")
    parent = alice.posts()
    reply = bob.replies(parent, mentioned_ids=[alice])
    alice.deletes(parent)
    to_unseen = bob.replies(999, mentioned_ids=[alice, 77])
    assert [row[:3] for row in told(h, alice)] == [
        ("mentioned", bob, to_unseen),
        ("replied", bob, reply),
    ]
    assert [row[:3] for row in told(h, 77)] == [("mentioned", bob, to_unseen)]


def test_notifications_stop_for_the_deactivated_and_between_those_who_hide():
    h = History()
    alice, bob, carol, dave = h.users("alice", "bob", "carol", "dave")
    for user in (bob, carol, dave):
        user.follows(alice)
    alice.mutes(bob)
    alice.blocks(carol)
    dave.blocks(alice)
    bob.mutes(alice)
    assert told(h, alice) == []
    alice.unmutes(bob)
    assert [row[1] for row in told(h, alice)] == [bob]
    alice.posts(mentioned_ids=[bob, 77])
    alice.deactivates()
    bob.posts(mentioned_ids=[alice])
    assert rows(h, "notifications") == []


def test_the_directory_has_the_folded_names_of_active_users():
    h = History()
    alice, bob, carol = h.users("alice", "bob", "carol")
    bob.registers(username="ÅSA", first_name="Ann", last_name="Ann")
    alice.changes_profile(first_name="ann", last_name="Straße")
    carol.registers()
    carol.deactivates()
    assert rows(h, "user_directory") == [
        ("ann", alice, "first_name"),
        ("ann", bob, "first_name"),
        ("ann", bob, "last_name"),
        ("strasse", alice, "last_name"),
        ("åsa", bob, "username"),
    ]


def test_daily_activity_counts_events_by_their_utc_date_whatever_became_of_them():
    h = History()
    alice, bob = h.users("alice", "bob")
    alice.registers(at="2024-03-01T23:59:59.999999Z")
    alice.follows(alice, at="2024-03-02T01:00:00+02:00")
    bob.follows(alice)
    bob.unfollows(alice)
    bob.likes(bob.posts(at="2024-03-02T00:00:00Z"), at="2024-03-02T00:00:00Z")
    bob.reposts(999, at="2024-02-29T23:00:00-02:00")
    h.events.append(dict(h.events[0]))
    assert rows(h, "daily_activity") == [
        (date(2024, 3, 1), 2, 5, 1, 0, 1, 0, 2),
        (date(2024, 3, 2), 1, 2, 0, 1, 0, 1, 0),
    ]


# Histories, random and told.


@pytest.mark.parametrize("policy", [Policy(), Policy(cap=2, own_posts=False, replies="all")])
def test_order_and_repetition_change_nothing(policy):
    for seed in range(100):
        events = random_history(seed)
        shuffled = [*events, *events[::2]]
        Random(seed).shuffle(shuffled)
        assert views(shuffled, policy) == views(events, policy), f"seed {seed}"


def test_the_seed_alone_decides_whatever_the_order_of_hashing():
    program = (
        "from tests.histories import random_history; from tests.reference import views; "
        "print([(h, views(h)) for h in map(random_history, range(30))])"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            cwd=Path(__file__).parents[1],
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    ]
    assert runs[0]
    assert runs[0] == runs[1] == runs[2]


def test_every_event_type_and_every_view_occurs_in_random_histories():
    histories = [random_history(seed) for seed in range(40)]
    assert {event["event_type"] for events in histories for event in events} == TYPES
    assert all(any(views(events)[view] for events in histories) for view in VIEWS)
    few = frozenset({"posted", "followed"})
    assert {e["event_type"] for e in random_history(1, types=few, size=40)} == few


LABELS = {"event_id", "correlation_id", "causation_id"}


@pytest.mark.parametrize("base", [0, 1000, 2**63 - 1000])
def test_random_histories_keep_to_their_base_and_to_the_contract(base):
    for seed in range(40):
        events = random_history(seed, base=base)
        ids = [v for e in events for field, v in e.items() if field.endswith("_id") and field not in LABELS]
        ids += [user for e in events for user in e.get("mentioned_ids", ())]
        assert all(base + 1 <= i <= base + 999 for i in ids)
        assert {e["causation_id"] for e in events if "causation_id" in e} <= {e["event_id"] for e in events}
        event_ids = [event["event_id"] for event in events]
        assert len(set(event_ids)) == len(events)
        assert all(i.startswith(f"{base}-") and len(i) <= 64 for i in event_ids)
        assert all(
            e.keys() & {"username", "first_name", "last_name", "bio"}
            for e in events
            if e["event_type"] == "profile_changed"
        )


def test_histories_with_different_bases_leave_one_another_alone():
    first, second = random_history(1, base=1000), random_history(2, base=2000)
    together = views(first + second)
    for view in VIEWS.keys() - {"user_directory", "daily_activity"}:
        assert together[view] == views(first)[view] + views(second)[view]


def test_shrinking_leaves_only_what_the_failure_needs():
    events = random_history(3, size=60)
    needed = [events[5], events[41], events[42]]
    assert shrink(events, lambda some: all(e in some for e in needed)) == needed


def test_a_history_gives_json_lines_for_the_door():
    h = History()
    alice, bob = h.users("alice", "bob")
    alice.posts("hi 😀", mentioned_ids=[bob], at="12:30")
    assert (
        [json.loads(line) for line in h.lines()]
        == h.events
        == [
            {
                "event_id": "e0001",
                "event_type": "posted",
                "event_time": "2024-03-01T12:30:00Z",
                "actor_id": 1,
                "post_id": 101,
                "text": "hi 😀",
                "mentioned_ids": [2],
            }
        ]
    )
